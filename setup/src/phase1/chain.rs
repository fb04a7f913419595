//! The chain of contributions in a `.ptau`: what can be checked without its points.
//!
//! Each contribution multiplied τ, α and β by secrets, and shows for each secret x the points s, x·s and x·H, with H hashed
//! from the challenge it started from. Pairings say that all three have the same ratio, and that the accumulated values
//! grew by it. H is another one for every challenge, so a proof that was moved, replayed or altered does not hold.

use ark_bn254::{G1Affine, G2Affine};
use ark_ec::AffineRepr;
use rayon::prelude::*;

use super::{
    hashes::{key_point, response_hash},
    secrets::Secrets,
};
use crate::{
    SetupError,
    formats::ptau::{Contribution, Origin},
    phase2::{MAX_ITERATIONS_EXP, MIN_ITERATIONS_EXP, same_ratio, too_long},
};

/// The accumulated values that a contribution starts from.
struct Before<'a> {
    tau_g1: G1Affine,
    tau_g2: G2Affine,
    alpha_g1: G1Affine,
    beta_g1: G1Affine,
    beta_g2: G2Affine,
    challenge: &'a [u8; 64],
}

impl<'a> Before<'a> {
    /// τ = α = β = 1.
    fn first(challenge: &'a [u8; 64]) -> Self {
        let (one, two) = (G1Affine::generator(), G2Affine::generator());
        Self { tau_g1: one, tau_g2: two, alpha_g1: one, beta_g1: one, beta_g2: two, challenge }
    }

    fn after(contribution: &'a Contribution) -> Self {
        let Contribution { tau_g1, tau_g2, alpha_g1, beta_g1, beta_g2, next_challenge, .. } = contribution;
        Self {
            tau_g1: *tau_g1,
            tau_g2: *tau_g2,
            alpha_g1: *alpha_g1,
            beta_g1: *beta_g1,
            beta_g2: *beta_g2,
            challenge: next_challenge,
        }
    }
}

/// Checks every contribution against the one before it; beacons count as anybody's.
///
/// # Errors
/// [`SetupError::Ceremony`] with the first contribution that does not hold, and why.
pub(crate) fn check(file: &str, contributions: &[Contribution], first_challenge: &[u8; 64]) -> Result<(), SetupError> {
    let bad = contributions.par_iter().enumerate().find_map_first(|(i, contribution)| {
        let before = match i.checked_sub(1) {
            Some(before) => Before::after(&contributions[before]),
            None => Before::first(first_challenge),
        };
        check_one(contribution, &before).err().map(|reason| (i, reason))
    });
    refuse(file, contributions, bad)
}

/// Refuses beacons that would take more than 2^`max_iterations_exp` iterations to compute again.
pub(crate) fn limit_beacons(
    file: &str,
    contributions: &[Contribution],
    max_iterations_exp: u8,
) -> Result<(), SetupError> {
    let exponents = contributions.iter().map(|contribution| match contribution.origin {
        Origin::Beacon { iterations_exp, .. } => Some(iterations_exp),
        Origin::Contributor => None,
    });
    refuse(file, contributions, too_long(exponents, max_iterations_exp))
}

/// Computes the beacons again: as long as [`limit_beacons`] let them take.
pub(crate) fn check_beacons(
    file: &str,
    contributions: &[Contribution],
    first_challenge: &[u8; 64],
) -> Result<(), SetupError> {
    let bad = contributions.par_iter().enumerate().find_map_first(|(i, contribution)| {
        let Origin::Beacon { iterations_exp, value } = &contribution.origin else { return None };
        let challenge = i.checked_sub(1).map_or(first_challenge, |before| &contributions[before].next_challenge);
        let same = Secrets::of_beacon(value, *iterations_exp).public_keys(challenge) == contribution.keys;
        (!same).then(|| (i, "it is not the beacon that its public value gives".to_owned()))
    });
    refuse(file, contributions, bad)
}

fn refuse(file: &str, contributions: &[Contribution], bad: Option<(usize, String)>) -> Result<(), SetupError> {
    match bad {
        Some((i, reason)) => Err(SetupError::ceremony(file, format!("{}: {reason}", which(i, &contributions[i])))),
        None => Ok(()),
    }
}

/// `contribution 3 ('name')`, for errors.
pub(crate) fn which(index: usize, contribution: &Contribution) -> String {
    let name = match contribution.display_name() {
        name if name.is_empty() => String::new(),
        name => format!(" ('{name}')"),
    };
    format!("contribution {}{name}", index + 1)
}

fn check_one(contribution: &Contribution, before: &Before<'_>) -> Result<(), String> {
    let Contribution { keys, tau_g1, tau_g2, alpha_g1, beta_g1, beta_g2, .. } = contribution;
    if response_hash(contribution).is_none() {
        return Err("its stored hash state is none".to_owned());
    }
    let mut points = [G2Affine::identity(); 3];
    for (point, (number, name, key)) in points.iter_mut().zip(keys.each()) {
        *point = key_point(number, before.challenge, &key.g1_s, &key.g1_sx);
        if !same_ratio((&key.g1_s, &key.g1_sx), (point, &key.g2_spx)) {
            return Err(format!(
                "its proof of knowledge of {name} does not hold: it was altered, moved, or made for another challenge"
            ));
        }
    }
    let [tau, alpha, beta] = &points;
    let (tau_key, beta_key) = (&keys.tau, &keys.beta);
    for (holds, what) in [
        (same_ratio((&before.tau_g1, tau_g1), (tau, &tau_key.g2_spx)), "tau*G1"),
        (same_ratio((&tau_key.g1_s, &tau_key.g1_sx), (&before.tau_g2, tau_g2)), "tau*G2"),
        (same_ratio((&before.alpha_g1, alpha_g1), (alpha, &keys.alpha.g2_spx)), "alpha*G1"),
        (same_ratio((&before.beta_g1, beta_g1), (beta, &beta_key.g2_spx)), "beta*G1"),
        (same_ratio((&beta_key.g1_s, &beta_key.g1_sx), (&before.beta_g2, beta_g2)), "beta*G2"),
    ] {
        if !holds {
            return Err(format!("its {what} is not the one before it times what it proves to know"));
        }
    }
    if let Origin::Beacon { iterations_exp, .. } = &contribution.origin
        && !(MIN_ITERATIONS_EXP..=MAX_ITERATIONS_EXP).contains(iterations_exp)
    {
        return Err(format!(
            "a beacon of 2^{iterations_exp} iterations; it can have 2^{MIN_ITERATIONS_EXP} to 2^{MAX_ITERATIONS_EXP}"
        ));
    }
    Ok(())
}
