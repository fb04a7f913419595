//! What model servers answer: the probe from the first response on, and answers of a server that was honest while it was
//! probed.
//!
//! An input is a byte that says which dialect, and responses that are separated by byte 0x1e, which no JSON text contains.
//! Each is a body behind a status line of our own, or, if it begins with `HTTP/`, a whole response.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use pot_inference::{
    Answer, Ask, Endpoint, EndpointOptions, InferenceError, LanguageModel, Scored, Tokenizer, tokenizer::Bytes,
};

use crate::served::{self, Server};

/// Between two responses.
const BETWEEN: u8 = 0x1e;
/// Name, rest of the address behind the server's, and what an honest server says while it is probed.
const DIALECTS: [(&str, &str, &[u8]); 4] = [
    ("vllm", "#m", include_bytes!("../../../fuzz/corpus/endpoint/vllm")),
    ("llamacpp", "#m", include_bytes!("../../../fuzz/corpus/endpoint/llamacpp")),
    ("openai", "/v1#m", include_bytes!("../../../fuzz/corpus/endpoint/openai")),
    ("ollama", "#m", include_bytes!("../../../fuzz/corpus/endpoint/ollama")),
];
/// What a probed server is asked about.
const TEXT: &str = "what comes next";

/// The responses in an input, one for each request; then the server is gone.
#[derive(Default)]
struct Script(Mutex<Vec<Vec<u8>>>);

impl Script {
    fn set(&self, responses: &[u8]) {
        let whole = |part: &[u8]| {
            if part.starts_with(b"HTTP/") {
                return part.to_vec();
            }
            [format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", part.len()).as_bytes(), part].concat()
        };
        let mut all: Vec<Vec<u8>> = responses.split(|&byte| byte == BETWEEN).map(whole).collect();
        all.reverse();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = all;
    }

    fn next(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }
}

/// Connects to `server` in the dialect of this number, with the reference's tokenizer where `tokenizer` says so.
fn connected(dialect: usize, tokenizer: bool, server: Server) -> Result<Endpoint, InferenceError> {
    let (name, rest, _) = DIALECTS[dialect % DIALECTS.len()];
    let spec = format!("{name}:http://127.0.0.1:1{rest}").parse().unwrap_or_else(|e| panic!("{e}"));
    let tokenizer = tokenizer.then(|| Arc::new(Bytes) as Arc<dyn Tokenizer>);
    Endpoint::connect_through(&spec, &EndpointOptions::default(), tokenizer, |config| served::agent(config, server))
}

/// What `answers` says while a server of this dialect is probed, as an input for the target `endpoint`, and then to each
/// question of the target `answer`, as inputs for that. For making corpora.
///
/// # Panics
/// When the probe or an answer fails.
pub fn record(dialect: u8, answers: impl Fn(&[u8]) -> Vec<u8> + Send + Sync + 'static) -> (Vec<u8>, Vec<Vec<u8>>) {
    let said = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&said);
    let server: Server = Arc::new(move |request| {
        let body = answers(request);
        log.lock().unwrap_or_else(PoisonError::into_inner).push(body.clone());
        [format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len()).as_bytes(), &body].concat()
    });
    let so_far = |choice: u8| {
        let said = std::mem::take(&mut *said.lock().unwrap_or_else(PoisonError::into_inner));
        [&[choice][..], &said.join(&BETWEEN)].concat()
    };
    let endpoint = connected(usize::from(dialect), true, server).unwrap_or_else(|e| panic!("{e}"));
    let probe = so_far(dialect);
    let asked = (0u8..).zip(ASKS).filter_map(|(number, ask)| {
        let answered = Answer::evaluate(&endpoint, TEXT, ask).is_ok();
        let input = so_far(4 * number + dialect);
        answered.then_some(input)
    });
    (probe, asked.collect())
}

/// One line that people can read, whatever the server says. The answer was not accepted.
fn one_line(error: &InferenceError) -> bool {
    let text = error.to_string();
    assert!(!text.is_empty() && !text.contains('\n') && text.len() < 4096, "{text:?}");
    let _ = error.retry();
    false
}

pub(crate) fn connect(bytes: &[u8]) -> bool {
    let Some((&choice, responses)) = bytes.split_first() else { return false };
    let script = Arc::new(Script::default());
    script.set(responses);
    let server: Server = Arc::new(move |_| script.next());
    match connected(usize::from(choice), choice < 128, server) {
        Ok(endpoint) => {
            let report = endpoint.report();
            assert!(!report.kinds.is_empty() && report.self_difference.is_finite());
            assert!(!report.to_string().contains('\n'));
            true
        }
        Err(error) => one_line(&error),
    }
}

/// An endpoint of each dialect that was probed honestly, and where it gets its answers from since.
fn honest(dialect: usize) -> &'static (Endpoint, Arc<Script>) {
    static PROBED: [OnceLock<(Endpoint, Arc<Script>)>; 4] = [const { OnceLock::new() }; 4];
    let dialect = dialect % DIALECTS.len();
    PROBED[dialect].get_or_init(|| {
        let script = Arc::new(Script::default());
        let (name, _, recorded) = DIALECTS[dialect];
        script.set(&recorded[1..]);
        let from = Arc::clone(&script);
        let endpoint = connected(dialect, true, Arc::new(move |_| from.next()));
        (endpoint.unwrap_or_else(|e| panic!("{name}: {e}")), script)
    })
}

/// What the answers of servers are asked for, by the second bits of an input's first byte.
const ASKS: [Ask; 3] = [Ask::Top { positions: 2, top: 3 }, Ask::AllTokens, Ask::LastTokens(2)];

pub(crate) fn answer(bytes: &[u8]) -> bool {
    let Some((&choice, responses)) = bytes.split_first() else { return false };
    let (endpoint, script) = honest(usize::from(choice));
    script.set(responses);
    let ask = ASKS[usize::from(choice / 4) % ASKS.len()];
    match Answer::evaluate(endpoint, TEXT, ask) {
        Ok(answer) => {
            // A log-probability is finite and not above 0, or the answer is no answer.
            let fine = |value: &f64| value.is_finite() && *value <= 0.0;
            match answer.scored() {
                Scored::Tokens(values) => assert!(values.iter().all(fine)),
                Scored::Top(lists) => {
                    assert_eq!(lists.len(), 2);
                    assert!(lists.iter().all(|list| list.len() == 3 && list.iter().all(|(_, value)| fine(value))));
                }
                Scored::Logits(_) => panic!("whole distributions were not asked for"),
            }
            assert!(answer.tokens().len() <= endpoint.max_positions());
            true
        }
        Err(error) => one_line(&error),
    }
}
