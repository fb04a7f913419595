//! Files of models: headers, configurations, tokenizers, and the weights that a small file can hold.

use pot_inference::{
    InferenceError, LanguageModel, LoadOptions, LocalModel, ModelFiles, Tokenizer,
    families::Config,
    files,
    tokenizer::huggingface::HuggingFace,
    weights::{Checkpoint, Source},
};

/// Texts that tokenizers are tried on.
const TEXTS: [&str; 4] = ["", "a", " ab  ba\r\n\n12345 é ▁ <mark>", "世界🦀\u{0}\u{301}"];
/// Tokens whose bytes are looked at.
const SOME: u32 = 300;

/// One line that people can read, whatever the file says. The file was not accepted.
fn one_line(error: &InferenceError) -> bool {
    let text = error.to_string();
    assert!(!text.is_empty() && !text.contains('\n'), "{text:?}");
    false
}

fn tries(tokenizer: &dyn Tokenizer) {
    let count = u32::try_from(tokenizer.vocabulary()).unwrap_or(u32::MAX);
    for text in TEXTS {
        match tokenizer.tokenize(text) {
            Ok(tokens) => assert!(tokens.iter().all(|&token| token < count), "{text:?}: {tokens:?} of {count}"),
            Err(error) => _ = one_line(&error),
        }
    }
    for token in 0..count.min(SOME) {
        let _ = tokenizer.token_bytes(token);
    }
    assert_eq!(tokenizer.digest(), tokenizer.digest());
}

/// Every tensor, and then the model as a whole, read part by part. Whether the file could be opened.
fn model(opened: Result<ModelFiles, InferenceError>) -> bool {
    let mut files = match opened {
        Ok(files) => files,
        Err(error) => return one_line(&error),
    };
    tries(&*files.tokenizer);
    for (name, shape) in files.tensors.clone() {
        assert!(files.source.has(&name), "{name}");
        match files.source.take(&name, &shape) {
            Ok(tensor) => assert_eq!(tensor.dims(), shape),
            Err(error) => _ = one_line(&error),
        }
    }
    match LocalModel::from_files(files, &LoadOptions { layered: true, ..LoadOptions::default() }) {
        Ok(model) => assert!(model.vocabulary() > 0 && model.max_positions() > 0),
        Err(error) => _ = one_line(&error),
    }
    true
}

pub(crate) fn safetensors(bytes: &[u8]) -> bool {
    match Checkpoint::read("file", bytes.to_vec()) {
        Ok(mut checkpoint) => {
            let stored = checkpoint.tensors();
            let _ = (checkpoint.parameters(), checkpoint.formats());
            for (name, shape) in stored {
                match checkpoint.take(&name, &shape) {
                    Ok(tensor) => assert_eq!(tensor.dims(), shape),
                    Err(error) => _ = one_line(&error),
                }
            }
        }
        Err(error) => return one_line(&error),
    }
    model(files::from_safetensors("file", bytes.to_vec(), None))
}

/// The layer below: header, configuration and tokenizer, at full speed.
pub(crate) fn gguf_header(bytes: &[u8]) -> bool {
    match files::from_gguf("file", bytes.to_vec(), &LoadOptions::default()) {
        Ok(files) => {
            assert!(files.tokenizer.vocabulary() > 0);
            assert!(files.tensors.iter().all(|(name, _)| files.source.has(name)));
            true
        }
        Err(error) => one_line(&error),
    }
}

pub(crate) fn gguf(bytes: &[u8]) -> bool {
    model(files::from_gguf("file", bytes.to_vec(), &LoadOptions::default()))
}

pub(crate) fn config(bytes: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(bytes) else { return false };
    match Config::parse("config", text) {
        Ok(config) => {
            let json = config.to_json(None);
            // Not equal: the last bit of a fraction of many digits is not always read as it was written.
            let again = Config::parse("config", &json).unwrap_or_else(|e| panic!("{e}: {json}"));
            assert_eq!(again.architecture(), config.architecture());
            assert_eq!(again.vocabulary(), config.vocabulary());
            true
        }
        Err(error) => one_line(&error),
    }
}

pub(crate) fn tokenizer(bytes: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(bytes) else { return false };
    match HuggingFace::parse("tokenizer", text) {
        Ok(tokenizer) => {
            tries(&tokenizer);
            tries(&tokenizer.within(3));
            true
        }
        Err(error) => one_line(&error),
    }
}
