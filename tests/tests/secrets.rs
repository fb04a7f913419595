//! Challenge keys, seeds and blindings, an API key and signing keys: looked for in everything that any command says, writes or
//! is called with, in every form. What is secret on disk is for its owner only.
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
use pot_attestation::SigningKey;
use pot_protocol::{
    challenge::ChallengeKey,
    commitment::{BlindingSeed, leaves},
    registration::Registration,
    rule::Capacity,
    transcript::{Opening, Transcript},
};
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
    let exported = root.join("exported");
    fs::create_dir(&exported).unwrap();
    let (r1cs, wtns) = (exported.join("run.r1cs"), exported.join("run.wtns"));
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

/// The same run signed, sampled, asked again, proved by another prover, and published: once as little as can be, and once with
/// everything that may be given away.
fn given_away(heard: &Heard, root: &Path, run: &Path) {
    let at = |name: &str| root.join(name).to_str().unwrap().to_owned();
    let prove = |args: &[&str], code: i32| heard.run("pot-prove", args).expect(code);
    let check = |args: &[&str], code: i32| heard.run("pot-check", args).expect(code);
    let (p256, ed25519) = (at("p256.key"), at("ed25519.key"));
    for (key, algorithm) in [(&p256, "p256"), (&ed25519, "ed25519")] {
        prove(&["keygen", "--algorithm", algorithm, "--out", key], 0);
        prove(&["keygen", "--algorithm", algorithm, "--out", key], 2);
    }
    let registration = run.join("registration.pot");
    let countersign = ["countersign", text(&registration), "--side", "candidate", "--key", &ed25519];
    prove(&[&countersign[..], &["--out", &at("identity.json")]].concat(), 0);
    let transcript = run.join("transcript.ndjson");
    prove(&[&countersign[..], &["--transcript", text(&transcript), "--out", &at("answers.json")]].concat(), 0);
    prove(&["attest", text(run), "--key", &p256], 0);
    // A key file whose last lines were lost, and a public key in its place.
    let pem = fs::read_to_string(&p256).unwrap();
    let broken = root.join("broken.key");
    fs::write(&broken, &pem[..pem.len() / 2]).unwrap();
    prove(&["attest", text(run), "--key", text(&broken), "--out", &at("none.json")], 3);
    prove(&["attest", text(run), "--key", &at("p256.key.pub"), "--out", &at("none.json")], 3);
    fs::remove_file(broken).unwrap();
    // As the counterparty of another registration, which is signed too.
    let counter = at("counter");
    let party = ["--counterparty", "them", "--counterparty-key", &at("ed25519.key.pub")];
    prove(&[&["register", "--out", &counter, "--sign-with", &p256], &party[..]].concat(), 0);
    check(&["nonce", &at("counter/registration.pot"), "--key", &ed25519, "--out", &at("nonce.json")], 0);
    check(&["nonce", &at("counter/registration.pot"), "--key", &p256, "--out", &at("none.json")], 5);

    let request = at("request.json");
    check(&["challenge-openings", text(run), "--count", "3", "--out", &request], 0);
    let openings = at("exported/openings.json");
    prove(&["open", text(run), "--request", &request, "--out", &openings], 0);
    let rerun = ["rerun", text(run), "--openings", &openings, "--request", &request];
    let models = ["--reference", "builtin:base", "--candidate", "builtin:base"];
    prove(&[&rerun[..], &models].concat(), 0);
    prove(&[&rerun[..], &models, &["--json"]].concat(), 0);

    // The witness proved in snarkjs' files, and the proof taken over.
    let keys = fs::read_dir(key_folder()).unwrap().map(|entry| entry.unwrap().path().join("circuit.zkey"));
    let again = root.join("again");
    copy_folder(run, &again);
    fs::remove_file(again.join("bundle.pot")).unwrap();
    let (wtns, proof, public) = (at("exported/run.wtns"), at("exported/proof.json"), at("exported/public.json"));
    let outputs = ["--wtns", &wtns, "--proof", &proof, "--public", &public];
    for zkey in keys.filter(|zkey| zkey.is_file()) {
        heard.run("pot-prove", &[&["groth16", "--zkey", text(&zkey)], &outputs[..]].concat());
    }
    prove(&["prove", text(&again), "--proof-from", &proof], 0);

    prove(&["publish", text(run), "--dir", &at("release"), "--key", &p256], 0);
    prove(&["reveal", text(run)], 0);
    prove(&["open", text(run)], 0);
    let everything = ["--with", "scores,transcript,challenge-key,openings"];
    prove(&[&["publish", text(run), "--dir", &at("full"), "--key", &ed25519], &everything[..]].concat(), 0);
    let svr = ["--emit-svr", &at("svr.json"), "--svr-key", &ed25519];
    check(&[&["verify", &at("release"), "--allow-development-key"], &svr[..]].concat(), 0);
}

