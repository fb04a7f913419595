//! Groth16 proofs.

use ark_bn254::{G1Affine, G2Affine};

use super::{
    ProofError,
    points::{G1_LEN, G2_LEN, decode_g1, decode_g2, encode_g1, encode_g2},
};

/// A proof as it travels: A, B and C compressed, 128 bytes. Nothing is checked yet.
///
/// A proof is malleable (from one, anyone can make others for the same statement), so its bytes identify nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProofBytes(pub [u8; Self::LEN]);

impl ProofBytes {
    /// Bytes of a proof.
    pub const LEN: usize = G1_LEN + G2_LEN + G1_LEN;

    /// Reads the three points.
    ///
    /// # Errors
    /// [`ProofError::Point`] when a point is not canonical, not on its curve, outside its subgroup, or infinity.
    pub fn decode(&self) -> Result<ProofPoints, ProofError> {
        let (a, b, c) = self.split();
        Ok(ProofPoints {
            a: decode_g1(&a).map_err(|e| ProofError::Point("A", e))?,
            b: decode_g2(&b).map_err(|e| ProofError::Point("B", e))?,
            c: decode_g1(&c).map_err(|e| ProofError::Point("C", e))?,
        })
    }

    fn split(&self) -> ([u8; G1_LEN], [u8; G2_LEN], [u8; G1_LEN]) {
        let (mut a, mut b, mut c) = ([0; G1_LEN], [0; G2_LEN], [0; G1_LEN]);
        let (first, rest) = self.0.split_at(G1_LEN);
        let (middle, last) = rest.split_at(G2_LEN);
        a.copy_from_slice(first);
        b.copy_from_slice(middle);
        c.copy_from_slice(last);
        (a, b, c)
    }
}

impl std::fmt::Debug for ProofBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ProofBytes({})", hex::encode(self.0))
    }
}

/// A proof whose points are members of their groups. Whether it proves anything, [`super::VerifyingKey::verify`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProofPoints {
    pub(super) a: G1Affine,
    pub(super) b: G2Affine,
    pub(super) c: G1Affine,
}

impl ProofPoints {
    /// The canonical bytes of a proof with these points, which a prover has just computed. They are checked when the
    /// bytes are decoded.
    pub fn encode(a: &G1Affine, b: &G2Affine, c: &G1Affine) -> ProofBytes {
        let mut bytes = [0; ProofBytes::LEN];
        let points = [encode_g1(a).as_slice(), &encode_g2(b), &encode_g1(c)].concat();
        bytes.copy_from_slice(&points);
        ProofBytes(bytes)
    }

    /// The canonical bytes of this proof.
    pub fn to_bytes(&self) -> ProofBytes {
        Self::encode(&self.a, &self.b, &self.c)
    }
}
