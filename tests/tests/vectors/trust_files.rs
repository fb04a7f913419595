//! Trust files that are refused.

use pot_protocol::keys::KeyId;
use serde_json::{Value, json};

use crate::{
    forgeable::{KEY_FILE, TRUST_FILE},
    index::Part,
    keys::{BUNDLE, patched},
    set::{ALLOW, Outcome, Set},
};

/// A change of the list of keys.
type Change<'a> = Box<dyn Fn(&mut Value) + 'a>;

pub(crate) fn add(set: &mut Set) {
    set.class("trust-file");
    let text = set.text(TRUST_FILE).to_owned();
    let good: Value = serde_json::from_str(&text).unwrap();
    let id = good["keys"][0]["id"].as_str().unwrap();
    shapes(set, &text, id);
    entries(set, &good);
    large(set, &text, id);
}

fn file(set: &mut Set, name: &str, content: &str, reason: &str, why: &str) {
    let path = set.path(name, "json");
    set.store(&path, content.as_bytes().to_vec());
    set.vector(name, &["verify", BUNDLE, ALLOW, "--trust-file", &path], Outcome(5, reason, why));
}

/// JSON of another shape.
fn shapes(set: &mut Set, text: &str, id: &str) {
    let replaced = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    };
    let shape = "A trust file has one shape: what is not understood is not trusted.";
    for (name, content, reason) in [
        ("empty", String::new(), "trust file: EOF"),
        ("not-json", "pot trust v1\n".to_owned(), "trust file: expected"),
        ("byte-order-mark", format!("\u{feff}{text}"), "trust file: expected value"),
        ("cut-off", text[..text.len() / 2].to_owned(), "trust file: EOF"),
        ("trailing-text", format!("{text}x"), "trust file: trailing characters"),
        ("twice", text.repeat(2), "trust file: trailing characters"),
        ("format-2", replaced("trust v1", "trust v2"), "its format is \"pot trust v2\""),
        ("no-format", replaced("\"format\": \"pot trust v1\"", "\"x\": 1"), "unknown field"),
        (
            "format-twice",
            replaced("\"format\"", "\"format\": \"pot trust v1\", \"format\""),
            "duplicate field `format`",
        ),
        ("id-twice", replaced("\"id\"", &format!("\"id\": \"{id}\", \"id\"")), "duplicate field `id`"),
        ("key-twice", replaced("\"key\"", "\"key\": \"00\", \"key\""), "duplicate field `key`"),
        ("unknown-field", replaced("\"label\"", "\"note\": 1, \"label\""), "unknown field `note`"),
        ("no-keys", json!({ "format": "pot trust v1", "keys": [] }).to_string(), "it lists 0 keys"),
        ("id-too-short", replaced(id, &id[1..]), "64 hexadecimal digits"),
        ("id-not-hexadecimal", replaced(id, &format!("g{}", &id[1..])), "64 hexadecimal digits"),
        ("id-of-another-key", replaced(id, &"7".repeat(64)), "its file has the id"),
    ] {
        file(set, name, &content, reason, shape);
    }
}

/// Lists whose keys are given twice, not at all, or by what is none.
fn entries(set: &mut Set, good: &Value) {
    let listed = |change: &dyn Fn(&mut Value)| {
        let mut file = good.clone();
        change(&mut file["keys"]);
        file.to_string()
    };
    let entry = "A listed key has an id, a label that can be read, and its bytes once.";
    let key = set.get(KEY_FILE);
    let bad = patched(key, 207, &key[143..207]);
    let bad_id = KeyId::of(&bad).to_string();
    let at = |path: &'static str| -> Change<'static> {
        Box::new(move |keys| {
            keys[0].as_object_mut().unwrap().remove("key");
            keys[0]["file"] = path.into();
        })
    };
    let rows: Vec<(&str, Change<'_>, &str)> = vec![
        (
            "listed-twice",
            Box::new(|k| {
                let again = k[0].clone();
                k.as_array_mut().unwrap().push(again);
            }),
            "it is listed twice",
        ),
        ("key-and-file", Box::new(|k| k[0]["file"] = "x.key".into()), "it needs either 'key' or 'file'"),
        (
            "neither-key-nor-file",
            Box::new(|k| {
                k[0].as_object_mut().unwrap().remove("key");
            }),
            "either 'key' or 'file'",
        ),
        ("label-empty", Box::new(|k| k[0]["label"] = "".into()), "a label has 1 to 200 bytes"),
        ("label-too-long", Box::new(|k| k[0]["label"] = "x".repeat(201).into()), "a label has 1 to 200 bytes"),
        ("label-control", Box::new(|k| k[0]["label"] = "a\u{1b}[31mb".into()), "no control characters"),
        ("key-not-hexadecimal", Box::new(|k| k[0]["key"] = "xy".into()), "'key' is not hexadecimal"),
        ("key-of-odd-length", Box::new(|k| k[0]["key"] = "012".into()), "'key' is not hexadecimal"),
        ("key-too-long", Box::new(|k| k[0]["key"] = "00".repeat(532).into()), "'key' is longer than any verifying key"),
        (
            "gamma-is-delta",
            Box::new(|k| {
                k[0]["key"] = hex::encode(&bad).into();
                k[0]["id"] = bad_id.clone().into();
            }),
            "gamma = delta",
        ),
        ("file-above", at("../forgeable/verifying.key"), "has to lie in the folder of the trust file"),
        ("file-absolute", at("/etc/passwd"), "has to lie in the folder of the trust file"),
        ("file-up-and-down", at("a/../../x.key"), "has to lie in the folder of the trust file"),
        ("file-without-name", at(""), "has to lie in the folder of the trust file"),
        ("file-missing", at("no-such.key"), "cannot read"),
    ];
    for (name, change, reason) in rows {
        file(set, name, &listed(&*change), reason, entry);
    }
}

/// Files that are larger than any trust file.
fn large(set: &mut Set, text: &str, id: &str) {
    let key = "{\"id\":\"{}\",\"label\":\"x\",\"key\":\"\"},".replacen("{}", id, 1);
    let list = |keys: Part| {
        let end = Part::text(&format!("{}]}}", key.trim_end_matches(',')), 1);
        vec![Part::text("{\"format\":\"pot trust v1\",\"keys\":[", 1), keys, end]
    };
    let [before, after] =
        text.split_once("\"key\": \"").map(|(before, after)| [before.len() + 8, text.len() - after.len()]).unwrap();
    let endless =
        vec![Part::slice(TRUST_FILE, 0..before), Part::text("0", 1 << 24), Part::slice(TRUST_FILE, after..text.len())];
    for (name, parts, reason) in [
        ("257-keys", list(Part::text(&key, 256)), "it lists 257 keys"),
        ("many-keys", list(Part::text(&key, 100_000)), "it lists 100001 keys"),
        ("deeply-nested", vec![Part::text("[", 1 << 20)], "trust file:"),
        ("endless-key", endless, "'key' is longer than any verifying key"),
    ] {
        let path = set.path(name, "json");
        set.make(&path, parts);
        let why = "What is listed costs what it weighs, and no more than 256 keys are.";
        set.vector(name, &["verify", BUNDLE, ALLOW, "--trust-file", &path], Outcome(5, reason, why));
    }
}
