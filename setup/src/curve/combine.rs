//! Many short linear combinations of points, with any public coefficients.
//!
//! Coefficients ±1 cost one addition. The others go bit by bit from the highest down (Straus): each list has one
//! accumulator, which is doubled once for all of its terms. A point that stands in many lists has one table of odd
//! multiples for all of them. Lists of very many such terms are multi-scalar multiplications of their own.

use std::collections::HashMap;

use ark_bn254::Fr;
use ark_ec::{
    AffineRepr,
    scalar_mul::glv::GLVConfig,
    short_weierstrass::{Affine, SWCurveConfig},
};
use ark_ff::Zero;

use super::{
    batch::Batch,
    digits::{MAX_WIDTH, non_adjacent, odd_multiples},
};
use crate::msm::{Signed, list_sums, msm};

/// From this many terms on, buckets are cheaper than digits of every term.
const MANY: usize = 256;
/// From this many bits on it pays to cut a coefficient in two halves.
const LONG_BITS: usize = 140;

/// A term of a linear combination.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Term {
    /// Which of the bases.
    pub(crate) base: usize,
    /// What it is multiplied by.
    pub(crate) coefficient: Fr,
}

/// The sum of each list. The lists are summed together on this thread: some thousands of terms are enough to share the
/// inversions and the tables, and more need much memory.
pub(crate) fn combinations<'a, P, L>(bases: &[Affine<P>], lists: L) -> Vec<Affine<P>>
where
    P: GLVConfig<ScalarField = Fr>,
    L: Iterator<Item = &'a [Term]>,
{
    let (one, minus_one) = (Fr::from(1u64), -Fr::from(1u64));
    // Points to be added up as they are, and how many a list has; for each list with others its place among them.
    let (mut plain, mut lengths) = (Vec::new(), Vec::new());
    let (mut places, mut weighted) = (Vec::new(), Vec::new());
    let mut others: Vec<(usize, Signed)> = Vec::new();
    for list in lists {
        let start = plain.len();
        for Term { base, coefficient } in list {
            if *coefficient == one {
                plain.push(bases[*base]);
            } else if *coefficient == minus_one {
                plain.push(-bases[*base]);
            } else if !coefficient.is_zero() && !bases[*base].is_zero() {
                others.push((*base, Signed::from(coefficient)));
            }
        }
        if others.len() >= MANY {
            let (bases, scalars): (Vec<_>, Vec<_>) =
                others.drain(..).map(|(base, scalar)| (bases[base], scalar)).unzip();
            plain.push(msm(&bases, &scalars).into());
        } else if !others.is_empty() {
            places.push(plain.len());
            plain.push(Affine::identity());
            weighted.push(std::mem::take(&mut others));
        }
        lengths.push(plain.len() - start);
    }
    for (place, sum) in places.into_iter().zip(straus(bases, weighted)) {
        plain[place] = sum;
    }
    list_sums(plain, &lengths)
}

