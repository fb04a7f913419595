//! The whole of a `.ptau`: every contribution, every power, every Lagrange basis.

use ark_bn254::{G1Affine, G2Affine, g1, g2};
use ark_ec::AffineRepr;
use blake2::{Blake2b512, Digest};

use super::{
    Report,
    blake2b::Blake2b,
    chain::{self, which},
    hashes::{PointHashes, first_challenge, response_hash},
    lagrange,
    powers::{Summary, summarize},
};
use crate::{
    SetupError,
    formats::ptau::{Contribution, Origin, Powers, Ptau, read_point},
    phase2::same_ratio,
    randomness,
};

/// A contribution that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The name that the contributor gave, control characters escaped: nobody checked it.
    pub name: String,
    /// A contributor's or a beacon's.
    pub origin: Origin,
    /// The hash that the contributor has announced, or should have.
    pub response: [u8; 64],
    /// What the next contributor started from.
    pub next_challenge: [u8; 64],
}

/// A file that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// For circuits of up to 2^power constraints.
    pub power: u32,
    /// The power of the whole ceremony. In a file that was cut from a larger one, the last contribution's hashes cannot be
    /// computed again, as they are over points that are no longer there.
    pub ceremony_power: u32,
    /// Whether it has the Lagrange bases.
    pub prepared: bool,
    /// The contributions, oldest first.
    pub contributions: Vec<Link>,
}

/// Verifies a file: that every contribution proves its secrets and follows from the one before, that the beacons are those of
/// their public values, that the powers are those of one τ, α and β, which are the last contribution's, that the last contribution's
/// hashes are over these points, and that Lagrange bases are those of the powers. Beacons are computed again last, up to
/// 2^`max_iterations_exp` iterations for all of them.
///
/// Errors of chance have a probability below 2^−100.
///
/// # Errors
/// [`SetupError::Ceremony`] with what does not hold, and of which contribution; [`SetupError::Format`] when a point is none.
pub fn verify(file: &Ptau<'_>, max_iterations_exp: u8, report: Report<'_>) -> Result<Verified, SetupError> {
    let contributions = file.contributions()?;
    let Some(last) = contributions.last() else {
        let reason = "nobody has contributed to it: its secrets are known to all".to_owned();
        return Err(SetupError::ceremony(file.name(), reason));
    };
    report("contributions", 0, contributions.len());
    let first_challenge = first_challenge(file.ceremony_power());
    chain::check(file.name(), &contributions, &first_challenge)?;
    chain::limit_beacons(file.name(), &contributions, max_iterations_exp)?;
    let before = contributions.iter().rev().nth(1).map_or(first_challenge, |before| before.next_challenge);
    let links = contributions.iter().map(link).collect::<Option<Vec<_>>>();
    let links = links.ok_or_else(|| file.bad("a stored hash state is none"))?;
    check_points(file, &contributions, last, &before, report)?;
    if file.is_prepared() {
        check_bases(file, &last.tau_g2, report)?;
    }
    report("beacons", 0, 1);
    chain::check_beacons(file.name(), &contributions, &first_challenge)?;
    Ok(Verified {
        power: file.power(),
        ceremony_power: file.ceremony_power(),
        prepared: file.is_prepared(),
        contributions: links,
    })
}

fn link(contribution: &Contribution) -> Option<Link> {
    Some(Link {
        name: contribution.display_name(),
        origin: contribution.origin.clone(),
        response: response_hash(contribution)?,
        next_challenge: contribution.next_challenge,
    })
}

