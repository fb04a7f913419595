//! The decision rule, written a second time.
//!
//! It follows the protocol's description and shares no code with `pot-protocol`: it takes plain integers and goes
//! through the definition word by word, in `i128`. Where the rule sums features of the scores and multiplies the sums,
//! this evaluates q at every score and adds the gains. It depends on nothing, so that everything can be compared with it.

mod account;
mod bet;
mod looks;
mod policy;

use account::Account;
pub use looks::LOOKS;
pub use policy::{INTEGERS, Policy};

/// What a run ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The mean of min(X, ½) is at most γ.
    Same,
    /// The mean of min(X, ½) is above γ.
    Different,
    /// `n_max` was reached, and neither was decided.
    Undecided,
}

/// A verdict, the number of scores it took, and whether the stronger claim holds there too (strict, strong).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The verdict.
    pub verdict: Verdict,
    /// The look at which it was given.
    pub n: usize,
    /// Strict for SAME, strong for DIFFERENT; never for UNDECIDED.
    pub grade: bool,
}

/// The decision of the first decisive look, or UNDECIDED at `n_max`; `None` while the scores are too few for either.
pub fn decide(policy: &Policy, scores: &[u16]) -> Option<Decision> {
    let (mut same, mut different) = (Account::open(&policy.same), Account::open(&policy.different));
    for n in LOOKS {
        if n < policy.n_min || n > policy.n_max {
            continue;
        }
        let seen = scores.get(..n)?;
        // Only one claim is tested at a look: the one on whose side the mean of the clipped scores lies.
        let sum: i128 = seen.iter().map(|&x| i128::from(x.min(512))).sum();
        let (verdict, claim, stronger) = if sum >= n as i128 * policy.tau {
            (Verdict::Different, &mut different, &policy.strong)
        } else {
            (Verdict::Same, &mut same, &policy.strict)
        };
        if claim.iter_mut().any(|account| account.fires(seen)) {
            let grade = Account::open(stronger).iter_mut().any(|account| account.fires(seen));
            return Some(Decision { verdict, n, grade });
        }
        if n == policy.n_max {
            return Some(Decision { verdict: Verdict::Undecided, n, grade: false });
        }
    }
    None
}

#[cfg(test)]
mod tests;
