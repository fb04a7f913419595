//! Proofs that bytes are in a transparency log (c2sp.org/tlog-proof), checked offline: a checkpoint of a log that the checker
//! named, cosigned by witnesses that he named, and a Merkle path to it.
//!
//! The entry is the file itself, so its leaf is SHA-256(0x00 ‖ bytes), as in RFC 6962. The log says nothing about time; a witness's
//! cosignature says when it saw the checkpoint, and so by when the entry was there.

use base64::{Engine, engine::general_purpose::STANDARD};
use pot_protocol::{
    digest::Digest,
    merkle::{Hash, InclusionError, leaf_hash, verify_inclusion},
};

use crate::note::{NoteKey, read_note};

/// Largest proof that is read, in bytes: a real one has a few thousand.
const MAX_BYTES: usize = 1 << 16;
const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// A witness's word about a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosignature {
    /// Name of its key.
    pub witness: String,
    /// When it saw the checkpoint, Unix seconds.
    pub time: u64,
}

/// Where bytes stand in a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogProof {
    /// The log's name.
    pub origin: String,
    /// Index of the entry, from 0.
    pub index: u64,
    /// Entries of the log at the checkpoint.
    pub size: u64,
    /// Root of its tree then.
    pub root: Digest,
    /// Cosignatures of the named witnesses.
    pub cosignatures: Vec<Cosignature>,
}

/// Why a proof says nothing about bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LogProofError {
    /// It is no proof.
    #[error("it is no {HEADER}: {0}")]
    Malformed(&'static str),
    /// The bytes are not where it says.
    #[error("its entry is another one: {0}")]
    Inclusion(#[from] InclusionError),
    /// A signature of a named key does not hold.
    #[error("the signature of '{0}' over its checkpoint does not hold")]
    Signature(String),
    /// Of a log that was not named.
    #[error("its checkpoint is of log '{0}' and not signed by a key of it that you named")]
    Log(String),
    /// No named witness has seen it.
    #[error("its checkpoint is cosigned by none of the witnesses that you named")]
    Witness,
}

/// Where `entry` stands in a log, by the proof in `file`.
///
/// `logs` and `witnesses` are those that the checker named. Without witnesses the proof says nothing about time; where some
/// are named, one of them at least has to have cosigned.
///
/// # Errors
/// [`LogProofError`].
pub fn verify_log_proof(
    file: &[u8],
    entry: &[u8],
    logs: &[NoteKey],
    witnesses: &[NoteKey],
) -> Result<LogProof, LogProofError> {
    let proof = Proof::read(file).map_err(LogProofError::Malformed)?;
    let (text, signatures) = read_note(proof.checkpoint).map_err(LogProofError::Malformed)?;
    let checkpoint = Checkpoint::read(text).ok_or(LogProofError::Malformed("its checkpoint has another form"))?;
    let shown = |name: &str| name.escape_debug().to_string();
    // A signature that names a known key has to hold; all others are passed over (c2sp.org/signed-note).
    let by = |keys: &mut dyn Iterator<Item = &NoteKey>| {
        let mut found = vec![];
        for key in keys {
            for signature in signatures.iter().filter(|signature| key.is_named_by(signature)) {
                let time = key.holds(text, &signature.signature);
                let time = time.ok_or_else(|| LogProofError::Signature(shown(signature.name)))?;
                found.push(Cosignature { witness: key.name().to_owned(), time });
            }
        }
        Ok::<_, LogProofError>(found)
    };
    if by(&mut logs.iter().filter(|key| key.name() == checkpoint.origin))?.is_empty() {
        return Err(LogProofError::Log(shown(checkpoint.origin)));
    }
    let cosignatures = by(&mut witnesses.iter())?;
    if cosignatures.is_empty() && !witnesses.is_empty() {
        return Err(LogProofError::Witness);
    }
    verify_inclusion(&checkpoint.root, checkpoint.size, proof.index, &leaf_hash(entry), &proof.path)?;
    Ok(LogProof {
        origin: checkpoint.origin.to_owned(),
        index: proof.index,
        size: checkpoint.size,
        root: Digest(checkpoint.root),
        cosignatures,
    })
}

/// A proof, taken apart.
struct Proof<'a> {
    index: u64,
    path: Vec<Hash>,
    checkpoint: &'a str,
}

impl<'a> Proof<'a> {
    fn read(file: &'a [u8]) -> Result<Self, &'static str> {
        if file.len() > MAX_BYTES {
            return Err("it is larger than 65,536 bytes");
        }
        let text = str::from_utf8(file).map_err(|_| "it is no UTF-8 text")?;
        let (head, checkpoint) = text.split_once("\n\n").ok_or("no empty line stands before its checkpoint")?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(HEADER) {
            return Err("its first line is another one");
        }
        // Nothing vouches for what stands there, and nothing here needs it.
        if let Some(extra) = lines.next_if(|line| line.starts_with("extra ")) {
            STANDARD.decode(extra.trim_start_matches("extra ")).map_err(|_| "its extra data is no base64")?;
        }
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(decimal);
        let index = index.ok_or("the index of its entry is missing or no number")?;
        let path = lines.map(|line| hash(line).ok_or("a line of its path is no hash")).collect::<Result<_, _>>()?;
        Ok(Self { index, path, checkpoint })
    }
}

/// What a checkpoint says (c2sp.org/tlog-checkpoint).
struct Checkpoint<'a> {
    origin: &'a str,
    size: u64,
    root: Hash,
}

impl<'a> Checkpoint<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let origin = lines.next().filter(|origin| !origin.is_empty())?;
        let (size, root) = (decimal(lines.next()?)?, hash(lines.next()?)?);
        // Lines of the log's own, which nobody checks.
        lines.all(|line| !line.is_empty()).then_some(Self { origin, size, root })
    }
}

/// A number in decimal, without leading zeros or a sign.
fn decimal(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}

fn hash(base64: &str) -> Option<Hash> {
    STANDARD.decode(base64).ok()?.try_into().ok()
}
