//! snarkjs' deterministic randomness: a stream of `ChaCha20`, and the numbers and points that it draws from one. A ceremony's
//! checks recompute such points, so every bit has to be the same.
//!
//! Read off snarkjs 0.7.6 and ffjavascript: the key is 32 bytes, taken as eight big-endian words; nonce and counter
//! begin at 0. A 64-bit number is two words, the higher first. A field element is four 64-bit numbers, the lowest first,
//! cut to 254 bits and drawn again until it is below the modulus; it *is the Montgomery form*, not the value.

use ark_bn254::{Fq2, Fr, G1Affine, G2Affine, G2Projective, g1, g2};
use ark_ec::{CurveConfig, CurveGroup, short_weierstrass::SWCurveConfig};
use ark_ff::{AdditiveGroup, BigInt, Field, MontBackend, MontConfig};
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng, SeedableRng},
};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::curve::BigEndian;

/// The stream that a seed gives.
pub(crate) struct Stream(ChaCha20Rng);

impl Stream {
    /// The stream under the first 32 bytes of a hash.
    pub(crate) fn new(hash: &[u8; 32]) -> Self {
        // snarkjs reads the key's words big-endian, ChaCha little-endian.
        let mut key = Zeroizing::new(*hash);
        key.chunks_exact_mut(4).for_each(<[u8]>::reverse);
        Self(ChaCha20Rng::from_seed(*key))
    }

    /// The stream of a beacon: under SHA-256 applied 2^`iterations_exp` times to the public value.
    pub(crate) fn of_beacon(value: &[u8], iterations_exp: u8) -> Self {
        let mut hash: [u8; 32] = Sha256::digest(value).into();
        // 2^63 is the most that the formats allow, and nobody waits for that.
        for _ in 1..1u64.checked_shl(iterations_exp.into()).unwrap_or(u64::MAX) {
            hash = Sha256::digest(hash).into();
        }
        Self::new(&hash)
    }

    /// A number below r.
    pub(crate) fn fr(&mut self) -> Fr {
        self.field()
    }

    /// A point of G1.
    pub(crate) fn g1(&mut self) -> G1Affine {
        loop {
            let x = self.field::<_>();
            if let Some((x, y)) = self.curve_point::<g1::Config>(x) {
                return G1Affine::new_unchecked(x, y);
            }
        }
    }

    /// A point of G2, its cofactor cleared.
    pub(crate) fn g2(&mut self) -> G2Affine {
        loop {
            let x = Fq2::new(self.field(), self.field());
            if let Some((x, y)) = self.curve_point::<g2::Config>(x) {
                return cofactor_times(&G2Affine::new_unchecked(x, y));
            }
        }
    }

    /// The point above x of the sign that the stream's next bit says; `None` when there is none. The bit is drawn always.
    fn curve_point<P: SWCurveConfig<BaseField: BigEndian>>(
        &mut self,
        x: P::BaseField,
    ) -> Option<(P::BaseField, P::BaseField)> {
        let negative = self.0.next_u32() & 1 == 1;
        let y = (x.square() * x + P::COEFF_B).sqrt()?;
        Some((x, if y.is_greater() == negative { y } else { -y }))
    }

    fn field<T: MontConfig<4>>(&mut self) -> ark_ff::Fp<MontBackend<T, 4>, 4> {
        loop {
            let mut limbs = [0; 4];
            for limb in &mut limbs {
                *limb = u64::from(self.0.next_u32()) << 32 | u64::from(self.0.next_u32());
            }
            limbs[3] &= u64::MAX >> 2;
            if BigInt::new(limbs) < T::MODULUS {
                return ark_ff::Fp::new_unchecked(BigInt::new(limbs));
            }
        }
    }
}

/// The point of G2 that a transcript is hashed to; nobody knows its logarithm.
pub(crate) fn hash_to_g2(transcript: &[u8; 64]) -> G2Affine {
    let mut seed = [0; 32];
    seed.copy_from_slice(&transcript[..32]);
    Stream::new(&seed).g2()
}

/// The cofactor's multiple, by the plain definition: arkworks' fast clearing gives another multiple, and its fast scalar
/// multiplication is for points of the subgroup only.
fn cofactor_times(point: &G2Affine) -> G2Affine {
    let bits = g2::Config::COFACTOR.iter().rev().flat_map(|limb| (0..64).rev().map(move |bit| limb >> bit & 1 == 1));
    let mut multiple = G2Projective::ZERO;
    for bit in bits {
        multiple.double_in_place();
        if bit {
            multiple += point;
        }
    }
    multiple.into_affine()
}
