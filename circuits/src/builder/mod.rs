//! The thin layer between the relation and arkworks: wires, products, bits, and a count per part.

#[cfg(test)]
mod planted;
#[cfg(test)]
mod tests;
mod wire;

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, BigInteger, Field, PrimeField};
use ark_relations::gr1cs::{ConstraintSystemRef, LinearCombination, SynthesisError, Variable};

pub(crate) use wire::{Wire, power_of_two};

pub(crate) type Result<T> = std::result::Result<T, SynthesisError>;

/// Adds variables and constraints to a constraint system and counts the latter per part.
pub(crate) struct Builder {
    cs: ConstraintSystemRef<Fr>,
    constraints: usize,
    names: Vec<&'static str>,
    parts: Vec<(&'static str, usize)>,
    #[cfg(test)]
    pub(crate) lies: crate::tests::Lies,
    #[cfg(test)]
    pub(crate) bug: Option<crate::tests::Bug>,
    /// Equations so far.
    #[cfg(test)]
    pub(crate) equations: usize,
    /// Constraints that do not hold, where they are only evaluated: wires then have values and no terms.
    #[cfg(test)]
    pub(crate) broken: Option<usize>,
}

impl Builder {
    pub(crate) fn new(cs: ConstraintSystemRef<Fr>) -> Self {
        Self {
            cs,
            constraints: 0,
            names: vec![],
            parts: vec![],
            #[cfg(test)]
            lies: crate::tests::Lies::default(),
            #[cfg(test)]
            bug: None,
            #[cfg(test)]
            equations: 0,
            #[cfg(test)]
            broken: None,
        }
    }

    /// Ends a part: every constraint since the last part belongs to it. Parts of one name add up.
    pub(crate) fn end_part(&mut self, name: &'static str) {
        let new = self.constraints - self.parts.iter().map(|(_, n)| n).sum::<usize>();
        match self.parts.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += new,
            None => self.parts.push((name, new)),
        }
    }

    pub(crate) fn into_parts(self) -> Vec<(&'static str, usize)> {
        self.parts
    }

    pub(crate) fn into_names(self) -> Vec<&'static str> {
        self.names
    }

    /// A public input.
    pub(crate) fn input(&mut self, value: Fr) -> Result<Wire> {
        Ok(Wire::variable(self.cs.new_input_variable(|| Ok(value))?, value))
    }

    /// A private variable that nothing constrains yet. The name serves the audit, and the tests that make a prover lie.
    pub(crate) fn witness(&mut self, name: &'static str, value: Fr) -> Result<Wire> {
        #[cfg(test)]
        if self.omits_variable(name) {
            return Ok(Wire::zero());
        }
        #[cfg(test)]
        let value = self.lies.told(self.names.len(), value);
        #[cfg(test)]
        if self.broken.is_some() {
            return Ok(Wire { terms: vec![], value });
        }
        self.names.push(name);
        Ok(Wire::variable(self.cs.new_witness_variable(|| Ok(value))?, value))
    }

    /// Enforces `a·b = c`.
    pub(crate) fn enforce(&mut self, a: Wire, b: Wire, c: Wire) -> Result<()> {
        self.constraints += 1;
        #[cfg(test)]
        if let Some(broken) = &mut self.broken {
            *broken += usize::from(a.value() * b.value() != c.value());
            return Ok(());
        }
        let lc = |wire: Wire| move || LinearCombination(wire.terms());
        self.cs.enforce_r1cs_constraint(lc(a), lc(b), lc(c))
    }

    /// Enforces `a = b`.
    pub(crate) fn equal(&mut self, a: &Wire, b: &Wire) -> Result<()> {
        #[cfg(test)]
        if let Some(planted) = self.bent_equation(a, b) {
            return planted;
        }
        self.enforce(a.minus(b), Wire::constant(Fr::ONE), Wire::zero())
    }

    /// `a·b`. One constraint.
    pub(crate) fn product(&mut self, name: &'static str, a: &Wire, b: &Wire) -> Result<Wire> {
        let product = self.witness(name, a.value() * b.value())?;
        #[cfg(test)]
        if self.omits_product(name) {
            return Ok(product);
        }
        self.enforce(a.clone(), b.clone(), product.clone())?;
        Ok(product)
    }

    /// `no + bit·(yes − no)` for a boolean `bit`. One constraint.
    pub(crate) fn select(&mut self, name: &'static str, bit: &Wire, yes: &Wire, no: &Wire) -> Result<Wire> {
        Ok(self.product(name, bit, &yes.minus(no))?.plus(no))
    }

    /// A variable that is 0 or 1. One constraint.
    pub(crate) fn boolean(&mut self, name: &'static str, value: bool) -> Result<Wire> {
        self.gated(name, value, &Wire::constant(Fr::ONE))
    }

    /// A variable that is 0 or `gate`, where `gate` is 0 or 1. One constraint.
    pub(crate) fn gated(&mut self, name: &'static str, value: bool, gate: &Wire) -> Result<Wire> {
        let bit = self.witness(name, Fr::from(value))?;
        #[cfg(test)]
        let Some(gate) = &self.bent_gate(name, gate) else { return Ok(bit) };
        self.enforce(bit.clone(), gate.minus(&bit), Wire::zero())?;
        Ok(bit)
    }

    /// Bits at the given ascending `positions` whose weighted sum is `wire`: as many constraints as positions.
    ///
    /// The caller shows that the integer behind `wire` has ones at these positions only. Two different sets of bits
    /// have different sums below 2^253 < r, so the bits are unique in the field as well. The first bit is no variable
    /// but what the others leave, with the same constraint: boolean.
    pub(crate) fn bits_at(&mut self, name: &'static str, wire: &Wire, positions: &[u32]) -> Result<Vec<Wire>> {
        debug_assert!(positions.is_sorted_by(|a, b| a < b) && positions.last().is_none_or(|p| *p < 253));
        #[cfg(test)]
        let positions = &self.bent_positions(name, positions);
        let Some((first, others)) = positions.split_first() else { return Ok(vec![]) };
        let value = wire.value().into_bigint();
        let mut bits = vec![Wire::zero()];
        for &position in others {
            bits.push(self.boolean(name, value.get_bit(position as usize))?);
        }
        let mut left = wire.clone();
        for (&position, bit) in others.iter().zip(&bits[1..]) {
            left.add(-power_of_two(position), bit);
        }
        if *first > 0 {
            left = left.times(power_of_two(*first).inverse().unwrap_or(Fr::ZERO));
        }
        #[cfg(test)]
        if let Some(planted) = self.bent_bits(name, &left, &bits) {
            return planted;
        }
        self.enforce(left.clone(), left.not(), Wire::zero())?;
        bits[0] = left;
        Ok(bits)
    }

    /// The `count` lowest bits, whose weighted sum is `wire`: a range check for `0..2^count`.
    pub(crate) fn bits(&mut self, name: &'static str, wire: &Wire, count: u32) -> Result<Vec<Wire>> {
        self.bits_at(name, wire, &(0..count).collect::<Vec<_>>())
    }

    /// Σ coefficient·variable plus a constant, of wires that are single variables.
    pub(crate) fn combination(coefficients: &[Fr], wires: &[Wire], constant: Fr, value: Fr) -> Wire {
        let mut wire = Wire { value, ..Wire::zero() };
        wire.terms.reserve(wires.len() + 1);
        wire.terms.push((constant, Variable::One));
        for (coefficient, of) in coefficients.iter().zip(wires) {
            wire.terms.extend(of.terms.iter().map(|(c, v)| (*c * coefficient, *v)));
        }
        wire
    }
}
