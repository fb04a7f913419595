//! The `.zkey` file, version 1, for Groth16 over BN254: a proving key with the constraints' coefficients and the record of
//! the phase-2 ceremony that made it. Sections, in any order:
//!
//! | id | content |
//! |---|---|
//! | 1 | protocol, u32: 1 for Groth16 |
//! | 2 | header (`header.rs`) |
//! | 3 | IC: a G1 point for the constant and each public signal |
//! | 4 | number, u32, then coefficients of A and B (`coefficients.rs`) |
//! | 5, 6, 7 | A in G1, B in G1, B in G2: a point for each signal |
//! | 8 | L (called C): a G1 point for each private signal |
//! | 9 | H: a G1 point for each element of the domain, the Lagrange polynomials of its odd coset at τ, over δ |
//! | 10 | circuit hash and contributions (`contributions.rs`) |
//!
//! Signals stand in the order constant, public, private. Integers are little-endian, points as in
//! [`super::points`]. Source: files made by snarkjs 0.7.6, and its reader.

mod coefficients;
mod contributions;
mod header;
#[cfg(test)]
mod tests;

use std::io::Write;

use ark_bn254::{G1Affine, G2Affine};
use ark_ec::short_weierstrass::{Affine, SWCurveConfig};

pub use coefficients::{Coefficient, Matrix, coefficient_bytes};
pub use contributions::{Contribution, Kind, MpcParams};
pub use header::Header;

use super::{
    container::{Container, ContainerWriter},
    points::{self, Coordinates},
};
use crate::SetupError;

/// Bytes of a G1 point in a file.
pub const G1_LEN: usize = G1Affine::LEN;
/// Bytes of a G2 point in a file.
pub const G2_LEN: usize = G2Affine::LEN;

const MAGIC: [u8; 4] = *b"zkey";
const VERSION: u32 = 1;
const GROTH16: u32 = 1;
const SECTIONS: usize = 10;

/// In which order snarkjs writes the sections of a key that nobody has contributed to.
pub const ORDER_OF_A_NEW_KEY: [u32; SECTIONS] = [1, 2, 4, 3, 9, 8, 5, 6, 7, 10];
/// In which order snarkjs writes the sections of a key with contributions.
pub const ORDER_OF_A_CONTRIBUTION: [u32; SECTIONS] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

/// The sections that hold most of a key, as bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sections<'a> {
    /// 3: `n_public` + 1 G1 points.
    pub ic: &'a [u8],
    /// 4: the coefficients, their number in front.
    pub coefficients: &'a [u8],
    /// 5: `n_vars` G1 points.
    pub a: &'a [u8],
    /// 6: `n_vars` G1 points.
    pub b1: &'a [u8],
    /// 7: `n_vars` G2 points.
    pub b2: &'a [u8],
    /// 8: `n_vars` − `n_public` − 1 G1 points.
    pub l: &'a [u8],
    /// 9: `domain_size` G1 points.
    pub h: &'a [u8],
}

/// A zkey. What a contribution changes can be replaced field by field, and the result be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zkey<'a> {
    /// The file's name, for errors.
    pub name: String,
    /// Sizes and the key's single points; those are on their curves and in their subgroups.
    pub header: Header,
    /// The other sections; lengths are right, contents not looked at.
    pub sections: Sections<'a>,
    /// The ceremony.
    pub mpc: MpcParams,
    /// In which order the sections stand.
    pub order: [u32; SECTIONS],
}

impl<'a> Zkey<'a> {
    /// Reads a file. Header and ceremony are read and their points checked; of the other sections only the lengths are
    /// looked at.
    ///
    /// # Errors
    /// [`SetupError::Format`] when the file is no Groth16 zkey over BN254, or a section is missing, unknown, or has another
    /// length than the header gives it.
    pub fn parse(name: &str, bytes: &'a [u8]) -> Result<Self, SetupError> {
        let container = Container::parse(name, bytes, MAGIC, VERSION)?;
        let protocol = container.items(1, 1, 4)?;
        if *protocol != GROTH16.to_le_bytes() {
            return Err(container.bad("section 1: it is a key for another protocol than Groth16"));
        }
        let header = Header::parse(&container)?;
        let [ic, a, b1, b2, l, h] = lengths(&header);
        let sections = Sections {
            ic: container.items(3, ic, 1)?,
            coefficients: container.section(4)?,
            a: container.items(5, a, 1)?,
            b1: container.items(6, b1, 1)?,
            b2: container.items(7, b2, 1)?,
            l: container.items(8, l, 1)?,
            h: container.items(9, h, 1)?,
        };
        coefficients::check_length(&container, sections.coefficients)?;
        let mpc = MpcParams::parse(&container)?;
        // All ten are there, so only a further one can make the number another.
        let order = container.order().try_into().map_err(|_| container.bad("it has sections that no zkey has"))?;
        Ok(Self { name: name.to_owned(), header, sections, mpc, order })
    }

