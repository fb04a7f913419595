//! What every reader of outside bytes has to hold to, whatever the bytes are: it ends, it does not panic, it takes memory in
//! proportion to the input, and what it accepts is what it writes.
//!
//! A [`Target`] is one reader with its assertions. The fuzzers in `fuzz/` run targets under libFuzzer; a test here runs
//! them over the committed corpora and over mutations of them.

mod endpoint;
mod formats;
mod memory;
mod models;
mod protocol;
mod served;
mod signed;
mod times;
mod verifier;

pub use endpoint::record;
pub use memory::peak_of;
pub use signed::{bundle, registrations, signer};
pub use times::{SEEN, registered};
pub use verifier::parts;

/// A reader and what must hold of it.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name: that of its fuzzer and of its corpus.
    pub name: &'static str,
    /// Reads the bytes and asserts what must hold of what came of it. Whether they were accepted.
    pub body: fn(&[u8]) -> bool,
    /// Bytes of memory that may be taken for each byte of input.
    pub per_byte: usize,
    /// Bytes of memory that may be taken whatever the input is.
    pub base: usize,
}

/// Memory that readers of small files may take: messages, tables, points.
const SMALL: usize = 1 << 20;

const fn target(name: &'static str, body: fn(&[u8]) -> bool) -> Target {
    Target { name, body, per_byte: 64, base: SMALL }
}

/// All targets.
pub const TARGETS: &[Target] = &[
    target("bundle", protocol::bundle),
    target("statement", protocol::statement),
    target("registration", protocol::registration),
    target("proof", protocol::proof),
    target("key", protocol::key),
    target("key_points", protocol::key_points),
    target("snarkjs", protocol::snarkjs),
    target("policy", protocol::policy),
    target("certificate", protocol::certificate),
    target("transcript", protocol::transcript),
    target("opening", protocol::opening),
    target("trust", verifier::trust),
    // TOML's parser keeps every error that it finds, in lists that double.
    Target { per_byte: 256, ..target("acceptance", verifier::acceptance) },
    target("check", verifier::check),
    target("envelope", signed::envelope),
    target("said", signed::said),
    target("nonce", signed::nonce),
    target("openings", signed::openings),
    target("time_stamp", times::time_stamp),
    target("log_proof", times::log_proof),
    target("container", formats::container),
    target("r1cs", formats::r1cs),
    target("wtns", formats::wtns),
    target("zkey", formats::zkey),
    target("zkey_points", formats::zkey_points),
    target("ptau", formats::ptau),
    target("packed", formats::packed),
    target("safetensors", models::safetensors),
    target("gguf", models::gguf),
    target("gguf_header", models::gguf_header),
    target("config", models::config),
    // Its expressions are compiled into automata, whatever the file's size.
    Target { base: 16 << 20, ..target("tokenizer", models::tokenizer) },
    target("endpoint", endpoint::connect),
    target("answer", endpoint::answer),
];

/// Runs the target called `name` on `bytes`, and asserts that it takes no more memory than it may. Whether they were accepted.
///
/// # Panics
/// When anything does not hold.
pub fn run(name: &str, bytes: &[u8]) -> bool {
    let target = TARGETS.iter().find(|target| target.name == name);
    let Target { body, per_byte, base, .. } = target.unwrap_or_else(|| panic!("no target {name}"));
    let mut accepted = false;
    let peak = peak_of(|| accepted = body(bytes));
    let most = base + per_byte * bytes.len();
    assert!(peak <= most, "{name}: {peak} bytes of memory for {} of input, at most {most} are allowed", bytes.len());
    accepted
}
