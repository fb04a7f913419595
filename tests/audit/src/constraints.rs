//! Every constraint, dropped: is there an assignment that it alone refuses?
//!
//! A liar gives one private wire another value, or two of a row such that the row does not notice, computes what follows,
//! writes sums in bits anew, and states the public inputs that follow. Or he states another public input, and nothing else. Where exactly one row
//! refuses that, the system without this row would have accepted a lie: so the row is needed, and a test that makes the lie
//! notices that it is gone.

use std::collections::{BTreeMap, BTreeSet};

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, BigInteger, Field, PrimeField};
use rayon::prelude::*;

use crate::system::{Row, System};

/// How far apart in a sum two wires are that a liar changes at once: neighbouring bits of a number, mostly.
const NEAR: usize = 3;

/// A system with what each wire is computed from.
#[derive(Debug)]
pub struct Liar<'a> {
    system: &'a System,
    /// The row whose C is just this wire, where A and B are of earlier wires.
    defined_by: Vec<Option<usize>>,
    /// The wire that a row defines.
    defines: Vec<Option<usize>>,
    /// See [`System::stated`].
    stated: Vec<(usize, usize)>,
    /// Of a row `lowest·(lowest − 1) = 0` that holds a sum against bits, these bits, from the second on.
    bits: Vec<Vec<usize>>,
    /// The last wire of each row; of one that states a public input, a wire after all others.
    last: Vec<usize>,
}

impl<'a> Liar<'a> {
    /// Finds out how wires follow from one another.
    pub fn new(system: &'a System) -> Self {
        let mut defined_by = vec![None; system.wires()];
        let mut defines = vec![None; system.rows().len()];
        for (index, [a, b, c]) in system.rows().iter().enumerate() {
            let [(wire, _)] = c[..] else { continue };
            let later = a.iter().chain(b).any(|(other, _)| *other >= wire);
            if wire >= system.inputs() && !later && defined_by[wire].is_none() {
                (defined_by[wire], defines[index]) = (Some(index), Some(wire));
            }
        }
        let stated = system.stated();
        let last_of = |row: &Row| row.iter().flatten().map(|(wire, _)| *wire).max().unwrap_or(0);
        let mut last: Vec<usize> = system.rows().iter().map(last_of).collect();
        for (_, row) in &stated {
            last[*row] = system.wires();
        }
        let bits = bits_of(system);
        Self { system, defined_by, defines, stated, bits, last }
    }

    /// The row that alone refuses an assignment where some wires have other values and everything that follows follows, if
    /// it is one of those that are `open`.
    fn alone(
        &self,
        (values, sums): (&[Fr], &[[Fr; 3]]),
        told: &[(usize, Fr)],
        open: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let mut lie = Lie::new(self, values, sums);
        let mut follows = BTreeSet::new();
        for &(wire, value) in told {
            follows.extend(lie.set(wire, value));
        }
        while let Some(next) = follows.pop_first() {
            // What is behind is final: most lies end here, long before a hash was computed for them.
            let again = lie.settle(next, told);
            if !again.is_empty() {
                follows.extend(again);
                follows.insert(next);
                continue;
            }
            if lie.refused.len() > 1 || !lie.refused.iter().all(|row| open(*row)) {
                return None;
            }
            if told.iter().any(|(wire, _)| *wire == next) {
                continue;
            }
            let row = self.defined_by[next].unwrap_or_default();
            let [a, b, _] = lie.sums_of(row);
            let scale = self.system.rows()[row][2][0].1.inverse().unwrap_or(Fr::ZERO);
            follows.extend(lie.set(next, a * b * scale));
        }
        for &(input, row) in &self.stated {
            let [off, ..] = lie.sums_of(row);
            let coefficient = self.system.rows()[row][0].iter().find(|(w, _)| *w == input).map_or(Fr::ONE, |(_, k)| *k);
            let scale = coefficient.inverse().unwrap_or(Fr::ZERO);
            lie.set(input, lie.value(input) - off * scale);
        }
        lie.settle(usize::MAX, told);
        <[usize; 1]>::try_from(lie.refused_by()).ok().map(|[row]| row).filter(|row| open(*row))
    }

