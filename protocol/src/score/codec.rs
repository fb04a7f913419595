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