    /// Writes the file: for a key that was read unchanged, the same bytes.
    ///
    /// # Errors
    /// [`SetupError::Format`] when a section's length does not fit the header or the order leaves one out,
    /// [`SetupError::Io`] of `out`.
    pub fn write_to<W: Write>(&self, out: W) -> Result<W, SetupError> {
        let header = self.header.to_bytes();
        let mpc = self.mpc.to_bytes().map_err(|reason| self.bad(reason))?;
        let Sections { ic, coefficients, a, b1, b2, l, h } = self.sections;
        if [ic, a, b1, b2, l, h].map(<[u8]>::len) != lengths(&self.header) {
            return Err(self.bad("a section has another length than the header gives it"));
        }
        let protocol = GROTH16.to_le_bytes();
        let contents = [&protocol, header.as_slice(), ic, coefficients, a, b1, b2, l, h, &mpc];
        let mut sorted = self.order;
        sorted.sort_unstable();
        if sorted != ORDER_OF_A_CONTRIBUTION {
            return Err(self.bad("its sections are not the ten of a zkey"));
        }
        let write = || {
            let mut writer = ContainerWriter::new(out, MAGIC, VERSION, 10)?;
            for id in self.order {
                let content = (1..).zip(contents).find(|(section, _)| *section == id).map_or(&[][..], |(_, c)| c);
                writer.section(id, content.len() as u64)?;
                writer.write_all(content)?;
            }
            writer.finish()
        };
        write().map_err(SetupError::io("write", self.name.as_ref()))
    }

    /// The points of a section (3 and 5 to 9), whose bytes were verified before; see [`points::read_trusted`].
    ///
    /// # Errors
    /// [`SetupError::Format`] with the section and the first bad point.
    pub fn trusted_points<P: SWCurveConfig>(&self, section: u32, bytes: &[u8]) -> Result<Vec<Affine<P>>, SetupError>
    where
        Affine<P>: Coordinates,
    {
        points::read_trusted(bytes).map_err(|bad| self.bad(format!("section {section}, {bad}")))
    }

    /// The points of a section (3 and 5 to 9), each checked; see [`points::read_checked`].
    ///
    /// # Errors
    /// [`SetupError::Format`] with the section and the first bad point.
    pub fn checked_points<P: SWCurveConfig>(&self, section: u32, bytes: &[u8]) -> Result<Vec<Affine<P>>, SetupError>
    where
        Affine<P>: Coordinates,
    {
        points::read_checked(bytes).map_err(|bad| self.bad(format!("section {section}, {bad}")))
    }

    /// The coefficients of A and B, in the file's order.
    ///
    /// # Errors
    /// [`SetupError::Format`] with the first that is out of range.
    pub fn coefficients(&self) -> Result<Vec<Coefficient>, SetupError> {
        coefficients::parse(self.sections.coefficients, &self.header).map_err(|reason| self.bad(reason))
    }

    /// An error about this file.
    pub fn bad(&self, reason: impl Into<String>) -> SetupError {
        SetupError::format(&self.name, reason.into())
    }
}

/// Lengths in bytes of the sections of points: IC, A, B1, B2, L, H. A header is within its limits, so none overflows.
fn lengths(header: &Header) -> [usize; 6] {
    let [vars, public, domain] = [header.n_vars, header.n_public, header.domain_size].map(|n| n as usize);
    let private = vars.saturating_sub(public + 1);
    [(public + 1) * G1_LEN, vars * G1_LEN, vars * G1_LEN, vars * G2_LEN, private * G1_LEN, domain * G1_LEN]
}
