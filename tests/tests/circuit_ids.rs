//! The checker knows circuits by id without linking them: the ids must be those of the circuits.

use pot_protocol::{digest::Digest, rule::Capacity};

#[test]
fn the_checker_knows_exactly_the_circuits_that_there_are() {
    for capacity in Capacity::ALL {
        assert_eq!(pot_verifier::trust::known_circuit(capacity), Digest(pot_circuits::circuit_id(capacity)));
    }
    assert_ne!(pot_circuits::circuit_id(Capacity::C128), [0; 32]);
}
