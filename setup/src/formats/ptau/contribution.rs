//! Section 7 of a `.ptau`: what each contributor left behind.
//!
//! ```text
//! n 4 | n times: τ·G1 64 | τ·G2 128 | α·G1 64 | β·G1 64 | β·G2 128      the accumulated values after this contribution
//!                public keys 768    (s, s·x) in G1 for τ, α, β, then spx in G2 for τ, α, β
//!                partial hash 216   BLAKE2b over the challenge and the response's points, unfinished
//!                next challenge 64
//!                type 4 | length 4 | parameters: 1 name, 2 iterations, 3 beacon (each: number 1, then length 1 + bytes
//!                or, for the iterations, one byte), ascending
//! ```

use ark_bn254::{G1Affine, G2Affine};
use ark_ec::short_weierstrass::{Affine, SWCurveConfig};

use super::points::read_point;
use crate::formats::{container::take, points::Coordinates};

/// Bytes of a contribution without its parameters.
const FIXED_LEN: usize = 448 + 768 + 216 + 64 + 8;

/// One contribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// τ·G1 after it.
    pub tau_g1: G1Affine,
    /// τ·G2 after it.
    pub tau_g2: G2Affine,
    /// α·G1 after it.
    pub alpha_g1: G1Affine,
    /// β·G1 after it.
    pub beta_g1: G1Affine,
    /// β·G2 after it.
    pub beta_g2: G2Affine,
    /// That the contributor knew the secrets.
    pub keys: PublicKeys,
    /// The state of BLAKE2b-512 after the challenge and the response's points; with the public keys it gives the response's hash.
    pub partial_hash: [u8; 216],
    /// What the next contributor starts from.
    pub next_challenge: [u8; 64],
    /// The contributor's name, UTF-8 if whoever wrote it was honest.
    pub name: Option<Vec<u8>>,
    /// Where the secrets came from.
    pub origin: Origin,
}

/// Where a contribution's secrets came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// From a contributor.
    Contributor,
    /// From a public value, hashed 2^`iterations_exp` times: no secret at all.
    Beacon {
        /// Base-2 logarithm of the number of SHA-256 iterations, 10 to 63.
        iterations_exp: u8,
        /// The public value.
        value: Vec<u8>,
    },
}

/// The proofs of knowledge of one contribution's τ, α and β.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKeys {
    /// Of τ.
    pub tau: PublicKey,
    /// Of α.
    pub alpha: PublicKey,
    /// Of β.
    pub beta: PublicKey,
}

/// The proof of knowledge of a secret x: (s, x·s, x·H) with H hashed from the challenge and the first two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// s, a random point.
    pub g1_s: G1Affine,
    /// x·s
    pub g1_sx: G1Affine,
    /// x·H
    pub g2_spx: G2Affine,
}

