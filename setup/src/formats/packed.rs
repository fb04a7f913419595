//! A zkey without what can be computed again, to ship one with sources: its points are compressed, those at infinity left
//! out, and the coefficients missing, since they follow from the circuit. About a quarter of the size.
//!
//! ```text
//! magic "POTZPAK1" 8 | SHA-256 of the zkey 32 | order of its sections 10 × 1
//! header: length u32, content of section 2 | ceremony: length u32, content of section 10
//! IC, A, B1, B2, L, H: a bit for each point, 1 unless it is infinity, lowest bit first; then the other points, compressed
//! ```
//!
//! Integers are little-endian, points as arkworks compresses them. Unpacking gives the zkey with that hash or nothing.

use ark_bn254::{g1, g2};
use ark_ec::{
    AffineRepr,
    short_weierstrass::{Affine, SWCurveConfig},
};
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize, Compress, Validate};
use pot_protocol::digest::Digest;
use rayon::prelude::*;

use super::{
    container::take,
    points::{self, Coordinates},
    r1cs::R1cs,
    zkey::{Header, MpcParams, Sections, Zkey, coefficient_bytes},
};
use crate::{SetupError, proving::coefficients};

const MAGIC: [u8; 8] = *b"POTZPAK1";
/// Points that a thread takes at a time.
const CHUNK: usize = 256;

/// Packs a zkey, whose bytes are `file`. Every point is checked.
///
/// # Errors
/// [`SetupError::Format`] when a point is on no curve or outside the subgroup, where it could not come back.
pub fn pack(zkey: &Zkey<'_>, file: &[u8]) -> Result<Vec<u8>, SetupError> {
    let mut out = [MAGIC.as_slice(), &Digest::of(file).0].concat();
    out.extend(zkey.order.iter().filter_map(|&id| u8::try_from(id).ok()));
    let ceremony = zkey.mpc.to_bytes().map_err(|reason| zkey.bad(reason))?;
    for block in [zkey.header.to_bytes(), ceremony] {
        out.extend(u32::try_from(block.len()).unwrap_or(u32::MAX).to_le_bytes());
        out.extend(block);
    }
    let Sections { ic, a, b1, b2, l, h, .. } = zkey.sections;
    pack_points(&zkey.checked_points::<g1::Config>(3, ic)?, &mut out);
    pack_points(&zkey.checked_points::<g1::Config>(5, a)?, &mut out);
    pack_points(&zkey.checked_points::<g1::Config>(6, b1)?, &mut out);
    pack_points(&zkey.checked_points::<g2::Config>(7, b2)?, &mut out);
    pack_points(&zkey.checked_points::<g1::Config>(8, l)?, &mut out);
    pack_points(&zkey.checked_points::<g1::Config>(9, h)?, &mut out);
    Ok(out)
}

/// Unpacks a zkey of `circuit`; `name` names it in errors.
///
/// # Errors
/// [`SetupError::Format`] when it is cut off, altered, or of another circuit.
pub fn unpack(name: &str, packed: &[u8], circuit: &R1cs) -> Result<Vec<u8>, SetupError> {
    let bad = |reason: &str| SetupError::format(name, format!("packed key: {reason}"));
    let cut = || bad("it ends early");
    let mut rest = packed;
    if take(&mut rest).ok_or_else(cut)? != MAGIC {
        return Err(bad("it does not begin with 'POTZPAK1'"));
    }
    let hash = Digest(take(&mut rest).ok_or_else(cut)?);
    let order = take::<10>(&mut rest).ok_or_else(cut)?.map(u32::from);
    let mut block = || {
        let length = u32::from_le_bytes(take(&mut rest)?);
        let (block, tail) = rest.split_at_checked(usize::try_from(length).ok()?)?;
        rest = tail;
        Some(block)
    };
    let (header, ceremony) = (block().ok_or_else(cut)?, block().ok_or_else(cut)?);
    let header = Header::from_bytes(header).map_err(|reason| bad(&reason))?;
    let mpc = MpcParams::from_bytes(ceremony).map_err(|reason| bad(&reason))?;
    // Before anything is made room for: a few bits in the file would stand for as many points.
    let rows = circuit.constraints() + circuit.public() as usize + 1;
    if (header.n_vars, header.n_public) != (circuit.wires, circuit.public())
        || header.domain_size as usize != rows.next_power_of_two()
    {
        return Err(bad("it is a key for a circuit of other sizes"));
    }
    let [vars, public, domain] = [header.n_vars, header.n_public, header.domain_size].map(|n| n as usize);
    let mut g1 = |count| unpack_points::<g1::Config>(count, &mut rest).map_err(bad);
    let (ic, a, b1) = (g1(public + 1)?, g1(vars)?, g1(vars)?);
    let b2 = unpack_points::<g2::Config>(vars, &mut rest).map_err(bad)?;
    let mut g1 = |count| unpack_points::<g1::Config>(count, &mut rest).map_err(bad);
    let (l, h) = (g1(vars - public - 1)?, g1(domain)?);
    if !rest.is_empty() {
        return Err(bad("bytes are left over at its end"));
    }
    let coefficients = coefficient_bytes(&coefficients(circuit)?)?;
    let sections = Sections { ic: &ic, coefficients: &coefficients, a: &a, b1: &b1, b2: &b2, l: &l, h: &h };
    let zkey = Zkey { name: name.to_owned(), header, sections, mpc, order }.write_to(Vec::new())?;
    if Digest::of(&zkey) != hash {
        return Err(bad("it was altered, or it is of another circuit: what it unpacks to has another SHA-256"));
    }
    Ok(zkey)
}

