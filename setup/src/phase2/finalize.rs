//! From the last file of a ceremony to a key that provers and verifiers take.

use ark_bn254::{G1Affine, G2Affine};
use pot_protocol::{
    digest::Digest,
    keys::{Ceremony, KeyPoints, Phase1Source, Provenance, VerifyingKey, snarkjs},
    rule::Capacity,
};
use serde::{Deserialize, Serialize};

use super::{Verified, verify};
use crate::{
    SetupError, circuits,
    formats::{
        ptau::{Origin, Ptau},
        r1cs::R1cs,
        zkey::{Kind, Zkey},
    },
    phase1::{self, Identity},
};

/// What a key is made for: the constraints, and the hash of their file.
#[derive(Debug)]
pub struct Circuit {
    /// The constraints.
    pub r1cs: R1cs,
    /// SHA-256 of the `.r1cs` file; for a circuit that was laid out here, of the file that it would be written to.
    pub r1cs_sha256: Digest,
}

/// Powers of tau whose hash was compared.
#[derive(Debug)]
pub struct Source<'a> {
    /// The file.
    pub ptau: Ptau<'a>,
    /// Its hash, and whose it is.
    pub identity: Identity,
}

/// A ceremony in hashes and names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Constraints of the circuit.
    pub constraints: u64,
    /// Its public inputs.
    pub public_inputs: u32,
    /// SHA-256 of its `.r1cs` file.
    pub r1cs_sha256: Digest,
    /// snarkjs' circuit hash in hexadecimal: BLAKE2b-512 over the key before all contributions.
    pub circuit_hash: String,
    /// Phase 1.
    pub powers_of_tau: PowersRecord,
    /// Phase 2, first to last.
    pub contributions: Vec<RecordedContribution>,
}

/// The powers of tau of a ceremony.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PowersRecord {
    /// Whose they are.
    pub source: String,
    /// The base-2 logarithm of the largest domain.
    pub power: u32,
    /// BLAKE2b-512 of the file in hexadecimal.
    pub blake2b: String,
}

/// A contribution to phase 2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedContribution {
    /// The name that the contributor gave; nobody checked it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The hash that the contributor has announced, in hexadecimal.
    pub hash: String,
    /// For a beacon: its public value in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beacon: Option<String>,
    /// For a beacon: it was hashed 2^this times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iterations_exp: Option<u8>,
}

impl Circuit {
    /// A circuit that was laid out here.
    ///
    /// # Errors
    /// [`SetupError::Io`] when there is no room to write its file to.
    pub fn new(r1cs: R1cs) -> Result<Self, SetupError> {
        let r1cs_sha256 = Digest::of(&r1cs.write_to(Vec::new())?);
        Ok(Self { r1cs, r1cs_sha256 })
    }
}

impl Source<'_> {
    fn record(&self) -> PowersRecord {
        PowersRecord {
            source: self.identity.source.to_string(),
            power: self.ptau.power(),
            blake2b: self.identity.hex(),
        }
    }
}

impl Record {
    pub(crate) fn new(circuit: &Circuit, powers_of_tau: PowersRecord, verified: &Verified) -> Self {
        Self {
            constraints: circuit.r1cs.constraints() as u64,
            public_inputs: circuit.r1cs.public(),
            r1cs_sha256: circuit.r1cs_sha256,
            circuit_hash: hex::encode(verified.cs_hash),
            powers_of_tau,
            contributions: verified
                .contributions
                .iter()
                .map(|link| {
                    let (beacon, iterations_exp) = match &link.kind {
                        Kind::Contribution => (None, None),
                        Kind::Beacon { iterations_exp, beacon_hash } => {
                            (Some(hex::encode(beacon_hash)), Some(*iterations_exp))
                        }
                    };
                    RecordedContribution {
                        name: link.name.clone(),
                        hash: hex::encode(link.hash),
                        beacon,
                        iterations_exp,
                    }
                })
                .collect(),
        }
    }
}