impl PublicKeys {
    /// τ, α, β, with their number in the hashes and their names.
    pub fn each(&self) -> [(u8, &'static str, &PublicKey); 3] {
        [(0, "tau", &self.tau), (1, "alpha", &self.alpha), (2, "beta", &self.beta)]
    }
}

impl Contribution {
    /// The name for people; unprintable characters are escaped.
    pub fn display_name(&self) -> String {
        self.name.as_deref().map(|name| String::from_utf8_lossy(name).escape_debug().to_string()).unwrap_or_default()
    }
}

/// Reads the section.
pub(super) fn read_all(mut bytes: &[u8]) -> Result<Vec<Contribution>, String> {
    let count = take::<4>(&mut bytes).map(u32::from_le_bytes).ok_or("section 7 ends early")?;
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    if count.checked_mul(FIXED_LEN).is_none_or(|least| least > bytes.len()) {
        return Err(format!("section 7 announces {count} contributions and is too short for them"));
    }
    let mut all = Vec::with_capacity(count);
    for number in 1..=count {
        all.push(read(&mut bytes).map_err(|reason| format!("contribution {number}: {reason}"))?);
    }
    if bytes.is_empty() { Ok(all) } else { Err(format!("section 7: {} bytes are left over", bytes.len())) }
}

/// The content of the section.
pub(super) fn write_all(contributions: &[Contribution]) -> Vec<u8> {
    let mut out = Vec::with_capacity(4 + contributions.len() * (FIXED_LEN + 64));
    out.extend(u32::try_from(contributions.len()).unwrap_or(u32::MAX).to_le_bytes());
    for contribution in contributions {
        write(contribution, &mut out);
    }
    out
}

fn read(bytes: &mut &[u8]) -> Result<Contribution, String> {
    let cut = || "it is cut off".to_owned();
    let (tau_g1, tau_g2) = (point(bytes, "tau*G1")?, group_point(bytes, "tau*G2")?);
    let (alpha_g1, beta_g1) = (point(bytes, "alpha*G1")?, point(bytes, "beta*G1")?);
    let beta_g2 = group_point(bytes, "beta*G2")?;
    let mut in_g1 = [G1Affine::default(); 6];
    for key in &mut in_g1 {
        *key = point(bytes, "a public key in G1")?;
    }
    let mut in_g2 = [G2Affine::default(); 3];
    for key in &mut in_g2 {
        *key = group_point(bytes, "a public key in G2")?;
    }
    let key = |i: usize| PublicKey { g1_s: in_g1[2 * i], g1_sx: in_g1[2 * i + 1], g2_spx: in_g2[i] };
    let keys = PublicKeys { tau: key(0), alpha: key(1), beta: key(2) };
    let partial_hash = take(bytes).ok_or_else(cut)?;
    let next_challenge = take(bytes).ok_or_else(cut)?;
    let kind = take(bytes).map(u32::from_le_bytes).ok_or_else(cut)?;
    let length = take(bytes).map(u32::from_le_bytes).ok_or_else(cut)?;
    let parameters = usize::try_from(length).ok().and_then(|length| bytes.split_at_checked(length));
    let (parameters, rest) = parameters.ok_or("its parameters are cut off")?;
    *bytes = rest;
    let (name, origin) = read_parameters(kind, parameters)?;
    Ok(Contribution { tau_g1, tau_g2, alpha_g1, beta_g1, beta_g2, keys, partial_hash, next_challenge, name, origin })
}

fn read_parameters(kind: u32, mut bytes: &[u8]) -> Result<(Option<Vec<u8>>, Origin), String> {
    let (mut name, mut iterations, mut value, mut last) = (None, None, None, 0);
    while let Some(number) = take::<1>(&mut bytes).map(u8::from_le_bytes) {
        if number <= last {
            return Err("its parameters are not in order".to_owned());
        }
        last = number;
        let cut = || format!("its parameter {number} is cut off");
        let byte = take::<1>(&mut bytes).map(u8::from_le_bytes).ok_or_else(cut)?;
        let mut text = || -> Result<Vec<u8>, String> {
            let (text, rest) = bytes.split_at_checked(usize::from(byte)).ok_or_else(cut)?;
            bytes = rest;
            Ok(text.to_vec())
        };
        match number {
            1 => name = Some(text()?),
            2 => iterations = Some(byte),
            3 => value = Some(text()?),
            _ => return Err(format!("its parameter {number} is unknown")),
        }
    }
    let origin = match (kind, iterations, value) {
        (0, None, None) => Origin::Contributor,
        (1, Some(iterations_exp @ 10..=63), Some(value)) if !value.is_empty() => {
            Origin::Beacon { iterations_exp, value }
        }
        _ => return Err(format!("type {kind} does not go with its parameters")),
    };
    Ok((name, origin))
}

fn write(contribution: &Contribution, out: &mut Vec<u8>) {
    let Contribution { tau_g1, tau_g2, alpha_g1, beta_g1, beta_g2, keys, .. } = contribution;
    tau_g1.write(out);
    tau_g2.write(out);
    alpha_g1.write(out);
    beta_g1.write(out);
    beta_g2.write(out);
    for (_, _, key) in keys.each() {
        key.g1_s.write(out);
        key.g1_sx.write(out);
    }
    for (_, _, key) in keys.each() {
        key.g2_spx.write(out);
    }
    out.extend(contribution.partial_hash);
    out.extend(contribution.next_challenge);
    let mut parameters = Vec::new();
    let text = |number: u8, text: &[u8], out: &mut Vec<u8>| {
        let text = &text[..text.len().min(255)];
        out.extend([number, u8::try_from(text.len()).unwrap_or(u8::MAX)]);
        out.extend(text);
    };
    if let Some(name) = &contribution.name {
        text(1, name, &mut parameters);
    }
    let kind = match &contribution.origin {
        Origin::Contributor => 0u32,
        Origin::Beacon { iterations_exp, value } => {
            parameters.extend([2, *iterations_exp]);
            text(3, value, &mut parameters);
            1
        }
    };
    out.extend(kind.to_le_bytes());
    out.extend(u32::try_from(parameters.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend(parameters);
}

fn point<P: SWCurveConfig>(bytes: &mut &[u8], what: &str) -> Result<Affine<P>, String>
where
    Affine<P>: Coordinates,
{
    let (point, rest) = bytes.split_at_checked(Affine::<P>::LEN).ok_or_else(|| format!("{what} is cut off"))?;
    *bytes = rest;
    read_point(point).map_err(|reason| format!("{what}: {reason}"))
}

/// A point of G2, which has to be in the subgroup.
fn group_point(bytes: &mut &[u8], what: &str) -> Result<G2Affine, String> {
    let point: G2Affine = point(bytes, what)?;
    if point.is_in_correct_subgroup_assuming_on_curve() {
        Ok(point)
    } else {
        Err(format!("{what}: it is not in the group G2"))
    }
}
