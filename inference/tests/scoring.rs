//! From two models and a prompt to figures: what they are, and what is refused.
#![allow(clippy::unwrap_used)] // helpers of tests may panic
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)] // values of tiny models

mod common;

use common::{file, gpt2_config, json, llama_config, random_weights};
use pot_inference::families::Config;
use pot_inference::{
    Answer, Ask, InferenceError, LanguageModel, LocalModel, LogProbs, ModelIdentity, Prompt, Scored, figures,
};
use pot_protocol::score::ScoreKind;

const PROMPT: &str = "Été: what is 3 + 4?";

fn llama(seed: u64) -> LocalModel {
    model(&Config::Llama(llama_config()), seed)
}

fn model(config: &Config, seed: u64) -> LocalModel {
    LocalModel::from_bytes("test", &file(&random_weights(config, seed), Some(&json(config))), None).unwrap()
}

const KINDS: [ScoreKind; 3] = [ScoreKind::Kl, ScoreKind::DeltaLogprob, ScoreKind::DeltaCe];

/// What `model` answers to [`PROMPT`] for a score of this kind.
fn answer(model: &dyn LanguageModel, kind: ScoreKind, k: u32) -> Answer {
    Answer::evaluate(model, PROMPT, Ask::of(kind, k).unwrap()).unwrap()
}

#[test]
fn a_model_does_not_differ_from_itself() {
    for kind in KINDS {
        let (a, b) = (answer(&llama(1), kind, 8), answer(&llama(1), kind, 8));
        let f = figures(kind, 8, &a, &b).unwrap();
        assert_eq!(f.reference, f.candidate, "{kind}");
        assert_eq!(f.score(kind, 8).unwrap().units(), 0, "{kind}");
        assert_eq!(a.digest(), b.digest(), "{kind}");
        assert_ne!(a.digest(), answer(&llama(2), kind, 8).digest(), "{kind}");
    }
}

#[test]
fn figures_are_what_their_definitions_say() {
    let (reference, candidate) = (llama(1), model(&Config::Gpt2(gpt2_config()), 2));
    let k = 5u32;
    let both = |kind, k| (answer(&reference, kind, k), answer(&candidate, kind, k));
    let tokens = reference.tokenize(PROMPT).unwrap();
    let rows = |m: &LocalModel| {
        let out = m.log_probabilities(&tokens).unwrap();
        (0..tokens.len() - 1).map(|t| out.row(t).unwrap()).collect::<Vec<_>>()
    };
    let (p, q) = (rows(&reference), rows(&candidate));
    let units = |x: f64| (x * 1_048_576.0).round() as i64;
    let n = p.len();
    // A product of matrices with fewer rows may round its sums otherwise, by far less than a unit.
    let same = |found: &[i64], expected: &[i64]| {
        assert_eq!(found.len(), expected.len());
        assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() <= 1), "{found:?} {expected:?}");
    };

    let (a, b) = both(ScoreKind::Kl, k);
    assert_eq!(a.tokens(), tokens);
    let kl = figures(ScoreKind::Kl, k, &a, &b).unwrap();
    let expected = |of: &[Vec<f64>]| -> Vec<i64> {
        (n - 5..n).map(|t| units((0..257).map(|i| -p[t][i].exp() * of[t][i]).sum())).collect()
    };
    same(&kl.reference, &expected(&p));
    same(&kl.candidate, &expected(&q));
    assert_eq!(kl.bytes, 0);
    assert!(kl.score(ScoreKind::Kl, k).unwrap().units() > 0);

    let given = |of: &[Vec<f64>], from: usize| -> Vec<i64> {
        (from..n).map(|t| units(-of[t][tokens[t + 1] as usize])).collect()
    };
    let (a, b) = both(ScoreKind::DeltaLogprob, k);
    let delta = figures(ScoreKind::DeltaLogprob, k, &a, &b).unwrap();
    same(&delta.reference, &given(&p, n - 5));
    same(&delta.candidate, &given(&q, n - 5));
    assert_eq!(delta.bytes, 0);
    let (a, b) = both(ScoreKind::DeltaCe, 0);
    let ce = figures(ScoreKind::DeltaCe, 0, &a, &b).unwrap();
    same(&ce.reference, &given(&p, 0));
    same(&ce.candidate, &given(&q, 0));
    assert_eq!(ce.bytes, PROMPT.len() as u32);
    assert_eq!(n, PROMPT.len());
}

