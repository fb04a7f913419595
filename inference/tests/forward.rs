//! Both families against the formulas, written out in f64 loops that share nothing with the library.
#![allow(clippy::unwrap_used)] // helpers of tests may panic
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)] // indices and sizes of tiny models

mod common;

use candle_core::{Device, Tensor, Var};
use common::{Weights, file, gpt2_config, json, llama_config, random_weights};
use pot_inference::families::{Config, Network};
use pot_inference::weights::Source;
use pot_inference::{InferenceError, LocalModel};

type Matrix = Vec<Vec<f64>>;

fn matrix(w: &Weights, name: &str) -> Matrix {
    let (shape, values) = &w[name];
    values.chunks(*shape.last().unwrap()).map(|row| row.iter().map(|&x| f64::from(x)).collect()).collect()
}

fn vector(w: &Weights, name: &str) -> Vec<f64> {
    w[name].1.iter().map(|&x| f64::from(x)).collect()
}

/// `y[o] = Σ_i w[o][i] x[i]`
fn times(w: &Matrix, x: &[f64]) -> Vec<f64> {
    w.iter().map(|row| row.iter().zip(x).map(|(a, b)| a * b).sum()).collect()
}

/// `y[o] = Σ_i x[i] w[i][o] + b[o]`
fn dense(w: &Weights, name: &str, x: &[f64]) -> Vec<f64> {
    let (m, b) = (matrix(w, &format!("{name}.weight")), vector(w, &format!("{name}.bias")));
    (0..b.len()).map(|o| (0..x.len()).map(|i| x[i] * m[i][o]).sum::<f64>() + b[o]).collect()
}

fn add(x: &mut [f64], y: &[f64]) {
    x.iter_mut().zip(y).for_each(|(a, b)| *a += b);
}

fn rms(x: &[f64], weight: &[f64], eps: f64) -> Vec<f64> {
    let mean = x.iter().map(|v| v * v).sum::<f64>() / x.len() as f64;
    x.iter().zip(weight).map(|(v, w)| v / (mean + eps).sqrt() * w).collect()
}

fn layer_norm(w: &Weights, name: &str, x: &[f64], eps: f64) -> Vec<f64> {
    let (g, b) = (vector(w, &format!("{name}.weight")), vector(w, &format!("{name}.bias")));
    let mean = x.iter().sum::<f64>() / x.len() as f64;
    let variance = x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / x.len() as f64;
    x.iter().enumerate().map(|(i, v)| (v - mean) / (variance + eps).sqrt() * g[i] + b[i]).collect()
}

/// Rotates the pairs (i, i + d/2) of each head of `x` at position `t`.
fn rope(x: &mut [f64], head: usize, t: usize, theta: f64) {
    for h in x.chunks_mut(head) {
        for i in 0..head / 2 {
            let angle = t as f64 / theta.powf(2.0 * i as f64 / head as f64);
            let (a, b) = (h[i], h[i + head / 2]);
            h[i] = a * angle.cos() - b * angle.sin();
            h[i + head / 2] = b * angle.cos() + a * angle.sin();
        }
    }
}

/// Attention output at position t of query heads of size `head`, `group` of them on each key and value head.
fn attention(q: &[f64], k: &[Vec<f64>], v: &[Vec<f64>], t: usize, head: usize, group: usize) -> Vec<f64> {
    let mut out = Vec::new();
    for (h, query) in q.chunks(head).enumerate() {
        let of = |m: &Vec<f64>| m[h / group * head..][..head].to_vec();
        let scores: Vec<f64> = (0..=t)
            .map(|s| query.iter().zip(of(&k[s])).map(|(a, b)| a * b).sum::<f64>() / (head as f64).sqrt())
            .map(f64::exp)
            .collect();
        let total: f64 = scores.iter().sum();
        out.extend((0..head).map(|i| (0..=t).map(|s| scores[s] / total * of(&v[s])[i]).sum::<f64>()));
    }
    out
}

