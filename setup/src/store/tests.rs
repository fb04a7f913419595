mod ceremonies;
mod imported;

use std::{fs, sync::Barrier, thread};

use ark_bn254::Fr;
use pot_protocol::{digest::Digest, keys::KeyId, rule::Capacity};

use super::{KeyStore, MANIFEST, Manifest, VERIFYING, ZKEY, import};
use crate::{
    ProvingKey, SetupError, development,
    formats::{
        r1cs::R1cs,
        zkey::{Contribution, Kind, Zkey},
    },
    randomness, toy,
};

fn store() -> (tempfile::TempDir, KeyStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = KeyStore::open(folder.path().join("a/b/keys")).unwrap();
    (folder, store)
}

fn stored() -> (tempfile::TempDir, KeyStore, ProvingKey) {
    let (folder, store) = store();
    let key = toy::key();
    store.save(&key).unwrap();
    (folder, store, key)
}

fn names(store: &KeyStore) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(store.folder()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_saved_key_is_found_listed_and_loaded() {
    let (_folder, store, key) = stored();
    assert_eq!(store.find(toy::ID).unwrap(), Some(key.id()));
    assert_eq!(store.find(Digest([1; 32])).unwrap(), None);
    assert_eq!(store.load_proving(key.id()).unwrap().parameters().points(), key.parameters().points());
    assert_eq!(store.load_verifying(key.id()).unwrap().to_bytes(), key.verifying().to_bytes());
    let list = store.list().unwrap();
    assert_eq!(list.len(), 1);
    let manifest: &Manifest = list[0].manifest.as_ref().unwrap();
    assert_eq!(
        (list[0].id, manifest.capacity, manifest.provenance.as_str()),
        (key.id(), Capacity::C128, "development")
    );
    assert_eq!(names(&store), [key.id().to_string()]);
    store.save(&key).unwrap();
}

#[test]
fn a_loaded_key_proves() {
    let (_folder, store, key) = stored();
    let loaded = store.load_proving(key.id()).unwrap();
    let x = Fr::from(7u64);
    let mut rng = randomness::from_os().unwrap();
    let proof = crate::Groth16::create_random_proof_with_reduction(
        toy::Powers(Some(x)),
        loaded.parameters().points(),
        &mut rng,
    )
    .unwrap();
    let bytes = pot_protocol::keys::ProofPoints::encode(&proof.a, &proof.b, &proof.c);
    let points = bytes.decode().unwrap();
    let verifying = store.load_verifying(key.id()).unwrap();
    assert!(verifying.verify(&points, &toy::Powers::inputs(x)).is_ok());
    assert!(verifying.verify(&points, &toy::Powers::inputs(x + Fr::from(1u64))).is_err());
}

#[cfg(unix)]
#[test]
fn only_the_user_may_enter() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, store, key) = stored();
    for path in [store.folder().to_owned(), store.key_folder(key.id())] {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o700);
    }
}

#[test]
fn a_truncated_lengthened_or_altered_proving_key_is_refused_with_what_to_do() {
    let (_folder, store, key) = stored();
    let path = store.key_folder(key.id()).join(ZKEY);
    let good = fs::read(&path).unwrap();
    let refused = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        let error = store.load_proving(key.id()).unwrap_err();
        assert!(matches!(error, SetupError::Damaged { .. }), "{error}");
        let text = error.to_string();
        assert!(text.contains("delete") && text.contains("pot-setup dev") && !text.contains('\n'), "{text}");
    };
    refused(&[]);
    refused(&good[..good.len() - 1]);
    refused(&[good.as_slice(), &[0]].concat());
    for at in (0..good.len()).step_by(37).chain([good.len() - 1]) {
        let mut flipped = good.clone();
        flipped[at] ^= 1 << (at % 8);
        refused(&flipped);
    }
    fs::remove_file(&path).unwrap();
    assert!(matches!(store.load_proving(key.id()), Err(SetupError::Damaged { .. })));
    fs::write(&path, &good).unwrap();
    assert!(store.load_proving(key.id()).is_ok());
}

