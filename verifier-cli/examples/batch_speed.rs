//! How long checking many bundles takes: one by one and in batches, on one thread and on all cores, in one run.
//!
//! ```sh
//! cargo run --release -p pot-verifier --example batch_speed -- [BUNDLES] [ROUNDS]
//! ```
//!
//! The bundles are all different and all valid, made under a key whose secrets are known, which for the checker are proofs
//! like any other. Everything that `pot-check` does with the bytes is timed, the reading of files is not. The four ways take
//! turns; the fastest of the rounds counts, since what else the machine does only makes them slower.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a program for developers")]

#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../tests/known/mod.rs"]
mod known;

use std::{
    num::NonZeroUsize,
    time::{Duration, Instant},
};

use pot_protocol::{digest::Digest, parallel, rule::Capacity};
use pot_verifier::{
    CheckError, Evidence, Report, check, check_batch,
    trust::{TrustStore, known_circuit},
};

/// Bundles in one batch, as `pot-check batch` makes them.
const BATCH: usize = 1024;

fn main() {
    let mut args = std::env::args().skip(1).map(|arg| arg.parse().expect("numbers: [BUNDLES] [ROUNDS]"));
    let (count, rounds): (u32, u32) = (args.next().unwrap_or(1000), args.next().unwrap_or(5));
    let key = known::key(Capacity::C128, known::ceremony(), known_circuit(Capacity::C128));
    let mut trust = TrustStore::new(false);
    trust.add(&key.to_bytes()).unwrap();
    let bundles: Vec<Vec<u8>> = (1..=count)
        .map(|number| {
            let number = u64::from(number);
            let mut raw = known::statement();
            raw.registration.run_id = Digest::of(&number.to_be_bytes());
            let secrets = (number.wrapping_mul(0x9e37_79b9_7f4a_7c15), number.wrapping_mul(0xc2b2_ae3d_27d4_eb4f));
            known::bent(&key, raw.validate().unwrap(), secrets, 0u64.into()).to_bytes()
        })
        .collect();

    let (one, cores) = (NonZeroUsize::MIN, parallel::cores());
    let single = |threads| parallel::map(&bundles, threads, |bundle| check(bundle, &trust, &Evidence::default()));
    let batch = |threads| -> Vec<_> {
        bundles.chunks(BATCH).flat_map(|bundles| check_batch(bundles, &trust, None, threads)).collect()
    };
    let ways: [&dyn Fn() -> Vec<Result<Report, CheckError>>; 4] =
        [&|| single(one), &|| batch(one), &|| single(cores), &|| batch(cores)];
    let mut best = [Duration::MAX; 4];
    for _ in 0..rounds {
        for (way, best) in ways.iter().zip(&mut best) {
            let start = Instant::now();
            let told = way();
            *best = start.elapsed().min(*best);
            assert!(told.len() == bundles.len() && told.iter().all(Result::is_ok), "all bundles are valid");
        }
    }

    println!("{count} bundles, best of {rounds} rounds, {cores} cores");
    for (threads, [single, batch]) in [(one, [best[0], best[1]]), (cores, [best[2], best[3]])] {
        let each = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(count);
        println!(
            "{threads} thread(s): one by one {:.0} µs a bundle, in batches {:.0} µs, {:.2} times as fast",
            each(single),
            each(batch),
            single.as_secs_f64() / batch.as_secs_f64()
        );
    }
}
