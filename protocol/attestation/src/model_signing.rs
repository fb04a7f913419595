//! `OpenSSF` model signing (v1.0): a publisher's signature over the files of a model.

use std::collections::BTreeMap;

use pot_protocol::{digest::Digest, registration::ModelIdentity};
use serde::Deserialize;

use crate::{
    intoto::{Statement, Subject},
    model_root::weights_of,
};

/// Type of the predicate.
pub const MODEL_SIGNING: &str = "https://model_signing/signature/v1.0";

/// The predicate, as far as it is read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SignedModel {
    serialization: Serialization,
    resources: Vec<Resource>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Serialization {
    method: String,
    hash_type: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Resource {
    algorithm: String,
    name: String,
    digest: String,
}

impl SignedModel {
    /// How many files were signed, if they hold every file that the model `identity` was read from.
    ///
    /// # Errors
    /// What is missing, differs, or is not the format's version 1.0 with SHA-256 of whole files.
    pub fn covers(statement: &Statement<Self>, identity: &ModelIdentity) -> Result<usize, String> {
        let Self { serialization, resources } = &statement.predicate;
        if serialization.method != "files" || serialization.hash_type != "sha256" {
            return Err(format!(
                "its files are hashed by {} of {}, read is sha256 of files",
                serialization.hash_type, serialization.method
            ));
        }
        let mut signed = BTreeMap::new();
        let mut root = vec![];
        for resource in resources {
            let digest: Digest = resource.digest.parse()?;
            if resource.algorithm != "sha256" || signed.insert(resource.name.as_str(), digest).is_some() {
                return Err(format!("its entry for {} is no single sha256", resource.name));
            }
            root.extend(digest.0);
        }
        if statement.subject.iter().filter_map(Subject::sha256_digest).ne([Digest::of(&root)]) {
            return Err("its subject is not the root of its files".to_owned());
        }
        if identity.files().is_empty() {
            return Err(format!("'{}' was not read from files", identity.name().escape_debug()));
        }
        if identity.weights() != Some(weights_of(identity)) {
            return Err("the registered weights are not those of the registered files".to_owned());
        }
        for file in identity.files() {
            match signed.get(file.name.as_str()) {
                Some(digest) if *digest == file.sha256 => {}
                Some(digest) => {
                    return Err(format!("{} is signed as {digest}, registered as {}", file.name, file.sha256));
                }
                None => return Err(format!("{} is not among the signed files", file.name)),
            }
        }
        Ok(signed.len())
    }
}
