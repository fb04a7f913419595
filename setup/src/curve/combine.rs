//! Many short linear combinations of points, with any public coefficients.
//!
//! Coefficients ±1 cost one addition. The others go bit by bit from the highest down (Straus): each list has one
//! accumulator, which is doubled once for all of its terms. Lists of very many such terms are multi-scalar multiplications
//! of their own.

use ark_bn254::Fr;
use ark_ec::{
    AffineRepr,
    scalar_mul::glv::GLVConfig,
    short_weierstrass::{Affine, SWCurveConfig},
};
use ark_ff::Zero;

use super::{
    batch::Batch,
    digits::{non_adjacent, odd_multiples},
};
use crate::msm::{Signed, list_sums, msm};

/// From this many terms on, buckets are cheaper than digits of every term.
const MANY: usize = 256;
/// Coefficients up to this many bits get digits 0 and ±1, which need no table of multiples.
const SHORT_BITS: usize = 32;
/// From this many bits on it pays to cut a coefficient in two halves.
const LONG_BITS: usize = 140;
/// Width of the digits of the others.
const WIDTH: u32 = 5;

/// A term of a linear combination.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Term<'a, P: SWCurveConfig> {
    /// The point.
    pub(crate) base: &'a Affine<P>,
    /// What it is multiplied by.
    pub(crate) coefficient: &'a Fr,
}

/// The sum of each list. The lists are summed together on this thread: some thousands of terms are enough to share the
/// inversions, and more need much memory.
pub(crate) fn combinations<'a, P, I>(lists: impl Iterator<Item = I>) -> Vec<Affine<P>>
where
    P: GLVConfig<ScalarField = Fr>,
    I: Iterator<Item = Term<'a, P>>,
{
    let (one, minus_one) = (Fr::from(1u64), -Fr::from(1u64));
    // Points to be added up as they are, and how many a list has; for each list with others its place among them.
    let (mut plain, mut lengths) = (Vec::new(), Vec::new());
    let (mut places, mut weighted) = (Vec::new(), Vec::new());
    let mut others: Vec<(Affine<P>, Signed)> = Vec::new();
    for list in lists {
        let start = plain.len();
        for Term { base, coefficient } in list {
            if *coefficient == one {
                plain.push(*base);
            } else if *coefficient == minus_one {
                plain.push(-*base);
            } else if !coefficient.is_zero() && !base.is_zero() {
                others.push((*base, Signed::from(coefficient)));
            }
        }
        if others.len() >= MANY {
            let (bases, scalars): (Vec<_>, Vec<_>) = others.drain(..).unzip();
            plain.push(msm(&bases, &scalars).into());
        } else if !others.is_empty() {
            places.push(plain.len());
            plain.push(Affine::identity());
            weighted.push(std::mem::take(&mut others));
        }
        lengths.push(plain.len() - start);
    }
    for (place, sum) in places.into_iter().zip(straus(weighted)) {
        plain[place] = sum;
    }
    list_sums(plain, &lengths)
}

/// A term, its scalar in digits.
struct Digits<P: SWCurveConfig> {
    digits: Vec<i8>,
    /// The point's odd multiples, as many as the digits need.
    odd: Vec<Affine<P>>,
}

impl<P: SWCurveConfig> Digits<P> {
    /// What a bit adds to the accumulator.
    fn at(&self, bit: usize) -> Option<Affine<P>> {
        let digit = self.digits.get(bit).copied().filter(|&digit| digit != 0)?;
        let multiple = self.odd[usize::from(digit.unsigned_abs() / 2)];
        Some(if digit < 0 { -multiple } else { multiple })
    }
}

/// The sum of each list, whose terms are neither 0 nor ±1.
fn straus<P: GLVConfig<ScalarField = Fr>>(lists: Vec<Vec<(Affine<P>, Signed)>>) -> Vec<Affine<P>> {
    let mut lists: Vec<(usize, Vec<Digits<P>>)> =
        lists.into_iter().map(|list| list.into_iter().flat_map(cut).collect()).enumerate().collect();
    tables(lists.iter_mut().flat_map(|(_, list)| list));
    // Longest first, so that the lists that have begun are the first ones.
    let length = |list: &[Digits<P>]| list.iter().map(|term| term.digits.len()).max().unwrap_or_default();
    lists.sort_by_key(|(_, list)| std::cmp::Reverse(length(list)));
    let bits = lists.first().map_or(0, |(_, list)| length(list));

    let mut batch = Batch::new(lists.len());
    let mut accumulators: Vec<Affine<P>> = Vec::with_capacity(lists.len());
    for bit in (0..bits).rev() {
        batch.double(&mut accumulators);
        let begun = lists.partition_point(|(_, list)| length(list) > bit);
        accumulators.resize(begun, Affine::identity());
        let (mut points, mut lengths) = (Vec::with_capacity(2 * begun), Vec::with_capacity(begun));
        for (accumulator, (_, list)) in accumulators.iter().zip(&lists) {
            let start = points.len();
            points.push(*accumulator);
            points.extend(list.iter().filter_map(|term| term.at(bit)));
            lengths.push(points.len() - start);
        }
        accumulators = list_sums(points, &lengths);
    }
    let mut sums = vec![Affine::identity(); lists.len()];
    lists.iter().zip(accumulators).for_each(|((place, _), sum)| sums[*place] = sum);
    sums
}

