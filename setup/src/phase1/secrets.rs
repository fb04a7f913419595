//! τ, α and β of one contribution, and the proofs that its maker knows them.

use ark_bn254::{Fr, G1Affine, G2Affine};
use ark_ec::short_weierstrass::Affine;
use ark_ff::{PrimeField, Zero};
use blake2::{Blake2b512, Digest};
use zeroize::Zeroizing;

use super::hashes::key_point;
use crate::{
    SetupError,
    curve::{Endomorphism, scale_each},
    formats::ptau::{PublicKey, PublicKeys},
    phase2::deterministic::Stream,
};

/// The toxic waste: whoever has all contributors' can forge. Wiped when dropped.
pub(crate) struct Secrets {
    /// τ
    pub(crate) tau: Zeroizing<Fr>,
    /// α
    pub(crate) alpha: Zeroizing<Fr>,
    /// β
    pub(crate) beta: Zeroizing<Fr>,
    /// The random points of the three proofs of knowledge.
    points: [G1Affine; 3],
}

impl Secrets {
    /// From the operating system's randomness and whatever else the contributor adds to it: the result is as good as
    /// the better of both.
    pub(crate) fn secret(extra: &[u8]) -> Result<Self, SetupError> {
        let mut os = Zeroizing::new([0; 64]);
        getrandom::fill(os.as_mut_slice()).map_err(SetupError::Randomness)?;
        let derive = |purpose: &[u8]| -> Zeroizing<[u8; 64]> {
            let mut derived = Zeroizing::new([0; 64]);
            let mut hasher = Blake2b512::new_with_prefix(b"pot phase 1 contribution v1");
            hasher.update([u8::try_from(purpose.len()).unwrap_or_default()]);
            hasher.update(purpose);
            hasher.update(os.as_slice());
            hasher.update(extra);
            derived.copy_from_slice(hasher.finalize().as_slice());
            derived
        };
        // 512 bits reduced: as good as uniform.
        let number = |purpose: &[u8]| Zeroizing::new(Fr::from_le_bytes_mod_order(derive(purpose).as_slice()));
        let point = |purpose: &[u8]| {
            let mut seed = Zeroizing::new([0; 32]);
            seed.copy_from_slice(&derive(purpose)[..32]);
            Stream::new(&seed).g1()
        };
        let secrets = Self {
            tau: number(b"tau"),
            alpha: number(b"alpha"),
            beta: number(b"beta"),
            points: [point(b"tau's point"), point(b"alpha's point"), point(b"beta's point")],
        };
        let zero = [&secrets.tau, &secrets.alpha, &secrets.beta].iter().any(|secret| secret.is_zero());
        if zero { Self::secret(extra) } else { Ok(secrets) }
    }

    /// No secrets at all: what a public value gives, as snarkjs draws it.
    pub(crate) fn of_beacon(value: &[u8], iterations_exp: u8) -> Self {
        let mut stream = Stream::of_beacon(value, iterations_exp);
        let (tau, alpha, beta) = (stream.fr(), stream.fr(), stream.fr());
        let points = [stream.g1(), stream.g1(), stream.g1()];
        Self { tau: Zeroizing::new(tau), alpha: Zeroizing::new(alpha), beta: Zeroizing::new(beta), points }
    }

    /// The proofs of knowledge, for this challenge and no other.
    pub(crate) fn public_keys(&self, challenge: &[u8; 64]) -> PublicKeys {
        let key = |number: u8, secret: &Fr, g1_s: G1Affine| {
            let g1_sx = times(&g1_s, secret);
            let point: G2Affine = key_point(number, challenge, &g1_s, &g1_sx);
            PublicKey { g1_s, g1_sx, g2_spx: times(&point, secret) }
        };
        PublicKeys {
            tau: key(0, &self.tau, self.points[0]),
            alpha: key(1, &self.alpha, self.points[1]),
            beta: key(2, &self.beta, self.points[2]),
        }
    }
}

/// One multiplication by a secret.
pub(crate) fn times<P: Endomorphism>(point: &Affine<P>, secret: &Fr) -> Affine<P> {
    let mut product = [*point];
    scale_each(&mut product, std::slice::from_ref(secret));
    product[0]
}
