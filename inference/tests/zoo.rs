//! The built-in models are the ones that are documented, are really models, and differ where they should.
#![allow(clippy::unwrap_used)] // helpers of tests may panic

use pot_inference::{
    Answer, Ask, LanguageModel, LoadOptions, LocalModel, ModelIdentity, Scored, figures, load, tokenizer, zoo,
};
use pot_protocol::score::ScoreKind;
use sha2::{Digest, Sha256};

/// SHA-256 of each file. A change here is another model: every published figure about it is void.
const DIGESTS: &[(&str, &str)] = &[
    ("base", "3c982b21062883be1789069d11f133b27658f97707f64eb3a8425dc0b3037594"),
    ("base-q8", "e1684505cb37f9d47d12ee6d337b4bc02c13967b6553008bcc41ea039b2fa294"),
    ("base-q4", "bb1bf01aa80b8af7e4ed75e9d2a474c61ac8c50253803b3aa095474f09f3de15"),
    ("finetuned", "de81866758a9faf10bbeeb8fca3c1d9ba7496a687ca78d667a42be2d4e304d80"),
    ("distilled", "3ce92d066f09d8b52fbbc438bb763cba62f0a36961edef6ea87fbbe176a87304"),
    ("larger", "8b27c06c9bbca49f51175599ffbeffa7379fc4442674d2d2ac4e73f2c92dff2a"),
    ("other", "a1ab6ed6fca0fd4635a07adf2d016cb6ff6f2a265df77939f98c69ab2e13369a"),
];

/// The texts that the models were trained on; the last twentieth of each was held out.
const NOVEL: &str = include_str!("../training/text/moby-dick.txt");
const SPEECHES: &str = include_str!("../training/text/state-of-the-union.txt");

fn builtin(name: &str) -> LocalModel {
    load(&format!("builtin:{name}"), &LoadOptions::default()).unwrap()
}

fn held_out(text: &str) -> &[u8] {
    &text.as_bytes()[text.len() - text.len() / 20..]
}

/// Eight held-out windows of 300 bytes.
fn windows(text: &str) -> impl Iterator<Item = &[u8]> {
    held_out(text).chunks_exact(300).step_by(13).take(8)
}

/// Nats per byte of a model that knows only how often each byte occurs in what is not held out.
fn unigram_loss(text: &str) -> f64 {
    let train = &text.as_bytes()[..text.len() - text.len() / 20];
    let mut counts = [1u32; 256];
    for &b in train {
        counts[usize::from(b)] += 1;
    }
    let all = f64::from(counts.iter().sum::<u32>());
    let total: f64 = windows(text).flatten().map(|&b| -(f64::from(counts[usize::from(b)]) / all).ln()).sum();
    total / 2400.0
}

fn loss(model: &LocalModel, text: &str) -> f64 {
    let total: f64 = windows(text)
        .map(|window| {
            let answer = Answer::evaluate(model, std::str::from_utf8(window).unwrap(), Ask::AllTokens).unwrap();
            let Scored::Tokens(values) = answer.scored() else { panic!("{answer:?}") };
            assert_eq!(values.len(), window.len());
            -values.iter().sum::<f64>()
        })
        .sum();
    total / 2400.0
}

fn mean_kl(reference: &LocalModel, candidate: &LocalModel) -> f64 {
    let scores = windows(NOVEL).map(|window| {
        let text = std::str::from_utf8(window).unwrap();
        let ask = |m| Answer::evaluate(m, text, Ask::Distributions(32)).unwrap();
        let figures = figures(ScoreKind::Kl, 32, &ask(reference), &ask(candidate)).unwrap();
        f64::from(figures.score(ScoreKind::Kl, 32).unwrap().units()) / 1024.0
    });
    scores.sum::<f64>() / 8.0
}

#[test]
fn the_files_are_the_documented_ones() {
    assert_eq!(zoo::names().collect::<Vec<_>>(), DIGESTS.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    let readme = include_str!("../zoo/README.md");
    let mut size = 0;
    for (name, digest) in DIGESTS {
        let bytes = zoo::bytes(name).unwrap();
        let found = hex::encode(Sha256::digest(bytes));
        assert_eq!(found, *digest, "{name}");
        assert!(readme.contains(digest), "{name}: the README has another digest");
        size += bytes.len();
        let model = builtin(name);
        let ModelIdentity::Weights(identity) = model.identity() else { panic!("{name}") };
        assert_eq!(identity.weights_sha256.as_slice(), Sha256::digest(bytes).as_slice(), "{name}");
        assert_eq!(identity.name, format!("builtin:{name}"));
        let stored = match *name {
            "base-q8" => "f16+q8",
            "base-q4" => "f16+q4",
            _ => "f16",
        };
        assert_eq!(identity.dtype, format!("{stored}, dequantised to f32"), "{name}");
        assert_eq!(model.tokenizer_id(), tokenizer::digest(), "{name}");
        assert!(model.max_positions() >= 512, "{name}");
    }
    assert!(size <= 10_000_000, "{size}");
}

#[test]
fn every_model_has_learnt_far_more_than_byte_frequencies() {
    let (novel, speeches) = (unigram_loss(NOVEL), unigram_loss(SPEECHES));
    for name in zoo::names() {
        let model = builtin(name);
        let (text, unigram) = if name == "finetuned" { (SPEECHES, speeches) } else { (NOVEL, novel) };
        let loss = loss(&model, text);
        assert!(loss < unigram - 0.6, "{name}: {loss} against {unigram} nats per byte");
    }
}

#[test]
fn divergences_from_the_base_are_of_the_documented_order() {
    let base = builtin("base");
    assert!(mean_kl(&base, &builtin("base")).abs() < f64::EPSILON);
    let q8 = mean_kl(&base, &builtin("base-q8"));
    let q4 = mean_kl(&base, &builtin("base-q4"));
    assert!(q8 < 0.01 && q8 < q4 && q4 < 0.3, "{q8} {q4}");
    for name in ["finetuned", "distilled", "larger", "other"] {
        let kl = mean_kl(&base, &builtin(name));
        assert!(kl > 0.2, "{name}: {kl}");
    }
}

#[test]
fn answers_do_not_change_from_run_to_run() {
    for name in zoo::names() {
        let ask =
            || Answer::evaluate(&builtin(name), "What is 17 + 25? La réponse est", Ask::Distributions(8)).unwrap();
        assert_eq!(ask(), ask(), "{name}");
    }
}
