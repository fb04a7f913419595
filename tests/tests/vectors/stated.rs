//! Registrations and statements that are encoded well and say what cannot be, or what nobody proved.

use crate::{
    layout::Layout,
    points,
    set::{Outcome, Set},
};

type Change<'a> = (&'a str, Vec<u8>);

const MALFORMED: u8 = 3;
const INVALID: u8 = 1;
const TRUST: u8 = 5;
const UNPROVED: &str = "the proof does not hold";

fn u32be(n: u32) -> Vec<u8> {
    n.to_be_bytes().to_vec()
}

fn u64be(n: u64) -> Vec<u8> {
    n.to_be_bytes().to_vec()
}

fn attempts(total: u64, most: u32) -> Vec<u8> {
    [u64be(total), u32be(most)].concat()
}

pub(crate) fn add(set: &mut Set) {
    registrations(set);
    names(set);
    statements(set);
    unproved(set);
    policies(set);
    circuits(set);
}

fn each(set: &mut Set, base: &str, rows: Vec<(&str, Vec<Change<'_>>, Outcome<'_>)>) {
    let base = Layout::of(set.get(base));
    for (name, changes, outcome) in rows {
        let changes: Vec<_> = changes.iter().map(|(field, bytes)| (*field, bytes.as_slice())).collect();
        set.bundle(name, base.put(&changes), &[], outcome);
    }
}