/// The commands that ask models and have not been run yet, with the API key.
fn asked(heard: &Heard, root: &Path) {
    let stub = Stub::honest("builtin:base", usize::MAX);
    let (spec, named) = (stub.spec(), ["--api-key-env", VARIABLE]);
    let out = root.join("audit");
    let audit = ["audit", "--out", text(&out), "--candidate", &spec, "--policy", "quick-delta-logprob"];
    heard.run("pot-prove", &[&audit[..], &named].concat()).expect(0);
    let bound = root.join("calibration.json");
    let calibrate = ["calibrate", "--reference", "builtin:base", "--served", &spec, "--count", "10"];
    heard.run("pot-prove", &[&calibrate[..], &named, &["--out", text(&bound)]].concat()).expect(0);
    let texts = root.join("texts");
    fs::write(&texts, "Once upon a time there was a key.\n").unwrap();
    let logprobs = ["logprobs", "--model", &spec, "--text", text(&texts)];
    heard.run("pot-prove", &[&logprobs[..], &named].concat()).expect(0);
    let keys = stub.keys.lock().unwrap();
    assert!(keys.iter().all(|key| key.ends_with(API_KEY)) && !keys.is_empty(), "the key is sent");
}

/// Plants the secrets of a run folder, named after it: its two secrets, what follows from them, and what its records hide.
fn plant_run(planted: &mut Secrets, folder: &Path) {
    let run = folder.file_name().unwrap().to_str().unwrap();
    let secret =
        |name: &str| hex::decode(fs::read_to_string(folder.join("secret").join(name)).unwrap().trim_end()).unwrap();
    let (key, seed) = (secret("challenge-key"), secret("blinding-seed"));
    planted.plant(format!("{run}: challenge key"), &key);
    planted.plant(format!("{run}: blinding seed"), &seed);
    let Ok(lines) = fs::read(folder.join("transcript.ndjson")) else { return };
    let registration = Registration::from_bytes(&fs::read(folder.join("registration.pot")).unwrap()).unwrap();
    let nonce = registration.nonce(None).unwrap();
    let run_key = ChallengeKey::new(key.try_into().unwrap()).derive(&nonce.0, &registration.digest().0);
    for index in 0..12 {
        planted.plant(format!("{run}: seed of challenge {index}"), &run_key.seed(index));
    }
    for record in Transcript::replay(&lines).unwrap().records() {
        planted.plant(format!("{run}: salt of record {}", record.index), &record.salt);
        planted.plant(format!("{run}: prompt of record {}", record.index), record.prompt.as_bytes());
    }
    let opening = Opening::from_json(&fs::read(folder.join("scores.json")).unwrap()).unwrap();
    planted.plant(format!("{run}: seed of this run's blindings"), &opening.seed.0);
    let seed = BlindingSeed::new(opening.seed.0);
    for leaf in 0..leaves(Capacity::C1024) {
        planted.plant_element(&format!("{run}: blinding of leaf {leaf}"), seed.blinding(leaf.try_into().unwrap()));
    }
}

/// Plants the private key in a file, named after it.
fn plant_signing_key(planted: &mut Secrets, path: &Path) {
    let file = path.file_name().unwrap().to_str().unwrap();
    let secret = match SigningKey::from_pem(&fs::read_to_string(path).unwrap()).unwrap() {
        SigningKey::EcdsaP256(key) => key.to_bytes().to_vec(),
        SigningKey::Ed25519(key) => key.to_bytes().to_vec(),
        other => panic!("{other:?}"),
    };
    planted.plant(format!("{file}: signing key"), &secret);
}

