//! Section 4 of a zkey: the number of coefficients, u32, then each as
//!
//! ```text
//! matrix u32 (0: A, 1: B) | constraint u32 | signal u32 | value · R² mod r, 32
//! ```
//!
//! with R = 2^256. After the constraints' own, there is one for each s up to the number of public signals: A has a 1 at
//! row (number of constraints + s), signal s. That makes the polynomials of the public signals independent. C is in no
//! zkey: the prover takes it as A·B.

use ark_bn254::Fr;
use ark_ff::{BigInt, PrimeField};

use super::Header;
use crate::{
    SetupError,
    formats::{
        container::{Container, take},
        points::{read_each, read_limbs},
    },
};

const LEN: usize = 12 + 32;

/// Which matrix a coefficient is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matrix {
    /// The left factors.
    A,
    /// The right factors.
    B,
}

/// An entry of A or B.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coefficient {
    /// Which of both.
    pub matrix: Matrix,
    /// Row: below the domain's size.
    pub constraint: u32,
    /// Column: below the number of signals.
    pub signal: u32,
    /// The entry. Entries at one place add up.
    pub value: Fr,
}

/// That the section has the length that its number says.
pub(super) fn check_length(container: &Container<'_>, section: &[u8]) -> Result<(), SetupError> {
    let number = section.first_chunk().map(|number| u32::from_le_bytes(*number) as usize);
    match number.and_then(|number| number.checked_mul(LEN)?.checked_add(4)) {
        Some(length) if length == section.len() => Ok(()),
        _ => Err(container.bad("section 4 does not have as many coefficients as it says")),
    }
}

/// Reads a section whose length was checked, on all threads; the error names the first bad coefficient.
pub(super) fn parse(section: &[u8], header: &Header) -> Result<Vec<Coefficient>, String> {
    let entries = section.get(4..).unwrap_or_default();
    let none = Coefficient { matrix: Matrix::A, constraint: 0, signal: 0, value: Fr::default() };
    read_each(entries, LEN, none, |bytes| read(bytes, header).ok_or(()))
        .map_err(|(index, ())| format!("section 4, coefficient {index} has an index or a value that is out of range"))
}

fn read(mut bytes: &[u8], header: &Header) -> Option<Coefficient> {
    let matrix = match u32::from_le_bytes(take(&mut bytes)?) {
        0 => Matrix::A,
        1 => Matrix::B,
        _ => return None,
    };
    let constraint = Some(u32::from_le_bytes(take(&mut bytes)?)).filter(|&c| c < header.domain_size)?;
    let signal = Some(u32::from_le_bytes(take(&mut bytes)?)).filter(|&s| s < header.n_vars)?;
    let scaled = read_limbs(&mut bytes).filter(|&value| value < Fr::MODULUS)?;
    // The limbs v·R² stand for v·R, and those of 1 for 1/R.
    let value = Fr::new_unchecked(scaled) * Fr::new_unchecked(BigInt::new([1, 0, 0, 0]));
    Some(Coefficient { matrix, constraint, signal, value })
}

/// The bytes of section 4.
///
/// # Errors
/// [`SetupError::Format`] for 2^32 coefficients or more.
pub fn coefficient_bytes(coefficients: &[Coefficient]) -> Result<Vec<u8>, SetupError> {
    let number = u32::try_from(coefficients.len())
        .map_err(|_| SetupError::format("zkey", "section 4 cannot hold 2^32 coefficients".to_owned()))?;
    let mut out = Vec::with_capacity(4 + coefficients.len() * LEN);
    out.extend(number.to_le_bytes());
    let r = Fr::new_unchecked(Fr::R2);
    for coefficient in coefficients {
        let matrix: u32 = match coefficient.matrix {
            Matrix::A => 0,
            Matrix::B => 1,
        };
        for number in [matrix, coefficient.constraint, coefficient.signal] {
            out.extend(number.to_le_bytes());
        }
        out.extend((coefficient.value * r).0.0.iter().flat_map(|limb| limb.to_le_bytes()));
    }
    Ok(out)
}
