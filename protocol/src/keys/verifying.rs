//! Verifying keys that may be trusted to be well formed. Whether to trust their maker is for the caller to decide.

use ark_bn254::{G1Affine, G2Affine};

use super::{
    HERMEZ_ALPHA_G1, HERMEZ_BETA_G2, KeyError, KeyId, PointError, Provenance,
    pairing::Prepared,
    points::{decode_g1, decode_g2, encode_g1, encode_g2},
    raw::{IC_LEN, RawVerifyingKey},
};
use crate::{digest::Digest, rule::Capacity};

/// The points of a verifying key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPoints {
    /// α in G1.
    pub alpha_g1: G1Affine,
    /// β in G2.
    pub beta_g2: G2Affine,
    /// γ in G2.
    pub gamma_g2: G2Affine,
    /// δ in G2.
    pub delta_g2: G2Affine,
    /// One point for the constant, then one for each public input.
    pub ic: [G1Affine; IC_LEN],
}

/// A validated verifying key: every point on its curve, in the subgroup and not infinity, γ ≠ ±δ, canonical bytes.
#[derive(Clone, Debug)]
pub struct VerifyingKey {
    id: KeyId,
    pub(super) raw: RawVerifyingKey,
    points: KeyPoints,
    pub(super) prepared: Prepared,
}

impl RawVerifyingKey {
    /// Checks every point and prepares the pairings.
    ///
    /// # Errors
    /// [`KeyError::Point`] for a refused point; [`KeyError::GammaIsDelta`] for a key that anyone can forge under;
    /// [`KeyError::Ceremony`] for a key that claims the public powers of tau and is over others.
    pub fn validate(self) -> Result<VerifyingKey, KeyError> {
        let g1 = |name, bytes| decode_g1(bytes).map_err(|e| KeyError::Point(name, e));
        let g2 = |name, bytes| decode_g2(bytes).map_err(|e| KeyError::Point(name, e));
        let [ic0, ic1, ic2, ic3, ic4] = &self.ic;
        let points = KeyPoints {
            alpha_g1: g1("alpha", &self.alpha_g1)?,
            beta_g2: g2("beta", &self.beta_g2)?,
            gamma_g2: g2("gamma", &self.gamma_g2)?,
            delta_g2: g2("delta", &self.delta_g2)?,
            // An IC point at infinity would leave its public input out of the equation.
            ic: [g1("IC[0]", ic0)?, g1("IC[1]", ic1)?, g1("IC[2]", ic2)?, g1("IC[3]", ic3)?, g1("IC[4]", ic4)?],
        };
        if self.provenance.claims_public_powers()
            && (points.alpha_g1, points.beta_g2) != (HERMEZ_ALPHA_G1, HERMEZ_BETA_G2)
        {
            let reason = "it claims the public powers of tau, and its alpha and beta are not theirs";
            return Err(KeyError::Ceremony(reason.to_owned()));
        }
        // With δ = ±γ the choice A = α, B = β, C = ∓(the inputs' point) satisfies the equation for every input.
        if points.gamma_g2.x == points.delta_g2.x {
            return Err(KeyError::GammaIsDelta);
        }
        Ok(VerifyingKey { id: self.id(), prepared: Prepared::new(&points), raw: self, points })
    }
}

impl VerifyingKey {
    /// Reads a key file.
    ///
    /// # Errors
    /// [`KeyError`] when the file is not a canonical key of this version, or one of its points is refused.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        RawVerifyingKey::from_bytes(bytes)?.validate()
    }

    /// A key made of points that a setup has computed, under the same checks as a key that is read.
    ///
    /// # Errors
    /// [`KeyError`] when a point is refused.
    pub fn new(
        circuit: Digest,
        capacity: Capacity,
        provenance: Provenance,
        points: &KeyPoints,
    ) -> Result<Self, KeyError> {
        if let Provenance::Ceremony(ceremony) = provenance {
            ceremony.check()?;
        }
        let key = RawVerifyingKey {
            circuit,
            capacity,
            provenance,
            alpha_g1: encode_g1(&points.alpha_g1),
            beta_g2: encode_g2(&points.beta_g2),
            gamma_g2: encode_g2(&points.gamma_g2),
            delta_g2: encode_g2(&points.delta_g2),
            ic: points.ic.map(|point| encode_g1(&point)),
        }
        .validate()?;
        // Compression keeps x and a sign: a point off the curve would come back as another one.
        if key.points == *points { Ok(key) } else { Err(KeyError::Point("a given point", PointError::NotAPoint)) }
    }

    /// SHA-256 of the key file.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// The circuit that the key is for.
    pub fn circuit(&self) -> Digest {
        self.raw.circuit
    }

    /// The capacity of that circuit.
    pub fn capacity(&self) -> Capacity {
        self.raw.capacity
    }

    /// Where the key comes from.
    pub fn provenance(&self) -> Provenance {
        self.raw.provenance
    }

    /// The points.
    pub fn points(&self) -> &KeyPoints {
        &self.points
    }

    /// The canonical key file.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.raw.to_bytes()
    }
}
