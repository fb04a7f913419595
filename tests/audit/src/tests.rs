//! Small systems with known faults: each is found by the part that is there for it.
#![allow(clippy::unwrap_used)] // tests may panic

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use ark_relations::gr1cs::{ConstraintSynthesizer, ConstraintSystem, OptimizationGoal, R1CS_PREDICATE_LABEL};
use pot_circuits::VerdictCircuit;
use pot_protocol::rule::Capacity;
use pot_setup::formats::r1cs::R1cs;

use crate::{
    coefficients::{Coefficients, Entry},
    coloops::coloops,
    constraints::Liar,
    jacobian::determined,
    mutants::{mutate, mutate_inputs, mutate_some},
    system::System,
};

const ONE: usize = 0;
const PRODUCT: usize = 1;

fn fr(x: i64) -> Fr {
    Fr::from(x)
}

/// `bit·(1 − bit) = 0`, with the wire of the bit.
fn boolean(bit: usize) -> [Vec<(usize, Fr)>; 3] {
    [vec![(bit, fr(1))], vec![(ONE, fr(1)), (bit, fr(-1))], vec![]]
}

/// A public number that is x² for x = low + 2·high, which are bits: wires 2 and 3; 4 is the square.
fn squared() -> Vec<[Vec<(usize, Fr)>; 3]> {
    let x = vec![(2, fr(1)), (3, fr(2))];
    vec![
        boolean(2),
        boolean(3),
        [x.clone(), x, vec![(4, fr(1))]],
        [vec![(4, fr(1)), (PRODUCT, fr(-1))], vec![(ONE, fr(1))], vec![]],
    ]
}

fn system(rows: Vec<[Vec<(usize, Fr)>; 3]>) -> System {
    System::new(2, 5, rows).unwrap()
}

/// Assignments for x from 0 to 3.
fn assignments() -> Vec<Vec<Fr>> {
    (0..4).map(|x| vec![fr(1), fr(x * x), fr(x & 1), fr(x >> 1), fr(x * x)]).collect()
}

