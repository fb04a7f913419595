//! Answers of something that does not read the texts: one that was given before, about another text, or log-probabilities
//! that hang on the token alone.
//!
//! A server may behave while it is probed and answer constants afterwards. They are seen here, before they become scores,
//! at the latest when one comes again; the first one is then no better, and so the run has no outcome. Answers are compared
//! and never scores: identical models have a divergence of 0 everywhere.

use std::{collections::HashMap, fmt};

use super::{Record, Side, SideRecord};
use crate::{
    registration::{ModelIdentity, Registration},
    score::{FIGURE_SCALE, ScoreKind},
};

/// Fewest positions that must tell two answers apart before their being equal says anything.
const TELLING: usize = 4;
/// Fewest times that a token has its figure again, after another token, before all figures look read off a table.
const CONFIRMED: usize = 8;
/// A token that a model is all but certain of, up to 0.01 nat, has the same log-probability after many texts: that says
/// something only where the other model is not as certain.
const NEAR_CERTAIN: i64 = FIGURE_SCALE / 100;

/// What shows that a side does not read the texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unread {
    /// It answered exactly as in the record of this challenge, which is about another text.
    Again(u64),
    /// Each token has one log-probability, whatever comes before it.
    Table,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Again(earlier) => {
                write!(f, "said exactly what it had said about challenge {earlier}, which is another text")
            }
            Self::Table => write!(f, "gives each token one log-probability, whatever comes before it"),
        }
    }
}

/// What shows that a side of `new` did not read its text, after the `earlier` records.
///
/// Only endpoints are blamed: what weights at hand answer was computed here, and a model that ignores its text is one that may
/// be DIFFERENT. That of a candidate is no fault either where the reference's weights do the same: then nothing about the
/// texts differs that such models see.
pub fn unread(earlier: &[Record], new: &Record, registration: &Registration) -> Option<(Side, Unread)> {
    let fields = registration.fields();
    let [served, asked] =
        [&fields.reference, &fields.candidate].map(|identity| matches!(identity, ModelIdentity::Endpoint { .. }));
    let blamed = |reference: bool, candidate: bool| match (reference, candidate) {
        (true, _) if served => Some(Side::Reference),
        (false, true) if asked => Some(Side::Candidate),
        _ => None,
    };
    let again = earlier.iter().filter(|old| old.prompt != new.prompt).find_map(|old| {
        let [reference, candidate] = [Side::Reference, Side::Candidate].map(|side| same(fields.kind, side, old, new));
        blamed(reference, candidate).map(|side| (side, Unread::Again(old.index)))
    });
    again.or_else(|| {
        // Other figures are no log-probabilities of tokens.
        let of_tokens = matches!(fields.kind, ScoreKind::DeltaLogprob | ScoreKind::DeltaCe);
        let [reference, candidate] =
            [Side::Reference, Side::Candidate].map(|side| of_tokens && is_table(side, earlier.iter().chain([new])));
        blamed(reference, candidate).map(|side| (side, Unread::Table))
    })
}

/// Whether `side` gives each token one figure in the last of the `records`, seen often enough where other tokens come
/// before.
fn is_table<'a>(side: Side, records: impl DoubleEndedIterator<Item = &'a Record>) -> bool {
    let mut known: HashMap<u32, (i64, u32)> = HashMap::new();
    let mut confirmed = 0;
    for record in records.rev() {
        let said = Said::of(side, record);
        let before_it = confirmed;
        for (Pair { token, figure, telling }, before) in said.pairs().zip(said.before) {
            let (first, after) = *known.entry(token).or_insert((figure, *before));
            if first != figure {
                // A server that has turned into a table was none before.
                return before_it >= CONFIRMED;
            }
            confirmed += usize::from(after != *before && telling);
        }
    }
    confirmed >= CONFIRMED
}

/// Whether `side` gave both records the same answer.
fn same(kind: ScoreKind, side: Side, old: &Record, new: &Record) -> bool {
    let (old, new) = (Said::of(side, old), Said::of(side, new));
    match kind {
        // The figures of a divergence are of both models; the digest is of all that this one said.
        ScoreKind::Kl | ScoreKind::KlTopk => {
            let others = old.targets.iter().zip(new.targets).filter(|(a, b)| a != b);
            old.side.answer == new.side.answer && others.count() >= TELLING
        }
        // Texts of another length have another number of figures, of which the first or the last are compared.
        ScoreKind::DeltaLogprob | ScoreKind::DeltaCe => {
            let forwards = old.pairs().zip(new.pairs());
            let backwards = old.pairs().rev().zip(new.pairs().rev());
            equal(forwards) || equal(backwards)
        }
    }
}

