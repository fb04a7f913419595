//! What a spot check finds, and how the sample is drawn.

use super::{Openings, Request, SpotError};
use crate::{
    commitment::{BlindingSeed, ScoreCommitment},
    digest::Digest,
    merkle, poseidon,
    registration::tests::genuine as registration,
    rule::{Capacity, Verdict},
    score::{Figures, Score},
    statement::{RawStatement, Statement},
    transcript::{Record, RecordError, SideRecord},
};

const N: u32 = 30;

fn record(index: u64) -> Record {
    let side = SideRecord {
        tokens: vec![7; 40],
        attempts: 1,
        answer: Digest([1; 32]),
        started_at: 0,
        millis: 1,
        engine: "test".to_owned(),
        dtype: "f32".to_owned(),
    };
    // `index` units on each of the 32 positions.
    let units = i64::try_from(index).unwrap() << 10;
    Record {
        index,
        prompt: format!("prompt {index}"),
        reference: side.clone(),
        candidate: side,
        figures: Figures { reference: vec![0; 32], candidate: vec![units; 32], bytes: 0 },
        score: Score::saturating(index),
        salt: [u8::try_from(index).unwrap(); 16],
    }
}

/// A statement about these records and scores.
fn stated(records: &[Record], scores: &[Score]) -> (Statement, ScoreCommitment) {
    let commitment = ScoreCommitment::commit(Capacity::C128, scores, &BlindingSeed::new([9; 32]));
    let leaves: Vec<_> = records.iter().map(Record::leaf).collect();
    let raw = RawStatement {
        version: RawStatement::VERSION,
        registration: registration(),
        nonce: Digest([6; 32]),
        capacity: Capacity::C128,
        circuit: Digest([1; 32]),
        verdict: Verdict::Same,
        grade: false,
        n: N,
        score_root: Digest(poseidon::to_bytes(commitment.root())),
        evidence_root: Digest(merkle::root(&leaves)),
        attempts_total: 2 * u64::from(N),
        attempts_most: 1,
        sealed_at: 1500,
    };
    (raw.validate().unwrap(), commitment)
}

fn run() -> (Vec<Record>, Statement, ScoreCommitment) {
    let records: Vec<_> = (0..u64::from(N)).map(record).collect();
    let scores: Vec<_> = records.iter().map(|record| record.score).collect();
    let (statement, commitment) = stated(&records, &scores);
    (records, statement, commitment)
}

fn request(statement: &Statement, seed: u8, count: u32) -> Request {
    Request { statement: statement.digest(), seed: Digest([seed; 32]), count }
}

#[test]
fn an_honest_answer_holds_for_every_draw_and_survives_its_file() {
    let (records, statement, commitment) = run();
    for (seed, count) in [(1, 1), (2, 8), (3, 29), (4, 30), (5, 31), (6, 1024)] {
        let openings = Openings::of(request(&statement, seed, count), &records, &commitment);
        assert_eq!(openings.verify(&statement), Ok(()));
        assert_eq!(openings.records.len(), count.min(N) as usize);
        let json = serde_json::to_vec(&openings).unwrap();
        assert_eq!(Openings::from_json(&json).unwrap(), openings);
    }
    assert!(matches!(Openings::from_json(b"{}"), Err(SpotError::Json(_))));
}

#[test]
fn draws_are_different_ascending_and_even() {
    let (_, statement, _) = run();
    let mut drawn = [0u32; N as usize];
    for seed in 0..200 {
        let indices = request(&statement, seed, 6).indices(N);
        assert!(indices.len() == 6 && indices.is_sorted_by(|a, b| a < b) && indices[5] < u64::from(N));
        for index in indices {
            drawn[usize::try_from(index).unwrap()] += 1;
        }
    }
    // 40 expected for each, standard deviation 5.7.
    assert!(drawn.iter().all(|count| (15..=65).contains(count)), "{drawn:?}");
    // Other statements and seeds have other draws, and a larger sample holds a smaller one.
    let first = request(&statement, 1, 6);
    assert_ne!(first.indices(N), request(&statement, 2, 6).indices(N));
    assert_ne!(first.indices(N), Request { statement: Digest([3; 32]), ..first }.indices(N));
    let larger = Request { count: 12, ..first }.indices(N);
    assert!(first.indices(N).iter().all(|index| larger.contains(index)));
    let fixed = Request::fiat_shamir(statement.digest(), 6);
    assert!(fixed.is_fiat_shamir() && !first.is_fiat_shamir());
    assert!(fixed.indices(0).is_empty());
}

