//! The strict order of events: what may follow what, and what never may.

use super::{Event, MAX_LINE, Next, Record, Side, SideRecord, Transcript, TranscriptError};
use crate::{
    digest::Digest,
    policy::Preset,
    score::{Figures, Score, ScoreKind},
};

const REGISTRATION: Digest = Digest([1; 32]);
const NONCE: Digest = Digest([2; 32]);

fn intent(index: u64, side: Side, attempt: u32) -> Event {
    Event::Intent { index, side, attempt, at: 0 }
}

fn answer(index: u64, side: Side, attempt: u32) -> Event {
    Event::Answer { index, side, attempt, digest: digest(side), content: None, at: 0 }
}

fn failure(index: u64, side: Side, attempt: u32) -> Event {
    Event::Failure { index, side, attempt, error: "gone".to_owned(), at: 0 }
}

fn digest(side: Side) -> Digest {
    Digest([side as u8 + 10; 32])
}

fn record(index: u64, attempts: [u32; 2]) -> Event {
    let side = |side, attempts| SideRecord {
        tokens: vec![1, 2],
        attempts,
        answer: digest(side),
        started_at: 0,
        millis: 1,
        engine: "test".to_owned(),
        dtype: "f32".to_owned(),
    };
    Event::Record(Box::new(Record {
        index,
        prompt: "x".to_owned(),
        reference: side(Side::Reference, attempts[0]),
        candidate: side(Side::Candidate, attempts[1]),
        figures: Figures { reference: vec![0], candidate: vec![2048], bytes: 0 },
        score: Score::saturating(2),
        salt: [0; 16],
    }))
}

/// All events of challenge `index` at the first attempt.
fn challenge(index: u64) -> Vec<Event> {
    let (r, c) = (Side::Reference, Side::Candidate);
    vec![intent(index, r, 1), answer(index, r, 1), intent(index, c, 1), answer(index, c, 1), record(index, [1, 1])]
}

fn file(events: &[Event]) -> Vec<u8> {
    let (_, open) = Transcript::open(REGISTRATION, NONCE, 0);
    let mut bytes = Vec::new();
    for event in std::iter::once(&open).chain(events) {
        bytes.extend(serde_json::to_vec(event).unwrap());
        bytes.push(b'\n');
    }
    bytes
}

#[test]
fn a_complete_run_replays_and_counts() {
    let events: Vec<_> = (0..3).flat_map(challenge).collect();
    let transcript = Transcript::replay(&file(&events)).unwrap();
    assert_eq!((transcript.registration(), transcript.nonce()), (REGISTRATION, NONCE));
    let sealed = transcript.seal().unwrap();
    assert_eq!((sealed.size, sealed.attempts.total, sealed.attempts.most), (3, 6, 1));
    assert_eq!(transcript.scores(), [Score::saturating(2); 3]);
    assert_eq!(transcript.next(), Next::Ask { index: 3, side: Side::Reference, attempt: 1 });
}

#[test]
fn failures_and_crashes_count_as_attempts() {
    let (r, c) = (Side::Reference, Side::Candidate);
    let mut events = vec![intent(0, r, 1), failure(0, r, 1), intent(0, r, 2), intent(0, r, 3), answer(0, r, 3)];
    events.extend([intent(0, c, 1), answer(0, c, 1), record(0, [3, 1])]);
    let sealed = Transcript::replay(&file(&events)).unwrap().seal().unwrap();
    assert_eq!((sealed.attempts.total, sealed.attempts.most), (4, 3));
    // A record that hides them is refused.
    let hidden = events.len() - 1;
    events[hidden] = record(0, [1, 1]);
    assert!(matches!(Transcript::replay(&file(&events)), Err(TranscriptError::Order { .. })));
}

