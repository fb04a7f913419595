//! What a key is worth by what it says of itself, and by what is known of the rehearsals.

use std::{fmt, sync::OnceLock};

use ark_bn254::Bn254;
use ark_ec::pairing::{Pairing, PairingOutput};

use super::{
    BUILT_IN, Provenance, RawVerifyingKey, VerifyingKey,
    points::{decode_g1, decode_g2},
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

impl VerifyingKey {
    /// What the key is worth.
    pub fn standing(&self) -> Standing {
        match self.provenance() {
            Provenance::Development => Standing::Development,
            Provenance::Ceremony(_) if self.is_of_a_rehearsal() => Standing::Rehearsal,
            Provenance::Ceremony(_) => Standing::Ceremony,
        }
    }

    /// Where the key comes from: `development key`, `ceremony key: N contributions …`, or a rehearsal key of the same.
    pub fn origin(&self) -> String {
        let standing = self.standing();
        match self.provenance() {
            Provenance::Ceremony(ceremony) if standing == Standing::Rehearsal => {
                format!("{standing} key: {ceremony} that one party made alone")
            }
            Provenance::Ceremony(ceremony) => format!("{standing} key: {ceremony}"),
            Provenance::Development => format!("{standing} key"),
        }
    }

    /// Whether it is over the powers of tau of a rehearsal: whoever made those alone can forge under every such key,
    /// whatever went into phase 2. Known by e(α, β), all that a proof sees of both: k·α and β/k are no other key. A key
    /// whose other points are bent along with it can hide where it is from, so this helps against mistakes, and against
    /// liars only as far as whoever trusts a key by its id knows why.
    fn is_of_a_rehearsal(&self) -> bool {
        static REHEARSED: OnceLock<Vec<PairingOutput<Bn254>>> = OnceLock::new();
        let known = || {
            let keys = BUILT_IN.iter().filter(|known| known.rehearsal);
            let mut products = vec![];
            let mut seen = vec![];
            for key in keys.filter_map(|known| RawVerifyingKey::from_bytes(known.bytes).ok()) {
                let (Ok(alpha), Ok(beta)) = (decode_g1(&key.alpha_g1), decode_g2(&key.beta_g2)) else { continue };
                if !seen.contains(&(alpha, beta)) {
                    products.push(Bn254::pairing(alpha, beta));
                    seen.push((alpha, beta));
                }
            }
            products
        };
        REHEARSED.get_or_init(known).contains(&self.prepared.alpha_beta)
    }

    /// Whether a program of this version has the key built in.
    pub fn is_built_in(&self) -> bool {
        BUILT_IN.iter().any(|known| known.bytes == self.to_bytes())
    }
}
