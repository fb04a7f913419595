//! Tokenizers from GGUF metadata and from `tokenizer.json`, on vocabularies small enough to follow by hand. Real ones
//! are compared with llama.cpp's in `tokenizers_llamacpp.rs`.
#![allow(clippy::unwrap_used)] // tests may panic

mod gguf_file;

use gguf_file::{File, Value, model, pieces};
use pot_inference::tokenizer::huggingface::HuggingFace;
use pot_inference::{LoadOptions, Tokenizer, files};
use std::sync::Arc;

fn read(file: &File) -> Result<Arc<dyn Tokenizer>, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = file.write(folder.path(), "m.gguf");
    let text = |e: pot_inference::InferenceError| e.to_string();
    files::open(path.to_str().unwrap(), &LoadOptions::default()).map_err(text).map(|files| files.tokenizer)
}

fn refuse(file: &File) -> String {
    let text = read(file).err().expect("an error");
    assert!(!text.contains('\n'), "{text}");
    text
}

/// The number of a token of [`pieces`].
fn piece(text: &str) -> u32 {
    u32::try_from(pieces().0.iter().position(|t| t == text).unwrap()).unwrap()
}

fn byte(byte: u8) -> u32 {
    4 + u32::from(byte)
}

/// A byte-level vocabulary: all 256 bytes in their order, then some joined pieces and control tokens.
fn byte_level() -> File {
    let mut file = model("llama", 8);
    let printable = |b: &u8| matches!(b, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    let mut others = (0x100u32..).map(|n| char::from_u32(n).unwrap());
    let mut texts: Vec<String> =
        (0..=255u8).map(|b| if printable(&b) { char::from(b) } else { others.next().unwrap() }.to_string()).collect();
    let mut types = vec![1; 256];
    for (text, kind) in [
        ("ab", 1),
        ("abc", 1),
        ("bc", 1),
        ("Ġa", 1),
        ("<|endoftext|>", 3),
        ("<mark>", 4),
        ("12", 1),
        ("Ġab", 1),
        ("</s>", 4),
    ] {
        texts.push(text.to_owned());
        types.push(kind);
    }
    file.remove("tokenizer.ggml.scores");
    file.set("tokenizer.ggml.model", Value::Text("gpt2".to_owned()));
    file.set("tokenizer.ggml.pre", Value::Text("gpt-2".to_owned()));
    file.set("tokenizer.ggml.tokens", Value::Texts(texts));
    file.set("tokenizer.ggml.token_type", Value::I32s(types));
    let merges = ["b c", "a b", "ab c", "Ġ a", "1 2", "Ġa b"].map(str::to_owned).to_vec();
    file.set("tokenizer.ggml.merges", Value::Texts(merges));
    file.set("tokenizer.ggml.bos_token_id", Value::U32(260));
    file
}

#[test]
fn pieces_are_joined_by_score() {
    let tokenizer = read(&model("llama", 8)).unwrap();
    let tokens = |text: &str| tokenizer.tokenize(text).unwrap();
    // A space comes in front, `▁a` scores best and then becomes `▁ab`.
    assert_eq!(tokens("ab"), [1, piece("▁ab")]);
    // `ba` scores better than `▁ab`.
    assert_eq!(tokens("aba"), [1, piece("▁a"), piece("ba")]);
    assert_eq!(tokens("bab"), [1, piece("▁"), piece("b"), piece("ab")]);
    assert_eq!(tokens("a b"), [1, piece("▁a"), piece("▁"), piece("b")]);
    assert_eq!(tokens(""), [1]);
    // What is no token is written in bytes.
    assert_eq!(tokens("é\n"), [1, piece("▁"), piece("é"), byte(b'\n')]);
    assert_eq!(tokens("ü"), [1, piece("▁"), byte(0xc3), byte(0xbc)]);
    // Added tokens are found in the text, control tokens are not.
    assert_eq!(tokens("a<mark>b"), [1, piece("▁a"), piece("<mark>"), piece("▁"), piece("b")]);
    let plain = tokens("<s>");
    assert_eq!(plain, [1, piece("▁"), byte(b'<'), byte(b's'), byte(b'>')]);
    assert_eq!(tokenizer.token_bytes(piece("▁ab")), Some(b" ab".to_vec()));
    assert_eq!(tokenizer.token_bytes(byte(0xc3)), Some(vec![0xc3]));
    assert_eq!(tokenizer.token_bytes(piece("<mark>")), Some(b"<mark>".to_vec()));
    for nothing in [0, 1, 2, 268, u32::MAX] {
        assert_eq!(tokenizer.token_bytes(nothing), None);
    }
}

#[test]
fn flags_decide_what_is_around_a_text() {
    let mut file = model("llama", 8);
    file.set("tokenizer.ggml.add_space_prefix", Value::Bool(false));
    assert_eq!(read(&file).unwrap().tokenize("ab").unwrap(), [1, piece("ab")]);
    file.set("tokenizer.ggml.add_bos_token", Value::Bool(false));
    file.set("tokenizer.ggml.add_eos_token", Value::Bool(true));
    assert!(refuse(&file).contains("tokenizer.ggml.eos_token_id is missing"));
    file.set("tokenizer.ggml.eos_token_id", Value::U32(2));
    assert_eq!(read(&file).unwrap().tokenize("ab").unwrap(), [piece("ab"), 2]);
    file.set("tokenizer.ggml.eos_token_id", Value::U32(268));
    assert!(refuse(&file).contains("tokenizer.ggml.eos_token_id is no token"));
    // llama.cpp knows Phi-3 by its name and drops white space after added tokens.
    let mut phi = model("llama", 8);
    phi.set("general.name", Value::Text("Phi-3 mini".to_owned()));
    assert_eq!(read(&phi).unwrap().tokenize("<mark> \n b").unwrap(), [1, piece("<mark>"), piece("▁"), piece("b")]);
}

#[test]
fn bytes_are_joined_by_merges() {
    let tokenizer = read(&byte_level()).unwrap();
    let tokens = |text: &str| tokenizer.tokenize(text).unwrap();
    // `b c` comes before `a b`, so `abc` is never reached from `ab`.
    assert_eq!(tokens("abc"), [97, 258]);
    assert_eq!(tokens("ab"), [256]);
    // `a b` comes before `Ġ a`, and nothing joins a space to `ab`.
    assert_eq!(tokens("ab ab"), [256, u32::from(b' '), 256]);
    assert_eq!(tokens(" a"), [259]);
    assert_eq!(tokens("é"), [0xc3, 0xa9]);
    assert_eq!(tokens("a<mark>b<|endoftext|>").len(), 3 + "<|endoftext|>".len());
    assert_eq!(tokens("a<mark>b")[1], 261);
    // `</s>` is taken for a control token whatever the file says.
    assert_eq!(tokens("</s>").len(), 4);
    assert_eq!(tokenizer.token_bytes(263), Some(b" ab".to_vec()));
    assert_eq!(tokenizer.token_bytes(0xc3), Some(vec![0xc3]));
    assert_eq!(
        (tokenizer.token_bytes(260), tokenizer.token_bytes(264), tokenizer.token_bytes(265)),
        (None, None, None)
    );
}

#[test]
fn the_way_of_cutting_words_is_the_named_one() {
    let mut file = byte_level();
    let mut tokens = |pre: &str, text: &str| {
        file.set("tokenizer.ggml.pre", Value::Text(pre.to_owned()));
        read(&file).unwrap().tokenize(text).unwrap()
    };
    assert_eq!(tokens("gpt-2", "12"), [262]);
    assert_eq!(tokens("qwen2", "12"), [u32::from(b'1'), u32::from(b'2')]);
    // This one adds a start token, and takes a word that is a token as a whole.
    assert_eq!(tokens("llama-bpe", "abc"), [260, 257]);
    assert_eq!(tokens("dbrx", "abc"), [97, 258]);
}

#[test]
fn what_has_no_tokens_is_refused() {
    let mut file = byte_level();
    let Some((_, Value::Texts(texts))) = file.values.iter().find(|(k, _)| k == "tokenizer.ggml.tokens").cloned() else {
        panic!()
    };
    let mut fewer = texts.clone();
    "[removed]".clone_into(&mut fewer[usize::from(b'z')]);
    file.set("tokenizer.ggml.tokens", Value::Texts(fewer));
    let tokenizer = read(&file).unwrap();
    assert_eq!(tokenizer.tokenize("ab").unwrap(), [256]);
    let text = tokenizer.tokenize("az").unwrap_err().to_string();
    assert_eq!(text, "the text cannot be split into tokens: the vocabulary has no tokens for 'az'");

    let (mut texts, _, _) = pieces();
    texts[4 + 0xbc] = "[removed]".to_owned();
    let mut file = model("llama", 8);
    file.set("tokenizer.ggml.tokens", Value::Texts(texts));
    assert!(read(&file).unwrap().tokenize("ü").unwrap_err().to_string().contains("the vocabulary has no byte tokens"));
}

#[test]
fn tokenizers_that_are_not_understood_are_refused() {
    for (key, value, expected) in [
        ("pre", Value::Text("nonesuch".to_owned()), "tokenizer.ggml.pre = 'nonesuch' is not known"),
        ("pre", Value::Text("default".to_owned()), "tokenizer.ggml.pre = 'default' is not known"),
        ("model", Value::Text("t5".to_owned()), "tokenizer.ggml.model = 't5' is not known"),
        ("strange", Value::Bool(true), "tokenizer.ggml.strange is not known"),
        ("add_sep_token", Value::Bool(true), "add_sep_token"),
        ("add_space_prefix", Value::Bool(true), "add_space_prefix"),
        ("remove_extra_whitespaces", Value::Bool(true), "remove_extra_whitespaces"),
        ("merges", Value::Texts(vec!["ab".to_owned()]), "merge 0, 'ab', is not two texts"),
        ("merges", Value::U32(1), "tokenizer.ggml.merges is a number without sign, expected a list of texts"),
        ("token_type", Value::I32s(vec![1]), "token_type is not as long as the list of tokens"),
        ("token_type", Value::I32s(vec![9; 265]), "token 0 has an unknown type"),
        ("tokens", Value::Texts(vec!["a".to_owned(); 265]), "tokens 0 and 1 are both 'a'"),
        ("scores", Value::Floats(vec![f32::NAN; 265]), "the score of token 0 is NaN"),
    ] {
        let mut file = byte_level();
        file.set(&format!("tokenizer.ggml.{key}"), value);
        let text = refuse(&file);
        assert!(text.contains(expected), "{key}: {text}");
    }
    for (key, expected) in [
        ("model", "tokenizer.ggml.model is missing"),
        ("pre", "tokenizer.ggml.pre is missing"),
        ("merges", "tokenizer.ggml.merges is missing"),
        ("tokens", "tokenizer.ggml.tokens is missing"),
    ] {
        let mut file = byte_level();
        file.remove(&format!("tokenizer.ggml.{key}"));
        assert!(refuse(&file).contains(expected), "{key}");
    }
    let mut file = model("llama", 8);
    file.remove("tokenizer.ggml.scores");
    assert!(refuse(&file).contains("tokenizer.ggml.scores is missing"));
}

/// A `tokenizer.json` of bytes and a few merges, with a start token.
fn json() -> serde_json::Value {
    let mut vocabulary = serde_json::Map::new();
    for (number, text) in ["<s>", "a", "b", "Ġ", "ab", "Ġab", "Ã", "©", "<", "s", ">", "/"].iter().enumerate() {
        vocabulary.insert((*text).to_owned(), number.into());
    }
    let added = |id: u32, content: &str, special: bool| {
        serde_json::json!({"id": id, "content": content, "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": false, "special": special})
    };
    serde_json::json!({
        "version": "1.0",
        "truncation": {"direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 0},
        "padding": {"strategy": {"Fixed": 9}, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0,
            "pad_type_id": 0, "pad_token": "<s>"},
        "added_tokens": [added(0, "<s>", true), added(12, "<mark>", false), added(13, "</s>", true)],
        "normalizer": null,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
        "post_processor": {"type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [0], "tokens": ["<s>"]}}},
        "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
        "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
            "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
            "vocab": vocabulary, "merges": [["a", "b"], ["Ġ", "ab"]]},
    })
}

fn parse(json: &serde_json::Value) -> Result<HuggingFace, String> {
    HuggingFace::parse("tokenizer.json", &json.to_string()).map_err(|e| e.to_string())
}

#[test]
fn tokenizer_json_files_are_read() {
    let tokenizer = parse(&json()).unwrap();
    let tokens = |text: &str| tokenizer.tokenize(text).unwrap();
    // The start token comes first, nothing is cut off or filled up, though the file says so.
    assert_eq!(tokens("ab ab ab ab"), [0, 4, 5, 5, 5]);
    assert_eq!(tokens("é"), [0, 6, 7]);
    // What looks like a control token is text, an added token is itself.
    assert_eq!(tokens("<s>a</s>"), [0, 8, 9, 10, 1, 8, 11, 9, 10]);
    assert_eq!(tokens("a<mark>b"), [0, 1, 12, 2]);
    assert_eq!(tokenizer.token_bytes(5), Some(b" ab".to_vec()));
    assert_eq!(tokenizer.token_bytes(6), Some(vec![0xc3]));
    assert_eq!(tokenizer.token_bytes(12), Some(b"<mark>".to_vec()));
    assert_eq!((tokenizer.token_bytes(0), tokenizer.token_bytes(14)), (None, None));
    // A control token past the others needs no row of the embedding.
    assert_eq!(tokenizer.vocabulary(), 13);
}

#[test]
fn tokenizer_json_files_that_are_not_understood_are_refused() {
    let with = |pointer: &str, value: serde_json::Value| {
        let mut other = json();
        *other.pointer_mut(pointer).unwrap() = value;
        parse(&other).expect_err("an error")
    };
    assert!(with("/decoder", serde_json::Value::Null).contains("its decoder is none of those"));
    let words = serde_json::json!({"type": "WordPiece", "prefix": "##", "cleanup": true});
    assert!(with("/decoder", words).contains("its decoder is none of those"));
    assert!(with("/model/dropout", 0.1.into()).contains("dropped at random"));
    assert!(with("/model", 1.into()).contains("its tokenizer cannot be used"));
    assert!(HuggingFace::parse("t", "{").err().unwrap().to_string().starts_with("t: its tokenizer cannot be used"));
}

/// The `tokenizer.json` in `folder`, changed.
fn changed(folder: &str, change: impl FnOnce(&mut serde_json::Value)) -> HuggingFace {
    let path = format!("{}/tests/tokenizers/{folder}/tokenizer.json", env!("CARGO_MANIFEST_DIR"));
    let mut json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    change(&mut json);
    parse(&json).unwrap()
}

/// Takes the token `text` out of the vocabulary, with the merges that lead to it or on from it, and gives its number.
fn without(json: &mut serde_json::Value, text: &str, instead: &str) -> u64 {
    let vocabulary = json["model"]["vocab"].as_object_mut().unwrap();
    // Without another in its place, the added tokens would be numbered anew.
    let number = vocabulary.remove(text).unwrap();
    vocabulary.insert(instead.to_owned(), number.clone());
    let merges = json["model"]["merges"].as_array_mut().unwrap();
    let of = |merge: &serde_json::Value| match merge {
        serde_json::Value::String(pair) => pair.clone(),
        pair => format!("{} {}", pair[0].as_str().unwrap(), pair[1].as_str().unwrap()),
    };
    merges.retain(|merge| !of(merge).contains(text));
    number.as_u64().unwrap()
}

#[track_caller]
fn untokenizable(tokenizer: &HuggingFace, text: &str) {
    let error = tokenizer.tokenize(text).unwrap_err().to_string();
    assert!(error.starts_with("the text cannot be split into tokens: the vocabulary has no tokens for"), "{error}");
}

#[test]
fn what_a_tokenizer_json_has_no_tokens_for_is_refused_and_not_dropped() {
    for folder in ["bytes", "pieces"] {
        let whole = changed(folder, |_| ());
        for text in ["a zebra", " ü\u{301}\n\n🦀\0", "<unk> <pad>", "▁a ▁▁", ""] {
            whole.tokenize(text).unwrap();
        }
    }
    let bytes = changed("bytes", |json| assert!(without(json, "z", "unused") < 340));
    bytes.tokenize("a horse").unwrap();
    untokenizable(&bytes, "a zebra");
    untokenizable(&bytes, "z");
    // The same where texts are normalised first: what that changes is nothing that is lost.
    let normalised = changed("bytes", |json| {
        without(json, "z", "unused");
        json["normalizer"] = serde_json::json!({"type": "NFC"});
    });
    normalised.tokenize("e\u{301}").unwrap();
    untokenizable(&normalised, "a zebra");
    // A token for what is unknown stands for no text, unless the text names it.
    let unknown = |special: bool| {
        changed("bytes", |json| {
            let number = without(json, "z", "<unk>");
            json["model"]["unk_token"] = "<unk>".into();
            let added = serde_json::json!({"id": number, "content": "<unk>", "single_word": false, "lstrip": false,
                "rstrip": false, "normalized": false, "special": special});
            json["added_tokens"].as_array_mut().unwrap().insert(0, added);
        })
    };
    for special in [false, true] {
        unknown(special).tokenize("a<unk>b").unwrap();
        untokenizable(&unknown(special), "a zebra");
    }
    untokenizable(&unknown(false), "<unk>z");

    // Pieces without the byte that would stand in, with the token for what is unknown and without.
    let fallen = |json: &mut serde_json::Value| assert!(without(json, "<0xC3>", "unused") < 453);
    let pieces = changed("pieces", fallen);
    pieces.tokenize("a b").unwrap();
    untokenizable(&pieces, "a À b");
    let pieces = changed("pieces", |json| {
        fallen(json);
        json["model"]["unk_token"] = serde_json::Value::Null;
    });
    pieces.tokenize("a b ▁").unwrap();
    untokenizable(&pieces, "a À b");
    // A space that is put before every text is none of its own.
    let spaced = changed("bytes", |json| json["pre_tokenizer"]["pretokenizers"][1]["add_prefix_space"] = true.into());
    spaced.tokenize("a").unwrap();
    // The start token is also that for what is unknown.
    let mut start = json();
    start["model"]["unk_token"] = "<s>".into();
    let start = parse(&start).unwrap();
    assert_eq!(start.tokenize("ab").unwrap(), [0, 4]);
    untokenizable(&start, "abc");
}
