//! The non-linear functions inside feed-forward layers.

use candle_core::{Result, Tensor};

use super::fused::{gelu, silu};

/// Which function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// x · sigmoid(x), also known as swish.
    Silu,
    /// x · Φ(x), with the normal distribution function Φ.
    Gelu,
    /// GELU with Φ approximated by a tanh.
    GeluTanh,
    /// max(x, 0).
    Relu,
}

impl Activation {
    /// The function that `value`, given in the field `field` of a configuration, names in Hugging Face's `ACT2FN`.
    ///
    /// # Errors
    /// A sentence that names the field and the value when the function is not implemented.
    pub fn parse(field: &str, value: &str) -> std::result::Result<Self, String> {
        match value {
            "silu" | "swish" => Ok(Self::Silu),
            "gelu" => Ok(Self::Gelu),
            "gelu_new" | "gelu_pytorch_tanh" | "gelu_fast" => Ok(Self::GeluTanh),
            "relu" => Ok(Self::Relu),
            _ => Err(format!("{field} '{value}' is not supported")),
        }
    }

    /// Applies the function to each value.
    ///
    /// # Errors
    /// The engine's error when the tensor is not f32.
    pub fn forward(self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::Silu => silu(x),
            Self::Gelu => x.gelu_erf(),
            Self::GeluTanh => gelu(x),
            Self::Relu => x.relu(),
        }
    }
}
