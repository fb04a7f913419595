//! What was found, by the names of wires.

use std::collections::{BTreeMap, BTreeSet};

use ark_bn254::Fr;
use pot_audit::{
    coefficients::{Coefficients, Entry},
    jacobian::Determined,
    system::System,
};
use pot_protocol::rule::Capacity;
use rayon::prelude::*;

use crate::explained::{Reasons, SCORE_WIRES};

/// The report, printed as it is made.
pub(crate) struct Report<'a> {
    system: &'a System,
    /// Of every wire.
    names: Vec<&'static str>,
    found: bool,
}

impl<'a> Report<'a> {
    pub(crate) fn new(system: &'a System, private: Vec<&'static str>) -> Self {
        let public = ["one", "digest", "score root", "policy", "verdict"];
        Self { system, names: public.into_iter().take(system.inputs()).chain(private).collect(), found: false }
    }

    pub(crate) fn names(&self) -> &[&'static str] {
        &self.names
    }

    pub(crate) fn found_something(&self) -> bool {
        self.found
    }

    pub(crate) fn figures(&self) {
        let entries: usize = self.system.rows().iter().flatten().map(Vec::len).sum();
        println!(
            "{} constraints, {} public inputs, {} private wires, {entries} coefficients",
            self.system.rows().len(),
            self.system.inputs() - 1,
            self.system.wires() - self.system.inputs()
        );
    }

    pub(crate) fn unused_inputs(&mut self) {
        let unused: Vec<_> = self.system.unused_inputs().into_iter().map(|wire| self.names[wire]).collect();
        self.found |= !unused.is_empty();
        println!("unused public inputs: {}", if unused.is_empty() { "none".to_owned() } else { unused.join(", ") });
    }

    pub(crate) fn determined(&mut self, hashed: &[&str], all: &[(String, Determined)]) {
        let loose: Vec<_> = all.iter().filter(|(_, determined)| !determined.loose.is_empty()).collect();
        self.found |= !loose.is_empty();
        println!("determined: every private wire at {} of {} witnesses", all.len() - loose.len(), all.len());
        for name in hashed {
            let wires = self.names.iter().filter(|n| *n == name).count();
            println!("  left out: {wires} of {name}, which only a hash binds");
        }
        let doubles = self.counted(all.iter().flat_map(|(_, determined)| determined.double_roots.iter().copied()));
        println!("  by a double root, where the Jacobian's rank falls: {doubles:?} over all witnesses");
        for (instance, Determined { loose, .. }) in loose.into_iter().take(10) {
            println!("  {instance}: {} not determined: {:?}", loose.len(), self.counted(loose.iter().copied()));
        }
    }

    /// `negated` mutants were −d for d: no clause says anything about d but that it occurs, in d·d = q.
    pub(crate) fn mutants(&mut self, tried: u64, accepted: &[(usize, Fr)], negated: usize) {
        self.found |= !accepted.is_empty();
        println!("mutants of private wires and public inputs: {tried} tried, {} accepted", accepted.len());
        println!(
            "  and {negated} that are −d for the digest d, which has the same square: the relation holds for every d"
        );
        for (wire, value) in accepted.iter().take(10) {
            println!("  {} (wire {wire}) = {value}", self.names[*wire]);
        }
    }

    pub(crate) fn coefficients(
        &mut self,
        coefficients: &Coefficients<'_>,
        capacity: Capacity,
        scores: &[[Fr; SCORE_WIRES]],
    ) {
        let (survivors, scalings, all) = (coefficients.survivors(), coefficients.scalings(), coefficients.count());
        let noticed = all - survivors.len() - scalings.len();
        println!(
            "changed coefficients: {noticed} of {all} noticed by an honest assignment ({} in 10,000), {} scale a factor of a \
             product that has to be 0 and change nothing, {} survive",
            10_000 * noticed / all,
            scalings.len(),
            survivors.len()
        );
        let reasons = Reasons::new((self.system, &self.names), capacity, scores, coefficients);
        let mut kinds: BTreeMap<_, BTreeMap<(char, &str, String), usize>> = BTreeMap::new();
        for survivor in survivors {
            let Entry { row, side, wire } = survivor;
            let kind = (['A', 'B', 'C'][side], self.names[wire], self.row(row));
            *kinds.entry(reasons.of(survivor)).or_default().entry(kind).or_default() += 1;
        }
        // A reason says that no honest assignment can notice: those that one noticed must have none.
        let noticed = coefficients.noticed().into_par_iter().filter(|noticed| reasons.of(*noticed).is_some()).count();
        println!("  reasons that hold of {noticed} coefficients which an honest assignment noticed");
        self.found |= noticed > 0;
        for (why, kinds) in kinds {
            println!("  {}: {}", kinds.values().sum::<usize>(), why.unwrap_or("NOT EXPLAINED"));
            for ((side, wire, row), count) in kinds {
                println!("    {count} of {wire} in {side} of {row}");
            }
            self.found |= why.is_none();
        }
    }

    pub(crate) fn coloops(&self, needed: &BTreeSet<usize>, witnesses: usize) {
        let all = self.system.rows().len();
        println!(
            "dropped constraints: without {} of {all} a wire comes loose at some of {witnesses} witnesses",
            needed.len()
        );
    }

    pub(crate) fn constraints(&mut self, needed: &BTreeSet<usize>) {
        let all = self.system.rows().len();
        let others = (0..all).filter(|row| !needed.contains(row));
        self.found |= needed.len() < all;
        println!("dropped constraints: {} of {all} alone refuse some lie", needed.len());
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        for row in others {
            *kinds.entry(self.row(row)).or_default() += 1;
        }
        for (row, count) in kinds {
            println!("  {count} others: {row}");
        }
    }

    /// A constraint in words: the names of the wires in each part.
    fn row(&self, row: usize) -> String {
        let part = |terms: &Vec<(usize, Fr)>| {
            let names: BTreeSet<_> = terms.iter().map(|(wire, _)| self.names[*wire]).collect();
            if names.is_empty() { "0".to_owned() } else { names.into_iter().collect::<Vec<_>>().join(" + ") }
        };
        let [a, b, c] = &self.system.rows()[row];
        format!("({})·({}) = {}", part(a), part(b), part(c))
    }

    fn counted(&self, wires: impl Iterator<Item = usize>) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        wires.for_each(|wire| *counts.entry(self.names[wire]).or_default() += 1);
        counts
    }
}

/// Said while the liar is at work.
pub(crate) fn so_far(needed: &BTreeSet<usize>) {
    println!("  {} constraints needed so far", needed.len());
}
