//! The challenge key, the seed of the blindings and an API key: planted, and looked for in everything that any command says,
//! writes or is called with, in every form. What is secret on disk is for its owner only.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

mod hidden;
mod stub;

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Read, Write},
    net::{Shutdown, TcpStream},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Mutex,
    time::Duration,
};

use hidden::Secrets;
use pot_protocol::{challenge::ChallengeKey, registration::Registration, transcript::Opening, transcript::Transcript};
use pot_tests::{Ran, binary, copy_folder, files, key_folder, scratch, text};
use stub::{
    Stub,
    failing::{Way, When, peek},
};

const API_KEY: &str = "sk-Planted0123456789-abcdefghijklmnop";
const VARIABLE: &str = "POT_PLANTED_KEY";

/// All that commands said, and how they were called as other users of the machine see it.
#[derive(Default)]
struct Heard {
    said: Mutex<Vec<(String, Vec<u8>)>>,
    arguments: Mutex<Vec<Vec<u8>>>,
}

impl Heard {
    /// Runs a command with everything switched on that makes programs talk, and lets it write files for everybody.
    fn run(&self, name: &str, args: &[&str]) -> Ran {
        let program = binary(name);
        let mut child = Command::new("sh")
            .args(["-c", "umask 0; exec \"$0\" \"$@\"", text(&program)])
            .args(args)
            .envs([("POT_KEY_DIR", text(&key_folder())), (VARIABLE, API_KEY)])
            .envs([("RUST_BACKTRACE", "full"), ("RUST_LOG", "trace")])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let id = child.id();
        while child.try_wait().unwrap().is_none() {
            // The output of these commands fits the pipes.
            for file in ["cmdline", "comm"] {
                self.arguments.lock().unwrap().extend(fs::read(format!("/proc/{id}/{file}")).ok());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let output = child.wait_with_output().unwrap();
        let said = [&output.stdout[..], &output.stderr].concat();
        self.said.lock().unwrap().push((format!("{name} {}", args.join(" ")), said));
        output.into()
    }
}

/// Answers with status 500 and the key that it was sent, as careless servers do.
fn echo(mut stream: &TcpStream) -> io::Result<()> {
    let request = peek(stream)?;
    stream.read_exact(&mut vec![0; request.len()])?;
    let request = String::from_utf8_lossy(&request).into_owned();
    let key = request.lines().find(|line| line.to_ascii_lowercase().starts_with("authorization:")).unwrap();
    assert!(key.contains(API_KEY), "the key is sent to the server");
    let body = serde_json::json!({ "error": { "message": format!("'{key}' is not allowed") } }).to_string();
    let head = format!("HTTP/1.1 500 Oh\r\nX-Key: {key}\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all([head, body].concat().as_bytes())?;
    stream.shutdown(Shutdown::Write)
}

/// A registered, paused, resumed, proved, exported and checked run, with every failure about a secret on the way.
fn everything(heard: &Heard, root: &Path) -> PathBuf {
    let stub = Stub::honest("builtin:base", usize::MAX);
    let out = root.join("run");
    let named = ["--api-key-env", VARIABLE];
    let setting = ["--candidate", &stub.spec(), "--policy", "quick-delta-logprob"];
    stub.fail(Way::Instead(echo), When::AtOnce);
    let refused = heard.run("pot-prove", &[&["register", "--out", text(&out)], &setting[..], &named].concat());
    refused.expect(1).says("HTTP 500").says("[API key]");
    stub.recover();
    heard.run("pot-prove", &[&["register", "--out", text(&out)], &setting[..], &named].concat()).expect(0);
    stub.fail(Way::Instead(echo), When::After(2));
    let run = [&["run", text(&out)], &named[..]].concat();
    let resume = [&run[..], &["--resume"]].concat();
    heard.run("pot-prove", &run).expect(1).says("challenge 2").says("[API key]");
    stub.recover();

    // Damaged secrets: a digit too few, other secrets, none.
    let key = out.join("secret/challenge-key");
    let good = fs::read(&key).unwrap();
    for (bad, says) in [
        (&good[1..], "not 64 hexadecimal digits"),
        (&[b"x", &good[1..]].concat()[..], "not 64 hexadecimal digits"),
        (&[b"0", &good[1..63], b"0\n"].concat()[..], "not the registered challenge key"),
    ] {
        fs::write(&key, bad).unwrap();
        heard.run("pot-prove", &resume).expect(3).says(says);
        heard.run("pot-prove", &["prove", text(&out)]).expect(3).says(says);
    }
    fs::write(&key, &good).unwrap();
    let aside = root.join("aside");
    fs::rename(&key, &aside).unwrap();
    heard.run("pot-prove", &resume).expect(3).says("cannot open");
    fs::rename(&aside, &key).unwrap();

    heard.run("pot-prove", &resume).expect(0).says("SAME after");
    heard.run("pot-prove", &["inspect", text(&out)]).expect(0);
    heard.run("pot-prove", &["prove", text(&out)]).expect(0);
    heard.run("pot-prove", &["prove", text(&out)]).expect(2);
    let bundle = out.join("bundle.pot");
    heard.run("pot-prove", &["inspect", text(&bundle)]).expect(0);
    let transcript = out.join("transcript.ndjson");
    heard.run("pot-prove", &["decide", "--policy", "quick-delta-logprob", "--scores", text(&transcript)]).expect(0);
    let (r1cs, wtns) = (root.join("run.r1cs"), root.join("run.wtns"));
    heard.run("pot-prove", &["export", text(&out), "--r1cs", text(&r1cs), "--wtns", text(&wtns)]).expect(0);

    let verify = ["verify", text(&out), "--allow-development-key"];
    let scores = out.join("scores.json");
    let opened = ["--transcript", text(&out), "--scores", text(&scores)];
    let reveal = ["--reveal", text(&key)];
    heard.run("pot-check", &[&verify[..], &opened, &reveal].concat()).expect(0);
    heard.run("pot-check", &[&verify[..], &opened, &reveal, &["--json"]].concat()).expect(0);
    heard.run("pot-check", &["inspect", text(&bundle)]).expect(0);
    let short = root.join("short-key");
    fs::write(&short, &good[1..]).unwrap();
    heard.run("pot-check", &[&verify[..], &["--reveal", text(&short)]].concat()).expect(3);
    fs::remove_file(short).unwrap();
    out
}

#[test]
fn secrets_are_said_and_written_nowhere_else() {
    let root = scratch();
    let heard = Heard::default();
    let out = everything(&heard, root.path());

    let secret =
        |name: &str| hex::decode(fs::read_to_string(out.join("secret").join(name)).unwrap().trim_end()).unwrap();
    let (key, seed) = (secret("challenge-key"), secret("blinding-seed"));
    let mut planted = Secrets::default();
    planted.plant("challenge key", &key);
    planted.plant("blinding seed", &seed);
    planted.plant("API key", API_KEY.as_bytes());
    // What follows from the key, and what the run's own records hide.
    let registration = Registration::from_bytes(&fs::read(out.join("registration.pot")).unwrap()).unwrap();
    let nonce = registration.nonce(None).unwrap();
    let run_key = ChallengeKey::new(key.try_into().unwrap()).derive(&nonce.0, &registration.digest().0);
    for index in 0..12 {
        planted.plant(format!("seed of challenge {index}"), &run_key.seed(index));
    }
    let lines = fs::read(out.join("transcript.ndjson")).unwrap();
    for record in Transcript::replay(&lines).unwrap().records() {
        planted.plant(format!("salt of record {}", record.index), &record.salt);
        planted.plant(format!("prompt of record {}", record.index), record.prompt.as_bytes());
    }
    let opening = Opening::from_json(&fs::read(out.join("scores.json")).unwrap()).unwrap();
    planted.plant("seed of this run's blindings", &opening.seed.0);

    let said = heard.said.into_inner().unwrap();
    for (command, said) in &said {
        planted.absent(said, command);
    }
    let arguments = heard.arguments.into_inner().unwrap();
    assert!(arguments.iter().any(|argv| argv.windows(8).any(|w| w == b"register")), "arguments were seen");
    for argv in &arguments {
        planted.absent(argv, "arguments");
    }

    // Where each is, and nowhere else. That they are found there shows that the search finds.
    let mut at_home = BTreeSet::new();
    for file in files(root.path()) {
        let bytes = fs::read(&file).unwrap();
        let name = file.strip_prefix(root.path()).unwrap().to_str().unwrap().to_owned();
        for (what, form) in planted.found(&bytes) {
            let home = match what {
                "challenge key" => "run/secret/challenge-key",
                "blinding seed" => "run/secret/blinding-seed",
                "seed of this run's blindings" => "run/scores.json",
                what if what.starts_with("salt") || what.starts_with("prompt") => "run/transcript.ndjson",
                _ => "nowhere",
            };
            assert_eq!(name, home, "the {what} is there, {form}");
            at_home.insert(what);
        }
    }
    for what in ["challenge key", "blinding seed", "seed of this run's blindings", "salt of record 0"] {
        assert!(at_home.contains(what), "{what} is where it belongs");
    }
    println!("{} commands, {} files", said.len(), files(root.path()).len());
}

#[cfg(unix)]
#[test]
fn what_is_secret_on_disk_is_for_its_owner_only_whatever_the_umask_says() {
    use std::os::unix::fs::PermissionsExt;
    let root = scratch();
    let out = everything(&Heard::default(), root.path());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for folder in [&out, &out.join("secret")] {
        assert_eq!(mode(folder), 0o700, "{}", folder.display());
    }
    let secret = ["secret/challenge-key", "secret/blinding-seed", "transcript.ndjson", "scores.json", "../run.wtns"];
    for file in secret {
        assert_eq!(mode(&out.join(file)), 0o600, "{file}");
    }
    // What is published is not.
    assert_eq!(mode(&out.join("bundle.pot")) & 0o444, 0o444);
    // A folder that was there, empty and open to all, becomes the owner's.
    let (open, copy) = (root.path().join("open"), root.path().join("copy"));
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).unwrap();
    Heard::default().run("pot-prove", &["register", "--out", text(&open)]).expect(0);
    assert_eq!(mode(&open), 0o700);
    copy_folder(&open, &copy);
    assert_eq!(mode(&copy.join("secret/challenge-key")), 0o600, "a copy of the file is no more open");
}

#[test]
fn an_api_key_given_in_place_of_its_variables_name_is_not_shown() {
    let root = scratch();
    let heard = Heard::default();
    let stub = Stub::honest("builtin:base", usize::MAX);
    let planted = "sk-Typed-9876543210-qrstuvwxyz";
    let out = root.path().join("run");
    let setting = ["--candidate", &stub.spec(), "--policy", "quick-delta-logprob", "--out", text(&out)];
    for (name, says) in [(planted, "give a variable's name"), ("POT_NO_SUCH_KEY", "give a variable's name")] {
        let args = [&["register"], &setting[..], &["--api-key-env", name]].concat();
        heard.run("pot-prove", &args).expect(2).says(says);
    }
    let mut secrets = Secrets::default();
    secrets.plant("typed key", planted.as_bytes());
    for (_, said) in heard.said.into_inner().unwrap() {
        secrets.absent(&said, "register");
    }
    assert!(!out.exists());
}
