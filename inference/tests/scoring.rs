//! From two models and a prompt to figures: what they are, and what is refused.
#![allow(clippy::unwrap_used)] // helpers of tests may panic
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)] // values of tiny models

mod common;

use common::{file, gpt2_config, llama_config, random_weights};
use pot_inference::families::Config;
use pot_inference::{Answer, InferenceError, LanguageModel, LocalModel, LogProbs, ModelIdentity, figures};
use pot_protocol::score::ScoreKind;

const PROMPT: &str = "Été: what is 3 + 4?";

fn llama(seed: u64) -> LocalModel {
    model(&Config::Llama(llama_config()), seed)
}

fn model(config: &Config, seed: u64) -> LocalModel {
    LocalModel::from_bytes("test", &file(&random_weights(config, seed), Some(&config.to_json())), None).unwrap()
}

fn answer(model: &dyn LanguageModel, k: u32) -> Answer {
    Answer::evaluate(model, PROMPT, k).unwrap()
}

#[test]
fn a_model_does_not_differ_from_itself() {
    let (a, b) = (answer(&llama(1), 8), answer(&llama(1), 8));
    for kind in [ScoreKind::Kl, ScoreKind::DeltaLogprob, ScoreKind::DeltaCe] {
        let f = figures(kind, 8, &a, &b).unwrap();
        assert_eq!(f.reference, f.candidate, "{kind}");
        assert_eq!(f.score(kind, 8).unwrap().units(), 0, "{kind}");
    }
    assert_eq!(a.digest(), b.digest());
}

#[test]
fn figures_are_what_their_definitions_say() {
    let (reference, candidate) = (llama(1), model(&Config::Gpt2(gpt2_config()), 2));
    let k = 5u32;
    let (a, b) = (answer(&reference, k), answer(&candidate, k));
    let tokens = reference.tokenize(PROMPT).unwrap();
    assert_eq!(a.tokens(), tokens);
    let rows = |m: &dyn LanguageModel| {
        let out = m.log_probabilities(&tokens).unwrap();
        (0..tokens.len() - 1).map(|t| out.row(t).unwrap()).collect::<Vec<_>>()
    };
    let (p, q) = (rows(&reference), rows(&candidate));
    let units = |x: f64| (x * 1_048_576.0).round() as i64;
    let n = p.len();

    let kl = figures(ScoreKind::Kl, k, &a, &b).unwrap();
    let expected = |of: &[Vec<f64>]| -> Vec<i64> {
        (n - 5..n).map(|t| units((0..257).map(|i| -p[t][i].exp() * of[t][i]).sum())).collect()
    };
    assert_eq!((&kl.reference, &kl.candidate, kl.bytes), (&expected(&p), &expected(&q), 0));
    assert!(kl.score(ScoreKind::Kl, k).unwrap().units() > 0);

    let given = |of: &[Vec<f64>], from: usize| -> Vec<i64> {
        (from..n).map(|t| units(-of[t][tokens[t + 1] as usize])).collect()
    };
    let delta = figures(ScoreKind::DeltaLogprob, k, &a, &b).unwrap();
    assert_eq!((&delta.reference, &delta.candidate, delta.bytes), (&given(&p, n - 5), &given(&q, n - 5), 0));
    let ce = figures(ScoreKind::DeltaCe, 0, &a, &b).unwrap();
    assert_eq!((&ce.reference, &ce.candidate, ce.bytes), (&given(&p, 0), &given(&q, 0), PROMPT.len() as u32));
    assert_eq!(n, PROMPT.len());
}

#[test]
fn prompts_must_have_k_predicted_tokens_and_fit_the_model() {
    let m = llama(1);
    assert!(matches!(Answer::evaluate(&m, "", 0), Err(InferenceError::EmptyPrompt)));
    assert!(matches!(Answer::evaluate(&m, "", 4), Err(InferenceError::EmptyPrompt)));
    assert!(Answer::evaluate(&m, "abcd", 4).is_ok());
    assert!(matches!(Answer::evaluate(&m, "abc", 4), Err(InferenceError::PromptTooShort { predicted: 3, k: 4 })));
    assert!(Answer::evaluate(&m, &"x".repeat(63), 4).is_ok());
    assert!(matches!(
        Answer::evaluate(&m, &"x".repeat(64), 4),
        Err(InferenceError::PromptTooLong { tokens: 65, max: 64 })
    ));
    assert!(matches!(m.log_probabilities(&[]), Err(InferenceError::EmptyPrompt)));
    assert!(matches!(m.log_probabilities(&[1; 65]), Err(InferenceError::PromptTooLong { .. })));
    assert!(matches!(m.log_probabilities(&[1, 257]), Err(InferenceError::BadToken { token: 257, .. })));
}

