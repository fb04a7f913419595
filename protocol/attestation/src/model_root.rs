//! A model's root as `OpenSSF` model signing has it: SHA-256 of its files' SHA-256 digests one after the other, in the order
//! of their names. It does not bind the names; the registration, which is stated, does.

use pot_protocol::{digest::Digest, registration::ModelIdentity};

/// The root over all files that a model was read from; nothing for an endpoint or a built-in model, which have none.
pub fn model_root(identity: &ModelIdentity) -> Option<Digest> {
    let digests: Vec<u8> = identity.files().iter().flat_map(|file| file.sha256.0).collect();
    (!digests.is_empty()).then(|| Digest::of(&digests))
}

/// The digest of the weights among a model's files: of the one file, or of the digests of several in the order of their names.
pub fn weights_of(identity: &ModelIdentity) -> Digest {
    let beside = ["config.json", "tokenizer.json"];
    let weights: Vec<_> = identity.files().iter().filter(|file| !beside.contains(&file.name.as_str())).collect();
    match weights.as_slice() {
        [only] => only.sha256,
        several => Digest::of(&several.iter().flat_map(|file| file.sha256.0).collect::<Vec<u8>>()),
    }
}

#[cfg(test)]
mod tests {
    use pot_protocol::registration::ModelFile;

    use super::*;

    #[test]
    fn the_root_is_over_the_digests_in_the_order_of_the_names() {
        let file = |name: &str, byte| ModelFile { name: name.to_owned(), sha256: Digest([byte; 32]) };
        let model = |files| ModelIdentity::Weights {
            name: "m".to_owned(),
            architecture: "llama".to_owned(),
            parameters: 1,
            weights: Digest([1; 32]),
            config: Digest([2; 32]),
            tokenizer: Digest([3; 32]),
            dtype: "f32".to_owned(),
            files,
        };
        assert_eq!(model_root(&model(vec![])), None);
        let two = model_root(&model(vec![file("a", 5), file("b", 6)]));
        assert_eq!(two, Some(Digest::of(&[[5; 32], [6; 32]].concat())));
        // A single file is hashed once more, too.
        assert_eq!(model_root(&model(vec![file("a", 5)])), Some(Digest::of(&[5; 32])));
    }
}
