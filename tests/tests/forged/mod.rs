//! What whoever knows a key's secrets can publish: a proof of anything, over records that he invents.

use ark_bn254::{Fr, G1Affine, G1Projective, G2Affine, G2Projective};
use ark_ec::{CurveGroup, PrimeGroup};
use ark_ff::Field;
use pot_protocol::{
    bundle::Bundle,
    challenge::{ChallengeKey, Family},
    commitment::{BlindingSeed, ScoreCommitment},
    digest::Digest,
    keys::{KeyPoints, ProofPoints, Provenance, VerifyingKey},
    policy::Preset,
    poseidon,
    registration::{FamilyRef, ModelIdentity, NonceSource, PolicyRef, Positions, RawRegistration},
    rule::{Capacity, Verdict},
    score::{Figures, Score, ScoreKind},
    statement::{RawStatement, Statement},
    transcript::{Event, Opening, Record, Side, SideRecord, Transcript},
};
use pot_verifier::trust::known_circuit;

/// A key whose secrets are known, and what they are.
pub(crate) struct Trapdoor {
    pub(crate) key: VerifyingKey,
    alpha: Fr,
    beta: Fr,
    delta: Fr,
    ic: [Fr; 5],
}

fn g1(x: Fr) -> G1Affine {
    (G1Projective::generator() * x).into_affine()
}

fn g2(x: Fr) -> G2Affine {
    (G2Projective::generator() * x).into_affine()
}

impl Trapdoor {
    pub(crate) fn new(circuit: Digest) -> Self {
        let (alpha, beta, delta) = (Fr::from(1009u64), Fr::from(2003u64), Fr::from(4001u64));
        let ic = [11u64, 22, 33, 44, 55].map(Fr::from);
        let points = KeyPoints {
            alpha_g1: g1(alpha),
            beta_g2: g2(beta),
            gamma_g2: g2(Fr::from(1u64)),
            delta_g2: g2(delta),
            ic: ic.map(g1),
        };
        let key = VerifyingKey::new(circuit, Capacity::C128, Provenance::Development, &points).unwrap();
        Self { key, alpha, beta, delta, ic }
    }

    /// A bundle that holds a proof of anything, for any choice of its points A and B.
    pub(crate) fn forge(&self, statement: &Statement, [a, b]: [u64; 2]) -> Vec<u8> {
        let (a, b) = (Fr::from(a), Fr::from(b));
        let inputs = statement.public_inputs().to_elements();
        let ic = self.ic[1..].iter().zip(inputs).fold(self.ic[0], |sum, (k, x)| sum + *k * x);
        let c = (a * b - self.alpha * self.beta - ic) * self.delta.inverse().unwrap();
        let proof = ProofPoints::encode(&g1(a), &g2(b), &g1(c));
        Bundle { statement: statement.clone(), key: self.key.id(), proof }.to_bytes()
    }
}

/// A forged publication: every part of it can be bent before it is put together.
pub(crate) struct Forgery {
    pub(crate) registration: RawRegistration,
    pub(crate) committed: Vec<Score>,
    pub(crate) records: Vec<Record>,
    pub(crate) trailing: Vec<Event>,
    pub(crate) bend: fn(&mut RawStatement),
}

/// A and B of a proof, as multiples of the generators.
pub(crate) const POINTS: [u64; 2] = [123, 456];
/// The challenge key.
pub(crate) const KEY: [u8; 32] = [3; 32];
/// The seed of the blindings.
const SEED: [u8; 32] = [6; 32];
/// Challenges.
pub(crate) const N: u64 = 11;

fn model(name: &str) -> ModelIdentity {
    ModelIdentity::Weights {
        name: name.to_owned(),
        architecture: "llama".to_owned(),
        parameters: 1,
        weights: Digest([1; 32]),
        config: Digest([2; 32]),
        tokenizer: Digest([3; 32]),
        dtype: "f32".to_owned(),
        files: Vec::new(),
    }
}

