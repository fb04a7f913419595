//! Signed answers cover exactly the records that they are about.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

use pot_attestation::{ANSWERS, Countersigned, SignedAnswers, Statement, Subject, is_about, registration_statement};
use pot_protocol::{
    digest::Digest,
    policy::Preset,
    registration::{FamilyRef, ModelIdentity, NonceSource, PolicyRef, Positions, RawRegistration, Registration},
    score::{Figures, Score, ScoreKind},
    transcript::{Record, Side, SideRecord},
};

fn registration(preset: Preset) -> Registration {
    let policy = preset.policy();
    let model = |name: &str| ModelIdentity::Weights {
        name: name.to_owned(),
        architecture: "llama".to_owned(),
        parameters: 1,
        weights: Digest([1; 32]),
        config: Digest([2; 32]),
        tokenizer: Digest([3; 32]),
        dtype: "f32".to_owned(),
        files: Vec::new(),
    };
    let raw = RawRegistration {
        version: RawRegistration::VERSION,
        run_id: Digest([4; 32]),
        sequence: 1,
        previous: None,
        registered_at: 1000,
        due_by: 20_000,
        reference: model("one"),
        candidate: model("two"),
        policy: PolicyRef {
            name: preset.name().to_owned(),
            document: policy.document_digest(),
            coefficients: policy.coefficients_digest(),
        },
        family: FamilyRef { name: "grammar".to_owned(), version: 1, corpus: None },
        kind: policy.parameters().kind,
        positions: Positions::Last(2),
        calibration_bound: 10,
        key_commitment: Digest([7; 32]),
        nonce: NonceSource::OwnChoice { nonce: Digest([0x5a; 32]) },
    };
    raw.validate().unwrap()
}

fn record(index: u64) -> Record {
    let side = |byte| SideRecord {
        tokens: vec![1, 2, 3],
        attempts: 1,
        answer: Digest([byte; 32]),
        started_at: 5,
        millis: 6,
        engine: "engine".to_owned(),
        dtype: "f32".to_owned(),
    };
    Record {
        index,
        prompt: format!("prompt {index}"),
        reference: side(1),
        candidate: side(2),
        figures: Figures { reference: vec![10, 20], candidate: vec![30, 40], bytes: 0 },
        score: Score::saturating(0),
        salt: [9; 16],
    }
}

#[test]
fn every_record_has_to_be_signed_as_it_is() {
    let registration = registration(Preset::QuickDeltaLogprob);
    let records = [record(0), record(1), record(2)];
    let statement = SignedAnswers::statement(&registration, Side::Candidate, &records);
    let back = Statement::<SignedAnswers>::from_json(&statement.to_json().unwrap(), ANSWERS).unwrap();
    assert_eq!(back, statement);
    assert!(back.predicate.has_figures());
    assert_eq!(back.predicate.answers[1].figures, Some(vec![30, 40]));
    let covers = |statement: &Statement<SignedAnswers>, records: &[&Record]| {
        SignedAnswers::covers(statement, &registration, records)
    };
    assert_eq!(covers(&statement, &[&records[0], &records[2]]), Ok(()));
    assert_eq!(covers(&statement, &[&record(3)]), Err("record 3 has no signed answer".to_owned()));
    let differs = Err("record 1: the candidate is signed to have answered otherwise".to_owned());
    for change in [
        |record: &mut Record| record.prompt.push('x'),
        |record: &mut Record| record.candidate.answer = Digest([3; 32]),
        |record: &mut Record| record.figures.candidate[1] += 1,
    ] {
        let mut changed = record(1);
        change(&mut changed);
        assert_eq!(covers(&statement, &[&changed]), differs);
    }
    // The other side is not what was signed.
    let mut changed = record(1);
    (changed.reference.answer, changed.figures.reference[0]) = (Digest([8; 32]), 77);
    assert_eq!(covers(&statement, &[&changed]), Ok(()));
    let mut twice = statement.clone();
    let first = twice.predicate.answers[1].clone();
    twice.predicate.answers.push(first);
    assert_eq!(covers(&twice, &[&records[1]]), Err("record 1 has two signed answers".to_owned()));
    let mut elsewhere = statement.clone();
    elsewhere.predicate.registration = Digest([1; 32]);
    assert!(covers(&elsewhere, &[]).is_err());
    let mut elsewhere = statement;
    elsewhere.subject.clear();
    assert!(covers(&elsewhere, &[]).is_err());
}

#[test]
fn where_a_figure_is_of_both_models_none_is_signed() {
    for preset in [Preset::Quick, Preset::QuickTopk] {
        let registration = registration(preset);
        assert!(matches!(registration.fields().kind, ScoreKind::Kl | ScoreKind::KlTopk));
        let statement = SignedAnswers::statement(&registration, Side::Candidate, &[record(0)]);
        assert!(!statement.predicate.has_figures());
        let mut changed = record(0);
        changed.figures.candidate[0] += 1;
        assert_eq!(SignedAnswers::covers(&statement, &registration, &[&changed]), Ok(()));
    }
    let registration = registration(Preset::QuickDeltaLogprob);
    assert!(!SignedAnswers::statement(&registration, Side::Candidate, &[]).predicate.has_figures());
}

#[test]
fn an_identity_is_countersigned_for_the_side_that_has_it() {
    let registration = registration(Preset::Quick);
    let fields = registration.fields();
    for (side, identity, other) in [
        (Side::Reference, &fields.reference, &fields.candidate),
        (Side::Candidate, &fields.candidate, &fields.reference),
    ] {
        let statement = Countersigned::statement(&registration, side);
        assert!(Countersigned::is_about(&statement, identity) && !Countersigned::is_about(&statement, other));
        // Subject and predicate have to agree.
        let mut elsewhere = statement;
        elsewhere.subject[0] = Subject::sha256("identity", Digest([1; 32]));
        assert!(!Countersigned::is_about(&elsewhere, identity));
    }
}

#[test]
fn a_signed_registration_is_about_itself_alone() {
    let (own, other) = (registration(Preset::Quick), registration(Preset::QuickTopk));
    let statement = registration_statement(&own);
    assert!(is_about(&statement, &own) && !is_about(&statement, &other));
    let mut elsewhere = statement;
    elsewhere.subject.clear();
    assert!(!is_about(&elsewhere, &own));
}
