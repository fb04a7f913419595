//! The `.r1cs` file, version 1: the constraints of a circuit, A·w ∘ B·w = C·w. Sections:
//!
//! ```text
//! 1: 32, u32 | r 32 | wires u32 | public outputs u32 | public inputs u32 | private inputs u32 | labels u64 | constraints u32
//! 2: for each constraint A, B, C, each: number of terms u32, then wire u32 | coefficient 32, plain
//! 3: the label of each wire, u64
//! 4, 5: custom gates, which only PLONK has
//! ```
//!
//! Wires stand in the order constant 1, public outputs, public inputs, private. Source: iden3's description of the format.

use std::io::Write;

use ark_bn254::Fr;
use ark_ff::{Field, PrimeField};
use ark_relations::gr1cs::{
    ConstraintSynthesizer, ConstraintSystem, Matrix, OptimizationGoal, R1CS_PREDICATE_LABEL, SynthesisError,
    SynthesisMode,
};
use rayon::prelude::*;

use super::{
    container::{Container, ContainerWriter, take},
    points::read_limbs,
};
use crate::SetupError;

const MAGIC: [u8; 4] = *b"r1cs";
const VERSION: u32 = 1;
/// Bytes of a term.
const TERM: usize = 4 + 32;
/// Least bytes of a constraint: three numbers of terms.
const LEAST: usize = 3 * 4;

/// The constraints of a circuit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct R1cs {
    /// Number of wires, the constant 1 among them.
    pub wires: u32,
    /// Public outputs: the wires after the constant.
    pub outputs: u32,
    /// Public inputs: the wires after those.
    pub public_inputs: u32,
    /// Private inputs, among the wires after those. Nothing depends on it.
    pub private_inputs: u32,
    /// Number of labels that the compiler gave out. Nothing depends on it.
    pub labels: u64,
    /// A, B and C, of as many rows each; a row holds coefficients and wires, no wire twice.
    pub matrices: [Matrix<Fr>; 3],
    /// Each wire's label. Nothing depends on it.
    pub wire_labels: Vec<u64>,
}

/// Why a witness does not satisfy the constraints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsatisfied {
    /// It is one of another circuit.
    #[error("the witness has {found} values, the circuit {wires} wires")]
    Length {
        /// Its length.
        found: usize,
        /// What belongs there.
        wires: u32,
    },
    /// Its first value is the constant.
    #[error("the witness does not begin with 1")]
    Constant,
    /// A constraint does not hold: the first of those.
    #[error("the witness does not satisfy constraint {0}")]
    Constraint(usize),
}

impl R1cs {
    /// The constraints of a circuit as arkworks lays it out for a Groth16 key. Its public inputs become circom's public
    /// *inputs* (no circuit has computed them), and every other wire a private one, so that wires, key and witness are in
    /// one order.
    ///
    /// # Errors
    /// [`SetupError::Synthesis`] when the circuit cannot be laid out or has 2^32 wires or more.
    pub fn of<C: ConstraintSynthesizer<Fr>>(circuit: C) -> Result<Self, SetupError> {
        let cs = ConstraintSystem::new_ref();
        // As the generator of keys does it.
        cs.set_optimization_goal(OptimizationGoal::Constraints);
        cs.set_mode(SynthesisMode::Setup);
        circuit.generate_constraints(cs.clone())?;
        cs.finalize();
        let matrices = cs.to_matrices()?.remove(R1CS_PREDICATE_LABEL).ok_or(SynthesisError::PredicateNotFound)?;
        let matrices = <[Matrix<Fr>; 3]>::try_from(matrices).map_err(|_| SynthesisError::PredicateNotFound)?;
        let number = |n: usize| u32::try_from(n).map_err(|_| SynthesisError::PolynomialDegreeTooLarge);
        let public = number(cs.num_instance_variables())?.saturating_sub(1);
        let wires = number(cs.num_instance_variables() + cs.num_witness_variables())?;
        Ok(Self {
            wires,
            outputs: 0,
            public_inputs: public,
            private_inputs: wires.saturating_sub(public + 1),
            labels: u64::from(wires),
            matrices,
            wire_labels: (0..u64::from(wires)).collect(),
        })
    }

