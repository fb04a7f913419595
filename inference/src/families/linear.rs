//! Linear maps.

use candle_core::{Module, Result, Tensor};

use crate::weights::LinearWeight;

/// `x · Wᵀ + b`.
pub struct Linear {
    weight: LinearWeight,
    bias: Option<Tensor>,
}

impl Linear {
    /// The map of a weight of shape (outputs, inputs) and a bias of `outputs` values, if it has one.
    pub fn new(weight: LinearWeight, bias: Option<Tensor>) -> Self {
        Self { weight, bias }
    }

    /// Maps `x` of shape (batch, positions, inputs).
    ///
    /// # Errors
    /// The engine's error when shapes do not fit.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let y = match &self.weight {
            LinearWeight::Dense(weight) => {
                let (batch, positions, inputs) = x.dims3()?;
                x.reshape((batch * positions, inputs))?.matmul(&weight.t()?)?.reshape((batch, positions, ()))?
            }
            LinearWeight::Quantised(weight) => weight.forward(&x.contiguous()?)?,
        };
        match &self.bias {
            Some(bias) => y.broadcast_add(bias),
            None => Ok(y),
        }
    }
}

/// `N` linear maps of one input.
pub enum Maps<const N: usize> {
    /// One after the other.
    Apart(Vec<Linear>),
    /// Below one another in one matrix, with so many outputs each.
    Together(Linear, [usize; N]),
}

impl<const N: usize> Maps<N> {
    /// What each map makes of `x`.
    ///
    /// # Errors
    /// The engine's error when shapes do not fit.
    pub fn forward(&self, x: &Tensor) -> Result<[Tensor; N]> {
        let outputs: Vec<Tensor> = match self {
            Self::Apart(maps) => maps.iter().map(|map| map.forward(x)).collect::<Result<_>>()?,
            Self::Together(map, widths) => {
                let (y, mut from) = (map.forward(x)?, 0);
                let mut part = |width: &usize| {
                    from += width;
                    y.narrow(2, from - width, *width)
                };
                widths.iter().map(&mut part).collect::<Result<_>>()?
            }
        };
        outputs.try_into().map_err(|_| candle_core::Error::Msg("a set of linear maps is incomplete".to_owned()))
    }
}
