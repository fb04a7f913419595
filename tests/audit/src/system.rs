//! A rank-1 constraint system as three sparse matrices, read by rows and by columns.

use anyhow::{Context, ensure};
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use ark_relations::gr1cs::{ConstraintSynthesizer, ConstraintSystem, SynthesisMode};
use pot_setup::formats::r1cs::R1cs;
use rayon::prelude::*;

/// Σ coefficient·wire, as wire and coefficient.
pub type Combination = Vec<(usize, Fr)>;

/// A constraint A·B = C.
pub type Row = [Combination; 3];

/// Where a wire occurs: the row, 0 to 2 for A, B or C, and its coefficient there.
#[derive(Clone, Copy, Debug)]
pub struct Occurrence {
    /// The row.
    pub row: usize,
    /// 0 for A, 1 for B, 2 for C.
    pub side: usize,
    /// Not zero.
    pub coefficient: Fr,
}

/// The matrices. Wire 0 is the constant one, then come the public inputs, then the private wires.
#[derive(Clone, Debug)]
pub struct System {
    inputs: usize,
    rows: Vec<Row>,
    columns: Vec<Vec<Occurrence>>,
}

impl System {
    /// A system of `wires` wires, the first `inputs` of them the constant and the public inputs.
    ///
    /// # Errors
    /// When a row names a wire that is not there or has a zero coefficient.
    pub fn new(inputs: usize, wires: usize, rows: Vec<Row>) -> anyhow::Result<Self> {
        let mut columns = vec![vec![]; wires];
        for (row, sides) in rows.iter().enumerate() {
            for (side, terms) in sides.iter().enumerate() {
                for &(wire, coefficient) in terms {
                    ensure!(coefficient != Fr::from(0u64), "row {row} has a zero coefficient");
                    let column: &mut Vec<Occurrence> = columns.get_mut(wire).context("a row names no wire")?;
                    column.push(Occurrence { row, side, coefficient });
                }
            }
        }
        Ok(Self { inputs, rows, columns })
    }

    /// The matrices of a circuit, as they are exported.
    ///
    /// # Errors
    /// When the circuit cannot be synthesized.
    pub fn of(circuit: impl ConstraintSynthesizer<Fr>) -> anyhow::Result<Self> {
        let mut bytes = vec![];
        R1cs::of(circuit)?.write_to(&mut bytes)?;
        Self::read("the circuit", &bytes)
    }

    /// The matrices in an r1cs file, called `name` in errors.
    ///
    /// # Errors
    /// When it is none over BN254's scalar field, or has a zero coefficient.
    pub fn read(name: &str, bytes: &[u8]) -> anyhow::Result<Self> {
        let r1cs = R1cs::parse(name, bytes)?;
        let (inputs, wires) = (usize::try_from(r1cs.public())? + 1, usize::try_from(r1cs.wires)?);
        let turned = |row: Vec<(Fr, usize)>| row.into_iter().map(|(k, wire)| (wire, k)).collect::<Combination>();
        let [a, b, c] = r1cs.matrices;
        let rows = a.into_iter().zip(b).zip(c).map(|((a, b), c)| [a, b, c].map(turned)).collect();
        Self::new(inputs, wires, rows)
    }

    /// What a circuit assigns to the wires.
    ///
    /// # Errors
    /// When the circuit cannot be synthesized.
    pub fn assign(circuit: impl ConstraintSynthesizer<Fr>) -> anyhow::Result<Vec<Fr>> {
        let cs = ConstraintSystem::new_ref();
        cs.set_mode(SynthesisMode::Prove { construct_matrices: false, generate_lc_assignments: false });
        circuit.generate_constraints(cs.clone())?;
        Ok([cs.instance_assignment()?, cs.witness_assignment()?].concat())
    }

    /// The number of wires, the constant and the inputs among them.
    pub fn wires(&self) -> usize {
        self.columns.len()
    }

    /// The constant and the public inputs come before this wire.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// The constraints.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Where a wire occurs, ascending by row.
    pub fn column(&self, wire: usize) -> &[Occurrence] {
        &self.columns[wire]
    }

    /// The values of A, B and C in each row.
    pub fn sums(&self, values: &[Fr]) -> Vec<[Fr; 3]> {
        self.rows.par_iter().map(|row| [0, 1, 2].map(|side| sum(&row[side], values))).collect()
    }

    /// The rows that do not hold.
    pub fn broken(&self, values: &[Fr]) -> Vec<usize> {
        let sums = self.sums(values);
        (0..sums.len()).filter(|&row| sums[row][0] * sums[row][1] != sums[row][2]).collect()
    }

    /// The other values of a wire with which one of its rows holds, where all rows hold and `sums` are theirs.
    pub fn other_solutions(&self, sums: &[[Fr; 3]], wire: usize, value: Fr) -> Vec<Fr> {
        let of_row = |occurrences: &[Occurrence]| {
            let mut coefficients = [Fr::ZERO; 3];
            for occurrence in occurrences {
                coefficients[occurrence.side] += occurrence.coefficient;
            }
            let ([a, b, c], [at_a, at_b, _]) = (coefficients, sums[occurrences[0].row]);
            // With x added to the wire the row is ab·x² + slope·x = 0.
            let slope = a * at_b + b * at_a - c;
            (a * b).inverse().map(|inverse| value - slope * inverse)
        };
        self.columns[wire].chunk_by(|a, b| a.row == b.row).filter_map(of_row).collect()
    }

    /// Public inputs that stand in one row, `(computed − input)·1 = 0`, and this row.
    pub fn stated(&self) -> Vec<(usize, usize)> {
        let linear = |[a, b, c]: &Row, input: usize| {
            c.is_empty() && matches!(b[..], [(0, k)] if k == Fr::ONE) && a.iter().any(|(wire, _)| *wire == input)
        };
        let of = |input: usize| match self.columns[input][..] {
            [Occurrence { row, side: 0, .. }] if linear(&self.rows[row], input) => Some((input, row)),
            _ => None,
        };
        (1..self.inputs).filter_map(of).collect()
    }

    /// Gives the [stated](Self::stated) public inputs the values that the private wires lead to.
    pub fn restate(&self, values: &mut [Fr]) {
        for (input, row) in self.stated() {
            let terms = &self.rows[row][0];
            let coefficient = terms.iter().find(|(wire, _)| *wire == input).map_or(Fr::ONE, |(_, k)| *k);
            let off = sum(terms, values);
            values[input] -= off * coefficient.inverse().unwrap_or(Fr::ONE);
        }
    }

    /// The public inputs that no constraint depends on: a proof would hold for any value of them.
    pub fn unused_inputs(&self) -> Vec<usize> {
        (1..self.inputs).filter(|&wire| self.columns[wire].is_empty()).collect()
    }
}

/// The value of a combination.
pub fn sum(terms: &[(usize, Fr)], values: &[Fr]) -> Fr {
    terms.iter().map(|(wire, k)| if *k == Fr::ONE { values[*wire] } else { *k * values[*wire] }).sum()
}
