//! A llama.cpp server to compare with, and the models to compare on: neither is in the repository.
//!
//! `POT_TEST_MODELS` names a folder with `gemma3-270m-q4_k_m.gguf` (SHA-256 a5fd3b62…) and `smollm2.gguf` (SHA-256
//! b179c952…), `POT_TEST_LLAMA_SERVER` the program `llama-server`, its libraries beside it. Without them the tests that
//! need them say on standard error that they are skipped, and pass.
#![allow(dead_code)] // each test file uses its own part of this module
#![allow(clippy::unwrap_used, clippy::print_stderr)] // helpers of tests may panic and talk

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The path that an environment variable holds, or a loud note that `test` is skipped.
pub(crate) fn path(variable: &str, test: &str) -> Option<PathBuf> {
    let value = std::env::var_os(variable).map(PathBuf::from);
    if value.is_none() {
        eprintln!("SKIPPED: {test} needs the environment variable {variable}");
    }
    value
}

/// A running server; it ends with this value.
pub(crate) struct Server {
    child: Child,
    port: u16,
}

impl Server {
    /// Starts `program` on `model` and waits until it answers.
    pub(crate) fn start(program: &Path, model: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new(program)
            .env("LD_LIBRARY_PATH", program.parent().unwrap())
            .arg("-m")
            .arg(model)
            .args(["--host", "127.0.0.1", "--port", &port.to_string()])
            .args(["-ngl", "0", "-t", "1", "-c", "512", "--no-warmup", "-np", "1"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut server = Self { child, port };
        let begin = Instant::now();
        while server.request("GET", "/health", "").is_none_or(|(status, _)| status != 200) {
            assert!(server.child.try_wait().unwrap().is_none(), "llama-server ended while loading {}", model.display());
            assert!(begin.elapsed() < Duration::from_secs(120), "llama-server did not start");
            std::thread::sleep(Duration::from_millis(200));
        }
        server
    }

    fn request(&self, method: &str, path: &str, body: &str) -> Option<(u16, String)> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )
        .ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
    }

    /// The server's tokens for a text, control tokens in it not parsed.
    pub(crate) fn tokenize(&self, text: &str) -> Vec<u32> {
        let body = serde_json::json!({"content": text, "add_special": true, "parse_special": false}).to_string();
        let (status, answer) = self.request("POST", "/tokenize", &body).unwrap();
        assert_eq!(status, 200, "{answer}");
        let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
        answer["tokens"].as_array().unwrap().iter().map(|n| u32::try_from(n.as_u64().unwrap()).unwrap()).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Texts of many kinds.
pub(crate) const TEXTS: &[&str] = &[
    "",
    " ",
    "  ",
    "\n",
    "\r\n",
    "Hello, world!",
    "The quick brown fox jumps over the lazy dog. It's the dog's fault; they'll say we'd DON'T care.",
    "fn main() {\n    let x: Vec<u32> = (0..10).map(|i| i * 2).collect();\n\tprintln!(\"{x:?}\");\n}\n",
    "def f(a, b):\n        return a+b  # comment\n\n\n\nclass A:\n    pass\n",
    "中文文本，包括标点。以及更多的字符！",
    "日本語のテキスト、カタカナとひらがな。",
    "한국어 텍스트도 있습니다.",
    "emoji 😀😃 👨‍👩‍👧‍👦 🏳️‍🌈 🇩🇪🇫🇷 👍🏽 ❤️",
    "tabs\tand\t\ttabs\t\t\tand   spaces    and \u{a0}no-break\u{2003}em\u{3000}ideographic",
    "line\nline\n\nline\r\nline\r\n\r\nline\rline   \n   line",
    "\u{0}\u{1}\u{2}\u{1b}[31mred\u{1b}[0m\u{7f}\u{80}\u{85}\u{9f}",
    "\u{fffd}\u{fffe}\u{ffff}\u{10ffff}\u{e000}\u{200b}\u{200d}\u{feff}start",
    "Pneumonoultramicroscopicsilicovolcanoconiosisaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "1 12 123 1234 12345 123456 1234567 3.14159 1,000,000 ٣٤٥ ½ ² Ⅷ 一二三",
    "é e\u{301} ñ n\u{303} ü u\u{308} Å A\u{30a} \u{212b} ﬁ ﬃ ẞ ß",
    "שלום עולם مرحبا بالعالم \u{202e}reversed\u{202c}",
    "Привет, мир! Γειά σου Κόσμε. สวัสดีชาวโลก नमस्ते दुनिया",
    "<s> </s> <bos> <eos> <|endoftext|> <start_of_turn>user\nhi<end_of_turn> <|im_start|>system<|im_end|> [INST] <unk> <pad>",
    "<table><tr><td>cell</td></tr></table> <h1>x</h1> <code> <unused7> <0x0A> <repo_name> <file_sep>",
    "▁▁ already ▁escaped▁ and \u{2581}\u{2581}\u{2581}",
    "x'S x'T x'RE x'Ve x'LL x'ſ x'M ''s '' ' 's",
    "   leading and trailing   ",
    "a\u{200d}b\u{300}\u{301}\u{302}c",
    "!!!???...,,,;;;:::---___===+++***///\\\\\\|||~~~```^^^%%%$$$###@@@&&&((()))[[[]]]{{{}}}<<<>>>",
    "{\"key\": [1, 2.5, -3e10, null, true], \"nested\": {\"a\": \"b\\n\"}}",
    "ℤΩℨKℭ Ω K ϖ ᾶιῂ ΐ Ί ώ [K] _x_ ΐ",
];

/// A fixed sequence of numbers.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((self.0 >> 33) % u64::from(n)).unwrap()
    }

