//! The canonical encoding of a score: its units as a 16-bit integer, refused above the saturation.

use bincode::{
    Decode, Encode,
    de::{BorrowDecoder, Decoder},
    enc::Encoder,
    error::{DecodeError, EncodeError},
};

use super::Score;

impl Encode for Score {
    fn encode<E: Encoder>(&self, encoder: &mut E) -> Result<(), EncodeError> {
        self.units().encode(encoder)
    }
}

impl<C> Decode<C> for Score {
    fn decode<D: Decoder<Context = C>>(decoder: &mut D) -> Result<Self, DecodeError> {
        Self::new(u16::decode(decoder)?).map_err(|e| DecodeError::OtherString(e.to_string()))
    }
}

impl<'de, C> bincode::BorrowDecode<'de, C> for Score {
    fn borrow_decode<D: BorrowDecoder<'de, Context = C>>(decoder: &mut D) -> Result<Self, DecodeError> {
        Self::decode(decoder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{CodecError, decode, encode};

    #[test]
    fn a_score_is_two_bytes_and_none_is_above_the_saturation() {
        for score in [Score::ZERO, Score::saturating(258), Score::MAX] {
            assert_eq!(encode(&score), score.units().to_be_bytes());
            assert_eq!(decode(&encode(&score), 2), Ok(score));
        }
        assert!(matches!(decode::<Score>(&4608_u16.to_be_bytes(), 2), Err(CodecError::Malformed(_))));
    }

    #[test]
    fn a_score_that_is_read_out_of_a_borrowed_buffer_is_the_same() {
        let config = bincode::config::standard().with_big_endian().with_fixed_int_encoding();
        let read = |units: u16| bincode::borrow_decode_from_slice::<Score, _>(&units.to_be_bytes(), config);
        assert_eq!(read(258).unwrap().0, Score::saturating(258));
        assert!(read(4608).is_err());
    }
}
