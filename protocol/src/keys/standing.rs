//! What a key is worth by what it says of itself, and by what is known of the rehearsals.

use std::fmt;

use super::{
    BUILT_IN, Provenance, RawVerifyingKey, VerifyingKey,
    points::{G1_LEN, G2_LEN},
};

/// Whether one party may have made a key alone, from what is worth least to what is worth most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// It says so itself.
    Development,
    /// It says that it comes from a ceremony, and one party held that ceremony alone: worth what a development key is.
    Rehearsal,
    /// It says that it comes from a ceremony, and nothing is known against that. Nobody has vouched for it by this.
    Ceremony,
}

impl Standing {
    /// Who alone can forge proofs under such a key, which so give no assurance; `None` when nobody is known to.
    pub fn forger(self) -> Option<&'static str> {
        match self {
            Self::Development => Some("whoever made it can forge proofs under it, so they convince nobody else"),
            Self::Rehearsal => {
                Some("whoever held the rehearsal can forge proofs under it, so they convince nobody else")
            }
            Self::Ceremony => None,
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Development => "development",
            Self::Rehearsal => "rehearsal",
            Self::Ceremony => "ceremony",
        })
    }
}

impl RawVerifyingKey {
    /// What the key is worth.
    pub fn standing(&self) -> Standing {
        match self.provenance {
            Provenance::Development => Standing::Development,
            Provenance::Ceremony(_) if self.is_of_a_rehearsal() => Standing::Rehearsal,
            Provenance::Ceremony(_) => Standing::Ceremony,
        }
    }

    /// Where the key comes from: `development key`, `ceremony key: N contributions …`, or a rehearsal key of the same.
    pub fn origin(&self) -> String {
        let standing = self.standing();
        match self.provenance {
            Provenance::Ceremony(ceremony) if standing == Standing::Rehearsal => {
                format!("{standing} key: {ceremony} that one party made alone")
            }
            Provenance::Ceremony(ceremony) => format!("{standing} key: {ceremony}"),
            Provenance::Development => format!("{standing} key"),
        }
    }

    /// Whether it is over the powers of tau of a rehearsal: whoever made those alone can forge under every such key,
    /// whatever went into phase 2 and whatever the key says of itself. Other powers give another α and β.
    fn is_of_a_rehearsal(&self) -> bool {
        let ours = [self.alpha_g1.as_slice(), &self.beta_g2].concat();
        BUILT_IN.iter().filter(|known| known.rehearsal).any(|known| {
            let points = known.bytes.len().checked_sub(Self::POINTS_LEN).and_then(|at| known.bytes.get(at..));
            points.and_then(|points| points.get(..G1_LEN + G2_LEN)) == Some(ours.as_slice())
        })
    }
}

impl VerifyingKey {
    /// As [`RawVerifyingKey::standing`].
    pub fn standing(&self) -> Standing {
        self.raw.standing()
    }

    /// As [`RawVerifyingKey::origin`].
    pub fn origin(&self) -> String {
        self.raw.origin()
    }

    /// Whether a program of this version has the key built in.
    pub fn is_built_in(&self) -> bool {
        BUILT_IN.iter().any(|known| known.bytes == self.to_bytes())
    }
}
