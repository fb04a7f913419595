//! Lies about what comes after the stop.

use pot_circuits::{VerdictCircuit, VerdictPublic};
use pot_protocol::{policy::Bet, rule::Capacity, score::Score};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use crate::instances::{ALWAYS, Instance, checked, some_preset};

/// Scores with a single wire that is not 0: one bit of the offset, or the first flag.
const SINGLE: [u64; 7] = [1, 2, 4, 8, 16, 32, 64];

/// Circuits whose prover goes on after the stop with one score that is not 0, for each score after the first look and each of
/// [`SINGLE`]; and for every two looks, whether a decision or the window's end stopped the run at the first of them.
///
/// # Errors
/// When a stop does not come to what it was made for, or the native check refuses it.
pub fn after_the_stop(capacity: Capacity, seed: u64) -> anyhow::Result<Vec<VerdictCircuit>> {
    let looks = capacity.looks();
    let mut random = ChaCha20Rng::seed_from_u64(seed);
    let (mut stops, mut found) = (vec![], vec![]);
    for stretch in looks.windows(2) {
        stops.extend([
            stopped(capacity, stretch[0], true, &mut random)?,
            stopped(capacity, stretch[0], false, &mut random)?,
        ]);
        let places = (stretch[0] as usize..stretch[1] as usize).flat_map(|at| SINGLE.map(|score| (at, score)));
        let places: Vec<_> = places.collect();
        for i in 0..places.len().max(stops.len()) {
            let (at, score) = places[i % places.len()];
            found.push(going_on(&stops[i % stops.len()], at, score));
        }
    }
    Ok(found)
}

/// A run of scores that are 0, stopped at `look` by a decision or else by the window.
fn stopped(capacity: Capacity, look: u32, decided: bool, random: &mut ChaCha20Rng) -> anyhow::Result<Instance> {
    let looks = capacity.looks();
    let mut coefficients = some_preset(random);
    (coefficients.n_min, coefficients.n_max, coefficients.tau) = (look, look, 0);
    (coefficients.same, coefficients.different) = ([Bet::NULL; 2], [Bet::NULL; 2]);
    if decided {
        coefficients.n_max = looks[looks.len() - 1];
        coefficients.different = [ALWAYS, Bet::NULL];
    }
    checked(capacity, format!("stopped at {look}"), coefficients, vec![Score::ZERO; look as usize], random)
}

fn going_on(instance: &Instance, at: usize, score: u64) -> VerdictCircuit {
    let mut private = instance.private();
    let public = VerdictPublic::of(instance.capacity, instance.digest.into(), &private, instance.outcome);
    private.scores.resize(at, Score::ZERO);
    private.scores.push(Score::saturating(score));
    VerdictCircuit::new(instance.capacity, public, private)
}
