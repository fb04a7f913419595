//! Contributing: δ becomes x·δ, and everything over δ is divided by x. Nothing but the key's file is needed.

use std::path::Path;

use ark_bn254::{Fr, G1Affine, G2Affine};
use ark_ff::{Field, PrimeField, Zero};
use blake2::{Blake2b512, Digest};
use zeroize::{Zeroize, Zeroizing};

use super::{
    chain::{self, MAX_ITERATIONS_EXP, MIN_ITERATIONS_EXP},
    deterministic::{Stream, hash_to_g2},
    transcript::{Transcript, contribution_hash},
};
use crate::{
    SetupError,
    curve::scale_all,
    formats::{
        points::to_bytes,
        zkey::{Contribution, Kind, ORDER_OF_A_CONTRIBUTION, Sections, Zkey},
    },
    new_file,
    phase1::times,
};

/// Most characters of a name, as in snarkjs.
pub const MAX_NAME: usize = 64;
/// Most bytes of a beacon's value.
const MAX_BEACON: usize = 255;

/// What a contribution multiplies δ by, and the point that shows it. Wiped when dropped.
struct DeltaKey {
    x: Zeroizing<Fr>,
    g1_s: G1Affine,
}

impl DeltaKey {
    /// From the operating system's randomness and whatever else the contributor adds to it: the result is as good as
    /// the better of both.
    fn secret(extra: &[u8]) -> Result<Self, SetupError> {
        let mut os = Zeroizing::new([0; 64]);
        getrandom::fill(os.as_mut_slice()).map_err(SetupError::Randomness)?;
        let mut seed = Zeroizing::new([0; 64]);
        let mut hasher = Blake2b512::new();
        hasher.update(b"pot phase 2 contribution v1");
        hasher.update(os.as_slice());
        hasher.update(extra);
        seed.copy_from_slice(hasher.finalize().as_slice());
        let derive = |purpose: &[u8]| {
            let mut derived = Zeroizing::new([0; 64]);
            derived.copy_from_slice(
                Blake2b512::new_with_prefix(purpose).chain_update(seed.as_slice()).finalize().as_slice(),
            );
            derived
        };
        // 512 bits reduced: as good as uniform.
        let x = Zeroizing::new(Fr::from_le_bytes_mod_order(derive(b"x").as_slice()));
        if x.is_zero() {
            return Self::secret(extra);
        }
        let mut point_seed = Zeroizing::new([0; 32]);
        point_seed.copy_from_slice(&derive(b"s")[..32]);
        Ok(Self { x, g1_s: Stream::new(&point_seed).g1() })
    }

    /// As snarkjs' beacon draws it.
    fn of_beacon(value: &[u8], iterations_exp: u8) -> Self {
        let mut stream = Stream::of_beacon(value, iterations_exp);
        Self { x: Zeroizing::new(stream.fr()), g1_s: stream.g1() }
    }
}

/// Contributes to `key` and writes the new key to `out`; gives the contribution's hash. `extra` is mixed into the
/// operating system's randomness.
///
/// # Errors
/// [`SetupError::Ceremony`] when the key's chain does not hold, [`SetupError::Format`] when a point of it is not on the curve
/// (a secret multiplied into such points could leak) or the name is refused; of the file system.
pub fn contribute(key: &Zkey<'_>, name: Option<&str>, extra: &[u8], out: &Path) -> Result<[u8; 64], SetupError> {
    new_file::refuse_existing(out)?;
    check_name(name)?;
    chain::check_but_beacons(key)?;
    let secret = DeltaKey::secret(extra)?;
    apply(key, &secret, Kind::Contribution, name, out)
}

/// Closes the contributions with a public value that nobody could know when they were made.
///
/// # Errors
/// As of [`contribute`]; [`SetupError::Beacon`] for a value or a number of iterations that is not possible.
pub fn beacon(
    key: &Zkey<'_>,
    name: Option<&str>,
    value: &[u8],
    iterations_exp: u8,
    out: &Path,
) -> Result<[u8; 64], SetupError> {
    new_file::refuse_existing(out)?;
    check_name(name)?;
    check_beacon(value, iterations_exp)?;
    chain::check_but_beacons(key)?;
    let public = DeltaKey::of_beacon(value, iterations_exp);
    let kind = Kind::Beacon { iterations_exp, beacon_hash: value.to_vec() };
    apply(key, &public, kind, name, out)
}

/// Refuses a beacon that no contribution can be made from.
pub(crate) fn check_beacon(value: &[u8], iterations_exp: u8) -> Result<(), SetupError> {
    if value.is_empty() || value.len() > MAX_BEACON {
        return Err(SetupError::Beacon(format!("a value of {} bytes, 1 to {MAX_BEACON} are possible", value.len())));
    }
    if !(MIN_ITERATIONS_EXP..=MAX_ITERATIONS_EXP).contains(&iterations_exp) {
        return Err(SetupError::Beacon(format!(
            "2^{iterations_exp} iterations, 2^{MIN_ITERATIONS_EXP} to 2^{MAX_ITERATIONS_EXP} are possible"
        )));
    }
    Ok(())
}

/// Refuses a name that no contribution can have: also one with characters that nobody sees, or that turn the direction of
/// what stands beside them. Everybody shows names.
pub(crate) fn check_name(name: Option<&str>) -> Result<(), SetupError> {
    let bad = |name: &&str| {
        name.is_empty() || name.encode_utf16().count() > MAX_NAME || name.len() > 255 || name.chars().any(is_unseen)
    };
    match name.filter(bad) {
        Some(_) => Err(SetupError::ContributorName),
        None => Ok(()),
    }
}

/// Control characters, line separators, and characters that only format.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

fn apply(
    key: &Zkey<'_>,
    DeltaKey { x, g1_s }: &DeltaKey,
    kind: Kind,
    name: Option<&str>,
    out: &Path,
) -> Result<[u8; 64], SetupError> {
    let mut inverse = Zeroizing::new(x.inverse().unwrap_or_default());
    let mut l = key.checked_points(8, key.sections.l)?;
    let mut h = key.checked_points(9, key.sections.h)?;

    let mut g1 = [*g1_s, key.header.delta_g1];
    scale_all(&mut g1, x);
    let [g1_sx, delta_after] = g1;
    let mut transcript = Transcript::new(&key.mpc.cs_hash);
    key.mpc.contributions.iter().for_each(|contribution| transcript.absorb(contribution));
    let transcript = transcript.next(g1_s, &g1_sx);
    let times_x = |point: G2Affine| times(&point, x);
    let contribution = Contribution {
        delta_after,
        g1_s: *g1_s,
        g1_sx,
        g2_spx: times_x(hash_to_g2(&transcript)),
        transcript,
        kind,
        name: name.map(str::to_owned),
    };
    let hash = contribution_hash(&contribution);

    scale_all(&mut l, &inverse);
    scale_all(&mut h, &inverse);
    inverse.zeroize();
    let (l, h) = (to_bytes(&l), to_bytes(&h));
    let mut new = key.clone();
    new.header.delta_g1 = delta_after;
    new.header.delta_g2 = times_x(key.header.delta_g2);
    new.mpc.contributions.push(contribution);
    new.sections = Sections { l: &l, h: &h, ..key.sections };
    new.order = ORDER_OF_A_CONTRIBUTION;
    new_file::write_new(out, |file| new.write_to(file).map(drop))?;
    Ok(hash)
}
