//! The chain of contributions in a key: what everybody who has only the key can check.
//!
//! Each contribution multiplied δ by a secret x. It shows x·s for a random s, and x·s' for the point s' of G2 that the
//! hash of everything before it gives: only who knows x could make the latter, and only for this place in this chain. The
//! pairings then say that both, and δ, were multiplied by the same x.

use ark_bn254::{Bn254, G1Affine, G2Affine};
use ark_ec::{AffineRepr, pairing::Pairing};
use ark_ff::Zero;

use super::{
    deterministic::{Stream, hash_to_g2},
    transcript::{Transcript, contribution_hash},
};
use crate::{
    SetupError,
    curve::scale_all,
    formats::zkey::{Contribution, Kind, Zkey},
};

/// Exponents of a beacon's iterations that snarkjs accepts from below.
pub const MIN_ITERATIONS_EXP: u8 = 10;
/// The largest exponent that a beacon can have: about 15 hours for whoever makes it, and for whoever computes it again.
pub const MAX_ITERATIONS_EXP: u8 = 40;
/// Files come from anybody, and an exponent is one byte of them that no hash binds: so all beacons of a file together are
/// computed again up to 2^this iterations, about a minute, unless the caller allows more.
pub const USUAL_ITERATIONS_EXP: u8 = 30;

/// A contribution whose proof holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The name that the contributor gave, as it stands in the file: nobody checked it.
    pub name: Option<String>,
    /// A person's or a beacon's.
    pub kind: Kind,
    /// The hash that the contributor has announced, or should have.
    pub hash: [u8; 64],
}

/// Checks the chain from δ = 1 to the key's δ, then computes the beacons in it again: up to 2^`max_iterations_exp`
/// iterations for all of them.
///
/// # Errors
/// [`SetupError::Ceremony`] with the first contribution that does not hold, and why; or with the beacon that would take more
/// iterations than that.
pub fn check(key: &Zkey<'_>, max_iterations_exp: u8) -> Result<Vec<Link>, SetupError> {
    let links = check_but_beacons(key)?;
    limit_beacons(key, max_iterations_exp)?;
    check_beacons(key)?;
    Ok(links)
}

/// As [`check`], but beacons count as anybody's contributions: cheap whatever the file says.
pub(crate) fn check_but_beacons(key: &Zkey<'_>) -> Result<Vec<Link>, SetupError> {
    let header = &key.header;
    let bad = |reason: &str| SetupError::ceremony(&key.name, reason.to_owned());
    if header.gamma_g2 != G2Affine::generator() {
        return Err(bad("its gamma is not the generator of G2, as in every key of a ceremony"));
    }
    let mut transcript = Transcript::new(&key.mpc.cs_hash);
    let mut delta = G1Affine::generator();
    let mut links = Vec::with_capacity(key.mpc.contributions.len());
    for (number, contribution) in (1..).zip(&key.mpc.contributions) {
        check_one(contribution, &transcript, &delta)
            .map_err(|reason| bad(&format!("{}: {reason}", which(number, contribution))))?;
        transcript.absorb(contribution);
        delta = contribution.delta_after;
        links.push(Link {
            name: contribution.name.clone(),
            kind: contribution.kind.clone(),
            hash: contribution_hash(contribution),
        });
    }
    if header.delta_g1 != delta {
        return Err(bad(&format!(
            "its delta is not the one after contribution {}, the last in it: contributions were cut off or delta was \
             changed",
            links.len()
        )));
    }
    if !same_ratio((&G1Affine::generator(), &delta), (&G2Affine::generator(), &header.delta_g2)) {
        return Err(bad("its delta in G2 is another than its delta in G1"));
    }
    Ok(links)
}

/// Refuses beacons that would take more than 2^`max_iterations_exp` iterations to compute again.
pub(crate) fn limit_beacons(key: &Zkey<'_>, max_iterations_exp: u8) -> Result<(), SetupError> {
    let exponents = key.mpc.contributions.iter().map(|contribution| match contribution.kind {
        Kind::Beacon { iterations_exp, .. } => Some(iterations_exp),
        Kind::Contribution => None,
    });
    let Some((index, reason)) = too_long(exponents, max_iterations_exp) else { return Ok(()) };
    Err(SetupError::ceremony(&key.name, format!("{}: {reason}", which(index + 1, &key.mpc.contributions[index]))))
}