#[test]
fn an_altered_verifying_key_is_refused() {
    let (_folder, store, key) = stored();
    let path = store.key_folder(key.id()).join(VERIFYING);
    let good = fs::read(&path).unwrap();
    for at in 0..good.len() {
        let mut flipped = good.clone();
        flipped[at] ^= 1 << (at % 8);
        fs::write(&path, flipped).unwrap();
        assert!(matches!(store.load_verifying(key.id()), Err(SetupError::Damaged { .. })), "byte {at}");
    }
    fs::write(&path, [good.as_slice(), &[0]].concat()).unwrap();
    assert!(store.load_verifying(key.id()).is_err());
}

#[test]
fn a_bad_manifest_is_refused_and_not_found() {
    let (_folder, store, key) = stored();
    let path = store.key_folder(key.id()).join(MANIFEST);
    let good = fs::read_to_string(&path).unwrap();
    let other_id = KeyId([3; 32]).to_string();
    for bad in [
        String::new(),
        "{}".to_owned(),
        "null".to_owned(),
        good.replace(" v2", " v1"),
        good.replace(" v2", " v3"),
        good.replace(&key.id().to_string(), &other_id),
        good.replace("128", "129"),
        good.replacen('{', "{\"more\": 1,", 1),
        " ".repeat(100_000),
    ] {
        fs::write(&path, &bad).unwrap();
        assert!(matches!(store.load_proving(key.id()), Err(SetupError::Damaged { .. })), "{bad}");
        assert_eq!(store.find(toy::ID).unwrap(), None, "{bad}");
        assert!(store.list().unwrap()[0].manifest.is_err(), "{bad}");
    }
    // A manifest that names the hash of another file does not make that file this key.
    let huge = good.replacen("\"zkey_bytes\": ", "\"zkey_bytes\": 9999999", 1);
    fs::write(&path, huge).unwrap();
    assert!(matches!(store.load_proving(key.id()), Err(SetupError::Damaged { .. })));
}

#[test]
fn the_files_of_another_key_are_refused() {
    let (_folder, store, key) = stored();
    let other = toy::key();
    store.save(&other).unwrap();
    let (here, there) = (store.key_folder(key.id()), store.key_folder(other.id()));
    fs::copy(there.join(ZKEY), here.join(ZKEY)).unwrap();
    assert!(matches!(store.load_proving(key.id()), Err(SetupError::Damaged { .. })));
    // With its hash in the manifest too, the id still does not fit.
    let manifest = fs::read_to_string(there.join(MANIFEST)).unwrap();
    let manifest = manifest.replace(&other.id().to_string(), &key.id().to_string());
    fs::write(here.join(MANIFEST), manifest).unwrap();
    assert!(matches!(store.load_proving(key.id()), Err(SetupError::Damaged { .. })));
}

#[test]
fn a_missing_key_is_named() {
    let (_folder, store) = store();
    let error = store.load_proving(KeyId([9; 32])).unwrap_err();
    assert!(matches!(error, SetupError::NoSuchKey { .. }) && error.to_string().contains("0909"));
    assert!(matches!(store.load_verifying(KeyId([9; 32])), Err(SetupError::NoSuchKey { .. })));
}

#[test]
fn what_a_killed_process_left_is_no_key_and_something_under_the_id_is_not_overwritten() {
    let (_folder, store) = store();
    fs::create_dir(store.folder().join(".new-abc")).unwrap();
    fs::write(store.folder().join("notes.txt"), "x").unwrap();
    assert!(store.list().unwrap().is_empty());
    let key = toy::key();
    fs::create_dir(store.key_folder(key.id())).unwrap();
    fs::write(store.key_folder(key.id()).join(ZKEY), "mine").unwrap();
    assert!(matches!(store.save(&key), Err(SetupError::Damaged { .. })));
    assert_eq!(fs::read(store.key_folder(key.id()).join(ZKEY)).unwrap(), b"mine");
}

