//! Why a key cannot be made, stored or loaded.

use std::{
    io,
    path::{Path, PathBuf},
};

use ark_relations::gr1cs::SynthesisError;
use pot_protocol::{
    digest::Digest,
    keys::{KeyError, KeyId},
};

/// Why a key cannot be made, stored or loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// The operating system gave no randomness.
    #[error("no randomness from the operating system: {0}")]
    Randomness(getrandom::Error),
    /// The circuit could not be laid out.
    #[error("the circuit could not be synthesized: {0}")]
    Synthesis(#[from] SynthesisError),
    /// The circuit has another number of public inputs than a verifying key holds.
    #[error("the circuit has {0} public inputs, a verdict circuit has 4")]
    PublicInputs(usize),
    /// A verifying key is refused.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// No environment variable says where keys lie.
    #[error(
        "no folder for keys: set POT_KEY_DIR, XDG_CACHE_HOME or HOME, or name one (--key-dir, or --keys for pot-prove)"
    )]
    NoFolder,
    /// Nothing under this id.
    #[error("no key {id} in {}: run `pot-setup dev`, or name the right folder (--key-dir, or --keys for pot-prove)", folder.display())]
    NoSuchKey {
        /// The id asked for.
        id: KeyId,
        /// Where it was looked for.
        folder: PathBuf,
    },
    /// A stored key is cut short, altered or incomplete.
    #[error("{}: {reason}; delete {} and run `pot-setup dev` again", file.display(), folder.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
        /// The key's folder.
        folder: PathBuf,
    },
    /// A key for a circuit that this version of the program does not have.
    #[error("the key is for circuit {0}, which this version does not have (see `pot-setup circuits`)")]
    Circuit(Digest),
    /// A file of one of the shared formats is refused.
    #[error("{file}: {reason}")]
    Format {
        /// The file.
        file: String,
        /// What is wrong with it, and where.
        reason: String,
    },
    /// A file of a ceremony is well formed and yet not the outcome of that ceremony.
    #[error("{file}: {reason}")]
    Ceremony {
        /// The file.
        file: String,
        /// What does not hold, and of which contribution.
        reason: String,
    },
    /// A name that no contribution can have.
    #[error("a contributor's name has 1 to 64 characters, none of them a control, format or line-separating one")]
    ContributorName,
    /// A beacon that no contribution can be made from.
    #[error("beacon: {0}")]
    Beacon(String),
    /// A verifier contract for this key and these policies would accept nothing, or what it should not.
    #[error("no contract is written: {0}")]
    Contract(String),
    /// Powers of tau of a size that cannot be.
    #[error("power {0}: 1 to 28 are possible")]
    Power(u32),
    /// Powers of tau that nobody vouches for.
    #[error(
        "{file}: BLAKE2b-512 {hash} is that of no public file known to this program; if it is the one you trust, say --blake2b {hash}"
    )]
    UnknownPhase1 {
        /// The file.
        file: String,
        /// Its hash in hexadecimal.
        hash: String,
    },
    /// Powers of tau that are not those that were asked for.
    #[error("{file}: its BLAKE2b-512 is {hash}, not the one given with --blake2b")]
    OtherPhase1 {
        /// The file.
        file: String,
        /// Its hash in hexadecimal.
        hash: String,
    },
    /// The file system refused.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
}

impl SetupError {
    /// Something is wrong with a file of one of the shared formats.
    pub(crate) fn format(file: &str, reason: String) -> Self {
        Self::Format { file: file.to_owned(), reason }
    }

    /// Something does not hold in a file of a ceremony.
    pub(crate) fn ceremony(file: &str, reason: String) -> Self {
        Self::Ceremony { file: file.to_owned(), reason }
    }

    /// Gives an I/O error its place.
    pub(crate) fn io<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Self + 'a {
        move |source| Self::Io { action, path: path.to_owned(), source }
    }
}