#[test]
fn prompts_must_have_k_predicted_tokens_and_fit_the_model() {
    let m = llama(1);
    assert!(matches!(Answer::evaluate(&m, "", Ask::AllTokens), Err(InferenceError::EmptyPrompt)));
    for ask in [Ask::Distributions(4), Ask::LastTokens(4), Ask::Top { positions: 4, top: 3 }] {
        let evaluate = |text: &str| Answer::evaluate(&m, text, ask);
        assert!(matches!(evaluate(""), Err(InferenceError::EmptyPrompt)));
        assert!(evaluate("abcd").is_ok());
        assert!(matches!(evaluate("abc"), Err(InferenceError::PromptTooShort { predicted: 3, k: 4 })));
        assert!(evaluate(&"x".repeat(63)).is_ok());
        assert!(matches!(evaluate(&"x".repeat(64)), Err(InferenceError::PromptTooLong { tokens: 65, max: 64 })));
    }
    assert!(matches!(
        Answer::evaluate(&m, "abcd", Ask::LastTokens(0)),
        Err(InferenceError::PromptTooShort { predicted: 4, .. })
    ));
    assert!(matches!(m.log_probabilities(&[]), Err(InferenceError::EmptyPrompt)));
    assert!(matches!(m.log_probabilities(&[1; 65]), Err(InferenceError::PromptTooLong { .. })));
    assert!(matches!(m.log_probabilities(&[1, 257]), Err(InferenceError::BadToken { token: 257, .. })));
}

#[test]
fn answers_to_other_questions_are_not_compared() {
    let m = llama(1);
    for kind in KINDS {
        let a = answer(&m, kind, 8);
        let other = Answer::evaluate(&m, "Été: what is 3 + 5?", Ask::of(kind, 8).unwrap()).unwrap();
        assert!(matches!(figures(kind, 8, &a, &other), Err(InferenceError::TextMismatch { .. })), "{kind}");
    }
    for kind in [ScoreKind::Kl, ScoreKind::DeltaLogprob] {
        let a = answer(&m, kind, 8);
        assert!(matches!(figures(kind, 7, &a, &a), Err(InferenceError::WrongK { evaluated: 8, k: 7 })), "{kind}");
        assert!(matches!(figures(kind, 0, &a, &a), Err(InferenceError::WrongK { .. })), "{kind}");
        assert!(matches!(figures(kind, 8, &a, &answer(&m, kind, 7)), Err(InferenceError::WrongK { .. })), "{kind}");
    }
    let (rows, tokens) = (answer(&m, ScoreKind::Kl, 8), answer(&m, ScoreKind::DeltaLogprob, 8));
    assert!(matches!(figures(ScoreKind::Kl, 8, &rows, &tokens), Err(InferenceError::OtherAnswer)));
    assert!(matches!(figures(ScoreKind::DeltaLogprob, 8, &tokens, &rows), Err(InferenceError::OtherAnswer)));
}

#[test]
fn all_ways_of_asking_agree() {
    let m = llama(1);
    let tokens = m.tokenize(PROMPT).unwrap();
    let all = m.log_probabilities(&tokens).unwrap();
    let expected: Vec<f64> = (0..tokens.len() - 1).map(|t| all.row(t).unwrap()[tokens[t + 1] as usize]).collect();
    let values = |ask| match Answer::evaluate(&m, PROMPT, ask).unwrap().scored().clone() {
        Scored::Tokens(values) => values,
        other => panic!("{other:?}"),
    };
    let close = |a: &[f64], b: &[f64]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5);
    assert!(close(&values(Ask::AllTokens), &expected));
    assert!(close(&values(Ask::LastTokens(5)), &expected[expected.len() - 5..]));

    let top = Answer::evaluate(&m, PROMPT, Ask::Top { positions: 5, top: 3 }).unwrap();
    let Scored::Top(rows) = top.scored() else { panic!("{top:?}") };
    assert_eq!(rows.len(), 5);
    for (t, row) in (expected.len() - 5..).zip(rows) {
        let given = all.row(t).unwrap();
        let mut ranked = given.clone();
        ranked.sort_by(|a, b| b.total_cmp(a));
        assert!(close(&row.iter().map(|(_, x)| *x).collect::<Vec<_>>(), &ranked[..3]), "{t}");
        assert!(row.iter().all(|(token, x)| (given[*token as usize] - x).abs() < 1e-5), "{t}");
    }
}

/// A model whose tokenizer or output can be made wrong in one way.
struct Odd {
    identity: ModelIdentity,
    tokenizer: [u8; 32],
    vocabulary: usize,
    shift: u32,
    missing: usize,
    row: fn(usize) -> Vec<f32>,
}