#[test]
fn racing_saves_of_one_key_leave_one_whole_key() {
    let (_folder, store) = store();
    let key = toy::key();
    let start = Barrier::new(8);
    thread::scope(|scope| {
        let racers: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    store.save(&key)
                })
            })
            .collect();
        for racer in racers {
            racer.join().unwrap().unwrap();
        }
    });
    assert_eq!(names(&store), [key.id().to_string()]);
    assert_eq!(store.load_proving(key.id()).unwrap().parameters().points(), key.parameters().points());
}

#[test]
fn racing_makers_share_one_key() {
    let (_folder, store) = store();
    let start = Barrier::new(4);
    let ids: Vec<KeyId> = thread::scope(|scope| {
        let racers: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    let made = development::find_or_make(&store, toy::Powers(None), toy::ID, Capacity::C128, |_| ());
                    made.unwrap()
                })
            })
            .collect();
        racers.into_iter().map(|racer| racer.join().unwrap()).collect()
    });
    assert!(ids.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(store.list().unwrap().len(), 1);
}

#[test]
fn a_damaged_key_is_passed_over_aloud() {
    let (_folder, store, key) = stored();
    fs::write(store.key_folder(key.id()).join("manifest.json"), "{}").unwrap();
    let mut passed_over = Vec::new();
    let made = development::find_or_make(&store, toy::Powers(None), toy::ID, Capacity::C128, |step| {
        if let development::Step::PassedOver(id, why) = step {
            passed_over.push(id);
            assert!(why.contains("manifest"), "{why}");
        }
    });
    assert_ne!(made.unwrap(), key.id());
    assert_eq!(passed_over, [key.id()]);
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    let error = KeyStore::open(file.join("keys")).unwrap_err();
    assert!(error.to_string().contains(&file.display().to_string()), "{error}");
}

#[test]
fn a_key_is_exported_as_it_was_saved_or_not_at_all() {
    let (folder, store, key) = stored();
    let out = folder.path().join("out");
    store.export(key.id(), &out).unwrap();
    for name in [ZKEY, VERIFYING, MANIFEST] {
        let saved = fs::read(store.key_folder(key.id()).join(name)).unwrap();
        assert_eq!(fs::read(out.join(name)).unwrap(), saved, "{name}");
    }
    assert!(matches!(store.export(key.id(), &out), Err(SetupError::Io { .. })));
    for name in [ZKEY, VERIFYING, MANIFEST] {
        let (path, other) = (store.key_folder(key.id()).join(name), folder.path().join(name));
        let good = fs::read(&path).unwrap();
        let mut bad = good.clone();
        *bad.last_mut().unwrap() ^= 1;
        fs::write(&path, bad).unwrap();
        assert!(matches!(store.export(key.id(), &other), Err(SetupError::Damaged { .. })), "{name}");
        assert!(!other.exists(), "{name}");
        fs::write(&path, good).unwrap();
    }
}

#[test]
fn a_key_of_an_earlier_version_is_passed_over_with_what_to_do() {
    let (_folder, store, key) = stored();
    let path = store.key_folder(key.id()).join(MANIFEST);
    let text = fs::read_to_string(&path).unwrap();
    let earlier = text.replace(" v2", " v1").replace("zkey_", "proving_key_");
    fs::write(&path, earlier).unwrap();
    fs::rename(store.key_folder(key.id()).join(ZKEY), store.key_folder(key.id()).join("proving.key")).unwrap();
    let error = store.load_proving(key.id()).unwrap_err().to_string();
    assert!(error.contains("an earlier version") && error.contains("run `pot-setup dev` again"), "{error}");
    assert_eq!(store.find(toy::ID).unwrap(), None);
}
