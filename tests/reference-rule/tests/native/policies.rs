//! Presets, random policies that pass the certificate, and integers that nobody would choose.

use pot_protocol::{
    policy::{
        BUMPS, Bet, Claim, ClaimBets, Coefficients, KNOTS_A, KNOTS_B, MAX_THRESHOLD, Micro, Parameters, Preset,
        RawPolicy, SEGMENTS_A,
        certificate::{self, Direction, Factor, loosest_above, loosest_below, smallest_threshold},
    },
    rule::LOOKS,
    score::Score,
};

use crate::Random;

pub(crate) fn presets() -> Vec<Coefficients> {
    Preset::all().map(|preset| preset.policy().coefficients().clone()).into()
}

fn window(random: &mut Random) -> (u32, u32) {
    let (a, b) = (*random.of(&LOOKS), *random.of(&LOOKS));
    (a.min(b), a.max(b))
}

/// A preset with another window, and half of the time another line between the claims.
pub(crate) fn other_window(random: &mut Random, presets: &[Coefficients]) -> Coefficients {
    let mut coefficients = random.of(presets).clone();
    (coefficients.n_min, coefficients.n_max) = window(random);
    if random.below(2) == 0 {
        coefficients.tau = u32::try_from(random.below(513)).unwrap();
    }
    coefficients
}

/// Any integers.
pub(crate) fn any(random: &mut Random) -> Coefficients {
    let (n_min, n_max) = window(random);
    let scale = 1 << random.below(20);
    let mut coefficients = Preset::Quick.policy().coefficients().clone();
    (coefficients.n_min, coefficients.n_max) = (n_min, n_max);
    coefficients.tau = u32::try_from(random.below(513)).unwrap();
    coefficients.same.iter_mut().chain(&mut coefficients.different).for_each(|bet| *bet = any_bet(random, scale));
    coefficients.strict.iter_mut().chain(&mut coefficients.strong).for_each(|bet| *bet = any_bet(random, scale));
    coefficients
}

fn any_bet<const S: usize>(random: &mut Random, scale: i64) -> Bet<S> {
    let mut number = |n: i64| random.between(-n, n);
    Bet {
        c: number(64 * scale),
        a: [(); S].map(|()| number(scale)),
        b: [(); BUMPS].map(|()| number(1 + scale / 64)),
        t: number(MAX_THRESHOLD - 1).max(1),
    }
}

/// Moves one bet's threshold to just what these scores reach, or one above it.
pub(crate) fn tighten(random: &mut Random, coefficients: &mut Coefficients, scores: &[u16]) {
    let (which, above) = (random.below(7), random.between(0, 1));
    let c = coefficients;
    match which {
        0..=1 => reach(&mut c.same[usize::from(which == 1)], scores, above),
        2..=3 => reach(&mut c.different[usize::from(which == 3)], scores, above),
        4 => reach(&mut c.strict[0], scores, above),
        _ => reach(&mut c.strong[usize::from(which == 6)], scores, above),
    }
}

fn reach<const S: usize>(bet: &mut Bet<S>, scores: &[u16], above: i64) {
    let total: i128 = scores.iter().map(|&x| bet.gain(Score::saturating(x.into()))).sum();
    bet.t = i64::try_from(total).unwrap() + above;
}

/// A policy that the certificate accepts: random parameters, stakes and weights, and splines below the logarithms.
pub(crate) fn valid(random: &mut Random) -> Coefficients {
    loop {
        if let Some(document) = attempt(random)
            && certificate::check(&document).is_ok()
        {
            return document.coefficients;
        }
    }
}

fn attempt(random: &mut Random) -> Option<RawPolicy> {
    let mut document = Preset::Quick.policy().document().clone();
    let mut micro = |low, high| u32::try_from(random.between(low, high)).unwrap();
    let gamma = micro(10_000, 400_000);
    let p = &mut document.parameters;
    (p.alpha, p.gamma) = (Micro(micro(1_000, 300_000)), Micro(gamma));
    (p.eta, p.delta) = (Micro(micro(300_000, 1_000_000)), Micro(gamma + micro(50_000, 3_000_000)));
    (p.n_min, p.n_max) = window(random);
    let c = &mut document.coefficients;
    (c.n_min, c.n_max) = (p.n_min, p.n_max);
    claim(random, p, Claim::Same, &mut document.betting.same, &mut c.same)?;
    claim(random, p, Claim::Different, &mut document.betting.different, &mut c.different)?;
    claim(random, p, Claim::Strict, &mut document.betting.strict, &mut c.strict)?;
    claim(random, p, Claim::Strong, &mut document.betting.strong, &mut c.strong)?;
    let [low, high] = [document.betting.same.tq.div_ceil(256), document.betting.different.tq / 256].map(i64::from);
    c.tau = u32::try_from(random.between(low, high)).unwrap();
    Some(document)
}

fn claim<const K: usize, const S: usize>(
    random: &mut Random,
    parameters: &Parameters,
    claim: Claim,
    betting: &mut ClaimBets<K>,
    bets: &mut [Bet<S>; K],
) -> Option<()> {
    let (direction, tq) = match claim {
        Claim::Same | Claim::Strict => (Direction::Below, loosest_below(claim, parameters)),
        Claim::Different | Claim::Strong => (Direction::Above, loosest_above(claim, parameters)),
    };
    betting.tq = tq;
    let knots: &[u16] = if S == SEGMENTS_A { &KNOTS_A } else { &KNOTS_B };
    let first = u16::try_from(random.between(1, 1023)).unwrap();
    for (k, bet) in bets.iter_mut().enumerate() {
        betting.lambda[k] = u16::try_from(random.between(1, 999)).unwrap();
        betting.weight[k] = if k == 0 { first } else { 1024 - first };
        let factor = Factor::new(direction, betting.lambda[k], tq, *knots.last().unwrap())?;
        bet.t = smallest_threshold(parameters.alpha.0, betting.weight[k])?;
        spline(random, &factor, knots, bet)?;
    }
    Some(())
}

/// A spline that touches the logarithm at the knots, with some part of the largest parabolas that fit below it.
fn spline<const S: usize>(random: &mut Random, factor: &Factor, knots: &[u16], bet: &mut Bet<S>) -> Option<()> {
    bet.c = factor.log_floor(0)?;
    let mut at = bet.c;
    for (j, ends) in knots.windows(2).enumerate() {
        let width = i64::from(ends[1] - ends[0]);
        bet.a[j] = (factor.log_floor(ends[1])? - at).div_euclid(width);
        if j < BUMPS {
            let rooms = (1..width).map(|i| {
                let log = factor.log_floor(ends[0] + u16::try_from(i).ok()?)?;
                Some((log - at - bet.a[j] * i).div_euclid(i * (width - i)))
            });
            let room = rooms.collect::<Option<Vec<i64>>>()?.into_iter().min()?;
            bet.b[j] = random.between(0, room.max(0));
        }
        at += bet.a[j] * width;
    }
    Some(())
}
