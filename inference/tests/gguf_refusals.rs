//! Damaged, hostile and foreign GGUF files: each is an error of one line that says what is wrong.
#![allow(clippy::unwrap_used)] // tests may panic

mod gguf_file;

use std::path::Path;

use gguf_file::{File, Value, model};
use pot_inference::{LoadOptions, files};

fn message(path: &Path) -> Option<String> {
    let error = files::open(path.to_str().unwrap(), &LoadOptions::default()).err()?.to_string();
    assert!(!error.contains('\n'), "{error}");
    Some(error)
}

/// The error of opening these bytes.
fn refuse_bytes(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.gguf");
    std::fs::write(&path, bytes).unwrap();
    message(&path).expect("an error")
}

fn refuse(file: &File) -> String {
    refuse_bytes(&file.bytes())
}

#[test]
fn the_untouched_file_opens_in_both_versions() {
    for version in [2, 3] {
        let folder = tempfile::tempdir().unwrap();
        let file = File { version, ..model("llama", 8) };
        assert_eq!(message(&file.write(folder.path(), "m.gguf")), None);
    }
}

#[test]
fn a_file_cut_short_anywhere_is_refused() {
    let whole = model("llama", 8).bytes();
    for length in (0..200).chain((200..whole.len()).step_by(61)).chain([whole.len() - 32]) {
        let text = refuse_bytes(&whole[..length]);
        assert!(text.contains("not a GGUF file that can be used"), "{length}: {text}");
    }
}

#[test]
fn damaged_bytes_never_panic() {
    let whole = model("llama", 8).bytes();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.gguf");
    for at in (0..500).chain((500..whole.len()).step_by(131)) {
        for value in [0, 0x7f, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] = value;
            std::fs::write(&path, &bytes).unwrap();
            message(&path);
        }
    }
}

#[test]
fn headers_must_be_sound() {
    for (version, expected) in
        [(1, "version 1 is not known"), (4, "version 4 is not known"), (3 << 24, "highest byte first")]
    {
        assert!(refuse(&File { version, ..model("llama", 8) }).contains(expected));
    }
    assert!(refuse_bytes(b"GGML\x03\0\0\0").contains("does not begin with 'GGUF'"));

    // Counts that no file of this size can hold must not be believed.
    for at in [8, 16] {
        for count in [u64::MAX, 1 << 40, 1 << 20] {
            let mut bytes = model("llama", 8).bytes();
            bytes[at..at + 8].copy_from_slice(&count.to_le_bytes());
            let text = refuse_bytes(&bytes);
            assert!(text.contains(&format!("is {count}, too many for a file of")), "{text}");
        }
    }
    let mut long = model("llama", 8).bytes();
    long[24..32].copy_from_slice(&(1u64 << 33).to_le_bytes());
    assert!(refuse_bytes(&long).contains("key 0 is said to have 8589934592 bytes"));

    let mut twice = model("llama", 8);
    twice.values.push(("general.architecture".to_owned(), Value::U32(1)));
    assert!(refuse(&twice).contains("the key general.architecture is there twice"));
    for alignment in [0, 1, 24, 1 << 24] {
        let mut file = model("llama", 8);
        file.set("general.alignment", Value::U32(alignment));
        assert!(refuse(&file).contains("is no power of two"), "{alignment}");
    }
}

