//! `.ptau`: powers of tau, the circuit-independent first phase of a Groth16 setup, as snarkjs keeps them.
//!
//! ```text
//! 1  n8 4 | q 32 | power p 4 | power of the whole ceremony 4
//! 2  τⁱ·G1, i < 2^(p+1) − 1      12  Lagrange bases of 2, sizes 2^0, 2^1 … 2^(p+1)
//! 3  τⁱ·G2, i < 2^p              13  Lagrange bases of 3, sizes 2^0 … 2^p
//! 4  α·τⁱ·G1, i < 2^p            14  Lagrange bases of 4
//! 5  β·τⁱ·G1, i < 2^p            15  Lagrange bases of 5
//! 6  β·G2                        7   the contributions (`contribution.rs`)
//! ```
//!
//! A *prepared* file has sections 12 to 15 too. The Lagrange basis of size n holds Lᵢ(τ)·G for the domain of the n-th
//! roots of unity. The largest one of section 12 takes a power more than section 2 has: infinity, or in a file that was cut
//! from a larger prepared one the true power. Points are in Montgomery form as in `.zkey`. The reader checks lengths; points are
//! checked where they are read ([`read_points`]).

mod contribution;
mod points;

pub use contribution::{Contribution, Origin, PublicKey, PublicKeys};
pub use points::{read_point, read_points};

use std::io::{self, Write};

use ark_bn254::Fq;
use ark_ff::{BigInteger, PrimeField};

use super::container::{Container, ContainerWriter, take};
use crate::SetupError;

/// First bytes of a `.ptau`.
pub const MAGIC: [u8; 4] = *b"ptau";
/// The version of the format.
pub const VERSION: u32 = 1;
/// Largest power: the two-adicity of the scalar field.
pub const MAX_POWER: u32 = 28;

const HEADER: u32 = 1;
const BETA_G2: u32 = 6;
const CONTRIBUTIONS: u32 = 7;
/// Bytes of a point of G1 and of G2.
const G1_LEN: usize = 64;
const G2_LEN: usize = 128;

/// The four sequences of powers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Powers {
    /// τⁱ·G1
    TauG1,
    /// τⁱ·G2
    TauG2,
    /// α·τⁱ·G1
    AlphaTauG1,
    /// β·τⁱ·G1
    BetaTauG1,
}

impl Powers {
    /// All four, in the order of the file.
    pub const ALL: [Self; 4] = [Self::TauG1, Self::TauG2, Self::AlphaTauG1, Self::BetaTauG1];

    /// The section of the powers.
    pub fn section(self) -> u32 {
        match self {
            Self::TauG1 => 2,
            Self::TauG2 => 3,
            Self::AlphaTauG1 => 4,
            Self::BetaTauG1 => 5,
        }
    }

    /// The section of their Lagrange bases.
    pub fn lagrange_section(self) -> u32 {
        self.section() + 10
    }

    /// How many there are in a file of this power.
    pub fn count(self, power: u32) -> usize {
        match self {
            Self::TauG1 => (2 << power) - 1,
            _ => 1 << power,
        }
    }

    /// The base-2 logarithm of the largest Lagrange basis in a file of this power.
    pub fn largest_basis(self, power: u32) -> u32 {
        if self == Self::TauG1 { power + 1 } else { power }
    }

    /// Bytes of a point.
    pub fn point_len(self) -> usize {
        if self == Self::TauG2 { G2_LEN } else { G1_LEN }
    }

    /// What users read: `tauG1` and so on, as in snarkjs.
    pub fn name(self) -> &'static str {
        match self {
            Self::TauG1 => "tauG1",
            Self::TauG2 => "tauG2",
            Self::AlphaTauG1 => "alphaTauG1",
            Self::BetaTauG1 => "betaTauG1",
        }
    }
}

/// A `.ptau`, its lengths checked.
#[derive(Clone, Debug)]
pub struct Ptau<'a> {
    container: Container<'a>,
    power: u32,
    ceremony_power: u32,
}

