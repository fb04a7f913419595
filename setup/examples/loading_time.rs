//! How long a key of a key folder takes to load, from the file in the page cache to points that a multi-scalar
//! multiplication takes: `loading_time FOLDER KEY-ID`. Wall time, best of ten, and its CPU time.
#![allow(clippy::print_stdout, reason = "a program that prints its result")]

use std::{
    fs,
    time::{Duration, Instant},
};

use anyhow::Context;
use pot_protocol::digest::Digest;
use pot_setup::KeyStore;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().context("FOLDER and KEY-ID are missing")?;
    let id = arguments.next().context("KEY-ID is missing")?.parse().map_err(anyhow::Error::msg)?;
    let store = KeyStore::open(folder)?;
    let bytes = store.map_zkey(id)?;
    report("hashing alone", || Ok(Digest::of(&bytes)))?;
    report("loading", || Ok(store.load_proving(id)?))
}

fn report<T>(what: &str, run: impl Fn() -> anyhow::Result<T>) -> anyhow::Result<()> {
    let mut best = (Duration::MAX, Duration::MAX);
    for _ in 0..10 {
        let (start, cpu) = (Instant::now(), cpu()?);
        let _ = run()?;
        best = best.min((start.elapsed(), self::cpu()?.saturating_sub(cpu)));
    }
    println!("{what}: {:.1} ms, CPU {:.1} ms", best.0.as_secs_f64() * 1e3, best.1.as_secs_f64() * 1e3);
    Ok(())
}

/// CPU time of the threads of this process; zero where there is no such file.
fn cpu() -> anyhow::Result<Duration> {
    let mut total = Duration::ZERO;
    for thread in fs::read_dir("/proc/self/task").into_iter().flatten() {
        let stat = fs::read_to_string(thread?.path().join("schedstat"))?;
        total += Duration::from_nanos(stat.split(' ').next().unwrap_or_default().parse()?);
    }
    Ok(total)
}