#[test]
fn tensors_must_have_room_of_their_own() {
    let with = |change: fn(&mut File)| {
        let mut file = model("llama", 8);
        file.floats("output_norm.weight", &[8], &[1.0; 8]);
        change(&mut file);
        refuse(&file)
    };
    for (change, expected) in [
        (
            (|f| f.tensors[1].name = "token_embd.weight".to_owned()) as fn(&mut File),
            "'token_embd.weight' is there twice",
        ),
        (|f| f.tensors[1].offset = Some(0), "lies on another one"),
        (|f| f.tensors[1].offset = Some(8577), "does not lie on a multiple of 32 bytes"),
        (|f| f.tensors[1].offset = Some(1 << 40), "the file has"),
        (|f| f.tensors[1].offset = Some(u64::MAX - 31), "lies outside the file"),
        (|f| f.tensors[1].ne = vec![], "has 0 axes"),
        (|f| f.tensors[1].ne = vec![2, 2, 2, 1, 1], "has 5 axes"),
        (|f| f.tensors[1].ne = vec![0], "impossible shape"),
        (|f| f.tensors[1].ne = vec![1 << 40, 1 << 40], "impossible shape"),
        (|f| f.tensors[1].ne = vec![1 << 62], "impossible shape"),
        (|f| f.tensors[1].kind = 8, "impossible shape [8] for q8_0"),
        (|f| f.tensors[1].kind = 20, "stored as IQ4_NL, which is not supported"),
        (|f| f.tensors[1].kind = 39, "stored as MXFP4, which is not supported"),
        (|f| f.tensors[1].kind = 4, "stored as number 4, which is not supported"),
        (|f| f.tensors[1].name = "blk.0.ffn_gate_exps.weight".to_owned(), "does not belong to this architecture"),
        (|f| f.tensors[1].name = "blk.00.ffn_up.weight".to_owned(), "does not belong to this architecture"),
        (|f| drop(f.tensors.remove(0)), "tensor 'token_embd.weight' is missing"),
    ] {
        let text = with(change);
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn configurations_must_be_complete_and_understood() {
    for (key, value, expected) in [
        ("general.architecture", Value::Text("mamba".to_owned()), "unknown architecture 'mamba'"),
        ("general.architecture", Value::U32(3), "general.architecture is a number without sign, expected a text"),
        ("llama.attention.strange", Value::U32(1), "llama.attention.strange is not known"),
        ("llama.expert_count", Value::U32(8), "several experts"),
        ("llama.block_count", Value::Text("1".to_owned()), "llama.block_count is a text"),
        ("llama.attention.head_count", Value::U32(0), "heads are impossible"),
        ("llama.attention.layer_norm_rms_epsilon", Value::F32(f32::NAN), "is NaN"),
        ("llama.attention.causal", Value::Bool(false), "no causal language model"),
        ("llama.attention.key_length", Value::U32(4), "another length are not supported"),
        ("llama.rope.dimension_count", Value::U32(1), "rotations of 1 of the 2 dimensions"),
        ("llama.rope.scaling.type", Value::Text("strange".to_owned()), "rope.scaling.type = 'strange'"),
        ("split.count", Value::U32(2), "one of several files"),
    ] {
        let mut file = model("llama", 8);
        file.set(key, value);
        let text = refuse(&file);
        assert!(text.contains(expected), "{key}: {text}");
    }
    for key in ["context_length", "embedding_length", "block_count", "feed_forward_length", "attention.head_count"] {
        let mut file = model("llama", 8);
        file.remove(&format!("llama.{key}"));
        assert!(refuse(&file).contains(&format!("llama.{key} is missing")), "{key}");
    }
    let mut gemma = model("gemma2", 8);
    gemma.remove("gemma2.final_logit_softcapping");
    assert!(refuse(&gemma).contains("final_logit_softcapping"));
    let mut biased = model("llama", 8);
    biased.floats("blk.0.attn_q.bias", &[8], &[0.0; 8]);
    assert!(refuse(&biased).contains("only some of the query, key and value maps have a bias"));
}

#[test]
fn the_tokenizer_must_fit_the_embedding() {
    let mut file = model("llama", 8);
    file.tensors.clear();
    file.floats("token_embd.weight", &[8, 267], &[0.5; 8 * 267]);
    assert!(refuse(&file).contains("it has 268 tokens, the model's embedding only 267 rows"));
    file.tensors.clear();
    file.floats("token_embd.weight", &[8, 300], &[0.5; 8 * 300]);
    let folder = tempfile::tempdir().unwrap();
    let files = files::open(file.write(folder.path(), "m.gguf").to_str().unwrap(), &LoadOptions::default()).unwrap();
    assert_eq!(files.tokenizer.vocabulary(), 268);
    assert!(files.config_json.contains("\"vocab_size\":300"));
}
