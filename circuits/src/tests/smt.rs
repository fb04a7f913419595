//! Gadgets as questions to a solver for finite fields, in SMT-LIB 2 (logic `QF_FF`): are there two witnesses for the same
//! inputs? `tests/audit/solve.py` asks cvc5; the answer wanted is always `unsat`.
//!
//! Two witnesses that differ have a first wire where they do. So each wire is asked about by itself, and what was shown of it
//! is given to the next: together that is the same question, and far easier than all wires in one disjunction.
//!
//!     POT_SMT_DIR=FOLDER cargo test --release -p pot-circuits -- --ignored questions_for_a_solver

use std::{cell::RefCell, collections::BTreeSet, fmt::Write as _, path::Path, rc::Rc};

use ark_bn254::Fr;
use ark_ff::{Field, PrimeField};
use ark_relations::gr1cs::{ConstraintSynthesizer, ConstraintSystemRef, SynthesisError};
use pot_audit::system::{Combination, Row, System};
use pot_protocol::{
    commitment::POLICY_LEAF,
    poseidon::Width,
    rule::Capacity,
    score::{MAX_SCORE, Score},
};

use super::harness::{preset, score};
use crate::{
    builder::{Builder, Result, Wire},
    gadgets::{
        features::Sums,
        looks::{Run, fires, statistic_bits},
        policy::PolicyWires,
        poseidon::hash,
        score::ScoreWires,
        segment::offsets,
        window::Window,
    },
};

/// A gadget between wires that are named `shared`.
struct Gadget<F> {
    build: F,
    names: Rc<RefCell<Vec<&'static str>>>,
}

impl<F: FnOnce(&mut Builder) -> Result<()>> ConstraintSynthesizer<Fr> for Gadget<F> {
    fn generate_constraints(self, cs: ConstraintSystemRef<Fr>) -> std::result::Result<(), SynthesisError> {
        let mut builder = Builder::new(cs);
        (self.build)(&mut builder)?;
        *self.names.borrow_mut() = builder.into_names();
        Ok(())
    }
}

/// A wire that both witnesses have in common.
fn shared(builder: &mut Builder, value: impl Into<Fr>) -> Wire {
    builder.witness("shared", value.into()).unwrap()
}

/// States that both witnesses have this combination in common.
fn share(builder: &mut Builder, wire: &Wire) {
    let common = shared(builder, wire.value());
    builder.equal(wire, &common).unwrap();
}

/// What is asked beside the constraints.
enum Question {
    /// Two witnesses that differ anywhere, with equal `shared` wires and policy.
    Two,
    /// One witness with a `claim` that is not 0.
    Claim,
}

struct Smt {
    text: String,
}

