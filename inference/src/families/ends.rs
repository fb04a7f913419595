//! The two ends of every model: from tokens to the residual stream, and from there to logits.

use candle_core::{Result, Tensor};

use super::linear::Linear;
use super::norm::Norm;
use crate::weights::LinearWeight;

/// From tokens to the residual stream.
pub struct Embedding {
    /// One row for each token; of the head too, where the two are tied.
    pub table: LinearWeight,
    /// One row for each position, added.
    pub positions: Option<Tensor>,
    /// What the rows of the table are multiplied by.
    pub scale: f64,
}

impl Embedding {
    /// The residual stream (batch, positions, width) of `tokens` (batch, positions).
    ///
    /// # Errors
    /// The engine's error when a token or the number of positions is out of range.
    pub fn forward(&self, tokens: &Tensor) -> Result<Tensor> {
        let (batch, positions) = tokens.dims2()?;
        let ids = tokens.flatten_all()?;
        let rows = match &self.table {
            LinearWeight::Dense(table) => table.index_select(&ids, 0)?,
            LinearWeight::Quantised(table) => table.embedding(&ids)?,
        };
        let mut x = rows.reshape((batch, positions, ()))?;
        if self.scale.to_bits() != 1f64.to_bits() {
            x = (x * self.scale)?;
        }
        match &self.positions {
            Some(table) => x.broadcast_add(&table.narrow(0, 0, positions)?),
            None => Ok(x),
        }
    }
}

/// From the residual stream to logits.
pub struct Head {
    /// The last normalisation.
    pub norm: Norm,
    /// From the residual stream to the vocabulary.
    pub out: Linear,
    /// Logits are squeezed into ±cap by cap · tanh(logit / cap).
    pub cap: Option<f64>,
}

impl Head {
    /// Logits (batch, positions, vocabulary) of the residual stream.
    ///
    /// # Errors
    /// The engine's error when shapes do not fit.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let logits = self.out.forward(&self.norm.forward(x)?)?;
        match self.cap {
            Some(cap) => (logits / cap)?.tanh()? * cap,
            None => Ok(logits),
        }
    }
}
