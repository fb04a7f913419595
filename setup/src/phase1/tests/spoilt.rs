//! Every way in which a file can be spoilt, and what is said about it.

use ark_bn254::{Fq2, G2Affine};
use ark_ec::AffineRepr;

use super::{BEFORE_BEACON, Ceremony, FINAL, PREPARED, PREPARED_CUT, check, quiet, with_contributions, with_sections};
use crate::{
    formats::{
        points::to_bytes,
        ptau::{Contribution, Origin, Powers, Ptau},
    },
    phase1::contribute,
};

/// Verifying says all of this.
fn refused(bytes: &[u8], says: &[&str]) {
    let Err(error) = check(bytes) else { panic!("it holds; {says:?}") };
    let error = error.to_string();
    assert!(error.starts_with("t.ptau: ") && says.iter().all(|text| error.contains(text)), "{error} / {says:?}");
}

/// The content of a section.
fn section(bytes: &[u8], id: u32) -> Vec<u8> {
    let container = crate::formats::container::Container::parse("t", bytes, *b"ptau", 1).unwrap();
    container.section(id).unwrap().to_vec()
}

/// The file with this done to the points of a section, `width` bytes each.
fn with_points(bytes: &[u8], id: u32, width: usize, change: impl FnOnce(&mut Vec<Vec<u8>>)) -> Vec<u8> {
    let mut points = section(bytes, id).chunks(width).map(<[u8]>::to_vec).collect();
    change(&mut points);
    with_sections(bytes, &[(id, Some(points.concat()))])
}

fn with_last(bytes: &[u8], change: impl FnOnce(&mut Contribution)) -> Vec<u8> {
    with_contributions(bytes, |all| change(all.last_mut().unwrap()))
}

/// A point of the twist outside G2.
fn outside() -> G2Affine {
    (1u64..1000)
        .filter_map(|i| G2Affine::get_point_from_x_unchecked(Fq2::from(i), false))
        .find(|point| !point.is_in_correct_subgroup_assuming_on_curve())
        .unwrap()
}

#[test]
fn contributions_out_of_place_are_refused_with_their_number() {
    let proof = "proof of knowledge of tau does not hold";
    refused(&with_contributions(FINAL, |all| all.swap(0, 1)), &["contribution 1 ('Zweite, größer')", proof]);
    refused(&with_contributions(FINAL, |all| all.swap(1, 2)), &["contribution 2 ('the beacon')", proof]);
    refused(&with_contributions(FINAL, |all| drop(all.remove(0))), &["contribution 1 ('Zweite, größer')", proof]);
    // Replayed.
    refused(&with_contributions(FINAL, |all| all.insert(1, all[0].clone())), &["contribution 2 ('first')", proof]);
    refused(&with_contributions(FINAL, |all| all.push(all[2].clone())), &["contribution 4 ('the beacon')", proof]);
    // The last one cut off: the points are those after it.
    refused(&with_contributions(FINAL, |all| drop(all.pop())), &["section 2", "what the last contribution says"]);
    refused(&with_contributions(FINAL, Vec::clear), &["nobody has contributed"]);
    // One of another ceremony.
    let mut other = Ceremony::begin();
    let zero = other.new_powers(3);
    let (other, _) = other.contribute(&zero, Some("stranger"));
    let stranger = Ptau::parse("t", &other).unwrap().contributions().unwrap().remove(0);
    let grafted = with_contributions(FINAL, |all| all[1] = stranger);
    refused(&grafted, &["contribution 2 ('stranger')", proof]);
}

