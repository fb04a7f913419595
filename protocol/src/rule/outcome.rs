//! What the rule says.

use bincode::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::score::ScoreKind;

/// The verdict of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Encode, Decode)]
#[serde(rename_all = "UPPERCASE")]
pub enum Verdict {
    /// On average over the queries asked, the divergence clipped to half a nat is at most γ.
    Same,
    /// On average over the queries asked, the divergence clipped to half a nat is above γ.
    Different,
    /// `n_max` was reached and neither could be shown.
    Undecided,
}

impl Verdict {
    /// The word in JSON and on the terminal.
    pub fn word(self) -> &'static str {
        match self {
            Self::Same => "SAME",
            Self::Different => "DIFFERENT",
            Self::Undecided => "UNDECIDED",
        }
    }

    /// The word under which a verdict on scores of `kind` is published. A SAME on a lower bound of the divergence is
    /// less than SAME, and has a word of its own.
    pub fn word_for(self, kind: ScoreKind) -> &'static str {
        match (self, kind) {
            (Self::Same, ScoreKind::KlTopk) => "SAME-TOPK",
            _ => self.word(),
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

/// The verdict, its grade and the number of scores it rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Encode, Decode)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The verdict.
    pub verdict: Verdict,
    /// SAME: strict. DIFFERENT: strong. Always `false` for UNDECIDED.
    pub grade: bool,
    /// The look at which the rule stopped: how many scores count.
    pub n: u32,
}

impl Outcome {
    /// The grade as a word, where the verdict has it.
    pub fn grade_word(&self) -> Option<&'static str> {
        match (self.grade, self.verdict) {
            (true, Verdict::Same) => Some("strict"),
            (true, Verdict::Different) => Some("strong"),
            _ => None,
        }
    }
}

/// How far a list of scores leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// All `n` scores count and the run goes on.
    GoOn {
        /// Scores so far.
        n: u32,
    },
    /// The rule stopped; scores after `n` do not count.
    Decided(Outcome),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verdict_has_its_word_and_same_on_a_lower_bound_another_one() {
        let all = [Verdict::Same, Verdict::Different, Verdict::Undecided];
        assert_eq!(all.map(|v| v.to_string()), ["SAME", "DIFFERENT", "UNDECIDED"]);
        assert_eq!(all.map(|v| v.word_for(ScoreKind::Kl)), ["SAME", "DIFFERENT", "UNDECIDED"]);
        assert_eq!(all.map(|v| v.word_for(ScoreKind::KlTopk)), ["SAME-TOPK", "DIFFERENT", "UNDECIDED"]);
    }

    #[test]
    fn a_grade_has_the_word_of_its_verdict() {
        let word = |verdict, grade| Outcome { verdict, grade, n: 10 }.grade_word();
        assert_eq!((word(Verdict::Same, true), word(Verdict::Different, true)), (Some("strict"), Some("strong")));
        for verdict in [Verdict::Same, Verdict::Different, Verdict::Undecided] {
            assert_eq!(word(verdict, false), None);
        }
        assert_eq!(word(Verdict::Undecided, true), None);
    }
}