/// What the first draw of a request is, by the description of the format.
fn first_draw(request: &Request) -> u64 {
    let drawn = [&b"pot/spot/v1\0\0\0\0\0"[..], &request.statement.0, &request.seed.0, &[0; 8]].concat();
    u64::from_be_bytes(*Digest::of(&drawn).0.first_chunk().unwrap())
}

#[test]
fn no_draw_is_thrown_away_that_favours_nothing() {
    let (_, statement, _) = run();
    for n in [2, 3, 1024] {
        for seed in 0..20 {
            let request = request(&statement, seed, 1);
            assert_eq!(request.indices(n), [first_draw(&request) % u64::from(n)]);
        }
    }
    assert_eq!(request(&statement, 1, 5).indices(1), [0]);
}

#[test]
fn nothing_else_can_be_opened() {
    let (records, statement, commitment) = run();
    let honest = Openings::of(request(&statement, 2, 8), &records, &commitment);
    let refused = |edit: &dyn Fn(&mut Openings)| {
        let mut openings = honest.clone();
        edit(&mut openings);
        openings.verify(&statement).unwrap_err()
    };
    // Other challenges than those that were drawn, fewer, more, doubled, in another order.
    assert!(matches!(refused(&|o| o.request.seed.0[0] ^= 1), SpotError::Indices { .. }));
    assert!(matches!(refused(&|o| o.request.count = 7), SpotError::Indices { .. }));
    assert!(matches!(refused(&|o| drop(o.records.pop())), SpotError::Indices { .. }));
    assert!(matches!(refused(&|o| o.records.push(o.records[0].clone())), SpotError::Indices { .. }));
    assert!(matches!(refused(&|o| o.records.swap(0, 1)), SpotError::Indices { .. }));
    assert_eq!(refused(&|o| o.request.count = 0), SpotError::Count(0));
    assert_eq!(refused(&|o| o.request.count = 1025), SpotError::Count(1025));
    assert!(matches!(refused(&|o| o.request.statement.0[0] ^= 1), SpotError::Statement { .. }));
    // Other records, paths and leaves.
    assert!(matches!(refused(&|o| o.records[3].record.prompt.push('x')), SpotError::Inclusion(..)));
    assert!(matches!(refused(&|o| o.records[3].record.salt[0] ^= 1), SpotError::Inclusion(..)));
    assert!(matches!(refused(&|o| o.records[3].path[0].0[0] ^= 1), SpotError::Inclusion(..)));
    assert!(matches!(refused(&|o| o.records[3].path.truncate(1)), SpotError::Inclusion(..)));
    assert!(matches!(refused(&|o| o.leaves[0].scores[0] = Score::saturating(5)), SpotError::Leaf(0)));
    assert!(matches!(refused(&|o| o.leaves[0].blinding.0[31] ^= 1), SpotError::Leaf(0)));
    assert!(matches!(refused(&|o| o.leaves[0].blinding = Digest([0xff; 32])), SpotError::Leaf(0)));
    assert!(matches!(refused(&|o| o.leaves[0].children.truncate(6)), SpotError::Leaf(0)));
    assert!(matches!(refused(&|o| drop(o.leaves.pop())), SpotError::Leaves { .. }));
    assert!(matches!(refused(&|o| o.leaves[0].leaf = 1), SpotError::Leaves { .. }));
}

#[test]
fn records_that_are_false_are_found_where_they_are_opened() {
    let (mut records, ..) = run();
    // The evidence holds other scores than the proof was about.
    let scores: Vec<_> = records.iter().map(|record| record.score).collect();
    let mut others = scores.clone();
    others[17] = Score::saturating(3);
    let (statement, commitment) = stated(&records, &others);
    let open = |count| Openings::of(request(&statement, 1, count), &records, &commitment);
    assert_eq!(open(N).verify(&statement), Err(SpotError::Score { index: 17, record: 17, committed: 3 }));
    let small = open(3);
    assert!(small.records.iter().all(|opened| opened.record.index != 17), "this draw misses it");
    assert_eq!(small.verify(&statement), Ok(()));
    // A record whose score does not follow from its own figures.
    records[17].score = Score::saturating(3);
    let (statement, commitment) = stated(&records, &others);
    let all = Openings::of(request(&statement, 1, N), &records, &commitment);
    let expected = RecordError::Score { written: 3, computed: 17 };
    assert_eq!(all.verify(&statement), Err(SpotError::Record(17, expected)));
}