#[test]
fn no_event_may_be_left_out_doubled_or_swapped() {
    let events: Vec<_> = (0..2).flat_map(challenge).collect();
    let refused = |events: &[Event]| {
        assert!(matches!(Transcript::replay(&file(events)), Err(TranscriptError::Order { .. })), "{events:?}");
    };
    for at in 0..events.len() {
        let mut without = events.clone();
        without.remove(at);
        // Without its very last event a file is only unfinished.
        if at + 1 < events.len() {
            refused(&without);
        }
        let mut doubled = events.clone();
        doubled.insert(at, events[at].clone());
        refused(&doubled);
        if at > 0 {
            let mut swapped = events.clone();
            swapped.swap(at - 1, at);
            // Asking the next challenge before this one is sealed is a batch.
            if !(matches!(swapped[at], Event::Record(_)) && matches!(swapped[at - 1], Event::Intent { .. })) {
                refused(&swapped);
            }
        }
    }
}

#[test]
fn a_batch_reaches_up_to_the_next_look_and_never_beyond() {
    let coefficients = Preset::Quick.policy().coefficients().clone();
    let (r, c) = (Side::Reference, Side::Candidate);
    let batch = |from: u64, to: u64| {
        let asked = |side| (from..to).map(move |i| intent(i, side, 1));
        let answered = |side| (from..to).rev().map(move |i| answer(i, side, 1));
        let records = (from..to).map(|i| record(i, [1, 1]));
        asked(r).chain(answered(r)).chain(asked(c)).chain(answered(c)).chain(records).collect::<Vec<_>>()
    };
    let replayed = |events: &[Event]| Transcript::replay(&file(events)).unwrap();
    let proper = replayed(&[batch(0, 10), batch(10, 11)].concat());
    assert_eq!((proper.records().len(), proper.check_batches(&coefficients)), (11, Ok(())));
    assert!(proper.is_at_rest());
    assert_eq!(replayed(&batch(0, 11)).check_batches(&coefficients), Err(10));
    assert_eq!(replayed(&[batch(0, 10), batch(10, 12)].concat()).check_batches(&coefficients), Err(11));
    assert!(!replayed(&batch(0, 10)[..15]).is_at_rest());
    // The candidate's turn comes with the reference's answer to the same challenge.
    let early = [intent(0, r, 1), intent(1, r, 1), answer(1, r, 1), intent(0, c, 1)];
    assert!(Transcript::replay(&file(&early)).is_err());
    let skipping = [intent(0, r, 1), intent(2, r, 1)];
    assert!(Transcript::replay(&file(&skipping)).is_err());
}

#[test]
fn an_answer_is_final_and_cannot_be_asked_again() {
    let r = Side::Reference;
    let asked_again = [intent(0, r, 1), answer(0, r, 1), intent(0, r, 2)];
    assert!(Transcript::replay(&file(&asked_again)).is_err());
    let failed_afterwards = [intent(0, r, 1), answer(0, r, 1), failure(0, r, 1)];
    assert!(Transcript::replay(&file(&failed_afterwards)).is_err());
}

#[test]
fn a_refused_event_changes_nothing() {
    let mut transcript = Transcript::replay(&file(&challenge(0))).unwrap();
    let before = transcript.next();
    assert!(transcript.apply(&answer(1, Side::Reference, 1)).is_err());
    assert!(transcript.apply(&intent(1, Side::Candidate, 1)).is_err());
    assert!(transcript.apply(&record(1, [1, 1])).is_err());
    assert_eq!(transcript.next(), before);
    assert_eq!(transcript.records().len(), 1);
}

#[test]
fn an_interrupted_line_is_found_and_nothing_else_is_let_through() {
    let whole = file(&challenge(0));
    let last = whole[..whole.len() - 1].iter().rposition(|&b| b == b'\n').unwrap() + 1;
    assert_eq!(Transcript::replay(&whole[..whole.len() - 7]).unwrap_err(), TranscriptError::Truncated(last));
    assert_eq!(Transcript::replay(b"").unwrap_err(), TranscriptError::Truncated(0));
    for noise in ["\n", "{}\n", "[]\n", "{\"event\":\"intent\"}\n", "\u{0}\n"] {
        let noisy = [&whole[..], noise.as_bytes()].concat();
        assert!(matches!(Transcript::replay(&noisy), Err(TranscriptError::Line { line: 7, .. })), "{noise:?}");
    }
    assert!(matches!(Transcript::replay(b"{}\n"), Err(TranscriptError::Line { line: 1, .. })));
}

