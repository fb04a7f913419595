//! Transcripts, policies and the satisfiability of a whole assignment.

use std::sync::OnceLock;

use ark_bn254::Fr;
use ark_ff::Field;
use ark_relations::gr1cs::{ConstraintSystem, Matrix, OptimizationGoal, R1CS_PREDICATE_LABEL};
use pot_protocol::{
    commitment::BlindingSeed,
    policy::{Coefficients, Preset},
    rule::{Capacity, Outcome, Progress, decide},
    score::Score,
};

use super::Lies;
use crate::{VerdictCircuit, VerdictPrivate, VerdictPublic, builder::Builder};

/// Coefficients of a preset by name.
pub(crate) fn preset(name: &str) -> Coefficients {
    let preset = Preset::all().into_iter().find(|p| p.name().eq_ignore_ascii_case(name)).unwrap();
    preset.policy().coefficients().clone()
}

pub(crate) fn score(units: u16) -> Score {
    Score::new(units).unwrap()
}

/// The scores up to the stop, and the outcome.
pub(crate) fn stopped(coefficients: &Coefficients, scores: &[Score]) -> (Vec<Score>, Outcome) {
    match decide(coefficients, scores) {
        Progress::Decided(outcome) => (scores[..outcome.n as usize].to_vec(), outcome),
        Progress::GoOn { .. } => panic!("not stopped"),
    }
}

/// An honest instance of a run that `scores` decide.
pub(crate) fn honest(
    capacity: Capacity,
    coefficients: &Coefficients,
    scores: &[Score],
) -> (VerdictPublic, VerdictPrivate) {
    let (scores, outcome) = stopped(coefficients, scores);
    let private = VerdictPrivate { coefficients: coefficients.clone(), scores, seed: BlindingSeed::new([7; 32]) };
    (VerdictPublic::of(capacity, Fr::from(123u64), &private, outcome), private)
}

/// An assignment with the names of its witness variables.
pub(crate) struct Assigned {
    pub(crate) values: Vec<Fr>,
    pub(crate) names: Vec<&'static str>,
    capacity: Capacity,
}

pub(crate) const INSTANCES: usize = 5;

fn matrices(capacity: Capacity) -> &'static [Matrix<Fr>] {
    static SMALL: OnceLock<Vec<Matrix<Fr>>> = OnceLock::new();
    static LARGE: OnceLock<Vec<Matrix<Fr>>> = OnceLock::new();
    let make = || {
        let cs = ConstraintSystem::new_ref();
        cs.set_optimization_goal(OptimizationGoal::Constraints);
        VerdictCircuit::shape(capacity).synthesize(&mut Builder::new(cs.clone())).unwrap();
        cs.finalize();
        cs.to_matrices().unwrap()[R1CS_PREDICATE_LABEL].clone()
    };
    match capacity {
        Capacity::C128 => SMALL.get_or_init(make),
        Capacity::C1024 => LARGE.get_or_init(make),
    }
}

pub(crate) fn assign(capacity: Capacity, public: VerdictPublic, private: VerdictPrivate, lies: Lies) -> Assigned {
    let cs = ConstraintSystem::new_ref();
    cs.set_mode(ark_relations::gr1cs::SynthesisMode::Prove {
        construct_matrices: false,
        generate_lc_assignments: false,
    });
    let mut builder = Builder::new(cs.clone());
    builder.lies = lies;
    VerdictCircuit::new(capacity, public, private).synthesize(&mut builder).unwrap();
    let values = [cs.instance_assignment().unwrap(), cs.witness_assignment().unwrap()].concat();
    Assigned { values, names: builder.into_names(), capacity }
}

impl Assigned {
    /// The constraints that do not hold, straight from the matrices.
    pub(crate) fn broken(&self) -> Vec<usize> {
        let [a, b, c] = matrices(self.capacity) else { panic!("three matrices") };
        let of = |row: &Vec<(Fr, usize)>| -> Fr {
            row.iter().map(|(k, i)| if *k == Fr::ONE { self.values[*i] } else { *k * self.values[*i] }).sum()
        };
        (0..a.len()).filter(|&i| of(&a[i]) * of(&b[i]) != of(&c[i])).collect()
    }

    /// Sets ρ, π and v to what the private part gives: each occurs in one row `(computed − public)·1 = 0`.
    pub(crate) fn follow(&mut self) {
        let [a, _, c] = matrices(self.capacity) else { panic!("three matrices") };
        for public in 2..INSTANCES {
            let mut rows = a.iter().zip(c).filter(|(a, c)| c.is_empty() && a.iter().any(|(_, i)| *i == public));
            let (row, _) = rows.next().unwrap();
            assert!(rows.next().is_none());
            let off: Fr = row.iter().map(|(k, i)| *k * self.values[*i]).sum();
            self.values[public] += off;
        }
    }

    pub(crate) fn holds(&self) -> bool {
        self.broken().is_empty()
    }

    /// Index of the `nth` witness variable with this name.
    pub(crate) fn find(&self, name: &str, nth: usize) -> usize {
        self.names.iter().enumerate().filter(|(_, n)| **n == name).nth(nth).unwrap().0
    }

    pub(crate) fn witness(&self, index: usize) -> Fr {
        self.values[INSTANCES + index]
    }
}

/// A small deterministic generator for test data.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
}
