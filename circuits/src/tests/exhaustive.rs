//! The score gadget has so few wires that all their values can be tried.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field, PrimeField};
use ark_relations::gr1cs::{ConstraintSynthesizer, ConstraintSystemRef, SynthesisError};
use pot_audit::system::System;
use pot_protocol::score::{MAX_SCORE, Score};

use crate::{builder::Builder, gadgets::score::ScoreWires};

/// One score, and a last wire that is its value.
struct OneScore;

impl ConstraintSynthesizer<Fr> for OneScore {
    fn generate_constraints(self, cs: ConstraintSystemRef<Fr>) -> Result<(), SynthesisError> {
        let mut builder = Builder::new(cs);
        let score = ScoreWires::new(&mut builder, Score::ZERO)?;
        let x = builder.witness("x", score.x.value())?;
        builder.equal(&score.x, &x)
    }
}

/// Each row is bit·(gate − bit) = 0, where the gate is 1 or a difference of flags before it: so whatever the field, a wire
/// is 0 or its gate, and flags and bits are 0 or 1. Of all those assignments one belongs to each score and none to
/// anything else.
#[test]
fn every_score_has_one_assignment_and_nothing_else_has_any() {
    let system = System::of(OneScore).unwrap();
    let bits = system.wires() - 2;
    assert_eq!((bits, system.rows().len()), (18, 19));
    let (gated, last) = system.rows().split_at(bits);
    let mut found = vec![0; usize::from(MAX_SCORE) + 1];
    let mut values = vec![Fr::ZERO; system.wires()];
    values[0] = Fr::ONE;
    for assignment in 0..1u32 << bits {
        for bit in 0..bits {
            values[1 + bit] = Fr::from(assignment >> bit & 1);
        }
        let of = |terms: &[(usize, Fr)]| terms.iter().map(|(wire, k)| *k * values[*wire]).sum::<Fr>();
        if gated.iter().all(|[a, b, c]| c.is_empty() && of(a) * of(b) == Fr::ZERO) {
            // The last row is (score − x)·1 = 0, at x = 0.
            let x = of(&last[0][0]).into_bigint().0;
            assert_eq!(x[1..], [0, 0, 0]);
            found[usize::try_from(x[0]).unwrap()] += 1;
        }
    }
    assert!(found.iter().all(|count| *count == 1));
}
