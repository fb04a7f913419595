//! Work on many curve points at once, where every affine addition shares its inversion with many others.

pub(crate) mod batch;
mod combine;
mod digits;
mod encoding;
mod fft;
mod glv;
mod scale;
mod scale_each;
mod subgroup;

pub(crate) use combine::{Term, combinations};
pub(crate) use encoding::{BigEndian, compressed, uncompressed};
pub(crate) use fft::inverse_fft;
pub(crate) use scale::scale_all;
pub(crate) use scale_each::{Endomorphism, scale_each};
pub(crate) use subgroup::outside_subgroup;