/// Computes the beacons again: as long as [`limit_beacons`] let them take.
pub(crate) fn check_beacons(key: &Zkey<'_>) -> Result<(), SetupError> {
    for (number, contribution) in (1..).zip(&key.mpc.contributions) {
        let Kind::Beacon { iterations_exp, beacon_hash } = &contribution.kind else { continue };
        let mut stream = Stream::of_beacon(beacon_hash, *iterations_exp);
        let (x, s) = (stream.fr(), stream.g1());
        let mut sx = [s];
        scale_all(&mut sx, &x);
        if (s, sx[0]) != (contribution.g1_s, contribution.g1_sx) {
            let reason = format!("{}: it is not the beacon that its public value gives", which(number, contribution));
            return Err(SetupError::ceremony(&key.name, reason));
        }
    }
    Ok(())
}

/// The place of the first beacon with which those so far take more than 2^`max_exp` iterations, and what to say of it.
/// Beacons of the same value cost only their reader time, so it is all of them together that count.
pub(crate) fn too_long(exponents: impl Iterator<Item = Option<u8>>, max_exp: u8) -> Option<(usize, String)> {
    let iterations = |exp: u8| 1u128.checked_shl(exp.into()).unwrap_or(u128::MAX);
    let (mut first, mut all) = (None, 0u128);
    for (index, exp) in exponents.enumerate() {
        let Some(exp) = exp else { continue };
        all = all.saturating_add(iterations(exp));
        if first.is_none() && all > iterations(max_exp) {
            first = Some((index, exp));
        }
    }
    let (index, exp) = first?;
    let needed = all.checked_next_power_of_two().map_or(u128::BITS, u128::trailing_zeros);
    let reason = format!(
        "a beacon of 2^{exp} iterations, and no more than 2^{max_exp} in all are computed again unless \
         --max-beacon-iterations allows it (here {needed}; 2^30 take about a minute)"
    );
    Some((index, reason))
}

/// `contribution 3 ('name')`, for errors.
fn which(number: usize, contribution: &Contribution) -> String {
    let name = contribution.name.as_deref().map(|name| format!(" ('{}')", name.escape_debug()));
    format!("contribution {number}{}", name.unwrap_or_default())
}

fn check_one(contribution: &Contribution, before: &Transcript, delta: &G1Affine) -> Result<(), &'static str> {
    let Contribution { delta_after, g1_s, g1_sx, g2_spx, transcript, kind, .. } = contribution;
    if before.next(g1_s, g1_sx) != *transcript {
        return Err("its transcript does not follow from what comes before it: it was altered, moved, or made for \
                    another key");
    }
    let g2_sp = hash_to_g2(transcript);
    if !same_ratio((g1_s, g1_sx), (&g2_sp, g2_spx)) {
        return Err("its proof of knowledge does not hold");
    }
    if !same_ratio((delta, delta_after), (&g2_sp, g2_spx)) {
        return Err("it did not multiply delta by what it proves to know");
    }
    if let Kind::Beacon { iterations_exp, beacon_hash } = kind
        && (!(MIN_ITERATIONS_EXP..=MAX_ITERATIONS_EXP).contains(iterations_exp) || beacon_hash.is_empty())
    {
        return Err("it is a beacon without value or with an exponent of iterations outside 10 to 40");
    }
    Ok(())
}

/// Whether the second point of G1 is the same multiple of the first as in G2: e(a, b') = e(b, a').
pub(crate) fn same_ratio(g1: (&G1Affine, &G1Affine), g2: (&G2Affine, &G2Affine)) -> bool {
    // With infinity in it anything would hold.
    let infinity = g1.0.is_zero() || g1.1.is_zero() || g2.0.is_zero() || g2.1.is_zero();
    !infinity && Bn254::multi_pairing([*g1.0, -*g1.1], [*g2.1, *g2.0]).is_zero()
}
