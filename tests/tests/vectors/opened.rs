//! Opened scores, policy files and challenge keys: JSON of another shape, numbers that are none, and honest files of
//! another run.

use crate::{
    index::Part,
    set::{ALLOW, Outcome, Set},
};

const SAME: &str = "valid/same/bundle.pot";
const UNDECIDED: &str = "valid/undecided/bundle.pot";

pub(crate) fn add(set: &mut Set) {
    scores(set);
    numbers(set);
    other_scores(set);
    policies(set);
    challenge_keys(set);
}

/// `text` with one part of it replaced.
fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}

/// Score openings of another shape.
fn scores(set: &mut Set) {
    set.class("scores");
    let good = set.text("valid/same/scores.json").to_owned();
    let put = |from: &str, to: &str| replaced(&good, from, to).into_bytes();
    let seed = "\"seed\"";
    let utf_16: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (name, content, reason) in [
        ("empty", vec![], "score opening: EOF"),
        ("byte-order-mark", format!("\u{feff}{good}").into_bytes(), "score opening: expected value"),
        ("utf-16", utf_16, "score opening:"),
        ("cut-off", good.as_bytes()[..good.len() - 1].to_vec(), "score opening: EOF"),
        ("trailing-comma", put("]}", "],}"), "trailing comma"),
        ("trailing-document", format!("{good}{good}").into_bytes(), "trailing characters"),
        ("comment", put("{", "{/**/"), "key must be a string"),
        ("single-quotes", good.replace('"', "'").into_bytes(), "key must be a string"),
        ("statement-twice", put("{", "{\"statement\":\"\","), "64 hexadecimal digits"),
        ("seed-twice", put(seed, &format!("\"seed\":\"{}\",\"seed\"", "7".repeat(64))), "duplicate field `seed`"),
        ("scores-twice", put("]}", "],\"scores\":[]}"), "duplicate field `scores`"),
        ("scores-twice-escaped", put("]}", "],\"\\u0073cores\":[]}"), "duplicate field `scores`"),
        ("unknown-field", put("]}", "],\"n\":11}"), "unknown field `n`"),
        ("field-in-capitals", put("\"scores\"", "\"Scores\""), "unknown field `Scores`"),
        ("no-seed", put(seed, "\"sead\""), "unknown field `sead`"),
        ("scores-null", put("[0,0,0,0,0,0,0,0,0,0,0]", "null"), "invalid type: null"),
        ("seed-too-short", put(seed, "\"seed\":\"00\",\"x\""), "64 hexadecimal digits"),
        ("scores-an-object", put("[0,0,0,0,0,0,0,0,0,0,0]", "{\"0\":0}"), "invalid type: map"),
    ] {
        let why = "The opening has three fields, each once, and nothing else.";
        set.beside(SAME, "--scores", name, &content, Outcome(3, reason, why));
    }
    let path = set.path("deeply-nested", "json");
    set.make(&path, vec![Part::text("[", 1 << 20)]);
    let why = "Nesting is limited before the stack is.";
    set.vector("deeply-nested", &["verify", SAME, ALLOW, "--scores", &path], Outcome(3, "score opening:", why));
    let path = set.path("deeply-nested-scores", "json");
    set.make(&path, vec![Part::text("{\"scores\":", 1), Part::text("[", 1 << 20)]);
    set.vector("deeply-nested-scores", &["verify", SAME, ALLOW, "--scores", &path], Outcome(3, "score opening:", why));
    let path = set.path("endless-seed", "json");
    set.make(&path, vec![Part::text("{\"seed\":\"", 1), Part::text("7", 1 << 24), Part::text("\"}", 1)]);
    let why = "What a message quotes of a file is short, whatever the file holds.";
    set.vector("endless-seed", &["verify", SAME, ALLOW, "--scores", &path], Outcome(3, "score opening: '7777", why));
    let path = set.path("ten-million", "json");
    let at = good.find('[').unwrap() + 1;
    let end = Part::slice("valid/same/scores.json", at..good.len());
    set.make(&path, vec![Part::slice("valid/same/scores.json", 0..at), Part::text("0,", 10_000_000), end]);
    let outcome = Outcome(3, "scores do not fit a capacity of 128", "A long list costs what it is long, and no more.");
    set.vector("ten-million", &["verify", SAME, ALLOW, "--scores", &path], outcome);
}

/// Spellings of numbers that are no score.
fn numbers(set: &mut Set) {
    set.class("number");
    let good = set.text("valid/same/scores.json").to_owned();
    for (name, number, reason) in [
        ("float", "0.0", "invalid type: floating point"),
        ("exponent", "0e0", "invalid type: floating point"),
        ("minus-zero", "-0", "score opening:"),
        ("negative", "-1", "score opening:"),
        ("leading-zero", "00", "invalid number"),
        ("plus", "+0", "expected value"),
        ("hexadecimal", "0x0", "score opening: expected"),
        ("infinite", "1e999", "number out of range"),
        ("not-a-number", "NaN", "expected value"),
        ("text", "\"0\"", "invalid type: string"),
        ("null", "null", "invalid type: null"),
        ("true", "true", "invalid type: boolean"),
        ("list", "[0]", "invalid type: sequence"),
        ("above-the-saturation", "4608", "above the saturation of 4607"),
        ("two-to-the-16", "65536", "invalid value"),
        ("two-to-the-64", "18446744073709551616", "score opening:"),
        ("fraction", "0.5", "invalid type: floating point"),
        ("wide-digit", "０", "expected value"),
    ] {
        let content = replaced(&good, "[0,", &format!("[{number},"));
        let why = "A score is an integer from 0 to 4607 in decimal digits; nothing is rounded, wrapped or converted.";
        set.beside(SAME, "--scores", name, content.as_bytes(), Outcome(3, reason, why));
    }
}