fn slow_llama(w: &Weights, tokens: &[u32]) -> Matrix {
    let c = llama_config().sizes;
    let theta = c.rope.rope_theta.unwrap();
    let (heads, narrow) = (c.num_attention_heads, c.num_key_value_heads.unwrap());
    let head = c.hidden_size / heads;
    let table = matrix(w, "model.embed_tokens.weight");
    let mut x: Matrix = tokens.iter().map(|&t| table[t as usize].clone()).collect();
    for l in 0..c.num_hidden_layers {
        let name = |part: &str| format!("model.layers.{l}.{part}.weight");
        let norm = vector(w, &name("input_layernorm"));
        let (mut q, mut k, mut v) = (Matrix::new(), Matrix::new(), Matrix::new());
        for (t, row) in x.iter().enumerate() {
            let h = rms(row, &norm, c.rms_norm_eps);
            q.push(times(&matrix(w, &name("self_attn.q_proj")), &h));
            k.push(times(&matrix(w, &name("self_attn.k_proj")), &h));
            v.push(times(&matrix(w, &name("self_attn.v_proj")), &h));
            rope(&mut q[t], head, t, theta);
            rope(&mut k[t], head, t, theta);
        }
        for (t, row) in x.iter_mut().enumerate() {
            let mixed = attention(&q[t], &k, &v, t, head, heads / narrow);
            add(row, &times(&matrix(w, &name("self_attn.o_proj")), &mixed));
            let h = rms(row, &vector(w, &name("post_attention_layernorm")), c.rms_norm_eps);
            let up = times(&matrix(w, &name("mlp.up_proj")), &h);
            let gate = times(&matrix(w, &name("mlp.gate_proj")), &h);
            let inner: Vec<f64> = gate.iter().zip(&up).map(|(g, u)| g / (1.0 + (-g).exp()) * u).collect();
            add(row, &times(&matrix(w, &name("mlp.down_proj")), &inner));
        }
    }
    let (norm, out) = (vector(w, "model.norm.weight"), matrix(w, "lm_head.weight"));
    x.iter().map(|row| times(&out, &rms(row, &norm, c.rms_norm_eps))).collect()
}

fn slow_gpt2(w: &Weights, tokens: &[u32]) -> Matrix {
    let c = gpt2_config();
    let head = c.n_embd / c.n_head;
    let (table, positions) = (matrix(w, "wte.weight"), matrix(w, "wpe.weight"));
    let mut x: Matrix = tokens.iter().map(|&t| table[t as usize].clone()).collect();
    x.iter_mut().zip(&positions).for_each(|(row, p)| add(row, p));
    for l in 0..c.n_layer {
        let name = |part: &str| format!("h.{l}.{part}");
        let (mut q, mut k, mut v) = (Matrix::new(), Matrix::new(), Matrix::new());
        for row in &x {
            let qkv = dense(w, &name("attn.c_attn"), &layer_norm(w, &name("ln_1"), row, c.layer_norm_epsilon));
            q.push(qkv[..c.n_embd].to_vec());
            k.push(qkv[c.n_embd..2 * c.n_embd].to_vec());
            v.push(qkv[2 * c.n_embd..].to_vec());
        }
        for (t, row) in x.iter_mut().enumerate() {
            let mixed = attention(&q[t], &k, &v, t, head, 1);
            add(row, &dense(w, &name("attn.c_proj"), &mixed));
            let h = dense(w, &name("mlp.c_fc"), &layer_norm(w, &name("ln_2"), row, c.layer_norm_epsilon));
            let gelu =
                |z: f64| 0.5 * z * (1.0 + ((2.0 / std::f64::consts::PI).sqrt() * (z + 0.044_715 * z.powi(3))).tanh());
            add(row, &dense(w, &name("mlp.c_proj"), &h.into_iter().map(gelu).collect::<Vec<_>>()));
        }
    }
    x.iter().map(|row| times(&table, &layer_norm(w, "ln_f", row, c.layer_norm_epsilon))).collect()
}

fn log_softmax(row: &[f64]) -> Vec<f64> {
    let total = row.iter().map(|x| x.exp()).sum::<f64>().ln();
    row.iter().map(|x| x - total).collect()
}

type SlowForward = fn(&Weights, &[u32]) -> Matrix;

fn configs() -> [(Config, SlowForward); 2] {
    [(Config::Llama(llama_config()), slow_llama), (Config::Gpt2(gpt2_config()), slow_gpt2)]
}

fn model(config: &Config, weights: &Weights) -> LocalModel {
    LocalModel::from_bytes("test", &file(weights, Some(&json(config))), None).unwrap()
}

const TOKENS: [u32; 24] = [256, 3, 200, 17, 17, 0, 255, 90, 91, 92, 93, 3, 200, 17, 64, 128, 32, 16, 8, 4, 2, 1, 5, 6];

