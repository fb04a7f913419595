//! Transcripts that are none, out of order, of another run, or made to cost more than they weigh.

use crate::{
    index::Part,
    set::{ALLOW, Outcome, Set},
};

const SAME: &str = "valid/same/bundle.pot";
const GOOD: &str = "valid/same/transcript.ndjson";

pub(crate) fn add(set: &mut Set) {
    set.class("transcript");
    lines(set);
    fields(set);
    order(set);
    of_another_run(set);
    set.class("bomb");
    bombs(set);
}

fn derived(set: &mut Set, name: &str, content: &[u8], outcome: Outcome<'_>) {
    let path = set.path(name, "ndjson");
    set.derive(&path, GOOD, content);
    set.vector(name, &["verify", SAME, ALLOW, "--transcript", &path], outcome);
}

/// `text` with the first of a part in it replaced.
fn put(text: &str, from: &str, to: &str) -> Vec<u8> {
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1).into_bytes()
}

/// The file as lines.
fn lines(set: &mut Set) {
    let good = set.text(GOOD).to_owned();
    let after_first = good.find('\n').unwrap() + 1;
    let head: Vec<&str> = good.lines().take(2).collect();
    let why = "Each line is one event, whole, and ends with a line feed.";
    for (name, content, reason) in [
        ("empty", vec![], "the last line of the transcript is incomplete"),
        ("no-last-line-feed", good.trim_end().as_bytes().to_vec(), "the last line of the transcript is incomplete"),
        ("cut-off", good.as_bytes()[..good.len() - 100].to_vec(), "the last line of the transcript is incomplete"),
        ("one-line-feed", b"\n".to_vec(), "line 1: no event"),
        ("blank-line-at-the-end", format!("{good}\n").into_bytes(), "no event: EOF"),
        ("blank-line", put(&good, "\n", "\n\n"), "line 2: no event"),
        ("byte-order-mark", format!("\u{feff}{good}").into_bytes(), "line 1: no event"),
        ("not-utf-8", [good.as_bytes(), b"{\"event\":\"\xff\"}\n"].concat(), "no event"),
        ("zero-bytes-at-the-end", [good.as_bytes(), b"\0\0\0\0\n"].concat(), "no event"),
        ("two-events-on-a-line", put(&good, "}\n{", "}{"), "line 1: no event: trailing characters"),
        ("one-json-list", format!("[{},{}]\n", head[0], head[1]).into_bytes(), "line 1: no event"),
        ("no-open", good.as_bytes()[after_first..].to_vec(), "a transcript begins with 'open'"),
        ("open-twice", [&good[..after_first], &good].concat().into_bytes(), "line 2: a second 'open'"),
        ("version-0", put(&good, "\"version\":1", "\"version\":0"), "format version 0"),
        ("version-2", put(&good, "\"version\":1", "\"version\":2"), "format version 2"),
        ("only-open", good.as_bytes()[..after_first].to_vec(), "the transcript holds no complete record"),
    ] {
        derived(set, name, &content, Outcome(3, reason, why));
    }
}

