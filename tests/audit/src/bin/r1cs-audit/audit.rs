//! The parts of the analysis, one after the other.

use std::collections::BTreeSet;

use anyhow::{bail, ensure};
use ark_bn254::Fr;
use pot_audit::{
    coefficients::Coefficients,
    coloops::coloops,
    constraints::Liar,
    corners,
    instances::{self, Instance},
    jacobian, mutants,
    system::System,
    tail,
};
use pot_circuits::VerdictCircuit;
use pot_protocol::{rule::Capacity, score::MAX_SCORE};
use rayon::prelude::*;

use crate::{
    Arguments,
    explained::SCORE_WIRES,
    report::{self, Report},
};

/// What only a hash binds: free in the algebra, bound by its collision resistance.
const HASHED: [&str; 3] = ["policy.coefficient", "policy.tau", "rho.blinding"];

/// Assignments that are made at once, as many take much memory.
const PART: usize = 500;

/// A witness has every so many'th wire changed before any has another, so that all witnesses have their turn early.
const STRIDE: usize = 16;

/// A circuit, its honest assignments, and the report on it.
pub(crate) struct Audit<'a> {
    arguments: Arguments,
    capacity: Capacity,
    system: &'a System,
    report: Report<'a>,
    /// Wires that only a hash binds.
    given: Vec<bool>,
    /// Instances by name, and what their circuits assign.
    assigned: Vec<(String, Vec<Fr>)>,
}

impl<'a> Audit<'a> {
    pub(crate) fn new(
        arguments: Arguments,
        capacity: Capacity,
        system: &'a System,
        private: Vec<&'static str>,
    ) -> anyhow::Result<Self> {
        let mut report = Report::new(system, private);
        report.figures();
        report.unused_inputs();
        let given = report.names().iter().map(|name| HASHED.contains(name)).collect();
        let instances = instances::covering(capacity, arguments.instances, arguments.seed)?;
        let assign = |instance: Instance| honest(system, &instance).map(|values| (instance.name, values));
        let assigned = instances.into_par_iter().map(assign).collect::<Result<_, _>>()?;
        Ok(Self { arguments, capacity, system, report, given, assigned })
    }

    pub(crate) fn found_something(&self) -> bool {
        self.report.found_something()
    }