impl Smt {
    fn of(build: impl FnOnce(&mut Builder) -> Result<()>, question: &Question) -> Self {
        let names = Rc::new(RefCell::new(vec![]));
        let system = System::of(Gadget { build, names: Rc::clone(&names) }).unwrap();
        let names = names.borrow();
        let common = |wire: usize| names[wire - 1] == "shared" || names[wire - 1].starts_with("policy.");
        let copies: &[char] = if matches!(question, Question::Two) { &['a', 'b'] } else { &['a'] };
        let name = |wire: usize, copy: char| format!("{}{wire}", if common(wire) { 's' } else { copy });
        let mut smt = Self { text: format!("(set-logic QF_FF)\n(define-sort F () (_ FiniteField {}))\n", Fr::MODULUS) };
        let declared: BTreeSet<String> =
            (1..system.wires()).flat_map(|wire| copies.iter().map(move |copy| name(wire, *copy))).collect();
        for wire in declared {
            writeln!(smt.text, "(declare-const {wire} F)").unwrap();
        }
        for copy in copies {
            for (index, row @ [a, b, c]) in system.rows().iter().enumerate() {
                let side = |terms: &Combination| combination(terms, |wire| name(wire, *copy));
                if !is_boolean(row) {
                    writeln!(smt.text, "(assert (= (ff.mul {} {}) {}))", side(a), side(b), side(c)).unwrap();
                    continue;
                }
                // Solvers know bits by x·x = x, and sums of bits where all are on one side.
                let wire = if let [(wire, k)] = a[..]
                    && k == Fr::ONE
                {
                    Some(name(wire, *copy))
                } else {
                    None
                };
                let bit = wire.clone().unwrap_or_else(|| format!("{copy}bit{index}"));
                if wire.is_none() {
                    let (less, more): (Combination, Combination) = a.iter().partition(|(_, k)| is_negative(k));
                    let less: Combination = less.into_iter().map(|(wire, k)| (wire, -k)).collect();
                    let bits = combination(&less, |wire| name(wire, *copy));
                    writeln!(smt.text, "(declare-const {bit} F)").unwrap();
                    writeln!(smt.text, "(assert (= (ff.add {bit} {bits}) {}))", side(&more)).unwrap();
                }
                writeln!(smt.text, "(assert (= (ff.mul {bit} {bit}) {bit}))").unwrap();
            }
        }
        for wire in (1..system.wires()).filter(|&wire| !common(wire)) {
            let other = match question {
                Question::Two => name(wire, 'b'),
                Question::Claim if names[wire - 1] == "claim" => "(as ff0 F)".to_owned(),
                Question::Claim => continue,
            };
            let equal = format!("(= {} {other})", name(wire, 'a'));
            writeln!(smt.text, "(push 1)\n(assert (not {equal}))\n(check-sat)\n(pop 1)\n(assert {equal})").unwrap();
        }
        smt
    }

    fn write(&self, folder: &Path, name: &str) {
        std::fs::write(folder.join(name).with_extension("smt2"), &self.text).unwrap();
    }
}

/// Whether a row is x·(1 − x) = 0.
fn is_boolean([a, b, c]: &Row) -> bool {
    let mut left: Combination = a.clone();
    left.retain(|(wire, _)| *wire != 0);
    let mut right: Combination = b.iter().map(|(wire, k)| (*wire, -*k)).collect();
    right.retain(|(wire, _)| *wire != 0);
    let constant = |terms: &Combination| terms.iter().filter(|(wire, _)| *wire == 0).map(|(_, k)| *k).sum::<Fr>();
    c.is_empty() && left == right && constant(a) + constant(b) == Fr::ONE
}

fn is_negative(k: &Fr) -> bool {
    (-*k).into_bigint() < k.into_bigint()
}

fn combination(terms: &Combination, name: impl Fn(usize) -> String) -> String {
    let constant = |k: &Fr| {
        // The smaller of k and its negative: solvers print and reason better with small numbers.
        if is_negative(k) { format!("(as ff-{} F)", -*k) } else { format!("(as ff{k} F)") }
    };
    let term = |(wire, k): &(usize, Fr)| match (*wire, *k == Fr::ONE) {
        (0, _) => constant(k),
        (wire, true) => name(wire),
        (wire, false) => format!("(ff.mul {} {})", constant(k), name(wire)),
    };
    match terms.as_slice() {
        [] => "(as ff0 F)".to_owned(),
        [one] => term(one),
        more => format!("(ff.add {})", more.iter().map(term).collect::<Vec<_>>().join(" ")),
    }
}

fn scores(builder: &mut Builder, count: usize) -> Result<Vec<ScoreWires>> {
    (0..count).map(|_| ScoreWires::new(builder, Score::ZERO)).collect()
}

fn share_score(builder: &mut Builder, score: &ScoreWires) {
    for flag in &score.flags {
        share(builder, flag);
    }
    share(builder, &score.offset);
}

fn shared_sums(builder: &mut Builder) -> Sums {
    Sums { d: std::array::from_fn(|_| shared(builder, 0u64)), e: std::array::from_fn(|_| shared(builder, 0u64)) }
}