/// The fields of an event.
fn fields(set: &mut Set) {
    let good = set.text(GOOD).to_owned();
    let why = "An event has its fields, each once, and numbers are integers in decimal digits.";
    let first_intent = "\"index\":0,\"side\":\"reference\",\"attempt\":1";
    let record = &good[good.find("{\"event\":\"record\"").unwrap()..];
    let salt = {
        let at = record.find("\"salt\":\"").unwrap() + 8;
        record[at..at + 32].to_owned()
    };
    for (name, content, reason) in [
        ("unknown-event", put(&good, "\"event\":\"intent\"", "\"event\":\"skip\""), "unknown variant `skip`"),
        ("event-in-capitals", put(&good, "\"event\":\"intent\"", "\"event\":\"Intent\""), "unknown variant `Intent`"),
        ("no-event", put(&good, "\"event\":\"intent\",", ""), "missing field `event`"),
        (
            "event-twice",
            put(&good, "\"event\":\"intent\"", "\"event\":\"intent\",\"event\":\"intent\""),
            "duplicate field `event`",
        ),
        ("unknown-field", put(&good, first_intent, &format!("{first_intent},\"note\":0")), "unknown field `note`"),
        ("index-twice", put(&good, first_intent, &format!("\"index\":0,{first_intent}")), "duplicate field `index`"),
        ("index-missing", put(&good, first_intent, "\"side\":\"reference\",\"attempt\":1"), "missing field `index`"),
        ("index-float", put(&good, "\"index\":0,", "\"index\":0.0,"), "no event: invalid type: floating point"),
        ("index-minus-zero", put(&good, "\"index\":0,", "\"index\":-0,"), "no event: invalid type: floating point"),
        ("index-exponent", put(&good, "\"index\":0,", "\"index\":0e0,"), "no event: invalid type: floating point"),
        ("index-text", put(&good, "\"index\":0,", "\"index\":\"0\","), "no event: invalid type: string"),
        ("index-two-to-the-64", put(&good, "\"index\":0,", "\"index\":18446744073709551616,"), "no event"),
        ("index-highest", put(&good, "\"index\":0,", "\"index\":18446744073709551615,"), "can be asked"),
        ("attempt-two-to-the-32", put(&good, "\"attempt\":1", "\"attempt\":4294967297"), "no event"),
        ("side-unknown", put(&good, "\"side\":\"reference\"", "\"side\":\"referee\""), "unknown variant `referee`"),
        ("time-negative", put(&good, "\"at\":", "\"at\":-"), "no event"),
        ("digest-too-short", put(&good, "\"digest\":\"", "\"digest\":\"00\",\"x\":\""), "64 hexadecimal digits"),
        ("salt-too-short", put(&good, &salt, &salt[2..]), "no event"),
        ("score-above-the-saturation", put(&good, "\"score\":0", "\"score\":4608"), "above the saturation"),
        ("score-twice", put(&good, "\"score\":0", "\"score\":0,\"score\":0"), "duplicate field `score`"),
        ("unknown-field-of-a-record", put(&good, "\"score\":0", "\"score\":0,\"weight\":1"), "unknown field `weight`"),
        ("unknown-field-of-figures", put(&good, "\"figures\":{", "\"figures\":{\"note\":0,"), "unknown field `note`"),
        ("figures-twice", put(&good, "\"figures\":{", "\"figures\":{\"bytes\":0,"), "duplicate field `bytes`"),
        (
            "unknown-field-of-a-side",
            put(&good, "\"tokens\":", "\"temperature\":0,\"tokens\":"),
            "unknown field `temperature`",
        ),
        ("token-negative", put(&good, "\"tokens\":[", "\"tokens\":[-1,"), "no event"),
        ("token-two-to-the-32", put(&good, "\"tokens\":[", "\"tokens\":[4294967296,"), "no event"),
    ] {
        derived(set, name, &content, Outcome(3, reason, why));
    }
}

