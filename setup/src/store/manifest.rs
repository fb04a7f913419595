//! What lies beside a proving key: whose it is, how long it is, and its hash.

use pot_protocol::{
    digest::Digest,
    keys::{KeyId, VerifyingKey},
    rule::Capacity,
};
use serde::{Deserialize, Serialize};

use crate::phase2;

const FORMAT: &str = "pot key manifest v2";
/// What stood beside proving keys of a format of their own, before they were zkeys.
const EARLIER: &str = "pot key manifest v1";

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
    /// Length of the zkey, in bytes.
    pub zkey_bytes: u64,
    /// SHA-256 of the zkey.
    pub zkey_sha256: Digest,
    /// The ceremony that the key comes from, for people who look into it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ceremony: Option<phase2::Record>,
}

/// What a manifest of any version begins with.
#[derive(Deserialize)]
struct Versioned {
    format: String,
}

impl Manifest {
    /// The manifest of a key whose file is `zkey`.
    pub(super) fn of(verifying: &VerifyingKey, zkey: &[u8], ceremony: Option<phase2::Record>) -> Self {
        Self {
            format: FORMAT.to_owned(),
            key: verifying.id(),
            circuit: verifying.circuit(),
            capacity: verifying.capacity(),
            provenance: verifying.provenance().to_string(),
            zkey_bytes: zkey.len() as u64,
            zkey_sha256: Digest::of(zkey),
            ceremony,
        }
    }

    /// Reads the manifest of the key `id`, or says what is wrong with it.
    pub(super) fn parse(bytes: &[u8], id: KeyId) -> Result<Self, String> {
        let not = |error: serde_json::Error| format!("not a key manifest ({error})");
        let Versioned { format } = serde_json::from_slice(bytes).map_err(not)?;
        if format == EARLIER {
            return Err("an earlier version of this program made this key, not as a zkey".to_owned());
        }
        if format != FORMAT {
            return Err(format!("its format is '{format}', this program reads '{FORMAT}'"));
        }
        let manifest: Self = serde_json::from_slice(bytes).map_err(not)?;
        if manifest.key != id {
            return Err(format!("it is the manifest of key {}", manifest.key));
        }
        Ok(manifest)
    }

    /// Whether it says the same of the key as `other`, with or without the record of a ceremony.
    pub(super) fn is_of_the_key_of(&self, other: &Self) -> bool {
        let bare = |manifest: &Self| Self { ceremony: None, ..manifest.clone() };
        bare(self) == bare(other)
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}
