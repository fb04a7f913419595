//! Known classes of bugs, planted in the circuit by switches that exist in tests only.

/// One bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bug {
    /// Missing booleanity: the bits of a score's offset may be anything.
    NoBooleanity,
    /// A flag of a score need not be 0 where the one before it is.
    LooseFlags,
    /// Missing range check: the bits of the side need not add up.
    NoRangeCheck,
    /// Missing comparison: the window may end before it begins.
    NoWindowOrder,
    /// Wrong bit length: the window's span gets 6 bits.
    ShortRange,
    /// Wrong bit length: the window's span gets 254 bits, in which a negative span has a place too.
    LongRange,
    /// Unconstrained hint: the offset in a score's segment is not the product that it should be.
    UnconstrainedHint,
    /// The disjunction of two bets is whatever the prover says.
    LooseOr,
    /// Aliased public input: two words state the same outcome.
    AliasedInput,
    /// Unbound digest: no constraint has the statement's digest.
    UnusedDigest,
    /// The policy's digest is computed and not compared.
    UnboundPolicy,
    /// Unblinded commitment: every blinding is 0.
    NoBlinding,
    /// A look is taken for the next number of scores.
    OffByOneLook,
    /// A bet fires when its statistic is negative.
    SignConfusion,
    /// The side's clip is 256 instead of 512.
    WrongClip,
    /// Scores after the stop need not be 0.
    OpenTail,
    /// A run goes on after its stop and may stop again.
    StopsTwice,
}

impl Bug {
    pub(crate) const ALL: [Self; 17] = [
        Self::NoBooleanity,
        Self::LooseFlags,
        Self::NoRangeCheck,
        Self::NoWindowOrder,
        Self::ShortRange,
        Self::LongRange,
        Self::UnconstrainedHint,
        Self::LooseOr,
        Self::AliasedInput,
        Self::UnusedDigest,
        Self::UnboundPolicy,
        Self::NoBlinding,
        Self::OffByOneLook,
        Self::SignConfusion,
        Self::WrongClip,
        Self::OpenTail,
        Self::StopsTwice,
    ];
}
