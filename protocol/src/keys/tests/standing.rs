use ark_bn254::Fr;
use ark_ec::CurveGroup;
use ark_ff::Field;

use super::{CIRCUIT, g2, key, points};
use crate::{
    digest::Digest,
    keys::{BUILT_IN, Ceremony, KeyPoints, Phase1Source, Provenance, Standing, VerifyingKey},
    rule::Capacity,
};

fn of_a_ceremony(points: &KeyPoints) -> VerifyingKey {
    let ceremony = Ceremony {
        phase1: Phase1Source::Private,
        phase1_blake2b: [9; 64],
        contributions: 40,
        beacon: true,
        zkey: Digest([8; 32]),
    };
    VerifyingKey::new(CIRCUIT, Capacity::C128, Provenance::Ceremony(ceremony), points).unwrap()
}

#[test]
fn every_built_in_key_has_its_pinned_id() {
    for known in BUILT_IN {
        let key = VerifyingKey::from_bytes(known.bytes).unwrap();
        assert_eq!((key.id().to_string().as_str(), key.is_built_in()), (known.id, true));
        assert_eq!(key.standing(), if known.rehearsal { Standing::Rehearsal } else { Standing::Ceremony });
    }
}

#[test]
fn a_key_is_worth_what_it_says_unless_it_is_known_to_be_worth_less() {
    assert_eq!((key().standing(), key().origin().as_str()), (Standing::Development, "development key"));
    let good = of_a_ceremony(&points());
    assert_eq!(good.standing(), Standing::Ceremony);
    assert!(good.origin().starts_with("ceremony key: 40 contributions and a beacon over"), "{}", good.origin());
    assert!(!good.origin().contains("one party"), "{}", good.origin());
    assert!(!good.is_built_in() && !key().is_built_in());
    assert!(Standing::Development < Standing::Rehearsal && Standing::Rehearsal < Standing::Ceremony);
    let forged = [Standing::Development, Standing::Rehearsal, Standing::Ceremony].map(|kind| kind.forger().is_some());
    assert_eq!(forged, [true, true, false]);
}

#[test]
fn a_rehearsal_is_known_by_its_powers_of_tau_whatever_else_a_key_says() {
    let known = BUILT_IN.iter().find(|known| known.rehearsal).unwrap();
    let rehearsed = VerifyingKey::from_bytes(known.bytes).unwrap();
    assert!(rehearsed.origin().starts_with("rehearsal key: 3 contributions"), "{}", rehearsed.origin());
    assert!(rehearsed.origin().ends_with(" that one party made alone"), "{}", rehearsed.origin());
    let given = rehearsed.points();
    // Said to be of another ceremony; with more contributions to phase 2; for another circuit.
    let more = KeyPoints { delta_g2: g2(77u64.into()), ..given.clone() };
    let other_circuit = KeyPoints { ic: points().ic, ..given.clone() };
    // The same to every proof: both with the other sign, and one times a number, the other over it.
    let signs = KeyPoints { alpha_g1: -given.alpha_g1, beta_g2: -given.beta_g2, ..given.clone() };
    let third = Fr::from(3u64).inverse().unwrap();
    let split = KeyPoints {
        alpha_g1: (given.alpha_g1 * Fr::from(3u64)).into_affine(),
        beta_g2: (given.beta_g2 * third).into_affine(),
        ..given.clone()
    };
    for points in [given, &more, &other_circuit, &signs, &split] {
        let key = of_a_ceremony(points);
        assert_eq!((key.standing(), key.is_built_in()), (Standing::Rehearsal, false));
    }
    // Only one of both is over other powers.
    for other in [
        KeyPoints { alpha_g1: points().alpha_g1, ..given.clone() },
        KeyPoints { beta_g2: points().beta_g2, ..given.clone() },
    ] {
        assert_eq!(of_a_ceremony(&other).standing(), Standing::Ceremony);
    }
    let says_less = VerifyingKey::new(CIRCUIT, Capacity::C128, Provenance::Development, given).unwrap();
    assert_eq!(says_less.standing(), Standing::Development);
}
