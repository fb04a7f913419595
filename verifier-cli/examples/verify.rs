//! A checker of one's own: `cargo run --example verify -- BUNDLE KEYFILE`, where the key file comes from whom you trust.
#![allow(clippy::print_stdout, reason = "a program")]

use pot_verifier::{Evidence, check, trust::TrustStore};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut files = std::env::args().skip(1);
    let mut next = || files.next().ok_or("name a bundle and a verifying key that you trust");
    let (bundle, key) = (std::fs::read(next()?)?, std::fs::read(next()?)?);

    let mut trust = TrustStore::new(false);
    trust.add(&key)?;
    let report = check(&bundle, &trust, &Evidence::default())?;
    println!("{} after {} challenges, assurance {}", report.verdict, report.n, report.assurance.name());
    println!("not given: {:?}; warnings: {:?}", report.not_given, report.warnings);
    Ok(())
}
