//! `proof.json`.

use serde::{Deserialize, Serialize};

use super::{
    CURVE, JsonError, PROTOCOL, check_names, parse,
    point::{G1Text, G2Text, read_g1, read_g2, write_g1, write_g2},
    render,
};
use crate::keys::ProofPoints;

const FILE: &str = "proof.json";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    pi_a: G1Text,
    pi_b: G2Text,
    pi_c: G1Text,
    protocol: String,
    curve: String,
}

/// The proof as `proof.json`.
pub fn proof(proof: &ProofPoints) -> String {
    render(&Text {
        pi_a: write_g1(&proof.a),
        pi_b: write_g2(&proof.b),
        pi_c: write_g1(&proof.c),
        protocol: PROTOCOL.to_owned(),
        curve: CURVE.to_owned(),
    })
}

/// Reads `proof.json`.
///
/// # Errors
/// [`JsonError`] naming the point.
pub fn read_proof(bytes: &[u8]) -> Result<ProofPoints, JsonError> {
    let text: Text = parse(FILE, bytes)?;
    check_names(FILE, &text.protocol, &text.curve)?;
    let at = |name| move |reason| JsonError::new(FILE, format!("{name}: {reason}"));
    Ok(ProofPoints {
        a: read_g1(&text.pi_a).map_err(at("pi_a"))?,
        b: read_g2(&text.pi_b).map_err(at("pi_b"))?,
        c: read_g1(&text.pi_c).map_err(at("pi_c"))?,
    })
}
