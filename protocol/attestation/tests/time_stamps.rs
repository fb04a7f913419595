//! Tokens that OpenSSL 3.0 made (`time-stamp/make.sh`) about `time-stamp/registration.pot`: what is taken and what is not.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

use std::{fs, path::Path};

use pot_attestation::{Certificate, TimeStamp, TimeStampError, utc, verify_time_stamp};

fn file(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/time-stamp").join(name)).unwrap()
}

fn named(name: &str) -> Vec<Certificate> {
    Certificate::read_all(&file(name)).unwrap()
}

/// What a token says about the registration, with these certificates named.
fn verify(token: &str, certificates: &str) -> Result<TimeStamp, TimeStampError> {
    verify_time_stamp(&file(token), &file("registration.pot"), &named(certificates))
}

/// 2023-08-23 15:11:40 UTC.
const SAID: u64 = 1_692_803_500;

#[test]
fn tokens_of_openssl_are_taken_under_the_authority_or_a_ca_above_it() {
    for (token, certificates) in [
        ("rsa.tsr", "ca.pem"),
        ("rsa.tsr", "rsa.pem"),
        ("p256.tsr", "ca.pem"),
        ("p256.tsr", "p256.pem"),
        ("p256.tsr", "p256.cer"),
        ("p384.tsr", "ca.pem"),
        ("p384.tsr", "intermediate.pem"),
        ("ess-v1.tsr", "ca.pem"),
        ("bare.tst", "rsa.pem"),
    ] {
        let said = verify(token, certificates).unwrap_or_else(|e| panic!("{token} {certificates}: {e}"));
        assert_eq!((said.accuracy_micros, said.latest), (Some(1_500_100), said.time + 2), "{token}");
        assert_eq!(said.policy, "1.2.3.4.1");
        assert!(said.time > 1_795_000_000, "the clock of the machine that made them");
    }
    let said = verify("p256.tsr", "ca.pem").unwrap();
    assert_eq!((said.authority.as_str(), said.named.as_str()), ("CN=p256 of the tests", "CN=ca of the tests"));
    assert_eq!(said.serial, "1236");
    // openssl x509 -in p256.pem -outform DER | sha256sum
    assert_eq!(said.certificate, pot_protocol::digest::Digest::of(&file("p256.cer")));
}

#[test]
fn a_token_says_its_time_policy_and_number() {
    for token in ["in-time.tst", "in-time.pem", "key-id.tst"] {
        let said = verify(token, "p256.pem").unwrap();
        assert_eq!((said.time, said.latest, said.accuracy_micros), (SAID, SAID, None), "{token}");
        assert_eq!(said.serial, "0badcafe");
    }
    // A quarter of a second later is the next second.
    let said = verify("fraction.tst", "ca.pem").unwrap();
    assert_eq!((said.time, said.latest), (SAID, SAID + 1));
    assert_eq!(verify("extension.tst", "ca.pem").unwrap().time, SAID + 300);
    assert_eq!(verify("late.tst", "ca.pem").unwrap().time, SAID + 300);
    assert_eq!((utc(SAID), utc(u64::MAX)), ("2023-08-23T15:11:40Z".to_owned(), format!("{} (Unix seconds)", u64::MAX)));
}

#[test]
fn what_is_signed_by_somebody_who_was_not_named_is_refused() {
    for (token, certificates) in [
        ("rsa.tsr", "other.pem"),
        ("rsa.tsr", "p256.pem"),
        ("rsa.tsr", "intermediate.pem"),
        ("p384.tsr", "other.pem"),
        // The CA's name alone, and its key alone.
        ("rsa.tsr", "impostor.pem"),
        ("rsa.tsr", "renamed.pem"),
    ] {
        let refused = verify(token, certificates);
        assert!(matches!(refused, Err(TimeStampError::Untrusted { .. })), "{token} {certificates}: {refused:?}");
    }
    let (subject, issuer) = ("CN=rsa of the tests".to_owned(), "CN=ca of the tests".to_owned());
    assert_eq!(verify("rsa.tsr", "other.pem"), Err(TimeStampError::Untrusted { subject, issuer }));
    let nobody = verify_time_stamp(&file("rsa.tsr"), &file("registration.pot"), &[]);
    assert!(matches!(nobody, Err(TimeStampError::Untrusted { .. })), "{nobody:?}");
    assert_eq!(verify("bare.tst", "ca.pem"), Err(TimeStampError::NoCertificate));
    // The signer named by a key that no certificate here has.
    let named_key = |token: &[u8]| {
        let at = (0..token.len()).rev().find(|&at| token[at..].starts_with(&[0x80, 20])).unwrap();
        token[at + 2..at + 22].to_vec()
    };
    let (token, registration) = (file("key-id.tst"), file("registration.pot"));
    let id = named_key(&token);
    let other = replaced(&token, &[&[0x80, 20][..], &id].concat(), &[&[0x80, 20][..], &[7; 20]].concat());
    assert_eq!(verify_time_stamp(&other, &registration, &named("ca.pem")), Err(TimeStampError::NoCertificate));
}