/// What one side was asked about and said.
struct Said<'a> {
    side: &'a SideRecord,
    /// The scored tokens.
    targets: &'a [u32],
    /// The token before each of them.
    before: &'a [u32],
    figures: &'a [i64],
    /// What the other side said: position by position, or under `delta-ce` about tokens of its own.
    other: &'a [i64],
}

/// A scored token and what was said of it.
#[derive(Clone, Copy)]
struct Pair {
    token: u32,
    figure: i64,
    /// Whether either model is uncertain here, so that the figure could have been another.
    telling: bool,
}

impl<'a> Said<'a> {
    fn of(side: Side, record: &'a Record) -> Self {
        let (reference, candidate) = (&record.figures.reference, &record.figures.candidate);
        let (side, figures, other) = match side {
            Side::Reference => (&record.reference, reference, candidate),
            Side::Candidate => (&record.candidate, candidate, reference),
        };
        let first = side.tokens.len().saturating_sub(figures.len());
        let before = side.tokens.get(first.saturating_sub(1)..).unwrap_or_default();
        Self { side, targets: side.tokens.get(first..).unwrap_or_default(), before, figures, other }
    }

    fn pairs(&self) -> impl DoubleEndedIterator<Item = Pair> + ExactSizeIterator + use<'a> {
        let (figures, other) = (self.figures, self.other);
        // Positions of two tokenizations do not belong together: there the other side is taken as a whole.
        let whole = other.iter().sum::<i64>() / i64::try_from(other.len().max(1)).unwrap_or(i64::MAX);
        let beside = move |at: usize| if other.len() == figures.len() { other[at] } else { whole };
        self.targets.iter().zip(figures).enumerate().map(move |(at, (&token, &figure))| Pair {
            token,
            figure,
            telling: figure.max(beside(at)) > NEAR_CERTAIN,
        })
    }
}

