//! Row-wise operations in one pass, with their gradients: written out because the same steps as separate tensor
//! operations take most of the time of small models.

use candle_core::{CpuStorage, CustomOp1, CustomOp2, Layout, Result, Shape, Tensor, bail};

use super::exp::exp;
use super::plain;

fn values<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    match (layout.contiguous_offsets(), storage) {
        (Some((from, to)), CpuStorage::F32(data)) => Ok(&data[from..to]),
        _ => bail!("fused operations take contiguous f32 tensors"),
    }
}

fn width(layout: &Layout) -> Result<usize> {
    match layout.dims().last() {
        Some(&n) if n > 0 => Ok(n),
        _ => bail!("fused operations take tensors with a last axis"),
    }
}

/// Applies `row(input row, output row, index of the row)` along the last axis.
fn by_row(s: &CpuStorage, l: &Layout, row: impl Fn(&[f32], &mut [f32], usize)) -> Result<(CpuStorage, Shape)> {
    let (x, n) = (values(s, l)?, width(l)?);
    let mut out = vec![0.0; x.len()];
    x.chunks_exact(n).zip(out.chunks_exact_mut(n)).enumerate().for_each(|(i, (x, y))| row(x, y, i));
    Ok((CpuStorage::F32(out), l.shape().clone()))
}

/// The same for two tensors of one shape.
fn by_rows(
    (a, la): (&CpuStorage, &Layout),
    (b, lb): (&CpuStorage, &Layout),
    row: impl Fn(&[f32], &[f32], &mut [f32]),
) -> Result<(CpuStorage, Shape)> {
    if la.shape() != lb.shape() {
        bail!("fused operations take two tensors of one shape");
    }
    let b = values(b, lb)?;
    let n = width(la)?;
    by_row(a, la, |x, y, i| row(x, &b[i * n..(i + 1) * n], y))
}

/// Σ x·y of two rows, in eight lanes so that it runs at the speed of vector units.
fn dot(x: &[f32], y: &[f32]) -> f32 {
    let mut lanes = [0.0f32; 8];
    let (xs, ys) = (x.chunks_exact(8), y.chunks_exact(8));
    let rest: f32 = xs.remainder().iter().zip(ys.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in xs.zip(ys) {
        for i in 0..8 {
            lanes[i] += a[i] * b[i];
        }
    }
    lanes.iter().sum::<f32>() + rest
}

#[allow(clippy::cast_precision_loss)] // rows are far shorter than 2^24
fn mean(total: f32, n: usize) -> f32 {
    total / n as f32
}

/// Softmax of `scale` times the scores (.., positions, positions) of what each position may see: itself and those
/// before it, `window` positions in all if that is given. The others get exactly 0.
///
/// # Errors
/// The engine's error when the scores are not square.
pub fn causal_softmax(scores: &Tensor, scale: f32, window: Option<usize>) -> Result<Tensor> {
    if !scores.device().is_cpu() {
        return plain::causal_softmax(scores, scale, window);
    }
    scores.contiguous()?.apply_op1(CausalSoftmax { scale, window: window.unwrap_or(usize::MAX) })
}

struct CausalSoftmax {
    scale: f32,
    window: usize,
}

impl CustomOp1 for CausalSoftmax {
    fn name(&self) -> &'static str {
        "causal-softmax"
    }

    fn cpu_fwd(&self, s: &CpuStorage, l: &Layout) -> Result<(CpuStorage, Shape)> {
        let n = width(l)?;
        if l.dims().len() < 2 || l.dims()[l.dims().len() - 2] != n {
            bail!("attention scores must be square");
        }
        by_row(s, l, |x, y, i| {
            let end = i % n + 1;
            let seen = end.saturating_sub(self.window)..end;
            let (x, y) = (&x[seen.clone()], &mut y[seen]);
            let top = x.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            y.iter_mut().zip(x).for_each(|(y, x)| *y = ((x - top) * self.scale).exp());
            let total: f32 = y.iter().sum();
            for y in y {
                *y /= total;
            }
        })
    }

    fn bwd(&self, _: &Tensor, weights: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        weights.contiguous()?.apply_op2_no_bwd(&gradient.contiguous()?, &SoftmaxGradient(self.scale)).map(Some)
    }
}

/// scale · w · (g − Σ w·g); zero weights make it zero where nothing was seen.
struct SoftmaxGradient(f32);

