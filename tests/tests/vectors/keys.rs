//! Verifying keys that are refused, and keys that are not the bundle's.

use ark_bn254::{G1Affine, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use pot_protocol::{
    bundle::Bundle,
    keys::{KeyId, KeyPoints, ProofPoints},
    rule::Capacity,
};
use pot_verifier::trust::known_circuit;

use crate::{
    forgeable::{KEY_FILE, TRUST_FILE},
    forged::{Forgery, Trapdoor},
    points,
    set::{ALLOW, Outcome, Set},
};

/// The bundle that the refused keys are to check.
pub(crate) const BUNDLE: &str = "valid/forgeable/bundle.pot";
/// Where the points of a key of version 1 begin, and the ceremony of one of version 2.
const HEADER: usize = 47;

pub(crate) fn add(set: &mut Set) {
    headers(set);
    ceremonies(set);
    key_points(set);
    trust(set);
}

fn key(set: &mut Set, name: &str, bytes: Vec<u8>, reason: &str, why: &str) {
    let path = set.path(name, "key");
    set.store(&path, bytes);
    set.vector(name, &["verify", BUNDLE, ALLOW, "--trust", &path], Outcome(5, reason, why));
}

/// `bytes` with others from `at` on.
pub(crate) fn patched(bytes: &[u8], at: usize, with: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    out[at..at + with.len()].copy_from_slice(with);
    assert_ne!(out, bytes);
    out
}

fn headers(set: &mut Set) {
    set.class("key");
    let good = set.get(KEY_FILE).to_vec();
    let put = |at, with: &[u8]| patched(&good, at, with);
    let length = "one of its version has 431";
    let magic = "does not begin with 'POTVKEY1'";
    let layout = "A key file has one layout and one length for each version.";
    for (name, bytes, reason) in [
        ("empty", vec![], magic),
        ("magic", put(0, b"POTVKEY2"), magic),
        ("hexadecimal", hex::encode(&good).into_bytes(), magic),
        ("version-0", put(8, &[0, 0]), "verifying key has format version 0"),
        ("version-3", put(8, &[0, 3]), "verifying key has format version 3"),
        ("version-little-endian", put(8, &[1, 0]), "verifying key has format version 256"),
        ("only-magic", good[..8].to_vec(), length),
        ("no-points", good[..HEADER].to_vec(), length),
        ("last-byte-missing", good[..good.len() - 1].to_vec(), length),
        ("trailing-byte", [&good[..], b"\n"].concat(), length),
        ("ic-missing", good[..good.len() - 32].to_vec(), length),
        ("ic-too-many", [&good[..], &good[good.len() - 32..]].concat(), length),
        ("version-2-of-the-length-of-1", put(8, &[0, 2]), "one of its version has 531"),
        ("capacity-0", put(42, &[0; 4]), "no capacity 0"),
        ("capacity-127", put(42, &127u32.to_be_bytes()), "no capacity 127"),
        ("capacity-huge", put(42, &[255; 4]), "no capacity 4294967295"),
        ("provenance-0", put(46, &[0]), "has provenance 0"),
        ("ceremony-in-version-1", put(46, &[2]), "has provenance 2"),
    ] {
        key(set, name, bytes, reason, layout);
    }
    let why =
        "The id of a key is the hash of its whole file, so this is another key, and named keys are the only ones.";
    key(set, "another-circuit", put(10, &[7; 32]), "is not trusted", why);
    key(set, "another-capacity", put(42, &1024u32.to_be_bytes()), "is not trusted", why);
    key(
        set,
        "ic-exchanged",
        {
            let (a, b) = (good[271..303].to_vec(), good[303..335].to_vec());
            put(271, &[b, a].concat())
        },
        "is not trusted",
        why,
    );
}

/// What a key says of its ceremony: version 2, as the built-in ones are.
fn ceremonies(set: &mut Set) {
    set.class("ceremony");
    let good = std::fs::read(pot_tests::workspace().join("params/rehearsal-2026-11/c128/verifying.key")).unwrap();
    let put = |at: usize, with: &[u8]| patched(&good, HEADER + at, with);
    for (name, bytes, reason, why) in [
        ("no-contribution", put(65, &[0, 0]), "it had no contribution", "A ceremony has contributions."),
        ("source-2", put(0, &[2]), "phase-1 source 2 is neither 0 nor 1", "A flag has two values."),
        ("beacon-2", put(67, &[2]), "beacon flag 2 is neither 0 nor 1", "A flag has two values."),
        (
            "claims-public-powers",
            put(0, &[1]),
            "that of none of their 21 files",
            "The sums of the public files of powers of tau are known, and this is none.",
        ),
    ] {
        key(set, name, bytes, reason, why);
    }
}

/// Each point of a key off its curve, at infinity, above the modulus or outside its group.
fn key_points(set: &mut Set) {
    set.class("key-point");
    let good = set.get(KEY_FILE).to_vec();
    let (mut infinity, mut infinity_g2) = ([0; 32], [0; 64]);
    (infinity[31], infinity_g2[63]) = (0x40, 0x40);
    let stray = points::compressed(&G1Affine::generator(), &points::stray()).1;
    let torsion = points::compressed(&G1Affine::generator(), &points::torsion()).1;
    let names = [("alpha", 47), ("IC[0]", 271), ("IC[1]", 303), ("IC[2]", 335), ("IC[3]", 367), ("IC[4]", 399)];
    let why = "With a point that is none, at infinity or outside its group, the equation means something else.";
    let none = "not the encoding of a point of the curve";
    let outside = "outside the prime-order subgroup";
    let plain = |name: &str| name.to_lowercase().replace(['[', ']'], "");
    for (name, at) in names {
        for (kind, bytes, reason) in [
            ("infinity", infinity, "the point at infinity"),
            ("off-curve", points::x_without_point(), none),
            ("x-is-q", points::modulus(), none),
        ] {
            let vector = format!("{}-{kind}", plain(name));
            key(set, &vector, patched(&good, at, &bytes), &format!("{name}: {reason}"), why);
        }
    }
    for (name, at) in [("beta", 79), ("gamma", 143), ("delta", 207)] {
        for (kind, bytes, reason) in [
            ("infinity", infinity_g2.to_vec(), "the point at infinity"),
            ("off-curve", points::x_without_point_of_g2(), none),
            ("c0-is-q", [points::modulus().as_slice(), &[0; 32]].concat(), none),
            ("outside-subgroup", stray.to_vec(), outside),
            ("small-order", torsion.to_vec(), outside),
        ] {
            key(set, &format!("{name}-{kind}"), patched(&good, at, &bytes), &format!("{name}: {reason}"), why);
        }
    }
    let gamma = good[143..207].to_vec();
    let mut minus_gamma = gamma.clone();
    minus_gamma[63] ^= 0x80;
    let why = "With δ = ±γ, α and β are themselves a proof of whatever one likes.";
    key(set, "gamma-is-delta", patched(&good, 207, &gamma), "gamma = delta", why);
    key(set, "gamma-is-minus-delta", patched(&good, 207, &minus_gamma), "gamma = delta", why);
    let path = set.path("anyones-proof", "pot");
    set.store(&path, anyones_proof(&patched(&good, 207, &gamma)));
    let args = ["verify", &path, ALLOW, "--trust", "invalid/key-point/gamma-is-delta.key"];
    let why = "Made without any secret, and the equation holds under that key.";
    set.vector("anyones-proof", &args, Outcome(5, "gamma = delta", why));
    let g2 = points::compressed(&G1Affine::generator(), &G2Affine::generator()).1;
    key(set, "gamma-and-delta-are-the-generator", patched(&good, 207, &g2), "gamma = delta", why);
}

/// A bundle under the key in `bytes`, whose δ is γ: A = α, B = β, and C takes away the point of the inputs.
fn anyones_proof(bytes: &[u8]) -> Vec<u8> {
    let (trapdoor, statement) = (Trapdoor::new(known_circuit(Capacity::C128)), Forgery::consistent().statement());
    let KeyPoints { alpha_g1, beta_g2, ic: [constant, ic @ ..], .. } = trapdoor.key.points();
    let inputs = statement.public_inputs().to_elements();
    let sum = ic.iter().zip(inputs).fold(constant.into_group(), |sum, (point, x)| sum + *point * x);
    let proof = ProofPoints::encode(alpha_g1, beta_g2, &(-sum).into_affine());
    Bundle { statement, key: KeyId::of(bytes), proof }.to_bytes()
}

/// Good keys that may not check this bundle.
fn trust(set: &mut Set) {
    set.class("trust");
    let refused = Outcome(5, "pass --allow-development-key to check anyway", "Whoever made it alone can forge.");
    set.vector("rehearsal-key-not-allowed", &["verify", "valid/same/bundle.pot"], refused);
    set.vector("large-rehearsal-key-not-allowed", &["verify", "valid/large/bundle.pot"], refused);
    set.vector("development-key-not-allowed", &["verify", BUNDLE, "--trust", KEY_FILE], refused);
    set.vector("listed-development-key-not-allowed", &["verify", BUNDLE, "--trust-file", TRUST_FILE], refused);
    let scores = ["verify", BUNDLE, "--trust", KEY_FILE, "--scores", "valid/forgeable/scores.json"];
    set.vector("opened-scores-allow-no-key", &scores, refused);
    let why = "Named keys are the only ones that count.";
    let other = Outcome(5, "is not trusted", why);
    set.vector("another-named-key", &["verify", "valid/same/bundle.pot", ALLOW, "--trust", KEY_FILE], other);
    set.vector("another-listed-key", &["verify", "valid/same/bundle.pot", ALLOW, "--trust-file", TRUST_FILE], other);
    let unknown = Outcome(5, "is not trusted", "A key that was not named and is not built in counts for nothing.");
    set.vector("no-named-key", &["verify", BUNDLE, ALLOW], unknown);
    let missing = Outcome(5, "cannot read", "Trust material that is not there.");
    set.vector("missing-key", &["verify", BUNDLE, ALLOW, "--trust", "invalid/no-such.key"], missing);
    set.vector("missing-trust-file", &["verify", BUNDLE, ALLOW, "--trust-file", "invalid/no-such.json"], missing);
    let no_key = Outcome(5, "does not begin with 'POTVKEY1'", "A key never comes out of a bundle.");
    set.vector("bundle-as-key", &["verify", BUNDLE, ALLOW, "--trust", BUNDLE], no_key);
    set.vector("trust-file-as-key", &["verify", BUNDLE, ALLOW, "--trust", TRUST_FILE], no_key);
    let no_policy = Outcome(5, "is no built-in policy", "A policy of one's own is accepted by naming its file.");
    set.vector("policy-not-given", &["verify", "valid/undecided/bundle.pot", ALLOW], no_policy);
}