/// Registrations that contradict themselves.
fn registrations(set: &mut Set) {
    set.class("registration");
    let digest = |flag: u8| [vec![flag], vec![7; 32]].concat();
    let file = |name: &str| [u64be(name.len() as u64), name.as_bytes().to_vec(), vec![9; 32]].concat();
    let files = |names: &[&str]| [vec![u64be(names.len() as u64)], names.iter().map(|n| file(n)).collect()].concat();
    let many: Vec<String> = (0..257).map(|n| format!("{n:03}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let files = |names: &[&str]| files(names).concat();
    let rows = vec![
        ("sequence-0", vec![("sequence", u64be(0))], "sequence counts from 1", "Registrations of a pair count from 1."),
        (
            "second-without-previous",
            vec![("sequence", u64be(2))],
            "names the previous digest",
            "A later registration names the one before it.",
        ),
        (
            "first-with-previous",
            vec![("previous", digest(1))],
            "names the previous digest",
            "The first registration has none before it.",
        ),
        (
            "due-before-registered",
            vec![("due by", u64be(1))],
            "due-by lies before",
            "It cannot be due before it is made.",
        ),
        (
            "no-positions",
            vec![("positions", [u32be(0), u32be(0)].concat())],
            "score the last 1..=4096 tokens",
            "A score needs a scored token.",
        ),
        (
            "too-many-positions",
            vec![("positions", [u32be(0), u32be(4097)].concat())],
            "score the last 1..=4096 tokens",
            "More positions than a record has room for.",
        ),
        (
            "all-positions-of-kl",
            vec![("positions", u32be(1))],
            "score the last 1..=4096 tokens",
            "Scores of the kind kl are of the last K tokens.",
        ),
        ("last-positions-of-delta-ce", vec![("kind", u32be(2))], "delta-ce scores all", "delta-ce scores whole texts."),
        (
            "two-vocabularies",
            vec![("candidate tokenizer", vec![9; 32])],
            "need one vocabulary",
            "Distributions over two vocabularies are not compared index by index.",
        ),
        (
            "grammar-with-a-corpus",
            vec![("corpus", digest(1))],
            "a corpus digest goes with the corpus family",
            "The grammar has no corpus.",
        ),
        (
            "corpus-without-digest",
            vec![("family name length", u64be(6)), ("family name", b"corpus".to_vec())],
            "a corpus digest goes with the corpus family",
            "A private corpus is named by its digest.",
        ),
        (
            "files-out-of-order",
            vec![("reference files", files(&["b", "a"]))],
            "in the order of their names",
            "A set of files has one order, so that it has one digest.",
        ),
        (
            "file-listed-twice",
            vec![("candidate files", files(&["a", "a"]))],
            "listed once each",
            "A file that is listed twice is a second encoding of the same set.",
        ),
        ("too-many-files", vec![("candidate files", files(&many))], "at most 256 files", "A limit on what is read."),
        (
            "unnamed-file",
            vec![("candidate files", files(&[""]))],
            "names have 1 to 512 bytes",
            "A file without a name is none.",
        ),
    ];
    let rows = rows.into_iter().map(|(n, c, reason, why)| (n, c, Outcome(MALFORMED, reason, why))).collect();
    each(set, "valid/same/bundle.pot", rows);
}

/// Names that would mislead whoever reads them.
fn names(set: &mut Set) {
    set.class("name");
    let same = Layout::of(set.get("valid/same/bundle.pot"));
    let why = "A name is for people: nothing in it may be invisible, obeyed by a terminal, or longer than a screen.";
    for (name, field, text) in [
        ("empty", "candidate name", String::new()),
        ("513-bytes", "candidate name", "x".repeat(513)),
        ("line-feed", "candidate name", "builtin:base\nassurance: arithmetic".to_owned()),
        ("escape", "reference name", "\u{1b}[2Jbuiltin:base".to_owned()),
        ("zero-byte", "reference dtype", "f32\0".to_owned()),
        ("delete", "reference architecture", "gpt2\u{7f}".to_owned()),
        ("right-to-left-override", "policy name", "\u{202e}KCIUQ".to_owned()),
        ("zero-width-space", "family name", "gram\u{200b}mar".to_owned()),
        ("byte-order-mark", "candidate dtype", "\u{feff}q8_0".to_owned()),
        ("tag-characters", "candidate architecture", "gpt2\u{e0041}".to_owned()),
    ] {
        let outcome = Outcome(MALFORMED, "no control or invisible formatting characters", why);
        set.bundle(name, same.put_text(field, text.as_bytes()), &[], outcome);
    }
}

/// Statements that contradict themselves.
fn statements(set: &mut Set) {
    set.class("statement");
    let same = Layout::of(set.get("valid/same/bundle.pot"));
    let look = "n is no look of this capacity";
    let counts = "the attempt counts contradict each other";
    let reduced = "not reduced modulo the group order";
    let alias = |field| points::plus_order(same.get(field));
    let inputs = "A public input is read as it stands: x and x + r would be two statements for one proof.";
    let rows = vec![
        ("n-0", vec![("n", u32be(0))], look, "No verdict without a score."),
        ("n-between-looks", vec![("n", u32be(26))], look, "The rule stops at its looks only."),
        ("n-over-capacity", vec![("n", u32be(140))], look, "A circuit of 128 scores says nothing about 140."),
        ("n-huge", vec![("n", u32be(u32::MAX))], look, "Nothing is computed from an n that is no look."),
        (
            "undecided-with-grade",
            vec![("verdict", u32be(2)), ("grade", vec![1])],
            "UNDECIDED has no grade",
            "Only SAME and DIFFERENT are graded.",
        ),
        ("attempts-0", vec![("attempts", attempts(22, 0))], counts, "An answer takes an attempt."),
        ("attempts-too-few", vec![("attempts", attempts(21, 1))], counts, "22 answers take at least 22 attempts."),
        ("attempts-too-many", vec![("attempts", attempts(23, 1))], counts, "22 answers at one attempt each are 22."),
        ("attempts-most-unused", vec![("attempts", attempts(22, 2))], counts, "An answer that took 2 makes it 23."),
        ("attempts-huge", vec![("attempts", attempts(u64::MAX, u32::MAX))], counts, "Sums of counts must not wrap."),
        (
            "sealed-before-registered",
            vec![("sealed at", u64be(1))],
            "sealed before it was registered",
            "A run ends after its registration.",
        ),
        (
            "another-nonce",
            vec![("nonce", vec![7; 32])],
            "the nonce is not the registered one",
            "An own nonce is fixed by the registration.",
        ),
        ("score-root-is-r", vec![("score root", points::order())], reduced, "r is no element, and would count as 0."),
        ("score-root-plus-r", vec![("score root", alias("score root"))], reduced, inputs),
        ("score-root-all-ones", vec![("score root", vec![0xff; 32])], reduced, inputs),
        ("policy-is-r", vec![("policy coefficients", points::order())], reduced, inputs),
        ("policy-plus-r", vec![("policy coefficients", alias("policy coefficients"))], reduced, inputs),
        ("policy-all-ones", vec![("policy coefficients", vec![0xff; 32])], reduced, inputs),
    ];
    let rows = rows.into_iter().map(|(n, c, reason, why)| (n, c, Outcome(MALFORMED, reason, why))).collect();
    each(set, "valid/same/bundle.pot", rows);
}

/// Statements that could be true, under a proof of another one.
fn unproved(set: &mut Set) {
    set.class("unproved");
    let bytes = set.get("valid/same/bundle.pot").to_vec();
    let (same, different) = (Layout::of(&bytes), Layout::of(set.get("valid/different/bundle.pot")));
    let flipped = |field: &str| {
        let mut value = same.get(field).to_vec();
        *value.last_mut().unwrap() ^= 1;
        value
    };
    let swapped: Vec<Change<'_>> = same
        .fields()
        .filter(|(name, _)| name.starts_with("reference "))
        .map(|(name, _)| (name, same.get(&name.replace("reference", "candidate")).to_vec()))
        .chain(
            same.fields()
                .filter(|(name, _)| name.starts_with("candidate "))
                .map(|(name, _)| (name, same.get(&name.replace("candidate", "reference")).to_vec())),
        )
        .collect();
    let two = |field: &'static str| vec![(field, flipped(field))];
    let both_nonces = vec![("nonce", vec![7; 32]), ("nonce source", [u32be(0), vec![7; 32]].concat())];
    let proof = ["proof A", "proof B", "proof C"];
    let rows = vec![
        ("verdict-swapped", vec![("verdict", u32be(1))]),
        ("grade-set", vec![("grade", vec![1])]),
        ("n-next-look", vec![("n", u32be(12)), ("attempts", attempts(24, 1))]),
        ("n-look-before", vec![("n", u32be(10)), ("attempts", attempts(20, 1))]),
        ("undecided-at-the-end", vec![("verdict", u32be(2)), ("n", u32be(120)), ("attempts", attempts(240, 1))]),
        ("score-root-changed", two("score root")),
        ("score-root-negated", vec![("score root", points::minus(same.get("score root")))]),
        ("score-root-0", vec![("score root", vec![0; 32])]),
        ("evidence-root-changed", two("evidence root")),
        ("attempts-hidden", vec![("attempts", attempts(23, 2))]),
        ("sealed-a-second-later", two("sealed at")),
        ("run-id-changed", two("run id")),
        ("registered-a-second-later", two("registered at")),
        ("due-a-second-later", two("due by")),
        ("reference-weights-changed", two("reference weights")),
        ("candidate-weights-changed", two("candidate weights")),
        ("candidate-config-changed", two("candidate config")),
        ("candidate-parameters-changed", two("candidate parameters")),
        ("models-swapped", swapped),
        ("calibration-bound-raised", two("calibration bound")),
        ("key-commitment-changed", two("key commitment")),
        ("nonce-changed-twice", both_nonces),
        ("more-positions", vec![("positions", [u32be(0), u32be(32)].concat())]),
        ("unknown-family", vec![("family name length", u64be(7)), ("family name", b"unicorn".to_vec())]),
        ("other-family-version", two("family version")),
        ("proof-of-another-run", proof.map(|field| (field, different.get(field).to_vec())).to_vec()),
    ];
    let why = "Every field of the statement is bound by the proof, through its digest d, ρ, π or v.";
    let rows = rows.into_iter().map(|(name, changes)| (name, changes, Outcome(INVALID, UNPROVED, why))).collect();
    each(set, "valid/same/bundle.pot", rows);
    let statement = &bytes[same.at("statement version").start..same.at("key").start];
    let other = &set.get("valid/different/bundle.pot")[different.at("key").start..];
    let spliced = [&bytes[..10], statement, other].concat();
    let why = "Statement of one run, key id and proof of another: the verdict of neither.";
    set.bundle("statement-of-another-run", spliced, &[], Outcome(INVALID, UNPROVED, why));
}

/// Statements that the registered policy does not allow.
fn policies(set: &mut Set) {
    set.class("policy");
    let [same, large] = ["same", "large"].map(|run| Layout::of(set.get(&format!("valid/{run}/bundle.pot"))));
    let audit = |field: &str| large.get(field).to_vec();
    let invalid = |reason, why| Outcome(INVALID, reason, why);
    let trust = |reason, why| Outcome(TRUST, reason, why);
    let no_builtin = "is no built-in policy";
    let not_registered = "the policy at hand is";
    let rows = vec![
        (
            "n-above-n-max",
            vec![("n", u32be(128)), ("attempts", attempts(256, 1))],
            invalid("lies outside the policy's 10..=120", "QUICK ends at 120, though the circuit holds 128."),
        ),
        (
            "undecided-too-early",
            vec![("verdict", u32be(2))],
            invalid("it is possible at n_max = 120 only", "UNDECIDED needs the last look."),
        ),
        (
            "too-many-attempts",
            vec![("attempts", attempts(22 * 100, 100))],
            invalid("attempts, the policy allows", "Asking again is resampling, and the policy caps it."),
        ),
        (
            "noise-above-gamma",
            vec![("calibration bound", u32be(77))],
            invalid(
                "needs a policy with gamma of at least twice that",
                "With γ below twice the noise nothing is claimed.",
            ),
        ),
        (
            "noise-huge",
            vec![("calibration bound", u32be(u32::MAX))],
            invalid("needs a policy with gamma of at least twice that", "The comparison must not wrap."),
        ),
        (
            "other-score-kind",
            vec![("kind", u32be(1))],
            invalid("is for kl scores, registered are delta-logprob scores", "A policy is for one kind of scores."),
        ),
        (
            "other-name",
            vec![("policy name length", u64be(5)), ("policy name", b"quick".to_vec())],
            invalid("the policy's name is not the registered one", "Name and digest name one policy."),
        ),
        (
            "unknown-document",
            vec![("policy document", vec![7; 32])],
            trust(no_builtin, "A policy that nobody has at hand can say anything."),
        ),
        (
            "unknown-coefficients",
            vec![("policy coefficients", vec![7; 32])],
            trust(not_registered, "π is that of the document, or a false verdict could be proved."),
        ),
        (
            "coefficients-of-another-policy",
            vec![("policy coefficients", audit("policy coefficients"))],
            trust(not_registered, "π is that of the document."),
        ),
        (
            "document-of-another-policy",
            vec![("policy document", audit("policy document"))],
            trust(not_registered, "The document is that of π."),
        ),
        (
            "audit-at-11",
            ["policy name", "policy document", "policy coefficients"].map(|f| (f, audit(f))).to_vec(),
            invalid("n_max 400 does not fit a capacity of 128", "AUDIT needs the large circuit."),
        ),
    ];
    // The policy name of AUDIT is as long as that of QUICK, so its length stays.
    assert_eq!(same.get("policy name").len(), audit("policy name").len());
    each(set, "valid/same/bundle.pot", rows);
    let early = large.put(&[("n", &u32be(25)), ("attempts", &attempts(50, 1))]);
    let outcome = invalid("lies outside the policy's 30..=400", "AUDIT gives no verdict before 30.");
    set.bundle("n-below-n-min", early, &[], outcome);
}

/// Statements about another circuit than the key's, or under another key.
fn circuits(set: &mut Set) {
    set.class("circuit");
    let large = Layout::of(set.get("valid/large/bundle.pot"));
    let audit = |field: &str| large.get(field).to_vec();
    let trust = |reason, why| Outcome(TRUST, reason, why);
    let circuit = "for another circuit";
    let rows = vec![
        (
            "unknown-circuit",
            vec![("circuit", vec![7; 32])],
            trust(circuit, "A proof about another relation says nothing about this one."),
        ),
        (
            "circuit-of-1024",
            vec![("circuit", audit("circuit"))],
            trust(circuit, "The circuit's id and the capacity belong together."),
        ),
        (
            "capacity-1024",
            vec![("capacity", u32be(1))],
            trust(circuit, "The circuit's id and the capacity belong together."),
        ),
        (
            "capacity-and-circuit-of-1024",
            vec![("capacity", u32be(1)), ("circuit", audit("circuit"))],
            trust(circuit, "The key is for the small circuit."),
        ),
        ("unknown-key", vec![("key", vec![7; 32])], trust("is not trusted", "A key counts by its id alone.")),
        ("key-0", vec![("key", vec![0; 32])], trust("is not trusted", "A key counts by its id alone.")),
        ("key-of-1024", vec![("key", audit("key"))], trust(circuit, "That key is for the large circuit.")),
    ];
    each(set, "valid/same/bundle.pot", rows);
}
