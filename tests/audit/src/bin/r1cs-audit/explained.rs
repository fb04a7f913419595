//! Why some coefficients of the verdict circuits can be changed without an honest assignment that notices. A reason is no
//! word about a kind of wire: it is checked at the very coefficient that it explains.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, BigInteger, Field, PrimeField};
use pot_audit::{
    coefficients::{Coefficients, Entry},
    system::{Combination, Row, System},
};
use pot_protocol::{
    policy::{KNOTS_A, SEGMENTS_A},
    rule::Capacity,
};

/// Wires of one score: seven flags, eleven bits of the offset. They are the first private ones, score after score.
pub(crate) const SCORE_WIRES: usize = 18;

const EXHAUSTED: &str = "with none of the 4,608 scores are this wire and the other factor both other than 0";
const TAIL: &str = "a score after the stop would be accepted without it, and with any other positive coefficient none is: no \
                    term of either factor is negative";
const REDUNDANT: &str =
    "0 wherever the score's first flag is 0, which refuses the score by itself; no term is negative";
const ENDED: &str =
    "no window has both looks as its end, so that the stop at the one and the end at the other are never both 1";
const STOPPED: &str = "where the window has ended before this look the run has stopped, and the other factor is 0";
const FIRST: &str = "an end at the first look leaves a span of 0, whose lowest bit is 0";
const WIDE: &str = "no two looks are that far apart";
const ODD: &str = "the lowest bit of the bumps' sum in the first segment, which is that of the offsets' sum: r(64 − r) is odd \
                   where r is";
const ALL: &str =
    "it takes all scores of the stretch in one later segment, and then the first segment's sum is 0 and even";

/// Whether a reason holds of a coefficient.
type Check<'a> = fn(&Reasons<'a>, Entry) -> bool;

/// What the reasons are checked against.
pub(crate) struct Reasons<'a> {
    system: &'a System,
    names: &'a [&'static str],
    capacity: Capacity,
    /// What the wires of a score are, for each score.
    scores: &'a [[Fr; SCORE_WIRES]],
    coefficients: &'a Coefficients<'a>,
}

impl<'a> Reasons<'a> {
    pub(crate) fn new(
        (system, names): (&'a System, &'a [&'static str]),
        capacity: Capacity,
        scores: &'a [[Fr; SCORE_WIRES]],
        coefficients: &'a Coefficients<'a>,
    ) -> Self {
        Self { system, names, capacity, scores, coefficients }
    }

    /// The reason, if this coefficient has one.
    pub(crate) fn of(&self, entry: Entry) -> Option<&'static str> {
        let reasons: [(&'static str, Check<'a>); 9] = [
            (EXHAUSTED, Self::is_exhausted),
            (TAIL, Self::is_tail),
            (REDUNDANT, Self::is_redundant),
            (ENDED, Self::is_ended),
            (STOPPED, Self::is_stopped),
            (FIRST, Self::is_first),
            (WIDE, Self::is_wide),
            (ODD, Self::is_odd),
            (ALL, Self::takes_all),
        ];
        reasons.into_iter().find(|(_, holds)| holds(self, entry)).map(|(reason, _)| reason)
    }

    fn row(&self, entry: Entry) -> &'a Row {
        &self.system.rows()[entry.row]
    }

    fn coefficient(&self, entry: Entry) -> Fr {
        let terms = &self.row(entry)[entry.side];
        terms.iter().find(|(wire, _)| *wire == entry.wire).map_or(Fr::ZERO, |(_, k)| *k)
    }

    fn is_named(&self, terms: &Combination, names: &[&str]) -> bool {
        terms.iter().all(|(wire, _)| names.contains(&self.names[*wire]))
    }

    /// The score whose wire this is, and which of its wires.
    fn score_wire(&self, wire: usize) -> Option<(usize, usize)> {
        let at = wire.checked_sub(self.system.inputs())?;
        let (score, which) = (at / SCORE_WIRES, at % SCORE_WIRES);
        (score < self.capacity.scores()).then_some((score, which))
    }

    fn is_exhausted(&self, entry: Entry) -> bool {
        let (Some((score, which)), true) = (self.score_wire(entry.wire), entry.side < 2) else { return false };
        let first = self.system.inputs() + score * SCORE_WIRES;
        let other = &self.row(entry)[1 - entry.side];
        if !other.iter().all(|(wire, _)| *wire == 0 || (first..first + SCORE_WIRES).contains(wire)) {
            return false;
        }
        let value = |wires: &[Fr; SCORE_WIRES]| -> Fr {
            other.iter().map(|(wire, k)| if *wire == 0 { *k } else { *k * wires[wire - first] }).sum()
        };
        self.scores.iter().all(|wires| wires[which] == Fr::ZERO || value(wires) == Fr::ZERO)
    }

    /// A row that holds the scores of a stretch against the stops before it: both factors without a negative term.
    fn holds_a_tail(&self, [a, b, c]: &Row) -> bool {
        let positive = |terms: &Combination| terms.iter().all(|(_, k)| k.into_bigint().num_bits() <= 12);
        c.is_empty()
            && self.is_named(a, &["score.flag", "score.bit"])
            && self.is_named(b, &["run.decided", "run.stop"])
            && positive(a)
            && positive(b)
    }

    fn is_tail(&self, entry: Entry) -> bool {
        self.holds_a_tail(self.row(entry)) && self.coefficients.is_needed(entry)
    }