#[test]
fn certificates_that_are_not_for_this_are_refused() {
    let refused = |token: &str, certificates: &str, what: &str| match verify(token, certificates) {
        Err(TimeStampError::Certificate { why, .. }) => assert!(why.contains(what), "{token}: {why}"),
        other => panic!("{token}: {other:?}"),
    };
    refused("two.tst", "ca.pem", "time-stamping alone");
    refused("uncritical.tst", "ca.pem", "time-stamping alone");
    refused("encipherment.tst", "ca.pem", "not for signatures");
    refused("unknown.tst", "ca.pem", "critical extension 1.2.3.4.5");
    refused("expired.tst", "ca.pem", "valid from 2020-01-01T00:00:00Z to 2023-01-01T00:00:00Z");
    // On the way: no CA's, a CA's for web servers, and one below a CA that allows none below it.
    refused("under-p256.tst", "p256.pem", "no CA's");
    refused("under-p256.tst", "ca.pem", "no CA's");
    refused("under-web.tst", "ca.pem", "other purposes");
    refused("under-lists.tst", "ca.pem", "not for certificates");
    refused("under-deep.tst", "ca.pem", "path length");
    refused("under-deep.tst", "intermediate.pem", "path length");
    // Four CAs may stand between the authority and the named one, and not five.
    assert!(verify("under-four.tst", "far.pem").is_ok());
    let five = verify("under-five.tst", "far.pem");
    assert!(matches!(five, Err(TimeStampError::Untrusted { .. })), "{five:?}");
}

#[test]
fn algorithms_that_are_not_known_are_named() {
    for (token, object) in [
        ("pss.tst", "1.2.840.113549.1.1.10"),
        ("p521.tst", "1.3.132.0.35"),
        ("sha1-imprint.tst", "1.3.14.3.2.26"),
        ("sha1-signed.tst", "1.3.14.3.2.26"),
    ] {
        match verify(token, "ca.pem") {
            Err(TimeStampError::Algorithm { object: found, .. }) => assert_eq!(found, object, "{token}"),
            other => panic!("{token}: {other:?}"),
        }
    }
}

#[test]
fn what_is_about_something_else_or_binds_nothing_is_refused() {
    assert_eq!(verify("other.tst", "ca.pem"), Err(TimeStampError::Imprint));
    let mut registration = file("registration.pot");
    registration[100] ^= 1;
    for token in ["rsa.tsr", "p256.tsr", "p384.tsr"] {
        let refused = verify_time_stamp(&file(token), &registration, &named("ca.pem"));
        assert_eq!(refused, Err(TimeStampError::Imprint), "{token}");
    }
    let unnamed = verify("no-ess.tst", "ca.pem");
    assert!(matches!(unnamed, Err(TimeStampError::Attributes(what)) if what.contains("not named")), "{unnamed:?}");
    for token in ["no-attributes.tst", "critical.tst", "no-token.tst", "registration.pot", "ca.pem", "p256.cer"] {
        let refused = verify(token, "ca.pem");
        assert!(matches!(refused, Err(TimeStampError::Malformed(_))), "{token}: {refused:?}");
    }
    assert_eq!(verify("refused.tsr", "ca.pem"), Err(TimeStampError::Refused(2)));
    // A token beside a status that gives none.
    let status = replaced(&file("rsa.tsr"), &[0x30, 3, 2, 1, 0, 0x30], &[0x30, 3, 2, 1, 2, 0x30]);
    let refused = verify_time_stamp(&status, &file("registration.pot"), &named("ca.pem"));
    assert_eq!(refused, Err(TimeStampError::Refused(2)));
}

/// Replaces `from`, which stands there once.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let found: Vec<_> = (0..bytes.len()).filter(|&at| bytes[at..].starts_with(from)).collect();
    assert_eq!(found.len(), 1);
    [&bytes[..found[0]], to, &bytes[found[0] + from.len()..]].concat()
}

