//! What a key is made from: Lagrange bases at τ, out of a `.ptau`.

use ark_bn254::{Fr, G1Affine, G2Affine};
use ark_ec::short_weierstrass::{Affine, SWCurveConfig};
use ark_ff::FftField;

use crate::{
    SetupError,
    curve::{Endomorphism, inverse_fft},
    formats::{
        points::Coordinates,
        ptau::{Powers, Ptau, read_points},
    },
};

/// The Lagrange bases of the domain of a circuit, and the odd half of the one of twice its size.
#[derive(Debug)]
pub(super) struct Bases {
    /// Lᵢ(τ) in G1.
    pub(super) tau_g1: Vec<G1Affine>,
    /// Lᵢ(τ) in G2.
    pub(super) tau_g2: Vec<G2Affine>,
    /// α·Lᵢ(τ) in G1.
    pub(super) alpha_g1: Vec<G1Affine>,
    /// β·Lᵢ(τ) in G1.
    pub(super) beta_g1: Vec<G1Affine>,
    /// L₁(τ), L₃(τ), … of the doubled domain, in G1.
    pub(super) odd_g1: Vec<G1Affine>,
}

impl Bases {
    /// The bases for a domain of 2^`log_size`: read from a prepared file, computed from the powers of a plain one.
    ///
    /// # Errors
    /// [`SetupError::Format`] when the file is too small, the circuit too large for any, or a point in it is refused.
    pub(super) fn read(ptau: &Ptau<'_>, log_size: u32) -> Result<Self, SetupError> {
        check_size(log_size, ptau.power()).map_err(|reason| ptau.bad(reason))?;
        Ok(Self {
            tau_g1: basis(ptau, Powers::TauG1, log_size)?,
            tau_g2: basis(ptau, Powers::TauG2, log_size)?,
            alpha_g1: basis(ptau, Powers::AlphaTauG1, log_size)?,
            beta_g1: basis(ptau, Powers::BetaTauG1, log_size)?,
            odd_g1: odd_half(ptau, log_size + 1)?,
        })
    }
}

/// Whether powers for 2^`power` constraints serve a domain of 2^`log_size`, and there is one of twice its size.
fn check_size(log_size: u32, power: u32) -> Result<(), String> {
    if log_size > power {
        return Err(format!("it is for up to 2^{power} constraints, the circuit needs 2^{log_size}"));
    }
    if log_size >= Fr::TWO_ADICITY {
        return Err(format!(
            "the circuit needs 2^{log_size} constraints, and a domain of twice as many: the field has roots of unity up to \
             2^{}",
            Fr::TWO_ADICITY
        ));
    }
    Ok(())
}

fn basis<P>(ptau: &Ptau<'_>, powers: Powers, log_size: u32) -> Result<Vec<Affine<P>>, SetupError>
where
    P: Endomorphism + SWCurveConfig<ScalarField = Fr, BaseField: Coordinates>,
{
    match ptau.lagrange(powers, log_size) {
        Some(bytes) => points(ptau, powers.lagrange_section(), bytes),
        None => transformed(ptau, powers, log_size),
    }
}

/// Every second point of the basis of τ in G1.
fn odd_half(ptau: &Ptau<'_>, log_size: u32) -> Result<Vec<G1Affine>, SetupError> {
    let powers = Powers::TauG1;
    if let Some(bytes) = ptau.lagrange(powers, log_size) {
        let odd: Vec<u8> = bytes.chunks_exact(powers.point_len()).skip(1).step_by(2).flatten().copied().collect();
        return points(ptau, powers.lagrange_section(), &odd);
    }
    Ok(transformed(ptau, powers, log_size)?.into_iter().skip(1).step_by(2).collect())
}

fn points<P>(ptau: &Ptau<'_>, section: u32, bytes: &[u8]) -> Result<Vec<Affine<P>>, SetupError>
where
    P: SWCurveConfig<ScalarField = Fr, BaseField: Coordinates>,
{
    read_points(bytes).map_err(|(point, reason)| ptau.bad(format!("section {section}, point {point}: {reason}")))
}

/// The basis, from the powers. The largest one of τ in G1 lacks its last power, here as in prepared files: no polynomial
/// that a prover evaluates there reaches that degree.
fn transformed<P>(ptau: &Ptau<'_>, powers: Powers, log_size: u32) -> Result<Vec<Affine<P>>, SetupError>
where
    P: Endomorphism + SWCurveConfig<ScalarField = Fr, BaseField: Coordinates>,
{
    let (size, all) = (1usize << log_size, ptau.powers(powers));
    let bytes = &all[..all.len().min(size * powers.point_len())];
    let mut basis = points(ptau, powers.section(), bytes)?;
    basis.resize(size, Affine::identity());
    inverse_fft(&mut basis);
    Ok(basis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_powers_do_not_serve_a_circuit_of_their_size() {
        assert_eq!(check_size(27, 28), Ok(()));
        assert!(check_size(28, 28).unwrap_err().contains("roots of unity up to 2^28"));
        assert!(check_size(27, 26).unwrap_err().contains("up to 2^26 constraints"));
    }
}
