//! Finds a secret in whatever form it may have slipped out.

use std::{fs, path::Path};

/// A secret and the forms in which it could be written by mistake.
pub(crate) struct Needle {
    pub(crate) what: String,
    forms: Vec<(&'static str, Vec<u8>)>,
}

impl Needle {
    pub(crate) fn new(what: impl Into<String>, secret: &[u8]) -> Self {
        assert!(secret.len() >= 16, "a short secret is found by chance");
        let hex = hex::encode(secret);
        let numbers = secret.iter().map(u8::to_string).collect::<Vec<_>>();
        let mut forms = vec![
            ("as it is", secret.to_vec()),
            ("in capital hex", hex.to_ascii_uppercase().into_bytes()),
            ("as a list of numbers", numbers.join(", ").into_bytes()),
            ("as a list of numbers", numbers.join(",").into_bytes()),
            ("in hex", hex.into_bytes()),
        ];
        for alphabet in [b"+/", b"-_"] {
            for before in 0..3 {
                forms.push(("in base64", base64(secret, before, *alphabet)));
            }
        }
        Self { what: what.into(), forms }
    }

    /// In which form the secret is in `text`.
    pub(crate) fn form_in(&self, text: &[u8]) -> Option<&'static str> {
        let held = |form: &[u8]| text.windows(form.len()).any(|window| window == form);
        self.forms.iter().find(|(_, form)| held(form)).map(|(name, _)| *name)
    }

    /// Asserts that the secret is not in `text`.
    #[track_caller]
    pub(crate) fn absent(&self, text: &[u8], place: &str) {
        let form = self.form_in(text);
        assert!(form.is_none(), "{}: the {} is there, {}", place, self.what, form.unwrap_or_default());
    }
}

/// The digits of base64 that `secret` alone decides, when it stands after `before` other bytes.
fn base64(secret: &[u8], before: usize, last: [u8; 2]) -> Vec<u8> {
    let digits: Vec<u8> = (b'A'..=b'Z').chain(b'a'..=b'z').chain(b'0'..=b'9').chain(last).collect();
    let bit = |at: usize| secret[at / 8] >> (7 - at % 8) & 1;
    // The first digit that begins inside the secret.
    let first = (6 - 8 * before % 6) % 6;
    let whole = (8 * secret.len() - first) / 6;
    (0..whole)
        .map(|digit| (0..6).fold(0, |value, i| 2 * value + bit(first + 6 * digit + i)))
        .map(|d| digits[usize::from(d)])
        .collect()
}

/// All files below a folder.
pub(crate) fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let (mut folders, mut files) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files
}

#[test]
fn the_search_finds_what_is_there() {
    let secret: Vec<u8> = (100..132).collect();
    let needle = Needle::new("planted", &secret);
    // "defgh…" after none, one and two bytes, as `base64` of coreutils writes them.
    for text in [
        "ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1+f4CBgoM=",
        "eGRlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn+AgYKD",
        "eHhkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ent8fX5/gIGCgw==",
    ] {
        assert_eq!(needle.form_in(text.as_bytes()), Some("in base64"), "{text}");
    }
    assert_eq!(needle.form_in(format!("x{}x", hex::encode(&secret)).as_bytes()), Some("in hex"));
    assert_eq!(needle.form_in(format!("{secret:?}").as_bytes()), Some("as a list of numbers"));
    assert_eq!(needle.form_in(&[b"x", &secret[..], b"x"].concat()), Some("as it is"));
    assert_eq!(needle.form_in(&secret[1..]), None);
}