/// Openings of the right shape that are not this bundle's.
fn other_scores(set: &mut Set) {
    set.class("opening");
    let good = set.text("valid/same/scores.json").to_owned();
    let different = set.text("valid/different/scores.json").to_owned();
    let put = |from: &str, to: &str| replaced(&good, from, to).into_bytes();
    let field = |text: &str, name: &str| {
        let start = text.find(name).unwrap() + name.len() + 3;
        text[start..start + 64].to_owned()
    };
    let (digest, other) = (field(&good, "statement"), field(&different, "statement"));
    let (seed, other_seed) = (field(&good, "seed"), field(&different, "seed"));
    let zeros = format!("[{}0]", "0,".repeat(10));
    for (name, content, outcome) in [
        (
            "of-another-run",
            different.clone().into_bytes(),
            Outcome(1, "the scores open another statement", "It names it."),
        ),
        ("other-statement", put(&digest, &other), Outcome(1, "the scores open another statement", "It names it.")),
        ("other-seed", put(&seed, &other_seed), Outcome(1, "score root", "The seed makes the blindings.")),
        ("one-score-changed", put("[0,", "[1,"), Outcome(1, "score root", "The root holds every score.")),
        ("last-score-changed", put("0]", "4607]"), Outcome(1, "score root", "The root holds every score.")),
        (
            "one-score-more",
            put("0]", "0,0]"),
            Outcome(1, "12 scores where the bundle states n = 11", "Padding is zeros too, so n has to tell."),
        ),
        (
            "one-score-less",
            put("0,0]", "0]"),
            Outcome(1, "10 scores where the bundle states n = 11", "Padding is zeros too, so n has to tell."),
        ),
        (
            "no-scores",
            put(&zeros, "[]"),
            Outcome(1, "0 scores where the bundle states n = 11", "All zeros, and yet none."),
        ),
        (
            "full-capacity",
            put(&zeros, &format!("[{}0]", "0,".repeat(127))),
            Outcome(1, "128 scores where the bundle states n = 11", "Padding is zeros too, so n has to tell."),
        ),
        (
            "over-capacity",
            put(&zeros, &format!("[{}0]", "0,".repeat(128))),
            Outcome(3, "129 scores do not fit a capacity of 128", "No circuit of 128 holds them."),
        ),
    ] {
        set.beside(SAME, "--scores", name, &content, outcome);
    }
}

