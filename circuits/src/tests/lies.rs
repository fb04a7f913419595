//! A prover that lies: replaces what an honest one would assign, and everything computed from it follows the lie.

use std::collections::BTreeMap;

use ark_bn254::Fr;

/// Replacements by variable.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lies {
    told: BTreeMap<usize, Fr>,
}

impl Lies {
    /// One more lie, about the witness variable of this index.
    pub(crate) fn and(mut self, index: usize, value: Fr) -> Self {
        self.told.insert(index, value);
        self
    }

    pub(crate) fn told(&self, index: usize, honest: Fr) -> Fr {
        self.told.get(&index).copied().unwrap_or(honest)
    }
}
