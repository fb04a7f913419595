//! What SAME does not exclude: a model that is far off on a few of the prompts and identical on the others.

use pot_protocol::{policy::CLIP_A, rule::Verdict};

use crate::{
    law::{self, Law},
    pool,
    random::Random,
    setting::Setting,
};

/// The shares of prompts that are measured, in percent.
pub const SHARES: [f64; 6] = [0.5, 1.0, 2.0, 5.0, 10.0, 20.0];

/// The share of runs that end with SAME, for each policy and then each share of prompts. A prompt that is far off
/// scores at least half a nat, and how much more makes no difference to a verdict.
pub fn measure(settings: &[Setting], runs: u32, seed: u64) -> Vec<[f64; SHARES.len()]> {
    let jobs: Vec<(&Setting, f64)> = settings.iter().flat_map(|s| SHARES.map(|share| (s, share))).collect();
    let rates = pool::compute(&jobs, |cell, &(setting, percent)| {
        let law = Law::new(&law::mixed(percent / 100.0, &law::constant(CLIP_A), &law::constant(0)));
        let mut random = Random::of_cell(seed, cell as u64);
        let same = (0..runs).filter(|_| {
            let mut state = setting.machine.begin();
            loop {
                if let Some(ended) = setting.machine.push(&mut state, law.draw(&mut random)) {
                    break ended.verdict == Verdict::Same;
                }
            }
        });
        same.count() as f64 / f64::from(runs)
    });
    rates.chunks_exact(SHARES.len()).map(|row| std::array::from_fn(|i| row[i])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_bad_prompts_pass_and_many_do_not() {
        let settings = Setting::all();
        let rows = measure(&settings, 2000, 3);
        for (row, setting) in rows.iter().zip(&settings) {
            assert!(row.windows(2).all(|pair| pair[0] >= pair[1] - 0.05), "{} {row:?}", setting.name);
            assert!(row[0] > 0.99, "{} {row:?}", setting.name);
        }
        // With n_min = 10 and only zeros needed up to look 11, 0.9^11 = 0.31 of the runs under QUICK see nothing at all.
        assert!(rows[0][4] > 0.31 && rows[0][5] < 0.2, "{:?}", rows[0]);
        assert!(rows[3][3] < 0.01, "{:?}", rows[3]);
    }
}