/// The sum of each list, whose terms are neither 0 nor ±1.
fn straus<P: GLVConfig<ScalarField = Fr>>(bases: &[Affine<P>], lists: Vec<Vec<(usize, Signed)>>) -> Vec<Affine<P>> {
    let lists: Vec<Vec<Part>> = lists.into_iter().map(|list| list.into_iter().flat_map(cut::<P>).collect()).collect();
    let tables = tables(bases, lists.iter().flatten());
    let digits = |part: &Part| {
        let multiples = &tables[&part.base];
        let table = if part.turned { &multiples.turned } else { &multiples.odd };
        Digits { digits: non_adjacent(&part.scalar, multiples.width), table }
    };
    let mut lists: Vec<(usize, Vec<Digits<'_, P>>)> =
        lists.iter().map(|list| list.iter().map(digits).collect()).enumerate().collect();
    // Longest first, so that the lists that have begun are the first ones.
    let length = |list: &[Digits<'_, P>]| list.iter().map(|term| term.digits.len()).max().unwrap_or_default();
    lists.sort_by_cached_key(|(_, list)| std::cmp::Reverse(length(list)));
    let list_bits: Vec<usize> = lists.iter().map(|(_, list)| length(list)).collect();

    let mut batch = Batch::new(lists.len());
    let mut accumulators: Vec<Affine<P>> = Vec::with_capacity(lists.len());
    for bit in (0..list_bits.first().copied().unwrap_or_default()).rev() {
        batch.double(&mut accumulators);
        let begun = list_bits.partition_point(|&length| length > bit);
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

/// A base, or λ times it, and a scalar of up to [`LONG_BITS`].
struct Part {
    base: usize,
    turned: bool,
    scalar: Signed,
}

/// A term, or the two whose sum it is.
fn cut<P: GLVConfig<ScalarField = Fr>>((base, scalar): (usize, Signed)) -> Vec<Part> {
    if scalar.bits() < LONG_BITS {
        return vec![Part { base, turned: false, scalar }];
    }
    let value = Fr::from(scalar.magnitude);
    let ((first_positive, first), (second_positive, second)) =
        P::scalar_decomposition(if scalar.negative { -value } else { value });
    let half = |positive: bool, value: Fr| Signed::from(&if positive { value } else { -value });
    vec![
        Part { base, turned: false, scalar: half(first_positive, first) },
        Part { base, turned: true, scalar: half(second_positive, second) },
    ]
}

/// Odd multiples of a base.
struct Multiples<P: SWCurveConfig> {
    width: u32,
    odd: Vec<Affine<P>>,
    /// λ times them, if anything needs that.
    turned: Vec<Affine<P>>,
}

/// The tables of all bases, each as wide as its scalars together are worth.
fn tables<'a, P: GLVConfig<ScalarField = Fr>>(
    bases: &[Affine<P>],
    parts: impl Iterator<Item = &'a Part>,
) -> HashMap<usize, Multiples<P>> {
    let mut uses: HashMap<usize, (usize, bool)> = HashMap::new();
    for part in parts {
        let (bits, turned) = uses.entry(part.base).or_default();
        *bits += part.scalar.bits();
        *turned |= part.turned;
    }
    // One digit in width + 1 is not 0, and a table costs an addition for each multiple.
    let width = |bits: usize| {
        (2..=MAX_WIDTH).min_by_key(|&width| odd_multiples(width) + bits / (width as usize + 1)).unwrap_or(MAX_WIDTH)
    };
    let mut tables: Vec<(usize, bool, Multiples<P>)> = uses
        .into_iter()
        .map(|(base, (bits, turned))| {
            let width = width(bits);
            let mut odd = Vec::with_capacity(odd_multiples(width));
            odd.push(bases[base]);
            (base, turned, Multiples { width, odd, turned: Vec::new() })
        })
        .collect();
    // Widest first, so that those that go on are the first ones.
    tables.sort_unstable_by_key(|(_, _, multiples)| std::cmp::Reverse(multiples.width));
    let wider = |than: usize| tables.partition_point(|(_, _, multiples)| odd_multiples(multiples.width) > than);
    let rounds: Vec<usize> = (1..odd_multiples(MAX_WIDTH)).map(wider).take_while(|&count| count > 0).collect();
    let mut batch = Batch::new(tables.len());
    let mut last: Vec<Affine<P>> = tables
        .iter()
        .take(rounds.first().copied().unwrap_or_default())
        .map(|(.., multiples)| multiples.odd[0])
        .collect();
    let mut twice = last.clone();
    batch.double(&mut twice);
    for count in rounds {
        last.truncate(count);
        batch.add(&mut last, twice.iter().copied());
        tables.iter_mut().zip(&last).for_each(|((.., multiples), multiple)| multiples.odd.push(*multiple));
    }
    let finished = tables.into_iter().map(|(base, turned, mut multiples)| {
        if turned {
            multiples.turned = multiples.odd.iter().map(P::endomorphism_affine).collect();
        }
        (base, multiples)
    });
    finished.collect()
}

/// A part in digits.
struct Digits<'a, P: SWCurveConfig> {
    digits: Vec<i8>,
    /// The odd multiples that the digits stand for.
    table: &'a [Affine<P>],
}

impl<P: SWCurveConfig> Digits<'_, P> {
    /// What a bit adds to the accumulator.
    fn at(&self, bit: usize) -> Option<Affine<P>> {
        let digit = self.digits.get(bit).copied().filter(|&digit| digit != 0)?;
        let multiple = self.table[usize::from(digit.unsigned_abs() / 2)];
        Some(if digit < 0 { -multiple } else { multiple })
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

    /// The lists over the points −3 to 3 times the generator, each of which is one base for all.
    fn agrees<P: GLVConfig<ScalarField = Fr>>(lists: &[Vec<(i8, Fr)>]) {
        let bases: Vec<Affine<P>> = (-3..=3).map(point).collect();
        let term = |&(choice, coefficient): &(i8, Fr)| Term { base: usize::try_from(choice + 3).unwrap(), coefficient };
        let lists: Vec<Vec<Term>> = lists.iter().map(|list| list.iter().map(term).collect()).collect();
        let naive = |list: &Vec<Term>| {
            let terms = list.iter().map(|Term { base, coefficient }| bases[*base] * coefficient);
            Affine::from(terms.fold(Projective::<P>::ZERO, |sum, term| sum + term))
        };
        let expected: Vec<Affine<P>> = lists.iter().map(naive).collect();
        assert_eq!(combinations(&bases, lists.iter().map(Vec::as_slice)), expected);
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
        let long: Vec<(i8, Fr)> = (0..MANY).map(|i| (i8::try_from(i % 4).unwrap(), Fr::rand(&mut rng))).collect();
        // Enough lists for every width of a table.
        agrees::<g1::Config>(&long.chunks(8).map(<[_]>::to_vec).collect::<Vec<_>>());
        agrees::<g1::Config>(&[long.clone(), vec![(1, Fr::rand(&mut rng))], vec![], long[1..].to_vec()]);
    }
}