    /// Is every private wire determined?
    pub(crate) fn wires(&mut self) {
        let one = |(name, values): &'_ (String, Vec<Fr>)| {
            (name.clone(), jacobian::determined(self.system, values, &self.given))
        };
        let determined: Vec<_> = self.assigned.par_iter().map(one).collect();
        self.report.determined(&HASHED, &determined);
    }

    /// Is a changed wire or public input accepted?
    pub(crate) fn mutants(&mut self) {
        let (mut tried, mut accepted, mut negated) = (0, vec![], 0);
        for pass in 0..STRIDE {
            if tried >= self.arguments.mutants {
                break;
            }
            for (number, (_, values)) in self.assigned.iter().enumerate() {
                let seed = self.arguments.seed.wrapping_add((pass * self.assigned.len() + number) as u64) << 32;
                let chosen = |wire: usize| (wire + number + pass).is_multiple_of(STRIDE);
                let private = mutants::mutate_some(self.system, values, seed, chosen);
                for found in [private, mutants::mutate_inputs(self.system, values, seed)] {
                    tried += found.tried;
                    let is_negative = |mutant: &(usize, Fr)| *mutant == (1, -values[1]);
                    let (negatives, others) = found.accepted.into_iter().partition::<Vec<_>, _>(is_negative);
                    negated += negatives.len();
                    accepted.extend(others);
                }
            }
        }
        self.report.mutants(tried, &accepted, negated);
    }

    /// Is every changed coefficient noticed? Gives the rows that alone refuse a score after the stop.
    pub(crate) fn coefficients(&mut self) -> anyhow::Result<BTreeSet<usize>> {
        let (system, capacity, seed) = (self.system, self.capacity, self.arguments.seed);
        let mut coefficients = Coefficients::new(system);
        for (_, values) in &self.assigned {
            coefficients.observe(values);
        }
        let mut observe = |instances: &[Instance]| -> anyhow::Result<()> {
            for part in instances.chunks(PART) {
                let part: Vec<_> =
                    part.par_iter().map(|instance| honest(system, instance)).collect::<Result<_, _>>()?;
                for values in part {
                    coefficients.observe(&values);
                }
            }
            Ok(())
        };
        observe(&corners::corners(capacity, seed)?)?;
        for first in (0..self.arguments.assignments).step_by(PART) {
            let count = PART.min(self.arguments.assignments - first);
            let seed = seed.wrapping_add(1 + first as u64);
            observe(&instances::covering(capacity, 27 + count, seed)?[27..])?;
        }
        let mut scores = vec![];
        for instance in corners::every_score(capacity, seed)? {
            let values = honest(system, &instance)?;
            coefficients.observe(&values);
            scores.extend(self.scores_of(&values)?);
        }
        scores.truncate(usize::from(MAX_SCORE) + 1);
        let mut needed = BTreeSet::new();
        for part in tail::after_the_stop(capacity, seed)?.chunks(PART) {
            let part: Vec<_> = part.par_iter().map(|lie| refused(system, lie)).collect::<Result<_, _>>()?;
            for (row, values) in part {
                coefficients.observe_lie(&values, row);
                needed.insert(row);
            }
        }
        self.report.coefficients(&coefficients, capacity, &scores);
        Ok(needed)
    }

    /// Is every constraint needed, beside those that `after_the_stop` shows to be?
    pub(crate) fn constraints(&mut self, after_the_stop: BTreeSet<usize>) -> anyhow::Result<()> {
        let (system, seed, lies) = (self.system, self.arguments.seed, self.arguments.lies);
        let one = |(i, (_, values)): (usize, &(String, Vec<Fr>))| {
            coloops(system, values, &self.given, seed.wrapping_add(i as u64))
        };
        let shown: Vec<_> = self.assigned.par_iter().enumerate().map(one).collect();
        let mut needed: BTreeSet<usize> = shown.into_iter().flatten().flatten().collect();
        self.report.coloops(&needed, self.assigned.len());
        needed.extend(after_the_stop);

        let liar = Liar::new(system);
        let open = instances::open_windows(self.capacity, seed)?;
        let open: Vec<_> = open.iter().map(|instance| honest(system, instance)).collect::<Result<_, _>>()?;
        let step = (self.assigned.len() / lies.max(1)).max(1);
        let all = self.assigned.iter().step_by(step).map(|(_, values)| values).take(lies);
        for values in open.iter().take(lies).chain(all) {
            needed.extend(liar.needed(values, &needed));
            report::so_far(&needed);
        }
        self.report.constraints(&needed);
        Ok(())
    }

    /// The wires of each score: the first private ones.
    fn scores_of(&self, values: &[Fr]) -> anyhow::Result<Vec<[Fr; SCORE_WIRES]>> {
        let private = values[self.system.inputs()..].chunks_exact(SCORE_WIRES);
        let names = self.report.names()[self.system.inputs()..].chunks_exact(SCORE_WIRES);
        let one = |(wires, names): (&[Fr], &[&str])| {
            let flags = names[..7].iter().all(|name| *name == "score.flag");
            let bits = names[7..].iter().all(|name| *name == "score.bit");
            ensure!(flags && bits, "the first private wires are not those of the scores");
            Ok(<[Fr; SCORE_WIRES]>::try_from(wires)?)
        };
        private.zip(names).take(self.capacity.scores()).map(one).collect()
    }
}

/// The assignment of an instance, which has to satisfy the system.
fn honest(system: &System, instance: &Instance) -> anyhow::Result<Vec<Fr>> {
    let values = System::assign(instance.circuit())?;
    ensure!(system.broken(&values).is_empty(), "{}: an honest assignment is refused", instance.name);
    Ok(values)
}

/// The one row that refuses a liar who states what suits him, and his assignment.
fn refused(system: &System, lie: &VerdictCircuit) -> anyhow::Result<(usize, Vec<Fr>)> {
    let mut values = System::assign(lie.clone())?;
    system.restate(&mut values);
    match system.broken(&values)[..] {
        [row] => Ok((row, values)),
        [] => bail!("a score after the stop is accepted"),
        ref rows => bail!("a score after the stop is refused by {} rows", rows.len()),
    }
}
