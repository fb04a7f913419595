//! What lies beside a proving key: whose it is, how long it is, and its hash.

use pot_protocol::{digest::Digest, keys::KeyId, rule::Capacity};
use serde::{Deserialize, Serialize};

use crate::ProvingKey;

const FORMAT: &str = "pot key manifest v1";

/// The manifest of a stored key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    format: String,
    /// The key's id.
    pub key: KeyId,
    /// The circuit that it is for.
    pub circuit: Digest,
    /// That circuit's capacity.
    pub capacity: Capacity,
    /// Where the key comes from, in a word. For people: the verifying key itself says it to programs.
    pub provenance: String,
    /// Length of the proving-key file, in bytes.
    pub proving_key_bytes: u64,
    /// SHA-256 of the proving-key file.
    pub proving_key_sha256: Digest,
}

impl Manifest {
    /// The manifest of a key whose file is `proving`.
    pub(super) fn of(key: &ProvingKey, proving: &[u8]) -> Self {
        Self {
            format: FORMAT.to_owned(),
            key: key.id(),
            circuit: key.verifying().circuit(),
            capacity: key.verifying().capacity(),
            provenance: key.verifying().provenance().to_string(),
            proving_key_bytes: proving.len() as u64,
            proving_key_sha256: Digest::of(proving),
        }
    }

    /// Reads the manifest of the key `id`, or says what is wrong with it.
    pub(super) fn parse(bytes: &[u8], id: KeyId) -> Result<Self, String> {
        let manifest: Self = serde_json::from_slice(bytes).map_err(|error| format!("not a key manifest ({error})"))?;
        if manifest.format != FORMAT {
            return Err(format!("its format is '{}', this program reads '{FORMAT}'", manifest.format));
        }
        if manifest.key != id {
            return Err(format!("it is the manifest of key {}", manifest.key));
        }
        Ok(manifest)
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}
