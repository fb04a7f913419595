//! A linear combination together with its value.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use ark_relations::gr1cs::Variable;

/// A linear combination of variables and what it evaluates to. Adding and scaling cost no constraint.
#[derive(Clone)]
pub(crate) struct Wire {
    pub(super) terms: Vec<(Fr, Variable)>,
    pub(super) value: Fr,
}

impl Wire {
    pub(super) fn variable(variable: Variable, value: Fr) -> Self {
        Self { terms: vec![(Fr::ONE, variable)], value }
    }

    pub(crate) fn zero() -> Self {
        Self { terms: vec![], value: Fr::ZERO }
    }

    pub(crate) fn constant(value: impl Into<Fr>) -> Self {
        let value = value.into();
        Self { terms: vec![(value, Variable::One)], value }
    }

    pub(crate) fn value(&self) -> Fr {
        self.value
    }

    /// Adds `factor · other`.
    pub(crate) fn add(&mut self, factor: impl Into<Fr>, other: &Self) {
        let factor = factor.into();
        if factor == Fr::ONE {
            self.terms.extend_from_slice(&other.terms);
            self.value += other.value;
        } else {
            self.terms.extend(other.terms.iter().map(|(c, v)| (*c * factor, *v)));
            self.value += factor * other.value;
        }
    }

    pub(crate) fn plus(&self, other: &Self) -> Self {
        let mut sum = self.clone();
        sum.add(Fr::ONE, other);
        sum
    }

    pub(crate) fn minus(&self, other: &Self) -> Self {
        let mut difference = self.clone();
        difference.add(-Fr::ONE, other);
        difference
    }

    pub(crate) fn times(&self, factor: impl Into<Fr>) -> Self {
        let mut product = Self::zero();
        product.add(factor, self);
        product
    }

    /// `1 − self`.
    pub(crate) fn not(&self) -> Self {
        Self::constant(Fr::ONE).minus(self)
    }

    /// Σ 2^offset·wire.
    pub(crate) fn at_bits<'a>(parts: impl IntoIterator<Item = (u32, &'a Self)>) -> Self {
        let mut sum = Self::zero();
        for (offset, part) in parts {
            sum.add(power_of_two(offset), part);
        }
        sum
    }

    /// The terms in canonical form: ascending, each variable once, no zero coefficient.
    pub(super) fn terms(self) -> Vec<(Fr, Variable)> {
        let mut terms = self.terms;
        // Most combinations are built in ascending order; the others are sorted and their repeated variables merged, so
        // that each row has one form.
        if !terms.is_sorted_by(|a, b| a.1 < b.1) {
            terms.sort_by_key(|(_, variable)| *variable);
            terms.dedup_by(|next, kept| {
                let same = next.1 == kept.1;
                if same {
                    kept.0 += next.0;
                }
                same
            });
        }
        terms.retain(|(c, _)| *c != Fr::ZERO);
        terms
    }
}

/// 2^bits as a field element, for `bits` below 253.
pub(crate) fn power_of_two(bits: u32) -> Fr {
    if bits < 64 { Fr::from(1u64 << bits) } else { Fr::from(2u64).pow([u64::from(bits)]) }
}

/// The value may be private.
impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Wire({} terms)", self.terms.len())
    }
}
