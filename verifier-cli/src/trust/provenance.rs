//! Where a key comes from, in words and for programs, and who has to be trusted for what.

use pot_protocol::{
    digest::Digest,
    keys::{Ceremony, Phase1Source, Provenance},
};
use serde::Serialize;

use super::{Entry, Source};

/// What is known of a trusted key.
#[derive(Clone, Debug, Serialize)]
pub struct KeyReport {
    /// SHA-256 of the key file.
    pub id: Digest,
    /// What the one who lists it calls it.
    pub label: Option<String>,
    /// Why it is trusted.
    pub source: Source,
    /// The circuit that it is for.
    pub circuit: Digest,
    /// How many scores that circuit holds.
    pub capacity: u32,
    /// Whether this program knows that circuit. A key for another one is never used.
    pub known_circuit: bool,
    /// `development key`, `ceremony key: N contributions and a beacon over …`, or a rehearsal key of the same.
    pub provenance: String,
    /// The ceremony, as the key says of itself; nothing for a development key.
    pub ceremony: Option<CeremonyReport>,
    /// Who could forge proofs under it, in words.
    pub trust: String,
}

/// What a ceremony key says of its ceremony.
#[derive(Clone, Debug, Serialize)]
pub struct CeremonyReport {
    /// Contributions to phase 2, the beacon not counted.
    pub contributions: u16,
    /// Whether a public beacon ended phase 2.
    pub beacon: bool,
    /// `public` for the public powers-of-tau file, else `private`.
    pub phase1: &'static str,
    /// BLAKE2b-512 of the powers-of-tau file, hexadecimal.
    pub phase1_blake2b: String,
    /// SHA-256 of the final zkey, from which the ceremony can be verified.
    pub zkey_sha256: Digest,
}

impl KeyReport {
    pub(super) fn of(Entry { key, label, source }: &Entry) -> Self {
        let known_circuit = super::known_circuit(key.capacity()) == key.circuit();
        let ceremony = match key.provenance() {
            Provenance::Ceremony(ceremony) => Some(ceremony),
            // Whatever else a later version may know, it is no ceremony.
            _ => None,
        };
        let unvouched = *source == Source::OwnFolder && ceremony.is_some();
        let (provenance, trust) = match (key.standing().forger(), ceremony) {
            (Some(alone), _) => (key.origin(), alone.to_owned()),
            (None, _) if unvouched => (
                format!("{}, as it says itself in your own key folder", key.origin()),
                "it counts as a development key, under which whoever made it can forge proofs: what it says of its ceremony \
                 nobody has vouched for. Get it from a source that you trust and name it with --trust"
                    .to_owned(),
            ),
            (None, Some(ceremony)) => (key.origin(), forgers(&ceremony)),
            (None, None) => (key.origin(), String::new()),
        };
        Self {
            id: Digest(key.id().0),
            label: label.clone(),
            source: *source,
            circuit: key.circuit(),
            capacity: key.capacity().into(),
            known_circuit,
            provenance,
            ceremony: ceremony.as_ref().map(CeremonyReport::of),
            trust,
        }
    }
}

impl CeremonyReport {
    fn of(ceremony: &Ceremony) -> Self {
        Self {
            contributions: ceremony.contributions,
            beacon: ceremony.beacon,
            phase1: if ceremony.phase1 == Phase1Source::PublicHermez { "public" } else { "private" },
            phase1_blake2b: hex::encode(ceremony.phase1_blake2b),
            zkey_sha256: ceremony.zkey,
        }
    }
}

/// Who could forge: the secrets of either phase suffice, and each phase keeps its secret if one contributor did.
fn forgers(ceremony: &Ceremony) -> String {
    let phase1 = if ceremony.phase1 == Phase1Source::PublicHermez {
        "all 54 contributors to the public powers of tau"
    } else {
        "all who made its private powers of tau"
    };
    let phase2 = match ceremony.contributions {
        1 => "the one contributor to phase 2".to_owned(),
        n => format!("all {n} contributors to phase 2"),
    };
    format!(
        "forging takes the secrets of {phase2}, or of {phase1}; this is what the key says of itself, and who contributed \
         is to be verified on its zkey ({})",
        ceremony.zkey
    )
}
