//! Whether the private wires are determined: exactly where one follows from those before it, else to first order, by the
//! rank of the Jacobian over the field.
//!
//! A row with one wire that is not solved yet is an equation of degree one or two in it: finitely many values. A bit whose
//! gate is 0 is such a wire, `bit·(0 − bit) = 0`, and the Jacobian does not see it, as the root is double; those are
//! counted. For what is left: at a solution z the differential of row i is (B·z)·A + (A·z)·B − C. If its columns of the
//! wires that are left are linearly independent, none of them can move while the public inputs stay: the witness is
//! isolated. A wire that only a hash binds is not determined in this sense (a hash has fewer outputs than inputs); such
//! wires are `given`, by name, and what binds them is that nobody finds a collision.

use std::collections::{BTreeMap, BTreeSet};

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};

use crate::system::System;

/// What is determined at a witness.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Determined {
    /// The private wires that are not, those that were given left out.
    pub loose: Vec<usize>,
    /// The wires that are a double root of the row that determines them.
    pub double_roots: Vec<usize>,
}

/// Which private wires are determined at `values`, which satisfy the system, if the `given` ones are known.
pub fn determined(system: &System, values: &[Fr], given: &[bool]) -> Determined {
    let mut solved: Vec<bool> = (0..system.wires()).map(|wire| wire < system.inputs() || given[wire]).collect();
    let double_roots = solve(system, values, &mut solved).into_iter().map(|(wire, _)| wire).collect();
    let rows = differential(system, values, |wire| !solved[wire]);
    peel(&rows, &mut solved);
    eliminate(&rows, &mut solved);
    Determined { loose: (0..system.wires()).filter(|&wire| !solved[wire]).collect(), double_roots }
}

/// Solves the wires that are the only one left in a row, as long as there are any, and gives those with a double root, with
/// this row.
pub(crate) fn solve(system: &System, values: &[Fr], solved: &mut [bool]) -> Vec<(usize, usize)> {
    let sums = system.sums(values);
    let wires =
        |row: usize| -> BTreeSet<usize> { system.rows()[row].iter().flatten().map(|(wire, _)| *wire).collect() };
    let mut left: Vec<BTreeSet<usize>> =
        (0..system.rows().len()).map(|row| wires(row).into_iter().filter(|wire| !solved[*wire]).collect()).collect();
    let mut ready: Vec<usize> = (0..left.len()).filter(|&row| left[row].len() == 1).collect();
    let mut double_roots = vec![];
    while let Some(row) = ready.pop() {
        let Some(&wire) = left[row].first() else { continue };
        let mut coefficients = [Fr::ZERO; 3];
        for occurrence in system.column(wire).iter().filter(|occurrence| occurrence.row == row) {
            coefficients[occurrence.side] += occurrence.coefficient;
        }
        let ([a, b, c], [at_a, at_b, _]) = (coefficients, sums[row]);
        // The row is ab·x² + slope·x, where x is how far the wire is from its value.
        let slope = a * at_b + b * at_a - c;
        if a * b == Fr::ZERO && slope == Fr::ZERO {
            continue;
        }
        if slope == Fr::ZERO {
            double_roots.push((wire, row));
        }
        solved[wire] = true;
        for occurrence in system.column(wire) {
            if left[occurrence.row].remove(&wire) && left[occurrence.row].len() == 1 {
                ready.push(occurrence.row);
            }
        }
    }
    double_roots
}

/// The rows of the Jacobian, in the columns of the free wires.
pub(crate) fn differential(system: &System, values: &[Fr], free: impl Fn(usize) -> bool) -> Vec<BTreeMap<usize, Fr>> {
    let sums = system.sums(values);
    let one = |(sides, [a, b, _]): (&crate::system::Row, &[Fr; 3])| {
        let mut row = BTreeMap::new();
        for (terms, factor) in sides.iter().zip([*b, *a, -Fr::ONE]) {
            for (wire, coefficient) in terms.iter().filter(|(wire, _)| free(*wire)) {
                *row.entry(*wire).or_insert(Fr::ZERO) += *coefficient * factor;
            }
        }
        row.retain(|_, coefficient| *coefficient != Fr::ZERO);
        row
    };
    system.rows().iter().zip(&sums).map(one).collect()
}

/// Solves wires that stand alone in a row, as long as there are any, and gives each with its row: the triangular part of the
/// matrix.
pub(crate) fn peel(rows: &[BTreeMap<usize, Fr>], solved: &mut [bool]) -> Vec<(usize, usize)> {
    let mut order = vec![];
    let mut rows_of: Vec<Vec<usize>> = vec![vec![]; solved.len()];
    let mut left: Vec<usize> = rows.iter().map(BTreeMap::len).collect();
    for (index, row) in rows.iter().enumerate() {
        for &wire in row.keys() {
            rows_of[wire].push(index);
        }
    }
    let mut ready: Vec<usize> = (0..rows.len()).filter(|&row| left[row] == 1).collect();
    while let Some(row) = ready.pop() {
        let Some(&wire) = rows[row].keys().find(|wire| !solved[**wire]) else { continue };
        solved[wire] = true;
        order.push((wire, row));
        for &other in &rows_of[wire] {
            left[other] -= 1;
            if left[other] == 1 {
                ready.push(other);
            }
        }
    }
    order
}

/// Gaussian elimination of what is left, short rows first.
fn eliminate(rows: &[BTreeMap<usize, Fr>], solved: &mut [bool]) {
    let unsolved = |row: &BTreeMap<usize, Fr>| -> BTreeMap<usize, Fr> {
        row.iter().filter(|(wire, _)| !solved[**wire]).map(|(wire, k)| (*wire, *k)).collect()
    };
    let mut rest: Vec<_> = rows.iter().map(unsolved).filter(|row| !row.is_empty()).collect();
    rest.sort_by_key(BTreeMap::len);
    // Each pivot's row without the pivot, whose coefficient is one.
    let mut pivots: BTreeMap<usize, BTreeMap<usize, Fr>> = BTreeMap::new();
    for mut row in rest {
        let mut next = row.first_key_value().map(|(wire, _)| *wire);
        while let Some(wire) = next {
            if let Some(of) = pivots.get(&wire) {
                let factor = row.remove(&wire).unwrap_or(Fr::ZERO);
                for (other, coefficient) in of {
                    *row.entry(*other).or_insert(Fr::ZERO) -= factor * coefficient;
                }
                row.retain(|_, coefficient| *coefficient != Fr::ZERO);
            }
            next = row.range(wire + 1..).next().map(|(wire, _)| *wire);
        }
        if let Some((wire, coefficient)) = row.pop_first() {
            let inverse = coefficient.inverse().unwrap_or(Fr::ZERO);
            for k in row.values_mut() {
                *k *= inverse;
            }
            pivots.insert(wire, row);
            solved[wire] = true;
        }
    }
}
