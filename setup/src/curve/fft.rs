//! The inverse Fourier transform of points: what turns powers of τ into the Lagrange basis at τ.

use ark_bn254::Fr;
use ark_ec::short_weierstrass::Affine;
use ark_ff::{FftField, Field};
use rayon::prelude::*;

use super::{
    batch::Batch,
    scale_each::{Endomorphism, scale_each},
};

/// Butterflies that are done at a time: their factors and differences are all the memory that is needed besides the points.
const CHUNK: usize = 1 << 13;
/// Additions that share an inversion.
const ADDITIONS: usize = 512;

/// Replaces (P₀, …) of n = 2^k points by (Σⱼ ω^(−ij)·Pⱼ / n)ᵢ, ω the n-th root of unity that arkworks and snarkjs take.
/// With Pⱼ = τʲ·G these are Lᵢ(τ)·G. On the thread pool; the points have to be in the subgroup.
///
/// Gentleman and Sande's form, first the widest butterflies: (a, b) → (a + b, (a − b)·ω^(−j)). The factor 1/n rides along on
/// the powers of ω: from each first half that still lacks it, the second quarter gets it, and so on down to one point.
///
/// # Panics
/// When the number of points is no power of two up to 2^28.
pub(crate) fn inverse_fft<P: Endomorphism>(points: &mut [Affine<P>]) {
    let n = points.len();
    assert!(n.is_power_of_two(), "a power of two of points");
    let size = Fr::from(n as u64);
    let (Some(root), Some(scale)) = (Fr::get_root_of_unity(n as u64), size.inverse()) else {
        panic!("no root of unity of order {n}");
    };
    let Some(mut root) = root.inverse() else { panic!("a root of unity is not 0") };
    let mut half = n / 2;
    while half > 0 {
        stage(points, half, root, scale);
        root.square_in_place();
        half /= 2;
    }
    scale_each(&mut points[..1], &[scale]);
    bit_reverse(points);
}

/// All butterflies of width `half`. The second halves are multiplied by the powers of `root`, in the first block times
/// `scale`.
fn stage<P: Endomorphism>(points: &mut [Affine<P>], half: usize, root: Fr, scale: Fr) {
    if half >= CHUNK {
        for (block, points) in points.chunks_exact_mut(2 * half).enumerate() {
            let (first, second) = points.split_at_mut(half);
            let first_factor = if block == 0 { scale } else { Fr::ONE };
            for (chunk, (first, second)) in first.chunks_mut(CHUNK).zip(second.chunks_mut(CHUNK)).enumerate() {
                let start = first_factor * root.pow([(chunk * CHUNK) as u64]);
                butterflies(first, second, &factors(start, root, CHUNK));
            }
        }
        return;
    }
    // Many narrow blocks together, so that there is enough to share.
    let plain = factors(Fr::ONE, root, half);
    for (chunk, points) in points.chunks_mut(2 * CHUNK).enumerate() {
        let halves = |second: usize| {
            points.chunks_exact(2 * half).flat_map(move |block| block[second * half..][..half].iter().copied())
        };
        let (mut first, mut second): (Vec<_>, Vec<_>) = (halves(0).collect(), halves(1).collect());
        let mut all: Vec<Fr> = plain.iter().copied().cycle().take(second.len()).collect();
        if chunk == 0 {
            all[..half].iter_mut().for_each(|factor| *factor *= scale);
        }
        butterflies(&mut first, &mut second, &all);
        let sources = first.chunks_exact(half).zip(second.chunks_exact(half));
        for (block, (first, second)) in points.chunks_exact_mut(2 * half).zip(sources) {
            block[..half].copy_from_slice(first);
            block[half..].copy_from_slice(second);
        }
    }
}

/// start, start·ratio, start·ratio², …
fn factors(start: Fr, ratio: Fr, count: usize) -> Vec<Fr> {
    std::iter::successors(Some(start), |factor| Some(*factor * ratio)).take(count).collect()
}

fn butterflies<P: Endomorphism>(first: &mut [Affine<P>], second: &mut [Affine<P>], factors: &[Fr]) {
    first.par_chunks_mut(ADDITIONS).zip(second.par_chunks_mut(ADDITIONS)).for_each(|(first, second)| {
        let mut batch = Batch::new(first.len());
        let mut differences = first.to_vec();
        batch.add(&mut differences, second.iter().map(|point| -*point));
        batch.add(first, second.iter().copied());
        second.copy_from_slice(&differences);
    });
    scale_each(second, factors);
}

/// Puts every point to the place whose bits are its own in reverse.
fn bit_reverse<T>(points: &mut [T]) {
    let bits = points.len().trailing_zeros();
    for i in 0..points.len() {
        let j = i.reverse_bits().checked_shr(usize::BITS - bits).unwrap_or_default();
        if i < j {
            points.swap(i, j);
        }
    }
}

#[cfg(test)]
mod tests {
    use ark_bn254::{G1Affine, g1, g2};
    use ark_ec::{AffineRepr, CurveGroup, short_weierstrass::Projective};
    use ark_ff::{AdditiveGroup, UniformRand};
    use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};

    use super::*;
    use crate::randomness;

    /// Against arkworks' transform of the logarithms.
    fn agrees<P: Endomorphism>(log_size: u32) {
        let mut rng = randomness::from_os().unwrap();
        let size = 1usize << log_size;
        let mut logarithms: Vec<Fr> = (0..size).map(|_| Fr::rand(&mut rng)).collect();
        if size > 2 {
            logarithms[1] = Fr::ZERO;
            logarithms[size / 2] = logarithms[0];
        }
        let points = |logarithms: &[Fr]| {
            let points: Vec<Projective<P>> = logarithms.iter().map(|s| Affine::<P>::generator() * s).collect();
            Projective::normalize_batch(&points)
        };
        let mut transformed = points(&logarithms);
        inverse_fft(&mut transformed);
        let domain = Radix2EvaluationDomain::<Fr>::new(size).unwrap();
        assert_eq!(transformed, points(&domain.ifft(&logarithms)), "{log_size}");
    }

    #[test]
    fn equals_the_transform_of_the_logarithms() {
        for log_size in [0, 1, 2, 3, 5, 8] {
            agrees::<g1::Config>(log_size);
        }
        for log_size in [0, 1, 4] {
            agrees::<g2::Config>(log_size);
        }
    }

    #[test]
    fn wide_and_narrow_butterflies_agree() {
        // Wider than a chunk, checked at two places: L₀ and L₁ at τ = 1 are 1 and 0.
        let mut points = vec![G1Affine::generator(); 4 * CHUNK];
        inverse_fft(&mut points);
        assert_eq!(points[0], G1Affine::generator());
        assert!(points[1..].iter().all(AffineRepr::is_zero));
        assert_eq!(points[0].into_group().into_affine(), G1Affine::generator());
    }
}
