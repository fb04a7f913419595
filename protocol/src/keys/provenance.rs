//! Where a verifying key comes from, as its file says.

use super::{KeyError, hermez_power};
use crate::digest::Digest;

/// Where a key comes from, and so what a proof under it is worth.
///
/// It is part of the key's file and so of its id: whoever trusts an id trusts this statement with it. Nothing in the
/// file proves it; the ceremony's transcript does, to whoever verifies that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Provenance {
    /// Made on one machine: whoever made it could have kept the secrets and can then forge. Format version 1.
    Development,
    /// The end of a ceremony of several contributions: forging takes all who contributed. Format version 2.
    Ceremony(Ceremony),
}

/// The ceremony that a key comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ceremony {
    /// Who made the powers of tau.
    pub phase1: Phase1Source,
    /// BLAKE2b-512 of the powers-of-tau file.
    pub phase1_blake2b: [u8; 64],
    /// Contributions to phase 2, at least 1. The beacon is not counted.
    pub contributions: u16,
    /// Whether a public random beacon ended phase 2.
    pub beacon: bool,
    /// SHA-256 of the final `.zkey` file, from which the contributions can be verified.
    pub zkey: Digest,
}

/// Who made the powers of tau, phase 1 of a ceremony.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Phase1Source {
    /// A file of one's own, which convinces those who trust its makers.
    Private,
    /// A public file of the perpetual powers of tau that Hermez prepared: 54 contributions and a beacon. Its sum is one of
    /// those that [`hermez_power`] knows, or the key is refused.
    PublicHermez,
}

impl Provenance {
    /// The version of the key format that holds this provenance.
    pub(super) fn version(self) -> u16 {
        match self {
            Self::Development => 1,
            Self::Ceremony(_) => 2,
        }
    }

    pub(super) fn code(self) -> u8 {
        match self {
            Self::Development => 1,
            Self::Ceremony(_) => 2,
        }
    }
}

impl Provenance {
    /// Whether it names the public powers of tau.
    pub(super) fn claims_public_powers(self) -> bool {
        matches!(self, Self::Ceremony(ceremony) if ceremony.phase1 == Phase1Source::PublicHermez)
    }
}

impl Ceremony {
    /// Bytes of a ceremony in a key file.
    pub(super) const LEN: usize = 1 + 64 + 2 + 1 + 32;

    /// Whether this can be said of any ceremony. Who names the public powers of tau has to name one of their sums too, and
    /// to have their α and β; whether the rest of the key is over that file, its zkey shows.
    pub(super) fn check(&self) -> Result<(), KeyError> {
        let refuse = |reason: &str| Err(KeyError::Ceremony(reason.to_owned()));
        if self.contributions == 0 {
            return refuse("it had no contribution");
        }
        if self.phase1 == Phase1Source::PublicHermez && hermez_power(&self.phase1_blake2b).is_none() {
            return refuse("it claims the public powers of tau, and its BLAKE2b-512 is that of none of their 21 files");
        }
        Ok(())
    }

    pub(super) fn to_bytes(self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        bytes[0] = match self.phase1 {
            Phase1Source::Private => 0,
            Phase1Source::PublicHermez => 1,
        };
        bytes[1..65].copy_from_slice(&self.phase1_blake2b);
        bytes[65..67].copy_from_slice(&self.contributions.to_be_bytes());
        bytes[67] = u8::from(self.beacon);
        bytes[68..].copy_from_slice(&self.zkey.0);
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8; Self::LEN]) -> Result<Self, KeyError> {
        let (mut phase1_blake2b, mut zkey) = ([0; 64], [0; 32]);
        phase1_blake2b.copy_from_slice(&bytes[1..65]);
        zkey.copy_from_slice(&bytes[68..]);
        let ceremony = Self {
            phase1: match bytes[0] {
                0 => Phase1Source::Private,
                1 => Phase1Source::PublicHermez,
                other => return Err(KeyError::Ceremony(format!("phase-1 source {other} is neither 0 nor 1"))),
            },
            phase1_blake2b,
            contributions: u16::from_be_bytes([bytes[65], bytes[66]]),
            beacon: match bytes[67] {
                0 => false,
                1 => true,
                other => return Err(KeyError::Ceremony(format!("beacon flag {other} is neither 0 nor 1"))),
            },
            zkey: Digest(zkey),
        };
        ceremony.check()?;
        Ok(ceremony)
    }
}

impl std::fmt::Display for Provenance {
    /// `development`, or `ceremony: N contributions [and a beacon] over …`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Development => f.write_str("development"),
            Self::Ceremony(ceremony) => write!(f, "ceremony: {ceremony}"),
        }
    }
}

impl std::fmt::Display for Ceremony {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let plural = if self.contributions == 1 { "" } else { "s" };
        write!(f, "{} contribution{plural} ", self.contributions)?;
        f.write_str(if self.beacon { "and a beacon over " } else { "and no beacon over " })?;
        f.write_str(match self.phase1 {
            Phase1Source::Private => "a private phase 1",
            Phase1Source::PublicHermez => "the public powers-of-tau file",
        })?;
        let [a, b, c, d, ..] = self.phase1_blake2b;
        write!(f, " (BLAKE2b {}…)", hex::encode([a, b, c, d]))
    }
}
