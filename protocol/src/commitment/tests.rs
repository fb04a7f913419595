//! Hiding, binding and openings of the score commitment; the policy digest.

use ark_bn254::Fr;
use ark_ff::One;

use super::{BlindingSeed, ScoreCommitment, leaves, policy_digest};
use crate::{
    policy::{Bet, Coefficients},
    rule::Capacity,
    score::Score,
};

fn scores(n: u16) -> Vec<Score> {
    (0..n).map(|i| Score::new(i * 37 % 4608).unwrap()).collect()
}

#[test]
fn the_root_binds_scores_order_seed_and_capacity() {
    let (seed, list) = (BlindingSeed::new([1; 32]), scores(100));
    let root = |c, s: &[Score], seed: &BlindingSeed| ScoreCommitment::commit(c, s, seed).root();
    let base = root(Capacity::C128, &list, &seed);
    let mut swapped = list.clone();
    swapped.swap(20, 21);
    assert_ne!(base, root(Capacity::C128, &swapped, &seed));
    assert_ne!(base, root(Capacity::C128, &list, &BlindingSeed::new([2; 32])));
    assert_ne!(base, root(Capacity::C1024, &list, &seed));
    assert_eq!(base, root(Capacity::C128, &[list.clone(), vec![Score::ZERO; 3]].concat(), &seed));
}

#[test]
fn every_leaf_opens_and_no_changed_opening_verifies() {
    for capacity in Capacity::ALL {
        let commitment = ScoreCommitment::commit(capacity, &scores(120), &BlindingSeed::new([3; 32]));
        let root = commitment.root();
        for leaf in 0..leaves(capacity) {
            let opening = commitment.open(leaf).unwrap();
            assert!(opening.verify(capacity, root));
            assert!(!opening.verify(capacity, root + Fr::one()));
            let mut other = opening.clone();
            other.leaf = (leaf + 1) % leaves(capacity);
            assert!(!other.verify(capacity, root));
            let mut other = opening.clone();
            other.scores[0] = Score::MAX;
            assert!(!other.verify(capacity, root));
            let mut other = opening.clone();
            other.blinding += Fr::one();
            assert!(!other.verify(capacity, root));
        }
        assert!(commitment.open(leaves(capacity)).is_none());
    }
}

#[test]
fn every_coefficient_enters_the_policy_digest() {
    let base = Coefficients {
        n_min: 10,
        n_max: 120,
        tau: 153,
        same: [Bet::NULL, Bet::NULL],
        different: [Bet::NULL, Bet::NULL],
        strict: [Bet::NULL],
        strong: [Bet::NULL, Bet::NULL],
    };
    let digest = policy_digest(&base);
    let mut changed = vec![];
    let mut add = |c: Coefficients| changed.push(policy_digest(&c));
    add(Coefficients { n_min: 11, ..base.clone() });
    add(Coefficients { n_max: 11, ..base.clone() });
    add(Coefficients { tau: 11, ..base.clone() });
    for bet in 0..2 {
        let mut c = base.clone();
        c.same[bet].c = -1;
        add(c);
        let mut c = base.clone();
        c.different[bet].a[3] = 1;
        add(c);
        let mut c = base.clone();
        c.strong[bet].t -= 1;
        add(c);
    }
    let mut c = base.clone();
    c.strict[0].b[3] = 1;
    add(c);
    changed.push(digest);
    let mut distinct = changed.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), changed.len());
}

#[test]
fn the_seed_is_not_printed() {
    assert_eq!(format!("{:?}", BlindingSeed::new([7; 32])), "BlindingSeed(..)");
}
