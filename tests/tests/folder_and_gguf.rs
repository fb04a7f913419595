//! "Is this GGUF file that release?": a Hugging Face folder against GGUF files of the same weights, compared token by
//! token. The two small models are described in `inference/tests/tokenizers/make.py`.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use pot_protocol::{challenge::Family, policy::Preset, score::ScoreKind, transcript::Side};
use pot_prover::{
    error::ProverError,
    query::{Models, Session},
    register::{Request, register},
    run_folder::{Settings, Sources},
};
use pot_tests::{Ran, check, prove, scratch, text, workspace};
use serde_json::Value;

fn model(name: &str) -> PathBuf {
    workspace().join("inference/tests/tokenizers").join(name)
}

fn audit(reference: &Path, candidate: &Path, policy: &str, out: &Path) -> Ran {
    let (reference, candidate) = (text(reference), text(candidate));
    prove(&["audit", "--reference", reference, "--candidate", candidate, "--policy", policy, "--out", text(out)])
}

/// The GGUF file of the byte-level model with texts in it exchanged, each for one of the same length.
fn edited(folder: &Path, edits: &[(&str, &str)]) -> PathBuf {
    let mut bytes = fs::read(model("bytes/model.gguf")).unwrap();
    let stored = |text: &str| [&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat();
    for (from, to) in edits {
        let (from, to) = (stored(from), stored(to));
        let at = bytes.windows(from.len()).position(|window| window == from).unwrap();
        bytes[at..at + from.len()].copy_from_slice(&to);
    }
    let path = folder.join("model.gguf");
    fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn a_gguf_file_is_the_release_that_it_was_made_of() {
    let root = scratch();
    for name in ["bytes", "pieces"] {
        let out = root.path().join(name);
        audit(&model(name), &model(name).join("model.gguf"), "quick", &out).expect(0);
        let report =
            check(&["verify", text(&out), "--allow-development-key", "--transcript", text(&out), "--json"]).expect(0);
        let report: Value = serde_json::from_str(&report.stdout).unwrap();
        assert_eq!(report["verdict"], "SAME", "{name}");
    }
}

#[test]
fn other_vocabularies_are_refused_but_where_texts_are_compared() {
    let root = scratch();
    let out = root.path().join("run");
    for edits in [&[("Ġthe", "Ġthx")][..], &[("or", "~~"), ("it", "or"), ("~~", "it")]] {
        let other = edited(root.path(), edits);
        audit(&model("bytes"), &other, "quick", &out).expect(3).says("different vocabularies");
        assert!(!out.exists());
    }
    audit(&model("bytes"), &model("pieces/model.gguf"), "quick-delta-logprob", &out)
        .expect(3)
        .says("different vocabularies");
}

#[test]
fn equal_vocabularies_that_split_texts_differently_are_refused() {
    let root = scratch();
    let out = root.path().join("run");
    // The same tokens and merges, but digits are cut one by one.
    let other = edited(root.path(), &[("gpt-2", "qwen2")]);
    for policy in ["quick", "quick-delta-logprob"] {
        audit(&model("bytes"), &other, policy, &out).expect(3).says("split it differently, first at token");
        assert!(!out.exists());
    }
}

/// The byte-level model as a folder, with `more` rows of zeros below its embedding.
fn padded(folder: &Path, more: usize) -> PathBuf {
    let from = model("bytes");
    fs::create_dir(folder).unwrap();
    fs::copy(from.join("tokenizer.json"), folder.join("tokenizer.json")).unwrap();
    let mut config: Value = serde_json::from_slice(&fs::read(from.join("config.json")).unwrap()).unwrap();
    let rows = config["vocab_size"].as_u64().unwrap() + u64::try_from(more).unwrap();
    config["vocab_size"] = rows.into();
    fs::write(folder.join("config.json"), config.to_string()).unwrap();
    // A safetensors file is the length of its header, the header, and the tensors' bytes.
    let bytes = fs::read(from.join("model.safetensors")).unwrap();
    let (length, rest) = bytes.split_at(8);
    let (header, mut data) = {
        let (header, data) = rest.split_at(u64::from_le_bytes(length.try_into().unwrap()).try_into().unwrap());
        (header, data.to_vec())
    };
    let mut header: Value = serde_json::from_slice(header).unwrap();
    let embedding = &mut header["model.embed_tokens.weight"];
    let [begin, end] = [0, 1].map(|i| usize::try_from(embedding["data_offsets"][i].as_u64().unwrap()).unwrap());
    let mut whole = data[begin..end].to_vec();
    whole.resize(whole.len() / (usize::try_from(rows).unwrap() - more) * usize::try_from(rows).unwrap(), 0);
    // The old rows stay where they are and would be nobody's: so they are cut out, and all that follows moves up.
    data.drain(begin..end);
    let at = data.len();
    data.extend(whole);
    for (name, tensor) in header.as_object_mut().unwrap() {
        let offsets = tensor["data_offsets"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap());
        let moved: Vec<u64> = if name == "model.embed_tokens.weight" {
            tensor["shape"][0] = rows.into();
            vec![at as u64, data.len() as u64]
        } else {
            offsets.map(|n| if n >= end as u64 { n - (end - begin) as u64 } else { n }).collect()
        };
        tensor["data_offsets"] = moved.into();
    }
    let header = header.to_string();
    fs::write(
        folder.join("model.safetensors"),
        [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &data].concat(),
    )
    .unwrap();
    folder.to_owned()
}

#[test]
fn rows_that_no_token_has_are_no_other_vocabulary() {
    let root = scratch();
    let padded = padded(&root.path().join("padded"), 16);
    let out = root.path().join("run");
    // The same tokens; but a divergence is over all rows.
    audit(&model("bytes"), &padded, "quick", &out).expect(3).says("have 368 and 384 entries");
    assert!(!out.exists());
    let ran = audit(&model("bytes"), &padded, "quick-delta-logprob", &out).expect(0);
    assert!(ran.stderr.contains("(SAME, "), "{}", ran.stderr);
}

#[test]
fn a_challenge_that_is_split_differently_stops_the_run_before_anybody_is_asked() {
    let root = scratch();
    let other = edited(root.path(), &[("gpt-2", "qwen2")]);
    let sources = Sources {
        reference: text(&model("bytes")).to_owned(),
        candidate: text(&other).to_owned(),
        corpus: None,
        settings: Settings::default(),
    };
    // Each window of this text has "00" in it, which is one token of the one model and two of the other.
    let parts: Vec<String> = (0..100_000).map(|n| format!("{n} of them cost 100, ")).collect();
    let family = Family::corpus(parts.concat()).unwrap();
    let models = Models::load(&sources, &|_, _, _| ()).unwrap();
    models.check_kind(ScoreKind::Kl).unwrap();
    let policy = Preset::Quick.policy();
    // What the command does, but for looking at some prompts before.
    let request = Request {
        sources,
        reference: models.identity(Side::Reference),
        candidate: models.identity(Side::Candidate),
        policy: policy.clone(),
        family: family.clone(),
        positions: 16,
        calibration_bound: 0,
        nonce: pot_prover::register::Nonce::Own,
        previous: None,
        due_days: 1,
        largest_k: 16,
        needed_positions: 512,
        longest_context: 512,
    };
    let (folder, registration) = register(&root.path().join("run"), request).unwrap();
    for resume in [false, true] {
        let session = Session::start(&folder, &registration, &policy, &family, &models, resume).unwrap();
        let error = session.run(&mut |_| ()).unwrap_err();
        let ProverError::Split { index, split } = &error else { panic!("{error}") };
        assert!(split.contains("first at token"), "{split}");
        let said = error.to_string();
        assert!(said.starts_with(&format!("challenge {index}: ")) && said.contains("this run cannot go on"), "{said}");
        // Nobody was asked about it, and nothing of it can become a score.
        let transcript = fs::read_to_string(folder.path("transcript.ndjson")).unwrap();
        assert!(!transcript.contains(&format!("\"index\":{index},")), "{transcript}");
    }
}
