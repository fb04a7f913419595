//! The hash that stands for a circuit over certain powers of tau, snarkjs' `csHash`: BLAKE2b-512 over the initial key.
//!
//! H stands in it as τ^(n+i) − τ^i, i < n − 1, from which H is computed. From a domain of 2^15 on snarkjs takes one more,
//! i = n − 1: it cuts the powers into pieces of 2^14 and does not shorten the last one. When the file of powers is for just
//! this domain, τ^(2n−1) is not in it, and what snarkjs reads in its place are the bytes that follow: the head of
//! section 3 and the beginning of its first point. They are no point, but the formula of the addition gives a value
//! (`unreduced.rs`).

use ark_bn254::{G1Affine, g1};
use ark_ec::short_weierstrass::{Affine, SWCurveConfig};
use blake2::{Blake2b512, Digest};
use rayon::prelude::*;

use super::{
    transcript::{absorb_all, absorb_points},
    unreduced::{Wide, difference},
};
use crate::{
    SetupError,
    curve::{BigEndian, batch::Batch, uncompressed},
    formats::{
        points::read_limbs,
        ptau::{Powers, Ptau, read_points},
        zkey::Header,
    },
};

/// snarkjs' pieces.
const PIECE: usize = 1 << 14;
/// Points subtracted at a time.
const CHUNK: usize = 512;
/// Bytes of a point.
const LEN: usize = 64;

pub(super) struct CsHash(Blake2b512);

impl CsHash {
    /// Over the header's points.
    pub(super) fn new(header: &Header) -> Self {
        let mut hasher = Blake2b512::new();
        hasher.update(uncompressed(&[header.alpha_g1, header.beta_g1]));
        hasher.update(uncompressed(&[header.beta_g2, header.gamma_g2]));
        hasher.update(uncompressed(&[header.delta_g1]));
        hasher.update(uncompressed(&[header.delta_g2]));
        Self(hasher)
    }

    /// Over a section of points.
    pub(super) fn points<P: SWCurveConfig<BaseField: BigEndian>>(&mut self, points: &[Affine<P>]) {
        absorb_all(&mut self.0, points);
    }

    /// Over the differences that stand for H.
    pub(super) fn differences_of_powers(&mut self, ptau: &Ptau<'_>, log_size: u32) -> Result<(), SetupError> {
        let size = 1usize << log_size;
        let count = if size > PIECE { size } else { size - 1 };
        self.0.update(u32::try_from(size - 1).unwrap_or(u32::MAX).to_be_bytes());
        let bytes = ptau.tau_g1();
        let read = |from: usize, to: usize| {
            let bad = |(point, reason)| ptau.bad(format!("section 2, point {}: {reason}", from + point));
            read_points::<g1::Config>(&bytes[from * LEN..bytes.len().min(to * LEN)]).map_err(bad)
        };
        let (mut high, low) = (read(size, size + count)?, read(0, count)?);
        let high_count = high.len();
        let last = match low.get(high_count) {
            Some(last) => Some(what_follows(ptau, last)?),
            None => None,
        };
        high.par_chunks_mut(CHUNK).zip(low[..high_count].par_chunks(CHUNK)).for_each(|(high, low)| {
            Batch::new(high.len()).add(high, low.iter().map(|point| -*point));
        });
        high.extend(last);
        absorb_points(&mut self.0, &high);
        Ok(())
    }

    pub(super) fn finish(self) -> [u8; 64] {
        self.0.finalize().into()
    }
}

/// The 64 bytes after section 2, taken for a point, less `low`.
fn what_follows(ptau: &Ptau<'_>, low: &G1Affine) -> Result<G1Affine, SetupError> {
    let next = ptau.tau_g2();
    // Sections 2 and 3 are neighbours in every file that snarkjs or this program writes.
    if ptau.tau_g1().as_ptr_range().end.wrapping_add(12) != next.as_ptr() {
        return Err(ptau.bad("section 3 does not follow section 2, so that snarkjs' circuit hash is not defined"));
    }
    let mut bytes = Vec::with_capacity(12 + next.len().min(LEN));
    bytes.extend(Powers::TauG2.section().to_le_bytes());
    bytes.extend((next.len() as u64).to_le_bytes());
    bytes.extend(&next[..next.len().min(LEN)]);
    let mut bytes = bytes.as_slice();
    let mut coordinate = || Wide(read_limbs(&mut bytes).unwrap_or_default());
    Ok(difference(coordinate(), coordinate(), low))
}
