//! Keys from elsewhere: checked in full before they enter the store.

use pot_circuits::{VerdictCircuit, circuit_id};
use pot_protocol::{
    digest::Digest,
    keys::{KeyId, Provenance, VerifyingKey},
};

use super::{KeyStore, MANIFEST, ZKEY};
use crate::{
    ProvingKey, SetupError,
    formats::{
        r1cs::R1cs,
        zkey::{Kind, Zkey},
    },
    phase2::{self, Beacons},
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
/// in its group, that the coefficients are those of the circuit named, and what [`ProvingKey::check`] does. Seconds.
///
/// # Errors
/// [`SetupError::Format`] with what is wrong, [`SetupError::Circuit`] when the key is for a circuit that this version does
/// not have.
pub fn check(name: &str, zkey: &[u8], verifying: &VerifyingKey) -> Result<Checked, SetupError> {
    let circuit = verifying.circuit();
    if circuit.0 != circuit_id(verifying.capacity()) {
        return Err(SetupError::Circuit(circuit));
    }
    if let Provenance::Ceremony(_) = verifying.provenance() {
        phase2::check(&Zkey::parse(name, zkey)?, Beacons::Recompute)?;
    }
    check_for(name, zkey, verifying, &R1cs::of(VerdictCircuit::shape(verifying.capacity()))?)
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
    /// Checks a key in full and writes it into the store.
    ///
    /// # Errors
    /// As of [`check`] and of [`KeyStore::add`].
    pub fn import(&self, name: &str, zkey: &[u8], verifying: &VerifyingKey) -> Result<Checked, SetupError> {
        let checked = check(name, zkey, verifying)?;
        self.add(verifying, zkey)?;
        Ok(checked)
    }

    /// Checks a key of the store in full: files against the manifest, then as [`check`].
    ///
    /// # Errors
    /// [`SetupError::Damaged`] when the zkey is not the one that was saved; as of [`check`].
    pub fn verify(&self, id: KeyId) -> Result<Checked, SetupError> {
        let (manifest, zkey) = (self.manifest(id)?, self.map_zkey(id)?);
        if Digest::of(&zkey) != manifest.zkey_sha256 {
            return Err(self.damaged(id, ZKEY, "its SHA-256 is not the one that was saved".to_owned()));
        }
        let verifying = self.load_verifying(id)?;
        if (verifying.circuit(), verifying.capacity()) != (manifest.circuit, manifest.capacity) {
            return Err(self.damaged(id, MANIFEST, "it names another circuit than the key itself".to_owned()));
        }
        check(&self.key_folder(id).join(ZKEY).display().to_string(), &zkey, &verifying)
    }
}
