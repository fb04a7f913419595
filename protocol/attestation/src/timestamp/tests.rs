//! What a token or certificate would have to be made anew for, asked of its parts: edges of numbers, times and sizes.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may panic

use super::{
    Certificate, TimeStampError,
    signature::{Hash, Scheme},
    token::{accuracy, generalized},
};

const RSA: &[u8] = include_bytes!("../../tests/time-stamp/rsa.pem");
const P256: &[u8] = include_bytes!("../../tests/time-stamp/p256.cer");

fn certificate(file: &[u8]) -> Certificate {
    Certificate::read_all(file).unwrap().remove(0)
}

#[test]
fn a_fraction_of_a_second_is_read_to_the_microsecond_and_rounded_up() {
    let second = 1_692_803_500;
    for (time, micros) in [
        ("20230823151140Z", 0),
        ("20230823151140.25Z", 250_000),
        ("20230823151140.123456Z", 123_456),
        ("20230823151140.1234560Z", 123_456),
        ("20230823151140.1234561Z", 123_457),
        ("20230823151140.00000001Z", 1),
    ] {
        assert_eq!(generalized(time.as_bytes()).unwrap(), (second, micros), "{time}");
    }
    for time in ["20230823151140", "20230823151140.Z", "20230823151140.2aZ", "20230823151140.25", "2023082315114Z", ""]
    {
        assert!(generalized(time.as_bytes()).is_err(), "{time}");
    }
}

#[test]
fn thousandths_of_an_accuracy_go_up_to_999() {
    assert_eq!(accuracy(&[]), Ok(0));
    assert_eq!(accuracy(&[2, 1, 1, 0x80, 2, 3, 0xe7, 0x81, 2, 3, 0xe7]), Ok(1_999_999));
    assert!(accuracy(&[0x80, 2, 3, 0xe8]).is_err());
    assert!(accuracy(&[0x81, 2, 3, 0xe8]).is_err());
    assert_eq!(accuracy(&[&[2, 9, 0][..], &[0xff; 8]].concat()), Ok(u64::MAX));
}

#[test]
fn a_certificate_is_valid_from_its_first_second_to_its_last() {
    let certificate = certificate(P256);
    // 2020-01-01 and 2060-01-01.
    let (first, last) = (1_577_836_800, 2_840_140_800);
    for (time, valid) in [(first - 1, false), (first, true), (first + 1, true), (last, true), (last + 1, false)] {
        assert_eq!(certificate.may_stamp_at(time).is_ok(), valid, "{time}");
    }
}

#[test]
fn a_critical_policy_is_no_unknown_extension() {
    // The key's usage, which is critical, renamed.
    let name = [0x06, 0x03, 0x55, 0x1d, 0x0f];
    let at = P256.windows(5).position(|window| window == name).unwrap();
    let mut renamed = P256.to_vec();
    renamed[at + 4] = 0x20;
    assert_eq!(certificate(&renamed).may_stamp_at(1_692_803_500), Ok(()));
    renamed[at + 4] = 0x21;
    assert!(certificate(&renamed).may_stamp_at(1_692_803_500).is_err());
}

#[test]
fn a_key_of_another_kind_than_the_signature_holds_nothing() {
    let (rsa, p256) = (certificate(RSA), certificate(P256));
    assert_eq!(rsa.signed(Scheme::Ecdsa(Hash::Sha256), b"message", &[0x30, 6, 2, 1, 1, 2, 1, 1]), Ok(false));
    assert_eq!(p256.signed(Scheme::Rsa(Hash::Sha256), b"message", &[1; 256]), Ok(false));
}

/// An element of DER, its length in the shortest form.
fn der(tag: u8, contents: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(contents.len()).unwrap().to_be_bytes();
    let length = match (high, low) {
        (0, 0..0x80) => vec![low],
        (0, _) => vec![0x81, low],
        _ => vec![0x82, high, low],
    };
    [&[tag][..], &length, contents].concat()
}

#[test]
fn the_numbers_of_an_rsa_key_have_bounded_sizes() {
    let holds = |n: usize, e: usize| {
        // Odd, and with its highest bit set: as long as it looks.
        let number = |length: usize| {
            let middle = vec![0x5a; length - 2];
            der(2, &[&[0, 0xc1][..], &middle, &[1]].concat())
        };
        let e = if e == 3 { vec![2, 3, 1, 0, 1] } else { number(e) };
        let key = der(0x30, &[number(n), e].concat());
        let algorithm = der(0x30, &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0]);
        let info = [algorithm, der(3, &[&[0][..], &key].concat())].concat();
        Scheme::Rsa(Hash::Sha256).holds(&info, b"message", &[1; 256])
    };
    let refused = |n, e| match holds(n, e) {
        Err(TimeStampError::Malformed(why)) => why,
        other => panic!("{n} {e}: {other:?}"),
    };
    assert_eq!(holds(256, 3), Ok(false), "2048 bits");
    assert_eq!(holds(1024, 3), Ok(false), "8192 bits");
    assert!(refused(255, 3).contains("is refused"));
    assert!(refused(256, 8).contains("is refused"));
    for (n, e) in [(1025, 3), (256, 9)] {
        assert!(refused(n, e).contains("its numbers are too large"), "{n} {e}");
    }
}