#[test]
fn a_changed_time_attribute_or_signature_is_noticed() {
    let (token, registration, ca) = (file("in-time.tst"), file("registration.pot"), named("ca.pem"));
    let verify = |bytes: &[u8]| verify_time_stamp(bytes, &registration, &ca);
    let earlier = replaced(&token, b"20230823151140Z", b"20230823151139Z");
    let digest = verify(&earlier);
    assert!(matches!(digest, Err(TimeStampError::Attributes(what)) if what.contains("digest")), "{digest:?}");
    // With the attribute made to fit, the signature does not hold.
    let said = |token: &[u8]| {
        let at = (0..token.len()).find(|&at| token[at..].starts_with(&[0x02, 1, 1, 0x06, 4, 0x2a, 3, 4, 1])).unwrap();
        pot_protocol::digest::Digest::of(&token[at - 2..at + usize::from(token[at - 1])])
    };
    let fitting = replaced(&earlier, &said(&token).0, &said(&earlier).0);
    assert_eq!(verify(&fitting), Err(TimeStampError::Signature));
    // id-ct-TSTInfo among the attributes, and the digest of the certificate.
    let object = [0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x04];
    let attribute = [&[0x31, 0x0d][..], &object].concat();
    let mut other = attribute.clone();
    *other.last_mut().unwrap() = 5;
    let kind = verify(&replaced(&token, &attribute, &other));
    assert!(matches!(kind, Err(TimeStampError::Attributes(what)) if what.contains("type")), "{kind:?}");
    let certificate = pot_protocol::digest::Digest::of(&file("p256.cer")).0;
    let named = verify(&replaced(&token, &certificate, &[7; 32]));
    assert!(
        matches!(named, Err(TimeStampError::Attributes(what)) if what.contains("another certificate")),
        "{named:?}"
    );
}

#[test]
fn what_stands_twice_or_contradicts_itself_is_refused() {
    // The time of signing renamed into a second digest of the content.
    let name = |last| [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, last];
    let twice = replaced(&file("in-time.tst"), &name(5), &name(4));
    let twice = verify_time_stamp(&twice, &file("registration.pot"), &named("ca.pem"));
    assert!(matches!(&twice, Err(TimeStampError::Malformed(what)) if what.contains("stands twice")), "{twice:?}");
    // The subject's key identifier renamed into a second issuer's.
    let certificate = file("p256.cer");
    let extension = |last| [0x06, 0x03, 0x55, 0x1d, last];
    assert!(Certificate::read_all(&replaced(&certificate, &extension(0x0e), &extension(0x22))).is_ok());
    assert!(Certificate::read_all(&replaced(&certificate, &extension(0x0e), &extension(0x23))).is_err());
    // Another algorithm in the signed part than beside the signature.
    let at = certificate.windows(9).position(|w| w == [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b]).unwrap();
    let mut other = certificate;
    other[at + 8] = 0x0c;
    assert!(Certificate::read_all(&other).is_err());
}

#[test]
fn no_bit_of_a_token_changes_what_it_says() {
    let (registration, ca) = (file("registration.pot"), named("ca.pem"));
    for token in ["rsa.tsr", "p256.tsr"] {
        let (genuine, mut bytes) = (verify(token, "ca.pem").unwrap(), file(token));
        let mut taken = 0;
        for at in 0..bytes.len() {
            // Each bit of a byte by itself takes minutes for ECDSA and finds nothing more.
            for flipped in [0x01, 0x20, 0x80, 0xff] {
                bytes[at] ^= flipped;
                if let Ok(said) = verify_time_stamp(&bytes, &registration, &ca) {
                    assert_eq!(said, genuine, "{token}: byte {at}");
                    taken += 1;
                }
                bytes[at] ^= flipped;
            }
        }
        // Version numbers, parameters of digest algorithms, the list of digest algorithms, the status: nothing hangs on them.
        assert!(taken < 100, "{token}: {taken} changes go unnoticed");
    }
}

#[test]
fn cut_longer_and_huge_files_are_refused() {
    let (token, registration, ca) = (file("rsa.tsr"), file("registration.pot"), named("ca.pem"));
    let refused = |bytes: &[u8]| {
        let refused = verify_time_stamp(bytes, &registration, &ca);
        assert!(matches!(refused, Err(TimeStampError::Malformed(_))), "{refused:?}");
    };
    (0..token.len()).for_each(|length| refused(&token[..length]));
    refused(&[&token[..], &[0]].concat());
    refused(&[&token[..], &token].concat());
    refused(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0]);
    refused(&[0x30, 0x80, 0, 0]);
    // The longest file that is read, and one byte more.
    for (length, too_long) in [(1 << 16, false), ((1 << 16) + 1, true)] {
        let error = verify_time_stamp(&vec![0x30; length], &registration, &ca).unwrap_err();
        assert_eq!(error == TimeStampError::Malformed("more than 65536 bytes".to_owned()), too_long, "{error}");
    }
    for length in 0..file("p256.cer").len() {
        assert!(Certificate::read_all(&file("p256.cer")[..length]).is_err(), "{length}");
    }
    let pem = String::from_utf8(file("p256.pem")).unwrap();
    for (from, to) in [("-----END", "-----BEGIN"), ("CERTIFICATE", "PUBLIC KEY"), ("MII", "MI"), ("MII", "!!!")] {
        assert!(Certificate::read_all(pem.replacen(from, to, 2).as_bytes()).is_err(), "{from} {to}");
    }
    assert_eq!(Certificate::read_all(format!("text\n{pem}more\n{pem}").as_bytes()).unwrap().len(), 2);
    assert!(Certificate::read_all(pem.repeat(17).as_bytes()).is_err());
}
