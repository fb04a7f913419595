//! The four claims that a policy can make.

/// The claims of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The verdict SAME.
    Same,
    /// The verdict DIFFERENT.
    Different,
    /// The grade of SAME.
    Strict,
    /// The grade of DIFFERENT.
    Strong,
}

impl std::fmt::Display for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Same => "SAME",
            Self::Different => "DIFFERENT",
            Self::Strict => "STRICT",
            Self::Strong => "STRONG",
        })
    }
}
