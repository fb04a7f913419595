//! The canonical file of a verifying key. Fixed width, integers big-endian, points as in `points.rs`:
//!
//! ```text
//! magic "POTVKEY1" 8 | version 2 | circuit id 32 | capacity 4 | provenance 1
//! alpha G1 32 | beta G2 64 | gamma G2 64 | delta G2 64 | IC 5 × G1 32
//! ```

use super::{
    KeyError, KeyId,
    points::{G1_LEN, G2_LEN},
};
use crate::{digest::Digest, rule::Capacity};

const MAGIC: [u8; 8] = *b"POTVKEY1";
/// The version of the format that is read and written.
pub(super) const VERSION: u16 = 1;
/// Public inputs of the verdict relation: d, ρ, π, v.
pub(super) const INPUTS: usize = 4;
/// IC points: one for the constant and one for each public input.
pub(super) const IC_LEN: usize = INPUTS + 1;

/// Where a key comes from, and so what a proof under it is worth.
///
/// Version 1 knows development keys only. A ceremony key will carry its contributions and its beacon under a higher
/// version, so that no file of this version can ever claim a ceremony.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Provenance {
    /// Made on one machine: whoever made it could have kept the secrets and can then forge.
    Development,
}

impl Provenance {
    fn code(self) -> u8 {
        match self {
            Self::Development => 1,
        }
    }

    fn from_code(code: u8) -> Result<Self, KeyError> {
        match code {
            1 => Ok(Self::Development),
            other => Err(KeyError::Provenance(other)),
        }
    }
}

impl std::fmt::Display for Provenance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Development => f.write_str("development"),
        }
    }
}

/// A verifying key whose layout is read and whose points are not yet looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawVerifyingKey {
    pub(super) circuit: Digest,
    pub(super) capacity: Capacity,
    pub(super) provenance: Provenance,
    pub(super) alpha_g1: [u8; G1_LEN],
    pub(super) beta_g2: [u8; G2_LEN],
    pub(super) gamma_g2: [u8; G2_LEN],
    pub(super) delta_g2: [u8; G2_LEN],
    pub(super) ic: [[u8; G1_LEN]; IC_LEN],
}

impl RawVerifyingKey {
    /// Bytes of a key file.
    pub const LEN: usize = 8 + 2 + 32 + 4 + 1 + G1_LEN + 3 * G2_LEN + IC_LEN * G1_LEN;

    /// Reads the layout of a key file.
    ///
    /// # Errors
    /// [`KeyError`] when magic, version, length, capacity or provenance are not those of a key of this version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        let mut reader = Reader { rest: bytes, whole: bytes.len() };
        if bytes.first_chunk() != Some(&MAGIC) {
            return Err(KeyError::Magic);
        }
        reader.take::<8>()?;
        let version = u16::from_be_bytes(reader.take()?);
        if version != VERSION {
            return Err(KeyError::Version(version));
        }
        if bytes.len() != Self::LEN {
            return Err(KeyError::Length(bytes.len()));
        }
        let circuit = Digest(reader.take()?);
        let capacity = Capacity::try_from(u32::from_be_bytes(reader.take()?)).map_err(KeyError::Capacity)?;
        let [provenance] = reader.take()?;
        Ok(Self {
            circuit,
            capacity,
            provenance: Provenance::from_code(provenance)?,
            alpha_g1: reader.take()?,
            beta_g2: reader.take()?,
            gamma_g2: reader.take()?,
            delta_g2: reader.take()?,
            ic: [reader.take()?, reader.take()?, reader.take()?, reader.take()?, reader.take()?],
        })
    }

    /// The canonical bytes. Every field has one encoding and a fixed place, so a file that was read gives itself back.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(Self::LEN);
        bytes.extend(MAGIC);
        bytes.extend(VERSION.to_be_bytes());
        bytes.extend(self.circuit.0);
        bytes.extend(u32::from(self.capacity).to_be_bytes());
        bytes.push(self.provenance.code());
        bytes.extend(self.alpha_g1);
        bytes.extend(self.beta_g2);
        bytes.extend(self.gamma_g2);
        bytes.extend(self.delta_g2);
        bytes.extend(self.ic.as_flattened());
        bytes
    }

    /// The id of the key.
    pub fn id(&self) -> KeyId {
        KeyId::of(&self.to_bytes())
    }
}

/// Takes fields of fixed width from the front.
struct Reader<'a> {
    rest: &'a [u8],
    whole: usize,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], KeyError> {
        let (field, rest) = self.rest.split_first_chunk().ok_or(KeyError::Length(self.whole))?;
        self.rest = rest;
        Ok(*field)
    }
}
