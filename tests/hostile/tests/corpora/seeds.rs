//! Where the corpora come from: valid files of this repository, cut down to a few kilobytes, and some that are refused for
//! one reason each. Nothing here is left to chance, so writing them again changes nothing. Inputs in which
//! fuzzers found something lie beside them as they were found.

mod endpoints;
mod models;
mod signed;
mod times;

use std::{
    fs,
    path::{Path, PathBuf},
};

use pot_protocol::{
    bundle::Bundle,
    keys::{BUILT_IN, KeyPoints, VerifyingKey, snarkjs},
    policy::{Policy, Preset},
};
use pot_setup::{
    formats::{packed::pack, ptau::Ptau, zkey::Zkey},
    phase1,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn file(path: &str) -> Vec<u8> {
    fs::read(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// Every `step`th of the files of a folder of the vectors that end like this, by their names.
fn some(folder: &str, end: &str, step: usize) -> Vec<(String, Vec<u8>)> {
    let folder = root().join("test-vectors/v1/invalid").join(folder);
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.to_str().is_some_and(|path| path.ends_with(end)));
    paths.sort();
    let named = |path: &PathBuf| (path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap());
    paths.iter().step_by(step).map(named).collect()
}

/// The corpora in the making.
struct Corpora<'a>(&'a Path);

impl Corpora<'_> {
    fn add(&self, target: &str, name: &str, bytes: impl AsRef<[u8]>) {
        let folder = self.0.join(target);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(name), bytes).unwrap();
    }
}

pub(crate) fn write(folder: &Path) {
    let corpora = Corpora(folder);
    published(&corpora);
    policies(&corpora);
    opened(&corpora);
    keys(&corpora);
    formats(&corpora);
    models::add(&corpora);
    signed::add(&corpora);
    times::add(&corpora);
    endpoints::add(&corpora);
}

/// Bundles, and what is in them.
fn published(corpora: &Corpora<'_>) {
    for name in ["same/bundle", "different/bundle", "undecided/bundle", "large/bundle", "forgeable/same-topk"] {
        let bytes = file(&format!("test-vectors/v1/valid/{name}.pot"));
        let name = name.replace('/', "-");
        let bundle = Bundle::from_bytes(&bytes).unwrap();
        corpora.add("bundle", &name, &bytes);
        corpora.add("statement", &name, bundle.statement.to_bytes());
        corpora.add("registration", &name, bundle.statement.registration().to_bytes());
        corpora.add("proof", &name, bundle.proof.0);
        if name == "same-bundle" {
            corpora.add("snarkjs", "proof.json", snarkjs::proof(&bundle.proof.decode().unwrap()));
            let inputs = bundle.statement.public_inputs().to_elements();
            corpora.add("snarkjs", "public.json", snarkjs::public(&inputs));
        }
    }
    for folder in ["statement", "registration", "name", "number", "encoding", "length"] {
        for (name, bytes) in some(folder, ".pot", 4) {
            corpora.add("bundle", &format!("{folder}-{name}"), bytes);
        }
    }
}

fn policies(corpora: &Corpora<'_>) {
    for preset in Preset::all().into_iter().step_by(3) {
        let policy = preset.policy();
        corpora.add("policy", preset.name(), policy.to_bytes());
        // Under a name of its own, the certificate is what it stands by.
        let mut own = policy.document().clone();
        own.parameters.name = format!("own-{}", preset.name());
        let own: Policy = own.validate().unwrap();
        corpora.add("certificate", preset.name(), own.to_bytes());
    }
    let json = file("test-vectors/v1/valid/undecided/policy.json");
    corpora.add("policy", "undecided.json", &json);
    corpora.add("certificate", "undecided.json", &json);
    for (name, bytes) in some("policy-file", ".json", 5) {
        corpora.add("policy", &name, &bytes);
    }
}

