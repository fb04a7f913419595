//! Section 2 of a zkey:
//!
//! ```text
//! 32, u32 | q 32 | 32, u32 | r 32 | number of signals u32 | of public ones u32 | domain size u32
//! alpha G1 64 | beta G1 64 | beta G2 128 | gamma G2 128 | delta G1 64 | delta G2 128
//! ```

use ark_bn254::{Fq, Fr, G1Affine, G2Affine};
use ark_ec::short_weierstrass::{Affine, SWCurveConfig};
use ark_ff::{BigInt, PrimeField};

use crate::{
    SetupError,
    formats::{
        container::{Container, take},
        points::{self, Coordinates},
    },
};

/// The largest domain: 2^28, the two-adicity of the scalar field. snarkjs stops there as well.
const MAX_DOMAIN: u32 = 1 << 28;

/// Sizes of a key, and its single points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Number of signals, the constant 1 among them.
    pub n_vars: u32,
    /// Number of public signals, without the constant; below `n_vars`.
    pub n_public: u32,
    /// Size of the evaluation domain: a power of two up to 2^28.
    pub domain_size: u32,
    /// α in G1.
    pub alpha_g1: G1Affine,
    /// β in G1.
    pub beta_g1: G1Affine,
    /// β in G2.
    pub beta_g2: G2Affine,
    /// γ in G2: the generator, in every key that a ceremony gives.
    pub gamma_g2: G2Affine,
    /// δ in G1.
    pub delta_g1: G1Affine,
    /// δ in G2: equal to γ as long as nobody has contributed.
    pub delta_g2: G2Affine,
}

impl Header {
    pub(super) fn parse(container: &Container<'_>) -> Result<Self, SetupError> {
        Self::from_bytes(container.section(2)?).map_err(|reason| container.bad(reason))
    }

    /// Reads the content of section 2; the error says what is wrong with it.
    pub(crate) fn from_bytes(mut bytes: &[u8]) -> Result<Self, String> {
        let bad = |reason: &str| format!("section 2: {reason}");
        let cut = || bad("it ends early");
        for (modulus, name) in [(Fq::MODULUS, "q"), (Fr::MODULUS, "r")] {
            let width = u32::from_le_bytes(take(&mut bytes).ok_or_else(cut)?);
            if width != 32 || points::read_limbs(&mut bytes) != Some(modulus) {
                return Err(bad(&format!("its {name} is not that of BN254 (bn128)")));
            }
        }
        let [n_vars, n_public, domain_size] = {
            let mut number = || take(&mut bytes).map(u32::from_le_bytes).ok_or_else(cut);
            [number()?, number()?, number()?]
        };
        if n_public >= n_vars {
            return Err(bad("it has as many public signals as signals, or more"));
        }
        if !domain_size.is_power_of_two() || domain_size > MAX_DOMAIN || n_vars > 2 * MAX_DOMAIN {
            return Err(bad("its domain is no power of two up to 2^28, or its signals are more than 2^29"));
        }
        let header = Self {
            n_vars,
            n_public,
            domain_size,
            alpha_g1: point(&mut bytes).map_err(|e| bad(&format!("alpha {e}")))?,
            beta_g1: point(&mut bytes).map_err(|e| bad(&format!("beta in G1 {e}")))?,
            beta_g2: point(&mut bytes).map_err(|e| bad(&format!("beta in G2 {e}")))?,
            gamma_g2: point(&mut bytes).map_err(|e| bad(&format!("gamma {e}")))?,
            delta_g1: point(&mut bytes).map_err(|e| bad(&format!("delta in G1 {e}")))?,
            delta_g2: point(&mut bytes).map_err(|e| bad(&format!("delta in G2 {e}")))?,
        };
        if bytes.is_empty() { Ok(header) } else { Err(bad("it is longer than a header")) }
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(1024);
        for BigInt(modulus) in [Fq::MODULUS, Fr::MODULUS] {
            out.extend(32u32.to_le_bytes());
            out.extend(modulus.iter().flat_map(|limb| limb.to_le_bytes()));
        }
        out.extend([self.n_vars, self.n_public, self.domain_size].iter().flat_map(|n| n.to_le_bytes()));
        self.alpha_g1.write(&mut out);
        self.beta_g1.write(&mut out);
        self.beta_g2.write(&mut out);
        self.gamma_g2.write(&mut out);
        self.delta_g1.write(&mut out);
        self.delta_g2.write(&mut out);
        out
    }
}

/// Takes a point of the subgroup of prime order, other than infinity, from the front of `bytes`.
pub(super) fn point<P: SWCurveConfig>(bytes: &mut &[u8]) -> Result<Affine<P>, &'static str>
where
    Affine<P>: Coordinates,
{
    let point = Affine::<P>::read(bytes).ok_or("is cut off or has a coordinate at or above the modulus")?;
    match points::check(&point) {
        // Only here: the large sections hold infinity for a signal that stands in no constraint.
        Ok(()) if point == Affine::identity() => Err("is the point at infinity"),
        Ok(()) => Ok(point),
        Err(_) => Err("is not a point of the group"),
    }
}
