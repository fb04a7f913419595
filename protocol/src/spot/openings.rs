//! What the auditor answers: records with their paths to the evidence root, and leaves of the score commitment.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Request;
use crate::{
    commitment::{LeafOpening, SCORES_PER_LEAF, ScoreCommitment},
    digest::Digest,
    merkle::{self, InclusionError, inclusion_path, verify_inclusion},
    poseidon,
    score::Score,
    statement::Statement,
    transcript::{Record, RecordError},
};

/// A record with its path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenedRecord {
    /// The record.
    pub record: Record,
    /// The sibling hashes from its leaf up to the evidence root.
    pub path: Vec<Digest>,
}

/// A leaf of the score commitment. Field elements are 32 big-endian bytes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenedLeaf {
    /// Index of the leaf: its first score is number 20·leaf.
    pub leaf: u32,
    /// Its scores.
    pub scores: Vec<Score>,
    /// Its blinding.
    pub blinding: Digest,
    /// The leaf digests of its group.
    pub group: Vec<Digest>,
    /// The children of the root.
    pub children: Vec<Digest>,
}

/// The answer to a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Openings {
    /// The request.
    pub request: Request,
    /// The records, in ascending order.
    pub records: Vec<OpenedRecord>,
    /// The leaves that hold their scores, in ascending order.
    pub leaves: Vec<OpenedLeaf>,
}

/// Why openings are refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpotError {
    /// No JSON of the expected shape.
    #[error("openings: {0}")]
    Json(String),
    /// A sample of nothing, or of more than there can be.
    #[error("a sample has 1 to 1024 challenges, not {0}")]
    Count(u32),
    /// They open another statement.
    #[error("the openings are of statement {given}, this is {statement}")]
    Statement {
        /// The statement that they open.
        given: Digest,
        /// The one at hand.
        statement: Digest,
    },
    /// Other challenges than the request draws.
    #[error("the request draws challenges {drawn:?}, opened are {opened:?}")]
    Indices {
        /// What the request draws.
        drawn: Vec<u64>,
        /// What is opened.
        opened: Vec<u64>,
    },
    /// Other leaves than those with the scores of these challenges.
    #[error("the scores of these challenges lie in leaves {needed:?}, opened are {opened:?}")]
    Leaves {
        /// Those that hold the scores.
        needed: Vec<u32>,
        /// Those that are opened.
        opened: Vec<u32>,
    },
    /// A record is not in the evidence tree.
    #[error("record {0}: {1}")]
    Inclusion(u64, InclusionError),
    /// A record contradicts itself or the registration.
    #[error("record {0}: {1}")]
    Record(u64, RecordError),
    /// A leaf is not in the score commitment.
    #[error("leaf {0} of the scores does not lead to the stated score root")]
    Leaf(u32),
    /// The proof was about another score than the record has.
    #[error("record {index} has a score of {record} units, the score root holds {committed}")]
    Score {
        /// Index of the record.
        index: u64,
        /// Its score.
        record: u16,
        /// The committed score.
        committed: u16,
    },
}

/// The auditor has one before giving it away: neither scores nor blinding get into logs and messages.
impl std::fmt::Debug for OpenedLeaf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OpenedLeaf(leaf {}, {} scores)", self.leaf, self.scores.len())
    }
}

impl OpenedLeaf {
    /// Opens a leaf; `None` when there is no such leaf.
    pub fn of(commitment: &ScoreCommitment, leaf: u32) -> Option<Self> {
        let opened = commitment.open(leaf as usize)?;
        let bytes = |element| Digest(poseidon::to_bytes(element));
        Some(Self {
            leaf,
            scores: opened.scores,
            blinding: bytes(opened.blinding),
            group: opened.group.into_iter().map(bytes).collect(),
            children: opened.children.map(bytes).to_vec(),
        })
    }

