//! `verification_key.json`.

use ark_bn254::{Bn254, Fq12, G1Affine, G2Affine};
use ark_ec::pairing::Pairing;
use serde::{Deserialize, Serialize};

use super::{
    CURVE, JsonError, PROTOCOL, check_names, parse,
    point::{Fq12Text, G1Text, G2Text, read_fq12, read_g1, read_g2, write_fq12, write_g1, write_g2},
    render,
};
use crate::keys::KeyPoints;

const FILE: &str = "verification_key.json";

/// The points of a verifying key of any circuit. That of the verdict relation is [`KeyPoints`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenericKey {
    /// α in G1.
    pub alpha_g1: G1Affine,
    /// β in G2.
    pub beta_g2: G2Affine,
    /// γ in G2.
    pub gamma_g2: G2Affine,
    /// δ in G2.
    pub delta_g2: G2Affine,
    /// One point for the constant, then one for each public input.
    pub ic: Vec<G1Affine>,
}

impl From<&KeyPoints> for GenericKey {
    fn from(key: &KeyPoints) -> Self {
        let KeyPoints { alpha_g1, beta_g2, gamma_g2, delta_g2, ic } = key.clone();
        Self { alpha_g1, beta_g2, gamma_g2, delta_g2, ic: ic.to_vec() }
    }
}

impl TryFrom<GenericKey> for KeyPoints {
    type Error = JsonError;

    /// The points as those of a key for the verdict relation.
    ///
    /// # Errors
    /// [`JsonError`] when it is for another number of public inputs than 4.
    fn try_from(key: GenericKey) -> Result<Self, JsonError> {
        let GenericKey { alpha_g1, beta_g2, gamma_g2, delta_g2, ic } = key;
        let ic = ic.try_into().map_err(|ic: Vec<_>| {
            let found = ic.len().saturating_sub(1);
            JsonError::new(FILE, format!("it is for {found} public inputs, the verdict relation has 4"))
        })?;
        Ok(Self { alpha_g1, beta_g2, gamma_g2, delta_g2, ic })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    protocol: String,
    curve: String,
    #[serde(rename = "nPublic")]
    n_public: usize,
    vk_alpha_1: G1Text,
    vk_beta_2: G2Text,
    vk_gamma_2: G2Text,
    vk_delta_2: G2Text,
    vk_alphabeta_12: Fq12Text,
    #[serde(rename = "IC")]
    ic: Vec<G1Text>,
}

/// The key as `verification_key.json`.
pub fn verification_key(key: &GenericKey) -> String {
    render(&Text {
        protocol: PROTOCOL.to_owned(),
        curve: CURVE.to_owned(),
        n_public: key.ic.len().saturating_sub(1),
        vk_alpha_1: write_g1(&key.alpha_g1),
        vk_beta_2: write_g2(&key.beta_g2),
        vk_gamma_2: write_g2(&key.gamma_g2),
        vk_delta_2: write_g2(&key.delta_g2),
        vk_alphabeta_12: write_fq12(&alpha_beta(key)),
        ic: key.ic.iter().map(write_g1).collect(),
    })
}

/// Reads `verification_key.json`. The pairing in it is computed again and has to agree.
///
/// The points say neither for which circuit the key is nor where it comes from, so it is no
/// [`VerifyingKey`](crate::keys::VerifyingKey) yet.
///
/// # Errors
/// [`JsonError`] naming the field.
pub fn read_verification_key(bytes: &[u8]) -> Result<GenericKey, JsonError> {
    let text: Text = parse(FILE, bytes)?;
    check_names(FILE, &text.protocol, &text.curve)?;
    if text.ic.len() != text.n_public.saturating_add(1) {
        return Err(JsonError::new(FILE, format!("nPublic is {} and IC has {} points", text.n_public, text.ic.len())));
    }
    let named = |name: String| move |reason: String| JsonError::new(FILE, format!("{name}: {reason}"));
    let at = |name: &str| named(name.to_owned());
    let key = GenericKey {
        alpha_g1: read_g1(&text.vk_alpha_1).map_err(at("vk_alpha_1"))?,
        beta_g2: read_g2(&text.vk_beta_2).map_err(at("vk_beta_2"))?,
        gamma_g2: read_g2(&text.vk_gamma_2).map_err(at("vk_gamma_2"))?,
        delta_g2: read_g2(&text.vk_delta_2).map_err(at("vk_delta_2"))?,
        ic: (0..)
            .zip(&text.ic)
            .map(|(i, point): (usize, _)| read_g1(point).map_err(named(format!("IC[{i}]"))))
            .collect::<Result<_, _>>()?,
    };
    if read_fq12(&text.vk_alphabeta_12).map_err(at("vk_alphabeta_12"))? != alpha_beta(&key) {
        return Err(JsonError::new(FILE, "vk_alphabeta_12 is not the pairing of vk_alpha_1 and vk_beta_2"));
    }
    Ok(key)
}

/// e(α, β) as snarkjs has it.
fn alpha_beta(key: &GenericKey) -> Fq12 {
    Bn254::pairing(key.alpha_g1, key.beta_g2).0
}
