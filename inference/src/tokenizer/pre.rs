//! How byte-level tokenizers cut a text into words, by the names that GGUF files give to it
//! (`tokenizer.ggml.pre`). The expressions are those that the models were published with, in the form in which
//! llama.cpp applies them: one after the other, each to the pieces that the ones before left.

use fancy_regex::Regex;

use crate::InferenceError;

/// English contractions in either case, without the special letters that case-insensitive matching would add.
const CONTRACTIONS: &str = "'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]";
/// GPT-2.
const GPT2: &str = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
/// What the expressions of Llama 3 and Qwen 2 have in common after the digits.
const TAIL: &str = r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
/// ASCII punctuation and symbols.
const PUNCTUATION: &str = r"[!-/:-@\[-`{-~]";
/// White space: line ends with what is before them; then all but the last of a run, then what is left.
const SPACES: &str = r"\s*[\r\n]+|\s+(?!\S)|\s+";
/// The cased scripts that `DeepSeek` LLM lists letter by letter.
const CASED: &str = concat!(
    r"A-Za-z\x{B5}\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{1BA}\x{1BC}-\x{1BF}\x{1C4}-\x{293}\x{295}-\x{2AF}",
    r"\x{370}-\x{373}\x{376}\x{377}\x{37B}-\x{37D}\x{37F}\x{386}\x{388}-\x{38A}\x{38C}\x{38E}-\x{3A1}",
    r"\x{3A3}-\x{3F5}\x{3F7}-\x{481}\x{48A}-\x{52F}\x{531}-\x{556}\x{10A0}-\x{10C5}\x{13A0}-\x{13F5}",
    r"\x{13F8}-\x{13FD}\x{1C90}-\x{1CBA}\x{1CBD}-\x{1CBF}\x{1D00}-\x{1D2B}\x{1D6B}-\x{1D77}\x{1D79}-\x{1D9A}",
    r"\x{1E00}-\x{1F15}\x{1F18}-\x{1F1D}\x{1F20}-\x{1F45}\x{1F48}-\x{1F4D}\x{1F50}-\x{1F57}\x{1F59}\x{1F5B}",
    r"\x{1F5D}\x{1F5F}-\x{1F7D}\x{1F80}-\x{1FB4}\x{1FB6}-\x{1FBC}\x{1FBE}\x{1FC2}-\x{1FC4}\x{1FC6}-\x{1FCC}",
    r"\x{1FD0}-\x{1FD3}\x{1FD6}-\x{1FDB}\x{1FE0}-\x{1FEC}\x{1FF2}-\x{1FF4}\x{1FF6}-\x{1FFC}\x{2102}\x{2107}",
    r"\x{210A}-\x{2113}\x{2115}\x{2119}-\x{211D}\x{2124}\x{2126}\x{2128}\x{212A}-\x{212D}\x{212F}-\x{2134}",
    r"\x{2139}\x{213C}-\x{213F}\x{2145}-\x{2149}\x{214E}\x{2183}\x{2184}\x{2C00}-\x{2C7B}\x{2C7E}-\x{2CE4}",
    r"\x{2CEB}-\x{2CEE}\x{2CF2}\x{2CF3}\x{A640}-\x{A66D}\x{A680}-\x{A69B}\x{A722}-\x{A76F}\x{A771}-\x{A787}",
    r"\x{A78B}-\x{A78E}\x{AB70}-\x{ABBF}\x{FB00}-\x{FB06}\x{FB13}-\x{FB17}\x{FF21}-\x{FF3A}\x{FF41}-\x{FF5A}",
    r"\x{10400}-\x{1044F}\x{104B0}-\x{104D3}\x{104D8}-\x{104FB}\x{10C80}-\x{10CB2}\x{10CC0}-\x{10CF2}",
    r"\x{118A0}-\x{118DF}\x{1E900}-\x{1E943}",
);
/// Chinese, and what `DeepSeek`'s own range takes with it up to the Korean syllables. In ranges of characters llama.cpp
/// has no white space beyond ASCII.
const HAN: &str = r"[一-龥ࠀ-一가-\x{D7FF}&&\S]+";
/// Symbols. llama.cpp does not count the tilde among them.
const SYMBOL: &str = r"[\p{S}&&[^~]]";

/// How a text is cut into words.
#[derive(Debug)]
pub(super) struct Words {
    expressions: Vec<Regex>,
    /// Whether a word that is a token as a whole is not joined from its bytes.
    pub(super) whole_first: bool,
}