#[test]
fn every_family_computes_its_formulas() {
    for (config, slow) in configs() {
        let weights = random_weights(&config, 7);
        let fast = model(&config, &weights).log_probabilities(&TOKENS).unwrap();
        let slow = slow(&weights, &TOKENS);
        assert_eq!(fast.positions(), TOKENS.len());
        let mut spread = 0.0f64;
        for (t, row) in slow.iter().enumerate() {
            for (a, b) in fast.row(t).unwrap().iter().zip(log_softmax(row)) {
                assert!((a - b).abs() < 1e-4, "{} at {t}: {a} and {b}", config.architecture());
                spread = spread.max((a + (257f64).ln()).abs());
            }
        }
        // The comparison means something only if the distributions are far from uniform.
        assert!(spread > 1.0, "{}: {spread}", config.architecture());
    }
}

#[test]
fn later_tokens_do_not_change_earlier_rows() {
    for (config, _) in configs() {
        let model = model(&config, &random_weights(&config, 8));
        let whole = model.log_probabilities(&TOKENS).unwrap();
        let mut changed = TOKENS;
        changed[15] = 77;
        let changed = model.log_probabilities(&changed).unwrap();
        for t in 0..15 {
            assert_eq!(whole.logits(t), changed.logits(t), "{} at {t}", config.architecture());
        }
        for t in 15..TOKENS.len() {
            assert_ne!(whole.logits(t), changed.logits(t), "{} at {t}", config.architecture());
        }
    }
}

#[test]
fn two_runs_and_two_loads_give_the_same_bits() {
    for (config, _) in configs() {
        let weights = random_weights(&config, 9);
        let first = model(&config, &weights);
        let digest = first.log_probabilities(&TOKENS).unwrap().digest();
        assert_eq!(first.log_probabilities(&TOKENS).unwrap().digest(), digest);
        assert_eq!(model(&config, &weights).log_probabilities(&TOKENS).unwrap().digest(), digest);
    }
}

/// Weights that can be trained.
struct Trainable<'a> {
    weights: &'a Weights,
    variables: Vec<(String, Var)>,
}

impl Source for Trainable<'_> {
    fn take(&mut self, name: &str, shape: &[usize]) -> Result<Tensor, InferenceError> {
        let var = Var::from_vec(self.weights[name].1.clone(), shape, &Device::Cpu)?;
        let tensor = var.as_tensor().clone();
        self.variables.push((name.to_owned(), var));
        Ok(tensor)
    }

    fn has(&self, name: &str) -> bool {
        self.weights.contains_key(name)
    }
}

#[test]
fn gradients_of_the_families_that_are_trained_are_those_of_their_outputs() {
    for (config, _) in configs() {
        let weights = random_weights(&config, 10);
        let tokens = Tensor::from_slice(&TOKENS, (2, 12), &Device::Cpu).unwrap();
        let output = |weights: &Weights| {
            let mut source = Trainable { weights, variables: Vec::new() };
            let logits = Network::build(&config, &mut source).unwrap().forward(&tokens).unwrap();
            let c: Vec<f32> = (0..2 * 12 * 257).map(|i| (i as f32 * 0.37).sin()).collect();
            let c = Tensor::from_vec(c, (2, 12, 257), &Device::Cpu).unwrap();
            ((logits * c).unwrap().sum_all().unwrap(), source.variables)
        };
        let (value, variables) = output(&weights);
        let gradients = value.backward().unwrap();
        for (name, var) in &variables {
            let gradient = gradients.get(var).unwrap_or_else(|| panic!("{name} has no gradient"));
            let gradient = gradient.flatten_all().unwrap().to_vec1::<f32>().unwrap();
            let steepest =
                (0..gradient.len()).max_by(|&a, &b| gradient[a].abs().total_cmp(&gradient[b].abs())).unwrap();
            let at = |step: f32| {
                let mut moved = weights.clone();
                moved.get_mut(name).unwrap().1[steepest] += step;
                output(&moved).0.to_scalar::<f32>().unwrap()
            };
            let slope = (at(3e-3) - at(-3e-3)) / 6e-3;
            let expected = gradient[steepest];
            assert!((slope - expected).abs() < 0.05 * expected.abs() + 0.05, "{name}: {slope} and {expected}");
        }
    }
}