impl<'a> Ptau<'a> {
    /// Reads the header and compares every section's length with it; `name` names the file in errors.
    ///
    /// # Errors
    /// [`SetupError::Format`] when the file is for another curve, a section is missing, unknown or of another length, or
    /// the file is prepared in part.
    pub fn parse(name: &str, bytes: &'a [u8]) -> Result<Self, SetupError> {
        let container = Container::parse(name, bytes, MAGIC, VERSION)?;
        if let Some(id) = container.ids().find(|id| !matches!(id, 1..=7 | 12..=15)) {
            return Err(container.bad(format!("section {id} does not belong in a .ptau")));
        }
        let (power, ceremony_power) = read_header(&container)?;
        let file = Self { container, power, ceremony_power };
        for powers in Powers::ALL {
            file.container.items(powers.section(), powers.count(power), powers.point_len())?;
        }
        file.container.items(BETA_G2, 1, G2_LEN)?;
        file.container.section(CONTRIBUTIONS)?;
        if Powers::ALL.iter().any(|powers| file.container.optional(powers.lagrange_section()).is_some()) {
            for powers in Powers::ALL {
                let points = (2 << powers.largest_basis(power)) - 1;
                file.container.items(powers.lagrange_section(), points, powers.point_len())?;
            }
        }
        Ok(file)
    }

    /// The file's name, for errors.
    pub fn name(&self) -> &str {
        self.container.name()
    }

    /// p: the file serves circuits of up to 2^p constraints.
    pub fn power(&self) -> u32 {
        self.power
    }

    /// The power of the ceremony that the file was cut from; [`Ptau::power`] for an uncut one.
    pub fn ceremony_power(&self) -> u32 {
        self.ceremony_power
    }

    /// The bytes of a sequence of powers.
    pub fn powers(&self, powers: Powers) -> &'a [u8] {
        self.checked(powers.section())
    }

    /// τⁱ·G1, 2^(p+1) − 1 points of 64 bytes.
    pub fn tau_g1(&self) -> &'a [u8] {
        self.powers(Powers::TauG1)
    }

    /// τⁱ·G2, 2^p points of 128 bytes.
    pub fn tau_g2(&self) -> &'a [u8] {
        self.powers(Powers::TauG2)
    }

    /// α·τⁱ·G1, 2^p points of 64 bytes.
    pub fn alpha_tau_g1(&self) -> &'a [u8] {
        self.powers(Powers::AlphaTauG1)
    }

    /// β·τⁱ·G1, 2^p points of 64 bytes.
    pub fn beta_tau_g1(&self) -> &'a [u8] {
        self.powers(Powers::BetaTauG1)
    }

    /// β·G2, 128 bytes.
    pub fn beta_g2(&self) -> &'a [u8] {
        self.checked(BETA_G2)
    }

    /// Whether the Lagrange bases are there.
    pub fn is_prepared(&self) -> bool {
        self.container.optional(Powers::TauG1.lagrange_section()).is_some()
    }

    /// The bytes of all Lagrange bases of a sequence, the smallest first; `None` when the file is not prepared.
    pub fn lagrange_bases(&self, powers: Powers) -> Option<&'a [u8]> {
        self.container.optional(powers.lagrange_section())
    }

    /// The bytes of the Lagrange basis of size 2^`log_size`; `None` when the file is not prepared or has none so large.
    pub fn lagrange(&self, powers: Powers, log_size: u32) -> Option<&'a [u8]> {
        if log_size > powers.largest_basis(self.power) {
            return None;
        }
        let size = 1usize << log_size;
        self.lagrange_bases(powers)?.get((size - 1) * powers.point_len()..(2 * size - 1) * powers.point_len())
    }

    /// The contributions, oldest first. Their points are checked to be on their curves and in their groups, nothing else.
    ///
    /// # Errors
    /// [`SetupError::Format`], with the number of the contribution.
    pub fn contributions(&self) -> Result<Vec<Contribution>, SetupError> {
        contribution::read_all(self.checked(CONTRIBUTIONS)).map_err(|reason| self.bad(reason))
    }

    /// The sections that a prepared file copies, as (id, content).
    pub fn unprepared_sections(&self) -> [(u32, &'a [u8]); 6] {
        [2, 3, 4, 5, BETA_G2, CONTRIBUTIONS].map(|id| (id, self.checked(id)))
    }

    /// An error about this file.
    pub fn bad(&self, reason: impl Into<String>) -> SetupError {
        self.container.bad(reason)
    }

    /// A section whose presence was checked when the file was parsed.
    fn checked(&self, id: u32) -> &'a [u8] {
        self.container.optional(id).unwrap_or_default()
    }
}

