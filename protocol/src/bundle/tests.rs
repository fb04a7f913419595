//! What is a bundle, byte by byte.

use super::{Bundle, BundleError};
use crate::{
    codec::CodecError,
    keys::{KeyId, ProofBytes},
    registration::tests::read_from,
    statement::tests::genuine,
};

fn bundle() -> Bundle {
    Bundle {
        statement: genuine().validate().unwrap(),
        key: KeyId([7; 32]),
        proof: ProofBytes(std::array::from_fn(|i| i.to_be_bytes()[7])),
    }
}

#[test]
fn a_bundle_comes_back_from_its_bytes_which_begin_with_magic_and_version() {
    let bytes = bundle().to_bytes();
    assert_eq!(bytes[..10], *b"POTBUNDL\0\x01");
    assert_eq!(Bundle::from_bytes(&bytes), Ok(bundle()));
}

#[test]
fn another_magic_or_version_is_refused_before_anything_is_decoded() {
    let bytes = bundle().to_bytes();
    for at in 0..8 {
        let mut other = bytes.clone();
        other[at] ^= 0x20;
        assert_eq!(Bundle::from_bytes(&other), Err(BundleError::Magic));
    }
    assert_eq!(Bundle::from_bytes(b"POTBUNDL\0\x02"), Err(BundleError::Version(2)));
    assert_eq!(Bundle::from_bytes(&bytes[..9]), Err(BundleError::Magic));
    assert_eq!(Bundle::from_bytes(&bytes[..10]), Err(BundleError::Codec(CodecError::Truncated)));
}

#[test]
fn a_bundle_is_read_up_to_64_kib() {
    let listing = |files: usize, name: usize| {
        let mut raw = genuine();
        raw.registration.candidate = read_from((0..files).map(|i| format!("{i:0name$}")));
        Bundle { statement: raw.validate().unwrap(), ..bundle() }
    };
    let large = listing(256, 200);
    assert!(large.to_bytes().len() > 60_000);
    assert_eq!(Bundle::from_bytes(&large.to_bytes()), Ok(large));
    let bytes = listing(256, 250).to_bytes();
    let refused = CodecError::TooLarge { size: bytes.len(), limit: 65_536 };
    assert_eq!(Bundle::from_bytes(&bytes), Err(BundleError::Codec(refused)));
}