#[test]
fn an_altered_contribution_is_refused_with_what_was_altered() {
    type Change = fn(&mut Contribution);
    let middle: [(Change, &str); 11] = [
        (|c| c.keys.tau.g1_s = (c.keys.tau.g1_s + c.keys.tau.g1_s).into(), "knowledge of tau"),
        (|c| c.keys.alpha.g1_sx = -c.keys.alpha.g1_sx, "knowledge of alpha"),
        (|c| c.keys.beta.g2_spx = -c.keys.beta.g2_spx, "knowledge of beta"),
        (|c| c.keys.tau = c.keys.alpha.clone(), "knowledge of tau"),
        (|c| c.tau_g1 = -c.tau_g1, "its tau*G1 is not the one before it times"),
        (|c| c.tau_g2 = -c.tau_g2, "its tau*G2 is not"),
        (|c| c.alpha_g1 = -c.alpha_g1, "its alpha*G1 is not"),
        (|c| c.beta_g1 = -c.beta_g1, "its beta*G1 is not"),
        (|c| c.beta_g2 = -c.beta_g2, "its beta*G2 is not"),
        (|c| c.partial_hash[200] = 200, "stored hash state is none"),
        (|c| c.origin = Origin::Beacon { iterations_exp: 10, value: vec![1] }, "not the beacon that its public value"),
    ];
    for (change, says) in middle {
        let spoilt = with_contributions(FINAL, |all| change(&mut all[1]));
        refused(&spoilt, &["contribution 2 ('Zweite, größer')", says]);
    }
    // What the next one started from.
    let spoilt = with_contributions(FINAL, |all| all[1].next_challenge[0] ^= 1);
    refused(&spoilt, &["contribution 3 ('the beacon')", "knowledge of tau"]);
}

#[test]
fn the_last_contribution_is_held_against_the_points() {
    refused(&with_last(FINAL, |c| c.next_challenge[5] ^= 1), &["contribution 3", "next challenge is not the hash"]);
    refused(&with_last(FINAL, |c| c.partial_hash[130] ^= 1), &["contribution 3", "hash state is not over"]);
    refused(&with_last(FINAL, |c| c.partial_hash[0] ^= 1), &["contribution 3", "hash state is not over"]);
    // What lies in the block behind what fills it is nothing.
    assert!(check(&with_last(FINAL, |c| c.partial_hash[127] ^= 1)).is_ok());
    // Of a file that was cut, these hashes cannot be known.
    assert!(check(&with_last(PREPARED_CUT, |c| c.next_challenge[5] ^= 1)).is_ok());
}

#[test]
fn a_beacon_that_is_another_one_is_refused() {
    let change =
        |exp: u8, value: Vec<u8>| with_last(FINAL, |c| c.origin = Origin::Beacon { iterations_exp: exp, value });
    let value: Vec<u8> = (1..=32).collect();
    assert!(check(&change(10, value.clone())).is_ok());
    refused(&change(11, value.clone()), &["contribution 3", "not the beacon"]);
    refused(&change(10, vec![1]), &["contribution 3", "not the beacon"]);
    refused(&change(63, value.clone()), &["contribution 3", "2^63 iterations"]);
    refused(&change(40, value.clone()), &["contribution 3", "2^40 iterations", "--max-beacon-iterations", "(here 40;"]);
    refused(&change(9, value), &["contribution 3", "does not go with its parameters"]);
    refused(&change(10, vec![]), &["contribution 3", "does not go with its parameters"]);
}

#[test]
fn powers_that_are_none_are_refused_with_their_section() {
    for powers in Powers::ALL {
        let (id, width) = (powers.section(), powers.point_len());
        let says = format!("section {id}: {} are no powers", powers.name());
        let swapped = with_points(FINAL, id, width, |points| points.swap(3, 4));
        refused(&swapped, &[&says]);
        let repeated = with_points(FINAL, id, width, |points| *points.last_mut().unwrap() = points[2].clone());
        refused(&repeated, &[&says]);
        let first = with_points(FINAL, id, width, |points| points.swap(0, 2));
        refused(&first, &[&format!("section {id}: point 0 of {}", powers.name())]);
        let infinity = with_points(FINAL, id, width, |points| points[5].fill(0));
        refused(&infinity, &[&format!("section {id}, point 5: it is the point at infinity")]);
        let off = with_points(FINAL, id, width, |points| points[6][0] ^= 1);
        refused(&off, &[&format!("section {id}, point 6: it is not on the curve")]);
        let high = with_points(FINAL, id, width, |points| points[7][16..32].fill(0xff));
        refused(&high, &[&format!("section {id}, point 7: a coordinate is not reduced")]);
    }
    for id in [2, 3] {
        let width = if id == 2 { 64 } else { 128 };
        let second = with_points(FINAL, id, width, |points| points.swap(1, 2));
        refused(&second, &[&format!("section {id}: point 1 of")]);
    }
    let beta = with_sections(FINAL, &[(6, Some(to_bytes(&[G2Affine::generator()])))]);
    refused(&beta, &["section 6", "not what the last contribution says"]);
}

