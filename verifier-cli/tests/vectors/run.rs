//! `pot-check` on stored vectors, read from the index as any other implementation would read it.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    time::{Duration, Instant},
};

use pot_protocol::digest::Digest;
use serde_json::Value;

/// Longest that one call may take, however slow the machine is. The slowest take less than a second here.
const LONGEST: Duration = Duration::from_secs(60);
/// Longest message, in bytes: what it quotes of a file is short.
const MESSAGE: usize = 16 << 10;
/// Classes of what is refused as soon as the bundle is read, whatever is done with it.
const UNREADABLE: [&str; 7] = ["container", "truncated", "length", "encoding", "registration", "name", "statement"];
/// Memory that every call may take, and how much more for each byte of the files that it is given.
const MEMORY: u64 = 96 << 20;
const PER_BYTE: u64 = 8;

/// The index in `folder`.
pub(crate) fn index(folder: &Path) -> Value {
    serde_json::from_slice(&fs::read(folder.join("index.json")).unwrap()).unwrap()
}

/// What `program` answers wrongly of the vectors in `folder`, of those whose class is `chosen`.
pub(crate) fn wrong_answers(program: &Path, folder: &Path, chosen: impl Fn(&str) -> bool) -> Vec<String> {
    let root = tempfile::tempdir().unwrap();
    let index = index(folder);
    let vectors = index["vectors"].as_array().unwrap().iter();
    let vectors: Vec<_> = vectors.filter(|vector| chosen(vector["class"].as_str().unwrap())).collect();
    assert!(!vectors.is_empty(), "no vector is chosen");
    let needed = |path: &str| vectors.iter().any(|vector| vector["args"].as_array().unwrap().iter().any(|a| a == path));
    let made = put_together(&index, folder, root.path(), needed);
    let run = Run { program, folder, keys: root.path().join("no-keys") };
    vectors.into_iter().flat_map(|vector| run.wrong_about(vector, &made)).collect()
}

/// The made files that are needed, put together as the index says, below a folder of their own.
fn put_together(index: &Value, folder: &Path, root: &Path, needed: impl Fn(&str) -> bool) -> BTreeMap<String, PathBuf> {
    let mut files = BTreeMap::new();
    for made in index["made"].as_array().unwrap() {
        let path = made["path"].as_str().unwrap();
        if !needed(path) {
            continue;
        }
        let mut bytes = Vec::new();
        for part in made["parts"].as_array().unwrap() {
            let number = |name: &str| usize::try_from(part[name].as_u64().unwrap()).unwrap();
            if let Some(file) = part["file"].as_str() {
                bytes.extend(&fs::read(folder.join(file)).unwrap()[number("from")..number("to")]);
            } else if let Some(text) = part["text"].as_str() {
                bytes.extend(text.repeat(number("times")).bytes());
            } else if let Some(hex) = part["hex"].as_str() {
                bytes.extend(hex::decode(hex).unwrap().repeat(number("times")));
            } else {
                let each = part["each"].as_str().unwrap();
                (number("from")..number("to")).for_each(|n| bytes.extend(each.replace("{}", &n.to_string()).bytes()));
            }
        }
        assert_eq!(made["bytes"], bytes.len(), "{path}");
        assert_eq!(made["sha256"], Digest::of(&bytes).to_string(), "{path}");
        let target = root.join(path);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::write(&target, bytes).unwrap();
        files.insert(path.to_owned(), target);
    }
    files
}

/// How a call ended.
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
    took: Duration,
}

/// The program, the folder of the vectors and an empty key folder.
struct Run<'a> {
    program: &'a Path,
    folder: &'a Path,
    keys: PathBuf,
}

impl Run<'_> {
    /// Runs the program with as much memory as its files allow.
    fn call(&self, args: &[String]) -> Ran {
        let size: u64 = args.iter().filter_map(|arg| fs::metadata(self.folder.join(arg)).ok()).map(|m| m.len()).sum();
        // The shell limits itself and becomes the program, so that the limit is the program's.
        let mut command = if cfg!(target_os = "linux") {
            let mut shell = Command::new("sh");
            let kib = (MEMORY + PER_BYTE * size) >> 10;
            shell.args(["-c", &format!("ulimit -v {kib} && exec \"$@\""), "sh"]).arg(self.program);
            shell
        } else {
            Command::new(self.program)
        };
        let began = Instant::now();
        let Output { status, stdout, stderr } =
            command.args(args).current_dir(self.folder).env("POT_KEY_DIR", &self.keys).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ran { code: status.code().unwrap_or(-1), stdout: text(stdout), stderr: text(stderr), took: began.elapsed() }
    }

    /// What is wrong with the answers to one vector.
    fn wrong_about(&self, vector: &Value, made: &BTreeMap<String, PathBuf>) -> Vec<String> {
        let args = vector["args"].as_array().unwrap().iter().map(|arg| arg.as_str().unwrap());
        let args: Vec<String> =
            args.map(|arg| made.get(arg).map_or(arg, |path| path.to_str().unwrap()).to_owned()).collect();
        let mut wrong = Vec::from_iter(judge(vector, &self.call(&args)));
        // Who only looks at a bundle reads it as strictly.
        if args[0] == "verify" && args.len() > 1 {
            let ran = self.call(&["inspect".to_owned(), args[1].clone()]);
            let class = vector["class"].as_str().unwrap();
            if UNREADABLE.contains(&class) {
                wrong.extend(judge(vector, &ran));
            } else if class != "usage" && ran.code != 0 {
                wrong.push(format!("{}: inspect ends with {}: {}", vector["name"], ran.code, ran.stderr));
            }
        }
        // The same answer as JSON. What is wrong with a command line is said in words only.
        if vector["exit"] != 2 {
            let ran = self.call(&[&args[..], &["--json".to_owned()]].concat());
            let report: Value = serde_json::from_str(&ran.stdout).unwrap_or_default();
            let accepted = vector["exit"] == 0;
            if report["exit"] != vector["exit"] || report["accepted"] != accepted || vector["exit"] != ran.code {
                wrong.push(format!(
                    "{}: the JSON says exit {} and accepted {}",
                    vector["name"], report["exit"], report["accepted"]
                ));
            }
        }
        wrong
    }
}

/// What is wrong with a call, if anything.
fn judge(vector: &Value, ran: &Ran) -> Option<String> {
    let exit = i32::try_from(vector["exit"].as_u64().unwrap()).unwrap();
    let said = if exit == 0 { &ran.stdout } else { &ran.stderr };
    let wrong = if ran.stderr.contains("panicked") || ran.code == 101 {
        "it panicked"
    } else if ran.code != exit {
        "another exit code"
    } else if !said.contains(vector["reason"].as_str().unwrap()) {
        "another reason"
    } else if ran.stderr.len() > MESSAGE {
        "a long message"
    } else if ran.took > LONGEST {
        "it took too long"
    } else {
        return None;
    };
    let (name, reason) = (vector["name"].as_str().unwrap(), &vector["reason"]);
    let shown: String = ran.stderr.chars().take(400).collect();
    Some(format!("{name}: {wrong}: expected {exit} and {reason}, got {} after {:?}: {shown}", ran.code, ran.took))
}