/// The two powers of the header.
fn read_header(container: &Container<'_>) -> Result<(u32, u32), SetupError> {
    let mut header = container.items(HEADER, 1, 44)?;
    let mut number = || take::<4>(&mut header).map(u32::from_le_bytes).unwrap_or_default();
    if number() != 32 {
        return Err(container.bad("section 1: the field elements are not of 32 bytes, so it is for another curve"));
    }
    if take::<32>(&mut header).is_none_or(|q| q != modulus()) {
        return Err(container.bad("section 1: the prime is not that of BN254"));
    }
    let mut number = || take::<4>(&mut header).map(u32::from_le_bytes).unwrap_or_default();
    let (power, ceremony_power) = (number(), number());
    if power == 0 || power > ceremony_power || ceremony_power > MAX_POWER {
        return Err(container.bad(format!(
            "section 1: power {power} of a ceremony of power {ceremony_power}; 1 to {MAX_POWER} are possible"
        )));
    }
    Ok((power, ceremony_power))
}

/// Writes the header's section.
///
/// # Errors
/// Of the writer.
pub fn write_header<W: Write>(writer: &mut ContainerWriter<W>, power: u32, ceremony_power: u32) -> io::Result<()> {
    writer.section(HEADER, 44)?;
    writer.write_all(&32u32.to_le_bytes())?;
    writer.write_all(&modulus())?;
    writer.write_all(&power.to_le_bytes())?;
    writer.write_all(&ceremony_power.to_le_bytes())
}

/// Begins the section of a sequence of powers; its points are written next.
///
/// # Errors
/// Of the writer.
pub fn begin_powers<W: Write>(writer: &mut ContainerWriter<W>, powers: Powers, power: u32) -> io::Result<()> {
    writer.section(powers.section(), (powers.count(power) * powers.point_len()) as u64)
}

/// Begins the section of the Lagrange bases of a sequence; their points are written next, the smallest basis first.
///
/// # Errors
/// Of the writer.
pub fn begin_lagrange<W: Write>(writer: &mut ContainerWriter<W>, powers: Powers, power: u32) -> io::Result<()> {
    let points = (2usize << powers.largest_basis(power)) - 1;
    writer.section(powers.lagrange_section(), (points * powers.point_len()) as u64)
}

/// Writes the section of β·G2.
///
/// # Errors
/// Of the writer.
pub fn write_beta_g2<W: Write>(writer: &mut ContainerWriter<W>, point: &[u8]) -> io::Result<()> {
    writer.section(BETA_G2, point.len() as u64)?;
    writer.write_all(point)
}

/// Writes the section of the contributions.
///
/// # Errors
/// Of the writer.
pub fn write_contributions<W: Write>(
    writer: &mut ContainerWriter<W>,
    contributions: &[Contribution],
) -> io::Result<()> {
    let bytes = contribution::write_all(contributions);
    writer.section(CONTRIBUTIONS, bytes.len() as u64)?;
    writer.write_all(&bytes)
}

/// q, little-endian.
fn modulus() -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(&Fq::MODULUS.to_bytes_le());
    bytes
}
