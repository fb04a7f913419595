//! Counts, ids and the table of the documentation.

use pot_protocol::rule::Capacity;

use crate::{circuit_id, constraint_count, derive_circuit_id, parts, witness_names};

#[test]
fn counts_are_pinned_and_within_the_budget() {
    let counts = Capacity::ALL.map(constraint_count);
    assert_eq!(counts, [12_544, 49_327]);
    assert!(counts[0] <= 16_379 && counts[1] <= 50_000);
}

#[test]
fn ids_are_those_of_the_circuits() {
    assert_eq!(Capacity::ALL.map(|c| derive_circuit_id(c).unwrap()), Capacity::ALL.map(circuit_id));
}

#[test]
fn the_documented_counts_are_the_circuits() {
    let text = include_str!("../../../docs/soundness.md");
    let (small, large) = (parts(Capacity::C128), parts(Capacity::C1024));
    for ((name, small), (_, large)) in small.iter().zip(&large) {
        let row = format!("| {name} | {small} | {large} |");
        assert!(text.contains(&row), "docs/soundness.md lacks '{row}'");
    }
    let total = format!("| total | {} | {} |", constraint_count(Capacity::C128), constraint_count(Capacity::C1024));
    assert!(text.contains(&total), "docs/soundness.md lacks '{total}'");
}

#[test]
fn every_private_variable_has_a_name() {
    // A blinding for each leaf of 20 scores; ten integers of each bet on clip A and thirteen on clip B.
    let names = witness_names(Capacity::C128);
    let count = |name: &str| names.iter().filter(|known| **known == name).count();
    assert_eq!((names[0], count("rho.blinding"), count("policy.tau")), ("score.flag", 7, 1));
    assert_eq!(count("policy.coefficient"), 4 * 10 + 3 * 13);
}