impl CustomOp2 for SoftmaxGradient {
    fn name(&self) -> &'static str {
        "causal-softmax-gradient"
    }

    fn cpu_fwd(&self, w: &CpuStorage, lw: &Layout, g: &CpuStorage, lg: &Layout) -> Result<(CpuStorage, Shape)> {
        by_rows((w, lw), (g, lg), |w, g, out| {
            let both = dot(w, g);
            out.iter_mut().zip(w.iter().zip(g)).for_each(|(o, (w, g))| *o = self.0 * w * (g - both));
        })
    }
}

/// Each row divided by the root of its mean square (plus `eps`), after its mean was taken off if `centre`.
///
/// # Errors
/// The engine's error when the tensor is not f32.
pub fn standardise(x: &Tensor, centre: bool, eps: f32) -> Result<Tensor> {
    if !x.device().is_cpu() {
        return plain::standardise(x, centre, eps);
    }
    x.contiguous()?.apply_op1(Standardise { centre, eps })
}

#[derive(Clone, Copy)]
struct Standardise {
    centre: bool,
    eps: f32,
}

impl Standardise {
    /// The row's mean (0 if it is not to be taken off) and the factor that makes its mean square 1.
    fn moments(self, x: &[f32]) -> (f32, f32) {
        let middle = if self.centre { mean(x.iter().sum(), x.len()) } else { 0.0 };
        let square = mean(x.iter().map(|x| (x - middle) * (x - middle)).sum(), x.len());
        (middle, 1.0 / (square + self.eps).sqrt())
    }
}

impl CustomOp1 for Standardise {
    fn name(&self) -> &'static str {
        "standardise"
    }

    fn cpu_fwd(&self, s: &CpuStorage, l: &Layout) -> Result<(CpuStorage, Shape)> {
        by_row(s, l, |x, y, _| {
            let (middle, factor) = self.moments(x);
            y.iter_mut().zip(x).for_each(|(y, x)| *y = (x - middle) * factor);
        })
    }

    fn bwd(&self, x: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        x.contiguous()?.apply_op2_no_bwd(&gradient.contiguous()?, &StandardiseGradient(*self)).map(Some)
    }
}

/// factor · (g − mean(g) − y · mean(g·y)), without the mean of g if nothing was centred.
struct StandardiseGradient(Standardise);

impl CustomOp2 for StandardiseGradient {
    fn name(&self) -> &'static str {
        "standardise-gradient"
    }

    fn cpu_fwd(&self, x: &CpuStorage, lx: &Layout, g: &CpuStorage, lg: &Layout) -> Result<(CpuStorage, Shape)> {
        by_rows((x, lx), (g, lg), |x, g, out| {
            let (middle, factor) = self.0.moments(x);
            out.iter_mut().zip(x).for_each(|(o, x)| *o = (x - middle) * factor);
            let both = mean(dot(out, g), g.len());
            let shift = if self.0.centre { mean(g.iter().sum(), g.len()) } else { 0.0 };
            out.iter_mut().zip(g).for_each(|(y, g)| *y = factor * (g - shift - *y * both));
        })
    }
}

/// `GELU` in its tanh form: x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))).
///
/// # Errors
/// The engine's error when the tensor is not f32.
pub fn gelu(x: &Tensor) -> Result<Tensor> {
    if !x.device().is_cpu() {
        return x.gelu();
    }
    if x.track_op() {
        return x.contiguous()?.apply_op1(Gelu);
    }
    // (1 + tanh u) / 2 = 1 / (1 + exp(−2u))
    x.contiguous()?.apply_op1_no_bwd(&Each(|x: f32| x / (1.0 + exp(-2.0 * ROOT * (x + CUBIC * x * x * x)))))
}

/// x · sigmoid(x).
///
/// # Errors
/// The engine's error when the tensor is not f32.
pub fn silu(x: &Tensor) -> Result<Tensor> {
    if x.track_op() || !x.device().is_cpu() {
        return x.silu();
    }
    x.contiguous()?.apply_op1_no_bwd(&Each(|x: f32| x / (1.0 + exp(-x))))
}

/// A function of each value by itself, for scoring: it has no gradient.
struct Each<F>(F);

