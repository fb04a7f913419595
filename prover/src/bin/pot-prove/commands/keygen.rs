//! `pot-prove keygen`: a key pair to sign with.

use pot_attestation::Algorithm;
use pot_prover::signer;

use crate::{
    args::{KeyAlgorithm, Keygen},
    output,
};

pub(crate) fn run(args: &Keygen) -> anyhow::Result<()> {
    let algorithm = match args.algorithm {
        KeyAlgorithm::P256 => Algorithm::EcdsaP256,
        KeyAlgorithm::Ed25519 => Algorithm::Ed25519,
    };
    let (key, public) = signer::generate(&args.out, algorithm)?;
    output::say(&format!("{} key {}", key.algorithm(), key.id()));
    output::say(&format!("keep {} to yourself; give {} to those who check", args.out.display(), public.display()));
    Ok(())
}
