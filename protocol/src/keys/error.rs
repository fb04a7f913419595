//! Why a key or a proof is refused.

/// What is wrong with the encoding of one curve point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PointError {
    /// A coordinate at or above the field's modulus, an impossible flag, or an x that no point of the curve has.
    #[error("not the encoding of a point of the curve")]
    NotAPoint,
    /// The point at infinity, which no honest key or proof holds.
    #[error("the point at infinity")]
    Infinity,
    /// On the curve, yet outside the subgroup of prime order.
    #[error("outside the prime-order subgroup")]
    OutsideSubgroup,
    /// A second encoding of a point that has a shorter or different canonical one.
    #[error("not the canonical encoding of its point")]
    NotCanonical,
}

/// Why a verifying key is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Not a verifying key at all.
    #[error("this is not a pot verifying key: it does not begin with 'POTVKEY1'")]
    Magic,
    /// A key of another format version.
    #[error("verifying key has format version {0}, this program reads versions 1 and 2")]
    Version(u16),
    /// Truncated, or with bytes after its end.
    #[error("verifying key has {found} bytes, one of its version has {expected}")]
    Length {
        /// Bytes that are there.
        found: usize,
        /// Bytes of a key of its version.
        expected: usize,
    },
    /// A capacity that no circuit has.
    #[error("verifying key: {0}")]
    Capacity(String),
    /// A provenance that keys of this version cannot have.
    #[error(
        "verifying key of version {version} has provenance {code}; version 1 has 1 (development), version 2 has 2 (ceremony)"
    )]
    Provenance {
        /// The format version.
        version: u16,
        /// The provenance in the file.
        code: u8,
    },
    /// What it says of its ceremony cannot be.
    #[error("verifying key, its ceremony: {0}")]
    Ceremony(String),
    /// A point is refused.
    #[error("verifying key, {0}: {1}")]
    Point(&'static str, PointError),
    /// gamma = ±delta, as in a key that no phase-2 contribution went into: anyone can forge under it.
    #[error(
        "verifying key has gamma = delta: no secret went into it and anyone can forge proofs; make or get another key"
    )]
    GammaIsDelta,
}

/// Why a proof is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// One of its three points is refused.
    #[error("proof, point {0}: {1}")]
    Point(&'static str, PointError),
    /// The pairing equation does not hold for these public inputs under this key.
    #[error("the proof does not hold for these public inputs under this key")]
    Equation,
}
