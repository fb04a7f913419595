//! The policies that come with the program, pinned by digest.
//!
//! Each file was written by the policy compiler (`cargo run --release -p pot-prover --example compile_presets`). A pin
//! stands for a certificate that was checked once; a test checks it again.

mod pins;

use std::str::FromStr;

use super::{Policy, PolicyError, RawPolicy};
use crate::digest::Digest;

/// A policy that comes with the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Preset {
    /// `kl`, 10 to 120 queries.
    Quick,
    /// `kl`, 30 to 400 queries.
    Audit,
    /// `kl`, 50 to 800 queries.
    Extended,
    /// `kl`, 200 to 1024 queries, γ = 0.02.
    Forensic,
    /// AUDIT with 240 to 1024 queries, enough for the grade "strict".
    AuditStrict,
    /// `delta-logprob`, 10 to 120 queries.
    QuickDeltaLogprob,
    /// `delta-logprob`, 30 to 400 queries.
    AuditDeltaLogprob,
    /// `delta-logprob`, 50 to 800 queries.
    ExtendedDeltaLogprob,
    /// QUICK for `kl-topk`.
    QuickTopk,
    /// AUDIT for `kl-topk`.
    AuditTopk,
    /// EXTENDED for `kl-topk`.
    ExtendedTopk,
}

impl Preset {
    /// Every preset.
    pub const fn all() -> [Self; 11] {
        [
            Self::Quick,
            Self::Audit,
            Self::Extended,
            Self::Forensic,
            Self::AuditStrict,
            Self::QuickDeltaLogprob,
            Self::AuditDeltaLogprob,
            Self::ExtendedDeltaLogprob,
            Self::QuickTopk,
            Self::AuditTopk,
            Self::ExtendedTopk,
        ]
    }

    /// The policy's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Quick => "QUICK",
            Self::Audit => "AUDIT",
            Self::Extended => "EXTENDED",
            Self::Forensic => "FORENSIC",
            Self::AuditStrict => "AUDIT-STRICT",
            Self::QuickDeltaLogprob => "QUICK-DELTA-LOGPROB",
            Self::AuditDeltaLogprob => "AUDIT-DELTA-LOGPROB",
            Self::ExtendedDeltaLogprob => "EXTENDED-DELTA-LOGPROB",
            Self::QuickTopk => "QUICK-TOPK",
            Self::AuditTopk => "AUDIT-TOPK",
            Self::ExtendedTopk => "EXTENDED-TOPK",
        }
    }

    /// The pinned digest of the document.
    ///
    /// # Panics
    /// Never: a test reads every pin.
    pub fn document_digest(self) -> Digest {
        pins::document(self).parse().expect("a test reads every pin")
    }

    /// The pinned digest π of the coefficients, as 32 big-endian bytes.
    ///
    /// # Panics
    /// Never: a test reads every pin.
    pub fn coefficients_digest(self) -> Digest {
        pins::coefficients(self).parse().expect("a test reads every pin")
    }

    /// The document in JSON.
    pub fn json(self) -> &'static str {
        match self {
            Self::Quick => include_str!("quick.json"),
            Self::Audit => include_str!("audit.json"),
            Self::Extended => include_str!("extended.json"),
            Self::Forensic => include_str!("forensic.json"),
            Self::AuditStrict => include_str!("audit-strict.json"),
            Self::QuickDeltaLogprob => include_str!("quick-delta-logprob.json"),
            Self::AuditDeltaLogprob => include_str!("audit-delta-logprob.json"),
            Self::ExtendedDeltaLogprob => include_str!("extended-delta-logprob.json"),
            Self::QuickTopk => include_str!("quick-topk.json"),
            Self::AuditTopk => include_str!("audit-topk.json"),
            Self::ExtendedTopk => include_str!("extended-topk.json"),
        }
    }

    /// The policy.
    ///
    /// # Panics
    /// Never: the file is part of the program and a test reads each.
    pub fn policy(self) -> Policy {
        let raw: RawPolicy = serde_json::from_str(self.json()).expect("a test reads every preset");
        raw.validate().expect("a test validates every preset")
    }
}

impl FromStr for Preset {
    type Err = PolicyError;

    /// Finds a preset by its name in any case.
    fn from_str(name: &str) -> Result<Self, PolicyError> {
        Self::all().into_iter().find(|p| p.name().eq_ignore_ascii_case(name)).ok_or_else(|| {
            let shown = name.chars().filter(|c| !c.is_control()).take(64).collect();
            PolicyError::Unknown(shown, Self::all().map(|p| p.name().to_ascii_lowercase()).join(", "))
        })
    }
}