/// Events that do not follow from the ones before them.
fn order(set: &mut Set) {
    let good = set.text(GOOD).to_owned();
    let lines: Vec<&str> = good.split_inclusive('\n').collect();
    let find = |part: &str| lines.iter().position(|line| line.contains(part)).unwrap();
    let without = |at: usize| [&lines[..at], &lines[at + 1..]].concat().concat().into_bytes();
    let twice = |at: usize| [&lines[..=at], &lines[at..]].concat().concat().into_bytes();
    let swapped = |a: usize, b: usize| {
        let mut lines = lines.clone();
        lines.swap(a, b);
        lines.concat().into_bytes()
    };
    let intent = find("\"event\":\"intent\"");
    let (answer, candidate) = (find("\"event\":\"answer\""), find("\"side\":\"candidate\""));
    let record = find("\"event\":\"record\"");
    let records: Vec<usize> = (0..lines.len()).filter(|&at| lines[at].contains("\"event\":\"record\"")).collect();
    let digest_at = lines[record].find("\"answer\":\"").unwrap() + 10;
    let digest = &lines[record][digest_at..digest_at + 64];
    let why = "Every event follows from those before it: nothing is skipped, repeated or answered unasked.";
    for (name, content, reason) in [
        ("intent-missing", without(intent), "can be asked"),
        ("intent-twice", twice(intent), "attempt 1 where attempt 2 was due"),
        ("attempt-2-first", put(&good, "\"attempt\":1", "\"attempt\":2"), "attempt 2 where attempt 1 was due"),
        ("attempt-0", put(&good, "\"attempt\":1", "\"attempt\":0"), "attempt 0 where attempt 1 was due"),
        ("index-skipped", put(&good, "\"index\":0", "\"index\":1"), "can be asked"),
        (
            "candidate-first",
            put(&good, "\"side\":\"reference\"", "\"side\":\"candidate\""),
            "before the candidate is asked",
        ),
        ("answer-missing", without(answer), "transcript line"),
        ("answer-twice", twice(answer), "ends without having begun"),
        ("answer-before-intent", swapped(intent, answer), "ends without having begun"),
        ("candidate-intent-missing", without(candidate), "ends without having begun"),
        ("record-missing", without(record), "a record of challenge 1 where"),
        ("record-twice", twice(record), "a record of challenge 0 where"),
        ("records-swapped", swapped(records[3], records[4]), "a record of challenge 4 where"),
        (
            "failure-instead-of-answer",
            put(&good, "\"event\":\"answer\"", "\"event\":\"failure\",\"error\":\"none\""),
            "no event: unknown field `digest`",
        ),
        (
            "records-answer-not-the-logged-one",
            put(&good, &format!("\"answer\":\"{digest}\""), &format!("\"answer\":\"{}\"", "7".repeat(64))),
            "the record's answer or attempts are not the logged ones",
        ),
        (
            "records-attempts-not-the-logged-ones",
            put(&good, "\"attempts\":1", "\"attempts\":2"),
            "the record's answer or attempts are not the logged ones",
        ),
    ] {
        derived(set, name, &content, Outcome(3, reason, why));
    }
}

/// Transcripts in good order that are not this bundle's.
fn of_another_run(set: &mut Set) {
    let good = set.text(GOOD).to_owned();
    let (first, _) = good.split_once('\n').unwrap();
    let field = |name: &str| {
        let at = first.find(name).unwrap() + name.len() + 3;
        first[at..at + 64].to_owned()
    };
    let (registration, nonce) = (field("registration"), field("nonce"));
    let last = good[..good.len() - 1].rfind('\n').unwrap() + 1;
    let root = "evidence root";
    let why = "Registration, nonce and evidence root in the statement fix every record.";
    let goes_on =
        format!("{good}{{\"event\":\"intent\",\"index\":11,\"side\":\"reference\",\"attempt\":1,\"at\":0}}\n");
    for (name, content, reason) in [
        ("other-registration", put(&good, &registration, &"7".repeat(64)), "registration: the bundle states"),
        ("other-nonce", put(&good, &nonce, &"7".repeat(64)), "nonce: the bundle states"),
        ("last-record-missing", good.as_bytes()[..last].to_vec(), root),
        ("score-changed", put(&good, "\"score\":0", "\"score\":1"), root),
        ("prompt-changed", put(&good, "\"prompt\":\"", "\"prompt\":\"x"), root),
        ("token-changed", put(&good, "\"tokens\":[", "\"tokens\":[1,"), root),
        ("engine-changed", put(&good, "\"engine\":\"pot", "\"engine\":\"pod"), root),
        ("goes-on", goes_on.into_bytes(), "goes on after its last record"),
    ] {
        derived(set, name, &content, Outcome(1, reason, why));
    }
    let args = ["verify", SAME, ALLOW, "--transcript", "valid/different/transcript.ndjson"];
    set.vector("of-another-run", &args, Outcome(1, "registration: the bundle states", why));
}

