//! Bits at chosen positions.

use ark_relations::gr1cs::ConstraintSystem;

use super::*;

/// The bits of `value` at `positions`, and whether all constraints hold.
fn bits(value: u64, positions: &[u32]) -> (Vec<Fr>, bool) {
    let cs = ConstraintSystem::new_ref();
    let mut builder = Builder::new(cs.clone());
    let wire = builder.witness("value", Fr::from(value)).unwrap();
    let bits = builder.bits_at("bit", &wire, positions).unwrap();
    assert_eq!(builder.constraints, positions.len());
    (bits.iter().map(Wire::value).collect(), cs.is_satisfied().unwrap())
}

#[test]
fn bits_stand_at_their_positions_wherever_the_first_one_is() {
    let expected = |list: [u64; 3]| (list.map(Fr::from).to_vec(), true);
    assert_eq!(bits(0b1_0010, &[0, 1, 4]), expected([0, 1, 1]));
    assert_eq!(bits(0b1001_0000, &[2, 4, 7]), expected([0, 1, 1]));
    assert_eq!(bits(0b100, &[2, 4, 7]), expected([1, 0, 0]));
    // Ones elsewhere are left to the first bit, which is none then.
    assert!(!bits(0b1000, &[2, 4, 7]).1 && !bits(0b1, &[2, 4, 7]).1 && !bits(0b100, &[0, 1]).1);
}

#[test]
fn a_wire_does_not_print_its_value() {
    let mut wire = Wire::constant(1234u64);
    wire.add(5678u64, &Wire::constant(9012u64));
    let shown = format!("{wire:?} {wire:#?}");
    assert!(wire.value() == Fr::from(1234 + 5678 * 9012u64) && shown == "Wire(2 terms) Wire(2 terms)", "{shown}");
}
