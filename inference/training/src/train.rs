//! One training run: `AdamW` with warm-up and a cosine, on windows of text, towards the text or towards a teacher.

use std::time::Instant;

use anyhow::Result;
use candle_core::{D, Device, Tensor, Var};
use candle_nn::{AdamW, Optimizer, ParamsAdamW, ops::log_softmax};
use pot_inference::families::Network;

use crate::corpus::{self, Part};
use crate::random::Random;
use crate::say;

/// How to train.
pub(crate) struct Recipe {
    pub(crate) steps: u32,
    pub(crate) peak: f64,
    pub(crate) warm_up: u32,
    pub(crate) seed: u64,
    /// Shapes of the batches, taken in turn: sequences and tokens of each.
    pub(crate) shapes: &'static [(usize, usize)],
}

/// Trains the weights `variables` of `network`. With a teacher, its distributions are the target instead of the text.
pub(crate) fn train(
    recipe: &Recipe,
    network: &Network,
    variables: Vec<Var>,
    parts: &[Part],
    teacher: Option<&Network>,
) -> Result<()> {
    let begun = Instant::now();
    let mut random = Random::new(recipe.seed);
    let parameters = ParamsAdamW { lr: recipe.peak, beta1: 0.9, beta2: 0.98, eps: 1e-8, weight_decay: 0.05 };
    let mut optimiser = AdamW::new(variables, parameters)?;
    let (mut shown, mut since) = (0.0, 0.0);
    for step in 0..recipe.steps {
        optimiser.set_learning_rate(rate(recipe, step));
        let (count, length) = recipe.shapes[usize::try_from(step)? % recipe.shapes.len()];
        // One token more than is fed in: the last one is only predicted.
        let tokens = corpus::batch(parts, count, length + 1, &mut random);
        let tokens = Tensor::new(tokens, &Device::Cpu)?;
        let input = tokens.narrow(1, 0, length)?.contiguous()?;
        let log_probs = log_softmax(&network.forward(&input)?, D::Minus1)?;
        let loss = match teacher {
            None => {
                let targets = tokens.narrow(1, 1, length)?.contiguous()?.unsqueeze(2)?;
                log_probs.gather(&targets, 2)?.mean_all()?.neg()?
            }
            Some(teacher) => {
                let target = log_softmax(&teacher.forward(&input)?.detach(), D::Minus1)?.exp()?;
                (target * log_probs)?.sum(D::Minus1)?.mean_all()?.neg()?
            }
        };
        optimiser.backward_step(&loss)?;
        shown += f64::from(loss.to_scalar::<f32>()?);
        since += 1.0;
        if (step + 1) % 50 == 0 || step + 1 == recipe.steps {
            say(&format!(
                "step {:>5}/{}  loss {:.3} nats/byte  {:.0} s",
                step + 1,
                recipe.steps,
                shown / since,
                begun.elapsed().as_secs_f64()
            ));
            (shown, since) = (0.0, 0.0);
        }
    }
    Ok(())
}

fn rate(recipe: &Recipe, step: u32) -> f64 {
    if step < recipe.warm_up {
        return recipe.peak * f64::from(step + 1) / f64::from(recipe.warm_up);
    }
    let done = f64::from(step - recipe.warm_up) / f64::from((recipe.steps - recipe.warm_up).max(1));
    recipe.peak * (0.03 + 0.97 * 0.5 * (1.0 + (std::f64::consts::PI * done).cos()))
}
