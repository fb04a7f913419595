//! The `.wtns` file, version 2: the value of every wire of a circuit. Sections:
//!
//! ```text
//! 1: 32, u32 | r 32 | number of values u32
//! 2: the values, 32 bytes each, plain little-endian
//! ```

use std::io::Write;

use ark_bn254::Fr;
use ark_ff::{Field, PrimeField};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::{
    container::{Container, ContainerWriter, take},
    points::read_limbs,
    r1cs::{plain, read_plain},
};
use crate::SetupError;

const MAGIC: [u8; 4] = *b"wtns";
const VERSION: u32 = 2;

/// The values of all wires: the constant 1, the public ones, the private ones. Secret but for the first, and
/// wiped when dropped.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Witness(pub Vec<Fr>);

impl Witness {
    /// Reads a file.
    ///
    /// # Errors
    /// [`SetupError::Format`] when the file is no witness over BN254's scalar field, a value is not below the modulus, or
    /// the first is not 1.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self, SetupError> {
        let container = Container::parse(name, bytes, MAGIC, VERSION)?;
        if container.ids().any(|id| !(1..=2).contains(&id)) {
            return Err(container.bad("it has sections that no witness has"));
        }
        let mut head = container.section(1)?;
        let width = take(&mut head).map(u32::from_le_bytes);
        if width != Some(32) || read_limbs(&mut head) != Some(Fr::MODULUS) {
            return Err(container.bad("section 1: its field is not the scalar field of BN254 (bn128)"));
        }
        let number = take(&mut head).map(u32::from_le_bytes).filter(|_| head.is_empty());
        let number = number.ok_or_else(|| container.bad("section 1 has not the length of a header"))?;
        let values = container.items(2, number as usize, 32)?.chunks_exact(32).enumerate();
        // In one piece: a list that grows leaves copies behind.
        let mut witness = Self(Vec::with_capacity(values.len()));
        for (index, mut value) in values {
            let misfit = || container.bad(format!("value {index} is not below the modulus"));
            witness.0.push(read_plain(&mut value).ok_or_else(misfit)?);
        }
        if witness.0.first() == Some(&Fr::ONE) { Ok(witness) } else { Err(container.bad("value 0 is not 1")) }
    }

    /// Writes the file.
    ///
    /// # Errors
    /// [`SetupError::Io`] of `out`.
    pub fn write_to<W: Write>(&self, out: W) -> Result<W, SetupError> {
        let write = || {
            let mut writer = ContainerWriter::new(out, MAGIC, VERSION, 2)?;
            writer.section(1, 40)?;
            writer.write_all(&32u32.to_le_bytes())?;
            writer.write_all(&Fr::MODULUS.0.map(u64::to_le_bytes).concat())?;
            writer.write_all(&u32::try_from(self.0.len()).map_err(std::io::Error::other)?.to_le_bytes())?;
            writer.section(2, 32 * self.0.len() as u64)?;
            self.0.iter().try_for_each(|value| writer.write_all(&plain(value)))?;
            writer.finish()
        };
        write().map_err(SetupError::io("write", "a witness file".as_ref()))
    }
}

impl std::fmt::Debug for Witness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Witness({} values)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &[u8] = include_bytes!("../../testdata/snarkjs/powers.wtns");

    #[test]
    fn a_file_of_circom_is_read_and_comes_back() {
        let witness = Witness::parse("powers.wtns", FILE).unwrap();
        assert_eq!(witness.0[..5], [1u64, 33, 243, 3, 11].map(Fr::from));
        assert_eq!(witness.write_to(Vec::new()).unwrap(), FILE);
        assert_eq!(format!("{witness:?}"), "Witness(7 values)");
    }

    #[test]
    fn the_values_are_wiped_when_dropped() {
        fn wiped<T: ZeroizeOnDrop>(_: &T) {}
        let mut witness = Witness::parse("powers.wtns", FILE).unwrap();
        wiped(&witness);
        witness.zeroize();
        assert!(witness.0.is_empty());
    }

    #[test]
    fn every_truncation_and_bit_flip_is_refused_or_read_as_something_else() {
        let good = Witness::parse("t", FILE).unwrap();
        for length in 0..FILE.len() {
            assert!(Witness::parse("t", &FILE[..length]).is_err(), "{length}");
        }
        for at in 0..FILE.len() * 8 {
            let mut bytes = FILE.to_vec();
            bytes[at / 8] ^= 1 << (at % 8);
            assert!(Witness::parse("t", &bytes).map_or(true, |read| read != good), "bit {at}");
        }
    }

    #[test]
    fn an_alias_and_a_first_value_other_than_1_are_refused() {
        let values = FILE.len() - 7 * 32;
        let mut alias = FILE.to_vec();
        // 243 + r.
        let mut sum = Fr::MODULUS.0;
        sum[0] += 243;
        alias[values + 64..values + 96].copy_from_slice(&sum.map(u64::to_le_bytes).concat());
        assert!(Witness::parse("t", &alias).unwrap_err().to_string().contains("value 2 is not below"));
        let mut two = FILE.to_vec();
        two[values] = 2;
        assert!(Witness::parse("t", &two).unwrap_err().to_string().contains("value 0 is not 1"));
    }
}