    /// Whether it leads to the statement's score root.
    fn holds(&self, statement: &Statement) -> Option<bool> {
        let element = |digest: &Digest| poseidon::from_bytes(&digest.0);
        let elements = |digests: &[Digest]| digests.iter().map(element).collect::<Option<Vec<_>>>();
        let opening = LeafOpening {
            leaf: self.leaf as usize,
            scores: self.scores.clone(),
            blinding: element(&self.blinding)?,
            group: elements(&self.group)?,
            children: elements(&self.children)?.try_into().ok()?,
        };
        let fields = statement.fields();
        Some(opening.verify(fields.capacity, element(&fields.score_root)?))
    }
}

impl Openings {
    /// Answers a request out of all records and the score commitment.
    pub fn of(request: Request, records: &[Record], commitment: &ScoreCommitment) -> Self {
        let hashes: Vec<_> = records.iter().map(Record::leaf).collect();
        let n = u32::try_from(records.len()).unwrap_or(u32::MAX);
        let open = |index: u64| {
            let at = usize::try_from(index).ok()?;
            let path = inclusion_path(&hashes, at)?.into_iter().map(Digest).collect();
            Some(OpenedRecord { record: records.get(at)?.clone(), path })
        };
        let indices = request.indices(n);
        let leaves = leaves_of(&indices).into_iter().filter_map(|leaf| OpenedLeaf::of(commitment, leaf)).collect();
        Self { request, records: indices.into_iter().filter_map(open).collect(), leaves }
    }

    /// Reads the JSON file.
    ///
    /// # Errors
    /// [`SpotError::Json`].
    pub fn from_json(bytes: &[u8]) -> Result<Self, SpotError> {
        serde_json::from_slice(bytes).map_err(|e| SpotError::Json(e.to_string()))
    }

    /// Checks the openings against a statement: that they are of the challenges that the request draws, each record is in
    /// the evidence tree and fits the registration, its score follows from its figures and is the committed one.
    ///
    /// # Errors
    /// [`SpotError`] with the first thing that does not hold.
    pub fn verify(&self, statement: &Statement) -> Result<(), SpotError> {
        if self.request.statement != statement.digest() {
            return Err(SpotError::Statement { given: self.request.statement, statement: statement.digest() });
        }
        if !(1..=Request::MOST).contains(&self.request.count) {
            return Err(SpotError::Count(self.request.count));
        }
        let n = statement.outcome().n;
        let drawn = self.request.indices(n);
        let opened: Vec<u64> = self.records.iter().map(|opened| opened.record.index).collect();
        if opened != drawn {
            return Err(SpotError::Indices { drawn, opened });
        }
        let (needed, opened) = (leaves_of(&drawn), self.leaves.iter().map(|opened| opened.leaf).collect::<Vec<_>>());
        if opened != needed {
            return Err(SpotError::Leaves { needed, opened });
        }
        for leaf in &self.leaves {
            if leaf.holds(statement) != Some(true) {
                return Err(SpotError::Leaf(leaf.leaf));
            }
        }
        for OpenedRecord { record, path } in &self.records {
            let path: Vec<merkle::Hash> = path.iter().map(|digest| digest.0).collect();
            verify_inclusion(&statement.fields().evidence_root.0, n.into(), record.index, &record.leaf(), &path)
                .map_err(|e| SpotError::Inclusion(record.index, e))?;
            let score = record.check(statement.registration()).map_err(|e| SpotError::Record(record.index, e))?;
            let committed = self.committed(record.index);
            if committed != Some(score) {
                let committed = committed.map_or(0, Score::units);
                return Err(SpotError::Score { index: record.index, record: score.units(), committed });
            }
        }
        Ok(())
    }

    /// The committed score of a challenge, where its leaf is opened.
    fn committed(&self, index: u64) -> Option<Score> {
        let (leaf, at) = (index / SCORES_PER_LEAF as u64, index % SCORES_PER_LEAF as u64);
        let leaf = self.leaves.iter().find(|opened| u64::from(opened.leaf) == leaf)?;
        leaf.scores.get(usize::try_from(at).ok()?).copied()
    }
}

/// The leaves that hold these scores, in ascending order.
fn leaves_of(indices: &[u64]) -> Vec<u32> {
    let leaf = |index: &u64| u32::try_from(index / SCORES_PER_LEAF as u64).unwrap_or(u32::MAX);
    indices.iter().map(leaf).collect::<BTreeSet<_>>().into_iter().collect()
}
