//! The types in which a GGUF file stores weights.

use candle_core::quantized::GgmlDType;

use crate::weights::Float;

/// A type of weights: floating point, or blocks of small integers with common scales.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stored {
    Float(Float),
    Blocks(GgmlDType),
}

impl Stored {
    /// The type of this number, after `enum ggml_type`.
    ///
    /// # Errors
    /// The type's name when it is not supported.
    pub(super) fn numbered(number: u32) -> Result<Self, String> {
        Ok(match number {
            0 => Self::Float(Float::F32),
            1 => Self::Float(Float::F16),
            30 => Self::Float(Float::BF16),
            2 => Self::Blocks(GgmlDType::Q4_0),
            3 => Self::Blocks(GgmlDType::Q4_1),
            6 => Self::Blocks(GgmlDType::Q5_0),
            7 => Self::Blocks(GgmlDType::Q5_1),
            8 => Self::Blocks(GgmlDType::Q8_0),
            10 => Self::Blocks(GgmlDType::Q2K),
            11 => Self::Blocks(GgmlDType::Q3K),
            12 => Self::Blocks(GgmlDType::Q4K),
            13 => Self::Blocks(GgmlDType::Q5K),
            14 => Self::Blocks(GgmlDType::Q6K),
            other => return Err(unsupported(other)),
        })
    }

    /// The type's name in transcripts.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Float(float) => float.name(),
            Self::Blocks(GgmlDType::Q4_0) => "q4_0",
            Self::Blocks(GgmlDType::Q4_1) => "q4_1",
            Self::Blocks(GgmlDType::Q5_0) => "q5_0",
            Self::Blocks(GgmlDType::Q5_1) => "q5_1",
            Self::Blocks(GgmlDType::Q8_0) => "q8_0",
            Self::Blocks(GgmlDType::Q2K) => "q2_k",
            Self::Blocks(GgmlDType::Q3K) => "q3_k",
            Self::Blocks(GgmlDType::Q4K) => "q4_k",
            Self::Blocks(GgmlDType::Q5K) => "q5_k",
            Self::Blocks(GgmlDType::Q6K) => "q6_k",
            Self::Blocks(_) => "other",
        }
    }

    /// Weights in a block.
    pub(super) fn block(self) -> usize {
        match self {
            Self::Float(_) => 1,
            Self::Blocks(dtype) => dtype.block_size(),
        }
    }

    /// Bytes of a block.
    pub(super) fn block_bytes(self) -> usize {
        match self {
            Self::Float(Float::F32) => 4,
            Self::Float(Float::F16 | Float::BF16) => 2,
            Self::Blocks(dtype) => dtype.type_size(),
        }
    }
}

/// The name of a type that is not supported.
fn unsupported(number: u32) -> String {
    let known = [
        (9, "Q8_1"),
        (15, "Q8_K"),
        (16, "IQ2_XXS"),
        (17, "IQ2_XS"),
        (18, "IQ3_XXS"),
        (19, "IQ1_S"),
        (20, "IQ4_NL"),
        (21, "IQ3_S"),
        (22, "IQ2_S"),
        (23, "IQ4_XS"),
        (24, "I8"),
        (25, "I16"),
        (26, "I32"),
        (27, "I64"),
        (28, "F64"),
        (29, "IQ1_M"),
        (34, "TQ1_0"),
        (35, "TQ2_0"),
        (39, "MXFP4"),
    ];
    match known.iter().find(|(n, _)| *n == number) {
        Some((_, name)) => (*name).to_owned(),
        None => format!("number {number}"),
    }
}
