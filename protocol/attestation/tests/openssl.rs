//! Keys and signatures that OpenSSL 3.0 made over `hello world`: `openssl genpkey`, `pkey -pubout`, `dgst -sha256 -sign`,
//! `pkeyutl -sign -rawin`.
#![allow(clippy::unwrap_used)] // tests may panic

use pot_attestation::{Algorithm, KeyError, PublicKey, SigningKey};

const P256: [&str; 2] = [include_str!("openssl/p256.key"), include_str!("openssl/p256.pub")];
const ED25519: [&str; 2] = [include_str!("openssl/ed25519.key"), include_str!("openssl/ed25519.pub")];
const P256_SIGNATURE: &[u8] = include_bytes!("openssl/p256.sig");
const ED25519_SIGNATURE: &[u8] = include_bytes!("openssl/ed25519.sig");
const MESSAGE: &[u8] = b"hello world";

#[test]
fn keys_and_signatures_of_openssl_are_taken() {
    for ([private, public], signature) in [(P256, P256_SIGNATURE), (ED25519, ED25519_SIGNATURE)] {
        let (key, public) = (SigningKey::from_pem(private).unwrap(), PublicKey::from_pem(public).unwrap());
        assert_eq!(key.public(), public);
        public.verify(MESSAGE, signature).unwrap();
        public.verify(MESSAGE, &key.sign(MESSAGE)).unwrap();
        assert_eq!(public.verify(b"hello worlds", signature), Err(KeyError::Signature(public.id())));
        assert_eq!(PublicKey::from_der(&public.to_der()).unwrap(), public);
        assert_eq!(format!("{key:?}"), format!("SigningKey({})", public.id()));
    }
    // RFC 8032 leaves no choice, so the bytes are equal too.
    assert_eq!(SigningKey::from_pem(ED25519[0]).unwrap().sign(MESSAGE), ED25519_SIGNATURE);
}

#[test]
fn files_are_written_as_openssl_writes_them() {
    for ([_, public], algorithm) in [(P256, "ECDSA P-256"), (ED25519, "Ed25519")] {
        let key = PublicKey::from_pem(public).unwrap();
        assert_eq!((key.to_pem().as_str(), key.algorithm()), (public, algorithm));
    }
    assert_eq!(*SigningKey::from_pem(P256[0]).unwrap().to_pem(), P256[0]);
    for algorithm in [Algorithm::EcdsaP256, Algorithm::Ed25519] {
        let key = SigningKey::new(algorithm, &[9; 32]).unwrap();
        assert_eq!(SigningKey::from_pem(&key.to_pem()).unwrap().public(), key.public());
    }
}

#[test]
fn the_id_is_the_sha256_of_the_spki_der() {
    // openssl pkey -pubin -in p256.pub -outform DER | sha256sum
    let id = PublicKey::from_pem(P256[1]).unwrap().id();
    assert_eq!(id.to_string(), "7fcf85244818bc03a390c3bb00498ce9b12599035937a163f5c3f6bfdd407ebd");
}

#[test]
fn a_signature_of_one_algorithm_is_none_of_the_other() {
    let [p256, ed25519] = [P256, ED25519].map(|[_, public]| PublicKey::from_pem(public).unwrap());
    assert!(p256.verify(MESSAGE, ED25519_SIGNATURE).is_err());
    assert!(ed25519.verify(MESSAGE, P256_SIGNATURE).is_err());
    for signature in [&[][..], &[0; 64], &[0x30, 0], &[0x30, 6, 2, 1, 0, 2, 1, 0]] {
        assert!(p256.verify(MESSAGE, signature).is_err());
        assert!(ed25519.verify(MESSAGE, signature).is_err());
    }
}

#[test]
fn what_is_no_key_of_these_algorithms_is_refused() {
    let rsa = include_str!("openssl/rsa.pub");
    let sec1 = include_str!("openssl/p256-sec1.key");
    let long = P256[1].repeat(40);
    for pem in [rsa, sec1, P256[0], "", "-----BEGIN PUBLIC KEY-----", &long, &P256[1].replace('M', "N")] {
        assert_eq!(PublicKey::from_pem(pem), Err(KeyError::Public));
    }
    for pem in [sec1, P256[1], "", &P256[0].replace("PRIVATE", "ENCRYPTED PRIVATE")] {
        assert_eq!(SigningKey::from_pem(pem).unwrap_err(), KeyError::Private);
    }
    // The neutral element: every message would have a signature that holds.
    let mut der = PublicKey::from_pem(ED25519[1]).unwrap().to_der();
    let at = der.len() - 32;
    der[at..].copy_from_slice(&[&[1][..], &[0; 31]].concat());
    assert_eq!(PublicKey::from_der(&der), Err(KeyError::Public));
    // No scalar of P-256.
    assert_eq!(SigningKey::new(Algorithm::EcdsaP256, &[0xff; 32]).unwrap_err(), KeyError::Seed);
    assert_eq!(SigningKey::new(Algorithm::EcdsaP256, &[0; 32]).unwrap_err(), KeyError::Seed);
}