    /// Number of public signals, the constant not counted.
    pub fn public(&self) -> u32 {
        self.outputs + self.public_inputs
    }

    /// Number of constraints.
    pub fn constraints(&self) -> usize {
        self.matrices[0].len()
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`SetupError::Format`] when the file is no r1cs over BN254's scalar field, uses custom gates, or a number in it is
    /// out of range.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self, SetupError> {
        let container = Container::parse(name, bytes, MAGIC, VERSION)?;
        if container.ids().any(|id| !(1..=5).contains(&id)) {
            return Err(container.bad("it has sections that no r1cs has"));
        }
        if [4, 5].iter().filter_map(|&id| container.optional(id)).any(|section| section.iter().any(|&b| b != 0)) {
            return Err(container.bad("it uses custom gates, which Groth16 does not have"));
        }
        let mut head = container.section(1)?;
        let cut = || container.bad("section 1 ends early");
        let width = u32::from_le_bytes(take(&mut head).ok_or_else(cut)?);
        if width != 32 || read_limbs(&mut head) != Some(Fr::MODULUS) {
            return Err(container.bad("section 1: its field is not the scalar field of BN254 (bn128)"));
        }
        let mut number = || take(&mut head).map(u32::from_le_bytes).ok_or_else(cut);
        let (wires, outputs, public_inputs, private_inputs) = (number()?, number()?, number()?, number()?);
        let labels = u64::from_le_bytes(take(&mut head).ok_or_else(cut)?);
        let constraints = u32::from_le_bytes(take(&mut head).ok_or_else(cut)?);
        let least = [outputs, public_inputs].iter().try_fold(1u32, |sum, n| sum.checked_add(*n));
        if !head.is_empty() || least.is_none_or(|least| least > wires) {
            return Err(container.bad("section 1 is longer than a header, or has more public signals than wires"));
        }
        let map = container.items(3, wires as usize, 8)?;
        let wire_labels =
            map.chunks_exact(8).filter_map(|mut label| take(&mut label).map(u64::from_le_bytes)).collect();
        let matrices = rows(container.section(2)?, constraints as usize, wires)
            .map_err(|reason| container.bad(format!("section 2, {reason}")))?;
        Ok(Self { wires, outputs, public_inputs, private_inputs, labels, matrices, wire_labels })
    }

    /// Writes the file: for one that circom made, the same bytes.
    ///
    /// # Errors
    /// [`SetupError::Io`] of `out`, or when there are 2^32 constraints or terms of a row.
    pub fn write_to<W: Write>(&self, out: W) -> Result<W, SetupError> {
        let terms: usize = self.matrices.iter().flatten().map(Vec::len).sum();
        let write = || {
            let mut writer = ContainerWriter::new(out, MAGIC, VERSION, 3)?;
            writer.section(2, (self.constraints() * LEAST + terms * TERM) as u64)?;
            let [a, b, c] = &self.matrices;
            for row in a.iter().zip(b).zip(c).flat_map(|((a, b), c)| [a, b, c]) {
                let mut bytes = Vec::with_capacity(4 + row.len() * TERM);
                bytes.extend(number(row.len())?);
                for (coefficient, wire) in row {
                    bytes.extend(number(*wire)?);
                    bytes.extend(plain(coefficient));
                }
                writer.write_all(&bytes)?;
            }
            writer.section(1, 64)?;
            writer.write_all(&32u32.to_le_bytes())?;
            writer.write_all(&Fr::MODULUS.0.map(u64::to_le_bytes).concat())?;
            for n in [self.wires, self.outputs, self.public_inputs, self.private_inputs] {
                writer.write_all(&n.to_le_bytes())?;
            }
            writer.write_all(&self.labels.to_le_bytes())?;
            writer.write_all(&number(self.constraints())?)?;
            writer.section(3, 8 * self.wire_labels.len() as u64)?;
            let labels: Vec<u8> = self.wire_labels.iter().flat_map(|label| label.to_le_bytes()).collect();
            writer.write_all(&labels)?;
            writer.finish()
        };
        write().map_err(SetupError::io("write", "an r1cs file".as_ref()))
    }

    /// Checks that a witness satisfies every constraint. On all threads.
    ///
    /// # Errors
    /// [`Unsatisfied`].
    pub fn satisfied_by(&self, witness: &[Fr]) -> Result<(), Unsatisfied> {
        if witness.len() != self.wires as usize {
            return Err(Unsatisfied::Length { found: witness.len(), wires: self.wires });
        }
        if witness.first() != Some(&Fr::ONE) {
            return Err(Unsatisfied::Constant);
        }
        let [a, b, c] = &self.matrices;
        let value =
            |row: &[(Fr, usize)]| row.iter().map(|(coefficient, wire)| witness[*wire] * coefficient).sum::<Fr>();
        let rows = a.par_iter().zip(b).zip(c).with_min_len(256);
        let wrong = rows.position_first(|((a, b), c)| value(a) * value(b) != value(c));
        wrong.map_or(Ok(()), |constraint| Err(Unsatisfied::Constraint(constraint)))
    }
}

