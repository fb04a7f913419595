//! Decides that two different sequences of choices never give one text, and what lengths texts have.
//!
//! Take two different choice sequences and their first difference. All text before it is equal. If no text that goes
//! on with the one option equals a text that goes on with the other, the two texts differ. Going on is explored with
//! every later choice free and repeated or computed parts standing for any text, which only errs towards "ambiguous".

use super::part::{Op, Part};

/// Parts still to come, nearest first.
#[derive(Clone)]
struct Rest {
    pending: &'static str,
    parts: Vec<&'static [Part]>,
}

enum Step {
    /// These texts go on from here.
    Options(Vec<Rest>),
    /// Any text may follow.
    Anything,
    End,
}

impl Rest {
    fn then(&self, parts: &'static [Part]) -> Self {
        let mut new = self.clone();
        new.parts.push(parts);
        new
    }

    fn word(&self, pending: &'static str) -> Self {
        Self { pending, parts: self.parts.clone() }
    }

    /// Takes the next part, when nothing is pending.
    fn step(&self) -> Step {
        let mut rest = self.clone();
        let Some(parts) = rest.parts.pop() else { return Step::End };
        let Some((first, later)) = parts.split_first() else { return Step::Options(vec![rest]) };
        rest.parts.push(later);
        match *first {
            Part::Text(text) => Step::Options(vec![rest.word(text)]),
            Part::Pick(list) | Part::Keep(_, list) => Step::Options(list.iter().map(|w| rest.word(w)).collect()),
            Part::All(inner) => Step::Options(vec![rest.then(inner)]),
            Part::OneOf(options) => Step::Options(options.iter().map(|o| rest.then(o)).collect()),
            Part::Again(_) | Part::Same(_) | Part::Number(..) | Part::Result(..) => Step::Anything,
        }
    }
}

/// Whether some text of `a` may equal some text of `b`.
fn may_be_equal(a: &Rest, b: &Rest, budget: &mut u32) -> bool {
    *budget = budget.checked_sub(1).expect("two options are alike for too long: let them differ earlier");
    let common = a.pending.bytes().zip(b.pending.bytes()).take_while(|(x, y)| x == y).count();
    if common < a.pending.len().min(b.pending.len()) {
        return false;
    }
    // The shorter pending text is a prefix of the longer one, hence a character boundary of it.
    let (a, b) = (a.word(&a.pending[common..]), b.word(&b.pending[common..]));
    let (open, other) = if a.pending.is_empty() { (&a, &b) } else { (&b, &a) };
    match open.step() {
        Step::Anything => true,
        Step::Options(options) => options.iter().any(|o| may_be_equal(o, other, budget)),
        Step::End => {
            other.pending.is_empty()
                && match other.step() {
                    Step::End | Step::Anything => true,
                    Step::Options(options) => options.iter().any(|o| may_be_equal(open, o, budget)),
                }
        }
    }
}

/// The first choice in `parts`, followed by `rest`, whose options may lead to one text.
pub(super) fn ambiguity(parts: &'static [Part], rest: &[&'static [Part]]) -> Option<String> {
    for (at, part) in parts.iter().enumerate() {
        let follow = Rest { pending: "", parts: [rest, &[&parts[at + 1..]]].concat() };
        let options: Vec<Rest> = match *part {
            Part::Pick(list) | Part::Keep(_, list) => list.iter().map(|w| follow.word(w)).collect(),
            Part::All(inner) => match ambiguity(inner, &follow.parts) {
                None => continue,
                found => return found,
            },
            Part::OneOf(options) => {
                if let Some(inner) = options.iter().find_map(|o| ambiguity(o, &follow.parts)) {
                    return Some(inner);
                }
                options.iter().map(|o| follow.then(o)).collect()
            }
            Part::Number(..) => {
                // Digits end where the next text begins, so that the run of digits is the number.
                match parts.get(at + 1) {
                    Some(Part::Text(t)) if t.starts_with(|c: char| !c.is_ascii_digit()) => {}
                    next => return Some(format!("a number is followed by {next:?}")),
                }
                continue;
            }
            Part::Text(_) | Part::Again(_) | Part::Same(_) | Part::Result(..) => continue,
        };
        for (i, a) in options.iter().enumerate() {
            for b in &options[..i] {
                if may_be_equal(a, b, &mut 100_000) {
                    let show = |r: &Rest| format!("{:?} {:?}", r.pending, r.parts.last().and_then(|p| p.first()));
                    return Some(format!("{} may give the same text as {}", show(a), show(b)));
                }
            }
        }
    }
    None
}

/// Shortest and longest text in bytes, from interval arithmetic over the numbers in slots.
pub(super) fn lengths(
    parts: &[Part],
    numbers: &mut [(u64, u64); 6],
    words: &mut [(usize, usize); 6],
) -> (usize, usize) {
    let digits = |n: u64| n.to_string().len();
    let of = |list: &[&str]| {
        let all = || list.iter().map(|w| w.len());
        (all().min().unwrap(), all().max().unwrap())
    };
    let (mut low, mut high) = (0, 0);
    for part in parts {
        let (l, h) = match *part {
            Part::Text(text) => (text.len(), text.len()),
            Part::Pick(list) => of(list),
            Part::Keep(slot, list) => {
                words[slot] = of(list);
                words[slot]
            }
            Part::Again(slot) => words[slot],
            Part::All(inner) => lengths(inner, numbers, words),
            Part::OneOf(options) => {
                let (mut n, mut w) = (*numbers, *words);
                let all: Vec<_> = options
                    .iter()
                    .map(|o| {
                        let (mut own_n, mut own_w) = (*numbers, *words);
                        let length = lengths(o, &mut own_n, &mut own_w);
                        for i in 0..6 {
                            n[i] = (n[i].0.min(own_n[i].0), n[i].1.max(own_n[i].1));
                            w[i] = (w[i].0.min(own_w[i].0), w[i].1.max(own_w[i].1));
                        }
                        length
                    })
                    .collect();
                (*numbers, *words) = (n, w);
                (all.iter().map(|l| l.0).min().unwrap(), all.iter().map(|l| l.1).max().unwrap())
            }
            Part::Number(slot, from, to) => {
                assert!(from <= to, "an empty range of numbers");
                numbers[slot] = (from, to);
                (digits(from), digits(to))
            }
            Part::Same(slot) => (digits(numbers[slot].0), digits(numbers[slot].1)),
            Part::Result(op, a, b, slot) => {
                let ((a_low, a_high), (b_low, b_high)) = (numbers[a], numbers[b]);
                numbers[slot] = match op {
                    Op::Minus => {
                        assert!(a_low >= b_high, "a difference may be negative");
                        (a_low - b_high, a_high - b_low)
                    }
                    Op::Plus | Op::Times => (op.apply(a_low, b_low), op.apply(a_high, b_high)),
                };
                (digits(numbers[slot].0), digits(numbers[slot].1))
            }
        };
        (low, high) = (low + l, high + h);
    }
    (low, high)
}