/// Verifies a key of a verdict circuit in full and gives its verifying key, and what the manifest says of its ceremony.
/// `zkey` are the bytes of `key`'s file. Beacons are computed again up to 2^`max_iterations_exp` iterations in each file.
///
/// # Errors
/// As of [`verify()`]; [`SetupError::Ceremony`] when nobody has contributed; [`SetupError::Key`] when delta is
/// ±gamma after all.
pub fn final_key(
    capacity: Capacity,
    circuit: &Circuit,
    source: &Source<'_>,
    key: &Zkey<'_>,
    zkey: &[u8],
    max_iterations_exp: u8,
) -> Result<(VerifyingKey, Record), SetupError> {
    let verified = verified_and_contributed(circuit, source, key, max_iterations_exp)?;
    let people = verified.contributions.iter().filter(|link| link.kind == Kind::Contribution).count();
    let too_many =
        || SetupError::ceremony(&key.name, "it has more contributions than a verifying key can say".to_owned());
    let ceremony = Ceremony {
        phase1: match source.identity.source {
            phase1::Phase1Source::Hermez { .. } => Phase1Source::PublicHermez,
            phase1::Phase1Source::Private => Phase1Source::Private,
        },
        phase1_blake2b: source.identity.hash,
        contributions: u16::try_from(people).map_err(|_| too_many())?,
        beacon: verified.contributions.last().is_some_and(|link| link.kind != Kind::Contribution),
        zkey: Digest::of(zkey),
    };
    let ic = ic(key)?;
    let points = KeyPoints {
        alpha_g1: key.header.alpha_g1,
        beta_g2: key.header.beta_g2,
        gamma_g2: key.header.gamma_g2,
        delta_g2: key.header.delta_g2,
        ic: ic.as_slice().try_into().map_err(|_| SetupError::PublicInputs(ic.len().saturating_sub(1)))?,
    };
    let verifying = VerifyingKey::new(circuits::id(capacity), capacity, Provenance::Ceremony(ceremony), &points)?;
    Ok((verifying, Record::new(circuit, source.record(), &verified)))
}

/// Verifies a key of any circuit in full and gives snarkjs' `verification_key.json`.
///
/// # Errors
/// As of [`final_key`].
pub fn verification_key(
    circuit: &Circuit,
    source: &Source<'_>,
    key: &Zkey<'_>,
    max_iterations_exp: u8,
) -> Result<(String, Record), SetupError> {
    let verified = verified_and_contributed(circuit, source, key, max_iterations_exp)?;
    let header = &key.header;
    let json = snarkjs::verification_key(&snarkjs::GenericKey {
        alpha_g1: header.alpha_g1,
        beta_g2: header.beta_g2,
        gamma_g2: header.gamma_g2,
        delta_g2: header.delta_g2,
        ic: ic(key)?,
    });
    Ok((json, Record::new(circuit, source.record(), &verified)))
}

fn verified_and_contributed(
    circuit: &Circuit,
    source: &Source<'_>,
    key: &Zkey<'_>,
    max_iterations_exp: u8,
) -> Result<Verified, SetupError> {
    let delta: G2Affine = key.header.delta_g2;
    if delta == key.header.gamma_g2 || delta == -key.header.gamma_g2 {
        let reason = "gamma = delta: no secret went into it and anyone can forge proofs under it";
        return Err(SetupError::ceremony(&key.name, reason.to_owned()));
    }
    // A public file is known by its hash; anybody can make another one, with or without secrets in it.
    if source.identity.source == phase1::Phase1Source::Private {
        let powers = phase1::verify(&source.ptau, max_iterations_exp, &|_, _, _| ())?;
        if powers.contributions.iter().all(|link| link.origin != Origin::Contributor) {
            let reason = "nobody but beacons has contributed to it: its secrets are known to all";
            return Err(SetupError::ceremony(source.ptau.name(), reason.to_owned()));
        }
    }
    let verified = verify(&circuit.r1cs, &source.ptau, key, max_iterations_exp)?;
    if verified.contributions.iter().all(|link| link.kind != Kind::Contribution) {
        let reason = "it has no contribution but beacons, whose secrets everybody knows";
        return Err(SetupError::ceremony(&key.name, reason.to_owned()));
    }
    Ok(verified)
}

fn ic(key: &Zkey<'_>) -> Result<Vec<G1Affine>, SetupError> {
    key.checked_points(3, key.sections.ic)
}
