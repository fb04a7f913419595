//! Proofs that hold nothing: each of A, B and C off its curve, at infinity, outside its group or in a second encoding.

use ark_bn254::{Fr, G1Affine, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::Field;
use ark_serialize::CanonicalDeserialize;
use pot_protocol::rule::Capacity;
use pot_verifier::trust::known_circuit;

use crate::{
    forgeable::KEY_FILE,
    forged::{Forgery, Trapdoor},
    layout::Layout,
    points,
    set::{Outcome, Set},
};

const NO_POINT: &str = "not the encoding of a point of the curve";
const INFINITY: &str = "the point at infinity";
const EQUATION: &str = "the proof does not hold for these public inputs under this key";

pub(crate) fn add(set: &mut Set) {
    let same = Layout::of(set.get("valid/same/bundle.pot"));
    set.class("proof");
    for name in ["A", "C"] {
        points_of_g1(set, &same, name);
    }
    points_of_g2(set, &same);
    equation(set, &same);
    aliases(set);
}

/// The point with one of its flags other than it was.
fn flags(point: &[u8], and: u8, or: u8) -> Vec<u8> {
    let mut bytes = point.to_vec();
    let last = bytes.last_mut().unwrap();
    *last = *last & and | or;
    bytes
}

fn add_point(set: &mut Set, same: &Layout, point: &str, name: &str, bytes: &[u8], reason: &str, why: &str) {
    let reason = format!("point {point}: {reason}");
    let (name, field) = (format!("{}-{name}", point.to_lowercase()), format!("proof {point}"));
    set.bundle(&name, same.put(&[(&field, bytes)]), &[], Outcome(1, &reason, why));
}

fn points_of_g1(set: &mut Set, same: &Layout, name: &str) {
    let point = same.get(&format!("proof {name}")).to_vec();
    let mut infinity = vec![0; 32];
    infinity[31] = 0x40;
    let above = "A coordinate is below q: q and q + x would be second encodings of 0 and x.";
    let mut largest = vec![0xff; 32];
    largest[31] = 0x3f;
    let backwards: Vec<u8> = point.iter().rev().copied().collect();
    for (vector, bytes, reason, why) in [
        ("infinity", infinity, INFINITY, "No honest proof holds infinity, and with it a pairing is 1."),
        (
            "infinity-with-x",
            flags(&point, 0x3f, 0x40),
            INFINITY,
            "Infinity is refused, whatever coordinates it is given.",
        ),
        ("both-flags", flags(&point, 0x3f, 0xc0), NO_POINT, "Infinity has no sign."),
        ("off-curve", points::x_without_point().to_vec(), NO_POINT, "No y makes this x a point of y² = x³ + 3."),
        ("x-is-q", points::modulus().to_vec(), NO_POINT, above),
        ("x-all-ones", largest, NO_POINT, above),
        ("all-ones", vec![0xff; 32], NO_POINT, "Flags and coordinate are both impossible."),
        ("all-zero", vec![0; 32], NO_POINT, "x = 0 has no point: 3 is no square."),
        ("big-endian", backwards, INFINITY, "Coordinates are little-endian, the flags in the last byte."),
    ] {
        add_point(set, same, name, vector, &bytes, reason, why);
    }
}

fn points_of_g2(set: &mut Set, same: &Layout) {
    let point = same.get("proof B").to_vec();
    let (c0, c1) = point.split_at(32);
    let mut infinity = vec![0; 64];
    infinity[63] = 0x40;
    let b = G2Affine::deserialize_compressed(point.as_slice()).unwrap();
    let (stray, torsion) = (points::stray(), points::torsion());
    let encode = |point: &G2Affine| points::compressed(&G1Affine::generator(), point).1.to_vec();
    let added = encode(&(b + torsion).into_affine());
    let sign = c1[31] & 0x80;
    let exchanged = [flags(c1, 0x3f, 0), flags(c0, 0x3f, sign)].concat();
    let above = "Both coefficients of a coordinate are below q.";
    let outside = "outside the prime-order subgroup";
    for (vector, bytes, reason, why) in [
        ("infinity", infinity, INFINITY, "No honest proof holds infinity, and with it a pairing is 1."),
        (
            "infinity-with-x",
            flags(&point, 0x3f, 0x40),
            INFINITY,
            "Infinity is refused, whatever coordinates it is given.",
        ),
        ("both-flags", flags(&point, 0x3f, 0xc0), NO_POINT, "Infinity has no sign."),
        ("off-curve", points::x_without_point_of_g2(), NO_POINT, "No y makes this x a point of the twist."),
        ("c0-is-q", [&points::modulus()[..], c1].concat(), NO_POINT, above),
        ("c1-is-q", [c0, &points::modulus()].concat(), NO_POINT, above),
        ("c0-all-ones", [&[0xff; 32], c1].concat(), NO_POINT, above),
        ("flags-in-c0", [&flags(c0, 0x3f, 0x80), c1].concat(), NO_POINT, "Only the last byte of a point holds flags."),
        ("all-zero", vec![0; 64], NO_POINT, "x = 0 has no point of the twist."),
        ("outside-subgroup", encode(&stray), outside, "On the twist, yet not of order r: the cofactor is large."),
        ("small-order", encode(&torsion), outside, "Its order divides the cofactor."),
        (
            "small-order-added",
            added,
            outside,
            "The honest B plus a point of small order: outside the group nothing is proved.",
        ),
        ("coefficients-exchanged", exchanged, outside, "c0 comes first, unlike in the EVM's words."),
    ] {
        add_point(set, same, "B", vector, &bytes, reason, why);
    }
}

/// Good points that satisfy no equation, and other proofs of the same statement, which do.
fn equation(set: &mut Set, same: &Layout) {
    let (a, b, c) = (same.get("proof A").to_vec(), same.get("proof B").to_vec(), same.get("proof C").to_vec());
    let minus = |point: &[u8]| {
        flags(point, 0xff, 0)
            .iter()
            .copied()
            .take(point.len() - 1)
            .chain([point[point.len() - 1] ^ 0x80])
            .collect::<Vec<u8>>()
    };
    let (g1, g2) = points::compressed(&G1Affine::generator(), &G2Affine::generator());
    let why = "Points of the right groups that do not satisfy the pairing equation.";
    for (name, changes) in [
        ("a-negated", vec![("proof A", minus(&a))]),
        ("b-negated", vec![("proof B", minus(&b))]),
        ("c-negated", vec![("proof C", minus(&c))]),
        ("all-negated", vec![("proof A", minus(&a)), ("proof B", minus(&b)), ("proof C", minus(&c))]),
        ("a-and-c-exchanged", vec![("proof A", c.clone()), ("proof C", a.clone())]),
        ("generators", vec![("proof A", g1.to_vec()), ("proof B", g2.to_vec()), ("proof C", g1.to_vec())]),
        ("a-is-the-generator", vec![("proof A", g1.to_vec())]),
        ("b-is-the-generator", vec![("proof B", g2.to_vec())]),
    ] {
        let changes: Vec<_> = changes.iter().map(|(field, bytes)| (*field, bytes.as_slice())).collect();
        set.bundle(name, same.put(&changes), &[], Outcome(1, EQUATION, why));
    }
    let points = (
        G1Affine::deserialize_compressed(a.as_slice()).unwrap(),
        G2Affine::deserialize_compressed(b.as_slice()).unwrap(),
    );
    let half = Fr::from(2u64).inverse().unwrap();
    let (doubled, halved) = points::compressed(&(points.0 + points.0).into_affine(), &(points.1 * half).into_affine());
    let why =
        "Proofs are malleable: this is another proof of the same statement. A publication is its statement's digest.";
    for (name, changes) in [
        ("a-and-b-negated", [("proof A", minus(&a)), ("proof B", minus(&b))]),
        ("a-doubled-b-halved", [("proof A", doubled.to_vec()), ("proof B", halved.to_vec())]),
    ] {
        let path = format!("valid/malleated/{name}.pot");
        set.store(&path, same.put(&changes.each_ref().map(|(field, bytes)| (*field, bytes.as_slice()))));
        set.vector(name, &["verify", &path, crate::set::ALLOW], Outcome(0, "SAME after 11 challenges", why));
    }
}

/// A proof that holds, and the same with q added to a coordinate. Only small coordinates leave room for that, so A and B
/// are chosen under the key whose secrets are known.
fn aliases(set: &mut Set) {
    let (forgery, trapdoor) = (Forgery::consistent(), Trapdoor::new(known_circuit(Capacity::C128)));
    let statement = forgery.statement();
    let roomy = |bundle: &Vec<u8>| {
        let proof = &bundle[bundle.len() - 128..];
        proof.chunks(32).all(|coordinate| points::plus_modulus(coordinate).is_some())
    };
    let bundle = (1..1000).map(|b| trapdoor.forge(&statement, [1, b])).find(roomy).unwrap();
    let key = ["--trust", KEY_FILE];
    set.store("valid/forgeable/small-coordinates.pot", bundle.clone());
    let args = ["verify", "valid/forgeable/small-coordinates.pot", crate::set::ALLOW, "--trust", KEY_FILE];
    let why = "The coordinates of its proof are small enough to have q added.";
    set.vector("small-coordinates", &args, Outcome(0, "SAME after 11 challenges", why));
    let start = bundle.len() - 128;
    for (at, point, name) in
        [(0, "A", "a-x-plus-q"), (32, "B", "b-c0-plus-q"), (64, "B", "b-c1-plus-q"), (96, "C", "c-x-plus-q")]
    {
        let mut bytes = bundle.clone();
        let alias = points::plus_modulus(&bytes[start + at..start + at + 32]).unwrap();
        bytes[start + at..start + at + 32].copy_from_slice(&alias);
        let why = "The same point in other bytes: a coordinate is below q.";
        set.bundle(name, bytes, &key, Outcome(1, &format!("point {point}: {NO_POINT}"), why));
    }
}
