//! Instances that random ones seldom are.

use pot_protocol::{
    policy::{BUMPS, Bet, CLIP_A, KNOTS_B, SEGMENTS_A},
    rule::Capacity,
    score::{MAX_SCORE, Score},
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;

use crate::{
    bits::Wanted,
    instances::{ALWAYS, Instance, checked, some_bet, some_preset},
};

/// Segments whose offsets a circuit sums and writes in bits: the first four, and the fifth and sixth of the grade.
const SUMMED: usize = SEGMENTS_A + 2;

/// For every two looks, or one twice, a verdict at the one in a window to the other; for every look but the last a run that the window ends
/// there and whose bets would fire later; runs to the end whose scores are all alike, for each segment and either parity of
/// the sums; and such in which each bit of each sum of offsets or bumps is set, between every two looks and over all scores,
/// once where the sum's lowest bit is set and once where it is not.
///
/// # Errors
/// When an instance does not come to what it was made for, or the native check refuses it.
pub fn corners(capacity: Capacity, seed: u64) -> anyhow::Result<Vec<Instance>> {
    let mut random = ChaCha20Rng::seed_from_u64(seed);
    let mut found = windows(capacity, &mut random)?;
    for (name, scores, tau) in alike(capacity).into_iter().chain(with_bits(capacity)) {
        let mut coefficients = some_preset(&mut random);
        let last = capacity.looks()[capacity.looks().len() - 1];
        (coefficients.n_min, coefficients.n_max, coefficients.tau) = (last, last, tau);
        coefficients.same = [(); 2].map(|()| some_bet(&mut random));
        coefficients.different = [(); 2].map(|()| some_bet(&mut random));
        coefficients.strict = [some_bet(&mut random)];
        coefficients.strong = [(); 2].map(|()| some_bet(&mut random));
        let scores = scores.into_iter().map(Score::saturating).collect();
        found.push(checked(capacity, name, coefficients, scores, &mut random)?);
    }
    Ok(found)
}

/// Runs to the end in which each of the 4,608 scores occurs, ascending; the last one has zeros after them.
///
/// # Errors
/// As of [`corners`].
pub fn every_score(capacity: Capacity, seed: u64) -> anyhow::Result<Vec<Instance>> {
    let mut random = ChaCha20Rng::seed_from_u64(seed);
    let all: Vec<u64> = (0..=u64::from(MAX_SCORE)).collect();
    let one = |scores: &[u64]| {
        let mut coefficients = some_preset(&mut random);
        let last = capacity.looks()[capacity.looks().len() - 1];
        (coefficients.n_min, coefficients.n_max) = (last, last);
        let mut scores: Vec<_> = scores.iter().copied().map(Score::saturating).collect();
        scores.resize(capacity.scores(), Score::ZERO);
        checked(capacity, "every score".to_owned(), coefficients, scores, &mut random)
    };
    all.chunks(capacity.scores()).map(one).collect()
}

/// Each look of a stop in each window, and each end of a window.
fn windows(capacity: Capacity, random: &mut ChaCha20Rng) -> anyhow::Result<Vec<Instance>> {
    let looks = capacity.looks();
    let mut found = vec![];
    for (i, &look) in looks.iter().enumerate() {
        for &last in &looks[i..] {
            let mut coefficients = some_preset(random);
            (coefficients.n_min, coefficients.n_max, coefficients.tau) = (look, last, 0);
            coefficients.different = [ALWAYS, Bet::NULL];
            let scores = vec![Score::saturating(random.random_range(0..5000)); look as usize];
            found.push(checked(capacity, format!("{look} in a window to {last}"), coefficients, scores, random)?);
        }
        if let Some(&next) = looks.get(i + 1) {
            // The scores after the stop are 0, so that only n counts.
            let bet = Bet { t: next.into(), ..ALWAYS };
            let mut coefficients = some_preset(random);
            (coefficients.n_min, coefficients.n_max, coefficients.tau) = (look, look, 0);
            (coefficients.same, coefficients.different) = ([bet.clone(), Bet::NULL], [Bet::NULL, bet]);
            let scores = vec![Score::ZERO; look as usize];
            found.push(checked(capacity, format!("ended at {look}, a bet at {next}"), coefficients, scores, random)?);
        }
    }
    Ok(found)
}

/// A name, scores up to the last look, and τ.
type Scores = (String, Vec<u64>, u32);

/// Scores that are the last of a segment, and perhaps a 0 or 1 at the beginning that makes sums odd which would be even.
fn alike(capacity: Capacity) -> Vec<Scores> {
    let ends = [63, 127, 255, 511, 1023, 2047, 4095, 4606];
    let others = [None, Some((0, 0)), Some((0, 1)), Some((1, 0)), Some((1, 1))];
    let all =
        ends.into_iter().flat_map(|end| others.into_iter().flat_map(move |other| [0, 1].map(|tau| (end, other, tau))));
    let one = |(end, other, tau): (u64, Option<(usize, u64)>, u32)| {
        let mut scores = vec![end; capacity.scores()];
        if let Some((at, score)) = other {
            scores[at] = score;
        }
        (format!("all scores {end}, but for {other:?}, tau {tau}"), scores, tau)
    };
    all.map(one).collect()
}

/// Scores for each bit of each sum.
fn with_bits(capacity: Capacity) -> Vec<Scores> {
    let all = [0].into_iter().chain(capacity.looks().iter().map(|look| *look as usize));
    let looks: Vec<usize> = all.collect();
    let mut found = vec![];
    for segment in 0..SUMMED {
        let [start, end] = [KNOTS_B[segment], KNOTS_B[segment + 1]].map(u64::from);
        let grade = segment >= SEGMENTS_A;
        let stretches: Vec<usize> =
            if grade { vec![capacity.scores()] } else { looks.windows(2).map(|looks| looks[1] - looks[0]).collect() };
        for (bump, odd) in [(false, false), (false, true), (true, false), (true, true)] {
            if bump && segment >= BUMPS {
                continue;
            }
            // Where the sums begin whose lowest bit the circuit does not spend a wire on.
            let lowest = if grade { u64::from(KNOTS_B[SEGMENTS_A]) } else { 0 };
            let of = |bit| Wanted { start, width: end - start, bump, bit, odd, lowest };
            for bit in 0.. {
                let parts: Vec<_> = stretches.iter().map(|scores| of(bit).scores(*scores)).collect();
                if parts.iter().all(Option::is_none) && bit > 0 {
                    break;
                }
                let filled = parts.into_iter().zip(&stretches).flat_map(|(part, count)| {
                    let mut scores = part.unwrap_or_else(|| vec![0; *count]);
                    // Not always the same scores of a stretch are 0.
                    scores.rotate_right(bit as usize % count);
                    scores
                });
                let scores: Vec<u64> = filled.collect();
                let what = if bump { "bumps" } else { "offsets" };
                let name = format!("bit {bit} of the sum of {what} from {start} on, the lowest bit {odd}");
                let tau = if bit % 2 == 0 { 0 } else { u32::from(CLIP_A) };
                if grade {
                    found.push((name, scores, tau));
                    continue;
                }
                // By a first score of 0 or 1 the clipped sums at all looks are even or odd. Its stretch is not packed.
                for first in [0, 1] {
                    let scores = [&[first], &scores[1..]].concat();
                    found.push((format!("{name}, the first score {first}"), scores, tau));
                }
            }
        }
    }
    found
}