/// Files that are cheap to make and must not be dear to read: memory stays in proportion to the file, time too.
fn bombs(set: &mut Set) {
    let open = set.text(GOOD).find('\n').unwrap() + 1;
    let opened = |rest: Vec<Part>| [vec![Part::slice(GOOD, 0..open)], rest].concat();
    let intent = "{\"event\":\"intent\",\"index\":0,\"side\":\"reference\",\"attempt\":{},\"at\":0}\n";
    let open_one = "{\"event\":\"intent\",\"index\":{},\"side\":\"reference\",\"attempt\":1,\"at\":0}\n";
    let answer = |content: &str| {
        let digest = "0".repeat(64);
        format!(
            "{{\"event\":\"answer\",\"index\":0,\"side\":\"reference\",\"attempt\":1,\"digest\":\"{digest}\",\"content\":{content}"
        )
    };
    let nested = |text: &str| vec![Part::text(text, 1 << 20), Part::text("\n", 1)];
    let first = Part::each(intent, 1..2);
    for (name, parts, reason) in [
        ("one-line-without-end", opened(vec![Part::text("0", 1 << 25)]), "is incomplete after byte"),
        ("one-long-line", opened(vec![Part::text("0", 1 << 25), Part::text("\n", 1)]), "the limit is 1048576"),
        ("line-feeds", opened(vec![Part::text("\n", 1 << 25)]), "line 2: no event"),
        ("spaces", opened(vec![Part::text(" ", 1 << 25), Part::text("\n", 1)]), "the limit is 1048576"),
        ("nested-lists", opened(nested("[")), "line 2: no event"),
        ("nested-objects", opened(vec![Part::text("{\"event\":", 100_000), Part::text("\n", 1)]), "line 2: no event"),
        (
            "nested-field",
            opened(vec![Part::text("{\"x\":", 1), Part::text("[", 1_000_000), Part::text("\n", 1)]),
            "recursion limit exceeded",
        ),
        (
            "wide-field",
            opened(vec![
                Part::text("{\"x\":[0", 1),
                Part::text(",0", 500_000),
                Part::text("],\"event\":\"open\"}\n", 1),
            ]),
            "line 2: no event",
        ),
        ("endless-attempts", opened(vec![Part::each(intent, 1..400_000)]), "the transcript holds no complete record"),
        ("too-many-open", opened(vec![Part::each(open_one, 0..1025)]), "challenge 1024 where those from 0 to 1024"),
        (
            "wide-answer",
            opened(vec![
                first.clone(),
                Part::text(&answer("\""), 1),
                Part::text("x", 1_000_000),
                Part::text("\",\"at\":0}\n", 1),
            ]),
            "the transcript holds no complete record",
        ),
        (
            "escaped-answer",
            opened(vec![
                first.clone(),
                Part::text(&answer("\""), 1),
                Part::text("\\u0000", 170_000),
                Part::text("\",\"at\":0}\n", 1),
            ]),
            "the transcript holds no complete record",
        ),
        (
            "nested-answer",
            opened(vec![first, Part::text(&answer(""), 1), Part::text("[", 1_000_000), Part::text("\n", 1)]),
            "recursion limit exceeded",
        ),
        (
            "huge-number",
            opened(vec![
                Part::text("{\"event\":\"intent\",\"index\":1", 1),
                Part::text("0", 1_000_000),
                Part::text("}\n", 1),
            ]),
            "line 2: no event",
        ),
    ] {
        let path = set.path(name, "ndjson");
        set.make(&path, parts);
        let why =
            "Lines have at most 1 MiB and nest little; what is read costs memory and time in proportion to the file.";
        set.vector(name, &["verify", SAME, ALLOW, "--transcript", &path], Outcome(3, reason, why));
    }
}