impl<F: Fn(f32) -> f32 + Send + Sync> CustomOp1 for Each<F> {
    fn name(&self) -> &'static str {
        "each"
    }

    fn cpu_fwd(&self, s: &CpuStorage, l: &Layout) -> Result<(CpuStorage, Shape)> {
        let out = values(s, l)?.iter().map(|&x| self.0(x)).collect();
        Ok((CpuStorage::F32(out), l.shape().clone()))
    }
}

struct Gelu;

const ROOT: f32 = 0.797_884_6; // √(2/π)
const CUBIC: f32 = 0.044_715;

impl CustomOp1 for Gelu {
    fn name(&self) -> &'static str {
        "gelu"
    }

    fn cpu_fwd(&self, s: &CpuStorage, l: &Layout) -> Result<(CpuStorage, Shape)> {
        by_row(s, l, |x, y, _| {
            y.iter_mut().zip(x).for_each(|(y, &x)| *y = 0.5 * x * (1.0 + (ROOT * (x + CUBIC * x * x * x)).tanh()));
        })
    }

    fn bwd(&self, x: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        x.contiguous()?.apply_op2_no_bwd(&gradient.contiguous()?, &GeluGradient).map(Some)
    }
}

struct GeluGradient;

impl CustomOp2 for GeluGradient {
    fn name(&self) -> &'static str {
        "gelu-gradient"
    }

    fn cpu_fwd(&self, x: &CpuStorage, lx: &Layout, g: &CpuStorage, lg: &Layout) -> Result<(CpuStorage, Shape)> {
        by_rows((x, lx), (g, lg), |x, g, out| {
            for ((o, &x), g) in out.iter_mut().zip(x).zip(g) {
                let t = (ROOT * (x + CUBIC * x * x * x)).tanh();
                *o = g * (0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * ROOT * (1.0 + 3.0 * CUBIC * x * x));
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Tensor, Var};

    use super::*;

    fn number(i: usize) -> f32 {
        f32::from(u16::try_from(i).unwrap())
    }

    /// The gradient of Σ f(x)·c against central differences.
    fn check_gradient(shape: &[usize], f: impl Fn(&Tensor) -> Result<Tensor>) {
        let n: usize = shape.iter().product();
        let x: Vec<f32> = (0..n).map(|i| (number(i * i) * 0.37).sin() * 1.5).collect();
        let c: Vec<f32> = (0..n).map(|i| (number(i) * 0.91).cos()).collect();
        let c = Tensor::from_vec(c, shape, &Device::Cpu).unwrap();
        let loss = |x: &Tensor| (f(x).unwrap() * &c).unwrap().sum_all().unwrap();
        let var = Var::from_vec(x.clone(), shape, &Device::Cpu).unwrap();
        let gradients = loss(var.as_tensor()).backward().unwrap();
        let gradient = gradients.get(&var).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
        for i in 0..n {
            let at = |d: f32| {
                let mut moved = x.clone();
                moved[i] += d;
                loss(&Tensor::from_vec(moved, shape, &Device::Cpu).unwrap()).to_scalar::<f32>().unwrap()
            };
            let slope = (at(1e-2) - at(-1e-2)) / 2e-2;
            assert!((slope - gradient[i]).abs() < 5e-3, "{i}: {slope} and {}", gradient[i]);
        }
    }

    #[test]
    fn gradients_are_those_of_the_functions() {
        check_gradient(&[2, 4, 4], |x| causal_softmax(x, 0.7, None));
        check_gradient(&[2, 4, 4], |x| causal_softmax(x, 0.7, Some(2)));
        check_gradient(&[3, 11], |x| standardise(x, false, 1e-5));
        check_gradient(&[3, 11], |x| standardise(x, true, 1e-5));
        check_gradient(&[5, 3], gelu);
    }

    #[test]
    fn scoring_uses_the_functions_that_training_does() {
        let x: Vec<f32> = (0..2000).map(|i| (number(i) - 1000.0) * 0.02).collect();
        let x = Tensor::from_vec(x, 2000, &Device::Cpu).unwrap();
        let tracked = Var::from_tensor(&x).unwrap();
        for f in [gelu, silu] {
            let difference = (f(&x).unwrap() - f(tracked.as_tensor()).unwrap()).unwrap().abs().unwrap();
            let largest: f32 = difference.max_all().unwrap().to_scalar().unwrap();
            assert!(largest < 3e-6, "{largest}");
        }
    }
}
