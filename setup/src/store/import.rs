//! Keys from elsewhere: checked in full before they enter the store.

use std::path::Path;

use pot_circuits::{VerdictCircuit, circuit_id};
use pot_protocol::{
    digest::Digest,
    keys::{KeyId, Provenance, VerifyingKey},
};

use super::{KeyStore, MANIFEST, MAX_MANIFEST_BYTES, Manifest, ZKEY, read_at_most};
use crate::{
    ProvingKey, SetupError,
    formats::{
        r1cs::R1cs,
        zkey::{Kind, Zkey},
    },
    phase1::Phase1Source,
    phase2::{self, Circuit, PowersRecord, Record, Verified},
};

/// What a full check has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The key.
    pub id: KeyId,
    /// Points that were checked to be on their curves and in their groups.
    pub points: usize,
    /// Contributions that the zkey records, beacons among them. For a ceremony's key their chain holds; that it began with
    /// the circuit and the powers of tau, only the ceremony's own check shows.
    pub contributions: usize,
}

/// Checks everything that a zkey and its verifying key show by themselves: that they belong together, that every point is
/// in its group, that the coefficients are those of the circuit named, and what [`ProvingKey::check`] does. Seconds; last
/// come the beacons of a ceremony, up to 2^`max_iterations_exp` iterations for all of them.
///
/// # Errors
/// [`SetupError::Format`] with what is wrong, [`SetupError::Circuit`] when the key is for a circuit that this version does
/// not have, [`SetupError::Ceremony`] when the contributions do not hold or their beacons would take more iterations.
pub fn check(name: &str, zkey: &[u8], verifying: &VerifyingKey, max_iterations_exp: u8) -> Result<Checked, SetupError> {
    check_and_show(name, zkey, verifying, max_iterations_exp).map(|(checked, ..)| checked)
}

/// As [`check`]; gives also the circuit and the contributions, none for a development key.
pub(super) fn check_and_show(
    name: &str,
    zkey: &[u8],
    verifying: &VerifyingKey,
    max_iterations_exp: u8,
) -> Result<(Checked, R1cs, Verified), SetupError> {
    let circuit = verifying.circuit();
    if circuit.0 != circuit_id(verifying.capacity()) {
        return Err(SetupError::Circuit(circuit));
    }
    let parsed = Zkey::parse(name, zkey)?;
    let contributions = match verifying.provenance() {
        Provenance::Ceremony(_) => {
            let links = phase2::check_but_beacons(&parsed)?;
            phase2::limit_beacons(&parsed, max_iterations_exp)?;
            links
        }
        _ => Vec::new(),
    };
    let circuit = R1cs::of(VerdictCircuit::shape(verifying.capacity()))?;
    let checked = check_for(name, zkey, verifying, &circuit)?;
    if matches!(verifying.provenance(), Provenance::Ceremony(_)) {
        phase2::check_beacons(&parsed)?;
    }
    Ok((checked, circuit, Verified { cs_hash: parsed.mpc.cs_hash, contributions }))
}

/// As [`check`], for a circuit at hand, and without the chain of contributions.
pub(super) fn check_for(
    name: &str,
    zkey: &[u8],
    verifying: &VerifyingKey,
    circuit: &R1cs,
) -> Result<Checked, SetupError> {
    let parsed = Zkey::parse(name, zkey)?;
    let contributions = parsed.mpc.contributions.len();
    if let Provenance::Ceremony(ceremony) = verifying.provenance() {
        if ceremony.zkey != Digest::of(zkey) {
            return Err(parsed.bad("its SHA-256 is not the one in the verifying key"));
        }
        let links = &parsed.mpc.contributions;
        let people = links.iter().filter(|link| link.kind == Kind::Contribution).count();
        let beacon = links.last().is_some_and(|link| link.kind != Kind::Contribution);
        if (people, beacon) != (usize::from(ceremony.contributions), ceremony.beacon) {
            return Err(parsed.bad("it records another number of contributions than the verifying key, or another end"));
        }
    }
    let key = ProvingKey::checked(&parsed, verifying.clone())?;
    key.check(circuit)?;
    let p = key.parameters().points();
    // Six single points stand in the header.
    let points = [&p.a_query, &p.b_g1_query, &p.l_query, &p.h_query, &p.vk.gamma_abc_g1].map(Vec::len);
    let points = points.iter().sum::<usize>() + p.b_g2_query.len() + 6;
    Ok(Checked { id: key.id(), points, contributions })
}

impl KeyStore {
    /// Checks a key in full and writes it into the store. When the manifest that came with it records a ceremony, so does
    /// its manifest in the store: only if that is what the key itself shows, as far as it does.
    ///
    /// # Errors
    /// As of [`check`] and of [`KeyStore::add`]; [`SetupError::Format`] when the manifest is not that of the key.
    pub fn import(
        &self,
        name: &str,
        zkey: &[u8],
        verifying: &VerifyingKey,
        manifest: Option<&Path>,
        max_iterations_exp: u8,
    ) -> Result<Checked, SetupError> {
        let (checked, circuit, verified) = check_and_show(name, zkey, verifying, max_iterations_exp)?;
        let record = match manifest {
            Some(path) => recorded(path, zkey, verifying, &Circuit::new(circuit)?, &verified)?,
            None => None,
        };
        self.write(verifying, zkey, &Manifest::of(verifying, zkey, record))?;
        Ok(checked)
    }

    /// Checks a key of the store in full: files against the manifest, then as [`check`].
    ///
    /// # Errors
    /// [`SetupError::Damaged`] when the zkey is not the one that was saved; as of [`check`].
    pub fn verify(&self, id: KeyId, max_iterations_exp: u8) -> Result<Checked, SetupError> {
        let (manifest, zkey) = self.saved_zkey(id)?;
        let verifying = self.load_verifying(id)?;
        if (verifying.circuit(), verifying.capacity()) != (manifest.circuit, manifest.capacity) {
            return Err(self.damaged(id, MANIFEST, "it names another circuit than the key itself".to_owned()));
        }
        check(&self.key_folder(id).join(ZKEY).display().to_string(), &zkey, &verifying, max_iterations_exp)
    }
}

/// The record of a ceremony in a manifest of the key, if there is one; refused unless the key shows the same. Only the power
/// of its powers of tau the key does not show; whose they are, this program says itself.
pub(super) fn recorded(
    manifest: &Path,
    zkey: &[u8],
    verifying: &VerifyingKey,
    circuit: &Circuit,
    verified: &Verified,
) -> Result<Option<Record>, SetupError> {
    let bad = |reason: String| SetupError::format(&manifest.display().to_string(), reason);
    let given = Manifest::parse(&read_at_most(manifest, MAX_MANIFEST_BYTES)?, verifying.id()).map_err(bad)?;
    if !given.is_of_the_key_of(&Manifest::of(verifying, zkey, None)) {
        return Err(bad("it says something else than the key".to_owned()));
    }
    let Some(mut record) = given.ceremony else { return Ok(None) };
    let Provenance::Ceremony(ceremony) = verifying.provenance() else {
        return Err(bad("it records a ceremony, and the key is a development key".to_owned()));
    };
    record.powers_of_tau.source = Phase1Source::of(&ceremony.phase1_blake2b).to_string();
    let blake2b = hex::encode(ceremony.phase1_blake2b);
    let shown = Record::new(circuit, PowersRecord { blake2b, ..record.powers_of_tau.clone() }, verified);
    if record == shown {
        Ok(Some(record))
    } else {
        Err(bad("its record of the ceremony is not what the key shows".to_owned()))
    }
}
