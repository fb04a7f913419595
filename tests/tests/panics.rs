//! What panics say: every type that holds a secret is put into the messages of real panics, and the secret is looked for there.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

mod hidden;
mod stub;

use std::{
    collections::BTreeSet,
    fmt::Debug,
    panic::{AssertUnwindSafe, catch_unwind},
    process::Command,
};

use ark_bn254::Fr;
use hidden::Secrets;
use pot_attestation::{Algorithm, SigningKey};
use pot_circuits::{VerdictCircuit, VerdictPrivate, VerdictPublic};
use pot_inference::{Answer, Ask, Endpoint, EndpointOptions, LoadOptions, LogProbs, Prompt, Scored, load};
use pot_protocol::{
    challenge::{ChallengeKey, DrawStream, Family},
    commitment::{BlindingSeed, ScoreCommitment},
    digest::Digest,
    policy::Preset,
    rule::{Capacity, Outcome, Rule, Verdict},
    score::{Figures, Score},
    spot::{OpenedLeaf, OpenedRecord, Openings, Request},
    transcript::{Event, Opening, Record, Side, SideRecord, Transcript},
};
use pot_prover::run_folder::{Log, RunFolder};
use pot_setup::{formats::wtns::Witness, msm::signed};
use pot_tests::scratch;
use stub::Stub;

/// Set where the panics are to be seen.
const CHILD: &str = "POT_TEST_PANICS";
const VARIABLE: &str = "POT_PLANTED_KEY";
const API_KEY: &str = "sk-Panics0123456789-abcdefghijklmnop";

const KEY: [u8; 32] = secret(3);
const SEED: [u8; 32] = secret(5);
const SIGNING: [u8; 32] = secret(7);
const SALT: [u8; 16] = *b"\xa1\x72\x5c\x8e\x0d\xf3\x44\xb9\x61\x2f\xd8\x93\x1b\xe5\x7a\xc6";
const CONTENT: &str = "the served answer, word for word";
const LOGITS: [f32; 4] = [-61.53, 27.4, -38.19, 52.71];
/// Units of scores, figures and tokens. They are far from each other and from what else is printed.
const SCORES: [u16; 2] = [3917, 2843];
const FIGURES: [i64; 2] = [87_654_321, 98_765_432];
const TOKENS: [u32; 3] = [48_611, 39_227, 17_389];

/// Bytes without a pattern, and not those of another `step`.
const fn secret(step: u8) -> [u8; 32] {
    let (mut bytes, mut i, mut last) = ([0; 32], 0, step);
    while i < 32 {
        last = last.wrapping_mul(37).wrapping_add(step).rotate_left(3) ^ 0x5a;
        bytes[i] = last;
        i += 1;
    }
    bytes
}

fn scores() -> Vec<Score> {
    SCORES.map(|units| Score::new(units).unwrap()).to_vec()
}

fn commitment() -> ScoreCommitment {
    ScoreCommitment::commit(Capacity::C128, &scores(), &BlindingSeed::new(SEED))
}

fn prompt() -> String {
    Family::Grammar.challenge(&run_key(), 0).text
}

fn run_key() -> pot_protocol::challenge::RunKey {
    ChallengeKey::new(KEY).derive(&[1; 32], &[2; 32])
}

fn record() -> Record {
    let side = SideRecord {
        tokens: TOKENS.to_vec(),
        attempts: 1,
        answer: Digest([3; 32]),
        started_at: 0,
        millis: 0,
        engine: "engine".to_owned(),
        dtype: "f32".to_owned(),
    };
    let figures = Figures { reference: FIGURES.to_vec(), candidate: FIGURES.to_vec(), bytes: 0 };
    let score = scores()[0];
    Record { index: 0, prompt: prompt(), reference: side.clone(), candidate: side, figures, score, salt: SALT }
}

