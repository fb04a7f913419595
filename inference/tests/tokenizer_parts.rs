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

#[test]
fn a_step_is_of_a_known_type_or_refused() {
    let table = json!({"precompiled_charsmap": "AABAAAAA/38FAAAA"});
    let typed = |mut step: Value, of: &str| {
        step["type"] = of.into();
        step
    };
    for (key, list, step) in [
        ("normalizer", "normalizers", table),
        ("pre_tokenizer", "pretokenizers", json!({"add_prefix_space": true, "trim_offsets": true, "use_regex": true})),
        ("post_processor", "processors", json!({"sep": ["a", 1], "cls": ["b", 2]})),
        ("decoder", "decoders", json!({"prefix": "##", "cleanup": true})),
    ] {
        let sequence = |step: &Value| json!({"type": "Sequence", list: [step]});
        let untyped = format!("t: its tokenizer cannot be used: its {key} has a part without a type");
        let unknown = format!("t: its tokenizer cannot be used: its {key} has a part of the unknown type 'Made\\nUp'");
        for step in [step.clone(), sequence(&step), json!([step.clone()]), json!("NFC"), sequence(&Value::Null)] {
            assert_eq!(refused(key, step), untyped);
        }
        let made_up = typed(step.clone(), "Made\nUp");
        assert_eq!(refused(key, made_up.clone()), unknown);
        assert_eq!(refused(key, sequence(&made_up)), unknown);
        assert!(refused(key, json!({"type": "Sequence"})).ends_with(&format!("a Sequence without {list}")));
    }
}

#[test]
fn a_model_is_of_a_known_type_or_refused() {
    let mut json = bytes();
    json["model"].as_object_mut().unwrap().remove("type");
    assert!(why(&json.to_string()).ends_with("its model has a part without a type"));
    json["model"]["type"] = "Other".into();
    assert!(why(&json.to_string()).ends_with("its model has a part of the unknown type 'Other'"));
    json["model"] = json!([]);
    assert!(why(&json.to_string()).ends_with("its model has a part without a type"));
}

/// The crate tells them apart by their fields, whatever their type.
#[test]
fn a_template_is_one_whatever_it_is_called() {
    let named = "names the token 'x', which special_tokens does not describe";
    for kind in ["TemplateProcessing", "ByteLevel", "BertProcessing", "RobertaProcessing"] {
        let mut step = template();
        step["type"] = kind.into();
        assert!(refused("post_processor", step).contains(named), "{kind}");
    }
    let mut both = template();
    (both["type"], both["processors"]) = ("Sequence".into(), json!([]));
    assert!(refused("post_processor", both).contains(named));
    for piece in [json!({"SpecialToken": ["x", 0]}), json!({"Sequence": ["B", 0]}), json!("A")] {
        let mut step = template();
        step["single"] = json!([piece]);
        assert!(refused("post_processor", step).contains("has a part that is neither a text nor a token"));
    }
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
    assert_eq!(prefixed("Ġ", json!(["u", "Ġs"])), Ok(()));
    assert_eq!(prefixed("Ġ", json!(["Ġ", "Ġs"])), Ok(()));
    assert_eq!(prefixed("Ġ", json!(["z", "Ġs"])), no_token("z", "Ġs"));
    // A second half that is shorter than the prefix, and one that has another letter where it would be cut in two.
    assert_eq!(prefixed("ĠĠ", json!(["u", "Ġ"])), no_token("u", "Ġ"));
    assert_eq!(prefixed("x", json!(["u", "é"])), no_token("u", "é"));
    assert_eq!(prefixed("Ġ", json!(["u", "é"])), no_token("u", "é"));
}
