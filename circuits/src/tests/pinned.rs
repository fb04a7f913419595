//! Counts, ids and the table of the documentation.

use pot_protocol::rule::Capacity;

use crate::{circuit_id, constraint_count, derive_circuit_id, parts};

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