#[test]
fn a_whole_system_has_no_fault() {
    let system = system(squared());
    let mut coefficients = Coefficients::new(&system);
    let (liar, mut needed) = (Liar::new(&system), std::collections::BTreeSet::new());
    for values in assignments() {
        assert!(system.broken(&values).is_empty());
        assert!(determined(&system, &values, &[false; 5]).loose.is_empty());
        let mutants = mutate(&system, &values, 7);
        assert!(mutants.tried >= 15 && mutants.accepted.is_empty());
        let inputs = mutate_inputs(&system, &values, 7);
        assert!(inputs.tried >= 5 && inputs.accepted.is_empty());
        coefficients.observe(&values);
        needed.extend(liar.needed(&values, &needed.clone()));
    }
    assert!(coefficients.survivors().is_empty());
    assert_eq!(coefficients.count(), 14);
    // Each bit, in `bit·(1 − bit)`, and the one in `(square − input)·1`, may have any factor.
    assert_eq!(coefficients.scalings().len(), 3);
    assert_eq!(needed.into_iter().collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert!(system.unused_inputs().is_empty());
}

#[test]
fn a_bit_that_is_none_is_found() {
    let mut rows = squared();
    rows.remove(1);
    let system = system(rows);
    let values = &assignments()[3];
    // 9 is also (−3)² = (1 + 2·(−2))²: the other solution of the square's row, which nothing else refuses.
    assert_eq!(mutate(&system, values, 7).accepted, [(3, fr(-2))]);
    let whole = self::system(squared());
    assert!(Liar::new(&whole).needed(values, &std::collections::BTreeSet::default()).contains(&1));
    // At x = 0 the square says nothing of x to first order.
    assert_eq!(determined(&system, &assignments()[0], &[false; 5]).double_roots, [3]);
}

#[test]
fn a_bit_that_only_a_lie_about_two_wires_shows_is_found() {
    // low + 2·high is the public number itself: what the one adds the other has to take away.
    let sum = [vec![(2, fr(1)), (3, fr(2)), (PRODUCT, fr(-1))], vec![(ONE, fr(1))], vec![]];
    let system = System::new(2, 4, vec![boolean(2), boolean(3), sum.clone()]).unwrap();
    let needed = Liar::new(&system).needed(&[fr(1), fr(1), fr(1), fr(0)], &std::collections::BTreeSet::default());
    assert_eq!(needed.into_iter().collect::<Vec<_>>(), [0, 1, 2]);
    // A row that says what another says as well is not needed.
    let system = System::new(2, 4, vec![boolean(2), boolean(3), sum.clone(), sum]).unwrap();
    let needed = Liar::new(&system).needed(&[fr(1), fr(1), fr(1), fr(0)], &std::collections::BTreeSet::default());
    assert_eq!(needed.into_iter().collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn a_wire_that_nothing_binds_is_found() {
    let mut rows = squared();
    // The product's result is in no constraint any more but the one that states it.
    rows.remove(2);
    let system = system(rows);
    for values in assignments() {
        assert!(determined(&system, &values, &[false; 5]).loose.is_empty());
        // Both bits may be turned.
        assert_eq!(mutate(&system, &values, 7).accepted.len(), 2);
    }
    rows = squared();
    rows.remove(3);
    let system = self::system(rows);
    assert_eq!(system.unused_inputs(), [PRODUCT]);
    assert!(!mutate_inputs(&system, &assignments()[3], 7).accepted.is_empty());
}

#[test]
fn a_wire_without_any_row_is_undetermined() {
    let system = System::new(2, 6, squared()).unwrap();
    let mut values = assignments()[2].clone();
    values.push(Fr::ONE);
    assert_eq!(determined(&system, &values, &[false; 6]).loose, [5]);
    assert!(determined(&system, &values, &[false, false, false, false, false, true]).loose.is_empty());
    assert!(mutate(&system, &values, 7).accepted.iter().all(|(wire, _)| *wire == 5));
    assert!(!mutate(&system, &values, 7).accepted.is_empty());
}

#[test]
fn wires_that_move_together_are_undetermined() {
    // a + b = input, and nothing else: neither stands alone in a row.
    let rows = vec![
        [vec![(2, fr(1)), (3, fr(1)), (1, fr(-1))], vec![(ONE, fr(1))], vec![]],
        [vec![(2, fr(2)), (3, fr(2)), (1, fr(-2))], vec![(ONE, fr(1))], vec![]],
    ];
    let system = System::new(2, 4, rows).unwrap();
    let values = [fr(1), fr(9), fr(4), fr(5)];
    assert_eq!(determined(&system, &values, &[false; 4]).loose, [3]);
    // With a second, independent equation there is one solution.
    let rows = vec![
        [vec![(2, fr(1)), (3, fr(1)), (1, fr(-1))], vec![(ONE, fr(1))], vec![]],
        [vec![(2, fr(2)), (3, fr(3))], vec![(ONE, fr(1))], vec![(ONE, fr(23))]],
    ];
    let system = System::new(2, 4, rows).unwrap();
    assert!(determined(&system, &values, &[false; 4]).loose.is_empty());
    assert!(system.broken(&values).is_empty());
    assert_eq!(system.broken(&[fr(1), fr(9), fr(4), Fr::ZERO]), [0, 1]);
}

#[test]
fn a_coefficient_that_no_assignment_uses_survives() {
    let system = system(squared());
    let mut coefficients = Coefficients::new(&system);
    // x = 1 only: nothing says that the high bit counts twice.
    coefficients.observe(&assignments()[1]);
    assert!(coefficients.survivors().iter().any(|s| s.row == 2 && s.wire == 3));
}

#[test]
fn without_any_row_of_a_whole_system_a_wire_comes_loose() {
    let system = system(squared());
    for (seed, values) in assignments().into_iter().enumerate() {
        // At x = 0 the product is a double root of x, and the bits are what holds the wires.
        assert_eq!(coloops(&system, &values, &[false; 5], seed as u64), Some(vec![0, 1, 2, 3]));
    }
}

#[test]
fn a_row_that_another_says_too_is_no_coloop() {
    let mut rows = squared();
    rows.push(rows[2].clone());
    let rows = system(rows);
    assert_eq!(coloops(&rows, &assignments()[3], &[false; 5], 1), Some(vec![0, 1, 3]));
    // A given wire needs no row.
    assert_eq!(coloops(&rows, &assignments()[3], &[false, false, true, false, false], 1), Some(vec![1, 3]));
    let mut short = squared();
    short.remove(1);
    assert_eq!(coloops(&system(short), &assignments()[3], &[false; 5], 1), None);
}

#[test]
fn coloops_are_found_where_no_wire_stands_alone() {
    // a + b = 14 and 2a + 3b = 33 twice over, once as their sum: of these three rows none is needed.
    let equation = |a: i64, b: i64, sum: i64| [vec![(2, fr(a)), (3, fr(b))], vec![(ONE, fr(1))], vec![(ONE, fr(sum))]];
    let values = [fr(1), fr(0), fr(9), fr(5)];
    let two = System::new(2, 4, vec![equation(1, 1, 14), equation(2, 3, 33)]).unwrap();
    assert_eq!(coloops(&two, &values, &[false; 4], 1), Some(vec![0, 1]));
    let three = System::new(2, 4, vec![equation(1, 1, 14), equation(2, 3, 33), equation(3, 4, 47)]).unwrap();
    assert_eq!(coloops(&three, &values, &[false; 4], 1), Some(vec![]));
}

#[test]
fn a_liar_writes_sums_in_bits_anew() {
    // s is a product of bits 2 and 3; s + 1 = low + 2·high, where high is wire 5 and low what it leaves.
    let low = vec![(4, fr(1)), (ONE, fr(1)), (5, fr(-2))];
    let less = vec![(4, fr(1)), (5, fr(-2))];
    let rows = vec![
        [vec![(2, fr(1))], vec![(3, fr(1))], vec![(4, fr(1))]],
        boolean(3),
        [vec![(2, fr(1)), (PRODUCT, fr(-1))], vec![(ONE, fr(1))], vec![]],
        [low, less, vec![]],
        boolean(5),
    ];
    let system = System::new(2, 6, rows).unwrap();
    let values = [fr(1), fr(1), fr(1), fr(0), fr(0), fr(0)];
    assert!(system.broken(&values).is_empty());
    let needed = Liar::new(&system).needed(&values, &std::collections::BTreeSet::default());
    // With wire 3 = 2 the sum is 3: who leaves wire 5 at 0 is refused by the row of the sum as well.
    assert!(needed.contains(&1), "{needed:?}");
}

#[test]
fn a_lie_shows_which_coefficients_must_not_be_missing() {
    // (a + 2b + 4c)·stop = 0 for bits a, b, c that are 2, 3, 4 and a stop that is 5.
    let tail = [vec![(2, fr(1)), (3, fr(2)), (4, fr(4))], vec![(5, fr(1)), (1, fr(1))], vec![]];
    let system = System::new(2, 6, vec![tail]).unwrap();
    let mut coefficients = Coefficients::new(&system);
    let entry = |side, wire| Entry { row: 0, side, wire };
    // After the stop b alone is 1: without its term, or the stop's, the lie would be accepted.
    coefficients.observe_lie(&[fr(1), fr(0), fr(0), fr(1), fr(0), fr(1)], 0);
    let needed = |coefficients: &Coefficients<'_>| -> Vec<bool> {
        [(0, 2), (0, 3), (0, 4), (1, 5), (1, 1)].map(|(side, wire)| coefficients.is_needed(entry(side, wire))).to_vec()
    };
    assert_eq!(needed(&coefficients), [false, true, false, true, false]);
    // Of two terms that both refuse it, neither is.
    let mut coefficients = Coefficients::new(&system);
    coefficients.observe_lie(&[fr(1), fr(0), fr(1), fr(1), fr(0), fr(1)], 0);
    assert_eq!(needed(&coefficients), [false, false, false, true, false]);
    // An honest assignment notices a and b before the stop, and none of the stop.
    coefficients.observe(&[fr(1), fr(0), fr(1), fr(1), fr(0), fr(0)]);
    assert_eq!(coefficients.noticed(), []);
    assert_eq!(coefficients.survivors().len(), 5);
}

#[test]
fn chosen_wires_alone_are_changed() {
    let system = system(squared());
    let values = &assignments()[3];
    let all = mutate(&system, values, 7).tried;
    let parts: Vec<u64> = (0..3).map(|part| mutate_some(&system, values, 7, |wire| wire % 3 == part).tried).collect();
    assert!(parts.iter().all(|tried| *tried > 0) && parts.iter().sum::<u64>() == all, "{parts:?} of {all}");
}

#[test]
fn the_exported_file_holds_the_matrices_that_keys_are_made_of() {
    let circuit = VerdictCircuit::shape(Capacity::C128);
    let cs = ConstraintSystem::new_ref();
    cs.set_optimization_goal(OptimizationGoal::Constraints);
    circuit.clone().generate_constraints(cs.clone()).unwrap();
    cs.finalize();
    let matrices = &cs.to_matrices().unwrap()[R1CS_PREDICATE_LABEL];
    let system = System::of(circuit.clone()).unwrap();
    assert_eq!(system.rows().len(), cs.num_constraints());
    assert_eq!(
        (system.inputs(), system.wires()),
        (cs.num_instance_variables(), cs.num_instance_variables() + cs.num_witness_variables())
    );
    for (row, read) in system.rows().iter().enumerate() {
        for side in 0..3 {
            let made: Vec<_> = matrices[side][row].iter().map(|(k, wire)| (*wire, *k)).collect();
            assert_eq!(read[side], made, "row {row}, side {side}");
        }
    }
    let mut bytes = vec![];
    R1cs::of(circuit).unwrap().write_to(&mut bytes).unwrap();
    bytes.pop();
    assert!(System::read("this file", &bytes).unwrap_err().to_string().contains("this file"));
}
