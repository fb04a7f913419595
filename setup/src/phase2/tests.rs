//! Against files that snarkjs made (`tests/fixtures/phase2`), and every way in which a chain can be wrong.

use std::path::{Path, PathBuf};

use ark_bn254::{Fr, G1Affine, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::UniformRand;

use super::{Initial, USUAL_ITERATIONS_EXP, Verified, beacon, check, contribute, verify};
use crate::{
    SetupError,
    formats::{
        ptau::Ptau,
        r1cs::R1cs,
        zkey::{Kind, Zkey},
    },
    randomness,
};

const R1CS: &[u8] = include_bytes!("../../tests/fixtures/phase2/tiny.r1cs");
const PREPARED: &[u8] = include_bytes!("../../tests/fixtures/phase2/tiny.ptau");
const PLAIN: &[u8] = include_bytes!("../../tests/fixtures/phase2/plain.ptau");
const INITIAL: &[u8] = include_bytes!("../../tests/fixtures/phase2/initial.zkey");
const FINAL: &[u8] = include_bytes!("../../tests/fixtures/phase2/final.zkey");

fn key(bytes: &[u8]) -> Zkey<'_> {
    Zkey::parse("key", bytes).unwrap()
}

fn verified(key: &Zkey<'_>) -> Result<Verified, SetupError> {
    verify(&R1cs::parse("r1cs", R1CS).unwrap(), &Ptau::parse("ptau", PREPARED).unwrap(), key, USUAL_ITERATIONS_EXP)
}