/// A challenge from the first question to the sealed record.
fn events() -> Vec<Event> {
    let mut events = Vec::new();
    for (side, index) in [(Side::Reference, 0), (Side::Candidate, 0), (Side::Reference, 1)] {
        let (attempt, at, content) = (1, 0, Some(CONTENT.to_owned()));
        events.push(Event::Intent { index, side, attempt, at });
        events.push(Event::Answer { index, side, attempt, digest: Digest([3; 32]), content, at });
        if events.len() == 4 {
            events.push(Event::Record(Box::new(record())));
        }
    }
    events
}

/// A run folder's secrets and its log, as the program holds them.
fn run_folder() -> (pot_prover::run_folder::Secrets, Log) {
    let root = scratch();
    std::fs::create_dir(root.path().join("secret")).unwrap();
    for (name, bytes) in [("challenge-key", KEY), ("blinding-seed", SEED)] {
        std::fs::write(root.path().join("secret").join(name), hex::encode(bytes)).unwrap();
    }
    std::fs::write(root.path().join("registration.pot"), "").unwrap();
    let folder = RunFolder::open(root.path()).unwrap();
    let mut log = Log::begin(&folder, Digest([2; 32]), Digest([1; 32])).unwrap();
    for event in events() {
        log.append(&event).unwrap();
    }
    (folder.secrets().unwrap(), log)
}

/// Everything that holds a secret and can be put into a message, by name.
fn holders() -> Vec<(&'static str, Box<dyn Debug>)> {
    let mut all: Vec<(&'static str, Box<dyn Debug>)> = Vec::new();
    let mut hold = |name, value: Box<dyn Debug>| all.push((name, value));
    let (secrets, log) = run_folder();
    hold("Secrets", Box::new(secrets));
    hold("Log", Box::new(log));
    hold("ChallengeKey", Box::new(ChallengeKey::new(KEY)));
    hold("RunKey", Box::new(run_key()));
    hold("DrawStream", Box::new(DrawStream::new(run_key().seed(0))));
    hold("Challenge", Box::new(Family::Grammar.challenge(&run_key(), 0)));
    hold("BlindingSeed", Box::new(BlindingSeed::new(SEED)));
    hold("ScoreCommitment", Box::new(commitment()));
    hold("LeafOpening", Box::new(commitment().open(0).unwrap()));
    hold("OpenedLeaf", Box::new(OpenedLeaf::of(&commitment(), 0).unwrap()));
    hold("Opening", Box::new(Opening { statement: Digest([4; 32]), seed: Digest(SEED), scores: scores() }));
    let request = Request::fiat_shamir(Digest([4; 32]), 1);
    hold("Openings", Box::new(Openings::of(request, &[record()], &commitment())));
    hold("OpenedRecord", Box::new(OpenedRecord { record: record(), path: vec![] }));
    hold("Record", Box::new(record()));
    hold("SideRecord", Box::new(record().reference));
    hold("Figures", Box::new(record().figures));
    hold("Event", Box::new(events()));
    let error = format!("HTTP 500: {CONTENT}");
    hold("Failure", Box::new(Event::Failure { index: 0, side: Side::Candidate, attempt: 1, error, at: 0 }));
    let (mut transcript, _) = Transcript::open(Digest([2; 32]), Digest([1; 32]), 0);
    for event in events() {
        transcript.apply(&event).unwrap();
    }
    hold("Half", Box::new(transcript.half(1, Side::Reference)));
    hold("Transcript", Box::new(transcript));

    let policy = Preset::Quick.policy();
    let mut rule = Rule::new(policy.coefficients());
    rule.push(scores()[0]);
    hold("Rule", Box::new(rule));
    let private = || VerdictPrivate {
        coefficients: policy.coefficients().clone(),
        scores: scores(),
        seed: BlindingSeed::new(SEED),
    };
    let outcome = Outcome { verdict: Verdict::Different, grade: false, n: 2 };
    let public = VerdictPublic::of(Capacity::C128, Fr::from(1u64), &private(), outcome);
    hold("VerdictPrivate", Box::new(private()));
    hold("VerdictCircuit", Box::new(VerdictCircuit::new(Capacity::C128, public, private())));
    let blindings: Vec<Fr> = (0..7).map(|leaf| BlindingSeed::new(SEED).blinding(leaf)).collect();
    hold("Signed", Box::new(signed(&blindings)));
    hold("Witness", Box::new(Witness(blindings)));

    let text: &'static str = prompt().leak();
    hold("Prompt", Box::new(Prompt { text, tokens: &TOKENS }));
    hold("Scored", Box::new(Scored::Tokens(LOGITS.map(f64::from).to_vec())));
    hold("LogProbs", Box::new(LogProbs::new(1, 4, LOGITS.to_vec()).unwrap()));
    let model = load("builtin:base", &LoadOptions::default()).unwrap();
    hold("Answer", Box::new(Answer::evaluate(&model, text, Ask::AllTokens).unwrap()));
    let options = EndpointOptions { api_key_env: Some(VARIABLE.to_owned()), ..Default::default() };
    let spec = Stub::honest("builtin:base", usize::MAX).spec().parse().unwrap();
    hold("Endpoint", Box::new(Endpoint::connect(&spec, &options, None).unwrap()));
    for algorithm in [Algorithm::EcdsaP256, Algorithm::Ed25519] {
        hold("SigningKey", Box::new(SigningKey::new(algorithm, &SIGNING).unwrap()));
    }
    all
}

fn planted() -> Secrets {
    let mut planted = Secrets::default();
    for (what, bytes) in [
        ("challenge key", &KEY[..]),
        ("seed of a challenge", &run_key().seed(0)),
        ("blinding seed", &SEED),
        ("signing key", &SIGNING),
        ("API key", API_KEY.as_bytes()),
        ("salt", &SALT),
        ("prompt", prompt().as_bytes()),
        ("answer", CONTENT.as_bytes()),
    ] {
        planted.plant(what, bytes);
    }
    for leaf in 0..7 {
        planted.plant_element("blinding", BlindingSeed::new(SEED).blinding(leaf));
    }
    planted
}

/// An error that cannot be expected away: `expect` shows it as `Debug` does.
fn refused(value: &dyn Debug) -> Result<(), &dyn Debug> {
    Err(value)
}

/// The numbers written in a text.
fn numbers(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !c.is_ascii_digit()).collect()
}