fn pack_points<P: SWCurveConfig>(points: &[Affine<P>], out: &mut Vec<u8>) {
    let bit = |(place, point): (usize, &Affine<P>)| u8::from(!point.is_zero()) << place;
    out.extend(points.chunks(8).map(|eight| eight.iter().enumerate().map(bit).sum::<u8>()));
    for point in points.iter().filter(|point| !point.is_zero()) {
        // Writing to a vector cannot fail.
        let written = point.serialize_compressed(&mut *out);
        debug_assert!(written.is_ok());
    }
}

/// The section of `count` points from the front of `rest`.
fn unpack_points<P: SWCurveConfig>(count: usize, rest: &mut &[u8]) -> Result<Vec<u8>, &'static str>
where
    Affine<P>: Coordinates,
{
    let (bits, tail) = rest.split_at_checked(count.div_ceil(8)).ok_or("it ends early")?;
    let there = |index: usize| bits[index / 8] >> (index % 8) & 1 == 1;
    if (count..bits.len() * 8).any(there) {
        return Err("bits are set that stand for no point");
    }
    let places: Vec<usize> = (0..count).filter(|&index| there(index)).collect();
    let width = Affine::<P>::identity().compressed_size();
    let (compressed, tail) = tail.split_at_checked(places.len() * width).ok_or("it ends early")?;
    *rest = tail;
    let read = |bytes: &[u8]| Affine::<P>::deserialize_with_mode(bytes, Compress::Yes, Validate::No);
    let found: Result<Vec<Affine<P>>, _> = compressed.par_chunks_exact(width).with_min_len(CHUNK).map(read).collect();
    let mut section = vec![Affine::<P>::identity(); count];
    for (place, point) in places.into_iter().zip(found.map_err(|_| "it has bytes that are no point")?) {
        section[place] = point;
    }
    Ok(points::to_bytes(&section))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toy;

    /// The zkey of a small circuit, and the circuit.
    fn toy_key() -> (Vec<u8>, R1cs) {
        (toy::key().parameters().to_zkey().unwrap(), R1cs::of(toy::Powers(None)).unwrap())
    }

    fn packed(zkey: &[u8]) -> Vec<u8> {
        pack(&Zkey::parse("k", zkey).unwrap(), zkey).unwrap()
    }

    #[test]
    fn a_packed_key_comes_back_byte_for_byte_and_smaller() {
        let (zkey, circuit) = toy_key();
        let packed = packed(&zkey);
        assert!(packed.len() < zkey.len() * 2 / 3, "{} of {}", packed.len(), zkey.len());
        assert_eq!(unpack("k", &packed, &circuit).unwrap(), zkey);
    }

    #[test]
    fn every_truncation_and_change_is_refused() {
        let (zkey, circuit) = toy_key();
        let good = packed(&zkey);
        for length in 0..good.len() {
            assert!(unpack("k", &good[..length], &circuit).is_err(), "{length}");
        }
        assert!(unpack("k", &[good.as_slice(), &[0]].concat(), &circuit).is_err());
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1 << (at % 8);
            assert!(unpack("k", &bad, &circuit).is_err(), "byte {at}");
        }
        let mut other = circuit.clone();
        other.matrices[0][0][0].0 += ark_bn254::Fr::from(1u64);
        let error = unpack("k", &good, &other).unwrap_err().to_string();
        assert!(error.contains("another circuit"), "{error}");
    }

    #[test]
    fn forged_sizes_allocate_nothing() {
        let (zkey, circuit) = toy_key();
        let good = packed(&zkey);
        // The number of signals, at its largest, in the header behind the two moduli.
        let at = 8 + 32 + 10 + 4 + 72;
        for value in [1u32 << 26, 1 << 29, u32::MAX] {
            let mut bad = [good.clone(), vec![0; 1 << 24]].concat();
            bad[at..at + 4].copy_from_slice(&value.to_le_bytes());
            assert!(unpack("k", &bad, &circuit).is_err());
        }
    }
}
