//! Whether the Lagrange bases of a prepared file belong to its powers.
//!
//! The basis of size n is the inverse Fourier transform of the first n powers, so for random rᵢ: Σ rᵢ·Lᵢ =
//! Σ (transform of r)ⱼ·Pⱼ. All sizes go into one equation.
//!
//! The largest basis of tauG1 takes one power more than the file has. It is infinity where the file was prepared, and the
//! true power in a file that was cut from a larger prepared one. Either is as good: quotients have no term of this degree.

use ark_bn254::Fr;
use ark_ec::{
    CurveGroup,
    short_weierstrass::{Affine, Projective},
};
use ark_ff::{AdditiveGroup, Field};
use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};

use super::{
    Report,
    points::{Group, checked_points},
    powers::random,
};
use crate::{
    SetupError,
    formats::ptau::{Powers, Ptau},
    msm::{msm, signed},
    randomness,
};

/// Checks the bases of one sequence of powers; each point of them is checked too. `is_missing_power` says whether a point is
/// the power after the file's last one.
///
/// # Errors
/// [`SetupError::Format`] when a point is none, [`SetupError::Ceremony`] when the bases are not those of the powers.
pub(super) fn check<P: Group>(
    file: &Ptau<'_>,
    powers: Powers,
    is_missing_power: impl FnOnce(&Affine<P>) -> bool,
    report: Report<'_>,
) -> Result<(), SetupError> {
    let rng = &mut randomness::from_os()?;
    let (section, largest) = (powers.lagrange_section(), powers.largest_basis(file.power()));
    let mut expected = vec![Fr::ZERO; 1 << largest];
    let mut factors = Vec::with_capacity((2 << largest) - 1);
    for log_size in 0..=largest {
        let size = 1usize << log_size;
        let own: Vec<Fr> = (0..size).map(|_| random(rng)).collect();
        let domain = Radix2EvaluationDomain::<Fr>::new(size);
        let domain = domain.ok_or_else(|| file.bad(format!("section {section}: no root of unity of order {size}")))?;
        for (place, value) in expected.iter_mut().zip(domain.ifft(&own)) {
            *place += value;
        }
        factors.extend(own);
    }
    let mut difference = Projective::<P>::ZERO;
    let bases = file.lagrange_bases(powers).unwrap_or_default();
    for chunk in checked_points::<P>(file, section, bases)? {
        let (start, points) = chunk?;
        report("Lagrange bases", start, factors.len());
        difference += msm(&points, &signed(&factors[start..start + points.len()]));
    }
    // The powers themselves were checked before.
    for chunk in checked_points::<P>(file, powers.section(), file.powers(powers))? {
        let (start, points) = chunk?;
        report("Lagrange bases", start, expected.len());
        difference -= msm(&points, &signed(&expected[start..start + points.len()]));
    }
    let holds = difference == Projective::ZERO
        || match expected.get(powers.count(file.power())).and_then(Field::inverse) {
            Some(inverse) => is_missing_power(&(difference * inverse).into_affine()),
            None => false,
        };
    if holds {
        return Ok(());
    }
    let reason = format!("section {section}: these are not the Lagrange bases of its {}", powers.name());
    Err(SetupError::ceremony(file.name(), reason))
}
