//! How fast a model is scored here, and how fast llama.cpp evaluates the same tokens of the same file.
//!
//!     cargo run --release -p pot-inference --example throughput -- MODEL.gguf [--kernel quantized] \
//!         [--peer PROGRAM] [--stack N] [--cache f16] [--tokens 96] [--positions 32] [--prompts 8] [--rounds 5]
//!
//! Prompts are pieces of Moby-Dick, `--tokens` long, scored at their last `--positions` tokens, `--prompts` at once as in
//! an audit. `--peer` is `llama_scores` (its source is `tests/peers/llama_scores.cpp`; `tests/peers/throughput.sh`
//! builds it), which is given `--stack` prompts a call. The two engines take turns, round by round; the first round only
//! warms up. Wall and CPU seconds are those of the processes from outside, so what a scoring needs beside the products
//! of matrices counts for us and not for llama.cpp. `RAYON_NUM_THREADS` sets the threads of both.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::cast_precision_loss)] // a program for measuring

mod processes;

use std::time::Instant;

use pot_inference::{Answer, Ask, InferenceError, Kernel, LanguageModel, LoadOptions, Prompt, Scored, load};
use processes::{Peer, Usage};

const TEXT: &str = include_str!("../../training/text/moby-dick.txt");

/// The command line.
struct Options {
    model: String,
    quantized: bool,
    peer: Option<String>,
    stack: usize,
    cache: String,
    tokens: usize,
    positions: u32,
    prompts: usize,
    rounds: usize,
}

impl Options {
    fn read() -> Self {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        let named = |name: &str| {
            let at = arguments.iter().position(|argument| argument == name)?;
            arguments.get(at + 1).cloned()
        };
        let number = |name: &str, usual: usize| named(name).map_or(usual, |text| text.parse().expect("a number"));
        let model = arguments.first().expect("usage: throughput MODEL.gguf [OPTIONS]; see the head of the source");
        Self {
            model: model.clone(),
            quantized: named("--kernel").is_some_and(|kernel| kernel == "quantized"),
            peer: named("--peer"),
            stack: number("--stack", 1),
            cache: named("--cache").unwrap_or_else(|| "f16".to_owned()),
            tokens: number("--tokens", 96),
            positions: u32::try_from(number("--positions", 32)).unwrap(),
            prompts: number("--prompts", 8),
            rounds: number("--rounds", 5),
        }
    }
}

/// Pieces of the text, each cut to as many tokens.
fn prompts(model: &dyn LanguageModel, options: &Options) -> Vec<Vec<u32>> {
    let characters: Vec<char> = TEXT.chars().collect();
    let piece = |index: usize| {
        let text: String = characters[5000 * (index + 1)..].iter().take(8 * options.tokens).collect();
        let mut tokens = model.tokenize(text.trim()).unwrap();
        assert!(tokens.len() >= options.tokens, "a piece has only {} tokens", tokens.len());
        tokens.truncate(options.tokens);
        tokens
    };
    (0..options.prompts).map(piece).collect()
}

/// Most likely token and log-probability of the next one, for each scored position.
fn said(answers: &[Result<Answer, InferenceError>], prompts: &[Vec<u32>]) -> Vec<(u32, f64)> {
    let mut out = Vec::new();
    for (answer, tokens) in answers.iter().zip(prompts) {
        let Scored::Logits(rows) = answer.as_ref().unwrap().scored() else { panic!("another sort of answer") };
        for (row, next) in rows.iter().zip(&tokens[tokens.len() - rows.len()..]) {
            let best = (0..row.len()).fold(0, |best, i| if row[i] > row[best] { i } else { best });
            let sum: f64 = row.iter().map(|x| f64::from(x - row[best]).exp()).sum();
            let of_next = f64::from(row[usize::try_from(*next).unwrap()] - row[best]) - sum.ln();
            out.push((u32::try_from(best).unwrap(), of_next));
        }
    }
    out
}

fn agreement(ours: &[(u32, f64)], theirs: &[(u32, f64)]) {
    assert_eq!(ours.len(), theirs.len());
    let same = ours.iter().zip(theirs).filter(|(a, b)| a.0 == b.0).count();
    let difference: f64 = ours.iter().zip(theirs).map(|(a, b)| (a.1 - b.1).abs()).sum();
    println!(
        "answers: {} positions, most likely token the same at {:.1} %, log-probabilities {:.4} nats apart on average",
        ours.len(),
        100.0 * same as f64 / ours.len() as f64,
        difference / ours.len() as f64
    );
}

/// The middle of the values.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let options = Options::read();
    let kernel = if options.quantized { Kernel::Quantised } else { Kernel::Dequantised };
    let model = load(&options.model, &LoadOptions { kernel, ..LoadOptions::default() }).unwrap();
    let prompts = prompts(&model, &options);
    let asked: Vec<Prompt<'_>> = prompts.iter().map(|tokens| Prompt { text: "any", tokens }).collect();
    let evaluated: usize = prompts.iter().map(|tokens| tokens.len() - 1).sum();
    let mut peer = options.peer.as_ref().map(|program| {
        let threads = std::env::var("RAYON_NUM_THREADS").ok().and_then(|n| n.parse().ok());
        let threads = threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
        Peer::start(
            program,
            &options.model,
            &prompts,
            [options.positions.to_string(), threads.to_string(), options.stack.to_string(), options.cache.clone()],
        )
    });
    println!("{} prompts of {} tokens, {} scored each, {kernel:?}", prompts.len(), options.tokens, options.positions);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..=options.rounds {
        let (begin, before) = (Instant::now(), Usage::of("self"));
        for answer in model.answers(&asked, Ask::LastTokens(options.positions)) {
            answer.unwrap();
        }
        let cost = (begin.elapsed().as_secs_f64(), Usage::of("self").cpu - before.cpu);
        let other = peer.as_mut().map(Peer::time);
        if round > 0 {
            ours.push(cost);
            theirs.extend(other);
        }
    }
    report("here", evaluated, &ours, Usage::of("self").peak);
    if let Some(peer) = &mut peer {
        report("llama.cpp", evaluated, &theirs, peer.usage().peak);
        let ratio = |of: fn(&(f64, f64)) -> f64| median(ours.iter().zip(&theirs).map(|(a, b)| of(b) / of(a)).collect());
        println!("ratio (over 1: faster here): wall {:.2}, CPU {:.2}", ratio(|x| x.0), ratio(|x| x.1));
        let answers = model.answers(&asked, Ask::Distributions(options.positions));
        agreement(&said(&answers, &prompts), &peer.answers());
    }
}

fn report(who: &str, tokens: usize, rounds: &[(f64, f64)], peak: f64) {
    let (wall, cpu) = (rounds.iter().map(|x| x.0).collect(), rounds.iter().map(|x| x.1).collect());
    let (wall, cpu) = (median(wall), median(cpu));
    println!(
        "{who}: {:.0} tokens/s, {:.0} per CPU second; {wall:.2} s wall and {cpu:.2} s CPU a round; peak memory {peak:.0} MiB",
        tokens as f64 / wall,
        tokens as f64 / cpu
    );
}