#[test]
fn a_point_outside_g2_is_refused_wherever_it_stands() {
    let point = to_bytes(&[outside()]);
    let spoilt = with_points(FINAL, 3, 128, |points| points[4].clone_from(&point));
    refused(&spoilt, &["section 3, point 4: it is outside the group G2"]);
    let spoilt = with_points(PREPARED, 13, 128, |points| points[9].clone_from(&point));
    refused(&spoilt, &["section 13, point 9: it is outside the group G2"]);
    let spoilt = with_last(FINAL, |c| c.tau_g2 = outside());
    refused(&spoilt, &["contribution 3", "it is not in the group G2"]);
    // Nor is anybody's secret multiplied into it.
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("x");
    let attempt = |bytes: &[u8]| {
        contribute(&Ptau::parse("t.ptau", bytes).unwrap(), None, b"", &out, &quiet).unwrap_err().to_string()
    };
    let spoilt = with_points(BEFORE_BEACON, 3, 128, |points| points[4].clone_from(&point));
    assert!(attempt(&spoilt).contains("section 3, point 4: it is outside"));
    let spoilt = with_sections(BEFORE_BEACON, &[(6, Some(point))]);
    assert!(attempt(&spoilt).contains("section 6: its point is outside G2"));
    let spoilt = with_contributions(BEFORE_BEACON, |all| all.swap(0, 1));
    assert!(attempt(&spoilt).contains("contribution 1"));
    assert!(!out.exists());
}

#[test]
fn lagrange_bases_of_other_powers_are_refused() {
    for powers in Powers::ALL {
        let (id, width) = (powers.lagrange_section(), powers.point_len());
        let says = format!("section {id}: these are not the Lagrange bases of its {}", powers.name());
        let last = (2 << powers.largest_basis(3)) - 2;
        // Of size 1, of size 2, of the largest.
        for (a, b) in [(0, 1), (1, 2), (last - 1, last)] {
            refused(&with_points(PREPARED, id, width, |points| points.swap(a, b)), &[&says]);
        }
    }
    refused(&with_sections(PREPARED, &[(14, Some(section(PREPARED, 15)))]), &["section 14: these are not"]);
}

#[test]
fn truncated_and_overlong_files_are_refused() {
    for length in (0..FINAL.len()).step_by(7) {
        assert!(check(&FINAL[..length]).is_err(), "{length}");
    }
    refused(&[FINAL, &[0]].concat(), &["left over"]);
    for id in 1..=7 {
        refused(&with_sections(FINAL, &[(id, None)]), &[&format!("section {id} is missing")]);
        let mut short = section(FINAL, id);
        short.pop();
        refused(&with_sections(FINAL, &[(id, Some(short))]), &[if id == 7 { "contribution 3" } else { "section" }]);
    }
    // Prepared in part, and with something unknown.
    refused(&with_sections(PREPARED, &[(14, None)]), &["section 14 is missing"]);
    refused(&with_sections(FINAL, &[(8, Some(vec![]))]), &["section 8 does not belong"]);
    let cut_short = with_points(PREPARED, 12, 64, |points| drop(points.pop()));
    refused(&cut_short, &["section 12"]);
    // Contributions that are announced and not there, and bytes that are left.
    let mut many = section(FINAL, 7);
    many[..4].fill(0xff);
    refused(&with_sections(FINAL, &[(7, Some(many))]), &["announces"]);
    let mut long = section(FINAL, 7);
    long.push(0);
    refused(&with_sections(FINAL, &[(7, Some(long))]), &["left over"]);
}

#[test]
fn headers_of_other_curves_and_sizes_are_refused() {
    let with = |at: usize, new: &[u8]| {
        let mut header = section(FINAL, 1);
        header[at..at + new.len()].copy_from_slice(new);
        with_sections(FINAL, &[(1, Some(header))])
    };
    refused(&with(0, &[48]), &["another curve"]);
    refused(&with(4, &[0]), &["the prime is not that of BN254"]);
    refused(&with(36, &[4]), &["power 4 of a ceremony of power 3"]);
    refused(&with(36, &[0]), &["power 0"]);
    refused(&with(36, &[2]), &["section 2 has"]);
    refused(&with(36, &[29, 0, 0, 0, 29]), &["power 29"]);
    // One that says it was cut, and was not: its first challenge is another.
    refused(&with(40, &[4]), &["contribution 1", "knowledge of tau"]);
}
