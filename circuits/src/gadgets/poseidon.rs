//! Poseidon in the circuit: three constraints an S-box, everything else linear.
//!
//! In the partial rounds every state element is a combination of the same variables, whatever the input: the last
//! full round's outputs and one output per partial round. These coefficients are computed once per width.

use std::sync::OnceLock;

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use pot_protocol::poseidon::{FULL_ROUNDS, Tag, Width};

use crate::builder::{Builder, Result, Wire};

/// Coefficients over the known variables, and a constant.
#[derive(Clone)]
struct Row {
    coefficients: Vec<Fr>,
    constant: Fr,
}

/// What enters the S-boxes: of each partial round, and of the first full round after them.
struct Plan {
    partial: Vec<Row>,
    after: Vec<Row>,
}

/// Poseidon(tag, inputs), mirroring `pot_protocol::poseidon`. The capacity element of the first round is constant, so
/// that its S-box costs nothing.
pub(crate) fn hash(builder: &mut Builder, width: Width, tag: Tag, inputs: &[Wire]) -> Result<Wire> {
    let constants = width.constants();
    let half = FULL_ROUNDS / 2;
    let partial = width.partial_rounds();
    let mut state = vec![Wire::constant(fifth_power(tag.element() + constants.rounds[0][0]))];
    for (input, constant) in inputs.iter().zip(&constants.rounds[0][1..]) {
        state.push(sbox(builder, &input.plus(&Wire::constant(*constant)))?);
    }
    for round in 1..half {
        state = full_round(builder, width, round, &state)?;
    }

    // `state` holds the outputs of the last full round's S-boxes; the matrix before the partial rounds is in the plan.
    let plan = plan(width);
    let mut known = state;
    for row in &plan.partial {
        let next = sbox(builder, &row.of(&known))?;
        known.push(next);
    }
    let mut state = vec![];
    for row in &plan.after {
        state.push(sbox(builder, &row.of(&known))?);
    }
    for round in half + partial + 1..FULL_ROUNDS + partial {
        state = full_round(builder, width, round, &state)?;
    }
    Ok(Row { coefficients: constants.matrix[0].clone(), constant: Fr::ZERO }.of(&state))
}

/// Matrix, constants, S-boxes: `state` and the result are outputs of S-boxes.
fn full_round(builder: &mut Builder, width: Width, round: usize, state: &[Wire]) -> Result<Vec<Wire>> {
    let constants = width.constants();
    let rows = constants.matrix.iter().zip(&constants.rounds[round]);
    rows.map(|(row, constant)| sbox(builder, &Row { coefficients: row.clone(), constant: *constant }.of(state)))
        .collect()
}

/// x^5 in three constraints.
fn sbox(builder: &mut Builder, x: &Wire) -> Result<Wire> {
    let square = builder.product("poseidon.square", x, x)?;
    let fourth = builder.product("poseidon.fourth", &square, &square)?;
    builder.product("poseidon.fifth", &fourth, x)
}

fn fifth_power(x: Fr) -> Fr {
    x.square().square() * x
}

impl Row {
    fn of(&self, known: &[Wire]) -> Wire {
        let sum: Fr = self.coefficients.iter().zip(known).map(|(c, wire)| *c * wire.value()).sum();
        Builder::combination(&self.coefficients, known, self.constant, sum + self.constant)
    }
}

fn plan(width: Width) -> &'static Plan {
    static PLANS: [OnceLock<Plan>; 3] = [const { OnceLock::new() }; 3];
    PLANS[width as usize].get_or_init(|| make_plan(width))
}

fn make_plan(width: Width) -> Plan {
    let (t, partial, constants) = (width.elements(), width.partial_rounds(), width.constants());
    let unit = |i: usize| {
        let mut coefficients = vec![Fr::ZERO; t + partial];
        coefficients[i] = Fr::ONE;
        Row { coefficients, constant: Fr::ZERO }
    };
    // Matrix, then constants. Only the first `known` variables can occur so far.
    let mix = |state: &[Row], round: usize, known: usize| -> Vec<Row> {
        let rows = constants.matrix.iter().zip(&constants.rounds[round]);
        rows.map(|(row, constant)| {
            let mut out = Row { coefficients: vec![Fr::ZERO; t + partial], constant: *constant };
            for (m, from) in row.iter().zip(state) {
                for (to, c) in out.coefficients.iter_mut().zip(&from.coefficients[..known]) {
                    *to += *m * c;
                }
                out.constant += *m * from.constant;
            }
            out
        })
        .collect()
    };
    let first = FULL_ROUNDS / 2;
    let mut state: Vec<Row> = (0..t).map(unit).collect();
    let mut rows = vec![];
    for round in 0..partial {
        state = mix(&state, first + round, t + round);
        let mut row = std::mem::replace(&mut state[0], unit(t + round));
        row.coefficients.truncate(t + round);
        rows.push(row);
    }
    Plan { partial: rows, after: mix(&state, first + partial, t + partial) }
}