fn refusal(key: &Zkey<'_>) -> String {
    match verified(key) {
        Err(SetupError::Ceremony { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

fn bytes_of(key: &Zkey<'_>) -> Vec<u8> {
    key.write_to(Vec::new()).unwrap()
}

/// Applies a step to a key's file.
fn step(from: &[u8], work: impl FnOnce(&Zkey<'_>, &Path) -> Result<[u8; 64], SetupError>) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("out.zkey");
    let hash = work(&key(from), &path).unwrap();
    let bytes = std::fs::read(path).unwrap();
    assert_eq!(check(&key(&bytes), USUAL_ITERATIONS_EXP).unwrap().last().unwrap().hash, hash);
    bytes
}

#[test]
fn a_new_key_is_that_of_snarkjs_from_prepared_and_from_plain_powers() {
    let r1cs = R1cs::parse("r1cs", R1CS).unwrap();
    for ptau in [PREPARED, PLAIN] {
        let initial = Initial::new(&r1cs, &Ptau::parse("ptau", ptau).unwrap()).unwrap();
        assert!(bytes_of(&initial.key("new")) == INITIAL);
    }
}

#[test]
fn a_chain_made_by_snarkjs_verifies() {
    let Verified { contributions, .. } = verified(&key(FINAL)).unwrap();
    let names: Vec<_> = contributions.iter().map(|link| link.name.as_deref()).collect();
    assert_eq!(names, [Some("Alice"), Some("Bob ü"), None, Some("the beacon")]);
    assert!(
        matches!(&contributions[3].kind, Kind::Beacon { iterations_exp: 10, beacon_hash } if beacon_hash[14] == 15)
    );
    // What snarkjs printed.
    assert_eq!(contributions[0].hash[..4], [0x9b, 0xe9, 0x51, 0x2a]);
    assert_eq!(contributions[3].hash[60..], [0x24, 0xc3, 0x5d, 0x3f]);
    assert!(super::words(&contributions[0].hash).starts_with("9be9512a f8aefc4d 2aeb84a9 68184e94\nbfae981f "));
    assert_eq!(verified(&key(INITIAL)).unwrap().contributions, []);
}

#[test]
fn our_contributions_go_before_and_after_those_of_snarkjs() {
    let ours = step(FINAL, |key, out| contribute(key, Some("Çelik"), b"text", out));
    let ours = step(&ours, |key, out| contribute(key, None, b"", out));
    let ours = step(&ours, |key, out| beacon(key, Some("b"), &[7; 32], 11, out));
    let Verified { contributions, .. } = verified(&key(&ours)).unwrap();
    assert_eq!(contributions.len(), 7);
    assert_eq!(contributions[4].name.as_deref(), Some("Çelik"));
    // Secrets are fresh, beacons are not.
    let again = |from: &[u8]| step(from, |key, out| contribute(key, None, b"text", out));
    assert!(again(INITIAL) != again(INITIAL));
    let beacon = || step(INITIAL, |key, out| beacon(key, None, &[7; 32], 11, out));
    assert!(beacon() == beacon());
}

#[test]
fn altered_moved_replayed_and_missing_contributions_are_named() {
    let good = key(FINAL);
    let chain = |change: &dyn Fn(&mut Zkey<'_>)| {
        let mut bad = good.clone();
        change(&mut bad);
        refusal(&bad)
    };
    let begins = |reason: &str, with: &str| assert!(reason.starts_with(with), "{reason}");
    begins(&chain(&|key| key.mpc.contributions.swap(0, 1)), "contribution 1 ('Bob ü'): its transcript");
    begins(&chain(&|key| key.mpc.contributions.swap(2, 3)), "contribution 3 ('the beacon'): its transcript");
    begins(
        &chain(&|key| {
            let again = key.mpc.contributions[1].clone();
            key.mpc.contributions.insert(2, again);
        }),
        "contribution 3 ('Bob ü'): its transcript",
    );
    begins(&chain(&|key| drop(key.mpc.contributions.remove(0))), "contribution 1 ('Bob ü'): its transcript");
    begins(&chain(&|key| drop(key.mpc.contributions.pop())), "its delta is not the one after contribution 3");
    begins(&chain(&|key| key.mpc.contributions.clear()), "its delta is not the one after contribution 0");
    begins(&chain(&|key| key.mpc.cs_hash[0] ^= 1), "contribution 1 ('Alice'): its transcript");
    begins(&chain(&|key| key.mpc.contributions[1].transcript[63] ^= 1), "contribution 2 ('Bob ü'): its transcript");
    begins(
        &chain(&|key| key.mpc.contributions[2].g1_s = -key.mpc.contributions[2].g1_s),
        "contribution 3: its transcript",
    );
    begins(&chain(&|key| key.mpc.contributions[2].g1_sx = G1Affine::generator()), "contribution 3: its transcript");
    begins(
        &chain(&|key| key.mpc.contributions[2].g2_spx = G2Affine::generator()),
        "contribution 3: its proof of knowledge does not hold",
    );
    begins(
        &chain(&|key| key.mpc.contributions[3].delta_after = G1Affine::generator()),
        "contribution 4 ('the beacon'): it did not multiply delta",
    );
}

#[test]
fn a_beacon_is_what_its_value_gives() {
    let good = key(FINAL);
    let with = |kind: Kind| {
        let mut bad = good.clone();
        bad.mpc.contributions[3].kind = kind;
        refusal(&bad)
    };
    let value = vec![1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
    let beacon = |iterations_exp, beacon_hash| Kind::Beacon { iterations_exp, beacon_hash };
    assert!(with(beacon(10, vec![1; 15])).contains("not the beacon that its public value gives"));
    assert!(with(beacon(11, value.clone())).contains("not the beacon that its public value gives"));
    // Nobody makes this program compute for years, nor calls a contribution without value a beacon.
    let error = with(beacon(40, value.clone()));
    assert!(error.starts_with("contribution 4 ('the beacon'): a beacon of 2^40 iterations"), "{error}");
    assert!(error.contains("--max-beacon-iterations allows it (here 40;"), "{error}");
    assert!(with(beacon(63, value.clone())).contains("outside 10 to 40"));
    assert!(with(beacon(9, value)).contains("outside 10 to 40"));
    assert!(with(beacon(10, vec![])).contains("beacon without value"));
    // A person's contribution that calls itself a beacon.
    let mut bad = good.clone();
    bad.mpc.contributions[0].kind = beacon(10, vec![1]);
    assert!(refusal(&bad).starts_with("contribution 1 ('Alice'): it is not the beacon"));
}

#[test]
fn it_is_the_beacons_together_that_are_limited() {
    let too_long = |exponents: &[Option<u8>], max| super::too_long(exponents.iter().copied(), max);
    assert_eq!(too_long(&[None, Some(30), None], 30), None);
    assert_eq!(too_long(&[], 30), None);
    let (place, reason) = too_long(&[None, Some(30), None, Some(10), Some(40)], 30).unwrap();
    assert!(place == 3 && reason.contains("2^10 iterations") && reason.contains("(here 41;"), "{place}: {reason}");
    assert_eq!(too_long(&[None, Some(30), None, Some(10), Some(40)], 41), None);
    assert_eq!(too_long(&[Some(200); 3], 30).unwrap().0, 0);
}

#[test]
fn every_part_of_the_key_is_compared() {
    let good = key(FINAL);
    let other_g1 = (G1Affine::generator() * Fr::from(5u64)).into_affine();
    let other_g2 = (G2Affine::generator() * Fr::from(5u64)).into_affine();
    let header = |change: &dyn Fn(&mut Zkey<'_>)| {
        let mut bad = good.clone();
        change(&mut bad);
        refusal(&bad)
    };
    assert!(header(&|key| key.header.alpha_g1 = other_g1).contains("alpha and beta"));
    assert!(header(&|key| key.header.beta_g1 = other_g1).contains("alpha and beta"));
    assert!(header(&|key| key.header.beta_g2 = other_g2).contains("alpha and beta"));
    assert!(header(&|key| key.header.gamma_g2 = other_g2).contains("gamma"));
    assert!(header(&|key| key.header.delta_g1 = other_g1).contains("delta is not the one after contribution 4"));
    assert!(header(&|key| key.header.delta_g2 = other_g2).contains("delta in G2"));
    assert!(header(&|key| key.header.n_public = 1).contains("other sizes"));

    // One byte of each large section; where it has points, another point in the place of one.
    let sections = good.sections;
    let mut coefficients = sections.coefficients.to_vec();
    coefficients[20] ^= 1;
    let mut bad = good.clone();
    bad.sections.coefficients = &coefficients;
    assert!(refusal(&bad).contains("section 4 (coefficients)"));
    let swapped = |bytes: &[u8], from: usize, width: usize| {
        let mut bytes = bytes.to_vec();
        let (first, second) = bytes[from * width..].split_at_mut(width);
        assert_ne!(first, &second[..width]);
        first.swap_with_slice(&mut second[..width]);
        bytes
    };
    let (ic, a) = (swapped(sections.ic, 0, 64), swapped(sections.a, 0, 64));
    let (b1, b2) = (swapped(sections.b1, 3, 64), swapped(sections.b2, 3, 128));
    let (l, h) = (swapped(sections.l, 0, 64), swapped(sections.h, 6, 64));
    for (changed, name) in [(&ic, "(IC)"), (&a, "(A)"), (&b1, "(B1)"), (&b2, "(B2)"), (&l, "(L)"), (&h, "(H)")] {
        let mut bad = good.clone();
        match name {
            "(IC)" => bad.sections.ic = changed,
            "(A)" => bad.sections.a = changed,
            "(B1)" => bad.sections.b1 = changed,
            "(B2)" => bad.sections.b2 = changed,
            "(L)" => bad.sections.l = changed,
            _ => bad.sections.h = changed,
        }
        assert!(refusal(&bad).contains(name), "{name}");
    }
}

#[test]
fn the_circuit_hash_is_computed_again() {
    // A chain that is right for another circuit hash: everything else is, too.
    let mut initial = key(INITIAL);
    initial.mpc.cs_hash[63] ^= 1;
    let bytes = bytes_of(&initial);
    let ours = step(&bytes, |key, out| contribute(key, None, b"", out));
    assert!(refusal(&key(&ours)).contains("circuit hash"));
}

#[test]
fn nothing_is_contributed_to_a_bad_key_or_over_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.zkey");
    let good = key(INITIAL);
    let files = || std::fs::read_dir(folder.path()).unwrap().count();
    // A point off the curve, which a secret would be multiplied into.
    let mut rng = randomness::from_os().unwrap();
    for h in [false, true] {
        let mut section = if h { good.sections.h } else { good.sections.l }.to_vec();
        section[0] ^= 1;
        let mut bad = good.clone();
        *(if h { &mut bad.sections.h } else { &mut bad.sections.l }) = &section;
        let refused = contribute(&bad, None, b"", &out).unwrap_err();
        assert!(matches!(refused, SetupError::Format { .. }), "{refused}");
    }
    let mut bad = key(FINAL);
    bad.mpc.contributions.swap(0, 1);
    assert!(matches!(contribute(&bad, None, b"", &out), Err(SetupError::Ceremony { .. })));
    bad = key(INITIAL);
    bad.header.delta_g1 = (G1Affine::generator() * Fr::rand(&mut rng)).into_affine();
    assert!(matches!(beacon(&bad, None, &[1], 10, &out), Err(SetupError::Ceremony { .. })));

    let unseen =
        ["a\u{202e}b", "\u{200b}", "\u{200f}a", "a\u{2028}", "a\u{2060}", "a\u{2066}b", "\u{feff}a", "a\u{85}"];
    for name in ["", "a\u{1b}[2J", "a\nb", &"a".repeat(65)].into_iter().chain(unseen) {
        assert!(matches!(contribute(&good, Some(name), b"", &out), Err(SetupError::ContributorName)), "{name}");
    }
    for (value, exponent) in [(&[][..], 10), (&[1; 256], 10), (&[1], 9), (&[1], 41)] {
        assert!(matches!(beacon(&good, None, value, exponent, &out), Err(SetupError::Beacon(_))));
    }
    assert_eq!(files(), 0);
    std::fs::write(&out, b"mine").unwrap();
    assert!(matches!(contribute(&good, None, b"", &out), Err(SetupError::Io { .. })));
    assert!(matches!(beacon(&good, None, &[1], 10, &out), Err(SetupError::Io { .. })));
    assert_eq!((std::fs::read(&out).unwrap().as_slice(), files()), (b"mine".as_slice(), 1));
}

#[test]
fn powers_have_to_suffice() {
    let mut r1cs = R1cs::parse("r1cs", R1CS).unwrap();
    for matrix in &mut r1cs.matrices {
        let row = matrix[0].clone();
        matrix.extend(std::iter::repeat_n(row, 4));
    }
    let refused = Initial::new(&r1cs, &Ptau::parse("ptau", PREPARED).unwrap()).unwrap_err().to_string();
    assert!(refused.contains("the circuit needs 2^4"), "{refused}");
}