/// Whether all figures are equal, at enough positions whose tokens are not. Equal tokens after equal beginnings, and at
/// equal ends for models that see a window only, have equal figures for good reasons.
fn equal(pairs: impl Iterator<Item = (Pair, Pair)>) -> bool {
    let mut telling = 0;
    for (old, new) in pairs {
        if old.figure != new.figure {
            return false;
        }
        telling += usize::from(old.token != new.token && new.telling);
    }
    telling >= TELLING
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        digest::Digest,
        registration::{Positions, tests::genuine},
        score::{Figures, Score},
    };

    const NAT: i64 = FIGURE_SCALE;

    fn registration(kind: ScoreKind, served: bool) -> Registration {
        let mut raw = genuine();
        raw.kind = kind;
        raw.positions = if kind == ScoreKind::DeltaCe { Positions::All } else { Positions::Last(5) };
        let endpoint = ModelIdentity::Endpoint {
            name: "vllm:http://h#m".to_owned(),
            dialect: "vllm".to_owned(),
            model: "m".to_owned(),
            server: "s".to_owned(),
            settings: "x".to_owned(),
            tokenizer: Digest([3; 32]),
        };
        raw.candidate = endpoint.clone();
        if served {
            raw.reference = endpoint;
        }
        raw.validate().unwrap()
    }

    /// A record about `tokens`, with each side's figures; equal figures stand for equal answers.
    fn record(index: u64, tokens: &[u32], reference: &[i64], candidate: &[i64]) -> Record {
        let side = |figures: &[i64]| SideRecord {
            tokens: tokens.to_vec(),
            attempts: 1,
            answer: Digest::tagged(
                b"0123456789abcdef",
                &figures.iter().flat_map(|f| f.to_le_bytes()).collect::<Vec<_>>(),
            ),
            started_at: 0,
            millis: 1,
            engine: "test".to_owned(),
            dtype: "f32".to_owned(),
        };
        Record {
            index,
            prompt: format!("{tokens:?}"),
            reference: side(reference),
            candidate: side(candidate),
            figures: Figures { reference: reference.to_vec(), candidate: candidate.to_vec(), bytes: 0 },
            score: Score::saturating(0),
            salt: [0; 16],
        }
    }

    const ONE: [u32; 6] = [1, 10, 11, 12, 13, 14];
    const OTHER: [u32; 6] = [1, 20, 21, 22, 23, 24];
    const SAID: [i64; 5] = [NAT, 2 * NAT, NAT / 2, 3 * NAT, NAT];
    const ELSE: [i64; 5] = [NAT, 2 * NAT, NAT / 2, 3 * NAT, NAT + 1];

    #[test]
    fn the_same_answer_to_another_text_is_seen() {
        for kind in [ScoreKind::Kl, ScoreKind::KlTopk, ScoreKind::DeltaLogprob, ScoreKind::DeltaCe] {
            for served in [false, true] {
                let registration = registration(kind, served);
                let of = |old: Record, new: Record| unread(&[old], &new, &registration);
                let candidate = of(record(3, &ONE, &SAID, &SAID), record(7, &OTHER, &ELSE, &SAID));
                assert_eq!(candidate, Some((Side::Candidate, Unread::Again(3))), "{kind} {served}");
                let neither = of(record(3, &ONE, &SAID, &SAID), record(7, &OTHER, &ELSE, &ELSE));
                assert_eq!(neither, None, "{kind} {served}");
                // Weights at hand may say the same twice, and then the candidate may too; a server may not.
                let both = of(record(3, &ONE, &SAID, &SAID), record(7, &OTHER, &SAID, &SAID));
                assert_eq!(both, served.then_some((Side::Reference, Unread::Again(3))), "{kind} {served}");
                let reference = of(record(3, &ONE, &SAID, &SAID), record(7, &OTHER, &SAID, &ELSE));
                assert_eq!(reference, served.then_some((Side::Reference, Unread::Again(3))), "{kind} {served}");
                // The same text is answered the same.
                assert_eq!(of(record(3, &ONE, &SAID, &SAID), record(7, &ONE, &ELSE, &SAID)), None);
            }
        }
    }

    #[test]
    fn what_was_seen_is_said_in_words() {
        let again = "said exactly what it had said about challenge 7, which is another text";
        assert_eq!(Unread::Again(7).to_string(), again);
        assert_eq!(Unread::Table.to_string(), "gives each token one log-probability, whatever comes before it");
    }

    #[test]
    fn weights_at_hand_are_not_blamed() {
        let mut raw = genuine();
        raw.kind = ScoreKind::DeltaLogprob;
        raw.positions = Positions::Last(5);
        let registration = raw.validate().unwrap();
        let (old, new) = (record(3, &ONE, &SAID, &SAID), record(7, &OTHER, &ELSE, &SAID));
        assert_eq!(unread(&[old], &new, &registration), None);
    }

    #[test]
    fn every_earlier_record_counts() {
        let registration = registration(ScoreKind::DeltaLogprob, false);
        let earlier = [record(0, &ONE, &SAID, &SAID), record(1, &ONE, &SAID, &ELSE)];
        let new = record(2, &OTHER, &[NAT; 5], &SAID);
        assert_eq!(unread(&earlier, &new, &registration), Some((Side::Candidate, Unread::Again(0))));
        assert_eq!(unread(&earlier[1..], &new, &registration), None);
    }

    #[test]
    fn texts_of_another_length_are_compared_from_both_ends() {
        let registration = registration(ScoreKind::DeltaCe, false);
        let of = |tokens: &[u32], said: &[i64]| {
            let old = record(0, &ONE, &[7 * NAT; 5], &SAID);
            unread(&[old], &record(1, tokens, &[NAT; 7], said), &registration).is_some()
        };
        let longer = [1, 20, 21, 22, 23, 24, 25, 26];
        assert!(of(&longer, &[&SAID[..], &[9, 9]].concat()));
        assert!(of(&longer, &[&[9, 9], &SAID[..]].concat()));
        assert!(!of(&longer, &[&[9], &SAID[..], &[9]].concat()));
        // A text that goes on from another has the other's figures first.
        assert!(!of(&[1, 10, 11, 12, 13, 14, 15, 16], &[&SAID[..], &[9, 9]].concat()));
    }

    #[test]
    fn what_says_nothing_is_no_repetition() {
        let certain: Vec<i64> = vec![0, 1, 2, 3, NAT];
        for kind in [ScoreKind::DeltaLogprob, ScoreKind::DeltaCe] {
            let registration = registration(kind, false);
            let of =
                |new: &Record, old: &[u32], said: &[i64]| unread(&[record(0, old, &ELSE, said)], new, &registration);
            // Near certainty is the same everywhere,
            let both = |index, tokens: &[u32]| record(index, tokens, &certain, &certain);
            assert_eq!(unread(&[both(0, &ONE)], &both(1, &OTHER), &registration), None);
            // but not where the other model is uncertain.
            let seen = Some((Side::Candidate, Unread::Again(0)));
            assert_eq!(of(&record(1, &OTHER, &SAID, &[0; 5]), &ONE, &[0; 5]), seen);
            // So is what follows the same few tokens, for a model that sees no more than these.
            let end = [1, 20, 21, 12, 13, 14];
            assert_eq!(of(&record(1, &end, &SAID, &SAID), &ONE, &SAID), None);
        }
        let end = record(1, &[1, 20, 21, 12, 13, 14], &ELSE, &SAID);
        let old = record(0, &ONE, &SAID, &SAID);
        assert_eq!(unread(&[old], &end, &registration(ScoreKind::Kl, false)), None);
    }

    #[test]
    fn where_the_candidate_is_certain_it_counts_how_uncertain_the_reference_is() {
        let registration = registration(ScoreKind::DeltaCe, false);
        let seen = |reference: &[i64], candidate: &[i64]| {
            let old = record(0, &ONE, &[7 * NAT; 5], candidate);
            unread(&[old], &record(1, &OTHER, reference, candidate), &registration).is_some()
        };
        let little = NEAR_CERTAIN;
        // At as many positions as there are figures: one by one,
        assert!(!seen(&[5 * NAT, 0, 0, 0, 0], &[0; 5]));
        assert!(seen(&[NAT, NAT, NAT, NAT, 0], &[0; 5]));
        assert!(!seen(&[little; 5], &[little; 5]));
        assert!(seen(&[0; 5], &[little + 1; 5]));
        // at other positions: on average.
        assert!(seen(&[NAT; 3], &[0; 5]));
        assert!(!seen(&[little / 2; 3], &[0; 5]));
    }

    #[test]
    fn a_table_of_tokens_is_seen() {
        let texts: [Vec<u32>; 3] =
            [vec![1, 2, 3, 4, 2, 3, 4, 3], vec![1, 4, 3, 2, 4, 3, 2, 2], vec![1, 3, 3, 4, 4, 2, 3, 2]];
        let table = |tokens: &[u32]| tokens[1..].iter().map(|t| i64::from(*t) * NAT).collect::<Vec<_>>();
        let model = |tokens: &[u32]| tokens.windows(2).map(|t| i64::from(t[0] + 5 * t[1]) * NAT).collect::<Vec<_>>();
        for kind in [ScoreKind::DeltaLogprob, ScoreKind::DeltaCe] {
            let of = |served, reference: &dyn Fn(&[u32]) -> Vec<i64>, candidate: &dyn Fn(&[u32]) -> Vec<i64>| {
                let record = |i: usize| record(i as u64, &texts[i], &reference(&texts[i]), &candidate(&texts[i]));
                unread(&[record(0), record(1)], &record(2), &registration(kind, served))
            };
            assert_eq!(of(false, &model, &table), Some((Side::Candidate, Unread::Table)));
            assert_eq!(of(true, &table, &model), Some((Side::Reference, Unread::Table)));
            assert_eq!(of(false, &table, &model), None);
            assert_eq!(of(false, &model, &model), None);
            // One that becomes a table is one from then on.
            let late = |tokens: &[u32]| if tokens == texts[0] { model(tokens) } else { table(tokens) };
            assert_eq!(of(false, &model, &late), Some((Side::Candidate, Unread::Table)));
            let early = |tokens: &[u32]| if tokens == texts[2] { model(tokens) } else { table(tokens) };
            assert_eq!(of(false, &model, &early), None);
            // Weights at hand may be a table, and then so may be the candidate.
            assert_eq!(of(false, &table, &table), None);
            // Near certainty is a table too, but not where the other model is uncertain.
            let certain = |tokens: &[u32]| table(tokens).iter().map(|f| f >> 10).collect::<Vec<_>>();
            let less = |tokens: &[u32]| model(tokens).iter().map(|f| f >> 12).collect::<Vec<_>>();
            assert_eq!(of(false, &less, &certain), None);
            assert_eq!(of(false, &model, &certain), Some((Side::Candidate, Unread::Table)));
        }
        let few = unread(
            &[],
            &record(0, &texts[0], &model(&texts[0]), &table(&texts[0])),
            &registration(ScoreKind::DeltaCe, false),
        );
        assert_eq!(few, None, "one short text does not show it");
    }
}