/// The digits of a term, or of the two terms whose sum it is.
fn cut<P: GLVConfig<ScalarField = Fr>>((base, scalar): (Affine<P>, Signed)) -> Vec<Digits<P>> {
    let term = |base: Affine<P>, scalar: &Signed| {
        let width = if scalar.bits() <= SHORT_BITS { 2 } else { WIDTH };
        Digits { digits: non_adjacent(scalar, width), odd: vec![base; odd_multiples(width)] }
    };
    if scalar.bits() < LONG_BITS {
        return vec![term(base, &scalar)];
    }
    let value = Fr::from(scalar.magnitude);
    let ((first_positive, first), (second_positive, second)) =
        P::scalar_decomposition(if scalar.negative { -value } else { value });
    let half = |positive: bool, value: Fr| Signed::from(&if positive { value } else { -value });
    vec![term(base, &half(first_positive, first)), term(P::endomorphism_affine(&base), &half(second_positive, second))]
}

/// Fills in the odd multiples.
fn tables<'a, P: SWCurveConfig + 'a>(terms: impl Iterator<Item = &'a mut Digits<P>>) {
    let mut terms: Vec<&mut Digits<P>> = terms.filter(|term| term.odd.len() > 1).collect();
    let mut twice: Vec<Affine<P>> = terms.iter().map(|term| term.odd[0]).collect();
    let mut multiples = twice.clone();
    let mut batch = Batch::new(terms.len());
    batch.double(&mut twice);
    for place in 1..odd_multiples(WIDTH) {
        batch.add(&mut multiples, twice.iter().copied());
        terms.iter_mut().zip(&multiples).for_each(|(term, multiple)| term.odd[place] = *multiple);
    }
}

#[cfg(test)]
mod tests {
    use ark_bn254::{g1, g2};
    use ark_ec::{PrimeGroup, short_weierstrass::Projective};
    use ark_ff::{AdditiveGroup, Field, UniformRand};
    use proptest::prelude::*;

    use super::*;
    use crate::randomness;

    fn coefficient() -> impl Strategy<Value = Fr> {
        let half = Fr::from(2u64).inverse().unwrap();
        let signed = |value: Fr, negative: bool| if negative { -value } else { value };
        prop_oneof![
            2 => (0u64..3, any::<bool>()).prop_map(move |(v, n)| signed(Fr::from(v), n)),
            2 => (0u64..254, any::<bool>()).prop_map(move |(b, n)| signed(Fr::from(2u64).pow([b]), n)),
            1 => (any::<u128>(), 0u32..128, any::<bool>()).prop_map(move |(v, s, n)| signed(Fr::from(v >> s), n)),
            2 => any::<[u8; 32]>().prop_map(|bytes| ark_ff::PrimeField::from_le_bytes_mod_order(&bytes)),
            1 => (0u64..4, any::<bool>()).prop_map(move |(v, n)| signed(half + Fr::from(v), n)),
        ]
    }

    fn point<P: SWCurveConfig>(choice: i8) -> Affine<P> {
        let multiple = Projective::<P>::generator() * P::ScalarField::from(choice.unsigned_abs());
        Affine::from(if choice < 0 { -multiple } else { multiple })
    }

    fn agrees<P: GLVConfig<ScalarField = Fr>>(lists: &[Vec<(i8, Fr)>]) {
        let bases: Vec<Vec<Affine<P>>> =
            lists.iter().map(|list| list.iter().map(|(p, _)| point(*p)).collect()).collect();
        let terms = lists
            .iter()
            .zip(&bases)
            .map(|(list, bases)| bases.iter().zip(list).map(|(base, (_, coefficient))| Term { base, coefficient }));
        let naive = |(list, bases): (&Vec<(i8, Fr)>, &Vec<Affine<P>>)| {
            let sum = list.iter().zip(bases).fold(Projective::<P>::ZERO, |sum, ((_, c), base)| sum + *base * c);
            Affine::from(sum)
        };
        let expected: Vec<Affine<P>> = lists.iter().zip(&bases).map(naive).collect();
        assert_eq!(combinations(terms), expected);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn equal_one_multiplication_a_term(
            lists in proptest::collection::vec(proptest::collection::vec((-3i8..=3, coefficient()), 0..6), 0..12),
        ) {
            agrees::<g1::Config>(&lists);
            agrees::<g2::Config>(&lists);
        }
    }

    #[test]
    fn so_does_a_list_of_many() {
        let mut rng = randomness::from_os().unwrap();
        let long: Vec<(i8, Fr)> = (0..MANY).map(|i| (i8::try_from(i % 5).unwrap(), Fr::rand(&mut rng))).collect();
        agrees::<g1::Config>(&[long.clone(), vec![(1, Fr::rand(&mut rng))], vec![], long[1..].to_vec()]);
    }
}
