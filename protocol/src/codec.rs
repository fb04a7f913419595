//! The one canonical encoding: bincode 2 with fixed-width big-endian integers.
//!
//! A value has exactly one encoding and every accepted byte string is the encoding of its value, so that a digest of
//! the bytes is a digest of the value.

use bincode::{Decode, Encode, config, error::DecodeError};

/// The hard limit of any decoding, in bytes; callers pass their own limit below it. It also bounds what a forged
/// length can make the decoder allocate.
pub const MAX_BYTES: usize = 1 << 20;

const CONFIG: config::Configuration<config::BigEndian, config::Fixint, config::Limit<MAX_BYTES>> =
    config::standard().with_big_endian().with_fixed_int_encoding().with_limit::<MAX_BYTES>();

/// Why bytes are no canonical encoding.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodecError {
    /// More bytes than the caller allows.
    #[error("{size} bytes are too many, at most {limit} are read")]
    TooLarge {
        /// Bytes given.
        size: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// The bytes end inside a value.
    #[error("the bytes end inside a value: the file is truncated")]
    Truncated,
    /// Bytes are left over after the value.
    #[error("{0} bytes are left over after the value")]
    Trailing(usize),
    /// A length inside the bytes asks for more memory than any valid value needs.
    #[error("a length inside the bytes is larger than any valid value")]
    Oversized,
    /// The value decodes, but its encoding is another one.
    #[error("the bytes are not the canonical encoding of their value")]
    NotCanonical,
    /// A tag, string or number inside is none of its type.
    #[error("malformed value: {0}")]
    Malformed(String),
}

/// The canonical bytes of `value`.
///
/// # Panics
/// Only when a type's own `Encode` refuses its value. No type of this crate does, and a growing buffer takes all bytes.
pub fn encode<T: Encode>(value: &T) -> Vec<u8> {
    bincode::encode_to_vec(value, CONFIG).expect("encoding into memory fails for no type of this crate")
}

/// Reads the value of which `bytes` are the canonical encoding; at most `limit` bytes, and never above [`MAX_BYTES`].
///
/// # Errors
/// [`CodecError`] when the bytes are too many, end early, are left over, are malformed, or when the value's own
/// encoding differs from them.
pub fn decode<T: Decode<()> + Encode>(bytes: &[u8], limit: usize) -> Result<T, CodecError> {
    let limit = limit.min(MAX_BYTES);
    if bytes.len() > limit {
        return Err(CodecError::TooLarge { size: bytes.len(), limit });
    }
    let (value, read) = bincode::decode_from_slice::<T, _>(bytes, CONFIG).map_err(|e| match e {
        DecodeError::UnexpectedEnd { .. } => CodecError::Truncated,
        DecodeError::LimitExceeded => CodecError::Oversized,
        DecodeError::OtherString(what) => CodecError::Malformed(what),
        other => CodecError::Malformed(other.to_string()),
    })?;
    if read != bytes.len() {
        return Err(CodecError::Trailing(bytes.len() - read));
    }
    // Fixed-width integers leave no second encoding today; this keeps it so for every type that is ever added.
    let again = bincode::encode_to_vec(&value, CONFIG).map_err(|e| CodecError::Malformed(e.to_string()))?;
    if again != bytes {
        return Err(CodecError::NotCanonical);
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Encode, Decode)]
    struct Sample {
        number: u32,
        text: String,
        list: Vec<u16>,
        maybe: Option<bool>,
    }

    fn sample() -> Sample {
        Sample { number: 7, text: "ab".into(), list: vec![1, 2], maybe: Some(true) }
    }

    /// A set in a list: it decodes duplicates and any order, and encodes sorted.
    #[derive(Debug, Encode, Decode)]
    struct Set(std::collections::BTreeSet<u8>);

    #[test]
    fn integers_are_fixed_width_and_big_endian() {
        assert_eq!(encode(&0x0102_0304_u32), [1, 2, 3, 4]);
        assert_eq!(encode(&-2_i64), [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe]);
        assert_eq!(encode(&"a".to_owned()), [0, 0, 0, 0, 0, 0, 0, 1, b'a']);
        assert_eq!(encode(&Some(1_u8)), [1, 1]);
    }

    #[test]
    fn values_come_back() {
        assert_eq!(decode::<Sample>(&encode(&sample()), 1000), Ok(sample()));
    }

    #[test]
    fn every_truncation_and_every_trailing_byte_is_refused() {
        let bytes = encode(&sample());
        for end in 0..bytes.len() {
            assert_eq!(decode::<Sample>(&bytes[..end], 1000), Err(CodecError::Truncated), "{end}");
        }
        for more in 1..4 {
            let trailing = [bytes.clone(), vec![0; more]].concat();
            assert_eq!(decode::<Sample>(&trailing, 1000), Err(CodecError::Trailing(more)));
        }
    }

    #[test]
    fn the_limit_is_the_callers_and_never_above_the_hard_one() {
        let bytes = encode(&sample());
        let size = bytes.len();
        assert_eq!(decode::<Sample>(&bytes, size), Ok(sample()));
        assert_eq!(decode::<Sample>(&bytes, size - 1), Err(CodecError::TooLarge { size, limit: size - 1 }));
        let huge = vec![0; MAX_BYTES + 1];
        assert_eq!(
            decode::<Vec<u8>>(&huge, usize::MAX),
            Err(CodecError::TooLarge { size: MAX_BYTES + 1, limit: MAX_BYTES })
        );
    }

    #[test]
    fn a_forged_length_allocates_nothing() {
        let bytes = encode(&u64::from(u32::MAX));
        assert_eq!(decode::<Vec<u64>>(&bytes, 1000), Err(CodecError::Oversized));
        assert_eq!(decode::<String>(&encode(&u64::MAX), 1000), Err(CodecError::Oversized));
    }

    #[test]
    fn malformed_values_are_refused() {
        assert!(matches!(decode::<bool>(&[2], 10), Err(CodecError::Malformed(_))));
        assert!(matches!(decode::<Option<u8>>(&[3, 0], 10), Err(CodecError::Malformed(_))));
        let not_text = [encode(&1_u64), vec![0xff]].concat();
        assert!(matches!(decode::<String>(&not_text, 10), Err(CodecError::Malformed(_))));
    }

    #[test]
    fn a_second_encoding_of_a_value_is_refused() {
        let twice = [encode(&2_u64), vec![5, 5]].concat();
        let swapped = [encode(&2_u64), vec![6, 5]].concat();
        assert_eq!(decode::<Set>(&twice, 100).map(|_| ()), Err(CodecError::NotCanonical));
        assert_eq!(decode::<Set>(&swapped, 100).map(|_| ()), Err(CodecError::NotCanonical));
        assert!(decode::<Set>(&[encode(&2_u64), vec![5, 6]].concat(), 100).is_ok());
    }
}
