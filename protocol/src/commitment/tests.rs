//! Hiding, binding and openings of the score commitment; the policy digest.

use ark_bn254::Fr;
use ark_ff::One;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::{BlindingSeed, SCORES_PER_LEAF, ScoreCommitment, leaves, policy_digest, scores::pack};
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

#[test]
fn a_leaf_opens_with_all_of_its_scores_also_where_the_last_ones_are_zero() {
    // A zero at the end is no digit of the packed number: only the count tells the two openings apart.
    let commitment = ScoreCommitment::commit(Capacity::C128, &scores(10), &BlindingSeed::new([3; 32]));
    let mut opening = commitment.open(0).unwrap();
    assert_eq!(opening.scores.len(), SCORES_PER_LEAF);
    assert_eq!(opening.scores.pop(), Some(Score::ZERO));
    assert!(!opening.verify(Capacity::C128, commitment.root()));
    opening.scores.extend([Score::ZERO; 2]);
    assert!(!opening.verify(Capacity::C128, commitment.root()));
}

#[test]
fn scores_are_the_digits_of_the_packed_number_the_first_one_lowest() {
    let of = |units: &[u16]| pack(&units.iter().map(|&u| Score::new(u).unwrap()).collect::<Vec<_>>());
    assert_eq!(of(&[7]), Fr::from(7u64));
    assert_eq!(of(&[1, 2, 4607]), Fr::from(1 + 2 * 4608 + 4607 * 4608u64.pow(2)));
}

#[test]
fn a_commitment_does_not_print_what_it_hides() {
    let commitment = ScoreCommitment::commit(Capacity::C128, &scores(10), &BlindingSeed::new([3; 32]));
    assert_eq!(format!("{commitment:?}"), "ScoreCommitment { capacity: C128, .. }");
}

#[test]
fn scores_and_blindings_are_wiped_when_dropped() {
    fn wiped<T: ZeroizeOnDrop>(_: &T) {}
    let mut commitment = ScoreCommitment::commit(Capacity::C128, &scores(10), &BlindingSeed::new([3; 32]));
    wiped(&commitment);
    let mut leaf = commitment.leaves[0].clone();
    leaf.zeroize();
    assert_eq!((leaf.packed, leaf.blinding), (Fr::from(0u64), Fr::from(0u64)));
    commitment.zeroize();
    assert!(commitment.scores.is_empty() && commitment.leaves.is_empty());
}
