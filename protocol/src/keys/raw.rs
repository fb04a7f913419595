//! The canonical file of a verifying key. Fixed width, integers big-endian, points as in `points.rs`:
//!
//! ```text
//! magic "POTVKEY1" 8 | version 2 | circuit id 32 | capacity 4 | provenance 1
//! version 2 only: phase-1 source 1 | phase-1 BLAKE2b-512 64 | contributions 2 | beacon 1 | SHA-256 of the zkey 32
//! alpha G1 32 | beta G2 64 | gamma G2 64 | delta G2 64 | IC 5 × G1 32
//! ```
//!
//! Version 1 holds development keys (provenance 1) and version 2 ceremony keys (provenance 2), and neither the other's.

use super::{
    Ceremony, KeyError, KeyId, Provenance,
    points::{G1_LEN, G2_LEN},
};
use crate::{digest::Digest, rule::Capacity};

const MAGIC: [u8; 8] = *b"POTVKEY1";
/// Public inputs of the verdict relation: d, ρ, π, v.
pub(super) const INPUTS: usize = 4;
/// IC points: one for the constant and one for each public input.
pub(super) const IC_LEN: usize = INPUTS + 1;
/// Bytes up to the version.
const PREFIX: usize = 8 + 2;
/// Bytes of version 1.
const LEN_1: usize = PREFIX + 32 + 4 + 1 + G1_LEN + 3 * G2_LEN + IC_LEN * G1_LEN;

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
    /// Bytes of the points, which a key file of any version ends with.
    pub const POINTS_LEN: usize = G1_LEN + 3 * G2_LEN + IC_LEN * G1_LEN;
    /// Bytes of the longest key file of any version.
    pub const MAX_LEN: usize = LEN_1 + Ceremony::LEN;

    /// How many bytes the key file has that begins with `bytes`, by its version.
    ///
    /// # Errors
    /// [`KeyError`] when they begin no key file of a known version.
    pub fn length(bytes: &[u8]) -> Result<usize, KeyError> {
        if bytes.first_chunk() != Some(&MAGIC) {
            return Err(KeyError::Magic);
        }
        match bytes.get(8..PREFIX) {
            Some([0, 1]) => Ok(LEN_1),
            Some([0, 2]) => Ok(Self::MAX_LEN),
            Some(&[high, low]) => Err(KeyError::Version(u16::from_be_bytes([high, low]))),
            _ => Err(KeyError::Length { found: bytes.len(), expected: LEN_1 }),
        }
    }

    /// Reads the layout of a key file.
    ///
    /// # Errors
    /// [`KeyError`] when magic, version, length, capacity or provenance are not those of a key of this version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        let expected = Self::length(bytes)?;
        if bytes.len() != expected {
            return Err(KeyError::Length { found: bytes.len(), expected });
        }
        let mut reader = Reader { rest: bytes, whole: bytes.len(), expected };
        reader.take::<8>()?;
        let version = u16::from_be_bytes(reader.take()?);
        let circuit = Digest(reader.take()?);
        let capacity = Capacity::try_from(u32::from_be_bytes(reader.take()?)).map_err(KeyError::Capacity)?;
        let [code] = reader.take()?;
        let provenance = match (version, code) {
            (1, 1) => Provenance::Development,
            (2, 2) => Provenance::Ceremony(Ceremony::from_bytes(&reader.take()?)?),
            _ => return Err(KeyError::Provenance { version, code }),
        };
        Ok(Self {
            circuit,
            capacity,
            provenance,
            alpha_g1: reader.take()?,
            beta_g2: reader.take()?,
            gamma_g2: reader.take()?,
            delta_g2: reader.take()?,
            ic: [reader.take()?, reader.take()?, reader.take()?, reader.take()?, reader.take()?],
        })
    }

    /// The canonical bytes. Every field has one encoding and a fixed place, so a file that was read gives itself back.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(Self::MAX_LEN);
        bytes.extend(MAGIC);
        bytes.extend(self.provenance.version().to_be_bytes());
        bytes.extend(self.circuit.0);
        bytes.extend(u32::from(self.capacity).to_be_bytes());
        bytes.push(self.provenance.code());
        if let Provenance::Ceremony(ceremony) = self.provenance {
            bytes.extend(ceremony.to_bytes());
        }
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
    expected: usize,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], KeyError> {
        let error = KeyError::Length { found: self.whole, expected: self.expected };
        let (field, rest) = self.rest.split_first_chunk().ok_or(error)?;
        self.rest = rest;
        Ok(*field)
    }
}
