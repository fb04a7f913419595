//! Files that snarkjs made.

use ark_bn254::{Fr, G1Affine, G2Affine, g1, g2};
use ark_ec::AffineRepr;
use ark_ff::Field;

use super::*;
use crate::formats::r1cs::R1cs;

const NEW: &[u8] = include_bytes!("../../../testdata/snarkjs/new.zkey");
const TWO: &[u8] = include_bytes!("../../../testdata/snarkjs/two.zkey");
const FINAL: &[u8] = include_bytes!("../../../testdata/snarkjs/final.zkey");
const R1CS: &[u8] = include_bytes!("../../../testdata/snarkjs/powers.r1cs");

fn parse(bytes: &[u8]) -> Result<Zkey<'_>, SetupError> {
    Zkey::parse("t.zkey", bytes)
}

#[test]
fn what_snarkjs_wrote_is_written_again_byte_for_byte() {
    for (file, order) in [(NEW, ORDER_OF_A_NEW_KEY), (TWO, ORDER_OF_A_CONTRIBUTION), (FINAL, ORDER_OF_A_CONTRIBUTION)] {
        let zkey = parse(file).unwrap();
        assert_eq!(zkey.order, order);
        assert_eq!(zkey.write_to(Vec::new()).unwrap(), file);
    }
}

#[test]
fn sizes_points_and_the_ceremony_are_read() {
    let (new, last) = (parse(NEW).unwrap(), parse(FINAL).unwrap());
    assert_eq!((new.header.n_vars, new.header.n_public, new.header.domain_size), (7, 2, 8));
    assert_eq!((new.header.delta_g1, new.header.delta_g2), (G1Affine::generator(), G2Affine::generator()));
    assert_eq!(new.header.gamma_g2, last.header.gamma_g2);
    assert!(new.mpc.contributions.is_empty());
    let [first, second, beacon] = last.mpc.contributions.as_slice() else { panic!("three contributions") };
    assert_eq!((first.name.as_deref(), &first.kind), (Some("Ana Müller"), &Kind::Contribution));
    assert_eq!((second.name.as_deref(), &second.kind), (None, &Kind::Contribution));
    assert_eq!(beacon.name.as_deref(), Some("Beacon"));
    let beacon_hash = (1..32).collect();
    assert_eq!(beacon.kind, Kind::Beacon { iterations_exp: 10, beacon_hash });
    assert_eq!(beacon.delta_after, last.header.delta_g1);
    assert_eq!(new.mpc.cs_hash, last.mpc.cs_hash);
    assert_eq!(new.sections.a, last.sections.a);
    assert_ne!(new.sections.h, last.sections.h);
    for section in [last.sections.a, last.sections.b1, last.sections.l, last.sections.h, last.sections.ic] {
        last.checked_points::<g1::Config>(5, section).unwrap();
    }
    last.checked_points::<g2::Config>(7, last.sections.b2).unwrap();
}

#[test]
fn the_coefficients_are_the_constraints_of_the_circuit_and_a_unit_row_for_each_public_signal() {
    let (zkey, r1cs) = (parse(FINAL).unwrap(), R1cs::parse("powers.r1cs", R1CS).unwrap());
    let [a, b, _] = &r1cs.matrices;
    let mut expected = Vec::new();
    for (constraint, (a, b)) in (0..).zip(a.iter().zip(b)) {
        for (matrix, row) in [(Matrix::A, a), (Matrix::B, b)] {
            expected.extend(row.iter().map(|&(value, signal)| Coefficient {
                matrix,
                constraint,
                signal: u32::try_from(signal).unwrap(),
                value,
            }));
        }
    }
    expected.extend((0..=2).map(|signal| Coefficient {
        matrix: Matrix::A,
        constraint: 4 + signal,
        signal,
        value: Fr::ONE,
    }));
    assert_eq!(zkey.coefficients().unwrap(), expected);
    assert_eq!(coefficient_bytes(&expected).unwrap(), zkey.sections.coefficients);
}

#[test]
fn every_truncation_and_bit_flip_is_refused_or_read_as_something_else() {
    let good = parse(FINAL).unwrap();
    for length in 0..FINAL.len() {
        assert!(parse(&FINAL[..length]).is_err(), "{length}");
    }
    for at in 0..FINAL.len() {
        let mut bytes = FINAL.to_vec();
        bytes[at] ^= 1 << (at % 8);
        assert!(
            parse(&bytes).map_or(true, |mut read| {
                read.name.clone_from(&good.name);
                read != good
            }),
            "byte {at}"
        );
    }
}

