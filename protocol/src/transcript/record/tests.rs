//! What a record has to fit: the registration, and itself.

use super::*;
use crate::registration::{Positions, RawRegistration, tests::genuine};

fn registration(kind: ScoreKind) -> Registration {
    let positions = if kind == ScoreKind::DeltaCe { Positions::All } else { Positions::Last(2) };
    RawRegistration { kind, positions, ..genuine() }.validate().unwrap()
}

fn side(tokens: &[u32]) -> SideRecord {
    SideRecord {
        tokens: tokens.to_vec(),
        attempts: 1,
        answer: Digest([1; 32]),
        started_at: 0,
        millis: 1,
        engine: "test".to_owned(),
        dtype: "f32".to_owned(),
    }
}

/// A record of one prompt of five bytes that fits the registration of its kind.
fn record(kind: ScoreKind) -> Record {
    // Under `delta-ce` the models have tokens of their own.
    let (candidate, bytes) = if kind == ScoreKind::DeltaCe { (vec![7, 8, 9, 10], 5) } else { (vec![1, 2, 3], 0) };
    let figures =
        Figures { reference: vec![0; 2], candidate: vec![0; if bytes == 0 { 2 } else { candidate.len() - 1 }], bytes };
    Record {
        index: 0,
        prompt: "words".to_owned(),
        reference: side(&[1, 2, 3]),
        candidate: side(&candidate),
        figures,
        score: Score::ZERO,
        salt: [0; 16],
    }
}

/// What is said of the record of `kind` after a change.
fn after(kind: ScoreKind, change: impl FnOnce(&mut Record)) -> Result<Score, RecordError> {
    let mut record = record(kind);
    change(&mut record);
    record.check(&registration(kind))
}

#[track_caller]
fn misfit(kind: ScoreKind, part: &str, change: impl FnOnce(&mut Record)) {
    assert!(matches!(after(kind, change), Err(RecordError::Misfit(what)) if what.contains(part)), "{part}");
}

#[test]
fn what_fits_has_its_score() {
    for kind in [ScoreKind::Kl, ScoreKind::KlTopk, ScoreKind::DeltaLogprob, ScoreKind::DeltaCe] {
        assert_eq!(after(kind, |_| ()), Ok(Score::ZERO));
    }
    let scored = |r: &mut Record| {
        r.figures.candidate[1] = 4096;
        r.score = Score::saturating(2);
    };
    assert_eq!(after(ScoreKind::Kl, scored), Ok(Score::saturating(2)));
    let misread = after(ScoreKind::Kl, |r| r.score = Score::saturating(2));
    assert_eq!(misread, Err(RecordError::Score { written: 2, computed: 0 }));
}

#[test]
fn the_number_type_is_the_registered_one_on_both_sides() {
    misfit(ScoreKind::Kl, "number type", |r| r.reference.dtype = "f16".to_owned());
    misfit(ScoreKind::Kl, "number type", |r| r.candidate.dtype = "f16".to_owned());
}

#[test]
fn an_answer_takes_an_attempt_and_two_tokens() {
    misfit(ScoreKind::Kl, "takes an attempt", |r| r.reference.attempts = 0);
    misfit(ScoreKind::Kl, "takes an attempt", |r| r.candidate.attempts = 0);
    misfit(ScoreKind::Kl, "takes an attempt", |r| r.candidate.tokens.truncate(1));
    assert_eq!(after(ScoreKind::Kl, |r| r.reference.attempts = 100), Ok(Score::ZERO));
    let two = |r: &mut Record| {
        r.candidate.tokens.truncate(2);
        r.figures.candidate.truncate(1);
    };
    assert_eq!(after(ScoreKind::DeltaCe, two), Ok(Score::ZERO));
}

#[test]
fn token_by_token_both_models_are_given_the_same_and_enough_of_them() {
    misfit(ScoreKind::Kl, "different tokens", |r| r.candidate.tokens[0] = 7);
    // One token is predicted fewer than there are, so two figures need three.
    misfit(ScoreKind::Kl, "more figures", |r| (r.reference, r.candidate) = (side(&[1, 2]), side(&[1, 2])));
    let longer = |r: &mut Record| (r.reference, r.candidate) = (side(&[1, 2, 3, 4]), side(&[1, 2, 3, 4]));
    assert_eq!(after(ScoreKind::Kl, longer), Ok(Score::ZERO));
}

#[test]
fn of_a_whole_text_every_predicted_token_has_a_figure_and_the_length_is_that_of_the_prompt() {
    misfit(ScoreKind::DeltaCe, "length", |r| r.figures.bytes = 4);
    misfit(ScoreKind::DeltaCe, "length", |r| r.prompt.push('s'));
    misfit(ScoreKind::DeltaCe, "every predicted token", |r| r.reference.tokens.push(4));
    misfit(ScoreKind::DeltaCe, "every predicted token", |r| r.candidate.tokens.push(4));
    misfit(ScoreKind::DeltaCe, "every predicted token", |r| r.figures.candidate.push(0));
}
