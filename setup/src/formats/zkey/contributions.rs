//! Section 10 of a zkey: the circuit's hash, 64 bytes, the number of contributions, u32, then each as
//!
//! ```text
//! delta after it G1 64 | s G1 64 | s·x G1 64 | s'·x G2 128 | transcript 64 | kind u32 (0: contribution, 1: beacon)
//! length of the parameters u32 | parameters, each at most once, in this order, with a length of one byte:
//!   1, length, name | 2, exponent of the iterations (one byte, no length) | 3, length, beacon
//! ```

use ark_bn254::{G1Affine, G2Affine};

use super::header::point;
use crate::{
    SetupError,
    formats::{
        container::{Container, take},
        points::Coordinates,
    },
};

/// Length of a contribution before its parameters.
const FIXED: usize = 3 * 64 + 128 + 64 + 4 + 4;

/// What section 10 records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MpcParams {
    /// BLAKE2b-512 over the key as it was before all contributions.
    pub cs_hash: [u8; 64],
    /// The contributions, first to last.
    pub contributions: Vec<Contribution>,
}

/// A contribution: δ was multiplied by a secret x.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// δ in G1 after it.
    pub delta_after: G1Affine,
    /// A random point s.
    pub g1_s: G1Affine,
    /// x·s.
    pub g1_sx: G1Affine,
    /// x times the point of G2 that the transcript is hashed to.
    pub g2_spx: G2Affine,
    /// BLAKE2b-512 over everything before it, s and x·s.
    pub transcript: [u8; 64],
    /// Made by whom.
    pub kind: Kind,
    /// A name that the contributor gave, up to 255 bytes.
    pub name: Option<String>,
}

/// Whether a contribution comes from a person or from a public value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// From a person, with a secret.
    Contribution,
    /// From a public value, with no secret, after everybody else.
    Beacon {
        /// The value is hashed 2^this times.
        iterations_exp: u8,
        /// The value, up to 255 bytes.
        beacon_hash: Vec<u8>,
    },
}

impl MpcParams {
    pub(super) fn parse(container: &Container<'_>) -> Result<Self, SetupError> {
        Self::from_bytes(container.section(10)?).map_err(|reason| container.bad(reason))
    }

    /// Reads the content of section 10; the error says what is wrong with it.
    pub(crate) fn from_bytes(mut bytes: &[u8]) -> Result<Self, String> {
        let cut = || "section 10: it ends early".to_owned();
        let cs_hash = take(&mut bytes).ok_or_else(cut)?;
        let number = u32::from_le_bytes(take(&mut bytes).ok_or_else(cut)?) as usize;
        if number > bytes.len() / FIXED {
            return Err("section 10: it announces more contributions than it holds".to_owned());
        }
        let contributions = (1..=number)
            .map(|index| {
                Contribution::read(&mut bytes).map_err(|reason| format!("section 10, contribution {index}: {reason}"))
            })
            .collect::<Result<_, _>>()?;
        if bytes.is_empty() {
            Ok(Self { cs_hash, contributions })
        } else {
            Err("section 10: bytes are left over after its last contribution".to_owned())
        }
    }

    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, &'static str> {
        let mut out = self.cs_hash.to_vec();
        let number = u32::try_from(self.contributions.len()).map_err(|_| "too many contributions")?;
        out.extend(number.to_le_bytes());
        for contribution in &self.contributions {
            contribution.write(&mut out)?;
        }
        Ok(out)
    }
}

impl Contribution {
    fn read(bytes: &mut &[u8]) -> Result<Self, String> {
        let cut = || "it ends early".to_owned();
        let delta_after = point(bytes).map_err(|e| format!("its delta {e}"))?;
        let g1_s = point(bytes).map_err(|e| format!("its s {e}"))?;
        let g1_sx = point(bytes).map_err(|e| format!("its s·x {e}"))?;
        let g2_spx = point(bytes).map_err(|e| format!("its point of G2 {e}"))?;
        let transcript = take(bytes).ok_or_else(cut)?;
        let kind = u32::from_le_bytes(take(bytes).ok_or_else(cut)?);
        let length = u32::from_le_bytes(take(bytes).ok_or_else(cut)?) as usize;
        let (mut parameters, rest) = bytes.split_at_checked(length).ok_or_else(cut)?;
        *bytes = rest;
        let Parameters { name, iterations_exp, beacon_hash } = Parameters::read(&mut parameters)?;
        let kind = match (kind, iterations_exp, beacon_hash) {
            (0, None, None) => Kind::Contribution,
            (1, Some(iterations_exp), Some(hash)) => Kind::Beacon { iterations_exp, beacon_hash: hash.to_vec() },
            _ => return Err("its parameters are neither those of a contribution nor those of a beacon".to_owned()),
        };
        Ok(Self { delta_after, g1_s, g1_sx, g2_spx, transcript, kind, name })
    }

    fn write(&self, out: &mut Vec<u8>) -> Result<(), &'static str> {
        self.delta_after.write(out);
        self.g1_s.write(out);
        self.g1_sx.write(out);
        self.g2_spx.write(out);
        out.extend(self.transcript);
        let (mut parameters, mut kind) = (Vec::new(), 0u32);
        if let Some(name) = &self.name {
            parameters.extend([1, u8::try_from(name.len()).map_err(|_| "a name has more than 255 bytes")?]);
            parameters.extend(name.as_bytes());
        }
        if let Kind::Beacon { iterations_exp, beacon_hash } = &self.kind {
            kind = 1;
            let length = u8::try_from(beacon_hash.len()).map_err(|_| "a beacon has more than 255 bytes")?;
            parameters.extend([2, *iterations_exp, 3, length]);
            parameters.extend(beacon_hash);
        }
        out.extend(kind.to_le_bytes());
        let length = u32::try_from(parameters.len()).map_err(|_| "parameters are too long")?;
        out.extend(length.to_le_bytes());
        out.extend(parameters);
        Ok(())
    }
}

#[derive(Default)]
struct Parameters<'a> {
    name: Option<String>,
    iterations_exp: Option<u8>,
    beacon_hash: Option<&'a [u8]>,
}

impl<'a> Parameters<'a> {
    fn read(bytes: &mut &'a [u8]) -> Result<Self, String> {
        let mut parameters = Self::default();
        let mut last = 0;
        while let Some([id]) = take(bytes) {
            if id <= last {
                return Err("its parameters are out of order".to_owned());
            }
            last = id;
            match id {
                1 => {
                    let name = str::from_utf8(text(bytes)?).map_err(|_| "its name is not UTF-8")?;
                    parameters.name = Some(name.to_owned());
                }
                2 => parameters.iterations_exp = Some(u8::from_le_bytes(take(bytes).ok_or("a parameter is cut off")?)),
                3 => parameters.beacon_hash = Some(text(bytes)?),
                other => return Err(format!("parameter {other} is unknown")),
            }
        }
        Ok(parameters)
    }
}

/// Bytes behind their length.
fn text<'a>(bytes: &mut &'a [u8]) -> Result<&'a [u8], String> {
    let text = take(bytes).and_then(|[length]| bytes.split_at_checked(usize::from(length)));
    let (text, rest) = text.ok_or("a parameter is cut off")?;
    *bytes = rest;
    Ok(text)
}
