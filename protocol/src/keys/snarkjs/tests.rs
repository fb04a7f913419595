use ark_bn254::{Fq, Fr};
use ark_ff::{BigInteger, PrimeField, Zero};
use serde_json::{Value, json};

use super::{
    CALLDATA_LEN, GenericKey, calldata, number, proof_words, public, read_proof, read_public, read_verification_key,
};
use crate::keys::{
    KeyPoints, PointError, ProofBytes, ProofError, ProofPoints,
    tests::{g1, g2, g2_outside_the_subgroup, inputs, key, points, proof},
};

/// e(1009·G1, 2003·G2) as ffjavascript 0.3, the arithmetic of snarkjs 0.7.6, prints it.
const ALPHA_BETA: &str = r#"[[["11177109155770627074232512072092255467969340167792132581901439496857859494939", "16812092792395820769938864464453318991428391250392681057968160914354180819551"], ["6205991866941290097335226816936103076390931968425032381029259183654174987651", "6795974677337988525545559305036912698507089352459311748049570501845483204179"], ["5747775396463235959285461996500937564800312444339479170173341729515978005270", "1813690647314588401162805443932754937949933717708804392669709807448003581843"]], [["3012886549648484854496553049685581488710580794693099456173002966386685202401", "12753464543183680368566022159693388575142384661462952893124303285810824524823"], ["18434091804970241231999690064477279991211680334685045789237621327532230272350", "15511213376449381744391003195232308970739053506485472294155595300125894456267"], ["2325038943440665071380399657452261693687704025954036861609187594348822863241", "10618029927552826667468888225250018463130096973490804617885890302009569774473"]]]"#;

fn key_json() -> Value {
    serde_json::from_str(&super::verification_key(&GenericKey::from(&points()))).unwrap()
}

fn proof_json() -> Value {
    serde_json::from_str(&super::proof(&proof().decode().unwrap())).unwrap()
}

#[track_caller]
fn key_refused(edit: impl FnOnce(&mut Value), part: &str) {
    let mut json = key_json();
    edit(&mut json);
    let error = read_verification_key(json.to_string().as_bytes()).unwrap_err().to_string();
    assert!(error.contains(part) && error.starts_with("verification_key.json"), "{error}");
}

#[track_caller]
fn proof_refused(edit: impl FnOnce(&mut Value), part: &str) {
    let mut json = proof_json();
    edit(&mut json);
    let error = read_proof(json.to_string().as_bytes()).unwrap_err().to_string();
    assert!(error.contains(part) && error.starts_with("proof.json"), "{error}");
}

/// x plus its modulus, in decimal.
fn alias<F: PrimeField>(x: F) -> String {
    let mut sum = x.into_bigint();
    assert!(!sum.add_with_carry(&F::MODULUS));
    sum.to_string()
}

#[test]
fn everything_that_is_written_is_read_back() {
    let text = super::verification_key(&GenericKey::from(&points()));
    let read = read_verification_key(text.as_bytes()).unwrap();
    assert_eq!(KeyPoints::try_from(read).unwrap(), points());
    let points = proof().decode().unwrap();
    let read = read_proof(super::proof(&points).as_bytes()).unwrap();
    assert_eq!((read, read.to_bytes()), (points, proof()));
    assert_eq!(key().verify(&read, &inputs()), Ok(()));
    let all = [Fr::zero(), -Fr::from(1u64), Fr::from(10u64)];
    assert_eq!(read_public(public(&all).as_bytes()).unwrap(), all);
}

