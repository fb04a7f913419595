//! What a forger with a key of his own can and cannot do: whoever made a key can make any proof verify, so everything
//! that is opened must be caught by the check itself.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

mod forged;

use forged::{Forgery, KEY, N, POINTS, Trapdoor};
use pot_protocol::{
    digest::Digest,
    registration::ModelIdentity,
    rule::{Capacity, Verdict},
    score::Score,
    statement::RawStatement,
    transcript::{Event, Record, Side},
};
use pot_verifier::{
    CheckError, Class, Evidence, Report, check,
    trust::{TrustStore, known_circuit},
};

impl Forgery {
    /// Puts it together under a forged proof and checks it with everything opened.
    fn check(&self) -> Result<Report, CheckError> {
        let trapdoor = Trapdoor::new(known_circuit(Capacity::C128));
        let statement = self.statement();
        let mut trust = TrustStore::new(true);
        trust.add(&trapdoor.key.to_bytes()).unwrap();
        let (scores, transcript, reveal) = (self.opening(&statement), self.transcript().1, hex::encode(KEY));
        let evidence = Evidence {
            scores: Some(&scores),
            transcript: Some(transcript.as_bytes()),
            reveal: Some(reveal.as_bytes()),
            ..Evidence::default()
        };
        check(&trapdoor.forge(&statement, POINTS), &trust, &evidence)
    }

    #[track_caller]
    fn refused(&self, part: &str) {
        let error = self.check().expect_err("a forgery was accepted");
        assert_eq!(error.class(), Class::Invalid, "{error}");
        assert!(error.to_string().contains(part), "expected '{part}': {error}");
    }
}

#[test]
fn a_consistent_invention_is_accepted_with_its_limits_said() {
    // The documented limit: invented figures show only in a rerun.
    let report = Forgery::consistent().check().unwrap();
    assert!(report.not_given.iter().any(|line| line.contains("rerun")));
    assert!(report.warnings.iter().any(|line| line.contains("development key")));
}

#[test]
fn a_forged_proof_of_another_verdict_is_caught_by_the_opened_scores() {
    let bent = |bend| Forgery { bend, ..Forgery::consistent() };
    bent(|s| s.verdict = Verdict::Different).refused("the rule gives");
    bent(|s| s.grade = true).refused("the rule gives");
    bent(|s| (s.n, s.attempts_total) = (12, 24)).refused("11 scores where");
}

#[test]
fn the_score_root_and_the_records_hold_the_same_scores() {
    let mut forgery = Forgery::consistent();
    forgery.committed[3] = Score::saturating(2);
    forgery.refused("not those of the records");
}

#[test]
fn records_fit_together_and_the_registration() {
    let bent = |bend: fn(&mut Record)| {
        let mut forgery = Forgery::consistent();
        bend(&mut forgery.records[4]);
        forgery
    };
    bent(|r| r.score = Score::saturating(1)).refused("its figures give");
    bent(|r| r.figures.candidate[0] += 4096).refused("its figures give");
    bent(|r| r.candidate.tokens[1] = 9).refused("different tokens");
    bent(|r| (r.reference.tokens, r.candidate.tokens) = (vec![1, 2], vec![1, 2])).refused("more figures");
    bent(|r| (r.reference.tokens, r.candidate.tokens) = (vec![1], vec![1])).refused("two tokens");
    bent(|r| r.candidate.dtype = "q1".to_owned()).refused("number type");
    bent(|r| r.prompt.push('!')).refused("not the committed challenge");
}

#[test]
fn attempts_are_those_of_the_transcript_and_nothing_follows_the_stop() {
    let mut forgery = Forgery::consistent();
    forgery.bend = |s| (s.attempts_total, s.attempts_most) = (23, 2);
    forgery.refused("the transcript counts");
    let mut forgery = Forgery::consistent();
    forgery.trailing = vec![Event::Intent { index: N, side: Side::Reference, attempt: 1, at: 0 }];
    forgery.refused("goes on after its last record");
}

#[test]
fn a_server_that_did_not_read_the_texts_is_seen_in_the_transcript() {
    let mut forgery = Forgery::served(ModelIdentity::Endpoint {
        name: "vllm:http://h#m".to_owned(),
        dialect: "vllm".to_owned(),
        model: "m".to_owned(),
        server: "s".to_owned(),
        settings: "x".to_owned(),
        tokenizer: Digest([3; 32]),
    });
    forgery.check().unwrap();
    forgery.records[7].candidate.answer = forgery.records[2].candidate.answer;
    forgery.refused("record 7: the candidate said exactly what it had said about challenge 2");
    // What weights at hand answer is theirs.
    forgery.records[7].candidate.answer = Digest([107; 32]);
    forgery.records[7].reference.answer = forgery.records[2].reference.answer;
    forgery.check().unwrap();
}

#[test]
fn late_runs_and_missing_noise_bounds_are_said() {
    let mut forgery = Forgery::consistent();
    forgery.registration.calibration_bound = 0;
    forgery.registration.due_by = 1001;
    let warnings = forgery.ask_again().check().unwrap().warnings.join("\n");
    assert!(warnings.contains("due date") && warnings.contains("calibration bound"), "{warnings}");
}

#[test]
fn a_key_for_another_circuit_is_refused_whatever_it_verifies() {
    let trapdoor = Trapdoor::new(Digest([9; 32]));
    let mut trust = TrustStore::new(true);
    trust.add(&trapdoor.key.to_bytes()).unwrap();
    let forgery = Forgery::consistent();
    let (transcript, _) = forgery.transcript();
    let sealed = transcript.seal().unwrap();
    for circuit in [Digest([9; 32]), known_circuit(Capacity::C128)] {
        let statement = RawStatement {
            version: RawStatement::VERSION,
            registration: forgery.registration.clone(),
            nonce: Digest([0x5a; 32]),
            capacity: Capacity::C128,
            circuit,
            verdict: Verdict::Same,
            grade: false,
            n: 11,
            score_root: Digest([1; 32]),
            evidence_root: sealed.evidence_root,
            attempts_total: 22,
            attempts_most: 1,
            sealed_at: 9999,
        }
        .validate()
        .unwrap();
        let refusal = check(&trapdoor.forge(&statement, POINTS), &trust, &Evidence::default()).unwrap_err();
        assert_eq!(refusal.class(), Class::Trust, "{refusal}");
        assert!(refusal.to_string().contains("another circuit"), "{refusal}");
    }
}