    fn is_redundant(&self, entry: Entry) -> bool {
        let Some((_, which)) = self.score_wire(entry.wire) else { return false };
        let flag = Entry { wire: entry.wire - which, ..entry };
        self.holds_a_tail(self.row(entry))
            && self.coefficients.is_needed(flag)
            && self.scores.iter().all(|wires| wires[which] == Fr::ZERO || wires[0] != Fr::ZERO)
    }

    /// The factor of a row `(live)·(last look) = stop` that says whether the window ends here.
    fn end_of(&self, row: &'a Row) -> Option<&'a Combination> {
        let [_, last, stop] = row;
        let (named, one) = (self.is_named(last, &["one", "window.ended"]), stop.len() == 1);
        (named && one && self.is_named(stop, &["run.stop"])).then_some(last)
    }

    fn is_ended(&self, entry: Entry) -> bool {
        let (Some(here), 0, "run.stop") = (self.end_of(self.row(entry)), entry.side, self.names[entry.wire]) else {
            return false;
        };
        let own = self.system.rows().iter().find(|[_, _, c]| matches!(c[..], [(wire, _)] if wire == entry.wire));
        let Some(there) = own.and_then(|row| self.end_of(row)) else { return false };
        // The flags are nested, the last look's first, and a look's own is the constant at the last one.
        let flags: Vec<_> = (0..self.names.len()).filter(|wire| self.names[*wire] == "window.ended").collect();
        (0..=flags.len()).all(|ended| {
            let value = |terms: &Combination| -> Fr {
                let set = |wire: &usize| *wire == 0 || flags[..ended].contains(wire);
                terms.iter().filter(|(wire, _)| set(wire)).map(|(_, k)| *k).sum()
            };
            value(here) * value(there) == Fr::ZERO
        })
    }

    fn is_stopped(&self, entry: Entry) -> bool {
        // The last look is the one whose flag is 1 and whose predecessor's, with −1, is 0.
        self.end_of(self.row(entry)).is_some()
            && entry.side == 1
            && self.names[entry.wire] == "window.ended"
            && self.coefficient(entry) == -Fr::ONE
    }

    /// Which of the wires of its name this is.
    fn number(&self, wire: usize) -> usize {
        self.names[..wire].iter().filter(|name| **name == self.names[wire]).count()
    }

    fn is_first(&self, entry: Entry) -> bool {
        let [a, _, c] = self.row(entry);
        let span = ["one", "window.started", "window.ended", "window.span"];
        entry.side == 1
            && c.is_empty()
            && self.is_named(a, &span)
            && a.iter().any(|(wire, _)| self.names[*wire] == "window.span")
            && self.names[entry.wire] == "window.ended"
            && self.number(entry.wire) + 2 == self.capacity.looks().len()
    }

    fn is_wide(&self, entry: Entry) -> bool {
        let looks = self.capacity.looks();
        let most = looks[looks.len() - 1] - looks[0];
        // The lowest bit of the span is no wire.
        let too_wide = |wire: usize| self.names[wire] == "window.span" && 2 << self.number(wire) > most;
        let [a, _, _] = self.row(entry);
        too_wide(entry.wire) || entry.wire == 0 && matches!(a[..], [(wire, _)] if too_wide(wire))
    }

    /// Of a row that holds a stretch's packed sum against its bits, the number of scores; and where the entry stands.
    fn packed(&self, entry: Entry) -> Option<(u64, u32)> {
        let [a, _, c] = self.row(entry);
        let scores = a.iter().filter(|(wire, _)| self.names[*wire] == "segment.packed").count() as u64;
        let bits = c.is_empty() && scores > 0 && self.is_named(a, &["segment.packed", "segment.bit"]);
        let at = (-self.coefficient(entry)).into_bigint();
        let at = if entry.side == 0 { at } else { self.coefficient(entry).into_bigint() };
        (bits
            && self.names[entry.wire] == "segment.bit"
            && at == (Fr::from(2u64).pow([u64::from(at.num_bits()) - 1])).into_bigint())
        .then(|| (scores, at.num_bits() - 1))
    }

    fn is_odd(&self, entry: Entry) -> bool {
        let Some((scores, at)) = self.packed(entry) else { return false };
        let (starts, offsets) = slots(scores);
        entry.side == 0 && at == starts[SEGMENTS_A - 1] + offsets[SEGMENTS_A - 1]
    }

    fn takes_all(&self, entry: Entry) -> bool {
        let Some((scores, at)) = self.packed(entry) else { return false };
        let (starts, offsets) = slots(scores);
        entry.side == 1
            && (1..SEGMENTS_A).any(|j| {
                let highest = offsets[j] - 1;
                at == starts[j] + highest && (scores - 1) * (width(j) - 1) < 1 << highest
            })
    }
}

fn width(segment: usize) -> u64 {
    u64::from(KNOTS_A[segment + 1] - KNOTS_A[segment])
}

/// Where the sums of offsets of `scores` scores stand in a packed sum, and their bits: each behind as many bits as the bumps
/// of the segment before have.
fn slots(scores: u64) -> ([u32; SEGMENTS_A], [u32; SEGMENTS_A]) {
    let bits = |most: u64| u64::BITS - most.leading_zeros();
    let offsets = std::array::from_fn(|j| bits(scores * (width(j) - 1)));
    let mut starts = [0; SEGMENTS_A];
    for j in 1..SEGMENTS_A {
        starts[j] = starts[j - 1] + bits(scores * width(j - 1) * width(j - 1) / 4);
    }
    (starts, offsets)
}
