//! A bundle, a report on it, keys, and a policy file held against the report.

use pot_attestation::{Algorithm, SigningKey};
use pot_protocol::{
    bundle::Bundle,
    digest::Digest,
    keys::VerifyingKey,
    registration::{ModelFile, ModelIdentity},
    rule::Capacity,
};
use pot_verifier::{
    Evidence, Report,
    acceptance::{Acceptance, Signer, SignerKey},
    check,
    trust::{TrustStore, known_circuit},
};

use crate::known::{self, ceremony, key, statement};

pub(crate) const BEGIN: &str = "format = \"pot acceptance v1\"\n";
/// When the run is looked at: it was sealed at 1500.
pub(crate) const NOW: u64 = 1500 + 10 * 86_400;

pub(crate) fn verifying_key() -> VerifyingKey {
    key(Capacity::C128, ceremony(), known_circuit(Capacity::C128))
}

/// A bundle: SAME at 11 under QUICK, with reference and candidate of one file each.
pub(crate) fn bundle() -> Bundle {
    let mut raw = statement();
    let file = |byte| vec![ModelFile { name: "model.gguf".to_owned(), sha256: Digest([byte; 32]) }];
    for (model, byte) in [(&mut raw.registration.reference, 5), (&mut raw.registration.candidate, 6)] {
        if let ModelIdentity::Weights { weights, files, .. } = model {
            (*weights, *files) = (Digest([byte; 32]), file(byte));
        }
    }
    known::bundle(&verifying_key(), raw.validate().unwrap())
}

pub(crate) fn report_with(evidence: &Evidence<'_>) -> Report {
    let mut trust = TrustStore::new(false);
    trust.add(&verifying_key().to_bytes()).unwrap();
    check(&bundle().to_bytes(), &trust, evidence).unwrap()
}

pub(crate) fn signing_key(byte: u8) -> SigningKey {
    SigningKey::new(Algorithm::EcdsaP256, &[byte; 32]).unwrap()
}

/// What of `text` is not met by `report`.
pub(crate) fn unmet(text: &str, report: &Report, now: u64) -> Vec<String> {
    let (policy, signers) = Acceptance::from_toml(format!("{BEGIN}{text}").as_bytes()).unwrap();
    let key = |signer: Signer| match signer.key {
        SignerKey::Here(key) => (signer.role, *key),
        other @ SignerKey::File(_) => panic!("{other:?}"),
    };
    let signers: Vec<_> = signers.into_iter().map(key).collect();
    let demands = policy.judge(report, &signers, now);
    assert!(!demands.is_empty());
    demands.into_iter().filter(|demand| !demand.met).map(|demand| demand.demanded).collect()
}