#[test]
fn a_transcript_of_another_version_or_without_a_beginning_is_refused() {
    let text = String::from_utf8(file(&challenge(0))).unwrap();
    let other = text.replacen("\"version\":1", "\"version\":2", 1);
    let refused = Transcript::replay(other.as_bytes()).unwrap_err();
    assert!(
        matches!(&refused, TranscriptError::Line { line: 1, message } if message.contains("version 2")),
        "{refused}"
    );
    let (_, headless) = text.split_once('\n').unwrap();
    assert!(matches!(Transcript::replay(headless.as_bytes()), Err(TranscriptError::Order { line: 1, .. })));
}

#[test]
fn a_refusal_names_its_line_and_the_side() {
    let (r, c) = (Side::Reference, Side::Candidate);
    let refused = |events: &[Event]| Transcript::replay(&file(events)).unwrap_err().to_string();
    for (side, name) in [(r, "reference"), (c, "candidate")] {
        let unasked = refused(&[intent(0, r, 1), answer(0, side, 2)]);
        let expected = format!("transcript line 3: attempt 2 of the {name} at challenge 0 ends without having begun");
        assert_eq!(unasked, expected);
    }
    assert!(refused(&[intent(0, r, 2)]).starts_with("transcript line 2: attempt 2 where attempt 1 was due"));
}

#[test]
fn a_line_is_read_up_to_its_longest_length() {
    let mut events = challenge(0);
    let Event::Answer { content, .. } = &mut events[1] else { unreachable!() };
    *content = Some(String::new());
    let room = MAX_LINE - serde_json::to_vec(&events[1]).unwrap().len();
    let mut of = |length: usize| {
        let Event::Answer { content, .. } = &mut events[1] else { unreachable!() };
        *content = Some("x".repeat(length));
        Transcript::replay(&file(&events)).map(|_| ())
    };
    assert_eq!(of(room), Ok(()));
    assert!(matches!(of(room + 1), Err(TranscriptError::Line { line: 3, .. })));
}

#[test]
fn the_score_of_a_record_is_recomputed() {
    let Event::Record(mut record) = record(0, [1, 1]) else { unreachable!() };
    assert_eq!(record.check_score(ScoreKind::Kl, 1), Ok(Score::saturating(2)));
    record.score = Score::ZERO;
    assert!(record.check_score(ScoreKind::Kl, 1).is_err());
    record.score = Score::saturating(2);
    assert!(record.check_score(ScoreKind::Kl, 2).is_err(), "another K has another mean");
}

#[test]
fn every_field_of_a_record_is_in_its_leaf() {
    let Event::Record(genuine) = record(0, [1, 1]) else { unreachable!() };
    let mut leaves = std::collections::BTreeSet::from([genuine.leaf()]);
    let mut lie = |change: &dyn Fn(&mut Record)| {
        let mut lied = (*genuine).clone();
        change(&mut lied);
        assert!(leaves.insert(lied.leaf()), "a field is not in the leaf");
    };
    lie(&|r| r.index = 1);
    lie(&|r| r.prompt.push('y'));
    lie(&|r| r.figures.candidate[0] += 1);
    lie(&|r| r.figures.reference[0] += 1);
    lie(&|r| r.figures.bytes += 1);
    lie(&|r| r.score = Score::ZERO);
    lie(&|r| r.salt[15] = 1);
    lie(&|r| r.reference.tokens[0] = 7);
    lie(&|r| r.candidate.tokens.push(0));
    lie(&|r| r.reference.attempts = 2);
    lie(&|r| r.candidate.answer.0[0] ^= 1);
    lie(&|r| r.reference.started_at = 1);
    lie(&|r| r.candidate.millis = 2);
    lie(&|r| r.candidate.engine.push('2'));
    lie(&|r| r.reference.dtype.push('2'));
}