/// The expressions that a name stands for.
fn expressions(name: &str) -> Option<Vec<String>> {
    let one = |expression: String| Some(vec![expression]);
    match name {
        "gpt-2" | "phi-2" | "mpt" | "olmo" | "jais" | "trillion" | "granite-docling" | "gigachat" | "exaone4"
        | "modern-bert" | "mellum" | "a.x-4.0" => one(GPT2.to_owned()),
        "starcoder" | "refact" | "command-r" | "smollm" | "codeshell" | "exaone" | "minerva-7b" => {
            Some(vec![r"\p{N}".to_owned(), GPT2.to_owned()])
        }
        "llama3" | "llama-v3" | "llama-bpe" | "falcon3" | "falcon-h1" | "pixtral" | "midm-2.0" | "lfm2" | "dbrx"
        | "smaug-bpe" | "glm4" | "chatglm-bpe" => {
            one(format!(r"(?:{CONTRACTIONS})|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}{{1,3}}|{TAIL}"))
        }
        "qwen2" | "deepseek-r1-qwen" | "kormo" | "megrez" | "stablelm2" | "hunyuan" | "solar-open" | "grok-2" => {
            one(format!(r"(?:{CONTRACTIONS})|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}|{TAIL}"))
        }
        "falcon" => Some(vec![r"[\p{P}\$\+<=>\^~\|`]+".to_owned(), GPT2.to_owned(), "[0-9][0-9][0-9]".to_owned()]),
        "deepseek-llm" => Some(vec![
            r"[\r\n]".to_owned(),
            format!(r"\s?[{CASED}]+"),
            r"\s?[!-/:-~！-／：-～‘-‟、。]+".to_owned(),
            r"\s+$".to_owned(),
            HAN.to_owned(),
            r"\p{N}+".to_owned(),
        ]),
        "deepseek-coder" => Some(vec![
            r"[\r\n]".to_owned(),
            r"\s?\p{L}+".to_owned(),
            r"\s?\p{P}+".to_owned(),
            HAN.to_owned(),
            r"\p{N}".to_owned(),
        ]),
        "deepseek-v3" | "hunyuan-dense" => Some(vec![
            r"\p{N}{1,3}".to_owned(),
            "[一-龥\u{3040}-ゟ゠-ヿ]+".to_owned(),
            format!(
                r"{PUNCTUATION}[A-Za-z]+|[^\r\n\p{{L}}\p{{P}}{SYMBOL}]?[\p{{L}}\p{{M}}]+| ?[\p{{P}}{SYMBOL}]+[\r\n]*|{SPACES}"
            ),
        ]),
        // llama.cpp reads `upper or other letter` as `letter but not a-z`, and `lower` likewise.
        "tekken" => one(cased_words("", r"\p{N}")),
        "gpt-4o" | "llama4" => one(cased_words(&format!("(?:{CONTRACTIONS})?"), r"\p{N}{1,3}")),
        _ => None,
    }
}

/// Words of the form `Upperlower`, with what may follow them, and groups of digits.
fn cased_words(after: &str, digits: &str) -> String {
    let (upper, lower) = (r"(?:(?=\p{L})[^a-z])", r"(?:(?=\p{L})[^A-Z])");
    let other = r"[^\r\n\p{L}\p{N}]?";
    let tail = r" ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    format!("{other}{upper}*{lower}+{after}|{other}{upper}+{lower}*{after}|{digits}|{tail}")
}

/// What a name implies besides the expressions: whether whole words come first, and whether a start token is added
/// unless the file says otherwise.
fn defaults(name: &str) -> (bool, bool) {
    let llama3 = ["llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2", "tekken"];
    let both = llama3.contains(&name);
    (both, both)
}

impl Words {
    /// The way of cutting that `name` stands for, and whether it implies a start token.
    ///
    /// # Errors
    /// A sentence when the name is not known.
    pub(super) fn named(name: &str) -> Result<(Self, bool), String> {
        let expressions = expressions(name).ok_or_else(|| {
            format!("tokenizer.ggml.pre = '{name}' is not known: convert the model to a folder with a tokenizer.json")
        })?;
        let compile = |e: &String| Regex::new(e).map_err(|e| e.to_string());
        let expressions = expressions.iter().map(compile).collect::<Result<Vec<_>, _>>()?;
        let (whole_first, start) = defaults(name);
        Ok((Self { expressions, whole_first }, start))
    }

    /// The words of `text`: joined together they are `text`.
    ///
    /// # Errors
    /// [`InferenceError::Untokenizable`] when an expression gives up on the text.
    pub(super) fn split<'a>(&self, text: &'a str) -> Result<Vec<&'a str>, InferenceError> {
        let mut words = vec![text];
        for expression in &self.expressions {
            let mut finer = Vec::with_capacity(words.len());
            for word in words {
                let mut from = 0;
                for found in expression.find_iter(word) {
                    let found = found.map_err(|e| InferenceError::Untokenizable {
                        reason: format!("too much work to cut it into words ({e}): use a shorter text"),
                    })?;
                    finer.extend([&word[from..found.start()], found.as_str()].into_iter().filter(|w| !w.is_empty()));
                    from = found.end();
                }
                finer.extend(Some(&word[from..]).filter(|w| !w.is_empty()));
            }
            words = finer;
        }
        Ok(words)
    }
}
