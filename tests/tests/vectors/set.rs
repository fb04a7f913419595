//! The set of vectors while it grows.

use std::{collections::BTreeMap, fs, path::PathBuf};

use pot_protocol::digest::Digest;

use crate::index::{Index, Made, Part, Vector, derived};

/// What allows the keys that the vectors use: those of a rehearsal that are built in, and one whose secrets are known.
pub(crate) const ALLOW: &str = "--allow-development-key";

/// Files as large as this are stored as they are.
const SMALL: usize = 20 << 10;

/// The folder that holds `index.json`.
pub(crate) fn folder() -> PathBuf {
    pot_tests::workspace().join("test-vectors/v1")
}

/// What has to come of a vector: the exit code, part of what is printed, and why it has to be so.
#[derive(Clone, Copy)]
pub(crate) struct Outcome<'a>(pub(crate) u8, pub(crate) &'a str, pub(crate) &'a str);

/// Vectors and files, in the order in which they were added.
pub(crate) struct Set {
    class: &'static str,
    vectors: Vec<Vector>,
    made: Vec<Made>,
    /// Every stored file by its path: the fixed inputs, and what was generated from them.
    files: BTreeMap<String, Vec<u8>>,
    generated: Vec<String>,
}

impl Set {
    /// An empty set over the fixed inputs.
    pub(crate) fn new() -> Self {
        let mut files = BTreeMap::new();
        for (run, names) in [
            ("same", ["bundle.pot", "scores.json", "transcript.ndjson", "challenge-key"].as_slice()),
            ("different", &["bundle.pot", "scores.json", "transcript.ndjson", "challenge-key"]),
            ("undecided", &["bundle.pot", "scores.json", "policy.json"]),
            ("large", &["bundle.pot", "scores.json"]),
        ] {
            for name in names {
                let path = format!("valid/{run}/{name}");
                files.insert(path.clone(), fs::read(folder().join(path)).unwrap());
            }
        }
        Self { class: "", vectors: vec![], made: vec![], files, generated: vec![] }
    }

    /// The class of what follows.
    pub(crate) fn class(&mut self, class: &'static str) -> &mut Self {
        self.class = class;
        self
    }

    /// A file that is there already.
    pub(crate) fn get(&self, path: &str) -> &[u8] {
        &self.files[path]
    }

    /// A file that is there already, as text.
    pub(crate) fn text(&self, path: &str) -> &str {
        str::from_utf8(self.get(path)).unwrap()
    }

    /// Adds a file that is stored.
    pub(crate) fn store(&mut self, path: &str, bytes: Vec<u8>) {
        assert!(bytes.len() <= SMALL, "{path} is too large to be stored");
        assert!(self.files.insert(path.to_owned(), bytes).is_none(), "{path} exists twice");
        self.generated.push(path.to_owned());
    }

    /// Adds a file that is made of parts when it is needed.
    pub(crate) fn make(&mut self, path: &str, parts: Vec<Part>) {
        let mut bytes = Vec::new();
        for part in &parts {
            part.write(&self.files, &mut bytes);
        }
        let sha256 = Digest::of(&bytes);
        self.made.push(Made { path: path.to_owned(), bytes: bytes.len(), sha256, parts });
    }

    /// Adds a file that was derived from the stored one at `base`, as parts of that.
    pub(crate) fn derive(&mut self, path: &str, base: &str, bytes: &[u8]) {
        assert_ne!(self.files[base], bytes, "{path} was not changed");
        self.make(path, derived(base, &self.files[base], bytes));
    }

    /// Where the file of the vector `name` lies.
    pub(crate) fn path(&self, name: &str, extension: &str) -> String {
        format!("invalid/{}/{name}.{extension}", self.class)
    }

    /// Adds a vector.
    pub(crate) fn vector(&mut self, name: &str, args: &[&str], Outcome(exit, reason, why): Outcome<'_>) {
        let class = self.class;
        self.vectors.push(Vector {
            name: format!("{class}/{name}"),
            class,
            args: args.iter().map(|&arg| arg.to_owned()).collect(),
            exit,
            reason: reason.to_owned(),
            why: why.to_owned(),
        });
    }

    /// Adds a vector that is a bundle of its own, checked with `more` arguments.
    pub(crate) fn bundle(&mut self, name: &str, bytes: Vec<u8>, more: &[&str], outcome: Outcome<'_>) {
        let path = self.path(name, "pot");
        self.store(&path, bytes);
        self.vector(name, &[&["verify", &path, ALLOW], more].concat(), outcome);
    }

    /// Adds a vector of a good bundle beside which something else is wrong: the file that `flag` names.
    pub(crate) fn beside(&mut self, bundle: &str, flag: &str, name: &str, content: &[u8], outcome: Outcome<'_>) {
        let path = self.path(name, "json");
        self.store(&path, content.to_vec());
        self.vector(name, &["verify", bundle, ALLOW, flag, &path], outcome);
    }

    /// The index, and every generated file that is stored.
    pub(crate) fn finish(self) -> (Index, BTreeMap<String, Vec<u8>>) {
        let index = Index { format: "pot test vectors v1", vectors: self.vectors, made: self.made };
        let generated = self.generated.into_iter().map(|path| (path.clone(), self.files[&path].clone())).collect();
        (index, generated)
    }
}