#[test]
fn no_panic_shows_a_secret() {
    if std::env::var_os(CHILD).is_some() {
        for (name, value) in holders() {
            let value = AssertUnwindSafe(&*value);
            assert!(catch_unwind(|| panic!("{name} in words: {:?}", *value)).is_err());
            assert!(catch_unwind(|| panic!("{name} in lines: {:#?}", *value)).is_err());
            assert!(catch_unwind(|| refused(*value).expect(name)).is_err());
        }
        return;
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "no_panic_shows_a_secret", "--nocapture"])
        .envs([(CHILD, "1"), (VARIABLE, API_KEY), ("RUST_BACKTRACE", "0")])
        .output()
        .unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(output.status.success(), "{said}");
    let panics = said.matches("panicked at").count();
    assert!(panics > 90 && panics.is_multiple_of(3), "{panics} panics:\n{said}");
    let planted = planted();
    let mut found: BTreeSet<_> = planted.found(said.as_bytes()).into_iter().map(|(what, _)| what.to_owned()).collect();
    let numbers = numbers(&said);
    let units = SCORES.map(|n| n.to_string()).into_iter().chain(FIGURES.map(|n| n.to_string()));
    let units = units.chain(TOKENS.map(|n| n.to_string()));
    found.extend(units.filter(|number| numbers.contains(number.as_str())));
    found.extend(LOGITS.map(|logit| logit.abs().to_string()).into_iter().filter(|logit| said.contains(logit)));
    assert!(found.is_empty(), "{found:?} in:\n{said}");
    println!("{panics} panics");
}