impl Odd {
    fn new(like: &LocalModel) -> Self {
        Self {
            identity: like.identity().clone(),
            tokenizer: like.tokenizer_id(),
            vocabulary: 257,
            shift: 0,
            missing: 0,
            row: |_| vec![0.5; 257],
        }
    }
}

impl LanguageModel for Odd {
    fn answers(&self, prompts: &[Prompt<'_>], ask: Ask) -> Vec<Result<Answer, InferenceError>> {
        let answer = |prompt: &Prompt<'_>| {
            let rows = prompt.tokens.len() - 1 - ask.first(prompt.tokens)? - self.missing;
            Answer::new(self, *prompt, ask, Scored::Logits((0..rows).map(self.row).collect()))
        };
        prompts.iter().map(answer).collect()
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
    assert!(figures(ScoreKind::Kl, 8, &answer(&m, ScoreKind::Kl, 8), &answer(&Odd::new(&m), ScoreKind::Kl, 8)).is_ok());
    let odd = [
        Odd { tokenizer: [1; 32], ..Odd::new(&m) },
        Odd { vocabulary: 258, row: |_| vec![0.5; 258], ..Odd::new(&m) },
        Odd { shift: 1, ..Odd::new(&m) },
    ];
    for (i, odd) in odd.iter().enumerate() {
        for kind in [ScoreKind::Kl, ScoreKind::DeltaLogprob] {
            let (a, b) = (answer(&m, kind, 8), answer(odd, kind, 8));
            // Embeddings of one vocabulary are padded to different lengths: that matters to whole distributions only.
            if odd.vocabulary != 257 && kind == ScoreKind::DeltaLogprob {
                assert!(figures(kind, 8, &a, &b).is_ok());
                continue;
            }
            for (x, y) in [(&a, &b), (&b, &a)] {
                assert!(matches!(figures(kind, 8, x, y), Err(InferenceError::Incomparable { .. })), "{i} {kind}");
            }
        }
        let (a, b) = (answer(&m, ScoreKind::DeltaCe, 8), answer(odd, ScoreKind::DeltaCe, 8));
        assert!(figures(ScoreKind::DeltaCe, 8, &a, &b).is_ok(), "{i}");
    }
}

#[test]
fn output_that_is_no_distribution_is_never_a_score() {
    let m = llama(1);
    let with = |x: f32| {
        let mut v = vec![0.0; 4 * 257];
        v[257 + 3] = x;
        v
    };
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let logits = LogProbs::new(4, 257, with(bad));
        assert!(matches!(logits, Err(InferenceError::NotFiniteLogit { position: 1 })), "{bad}");
    }
    assert!(matches!(LogProbs::new(2, 257, vec![0.0; 257]), Err(InferenceError::LogitCount { found: 257, .. })));
    for kind in KINDS {
        let ask = Ask::of(kind, 8).unwrap();
        let with = |row: fn(usize) -> Vec<f32>| Answer::evaluate(&Odd { row, ..Odd::new(&m) }, PROMPT, ask);
        assert!(matches!(with(|_| vec![f32::NAN; 257]), Err(InferenceError::NotFiniteLogit { position: 0 })), "{kind}");
        let late = with(|t| (0..257).map(|i| if t == 7 && i == 3 { f32::NEG_INFINITY } else { 0.0 }).collect());
        assert!(matches!(late, Err(InferenceError::NotFiniteLogit { position: 7 })), "{kind}");
        assert!(matches!(with(|_| vec![0.0; 256]), Err(InferenceError::LogitCount { found: 256, .. })), "{kind}");
        assert!(matches!(with(|_| vec![]), Err(InferenceError::LogitCount { found: 0, .. })), "{kind}");
        // A model that leaves out a position.
        let short = Answer::evaluate(&Odd { missing: 1, ..Odd::new(&m) }, PROMPT, ask);
        assert!(matches!(short, Err(InferenceError::PositionCount { .. })), "{kind}");
        let long = Answer::evaluate(&Odd::new(&m), &"x".repeat(512), ask);
        assert!(matches!(long, Err(InferenceError::PromptTooLong { tokens: 513, max: 512 })), "{kind}");

        // Finite, but no figure holds it: the range is checked at the boundary.
        let huge = with(|_| (0..257).map(|i| if i == 0 { 3e38 } else { -3e38 }).collect()).unwrap();
        let a = answer(&m, kind, 8);
        assert!(matches!(figures(kind, 8, &a, &huge), Err(InferenceError::FigureRange(_))), "{kind}");
    }
}