/// Transcripts, scores and whole checks.
fn opened(corpora: &Corpora<'_>) {
    let valid = |name: &str| file(&format!("test-vectors/v1/valid/forgeable/{name}"));
    for name in ["transcript.ndjson", "endpoint.ndjson"] {
        let text = String::from_utf8(valid(name)).unwrap();
        // Opening, and two challenges with intents, answers and records.
        let lines: Vec<_> = text.lines().take(11).collect();
        corpora.add("transcript", name, format!("{}\n", lines.join("\n")));
    }
    corpora.add("opening", "scores.json", valid("scores.json"));
    let digest = "0f".repeat(32);
    corpora.add("opening", "nonce.json", format!("{{\"registration\":\"{digest}\",\"nonce\":\"{digest}\"}}"));
    corpora.add("trust", "trust.json", valid("trust.json"));
    for (name, bytes) in some("trust-file", ".json", 3) {
        corpora.add("trust", &name, bytes);
    }
    let begin = "format = \"pot acceptance v1\"\nverdicts = [\"SAME\"]\n";
    corpora.add("acceptance", "least.toml", begin);
    let key = pot_hostile::signer().public().to_pem();
    let all = format!(
        "{begin}grade = \"strict\"\nassurance = \"signed\"\npolicies = [\"audit\", \"{digest}\"]\nkinds = [\"kl\"]\nmax_alpha = \"0.01\"\n\
         max_gamma = \"0.1\"\nmin_n = 30\nmax_age_days = 90\nmax_attempts = 2\npieces = [\"scores\", \"transcript\"]\nverifying_keys = \
         [\"{digest}\"]\n[reference]\nroots = [\"{digest}\"]\n[candidate]\nnames = [\"m\"]\n[[signer]]\nrole = \"auditor\"\npem = \
         \"\"\"{key}\"\"\"\n[[signer]]\nrole = \"candidate-server\"\nfile = \"keys/server.pem\"\n"
    );
    corpora.add("acceptance", "all.toml", &all);
    corpora.add("acceptance", "outside.toml", all.replace("keys/", "../"));
    corpora.add("acceptance", "unprintable.toml", format!("{begin}\"\\u001b[31mx\\ny\" = 1\n"));
    corpora.add("acceptance", "both.toml", all.replace("names = ", "roots = []\nnames = "));
    let parts = |parts: [&str; 4]| {
        let [bundle, scores, transcript, reveal] = parts.map(|n| if n.is_empty() { Vec::new() } else { valid(n) });
        let all = [bundle, Vec::new(), scores, transcript, reveal];
        let length = |part: &Vec<u8>| u32::try_from(part.len()).unwrap().to_be_bytes();
        all.iter().flat_map(|part| [&length(part)[1..], part].concat()).collect::<Vec<u8>>()
    };
    corpora.add("check", "bundle", parts(["bundle.pot", "", "", ""]));
    corpora.add("check", "scores", parts(["bundle.pot", "scores.json", "", "challenge-key"]));
    corpora.add("check", "all", parts(["bundle.pot", "scores.json", "transcript.ndjson", "challenge-key"]));
}

fn keys(corpora: &Corpora<'_>) {
    let development = file("test-vectors/v1/valid/forgeable/verifying.key");
    let points = KeyPoints::clone(VerifyingKey::from_bytes(&development).unwrap().points());
    corpora.add("snarkjs", "verification_key.json", snarkjs::verification_key(&(&points).into()));
    for target in ["key", "key_points"] {
        corpora.add(target, "development", &development);
        for key in BUILT_IN {
            corpora.add(target, &key.id[..8], key.bytes);
        }
    }
    for (name, bytes) in some("key", ".key", 3) {
        corpora.add("key", &name, bytes);
    }
    for (name, bytes) in some("key-point", ".key", 4) {
        corpora.add("key_points", &name, bytes);
    }
}

fn formats(corpora: &Corpora<'_>) {
    let snarkjs = |name: &str| file(&format!("setup/testdata/snarkjs/{name}"));
    let r1cs = snarkjs("powers.r1cs");
    corpora.add("r1cs", "powers", &r1cs);
    corpora.add("container", "r1cs", &r1cs);
    corpora.add("wtns", "powers", snarkjs("powers.wtns"));
    for name in ["new", "two", "final"] {
        let bytes = snarkjs(&format!("{name}.zkey"));
        corpora.add("zkey", name, &bytes);
        corpora.add("zkey_points", name, &bytes);
        corpora.add("packed", name, pack(&Zkey::parse(name, &bytes).unwrap(), &bytes).unwrap());
    }
    let folder = tempfile::tempdir().unwrap();
    let [new, beacon, prepared] = ["new", "beacon", "prepared"].map(|name| folder.path().join(name));
    phase1::new(1, &new, &|_, _, _| ()).unwrap();
    let bytes = fs::read(&new).unwrap();
    phase1::beacon(&Ptau::parse("new", &bytes).unwrap(), Some("b"), &[7; 32], 10, &beacon, &|_, _, _| ()).unwrap();
    let bytes = fs::read(&beacon).unwrap();
    phase1::prepare(&Ptau::parse("beacon", &bytes).unwrap(), &prepared, &|_, _, _| ()).unwrap();
    for path in [&new, &beacon, &prepared] {
        let name = path.file_name().unwrap().to_str().unwrap();
        corpora.add("ptau", name, fs::read(path).unwrap());
    }
    corpora.add("container", "ptau", fs::read(&new).unwrap());
}