/// The file with other bytes at a place of a section.
fn with(section: u32, at: usize, new: &[u8]) -> Vec<u8> {
    let container = Container::parse("t", FINAL, MAGIC, VERSION).unwrap();
    let mut writer = ContainerWriter::new(Vec::new(), MAGIC, VERSION, 10).unwrap();
    for id in 1..=10 {
        let mut content = container.section(id).unwrap().to_vec();
        if id == section {
            content[at..at + new.len()].copy_from_slice(new);
        }
        writer.section(id, content.len() as u64).unwrap();
        writer.write_all(&content).unwrap();
    }
    writer.finish().unwrap()
}

#[test]
fn each_forgery_is_refused_by_its_name() {
    let refused = |bytes: &[u8], what: &str| {
        let error = parse(bytes).unwrap_err().to_string();
        assert!(error.contains(what) && error.starts_with("t.zkey: "), "{error}");
    };
    assert!(parse(&with(1, 0, &[])).is_ok());
    refused(&with(1, 0, &2u32.to_le_bytes()), "another protocol");
    refused(&with(2, 4, &[0]), "q is not");
    refused(&with(2, 40, &[2]), "r is not");
    refused(&with(2, 72, &u32::MAX.to_le_bytes()), "signals");
    refused(&with(2, 76, &7u32.to_le_bytes()), "as many public signals");
    refused(&with(2, 76, &1u32.to_le_bytes()), "section 3");
    refused(&with(2, 80, &6u32.to_le_bytes()), "power of two");
    refused(&with(2, 80, &16u32.to_le_bytes()), "section 9");
    refused(&with(2, 84, &[0; 64]), "alpha is the point at infinity");
    refused(&with(2, 84, &[1]), "alpha is not a point");
    refused(&with(2, 84, &[0xff; 32]), "alpha is cut off or");
    refused(&with(4, 0, &[1]), "as many coefficients");
    refused(&with(10, 64, &u32::MAX.to_le_bytes()), "more contributions");
    refused(&with(10, 64, &2u32.to_le_bytes()), "left over");
    refused(&with(10, 68, &[0; 64]), "contribution 1: its delta is the point at infinity");
    // The kind, and the first parameter's id, of the first contribution.
    refused(&with(10, 68 + 384, &[1]), "neither those");
    refused(&with(10, 68 + 392, &[4]), "unknown");
    refused(&with(10, 68 + 393, &[99]), "cut off");
    refused(&with(10, 68 + 394, &[0xff]), "UTF-8");
}

#[test]
fn coefficients_out_of_range_are_refused() {
    let refused = |at: usize, new: &[u8]| {
        let bytes = with(4, at, new);
        let error = parse(&bytes).unwrap().coefficients().unwrap_err().to_string();
        assert!(error.contains("coefficient 1 "), "{error}");
    };
    refused(48, &2u32.to_le_bytes());
    refused(52, &8u32.to_le_bytes());
    refused(56, &7u32.to_le_bytes());
    refused(60, &[0xff; 32]);
}

#[test]
fn points_are_refused_by_section_and_place() {
    let bytes = with(6, 64 * 3, &[0xff; 32]);
    let zkey = parse(&bytes).unwrap();
    let error = zkey.trusted_points::<g1::Config>(6, zkey.sections.b1).unwrap_err().to_string();
    assert!(error.contains("section 6, point 3 has a coordinate"), "{error}");
}

#[test]
fn a_key_that_does_not_fit_its_header_is_not_written() {
    let mut zkey = parse(FINAL).unwrap();
    zkey.sections.l = &zkey.sections.l[64..];
    assert!(zkey.write_to(Vec::new()).is_err());
    let mut zkey = parse(FINAL).unwrap();
    zkey.order[0] = 2;
    assert!(zkey.write_to(Vec::new()).is_err());
    let mut zkey = parse(FINAL).unwrap();
    zkey.mpc.contributions[0].name = Some("x".repeat(256));
    assert!(zkey.write_to(Vec::new()).is_err());
}
