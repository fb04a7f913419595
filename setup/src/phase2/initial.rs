//! The key that a ceremony begins with, δ = 1: fully determined by the circuit and the powers of tau.
//!
//! Byte for byte that of `snarkjs groth16 setup`, whose verification computes it again and compares.

use std::ops::Range;

use ark_bn254::{Fr, G1Affine, G2Affine};
use ark_ec::{AffineRepr, scalar_mul::glv::GLVConfig, short_weierstrass::Affine};
use rayon::prelude::*;

use super::{
    bases::Bases,
    columns::{Columns, Rows},
    cs_hash::CsHash,
};
use crate::{
    SetupError,
    curve::combinations,
    formats::{
        points::{Coordinates, to_bytes},
        ptau::{Ptau, read_point},
        r1cs::R1cs,
        zkey::{Header, MpcParams, ORDER_OF_A_NEW_KEY, Sections, Zkey, coefficient_bytes},
    },
    proving::coefficients,
};

/// Terms that a thread sums up together.
const CHUNK: usize = 1 << 13;

/// A key that nobody has contributed to, and its points for those who compare others with it.
#[derive(Debug)]
pub struct Initial {
    header: Header,
    cs_hash: [u8; 64],
    ic: Vec<u8>,
    coefficients: Vec<u8>,
    a: Vec<u8>,
    b1: Vec<u8>,
    b2: Vec<u8>,
    l: Vec<u8>,
    h: Vec<u8>,
    pub(super) l_points: Vec<G1Affine>,
    pub(super) h_points: Vec<G1Affine>,
}

impl Initial {
    /// Computes it.
    ///
    /// # Errors
    /// [`SetupError::Format`] when the powers of tau are too few, a point of theirs is refused, or the circuit is too large
    /// for any.
    pub fn new(r1cs: &R1cs, ptau: &Ptau<'_>) -> Result<Self, SetupError> {
        let (signals, public) = (r1cs.wires as usize, r1cs.public() as usize);
        let log_size = log_domain(r1cs.constraints() + public);
        let bases = Bases::read(ptau, log_size)?;
        let header = header(r1cs, ptau, log_size)?;
        let [a, b, c] = &r1cs.matrices;
        // A 1 for the constant and each public signal makes their polynomials independent of all others.
        let units: Vec<_> = (0..=public).map(|signal| vec![(Fr::from(1u64), signal)]).collect();
        let a = || a.iter().chain(&units);
        let over_gamma_or_delta = Rows::new(a().chain(b).chain(c));
        let Bases { alpha_g1, beta_g1, tau_g1, .. } = &bases;
        let [in_a, in_b, in_c] = [beta_g1, alpha_g1, tau_g1].map(|bases| bases.iter().copied());
        let of_all = in_a.take(a().count()).chain(in_b.take(b.len())).chain(in_c);
        let mut ic = sums(&over_gamma_or_delta.columns(signals), &over_gamma_or_delta.bases(of_all));
        drop(over_gamma_or_delta);
        let l_points = ic.split_off(public + 1);
        let mut hash = CsHash::new(&header);
        hash.points(&ic);
        hash.differences_of_powers(ptau, log_size)?;
        hash.points(&l_points);

        let a = Rows::new(a());
        let in_a = sums(&a.columns(signals), &a.bases(tau_g1.iter().copied()));
        let b = Rows::new(b.iter());
        let columns = b.columns(signals);
        let in_b1 = sums(&columns, &b.bases(tau_g1.iter().copied()));
        let in_b2 = sums(&columns, &b.bases(bases.tau_g2.iter().copied()));
        hash.points(&in_a);
        hash.points(&in_b1);
        hash.points(&in_b2);
        Ok(Self {
            header,
            cs_hash: hash.finish(),
            ic: to_bytes(&ic),
            coefficients: coefficient_bytes(&coefficients(r1cs)?)?,
            a: to_bytes(&in_a),
            b1: to_bytes(&in_b1),
            b2: to_bytes(&in_b2),
            l: to_bytes(&l_points),
            h: to_bytes(&bases.odd_g1),
            l_points,
            h_points: bases.odd_g1,
        })
    }

    /// As a key file, that of `name`.
    pub fn key(&self, name: &str) -> Zkey<'_> {
        let Self { ic, coefficients, a, b1, b2, l, h, .. } = self;
        Zkey {
            name: name.to_owned(),
            header: self.header.clone(),
            sections: Sections { ic, coefficients, a, b1, b2, l, h },
            mpc: MpcParams { cs_hash: self.cs_hash, contributions: Vec::new() },
            order: ORDER_OF_A_NEW_KEY,
        }
    }

    /// BLAKE2b-512 over all of it: what the transcripts of all contributions begin with.
    pub fn cs_hash(&self) -> &[u8; 64] {
        &self.cs_hash
    }
}

/// The base-2 logarithm of the domain: the smallest power of two above the number of rows without that of the constant, and
/// at least 2, as snarkjs has it.
fn log_domain(rows: usize) -> u32 {
    rows.max(1).ilog2() + 1
}

fn header(r1cs: &R1cs, ptau: &Ptau<'_>, log_size: u32) -> Result<Header, SetupError> {
    let g1 = |section: u32, bytes: &[u8]| {
        read_point(&bytes[..G1Affine::LEN]).map_err(|reason| ptau.bad(format!("section {section}: {reason}")))
    };
    Ok(Header {
        n_vars: r1cs.wires,
        n_public: r1cs.public(),
        domain_size: 1 << log_size,
        alpha_g1: g1(4, ptau.alpha_tau_g1())?,
        beta_g1: g1(5, ptau.beta_tau_g1())?,
        beta_g2: read_point(ptau.beta_g2()).map_err(|reason| ptau.bad(format!("section 6: {reason}")))?,
        gamma_g2: G2Affine::generator(),
        delta_g1: G1Affine::generator(),
        delta_g2: G2Affine::generator(),
    })
}

/// For each signal Σ coefficient·base over its column.
fn sums<P: GLVConfig<ScalarField = Fr>>(columns: &Columns, bases: &[Affine<P>]) -> Vec<Affine<P>> {
    let (mut chunks, mut start, mut size) = (Vec::new(), 0, 0);
    for signal in 0..columns.signals() {
        size += columns.of(signal).len() + 1;
        if size >= CHUNK || signal + 1 == columns.signals() {
            chunks.push(start..signal + 1);
            (start, size) = (signal + 1, 0);
        }
    }
    let sum = |chunk: Range<usize>| combinations(bases, chunk.map(|signal| columns.of(signal)));
    let sums: Vec<Vec<Affine<P>>> = chunks.into_par_iter().map(sum).collect();
    sums.concat()
}
