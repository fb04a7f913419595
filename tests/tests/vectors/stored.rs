//! The stored vectors are the generated ones, and cover what they have to.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use crate::{all, set::folder};

const INDEX: &str = "index.json";

/// All files below a folder, by path.
fn below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { below(&path) } else { vec![path] }).collect()
}

#[test]
fn the_stored_vectors_are_the_generated_ones() {
    let (index, generated) = all().finish();
    let index = serde_json::to_string_pretty(&index).unwrap() + "\n";
    if std::env::var_os("POT_WRITE_VECTORS").is_some() {
        let invalid = folder().join("invalid");
        if invalid.exists() {
            fs::remove_dir_all(&invalid).unwrap();
        }
        for (path, bytes) in &generated {
            let path = folder().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        fs::write(folder().join(INDEX), &index).unwrap();
    }
    for (path, bytes) in &generated {
        let stored = fs::read(folder().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
        assert!(stored == *bytes, "{path} is not what the generator makes");
    }
    assert!(fs::read_to_string(folder().join(INDEX)).unwrap() == index, "the index is not what the generator makes");
    let stray = below(&folder().join("invalid"));
    let stray = stray.iter().map(|path| path.strip_prefix(folder()).unwrap().to_str().unwrap());
    let stray: Vec<_> = stray.filter(|path| !generated.contains_key(*path)).collect();
    assert!(stray.is_empty(), "files that no vector has: {stray:?}");
}

#[test]
fn every_class_and_every_exit_code_is_there() {
    let (index, _) = all().finish();
    let names: BTreeSet<_> = index.vectors.iter().map(|vector| &vector.name).collect();
    assert_eq!(names.len(), index.vectors.len(), "names are unique");
    let refused = index.vectors.iter().filter(|vector| [1, 3, 5].contains(&vector.exit)).count();
    assert!(refused >= 300, "{refused} vectors are refused");
    for (class, least) in [
        ("valid", 10),
        ("container", 14),
        ("truncated", 50),
        ("length", 15),
        ("encoding", 20),
        ("registration", 15),
        ("name", 10),
        ("statement", 15),
        ("unproved", 25),
        ("policy", 13),
        ("circuit", 7),
        ("proof", 45),
        ("key", 20),
        ("ceremony", 4),
        ("key-point", 35),
        ("trust", 10),
        ("trust-file", 30),
        ("scores", 20),
        ("number", 18),
        ("opening", 10),
        ("policy-file", 35),
        ("challenge-key", 10),
        ("transcript", 60),
        ("bomb", 14),
        ("forged", 22),
        ("require", 6),
        ("usage", 5),
    ] {
        let there = index.vectors.iter().filter(|vector| vector.class == class).count();
        assert!(there >= least, "{there} vectors of the class {class}");
    }
    let codes: BTreeSet<_> = index.vectors.iter().map(|vector| vector.exit).collect();
    assert_eq!(codes, (0..=5).collect(), "every documented exit code occurs");
    assert!(index.vectors.iter().all(|vector| !vector.reason.is_empty() && !vector.why.is_empty()));
}