/// Sections 2 to 6, against the last contribution.
fn check_points(
    file: &Ptau<'_>,
    contributions: &[Contribution],
    last: &Contribution,
    before: &[u8; 64],
    report: Report<'_>,
) -> Result<(), SetupError> {
    let bad = |reason: String| SetupError::ceremony(file.name(), reason);
    let mut rng = randomness::from_os()?;
    let mut response = Blake2b::new();
    response.update(before);
    let next_challenge = Blake2b512::new_with_prefix(response_hash(last).unwrap_or([0; 64]));
    let mut hashes = PointHashes { response, next_challenge };

    let (one, two) = (G1Affine::generator(), G2Affine::generator());
    let not_powers =
        |powers: Powers| bad(format!("section {}: {} are no powers of tau", powers.section(), powers.name()));
    let other = |powers: Powers, i: usize| {
        let reason = "is not what the last contribution says, or not the generator";
        bad(format!("section {}: point {i} of {} {reason}", powers.section(), powers.name()))
    };
    let tau_g1: Summary<g1::Config> = summarize(file, Powers::TauG1, &mut hashes, &mut rng, report)?;
    same(&tau_g1.first, &[one, last.tau_g1]).map_err(|i| other(Powers::TauG1, i))?;
    let tau_g2: Summary<g2::Config> = summarize(file, Powers::TauG2, &mut hashes, &mut rng, report)?;
    same(&tau_g2.first, &[two, last.tau_g2]).map_err(|i| other(Powers::TauG2, i))?;
    // Each section against the τ of the other group: so the two agree as well.
    let in_g1 = |summary: &Summary<g1::Config>| {
        let [sum, shifted] = &summary.sums;
        same_ratio((sum, shifted), (&two, &last.tau_g2))
    };
    if !in_g1(&tau_g1) {
        return Err(not_powers(Powers::TauG1));
    }
    let [sum, shifted] = &tau_g2.sums;
    if !same_ratio((&one, &last.tau_g1), (sum, shifted)) {
        return Err(not_powers(Powers::TauG2));
    }
    for (powers, start) in [(Powers::AlphaTauG1, last.alpha_g1), (Powers::BetaTauG1, last.beta_g1)] {
        let summary: Summary<g1::Config> = summarize(file, powers, &mut hashes, &mut rng, report)?;
        same(&summary.first[..1], &[start]).map_err(|i| other(powers, i))?;
        if !in_g1(&summary) {
            return Err(not_powers(powers));
        }
    }
    let beta_g2: G2Affine = read_point(file.beta_g2()).map_err(|reason| file.bad(format!("section 6: {reason}")))?;
    if beta_g2 != last.beta_g2 {
        return Err(bad("section 6: beta*G2 is not what the last contribution says".to_owned()));
    }
    if !same_ratio((&one, &last.beta_g1), (&two, &beta_g2)) {
        return Err(bad("section 6: beta*G2 is of another beta than beta*G1".to_owned()));
    }
    hashes.update(&[beta_g2]);
    if file.power() == file.ceremony_power() {
        let who = which(contributions.len() - 1, last);
        if Blake2b::from_state(&last.partial_hash).map(|state| state.state()) != Some(hashes.response.state()) {
            return Err(bad(format!("{who}: its stored hash state is not over its challenge and these points")));
        }
        if last.next_challenge != <[u8; 64]>::from(hashes.next_challenge.finalize()) {
            return Err(bad(format!("{who}: its next challenge is not the hash of its response and these points")));
        }
    }
    Ok(())
}

/// Sections 12 to 15, against the powers.
fn check_bases(file: &Ptau<'_>, tau_g2: &G2Affine, report: Report<'_>) -> Result<(), SetupError> {
    let last_power = file.tau_g1().rchunks(Powers::TauG1.point_len()).next().unwrap_or_default();
    let last_power: G1Affine = read_point(last_power).map_err(|reason| file.bad(format!("section 2: {reason}")))?;
    for powers in Powers::ALL {
        match powers {
            Powers::TauG1 => {
                let is_next = |point: &G1Affine| same_ratio((&last_power, point), (&G2Affine::generator(), tau_g2));
                lagrange::check::<g1::Config>(file, powers, is_next, report)?;
            }
            Powers::TauG2 => lagrange::check::<g2::Config>(file, powers, |_| false, report)?,
            _ => lagrange::check::<g1::Config>(file, powers, |_| false, report)?,
        }
    }
    Ok(())
}

/// The position of the first difference.
fn same<T: PartialEq>(found: &[T], expected: &[T]) -> Result<(), usize> {
    found.iter().zip(expected).position(|(found, expected)| found != expected).map_or(Ok(()), Err)
}