#[test]
fn the_layout_is_snarkjs_own() {
    assert_eq!(public(&inputs()), "[\n \"5\",\n \"6\",\n \"7\",\n \"8\"\n]");
    let names = |json: Value| json.as_object().unwrap().keys().cloned().collect::<std::collections::BTreeSet<_>>();
    let of = |list: &[&str]| list.iter().map(|&name| name.to_owned()).collect();
    assert_eq!(names(proof_json()), of(&["pi_a", "pi_b", "pi_c", "protocol", "curve"]));
    let (key, points) = (key_json(), points());
    assert_eq!(key["vk_alpha_1"], json!([points.alpha_g1.x.to_string(), points.alpha_g1.y.to_string(), "1"]));
    let [x, y] = [points.beta_g2.x, points.beta_g2.y].map(|c| json!([c.c0.to_string(), c.c1.to_string()]));
    assert_eq!(key["vk_beta_2"], json!([x, y, ["1", "0"]]));
    assert_eq!((&key["nPublic"], key["IC"].as_array().unwrap().len()), (&json!(4), 5));
    let fields = ["IC", "curve", "nPublic", "protocol", "vk_alpha_1", "vk_alphabeta_12", "vk_beta_2", "vk_delta_2"];
    assert_eq!(names(key), of(&[fields.as_slice(), &["vk_gamma_2"]].concat()));
}

#[test]
fn the_pairing_is_the_one_that_snarkjs_computes() {
    assert_eq!(key_json()["vk_alphabeta_12"], serde_json::from_str::<Value>(ALPHA_BETA).unwrap());
    key_refused(|k| k["vk_alphabeta_12"][1][2][0] = json!("5"), "not the pairing");
    key_refused(|k| k["vk_alphabeta_12"][0][0][0] = json!("05"), "vk_alphabeta_12: not below");
}

#[test]
fn a_number_has_one_spelling() {
    for text in ["", "-1", "+1", "00", "01", " 1", "1 ", "0x1", "1e3", "1.0", "\u{661}", &"9".repeat(78)] {
        assert!(number::read::<Fr>(text).is_err(), "{text:?}");
    }
    // What is no number, or longer than any, is not computed with.
    for text in ["", "-1", &"9".repeat(78), &"9".repeat(1000)] {
        assert_eq!(number::read::<Fr>(text), Err("not a decimal number of at most 77 digits"));
    }
    for text in ["0", "1", "10"] {
        assert_eq!(number::write(number::read::<Fr>(text).unwrap()), text);
    }
    let largest = number::write(-Fq::from(1u64));
    assert_eq!(number::read(&largest), Ok(-Fq::from(1u64)));
    assert!(number::read::<Fq>(&alias(Fq::zero())).is_err());
    // Below the field's modulus and not below the group's order.
    assert!(number::read::<Fr>(&alias(Fr::zero())).is_err() && number::read::<Fq>(&alias(Fr::zero())).is_ok());
}

#[test]
fn aliases_are_refused_everywhere() {
    let aliased = public(&inputs()).replacen('5', &alias(Fr::from(5u64)), 1);
    assert!(read_public(aliased.as_bytes()).unwrap_err().to_string().contains("element 0"));
    proof_refused(|p| p["pi_a"][0] = json!(alias(proof().decode().unwrap().a.x)), "pi_a: not below");
    proof_refused(|p| p["pi_b"][1][1] = json!(alias(proof().decode().unwrap().b.y.c1)), "pi_b: not below");
    key_refused(|k| k["IC"][3][1] = json!(alias(points().ic[3].y)), "IC[3]: not below");
}

#[test]
fn points_off_the_curve_outside_the_group_and_infinite_are_refused() {
    proof_refused(|p| p["pi_a"][1] = json!("3"), "pi_a: not a point of the curve");
    proof_refused(|p| p["pi_b"][0][0] = json!("3"), "pi_b: not a point of the curve");
    let stray = g2_outside_the_subgroup();
    let coordinates = [stray.x, stray.y].map(|c| json!([c.c0.to_string(), c.c1.to_string()]));
    let [x, y] = coordinates;
    proof_refused(|p| p["pi_b"] = json!([x, y, ["1", "0"]]), "pi_b: outside the prime-order subgroup");
    key_refused(|k| k["vk_delta_2"] = json!([x, y, ["1", "0"]]), "vk_delta_2: outside");
    // The same coordinates swapped, as the EVM has them, are another point or none.
    proof_refused(|p| p["pi_b"][0].as_array_mut().unwrap().reverse(), "pi_b: not a point");
    proof_refused(|p| p["pi_c"] = json!(["0", "1", "0"]), "pi_c: the point at infinity");
    proof_refused(|p| p["pi_c"] = json!(["0", "0", "1"]), "pi_c: not a point");
    proof_refused(|p| p["pi_b"] = json!([["0", "0"], ["0", "0"], ["1", "0"]]), "pi_b: not a point");
    proof_refused(|p| p["pi_c"][2] = json!("2"), "pi_c: not normalized");
    key_refused(|k| k["IC"][0] = json!(["0", "1", "0"]), "IC[0]: the point at infinity");
    key_refused(|k| k["vk_beta_2"][2] = json!(["0", "0"]), "vk_beta_2: the point at infinity");
}

