//! A bill of materials for machine learning: both models, and the verdict as a declaration with its evidence.
//!
//! `CycloneDX` 1.6, <https://cyclonedx.org/docs/1.6/json/>.

use pot_protocol::{digest::Digest, registration::ModelIdentity};
use serde_json::{Value, json};

use super::Published;
use crate::error::ProverError;

/// The JSON. `files` are the other files of the release.
pub(super) fn render(published: &Published<'_>, files: &[(String, Digest)]) -> Result<Vec<u8>, ProverError> {
    let statement = &published.checked.bundle.statement;
    let registration = published.registration();
    let references: Vec<Value> = files
        .iter()
        .map(|(name, digest)| {
            let kind = if name.ends_with(".sigstore.json") { "attestation" } else { "evidence" };
            json!({ "type": kind, "url": name, "hashes": [{ "alg": "SHA-256", "content": digest }] })
        })
        .collect();
    let mut candidate = component("candidate", published.model(), &registration.candidate);
    candidate["externalReferences"] = json!(references);
    let evidence = json!({
        "bom-ref": "evidence-bundle",
        "propertyName": "proof-of-training:bundle",
        "description": format!(
            "A Groth16 proof that the registered rule gives this verdict on the committed scores; statement {}. That the scores \
             came from these models is the auditor's word.",
            statement.digest()
        ),
        "data": [{ "name": "bundle.pot", "contents": { "url": "bundle.pot" } }],
    });
    let reasoning =
        [Some(published.bound()), published.consequence()].into_iter().flatten().collect::<Vec<_>>().join(". ");
    let claim = json!({
        "bom-ref": "claim-verdict",
        "target": "candidate",
        "predicate": format!("{} against the reference", published.verdict()),
        "reasoning": reasoning,
        "evidence": ["evidence-bundle"],
    });
    let bom = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": serial(statement.digest()),
        "version": 1,
        "metadata": {
            "timestamp": super::summary::time(statement.fields().sealed_at),
            "tools": { "components": [{
                "type": "application", "name": "pot-prove", "version": env!("CARGO_PKG_VERSION")
            }] },
        },
        "components": [candidate, component("reference", registration.reference.name(), &registration.reference)],
        "declarations": {
            "assessors": [{ "bom-ref": "assessor-auditor", "thirdParty": false }],
            "attestations": [{
                "summary": "Behavioural identity of a model",
                "assessor": "assessor-auditor",
                "map": [{ "claims": ["claim-verdict"] }],
            }],
            "claims": [claim],
            "evidence": [evidence],
        },
    });
    serde_json::to_vec_pretty(&bom).map_err(|e| ProverError::Sealed(e.to_string()))
}

fn component(role: &str, name: &str, identity: &ModelIdentity) -> Value {
    let mut component = json!({ "type": "machine-learning-model", "bom-ref": role, "name": name });
    if let Some(weights) = identity.weights() {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": weights }]);
    }
    component
}

/// A UUID that follows from the statement: version 8, "custom", of RFC 9562.
fn serial(statement: Digest) -> String {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&statement.0[..16]);
    bytes[6] = (bytes[6] & 0x0f) | 0x80;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex = hex::encode(bytes);
    format!("urn:uuid:{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