impl Forgery {
    /// Eleven zero scores: SAME under QUICK. Invented, but consistent in itself.
    pub(crate) fn consistent() -> Self {
        let policy = Preset::Quick.policy();
        let registration = RawRegistration {
            version: RawRegistration::VERSION,
            run_id: Digest([4; 32]),
            sequence: 1,
            previous: None,
            registered_at: 1000,
            due_by: 20_000,
            reference: model("one"),
            candidate: model("two"),
            policy: PolicyRef {
                name: "QUICK".to_owned(),
                document: policy.document_digest(),
                coefficients: policy.coefficients_digest(),
            },
            family: FamilyRef { name: "grammar".to_owned(), version: 1, corpus: None },
            kind: ScoreKind::Kl,
            positions: Positions::Last(2),
            calibration_bound: 10,
            key_commitment: Digest(ChallengeKey::new(KEY).commitment()),
            nonce: NonceSource::OwnChoice { nonce: Digest([0x5a; 32]) },
        };
        let digest = registration.clone().validate().unwrap().digest();
        let run = ChallengeKey::new(KEY).derive(&[0x5a; 32], &digest.0);
        let side = || SideRecord {
            tokens: vec![256, 7, 8],
            attempts: 1,
            answer: Digest([8; 32]),
            started_at: 9_999_000,
            millis: 1,
            engine: "none".to_owned(),
            dtype: "f32".to_owned(),
        };
        let record = |index| Record {
            index,
            prompt: Family::Grammar.challenge(&run, index).text,
            reference: side(),
            candidate: side(),
            figures: Figures { reference: vec![5, 5], candidate: vec![5, 5], bytes: 0 },
            score: Score::ZERO,
            salt: [0; 16],
        };
        Self {
            registration,
            committed: vec![Score::ZERO; 11],
            records: (0..N).map(record).collect(),
            trailing: vec![],
            bend: |_| (),
        }
    }

    /// The same with a candidate behind an interface, whose records have four scored positions and an answer of its own
    /// for each.
    pub(crate) fn served(candidate: ModelIdentity) -> Self {
        let mut forgery = Self::consistent();
        forgery.registration.candidate = candidate;
        forgery.registration.positions = Positions::Last(4);
        for (at, record) in (0u8..).zip(&mut forgery.records) {
            let tokens: Vec<u32> = (0..6).map(|i| u32::from(at) * 6 + i).collect();
            (record.reference.tokens, record.candidate.tokens) = (tokens.clone(), tokens);
            (record.figures.reference, record.figures.candidate) = (vec![5; 4], vec![5; 4]);
            (record.reference.answer, record.candidate.answer) = (Digest([at; 32]), Digest([100 + at; 32]));
            "as served".clone_into(&mut record.candidate.dtype);
        }
        forgery.ask_again()
    }

    /// Gives the records the prompts that belong to a registration that was changed.
    pub(crate) fn ask_again(mut self) -> Self {
        let digest = self.registration.clone().validate().unwrap().digest();
        let run = ChallengeKey::new(KEY).derive(&[0x5a; 32], &digest.0);
        for record in &mut self.records {
            record.prompt = Family::Grammar.challenge(&run, record.index).text;
        }
        self
    }

    pub(crate) fn transcript(&self) -> (Transcript, String) {
        let registration = self.registration.clone().validate().unwrap();
        let (mut transcript, open) = Transcript::open(registration.digest(), Digest([0x5a; 32]), 0);
        let mut events = vec![open];
        for record in &self.records {
            for (side, part) in [(Side::Reference, &record.reference), (Side::Candidate, &record.candidate)] {
                let (index, attempt) = (record.index, part.attempts);
                events.extend((1..=attempt).map(|attempt| Event::Intent { index, side, attempt, at: 0 }));
                events.push(Event::Answer { index, side, attempt, digest: part.answer, content: None, at: 0 });
            }
            events.push(Event::Record(Box::new(record.clone())));
        }
        events.extend(self.trailing.iter().cloned());
        let mut lines = String::new();
        for (at, event) in events.iter().enumerate() {
            if at > 0 {
                transcript.apply(event).unwrap();
            }
            lines += &(serde_json::to_string(event).unwrap() + "\n");
        }
        (transcript, lines)
    }

    /// The forged statement.
    pub(crate) fn statement(&self) -> Statement {
        let sealed = self.transcript().0.seal().unwrap();
        let root = ScoreCommitment::commit(Capacity::C128, &self.committed, &BlindingSeed::new(SEED)).root();
        let mut raw = RawStatement {
            version: RawStatement::VERSION,
            registration: self.registration.clone(),
            nonce: Digest([0x5a; 32]),
            capacity: Capacity::C128,
            circuit: known_circuit(Capacity::C128),
            verdict: Verdict::Same,
            grade: false,
            n: 11,
            score_root: Digest(poseidon::to_bytes(root)),
            evidence_root: sealed.evidence_root,
            attempts_total: sealed.attempts.total,
            attempts_most: sealed.attempts.most,
            sealed_at: 9999,
        };
        (self.bend)(&mut raw);
        raw.validate().unwrap()
    }

    /// The opened scores of a statement.
    pub(crate) fn opening(&self, statement: &Statement) -> Vec<u8> {
        let opening = Opening { statement: statement.digest(), seed: Digest(SEED), scores: self.committed.clone() };
        serde_json::to_vec(&opening).unwrap()
    }
}