#[test]
fn answers_to_other_questions_are_not_compared() {
    let m = llama(1);
    let a = answer(&m, 8);
    let other = Answer::evaluate(&m, "Été: what is 3 + 5?", 8).unwrap();
    for kind in [ScoreKind::Kl, ScoreKind::DeltaLogprob, ScoreKind::DeltaCe] {
        assert!(matches!(figures(kind, 8, &a, &other), Err(InferenceError::TextMismatch { .. })), "{kind}");
    }
    for kind in [ScoreKind::Kl, ScoreKind::DeltaLogprob] {
        assert!(matches!(figures(kind, 7, &a, &a), Err(InferenceError::WrongK { evaluated: 8, k: 7 })), "{kind}");
        let none = answer(&m, 0);
        assert!(matches!(figures(kind, 0, &none, &none), Err(InferenceError::WrongK { .. })), "{kind}");
        assert!(matches!(figures(kind, 8, &a, &answer(&m, 7)), Err(InferenceError::WrongK { .. })), "{kind}");
    }
}

/// A model whose tokenizer or output can be made wrong in one way.
struct Odd {
    identity: ModelIdentity,
    tokenizer: [u8; 32],
    vocabulary: usize,
    shift: u32,
    missing: usize,
    logits: fn(usize) -> Vec<f32>,
}

impl Odd {
    fn new(like: &LocalModel) -> Self {
        Self {
            identity: like.identity().clone(),
            tokenizer: like.tokenizer_id(),
            vocabulary: 257,
            shift: 0,
            missing: 0,
            logits: |n| vec![0.5; n * 257],
        }
    }
}

impl LanguageModel for Odd {
    fn log_probabilities(&self, tokens: &[u32]) -> Result<LogProbs, InferenceError> {
        let rows = tokens.len() - self.missing;
        LogProbs::new(rows, self.vocabulary, (self.logits)(rows))
    }
    fn tokenize(&self, text: &str) -> Result<Vec<u32>, InferenceError> {
        Ok([256].into_iter().chain(text.bytes().map(|b| u32::from(b) ^ self.shift)).collect())
    }
    fn vocabulary(&self) -> usize {
        self.vocabulary
    }
    fn tokenizer_id(&self) -> [u8; 32] {
        self.tokenizer
    }
    fn max_positions(&self) -> usize {
        512
    }
    fn identity(&self) -> &ModelIdentity {
        &self.identity
    }
}

#[test]
fn tokenizers_and_vocabularies_must_agree_except_for_delta_ce() {
    let m = llama(1);
    let a = answer(&m, 8);
    assert!(figures(ScoreKind::Kl, 8, &a, &answer(&Odd::new(&m), 8)).is_ok());
    let odd = [
        Odd { tokenizer: [1; 32], ..Odd::new(&m) },
        Odd { vocabulary: 258, logits: |n| vec![0.5; n * 258], ..Odd::new(&m) },
        Odd { shift: 1, ..Odd::new(&m) },
    ];
    for (i, odd) in odd.iter().enumerate() {
        let b = answer(odd, 8);
        for kind in [ScoreKind::Kl, ScoreKind::DeltaLogprob] {
            for (x, y) in [(&a, &b), (&b, &a)] {
                assert!(matches!(figures(kind, 8, x, y), Err(InferenceError::Incomparable { .. })), "{i} {kind}");
            }
        }
        assert!(figures(ScoreKind::DeltaCe, 8, &a, &b).is_ok(), "{i}");
    }
}

#[test]
fn output_that_is_no_distribution_is_never_a_score() {
    let m = llama(1);
    let ask = |logits: fn(usize) -> Vec<f32>| Answer::evaluate(&Odd { logits, ..Odd::new(&m) }, PROMPT, 8);
    let with = |x: f32| {
        move |n: usize| {
            let mut v = vec![0.0; n * 257];
            v[257 + 3] = x;
            v
        }
    };
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let logits = LogProbs::new(4, 257, with(bad)(4));
        assert!(matches!(logits, Err(InferenceError::NotFiniteLogit { position: 1 })), "{bad}");
    }
    assert!(matches!(ask(|n| vec![f32::NAN; n * 257]), Err(InferenceError::NotFiniteLogit { .. })));
    assert!(matches!(ask(|n| vec![0.0; n * 256]), Err(InferenceError::LogitCount { .. })));
    assert!(matches!(ask(|_| vec![]), Err(InferenceError::LogitCount { .. })));
    assert!(matches!(ask(|n| vec![0.0; (n - 1) * 257]), Err(InferenceError::LogitCount { .. })));

    assert!(matches!(LogProbs::new(2, 257, vec![0.0; 257]), Err(InferenceError::LogitCount { found: 257, .. })));
    // A model that leaves out a position, even the last one, which no score needs.
    let short = Answer::evaluate(&Odd { missing: 1, ..Odd::new(&m) }, PROMPT, 8);
    assert!(matches!(short, Err(InferenceError::LogitCount { .. })));
    let long = Answer::evaluate(&Odd::new(&m), &"x".repeat(512), 8);
    assert!(matches!(long, Err(InferenceError::PromptTooLong { tokens: 513, max: 512 })));

    // Finite, but no figure holds it: the range is checked at the boundary.
    let huge = ask(|n| (0..n * 257).map(|i| if i % 257 == 0 { 3e38 } else { -3e38 }).collect()).unwrap();
    let a = answer(&m, 8);
    for kind in [ScoreKind::Kl, ScoreKind::DeltaLogprob, ScoreKind::DeltaCe] {
        assert!(matches!(figures(kind, 8, &a, &huge), Err(InferenceError::FigureRange(_))), "{kind}");
    }
}