    /// The rows that are the only ones to refuse some lie about a satisfying assignment, beside those `known` to be.
    pub fn needed(&self, values: &[Fr], known: &BTreeSet<usize>) -> BTreeSet<usize> {
        let sums = self.system.sums(values);
        let at = (values, &sums[..]);
        let of_wire = |wire: usize| {
            let mut open: BTreeSet<usize> = self.system.column(wire).iter().map(|o| o.row).collect();
            open.retain(|row| !known.contains(row));
            let mut found = BTreeSet::new();
            for value in self.lies(values, &sums, wire) {
                if open.is_empty() {
                    break;
                }
                if let Some(row) = self.alone(at, &[(wire, value)], |row| open.contains(&row)) {
                    open.remove(&row);
                    found.insert(row);
                }
            }
            found
        };
        let mut found: BTreeSet<usize> =
            (self.system.inputs()..self.system.wires()).into_par_iter().flat_map_iter(of_wire).collect();
        for input in 1..self.system.inputs() {
            let mut lie = Lie::new(self, values, &sums);
            lie.set(input, values[input] + Fr::ONE);
            lie.settle(usize::MAX, &[]);
            found.extend(<[usize; 1]>::try_from(lie.refused_by()).into_iter().flatten());
        }
        // Of a row that defines a wire, a lie about this wire alone says it.
        let open = |row: &usize| self.system.rows()[*row][2].is_empty() && !known.contains(row) && !found.contains(row);
        let of_row = |row: usize| {
            let shows = |pair: &[(usize, Fr); 2]| self.alone(at, pair, |other| other == row).is_some();
            self.pairs(values, &sums, row).iter().any(shows).then_some(row)
        };
        let of_pairs: Vec<usize> =
            (0..self.system.rows().len()).into_par_iter().filter(open).filter_map(of_row).collect();
        found.extend(of_pairs);
        found
    }

    /// The private wires of a row.
    fn private_in(&self, row: usize) -> BTreeSet<usize> {
        let wires = self.system.rows()[row].iter().flatten().map(|(wire, _)| *wire);
        wires.filter(|wire| *wire >= self.system.inputs()).collect()
    }

    /// Lies about two wires: one of the row's wires, and another wire of another of its rows, which keeps its sum.
    fn pairs(&self, values: &[Fr], sums: &[[Fr; 3]], row: usize) -> Vec<[(usize, Fr); 2]> {
        let mut pairs = vec![];
        for wire in self.private_in(row) {
            for occurrence in self.system.column(wire).iter().filter(|o| o.row != row && o.side < 2) {
                let terms = &self.system.rows()[occurrence.row][occurrence.side];
                let at = terms.iter().position(|(other, _)| *other == wire).unwrap_or(0);
                let near = &terms[at.saturating_sub(NEAR)..terms.len().min(at + NEAR + 1)];
                for &(other, coefficient) in near.iter().filter(|(o, _)| *o != wire && *o >= self.system.inputs()) {
                    for value in self.system.other_solutions(sums, other, values[other]) {
                        let change = (value - values[other]) * coefficient;
                        let inverse = occurrence.coefficient.inverse().unwrap_or(Fr::ZERO);
                        pairs.push([(wire, values[wire] - change * inverse), (other, value)]);
                    }
                }
            }
        }
        pairs
    }

    /// Values to lie with about a wire: small ones, and the other solution of each row that it is in.
    fn lies(&self, values: &[Fr], sums: &[[Fr; 3]], wire: usize) -> Vec<Fr> {
        let old = values[wire];
        let mut lies = vec![old + Fr::ONE, Fr::ONE - old, Fr::ZERO, Fr::ONE, Fr::from(2u64)];
        lies.extend(self.system.other_solutions(sums, wire, old));
        let mut seen = BTreeSet::from([old]);
        lies.retain(|value| seen.insert(*value));
        lies
    }
}

/// For each row of the form L·(L − 1) = 0 or L·(1 − L) = 0 the wires that stand in L with −2, −4, −8 and so on and are bits themselves.
fn bits_of(system: &System) -> Vec<Vec<usize>> {
    let is_bit = |[a, b, c]: &Row| match (&a[..], c.is_empty()) {
        ([(wire, _)], true) if b.iter().all(|(other, _)| *other == 0 || other == wire) => Some(*wire),
        _ => None,
    };
    let bits: BTreeSet<usize> = system.rows().iter().filter_map(is_bit).collect();
    let of = |[a, b, c]: &Row| {
        let parts = |terms: &[(usize, Fr)]| terms.iter().filter(|(wire, _)| *wire != 0).copied().collect::<Vec<_>>();
        let turned: Vec<_> = parts(b).into_iter().map(|(wire, k)| (wire, -k)).collect();
        if !c.is_empty() || a.len() < 3 || (parts(a) != parts(b) && parts(a) != turned) {
            return vec![];
        }
        let wire_with =
            |weight: Fr| a.iter().find(|(wire, k)| *k == -weight && bits.contains(wire)).map(|(wire, _)| *wire);
        std::iter::successors(Some(Fr::from(2u64)), |weight| Some(weight.double())).map_while(wire_with).collect()
    };
    system.rows().iter().map(of).collect()
}

