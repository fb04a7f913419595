//! Uncompressed points as snarkjs' zkey holds them: affine coordinates in Montgomery form, each 32 little-endian
//! bytes, Fp2 as c0 then c1, infinity as zeros. Reading is a copy and a comparison, no arithmetic.

use ark_bn254::{Fq, Fq2};
use ark_ec::short_weierstrass::{Affine, SWCurveConfig};
use ark_ff::{BigInt, PrimeField};

/// A value of fixed width in a key file.
pub(super) trait Coordinates: Sized {
    /// Width in bytes.
    const LEN: usize;
    /// Appends the bytes.
    fn write(&self, out: &mut Vec<u8>);
    /// Takes the value from the front of `bytes`; `None` when they end early or a coordinate is not reduced. Whether
    /// a point is on its curve is not looked at.
    fn read(bytes: &mut &[u8]) -> Option<Self>;
}

impl Coordinates for Fq {
    const LEN: usize = 32;

    fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.0.0.iter().flat_map(|limb| limb.to_le_bytes()));
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        let mut limbs = [0; 4];
        for limb in &mut limbs {
            let (first, rest) = bytes.split_first_chunk()?;
            *limb = u64::from_le_bytes(*first);
            *bytes = rest;
        }
        let limbs = BigInt::new(limbs);
        (limbs < Self::MODULUS).then_some(Self::new_unchecked(limbs))
    }
}

impl Coordinates for Fq2 {
    const LEN: usize = 2 * Fq::LEN;

    fn write(&self, out: &mut Vec<u8>) {
        self.c0.write(out);
        self.c1.write(out);
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        Some(Self::new(Fq::read(bytes)?, Fq::read(bytes)?))
    }
}

impl<P: SWCurveConfig> Coordinates for Affine<P>
where
    P::BaseField: Coordinates,
{
    const LEN: usize = 2 * P::BaseField::LEN;

    fn write(&self, out: &mut Vec<u8>) {
        // The identity's coordinates are zeros in memory as well.
        self.x.write(out);
        self.y.write(out);
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        Some(Self::new_unchecked(P::BaseField::read(bytes)?, P::BaseField::read(bytes)?))
    }
}