#[test]
fn other_protocols_curves_shapes_and_fields_are_refused() {
    proof_refused(|p| p["protocol"] = json!("plonk"), "protocol is \"plonk\"");
    proof_refused(|p| p["curve"] = json!("bls12381"), "curve is \"bls12381\"");
    key_refused(|k| k["protocol"] = json!("fflonk"), "protocol");
    key_refused(|k| k["curve"] = json!("BN254"), "curve");
    key_refused(|k| k["nPublic"] = json!(5), "nPublic is 5 and IC has 5");
    key_refused(|k| drop(k["IC"].as_array_mut().unwrap().pop()), "nPublic is 4 and IC has 4");
    key_refused(|k| k["extra"] = json!(1), "unknown field");
    key_refused(|k| k["vk_gamma_2"] = json!(7), "invalid type");
    proof_refused(|p| p["pi_a"] = json!(["1", "2"]), "invalid length");
    proof_refused(|p| p["pi_a"][0] = json!(1), "invalid type");
    proof_refused(|p| drop(p.as_object_mut().unwrap().remove("pi_c")), "missing field");
    assert!(read_public(b"[\"1\"] x").is_err() && read_public(b"{}").is_err() && read_public(b"[1]").is_err());
    let mut longest = public(&inputs()).into_bytes();
    longest.resize(super::MAX_BYTES, b' ');
    assert_eq!(read_public(&longest).unwrap(), inputs());
    longest.push(b' ');
    assert!(read_public(&longest).unwrap_err().reason.contains("too many"));
    let shorter = GenericKey { ic: points().ic[..3].to_vec(), ..GenericKey::from(&points()) };
    let read = read_verification_key(super::verification_key(&shorter).as_bytes()).unwrap();
    assert!(KeyPoints::try_from(read).unwrap_err().reason.contains("2 public inputs"));
}

#[test]
fn calldata_has_the_coefficient_of_u_first() {
    let points = proof().decode().unwrap();
    let bytes = calldata(&points, &inputs());
    let word = |i: usize| Fq::from_be_bytes_mod_order(&bytes[32 * i..32 * (i + 1)]);
    let ProofPoints { a, b, c } = points;
    let expected = [a.x, a.y, b.x.c1, b.x.c0, b.y.c1, b.y.c0, c.x, c.y];
    assert_eq!([0, 1, 2, 3, 4, 5, 6, 7].map(word), expected);
    assert_eq!([8, 9, 10, 11].map(word), [5u64, 6, 7, 8].map(Fq::from));
    assert_eq!((bytes.len(), &bytes[..256]), (CALLDATA_LEN, proof_words(&points).as_slice()));
}

#[test]
fn the_canonical_proof_and_the_json_refuse_the_same() {
    let points = proof().decode().unwrap();
    let stray = ProofPoints { b: g2_outside_the_subgroup(), ..points };
    assert!(read_proof(super::proof(&stray).as_bytes()).is_err());
    let refused: Result<_, ProofError> = ProofBytes(stray.to_bytes().0).decode();
    assert_eq!(refused.unwrap_err(), ProofError::Point("B", PointError::OutsideSubgroup));
    let other = ProofPoints { a: g1(3u64.into()), b: g2(4u64.into()), ..points };
    assert_eq!(read_proof(super::proof(&other).as_bytes()).unwrap(), other);
}
