//! The reduction from constraints to polynomials that snarkjs' proving keys need.
//!
//! With n the domain size and `ω_2n` a primitive 2n-th root of unity, h = (A·B − C)/Z is not sent through its
//! coefficients. The prover evaluates `A·B − C` at the n odd powers of `ω_2n`, where Z(x) = x^n − 1 = −2, and the key's H
//! points are the Lagrange polynomials of that coset times Z(τ)/(−2δ): Σ (AB−C)(`x_i`)·`L_i`(τ)·Z(τ)/(−2δ) = h(τ)·Z(τ)/δ,
//! because AB−C = Z·h there, and h has degree at most n − 2, so that its n values determine it.

use ark_ff::PrimeField;
use ark_groth16::r1cs_to_qap::{LibsnarkReduction, R1CSToQAP, evaluate_constraint};
use ark_poly::EvaluationDomain;
use ark_relations::gr1cs::{ConstraintSystemRef, Matrix, SynthesisError};
use zeroize::Zeroize;

/// The reduction of snarkjs' keys. Setup and prover must both use it.
#[derive(Clone, Copy, Debug)]
pub struct SnarkjsReduction;

/// What the trait of arkworks returns of a set-up: A, B, C at τ, Z(τ), number of variables, domain size.
type Instance<F> = (Vec<F>, Vec<F>, Vec<F>, F, usize, usize);

impl R1CSToQAP for SnarkjsReduction {
    fn instance_map_with_evaluation<F: PrimeField, D: EvaluationDomain<F>>(
        cs: ConstraintSystemRef<F>,
        t: &F,
    ) -> Result<Instance<F>, SynthesisError> {
        // The polynomials of the variables are the same ones; only h is written differently.
        LibsnarkReduction::instance_map_with_evaluation::<F, D>(cs, t)
    }

    fn witness_map_from_matrices<F: PrimeField, D: EvaluationDomain<F>>(
        matrices: &[Matrix<F>],
        num_inputs: usize,
        num_constraints: usize,
        full_assignment: &[F],
    ) -> Result<Vec<F>, SynthesisError> {
        let [a_rows, b_rows, _] = matrices else { return Err(SynthesisError::PredicateNotFound) };
        let domain = D::new(num_constraints + num_inputs).ok_or(SynthesisError::PolynomialDegreeTooLarge)?;
        let evaluate = |rows: &Matrix<F>| {
            let mut values: Vec<F> = rows.iter().map(|row| evaluate_constraint(row, full_assignment)).collect();
            values.resize(domain.size(), F::zero());
            values
        };
        let (mut a, b) = (evaluate(a_rows), evaluate(b_rows));
        // Clause-free rows that make the inputs' polynomials independent.
        a[num_constraints..num_constraints + num_inputs].copy_from_slice(&full_assignment[..num_inputs]);
        quotient::<F, D>(a, b)
    }

    fn h_query_scalars<F: PrimeField, D: EvaluationDomain<F>>(
        max_power: usize,
        t: F,
        zt: F,
        delta_inverse: F,
    ) -> Result<Vec<F>, SynthesisError> {
        let domain = D::new(max_power + 1).ok_or(SynthesisError::PolynomialDegreeTooLarge)?;
        // L_i of the coset at τ is L_i of the domain at τ/ω_2n.
        let root = double_root::<F, D>(&domain)?.inverse().ok_or(SynthesisError::DivisionByZero)?;
        let scale = -zt * delta_inverse * F::from(2u64).inverse().ok_or(SynthesisError::DivisionByZero)?;
        Ok(domain.evaluate_all_lagrange_coefficients(t * root).into_iter().map(|l| l * scale).collect())
    }
}

/// The coefficients of h in the basis of the key's H points, from the values of A and B over the domain for a witness: as
/// many as the domain has elements. C is taken as A·B, which it is in every row that the witness satisfies.
///
/// # Errors
/// [`SynthesisError::PolynomialDegreeTooLarge`] when the field has no domain of that size or its double.
pub fn quotient<F: PrimeField, D: EvaluationDomain<F>>(mut a: Vec<F>, mut b: Vec<F>) -> Result<Vec<F>, SynthesisError> {
    let domain = D::new(a.len().max(b.len())).ok_or(SynthesisError::PolynomialDegreeTooLarge)?;
    let mut c: Vec<F> = a.iter().zip(&b).map(|(a, b)| *a * b).collect();
    let root = double_root::<F, D>(&domain)?;
    for values in [&mut a, &mut b, &mut c] {
        domain.ifft_in_place(values);
        D::distribute_powers(values, root);
        domain.fft_in_place(values);
    }
    for ((a, b), c) in a.iter_mut().zip(&b).zip(&c) {
        *a = *a * b - c;
    }
    // The witness follows from them.
    b.zeroize();
    c.zeroize();
    Ok(a)
}

/// `ω_2n` with `ω_2n²` = `ω_n`, the generator of the doubled domain.
fn double_root<F: PrimeField, D: EvaluationDomain<F>>(domain: &D) -> Result<F, SynthesisError> {
    D::new(2 * domain.size()).map(|d| d.group_gen()).ok_or(SynthesisError::PolynomialDegreeTooLarge)
}

#[cfg(test)]
mod tests;
