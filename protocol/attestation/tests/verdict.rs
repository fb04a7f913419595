//! A signed verdict is compared with the bundle, field by field and subject by subject.
#![allow(clippy::unwrap_used)] // tests may panic

use std::{fs, path::Path};

use pot_attestation::{Subject, VERDICT, Verdict};
use pot_protocol::{
    bundle::Bundle,
    digest::Digest,
    policy::{Policy, Preset},
    registration::{ModelFile, ModelIdentity},
};

const TRANSCRIPT: Digest = Digest([4; 32]);

/// A published bundle, whose candidate is given one file, and its policy.
fn published() -> (Bundle, Policy) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-vectors/v1/valid/same/bundle.pot");
    let mut bundle = Bundle::from_bytes(&fs::read(path).unwrap()).unwrap();
    let mut raw = bundle.statement.fields().clone();
    if let ModelIdentity::Weights { files, .. } = &mut raw.registration.candidate {
        *files = vec![ModelFile { name: "model.safetensors".to_owned(), sha256: Digest([6; 32]) }];
    }
    bundle.statement = raw.validate().unwrap();
    let policy = bundle.statement.registration().fields().policy.document;
    let preset = Preset::all().into_iter().find(|preset| preset.document_digest() == policy).unwrap();
    (bundle, preset.policy())
}

#[test]
fn what_the_bundle_says_is_compared_field_by_field() {
    let (bundle, policy) = published();
    let genuine = Verdict::statement(&bundle, &policy, TRANSCRIPT);
    assert_eq!(genuine.predicate_type, VERDICT);
    assert_eq!(Verdict::compare(&genuine, &bundle, &policy), Ok(TRANSCRIPT));
    let differs = |edit: &dyn Fn(&mut Verdict), says: &str| {
        let mut changed = genuine.clone();
        edit(&mut changed.predicate);
        assert_eq!(Verdict::compare(&changed, &bundle, &policy), Err(says.to_owned()));
    };
    let n = genuine.predicate.n;
    differs(&|v| v.n += 1, &format!("it says n {}, the bundle says {n}", n + 1));
    differs(&|v| v.verdict = "DIFFERENT".to_owned(), "it says verdict \"DIFFERENT\", the bundle says \"SAME\"");
    differs(&|v| v.attempts_most = 99, "it says attemptsMost 99, the bundle says 1");
}

#[test]
fn it_is_about_the_bundle_its_transcript_and_its_models_and_nothing_else() {
    let (bundle, policy) = published();
    let genuine = Verdict::statement(&bundle, &policy, TRANSCRIPT);
    let names: Vec<_> = genuine.subject.iter().map(|subject| subject.name.as_str()).collect();
    assert_eq!(names, ["bundle.pot", "transcript.ndjson", "candidate"]);
    let refused = |edit: &dyn Fn(&mut Vec<Subject>), why: &str| {
        let mut changed = genuine.clone();
        edit(&mut changed.subject);
        let error = Verdict::compare(&changed, &bundle, &policy).unwrap_err();
        assert!(error.starts_with(why), "{error}");
    };
    refused(&|s| drop(s.remove(1)), "it names no transcript");
    refused(&|s| drop(s.remove(0)), "it is not about bundle.pot");
    refused(&|s| drop(s.pop()), "it is not about candidate");
    refused(&|s| s[0] = Subject::sha256("bundle.pot", Digest([1; 32])), "it is not about bundle.pot");
    refused(&|s| s.push(Subject::sha256("another", Digest([1; 32]))), "it is about more than the bundle");
    // Which transcript it is, is the caller's to compare: no bundle has its digest.
    let mut other = genuine.clone();
    other.subject[1] = Subject::sha256("transcript.ndjson", Digest([5; 32]));
    assert_eq!(Verdict::compare(&other, &bundle, &policy), Ok(Digest([5; 32])));
}
