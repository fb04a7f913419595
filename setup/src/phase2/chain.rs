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
/// Above this a beacon is refused: recomputing it would take weeks, and a file from anybody could ask for that.
pub const MAX_ITERATIONS_EXP: u8 = 40;

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

/// Whether beacons are computed again, which may take minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beacons {
    /// They are, and have to be what the file says.
    Recompute,
    /// They count as anybody's contributions.
    Believe,
}

/// Checks the chain from δ = 1 to the key's δ.
///
/// # Errors
/// [`SetupError::Ceremony`] with the first contribution that does not hold, and why.
pub fn check(key: &Zkey<'_>, beacons: Beacons) -> Result<Vec<Link>, SetupError> {
    let header = &key.header;
    let bad = |reason: &str| SetupError::ceremony(&key.name, reason.to_owned());
    if header.gamma_g2 != G2Affine::generator() {
        return Err(bad("its gamma is not the generator of G2, as in every key of a ceremony"));
    }
    let mut transcript = Transcript::new(&key.mpc.cs_hash);
    let mut delta = G1Affine::generator();
    let mut links = Vec::with_capacity(key.mpc.contributions.len());
    for (number, contribution) in (1..).zip(&key.mpc.contributions) {
        check_one(contribution, &transcript, &delta, beacons).map_err(|reason| {
            let name = contribution.name.as_deref().map(|name| format!(" ('{}')", name.escape_debug()));
            bad(&format!("contribution {number}{}: {reason}", name.unwrap_or_default()))
        })?;
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

fn check_one(
    contribution: &Contribution,
    before: &Transcript,
    delta: &G1Affine,
    beacons: Beacons,
) -> Result<(), &'static str> {
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
    if let Kind::Beacon { iterations_exp, beacon_hash } = kind {
        if !(MIN_ITERATIONS_EXP..=MAX_ITERATIONS_EXP).contains(iterations_exp) || beacon_hash.is_empty() {
            return Err("it is a beacon without value or with an exponent of iterations outside 10 to 40");
        }
        if beacons == Beacons::Recompute {
            let mut stream = Stream::of_beacon(beacon_hash, *iterations_exp);
            let (x, s) = (stream.fr(), stream.g1());
            let mut sx = [s];
            scale_all(&mut sx, &x);
            if (s, sx[0]) != (*g1_s, *g1_sx) {
                return Err("it is not the beacon that its public value gives");
            }
        }
    }
    Ok(())
}

/// Whether the second point of G1 is the same multiple of the first as in G2: e(a, b') = e(b, a').
pub(crate) fn same_ratio(g1: (&G1Affine, &G1Affine), g2: (&G2Affine, &G2Affine)) -> bool {
    // With infinity in it anything would hold.
    let infinity = g1.0.is_zero() || g1.1.is_zero() || g2.0.is_zero() || g2.1.is_zero();
    !infinity && Bn254::multi_pairing([*g1.0, -*g1.1], [*g2.1, *g2.0]).is_zero()
}