/// One lie: what it changes.
struct Lie<'a> {
    liar: &'a Liar<'a>,
    values: &'a [Fr],
    sums: &'a [[Fr; 3]],
    changed: BTreeMap<usize, Fr>,
    rows: BTreeMap<usize, [Fr; 3]>,
    /// Rows that may not hold any more, each behind its last wire.
    waiting: BTreeSet<(usize, usize)>,
    /// Rows that do not hold, whatever follows.
    refused: Vec<usize>,
}

impl<'a> Lie<'a> {
    fn new(liar: &'a Liar<'a>, values: &'a [Fr], sums: &'a [[Fr; 3]]) -> Self {
        let (changed, rows, waiting) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        Self { liar, values, sums, changed, rows, waiting, refused: vec![] }
    }

    fn value(&self, wire: usize) -> Fr {
        self.changed.get(&wire).copied().unwrap_or(self.values[wire])
    }

    fn sums_of(&self, row: usize) -> [Fr; 3] {
        self.rows.get(&row).copied().unwrap_or(self.sums[row])
    }

    /// Looks at the rows whose last wire comes before `next`: they are final, unless they write a sum in bits, which the liar
    /// does anew. Gives the wires that follow from such bits.
    fn settle(&mut self, next: usize, told: &[(usize, Fr)]) -> BTreeSet<usize> {
        while let Some(&(last, row)) = self.waiting.first().filter(|(last, _)| *last < next) {
            self.waiting.remove(&(last, row));
            let [a, b, c] = self.sums_of(row);
            if a * b != c {
                let again = self.in_bits(row, told);
                if !again.is_empty() {
                    return again;
                }
                self.refused.push(row);
            }
        }
        BTreeSet::new()
    }

    /// The rows that were refused and are still.
    fn refused_by(self) -> Vec<usize> {
        let broken = |row: &usize| {
            let [a, b, c] = self.sums_of(*row);
            a * b != c
        };
        self.refused.iter().copied().filter(broken).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Writes the sum of a row anew in the bits that it is held against, if it is such a row and the bits suffice.
    fn in_bits(&mut self, row: usize, told: &[(usize, Fr)]) -> BTreeSet<usize> {
        let bits = &self.liar.bits[row];
        if bits.is_empty() || told.iter().any(|(wire, _)| bits.contains(wire)) {
            return BTreeSet::new();
        }
        let [lowest, ..] = self.sums_of(row);
        let weight = |k: usize| Fr::from(2u64).pow([k as u64 + 1]);
        let sum = lowest + bits.iter().enumerate().map(|(k, wire)| self.value(*wire) * weight(k)).sum::<Fr>();
        let sum = sum.into_bigint();
        if sum.num_bits() as usize > bits.len() + 1 {
            return BTreeSet::new();
        }
        let values: Vec<_> = bits.iter().enumerate().map(|(k, wire)| (*wire, Fr::from(sum.get_bit(k + 1)))).collect();
        values.into_iter().flat_map(|(wire, bit)| self.set(wire, bit)).collect()
    }

    /// Sets a wire, and gives the wires that are computed from it.
    fn set(&mut self, wire: usize, value: Fr) -> BTreeSet<usize> {
        let change = value - self.value(wire);
        let mut follows = BTreeSet::new();
        if change == Fr::ZERO {
            return follows;
        }
        self.changed.insert(wire, value);
        for occurrence in self.liar.system.column(wire) {
            let sums = self.rows.entry(occurrence.row).or_insert(self.sums[occurrence.row]);
            sums[occurrence.side] += occurrence.coefficient * change;
            self.waiting.insert((self.liar.last[occurrence.row], occurrence.row));
            follows.extend(self.liar.defines[occurrence.row].filter(|defined| *defined > wire));
        }
        follows
    }
}
