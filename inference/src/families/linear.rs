//! Linear maps.

use candle_core::{Module, Result, Tensor};

use crate::weights::LinearWeight;

/// The fewest rows that a product with a matrix of so many outputs is computed for; fewer are filled up with zeros. Products
/// of small matrices are computed by other kernels, with their sums in another order, and a row must have the same bits
/// whatever it is stacked with.
fn fewest_rows(outputs: usize) -> usize {
    (256 / outputs.max(1) + 1).max(65)
}

/// `f` of `x` with rows of zeros below it, if it has fewer than `fewest`, and without them again.
fn filled_up(x: &Tensor, fewest: usize, f: impl Fn(&Tensor) -> Result<Tensor>) -> Result<Tensor> {
    let rows = x.dim(0)?;
    match fewest.checked_sub(rows) {
        Some(missing) => f(&x.pad_with_zeros(0, 0, missing)?)?.narrow(0, 0, rows),
        None => f(x),
    }
}

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
                let x = x.reshape((batch * positions, inputs))?;
                let y = filled_up(&x, fewest_rows(weight.dim(0)?), |x| x.matmul(&weight.t()?))?;
                y.reshape((batch, positions, ()))?
            }
            LinearWeight::Quantised(weight) => {
                let (batch, positions, inputs) = x.dims3()?;
                // A single row has kernels of its own.
                let y = filled_up(&x.reshape((batch * positions, inputs))?, 2, |x| weight.forward(&x.contiguous()?))?;
                y.reshape((batch, positions, ()))?
            }
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

#[cfg(test)]
mod tests {
    use candle_core::Device;
    use candle_core::quantized::{GgmlDType, QMatMul, QTensor};

    use super::*;

    fn wave(rows: usize, columns: usize, phase: f32) -> Tensor {
        let value = |i: usize| (f32::from(u16::try_from(i % 9973).unwrap()) * phase).sin();
        Tensor::from_vec((0..rows * columns).map(value).collect(), (rows, columns), &Device::Cpu).unwrap()
    }

    fn bits(x: &Tensor) -> Vec<u32> {
        x.flatten_all().unwrap().to_vec1::<f32>().unwrap().into_iter().map(f32::to_bits).collect()
    }

    fn check(map: &Linear, inputs: usize, what: &str) {
        let x = wave(200, inputs, 0.37).unsqueeze(0).unwrap();
        let all = map.forward(&x).unwrap();
        for rows in [1, 2, 3, 5, 8, 16, 17, 40, 64, 65, 66, 95, 130] {
            let some = |x: &Tensor| x.narrow(1, rows % 7, rows).unwrap().contiguous().unwrap();
            assert_eq!(bits(&map.forward(&some(&x)).unwrap()), bits(&some(&all)), "{what}, {rows} rows");
        }
    }

    #[test]
    fn a_row_has_the_same_bits_whatever_it_is_stacked_with() {
        let shapes = [
            (1, 8),
            (1, 1500),
            (2, 640),
            (3, 40),
            (16, 640),
            (64, 1100),
            (65, 700),
            (257, 128),
            (640, 2048),
            (1100, 96),
        ];
        for (outputs, inputs) in shapes {
            let weight = wave(outputs, inputs, 1.3);
            check(&Linear::new(LinearWeight::Dense(weight.clone()), None), inputs, &format!("{outputs} x {inputs}"));
            // As GPT-2 stores its weights.
            let turned = weight.t().unwrap().contiguous().unwrap().t().unwrap();
            check(&Linear::new(LinearWeight::Dense(turned), None), inputs, &format!("{outputs} x {inputs}, turned"));
            for kind in [GgmlDType::Q4_0, GgmlDType::Q4_1, GgmlDType::Q8_0, GgmlDType::Q4K, GgmlDType::Q6K] {
                if inputs % kind.block_size() == 0 {
                    let blocks = QMatMul::from_qtensor(QTensor::quantize(&weight, kind).unwrap()).unwrap();
                    let map = Linear::new(LinearWeight::Quantised(blocks), None);
                    check(&map, inputs, &format!("{outputs} x {inputs}, {kind:?}"));
                }
            }
        }
    }
}
