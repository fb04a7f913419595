//! Parts of a `tokenizer.json` that the crate `tokenizers` would take for something else than they say, or panic at.
#![allow(clippy::unwrap_used)] // tests may panic

use pot_inference::tokenizer::huggingface::HuggingFace;
use serde_json::{Value, json};

fn bytes() -> Value {
    serde_json::from_str(include_str!("tokenizers/bytes/tokenizer.json")).unwrap()
}

/// Why the file of bytes is refused with this `part` at `key`.
#[track_caller]
fn refused(key: &str, part: Value) -> String {
    let mut json = bytes();
    json[key] = part;
    why(&json.to_string())
}

#[track_caller]
fn why(text: &str) -> String {
    HuggingFace::parse("t", text).map(drop).unwrap_err().to_string()
}

/// A template that names a token which nothing describes: the crate panics at the first text.
fn template() -> Value {
    json!({"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "x", "type_id": 0}}], "pair": [],
        "special_tokens": {}})
}

/// A template with `tokens` numbers of one token before the text.
fn before(tokens: usize) -> Value {
    let described = json!({"id": "x", "ids": vec![1; tokens], "tokens": vec!["x"; tokens]});
    let single = json!([{"SpecialToken": {"id": "x", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}]);
    json!({"type": "TemplateProcessing", "single": single, "pair": [], "special_tokens": {"x": described}})
}

#[test]
fn a_step_is_of_a_known_type_with_its_fields_or_refused() {
    for (key, list, step, field) in [
        ("normalizer", "normalizers", json!({"type": "NFC"}), "precompiled_charsmap"),
        ("pre_tokenizer", "pretokenizers", json!({"type": "Digits", "individual_digits": true}), "length"),
        ("post_processor", "processors", before(1), "sep"),
        ("decoder", "decoders", json!({"type": "WordPiece", "prefix": "##", "cleanup": true}), "decoders"),
    ] {
        let sequence = |step: &Value| json!({"type": "Sequence", list: [step]});
        let with = |field: &str, value: Value| {
            let mut step = step.clone();
            step[field] = value;
            step
        };
        let untyped = format!("t: its tokenizer cannot be used: its {key} has a part without a type");
        let mut without = step.clone();
        without.as_object_mut().unwrap().remove("type");
        for step in [without.clone(), sequence(&without), json!([step.clone()]), json!("NFC"), sequence(&Value::Null)] {
            assert_eq!(refused(key, step), untyped);
        }
        let unsupported = format!("t: its tokenizer cannot be used: its {key} has a part of the unsupported type");
        for kind in ["Made\nUp", "BertNormalizer", "Bert", "FixedLength", "BertProcessing", "Nmt"] {
            for step in [with("type", kind.into()), sequence(&with("type", kind.into()))] {
                assert_eq!(refused(key, step), format!("{unsupported} '{}'", kind.escape_debug()));
            }
        }
        let more = with(field, "!".into());
        for step in [more.clone(), sequence(&more)] {
            assert!(refused(key, step).ends_with(&format!("with the unknown field '{field}'")), "{key}");
        }
        assert!(refused(key, json!({"type": "Sequence"})).ends_with(&format!("a Sequence without {list}")));
        let both = json!({"type": "Sequence", list: [], "single": []});
        assert!(refused(key, both).ends_with("has a Sequence with the unknown field 'single'"));
    }
}

/// The first models had no type: GPT-2's has none.
#[test]
fn a_model_is_one_of_merges_or_refused() {
    let mut json = bytes();
    let tokens = |json: &Value| {
        let tokenizer = HuggingFace::parse("t", &json.to_string()).unwrap();
        pot_inference::Tokenizer::tokenize(&tokenizer, "The plus of 12").unwrap()
    };
    let typed = tokens(&json);
    json["model"].as_object_mut().unwrap().remove("type");
    assert_eq!(tokens(&json), typed);
    json["model"]["dropout"] = 0.5.into();
    assert!(why(&json.to_string()).contains("dropped at random"));
    json["model"].as_object_mut().unwrap().remove("merges");
    for (model, reason) in [
        (json["model"].clone(), "has no type, and no vocabulary with merges"),
        (json!([]), "has no type, and no vocabulary with merges"),
        (json!({"type": "Unigram", "unk_id": 0, "vocab": [["a", 0.0]]}), "is of the unsupported type 'Unigram'"),
        (json!({"type": "BPE"}), "Missing vocab/merges"),
    ] {
        json["model"] = model;
        assert!(why(&json.to_string()).contains(reason), "{reason}");
    }
    assert!(why("[]").ends_with("its model has no type, and no vocabulary with merges"));
}

#[test]
fn there_is_one_template_of_a_text_and_few_tokens() {
    let letters = json!({"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false, "use_regex": true});
    let sequence = |parts: &[&Value]| json!({"type": "Sequence", "processors": parts});
    let parsed = |step: Value| {
        let mut json = bytes();
        json["post_processor"] = step;
        HuggingFace::parse("t", &json.to_string()).map(drop).map_err(|e| e.to_string())
    };
    assert_eq!(parsed(sequence(&[&letters, &before(1), &letters])), Ok(()));
    let two = "its post_processor has two templates, one after the other";
    for twice in [sequence(&[&before(1), &before(1)]), sequence(&[&sequence(&[&before(1)]), &letters, &before(1)])] {
        assert!(refused("post_processor", twice).ends_with(two));
    }
    assert_eq!(parsed(before(64)), Ok(()));
    assert!(refused("post_processor", before(65)).ends_with("65 tokens around a text, at most 64 are allowed"));
    for piece in [json!({"SpecialToken": ["x", 0]}), json!({"Sequence": ["B", 0]}), json!("A")] {
        let mut step = before(1);
        step["single"][0] = piece;
        assert!(refused("post_processor", step).contains("has a part that is neither a text nor a token"));
    }
}

#[test]
fn patterns_are_few_short_and_plain() {
    let split = |pattern: Value| json!({"type": "Split", "pattern": pattern, "behavior": "Isolated", "invert": false});
    let with = |steps: Vec<Value>| {
        let mut json = bytes();
        json["pre_tokenizer"]["pretokenizers"] = steps.into();
        HuggingFace::parse("t", &json.to_string()).map(drop).map_err(|e| e.to_string())
    };
    let regex = |text: &str| with(vec![split(json!({"Regex": text}))]);
    let many = vec![split(json!({"Regex": "a"})); 16];
    assert_eq!(with(many.clone()), Ok(()));
    let error = with([many, vec![split(json!({"Regex": "a"}))]].concat()).unwrap_err();
    assert!(error.ends_with("it has more than 16 expressions"), "{error}");
    for text in ["\\p{N}{1,3}", "(?:a{8}){8}", "\\x{4e00}{2,}", "a{,3}", &"a".repeat(2048)] {
        assert_eq!(regex(text), Ok(()), "{text}");
    }
    for (text, reason) in [
        ("(?:a{8}){9}", "a part 72 times, at most 64"),
        ("\\w{100}", "a part 100 times"),
        ("(?<=\\Ka)b", "an expression with (?<"),
        ("a|\\Kb", "an expression with \\K"),
        (&"a".repeat(2049), "an expression of 2049 bytes"),
        ("", "an empty one"),
    ] {
        let error = regex(text).unwrap_err();
        assert!(error.contains(reason), "{text}: {error}");
    }
    for pattern in [json!({"String": ""}), json!("a"), json!(["a"]), json!({"String": "a", "Regex": "a"})] {
        assert!(with(vec![split(pattern)]).unwrap_err().ends_with("or an empty one"));
    }
    for pattern in [json!({"String": ""}), json!({"Regex": "^"})] {
        let replace = json!({"type": "Replace", "pattern": pattern, "content": "x"});
        let reason = if pattern["Regex"] == "^" { "it replaces what an expression finds" } else { "or an empty one" };
        assert!(refused("normalizer", replace.clone()).ends_with(reason));
        assert!(refused("decoder", json!({"type": "Sequence", "decoders": [replace]})).ends_with(reason));
    }
}

/// Such a pair made the crate cut a text backwards.
#[test]
fn added_tokens_do_not_take_each_others_spaces() {
    let with = |first: Value, second: Value| {
        let mut json = bytes();
        let added = |id: u32, other: &Value| {
            let mut token = json!({"id": id, "content": "a", "single_word": false, "lstrip": false, "rstrip": false,
                "normalized": false, "special": false});
            token.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
            token
        };
        json["added_tokens"].as_array_mut().unwrap().extend([added(343, &first), added(344, &second)]);
        let parsed = HuggingFace::parse("t", &json.to_string());
        parsed.map(|t| pot_inference::Tokenizer::tokenize(&t, "qq  x").map(drop)).map(drop).map_err(|e| e.to_string())
    };
    let (strips, space) = (json!({"content": "qq", "rstrip": true}), json!({"content": " ", "lstrip": true}));
    assert!(with(strips.clone(), space.clone()).unwrap_err().contains("takes the spaces after it"));
    assert_eq!(with(strips, json!({"content": "x", "lstrip": true})), Ok(()));
    assert_eq!(with(json!({"content": "qq"}), space), Ok(()));
}

/// What is said twice is taken as it was looked at: the last time.
#[test]
fn a_part_is_not_hidden_behind_another_of_the_same_name() {
    let text = bytes().to_string();
    let behind = format!("{{\"post_processor\":{},{}", template(), &text[1..]);
    let tokenizer = HuggingFace::parse("t", &behind).unwrap();
    let as_it_was = HuggingFace::parse("t", &text).unwrap();
    let tokens = |tokenizer: &HuggingFace| pot_inference::Tokenizer::tokenize(tokenizer, "a b").unwrap();
    assert_eq!(tokens(&tokenizer), tokens(&as_it_was));
    let before = format!("{},\"post_processor\":{}}}", &text[..text.len() - 1], template());
    assert!(why(&before).contains("names the token 'x'"));
}

#[test]
fn merges_make_tokens_or_are_refused() {
    let with = |change: &dyn Fn(&mut Value)| {
        let mut json = bytes();
        change(&mut json["model"]);
        HuggingFace::parse("t", &json.to_string()).map(drop).map_err(|e| e.to_string())
    };
    let merges = |list: Value| with(&|model| model["merges"] = list.clone());
    assert_eq!(merges(json!([["t", "h"]])), Ok(()));
    assert_eq!(merges(json!(["#version: 0.2", "t h"])), Ok(()));
    // Longer than every token: the crate would write past its room.
    let long = "a".repeat(500);
    let error = with(&|model| {
        model["vocab"].as_object_mut().unwrap().retain(|text, _| text.chars().count() == 1);
        model["vocab"]["b\nc"] = 5000.into();
        model["merges"] = json!([["t", "t"], ["b\nc", long]]);
    });
    assert!(error.unwrap_err().ends_with("merge 0 puts 't' and 't' together, which is no token"));
    assert!(merges(json!([["t", "h"], ["t\n", long]])).unwrap_err().contains("merge 1 puts 't\\n' and 'aaa"));
    for list in
        [json!([1]), json!(["th"]), json!(["t h e"]), json!([["t"]]), json!([["t", "h", "e"]]), json!([["t", 1]])]
    {
        assert!(merges(list.clone()).unwrap_err().contains("merge 0 is not two texts"), "{list}");
    }
    let prefixed = |prefix: &str, merge: Value| {
        with(&|model| {
            model["continuing_subword_prefix"] = prefix.into();
            model["merges"] = json!([merge]);
        })
    };
    let no_token = |left: &str, right: &str| {
        let reason = format!("merge 0 puts '{left}' and '{right}' together, which is no token");
        Err(format!("t: its tokenizer cannot be used: {reason}"))
    };
    let long = "a".repeat(17);
    assert!(
        prefixed(&long, json!(["u", "Ġs"])).unwrap_err().ends_with("continuing_subword_prefix is longer than 16 bytes")
    );
    let error = with(&|model| model["end_of_word_suffix"] = long.clone().into()).unwrap_err();
    assert!(error.ends_with("end_of_word_suffix is longer than 16 bytes"));
    assert_eq!(prefixed("Ġ", json!(["u", "Ġs"])), Ok(()));
    assert_eq!(prefixed("Ġ", json!(["Ġ", "Ġs"])), Ok(()));
    assert_eq!(prefixed("Ġ", json!(["z", "Ġs"])), no_token("z", "Ġs"));
    // A second half that is shorter than the prefix, and one that has another letter where it would be cut in two.
    assert_eq!(prefixed("ĠĠ", json!(["u", "Ġ"])), no_token("u", "Ġ"));
    assert_eq!(prefixed("x", json!(["u", "é"])), no_token("u", "é"));
    assert_eq!(prefixed("Ġ", json!(["u", "é"])), no_token("u", "é"));
}