/// The files of a run's folder in which a secret may be.
fn homes(secret: &str) -> &'static [&'static str] {
    match secret.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ') {
        "challenge key" => &["secret/challenge-key", "challenge.key"],
        "blinding seed" => &["secret/blinding-seed"],
        "seed of this run's blindings" => &["scores.json"],
        "salt of record" | "prompt of record" => &["transcript.ndjson", "openings.json"],
        "blinding of leaf" => &["openings.json", "run.wtns"],
        // The file itself.
        "signing key" => &[""],
        _ => &[],
    }
}

/// Asserts that no secret is in `text`.
#[track_caller]
fn absent(secrets: &Secrets, text: &[u8], place: &str) {
    let found = secrets.found(text);
    assert!(found.is_empty(), "{place}: {found:?}");
}

#[test]
fn secrets_are_said_and_written_nowhere_else() {
    let root = scratch();
    let heard = Heard::default();
    let out = everything(&heard, root.path());
    given_away(&heard, root.path(), &out);
    asked(&heard, root.path());

    let mut planted = Secrets::default();
    planted.plant("API key", API_KEY.as_bytes());
    for run in ["run", "audit", "counter"] {
        plant_run(&mut planted, &root.path().join(run));
    }
    for key in ["p256.key", "ed25519.key"] {
        plant_signing_key(&mut planted, &root.path().join(key));
    }

    let said = heard.said.into_inner().unwrap();
    for (command, said) in &said {
        absent(&planted, said, command);
    }
    let arguments = heard.arguments.into_inner().unwrap();
    assert!(arguments.iter().any(|argv| argv.windows(8).any(|w| w == b"register")), "arguments were seen");
    for argv in &arguments {
        absent(&planted, argv, "arguments");
    }

    // Where each is, and nowhere else. That they are found there shows that the search finds.
    let mut at_home = BTreeSet::new();
    for file in files(root.path()) {
        let bytes = fs::read(&file).unwrap();
        let name = file.strip_prefix(root.path()).unwrap().to_str().unwrap().to_owned();
        for (what, form) in planted.found(&bytes) {
            let (owner, secret) = what.split_once(": ").unwrap_or(("", what));
            // The copy of the run, its witness, and the release with everything are as good as its folder.
            let folders = if owner == "run" { &["run/", "again/", "exported/", "full/"][..] } else { &[] };
            let own = [owner, "/"].concat();
            let mut folders = folders.iter().copied().chain([own.as_str(), owner]);
            let inside = folders.find_map(|folder| name.strip_prefix(folder)).unwrap_or(&name);
            assert!(homes(secret).contains(&inside), "the {what} is in {name}, {form}");
            at_home.insert((what, inside.to_owned()));
        }
    }
    let found = |what: &str, file: &str| at_home.contains(&(what, file.to_owned()));
    for run in ["run", "audit", "counter"] {
        assert!(found(&format!("{run}: challenge key"), "secret/challenge-key"), "{run}");
        assert!(found(&format!("{run}: blinding seed"), "secret/blinding-seed"), "{run}");
    }
    for (what, file) in [
        ("run: challenge key", "challenge.key"),
        ("run: seed of this run's blindings", "scores.json"),
        ("run: salt of record 0", "transcript.ndjson"),
        ("run: blinding of leaf 0", "run.wtns"),
        ("run: blinding of leaf 0", "openings.json"),
        ("run: blinding of leaf 6", "run.wtns"),
        ("p256.key: signing key", ""),
        ("ed25519.key: signing key", ""),
    ] {
        assert!(found(what, file), "{what} is where it belongs: {file}");
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
    let secret =
        ["secret/challenge-key", "secret/blinding-seed", "transcript.ndjson", "scores.json", "../exported/run.wtns"];
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
        absent(&secrets, &said, "register");
    }
    assert!(!out.exists());
}