    fn between(&mut self, from: u32, to: u32) -> Option<char> {
        char::from_u32(from + self.below(to - from + 1))
    }

    /// A string of up to 40 pieces, of one mixture of alphabets.
    pub(crate) fn string(&mut self) -> String {
        const SNIPPETS: &[&str] = &[
            "'s",
            "'LL",
            "don't",
            "  ",
            "\r\n",
            "\n\n",
            "\t",
            " \n ",
            "the",
            " The",
            "ing",
            "123",
            "0x",
            "<s>",
            "</s>",
            "<bos>",
            "<|endoftext|>",
            "<start_of_turn>",
            "<td>",
            "▁",
            "👨‍👩‍👧",
            "🇩🇪",
            "e\u{301}",
            "    ",
            "://",
            "..",
            "中国",
            "の",
        ];
        let mask = self.below(4095) + 1;
        let pieces = self.below(40) + 1;
        let mut out = String::new();
        while out.chars().count() < usize::try_from(pieces).unwrap() {
            let kind = self.below(12);
            if mask & (1 << kind) == 0 {
                continue;
            }
            let piece = match kind {
                0 | 1 => self.between(0x20, 0x7e),
                2 => self.between(u32::from('a'), u32::from('z')),
                3 => self.between(u32::from('0'), u32::from('9')),
                4 => [' ', ' ', '\n', '\t', '\r', '\u{a0}', '\u{2003}', '\u{3000}', '\u{85}', '\u{2028}', '\u{b}']
                    .get(usize::try_from(self.below(11)).unwrap())
                    .copied(),
                5 => self.between(0xa1, 0x24f),
                6 => self.between(0x370, 0x6ff),
                7 => self.between(0x3041, 0x9fff),
                8 => self.between(0x1f300, 0x1faff),
                9 => self.between(0, 0x1f),
                10 => self.between(0x900, 0x2fff),
                _ => {
                    out.push_str(SNIPPETS[usize::try_from(self.below(28)).unwrap()]);
                    None
                }
            };
            out.extend(piece);
        }
        out
    }
}