fn number(n: usize) -> std::io::Result<[u8; 4]> {
    u32::try_from(n).map(u32::to_le_bytes).map_err(std::io::Error::other)
}

/// A field element as a plain little-endian integer.
pub(super) fn plain(value: &Fr) -> Vec<u8> {
    value.into_bigint().0.map(u64::to_le_bytes).concat()
}

/// Reads a plain little-endian integer below the modulus.
pub(super) fn read_plain(bytes: &mut &[u8]) -> Option<Fr> {
    Fr::from_bigint(read_limbs(bytes)?)
}

fn rows(mut bytes: &[u8], constraints: usize, wires: u32) -> Result<[Matrix<Fr>; 3], String> {
    if constraints > bytes.len() / LEAST {
        return Err("it announces more constraints than it holds".to_owned());
    }
    let mut matrices = [(); 3].map(|()| Vec::with_capacity(constraints));
    for constraint in 0..constraints {
        for matrix in &mut matrices {
            matrix.push(row(&mut bytes, wires).map_err(|reason| format!("constraint {constraint}: {reason}"))?);
        }
    }
    if bytes.is_empty() { Ok(matrices) } else { Err("bytes are left over after its last constraint".to_owned()) }
}

fn row(bytes: &mut &[u8], wires: u32) -> Result<Vec<(Fr, usize)>, &'static str> {
    let terms = u32::from_le_bytes(take(bytes).ok_or("it ends early")?) as usize;
    if terms > bytes.len() / TERM {
        return Err("it announces more terms than it holds");
    }
    let mut row = Vec::with_capacity(terms);
    for _ in 0..terms {
        let wire = u32::from_le_bytes(take(bytes).ok_or("it ends early")?);
        if wire >= wires {
            return Err("it names a wire that is not there");
        }
        row.push((read_plain(bytes).ok_or("a coefficient is cut off or not below the modulus")?, wire as usize));
    }
    // Some readers would add such terms up, and some take the last of them.
    let mut named: Vec<usize> = row.iter().map(|(_, wire)| *wire).collect();
    named.sort_unstable();
    if named.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err("it names a wire twice");
    }
    Ok(row)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{formats::wtns::Witness, toy};

    const FILE: &[u8] = include_bytes!("../../testdata/snarkjs/powers.r1cs");
    const WITNESS: &[u8] = include_bytes!("../../testdata/snarkjs/powers.wtns");

    fn file() -> R1cs {
        R1cs::parse("powers.r1cs", FILE).unwrap()
    }

    #[test]
    fn a_file_of_circom_is_read_and_satisfied_by_its_witness_alone() {
        let r1cs = file();
        assert_eq!((r1cs.wires, r1cs.outputs, r1cs.public_inputs, r1cs.private_inputs), (7, 1, 1, 2));
        assert_eq!(r1cs.constraints(), 4);
        let witness = Witness::parse("powers.wtns", WITNESS).unwrap().0.clone();
        assert_eq!(r1cs.satisfied_by(&witness), Ok(()));
        for wire in 0..witness.len() {
            let mut other = witness.clone();
            other[wire] += Fr::ONE;
            assert!(r1cs.satisfied_by(&other).is_err(), "{wire}");
        }
        assert_eq!(r1cs.satisfied_by(&witness[1..]), Err(Unsatisfied::Length { found: 6, wires: 7 }));
        assert_eq!(r1cs.satisfied_by(&[Fr::from(2u64); 7]), Err(Unsatisfied::Constant));
    }

    #[test]
    fn a_file_comes_back() {
        assert_eq!(file().write_to(Vec::new()).unwrap(), FILE);
        let ours = R1cs::of(toy::Powers(None)).unwrap();
        assert_eq!((ours.wires, ours.public(), ours.constraints()), (6, 4, 4));
        let bytes = ours.write_to(Vec::new()).unwrap();
        assert_eq!(R1cs::parse("ours", &bytes).unwrap(), ours);
        let x = Fr::from(3u64);
        let witness: Vec<Fr> = [Fr::ONE].into_iter().chain(toy::Powers::inputs(x)).chain([x]).collect();
        assert_eq!(ours.satisfied_by(&witness), Ok(()));
    }

    #[test]
    fn every_truncation_and_bit_flip_is_refused_or_read_as_something_else() {
        for length in 0..FILE.len() {
            assert!(R1cs::parse("t", &FILE[..length]).is_err(), "{length}");
        }
        let good = file();
        for at in 0..FILE.len() * 8 {
            let mut bytes = FILE.to_vec();
            bytes[at / 8] ^= 1 << (at % 8);
            assert!(R1cs::parse("t", &bytes).map_or(true, |read| read != good), "bit {at}");
        }
    }

    /// A file with the given constraints and further sections.
    fn with(constraints: &[u8], announced: u32, further: &[(u32, &[u8])]) -> Result<R1cs, SetupError> {
        let mut writer =
            ContainerWriter::new(Vec::new(), MAGIC, VERSION, 3 + u32::try_from(further.len()).unwrap()).unwrap();
        let head = [&32u32.to_le_bytes()[..], &Fr::MODULUS.0.map(u64::to_le_bytes).concat()].concat();
        let numbers = [3u32, 1, 1, 0, 3, 0, announced].map(u32::to_le_bytes).concat();
        for (id, content) in [(1, [head, numbers].concat().as_slice()), (2, constraints), (3, &[0; 24])]
            .into_iter()
            .chain(further.iter().copied())
        {
            writer.section(id, content.len() as u64).unwrap();
            writer.write_all(content).unwrap();
        }
        R1cs::parse("t", &writer.finish().unwrap())
    }

    #[test]
    fn forged_numbers_double_wires_large_coefficients_and_custom_gates_are_refused() {
        let row = |wires: &[u32], coefficient: &[u8]| {
            let terms = wires.iter().flat_map(|wire| [&wire.to_le_bytes()[..], coefficient].concat());
            [u32::try_from(wires.len()).unwrap().to_le_bytes().to_vec(), terms.collect(), vec![0; 8]].concat()
        };
        let one = plain(&Fr::ONE);
        let good = row(&[0, 2], &one);
        assert!(with(&good, 1, &[]).is_ok() && with(&good, 1, &[(4, &[0; 4]), (5, &[0; 4])]).is_ok());
        let refused = |result: Result<R1cs, SetupError>, what: &str| {
            let text = result.unwrap_err().to_string();
            assert!(text.contains(what), "{text}");
        };
        refused(with(&good, u32::MAX, &[]), "more constraints");
        refused(with(&good, 0, &[]), "left over");
        refused(with(&u32::MAX.to_le_bytes().repeat(3), 1, &[]), "more terms");
        refused(with(&row(&[2, 0, 2], &one), 1, &[]), "twice");
        refused(with(&row(&[3], &one), 1, &[]), "not there");
        refused(with(&row(&[1], &Fr::MODULUS.0.map(u64::to_le_bytes).concat()), 1, &[]), "modulus");
        refused(with(&good, 1, &[(4, &[1, 0, 0, 0])]), "custom gates");
        refused(with(&good, 1, &[(6, &[])]), "no r1cs has");
    }
}
