//! The full check of a key: from circuit and powers of tau to the last contribution.

use ark_bn254::{Fr, G1Affine, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::UniformRand;

use super::{
    chain::{self, Link, same_ratio},
    initial::Initial,
};
use crate::{
    SetupError,
    formats::{
        ptau::Ptau,
        r1cs::R1cs,
        zkey::{Header, Zkey},
    },
    msm::{Signed, msm},
    randomness,
};

/// A key whose whole history holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The circuit's hash.
    pub cs_hash: [u8; 64],
    /// The contributions, first to last. None of them: δ = 1, and everybody can forge.
    pub contributions: Vec<Link>,
}

/// Verifies that `key` is the initial key of this circuit and these powers of tau, with δ multiplied by the contributions in
/// it and by nothing else. The powers themselves are taken as they are. Beacons are computed again last, up to
/// 2^`max_iterations_exp` iterations.
///
/// # Errors
/// [`SetupError::Ceremony`] with what does not hold; [`SetupError::Format`] when one of the files is malformed.
pub fn verify(r1cs: &R1cs, ptau: &Ptau<'_>, key: &Zkey<'_>, max_iterations_exp: u8) -> Result<Verified, SetupError> {
    // Cheap, and the most telling.
    let contributions = chain::check_but_beacons(key)?;
    chain::limit_beacons(key, max_iterations_exp)?;
    let initial = Initial::new(r1cs, ptau)?;
    verify_against(&initial, key)?;
    chain::check_beacons(key)?;
    Ok(Verified { cs_hash: key.mpc.cs_hash, contributions })
}

/// Everything but the chain of contributions.
fn verify_against(initial: &Initial, key: &Zkey<'_>) -> Result<(), SetupError> {
    let bad = |reason: &str| Err(SetupError::ceremony(&key.name, reason.to_owned()));
    let expected = initial.key(&key.name);
    let (found, begun) = (&key.header, &expected.header);
    if (found.n_vars, found.n_public, found.domain_size) != (begun.n_vars, begun.n_public, begun.domain_size) {
        return bad("it is a key for a circuit of other sizes");
    }
    let points = |header: &Header| (header.alpha_g1, header.beta_g1, header.beta_g2);
    if points(found) != points(begun) {
        return bad("its alpha and beta are not those of these powers of tau");
    }
    let (found, begun) = (&key.sections, &expected.sections);
    let sections = [
        (found.ic, begun.ic, "section 3 (IC)"),
        (found.coefficients, begun.coefficients, "section 4 (coefficients)"),
        (found.a, begun.a, "section 5 (A)"),
        (found.b1, begun.b1, "section 6 (B1)"),
        (found.b2, begun.b2, "section 7 (B2)"),
    ];
    for (found, begun, section) in sections {
        if found != begun {
            return bad(&format!("{section} is not that of this circuit and these powers of tau"));
        }
    }
    if key.mpc.cs_hash != *initial.cs_hash() {
        return bad("its circuit hash is not that of this circuit and these powers of tau");
    }
    let (l, h) = (key.checked_points(8, found.l)?, key.checked_points(9, found.h)?);
    // Both sections at once: one random combination for all, so that a single pairing equation holds for each point.
    let (found, begun) = ([l, h].concat(), [&initial.l_points[..], &initial.h_points].concat());
    if divided_by_delta(&begun, &found, &key.header.delta_g2)? {
        return Ok(());
    }
    let l = initial.l_points.len();
    if divided_by_delta(&begun[..l], &found[..l], &key.header.delta_g2)? {
        bad("section 9 (H) is not the initial one over delta")
    } else {
        bad("section 8 (L) is not the initial one over delta")
    }
}

/// Whether δ times each point of `found` is the one of `begun`, by a random linear combination: a wrong one passes with a
/// probability of 2^-128.
fn divided_by_delta(begun: &[G1Affine], found: &[G1Affine], delta: &G2Affine) -> Result<bool, SetupError> {
    let scalars = random_scalars(begun.len())?;
    let (begun, found) = rayon::join(|| msm(begun, &scalars), || msm(found, &scalars));
    let (begun, found) = (begun.into_affine(), found.into_affine());
    if begun.is_zero() || found.is_zero() {
        // Where all points are infinity; elsewhere as improbable as the rest.
        return Ok(begun == found);
    }
    Ok(same_ratio((&found, &begun), (&G2Affine::generator(), delta)))
}

/// Numbers of 128 bits.
fn random_scalars(count: usize) -> Result<Vec<Signed>, SetupError> {
    let mut rng = randomness::from_os()?;
    Ok((0..count)
        .map(|_| {
            let bits = u128::rand(&mut rng);
            Signed::from(&Fr::from(bits))
        })
        .collect())
}
