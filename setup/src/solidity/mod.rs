//! Our verifier contract for the EVM: one verifying key, a list of allowed policies, and the statement's own bytes as
//! what is proved.

mod constants;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::PrimeField;
use pot_protocol::{keys::VerifyingKey, policy::Policy, rule::Capacity};

use crate::{SetupError, circuits};

const TEMPLATE: &str = include_str!("PotVerifier.sol.in");

/// The source of the contract that accepts verdicts proved under `key` for any of `policies`.
///
/// For each policy the point `IC_0` + π·`IC_3` is part of the contract, which saves a multiplication in every call.
///
/// # Errors
/// [`SetupError::Contract`] when the key is for another circuit than this version's verdict circuit, when there is no
/// policy or one twice, or when a policy needs more scores than the circuit holds.
pub fn contract(key: &VerifyingKey, policies: &[Policy]) -> Result<String, SetupError> {
    let refuse = |reason: String| Err(SetupError::Contract(reason));
    if key.circuit() != circuits::id(key.capacity()) {
        return refuse(format!("key {} is for another circuit than this version's verdict circuit", key.id()));
    }
    if policies.is_empty() {
        return refuse("it would accept no policy at all: name one with --policy or --policy-file".to_owned());
    }
    let mut seen = BTreeSet::new();
    let mut branches = String::new();
    for policy in policies {
        let (name, n_max) = (&policy.parameters().name, policy.coefficients().n_max);
        if !seen.insert(policy.document_digest()) {
            return refuse(format!("policy {name} is listed twice"));
        }
        if n_max as usize > key.capacity().scores() {
            return refuse(format!("policy {name} asks up to {n_max} challenges, the key's circuit holds fewer"));
        }
        branches += &branch(key, policy);
    }
    let names: Vec<_> = policies.iter().map(|policy| policy.parameters().name.as_str()).collect();
    let code = match key.capacity() {
        Capacity::C128 => "0",
        Capacity::C1024 => "1",
    };
    Ok([
        ("KEY_ID", key.id().to_string()),
        ("PROVENANCE", provenance(key)),
        ("CIRCUIT", key.circuit().to_string()),
        ("CAPACITY", key.capacity().scores().to_string()),
        ("CAPACITY_CODE", code.to_owned()),
        ("POLICY_NAMES", names.join(", ")),
        ("KEY_POINTS", constants::key_points(key.points())),
        ("POLICIES", branches),
        ("VERDICT_BITS", constants::verdict_bits(key.points(), key.capacity())),
    ]
    .into_iter()
    .fold(TEMPLATE.to_owned(), |source, (name, value)| source.replace(&format!("{{{{{name}}}}}"), &value)))
}

fn provenance(key: &VerifyingKey) -> String {
    let standing = key.standing();
    match standing.forger() {
        None => format!("a {},", key.origin()),
        Some(forger) => format!("a {} KEY: {forger};", standing.to_string().to_uppercase()),
    }
}

/// The branch of `_policy` for one policy.
fn branch(key: &VerifyingKey, policy: &Policy) -> String {
    let pi = ark_bn254::Fr::from_be_bytes_mod_order(&policy.coefficients_digest().0);
    let [constant, _, _, ic, _] = key.points().ic;
    let point = (constant.into_group() + ic * pi).into_affine();
    let [x, y] = constants::g1(&point);
    format!(
        "        // {}\n        if (\n            document == 0x{}\n                && coefficients == 0x{}\n        ) {{\n            \
         return (\n                {x},\n                {y},\n                {}\n            );\n        }}\n",
        policy.parameters().name,
        policy.document_digest(),
        policy.coefficients_digest(),
        policy.parameters().kind as u8
    )
}
