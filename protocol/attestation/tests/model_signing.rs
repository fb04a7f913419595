//! A signature that `model_signing sign key` (PyPI `model-signing` 1.1.1) made with `openssl/p256.key` over a folder of
//! `README.md` (`# A model`), `config.json` and `model.safetensors` (`weights`).
#![allow(clippy::unwrap_used)] // tests may panic

use pot_attestation::{IN_TOTO, MODEL_SIGNING, PublicKey, SignedModel, SigstoreBundle, Statement, model_root};
use pot_protocol::{
    digest::Digest,
    registration::{ModelFile, ModelIdentity},
};

const SIGNED: &[u8] = include_bytes!("model-signing/model.sig");
const KEY: &str = include_str!("openssl/p256.pub");
const CONFIG: &[u8] = b"{\"architectures\": [\"LlamaForCausalLM\"]}\n";

fn statement() -> Statement<SignedModel> {
    let key = PublicKey::from_pem(KEY).unwrap();
    let bundle = SigstoreBundle::from_json(SIGNED).unwrap();
    let (payload, _) = bundle.verify(IN_TOTO, [&key]).unwrap();
    Statement::from_json(payload, MODEL_SIGNING).unwrap()
}

fn model(files: &[(&str, &[u8])]) -> ModelIdentity {
    let weights = files.iter().filter(|(name, _)| name.ends_with(".safetensors") || *name == "w");
    let weights = weights.map(|(_, bytes)| Digest::of(bytes)).next().unwrap_or_default();
    let files = files.iter().map(|(name, bytes)| ModelFile { name: (*name).to_owned(), sha256: Digest::of(bytes) });
    ModelIdentity::Weights {
        name: "release".to_owned(),
        architecture: "llama".to_owned(),
        parameters: 1,
        weights,
        config: Digest([2; 32]),
        tokenizer: Digest([3; 32]),
        dtype: "f32".to_owned(),
        files: files.collect(),
    }
}

#[test]
fn a_bundle_is_written_as_it_was_read() {
    let bundle = SigstoreBundle::from_json(SIGNED).unwrap();
    let written = bundle.to_json().unwrap();
    assert_eq!(SigstoreBundle::from_json(&written).unwrap(), bundle);
}

#[test]
fn a_signed_folder_covers_the_model_that_was_read_from_it() {
    let read = model(&[("config.json", CONFIG), ("model.safetensors", b"weights")]);
    assert_eq!(SignedModel::covers(&statement(), &read), Ok(3));
    // Of all its files the root is the one that was signed.
    let whole = model(&[("README.md", b"# A model\n"), ("config.json", CONFIG), ("model.safetensors", b"weights")]);
    assert_eq!(model_root(&whole), statement().subject[0].sha256_digest());
}

#[test]
fn it_covers_no_other_model() {
    let refused = |files: &[(&str, &[u8])], why: &str| {
        let error = SignedModel::covers(&statement(), &model(files)).unwrap_err();
        assert!(error.contains(why), "{error}");
    };
    refused(&[("config.json", CONFIG), ("model.safetensors", b"other weights")], "model.safetensors is signed as");
    refused(&[("config.json", CONFIG), ("model-2.safetensors", b"weights")], "not among the signed files");
    refused(&[], "was not read from files");
}

#[test]
fn genuine_files_beside_other_weights_cover_nothing() {
    let files: [(&str, &[u8]); 2] = [("config.json", CONFIG), ("model.safetensors", b"weights")];
    let mut other = model(&files);
    let ModelIdentity::Weights { weights, .. } = &mut other else { return };
    weights.0[0] ^= 1;
    assert!(SignedModel::covers(&statement(), &other).unwrap_err().contains("registered weights"));
    let mut none = model(&files[..1]);
    let ModelIdentity::Weights { weights, .. } = &mut none else { return };
    *weights = Digest::of(b"weights");
    assert!(SignedModel::covers(&statement(), &none).unwrap_err().contains("registered weights"));
}

#[test]
fn what_it_says_of_its_files_has_to_agree_with_its_subject() {
    let json = serde_json::to_string(&serde_json::json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "m", "digest": {"sha256": Digest::of(&Digest::of(b"weights").0)}}],
        "predicateType": MODEL_SIGNING,
        "predicate": {
            "serialization": {"method": "files", "hash_type": "sha256", "allow_symlinks": false},
            "resources": [{"algorithm": "sha256", "name": "w", "digest": Digest::of(b"weights")}],
        },
    }))
    .unwrap();
    let covers = |json: &str| {
        let statement = Statement::from_json(json.as_bytes(), MODEL_SIGNING).unwrap();
        SignedModel::covers(&statement, &model(&[("w", b"weights")]))
    };
    assert_eq!(covers(&json), Ok(1));
    let other = Digest::of(b"other").to_string();
    for (from, to) in [
        ("\"method\":\"files\"", "\"method\":\"shards\""),
        ("\"hash_type\":\"sha256\"", "\"hash_type\":\"blake2b\""),
        ("\"algorithm\":\"sha256\"", "\"algorithm\":\"blake2b\""),
        (&Digest::of(&Digest::of(b"weights").0).to_string(), &other),
        (&Digest::of(b"weights").to_string(), &other),
        (&Digest::of(b"weights").to_string(), "12"),
    ] {
        let changed = json.replace(from, to);
        assert!(changed != json && covers(&changed).is_err(), "{from} to {to}");
    }
}