#[test]
#[ignore = "writes files for a solver, into the folder that POT_SMT_DIR names"]
fn questions_for_a_solver() {
    let folder = std::env::var_os("POT_SMT_DIR").expect("POT_SMT_DIR names the folder to write to");
    let write = |name: &str, question, build: &dyn Fn(&mut Builder) -> Result<()>| {
        Smt::of(build, &question).write(Path::new(&folder), name);
    };

    write("score", Question::Two, &|b| {
        let score = ScoreWires::new(b, score(700))?;
        share(b, &score.x);
        Ok(())
    });
    // No witness gives a score beyond the saturation, next to it or anywhere near a power of two, nor a negative one.
    for (name, x) in [("4608", Fr::from(MAX_SCORE + 1)), ("8191", Fr::from(8191u64)), ("minus-1", -Fr::ONE)] {
        write(&format!("score-is-{name}"), Question::Claim, &|b| {
            let score = ScoreWires::new(b, Score::ZERO)?;
            b.equal(&score.x, &Wire::constant(x))?;
            b.witness("claim", Fr::ONE)?;
            Ok(())
        });
    }
    for (name, count) in [("segments-direct", 2), ("segments-packed-20", 20)] {
        write(name, Question::Two, &|b| {
            let scores = scores(b, count)?;
            for score in &scores {
                share_score(b, score);
            }
            offsets(b, &scores).map(|_| ())
        });
    }
    for n in [10, 128] {
        write(&format!("side-at-{n}"), Question::Two, &|b| {
            // The side is a bit decomposition of one number, as in the look.
            let margin = shared(b, 0u64);
            b.bits("side.bit", &margin, crate::gadgets::segment::bit_length(n * 512) + 1).map(|_| ())
        });
    }
    write("bets-or", Question::Two, &|b| {
        let pair = shared(b, 0u64);
        fires(b, &pair, 4).map(|_| ())
    });
    write("bets-or-full-width", Question::Two, &|b| {
        let pair = shared(b, 0u64);
        fires(b, &pair, statistic_bits(128)).map(|_| ())
    });
    write("window-128", Question::Two, &|b| {
        let window = Window::new(b, Capacity::C128.looks(), &preset("quick"))?;
        share(b, &window.n_min);
        share(b, &window.n_max);
        Ok(())
    });
    write("first-decisive-look", Question::Two, &|b| {
        let policy = PolicyWires::new(b, &preset("quick"))?;
        let mut run = Run::new();
        for n in [10, 11] {
            let sums = shared_sums(b);
            let window = (shared(b, 0u64), shared(b, 0u64));
            run.look(b, &policy, n, &sums, (&window.0, &window.1))?;
        }
        Ok(())
    });
    for count in [1, 4] {
        write(&format!("zero-tail-of-{count}"), Question::Claim, &|b| {
            let scores = scores(b, count)?;
            let run = Run { stopped: Wire::constant(1u64), ..Run::new() };
            run.zero_tail(b, scores.iter().map(|s| &s.x))?;
            for score in &scores {
                let claim = b.witness("claim", Fr::from(0u64))?;
                b.equal(&claim, &score.x)?;
            }
            Ok(())
        });
    }
    for count in [2, 3, 20] {
        write(&format!("packing-of-{count}"), Question::Two, &|b| {
            let (mut packed, mut weight) = (Wire::zero(), Fr::ONE);
            for score in scores(b, count)? {
                packed.add(weight, &score.x);
                weight *= Fr::from(MAX_SCORE + 1);
            }
            share(b, &packed);
            Ok(())
        });
    }
    write("policy-hash", Question::Two, &|b| {
        let inputs: Vec<Wire> = (0..16u64).map(|i| shared(b, i)).collect();
        hash(b, Width::W17, POLICY_LEAF, &inputs).map(|_| ())
    });
}