/// Policy files that are none, hold no certificate, or are not the registered one.
fn policies(set: &mut Set) {
    set.class("policy-file");
    let good = set.text("valid/undecided/policy.json").to_owned();
    let put = |from: &str, to: &str| replaced(&good, from, to);
    let json = "not a policy document in JSON";
    let shape = "A policy has one shape, and numbers are integers or decimals with at most six places.";
    let certificate = "The certificate is checked wherever a policy is read: without it a verdict bounds nothing.";
    let parsed: serde_json::Value = serde_json::from_str(&good).unwrap();
    let bent = |pointer: &str, value: i64| {
        let mut policy = parsed.clone();
        let number = policy.pointer_mut(pointer).unwrap();
        *number = value.into();
        policy.to_string()
    };
    let plus = |pointer: &str, more: i64| bent(pointer, parsed.pointer(pointer).unwrap().as_i64().unwrap() + more);
    let n_max = |value| {
        let mut policy: serde_json::Value = serde_json::from_str(&bent("/parameters/n_max", value)).unwrap();
        policy["coefficients"]["n_max"] = value.into();
        policy.to_string()
    };
    for (name, content, reason, why) in [
        ("empty", String::new(), json, shape),
        ("byte-order-mark", format!("\u{feff}{good}"), json, shape),
        ("trailing-text", format!("{good}x"), json, shape),
        ("format-2", bent("/format", 2), "policy has format version 2", shape),
        ("alpha-twice", put("\"alpha\"", "\"alpha\":\"0.5\",\"alpha\""), "duplicate field `alpha`", shape),
        ("unknown-field", put("\"alpha\"", "\"beta\":\"0.5\",\"alpha\""), "unknown field `beta`", shape),
        ("alpha-a-number", put("\"0.025\"", "0.025"), json, shape),
        ("alpha-exponent", put("\"0.025\"", "\"25e-3\""), "is no decimal", shape),
        ("alpha-seven-places", put("\"0.025\"", "\"0.0250001\""), "is no decimal", shape),
        ("alpha-signed", put("\"0.025\"", "\"+0.025\""), "is no decimal", shape),
        ("alpha-comma", put("\"0.025\"", "\"0,025\""), "is no decimal", shape),
        ("alpha-huge", put("\"0.025\"", "\"4295\""), "is no decimal", shape),
        ("n-min-float", put("\"n_min\": 10", "\"n_min\": 10.0"), json, shape),
        ("coefficient-two-to-the-63", put("\"n_min\": 10", "\"n_min\": 9223372036854775808"), json, shape),
        ("name-with-space", put("\"brief\"", "\"two words\""), "is no policy name", shape),
        ("name-of-a-preset", put("\"brief\"", "\"quick\""), "is the name of a preset", "Presets are pinned by digest."),
        ("alpha-zero", put("\"0.025\"", "\"0\""), "policy certificate", certificate),
        ("alpha-one", put("\"0.025\"", "\"1\""), "policy certificate", certificate),
        ("alpha-smaller", put("\"0.025\"", "\"0.001\""), "policy certificate", certificate),
        ("gamma-smaller", put("\"0.15\"", "\"0.01\""), "policy certificate", certificate),
        ("gain-raised", plus("/coefficients/same/0/c", 1000), "policy certificate", certificate),
        ("slope-raised", plus("/coefficients/different/0/a/3", 5000), "policy certificate", certificate),
        ("threshold-lowered", plus("/coefficients/same/0/t", -1_000_000), "policy certificate", certificate),
        ("threshold-zero", bent("/coefficients/different/0/t", 0), "policy certificate", certificate),
        ("gain-huge", bent("/coefficients/same/0/c", i64::MAX), "policy certificate", certificate),
        ("gain-lowest", bent("/coefficients/same/0/c", i64::MIN), "policy certificate", certificate),
        ("stake-above-one", bent("/betting/same/lambda/0", 1001), "policy certificate", certificate),
        ("weights-above-one", bent("/betting/same/weight/0", 1025), "policy certificate", certificate),
        ("side-threshold-huge", bent("/coefficients/tau", i64::from(u32::MAX)), "policy certificate", certificate),
        ("n-max-no-look", n_max(13_000), "policy certificate", certificate),
        ("n-min-above-n-max", n_max(9), "policy certificate", certificate),
        ("attempts-0", bent("/parameters/max_attempts", 0), "policy certificate", certificate),
        ("lengths-disagree", bent("/parameters/n_max", 14), "policy certificate", certificate),
    ] {
        set.beside(UNDECIDED, "--policy", name, content.as_bytes(), Outcome(3, reason, why));
    }
    let why = "A policy file is text.";
    set.beside(UNDECIDED, "--policy", "not-utf-8", b"{\"format\": \xff}", Outcome(3, "policy: not UTF-8", why));
    let renamed = put("\"brief\"", "\"short\"");
    let why = "It holds its certificate, and is another document than the registered one.";
    set.beside(UNDECIDED, "--policy", "another-policy", renamed.as_bytes(), Outcome(5, "the policy at hand is", why));
    for (name, parts, reason) in [
        ("deeply-nested", vec![Part::text("[", 60_000)], json),
        (
            "over-64-kib",
            vec![Part::slice("valid/undecided/policy.json", 0..good.len()), Part::text(" ", 1 << 16)],
            "bytes are too many",
        ),
        ("bomb", vec![Part::text(" ", 1 << 25)], "bytes are too many"),
    ] {
        let path = set.path(name, "json");
        set.make(&path, parts);
        let why = "Limits come before parsing.";
        set.vector(name, &["verify", UNDECIDED, ALLOW, "--policy", &path], Outcome(3, reason, why));
    }
}

fn challenge_keys(set: &mut Set) {
    set.class("challenge-key");
    let good = set.text("valid/same/challenge-key").trim_end().to_owned();
    let digits = "not 64 hexadecimal digits";
    let shape = "A challenge key is 64 hexadecimal digits, and perhaps white space after them.";
    for (name, content, outcome) in [
        ("empty", String::new(), Outcome(3, digits, shape)),
        ("63-digits", good[..63].to_owned(), Outcome(3, digits, shape)),
        ("66-digits", format!("{good}00"), Outcome(3, digits, shape)),
        ("prefix", format!("0x{good}"), Outcome(3, digits, shape)),
        ("leading-space", format!(" {good}"), Outcome(3, digits, shape)),
        ("no-digit", format!("{}g", &good[..63]), Outcome(3, digits, shape)),
        ("two-keys", format!("{good}\n{good}\n"), Outcome(3, digits, shape)),
        (
            "another-key",
            set.text("valid/different/challenge-key").to_owned(),
            Outcome(1, "is not the committed challenge key", "The registration holds a commitment to the key."),
        ),
        (
            "all-zero",
            "0".repeat(64),
            Outcome(1, "is not the committed challenge key", "The registration holds a commitment to the key."),
        ),
    ] {
        set.beside(SAME, "--reveal", name, content.as_bytes(), outcome);
    }
    set.beside(SAME, "--reveal", "binary", &[0xff; 32], Outcome(3, digits, shape));
}
