//! Bundles that are none: the container, its length prefixes and its one encoding.

use crate::{
    index::Part,
    layout::Layout,
    set::{ALLOW, Outcome, Set},
};

const SAME: &str = "valid/same/bundle.pot";

pub(crate) fn add(set: &mut Set) {
    container(set);
    truncated(set);
    lengths(set);
    tags(set);
}

fn container(set: &mut Set) {
    set.class("container");
    let good = set.get(SAME).to_vec();
    let same = Layout::of(&good);
    let magic = "does not begin with 'POTBUNDL'";
    let file = |set: &mut Set, name, bytes: Vec<u8>, reason, why| set.bundle(name, bytes, &[], Outcome(3, reason, why));
    file(set, "empty", vec![], magic, "An empty file is no bundle.");
    file(set, "magic-lower-case", same.put(&[("magic", b"potbundl")]), magic, "The magic has one spelling.");
    file(set, "magic-of-a-key", same.put(&[("magic", b"POTVKEY1")]), magic, "That is the magic of a verifying key.");
    file(set, "byte-order-mark", [b"\xef\xbb\xbf", &good[..]].concat(), magic, "Nothing stands before the magic.");
    file(set, "hexadecimal", hex::encode(&good).into_bytes(), magic, "The file is binary; its hex is no bundle.");
    let gzip = [b"\x1f\x8b\x08\0\0\0\0\0\0\xff", &good[..]].concat();
    file(set, "gzip-header", gzip, magic, "A bundle is never compressed, and nothing is ever unpacked.");
    for (name, version, reason) in [
        ("version-0", 0u16, "bundle has format version 0"),
        ("version-2", 2, "bundle has format version 2"),
        ("version-little-endian", 0x0100, "bundle has format version 256"),
    ] {
        let why = "Only version 1 is read, and integers are big-endian.";
        file(set, name, same.put(&[("version", &version.to_be_bytes())]), reason, why);
    }
    let (left, why) = ("left over after the value", "Every byte belongs to the bundle.");
    file(set, "trailing-zero", [&good[..], b"\0"].concat(), left, why);
    file(set, "trailing-line-feed", [&good[..], b"\n"].concat(), left, why);
    file(set, "twice", good.repeat(2), left, "One file holds one bundle.");
    file(set, "leading-zero", [b"\0", &good[..]].concat(), magic, "Nothing stands before the magic.");
    let room = 64 * 1024 - good.len();
    for (name, zeros, reason) in
        [("padded-to-64-kib", room, left), ("over-64-kib", room + 1, "larger than 65536 bytes")]
    {
        let path = set.path(name, "pot");
        let zeros = Part::Hex { hex: "00".to_owned(), times: zeros };
        set.make(&path, vec![Part::slice(SAME, 0..good.len()), zeros]);
        set.vector(
            name,
            &["verify", &path, ALLOW],
            Outcome(3, reason, "A bundle has at most 64 KiB, all of them used."),
        );
    }
}

/// The bundle cut off where each of its fields begins, and before its last byte.
fn truncated(set: &mut Set) {
    set.class("truncated");
    let good = set.get(SAME).to_vec();
    let fields: Vec<_> = Layout::of(&good).fields().map(|(name, at)| (name.replace(' ', "-"), at.start)).collect();
    let last = ("the-last-byte".to_owned(), good.len() - 1);
    for (field, end) in fields.into_iter().chain([last]).filter(|(_, end)| *end > 0) {
        let (name, path) = (format!("before-{field}"), set.path(&format!("before-{field}"), "pot"));
        set.make(&path, vec![Part::slice(SAME, 0..end)]);
        let reason = if end < 10 { "does not begin with 'POTBUNDL'" } else { "the file is truncated" };
        set.vector(&name, &["verify", &path, ALLOW], Outcome(3, reason, "The file ends inside the bundle."));
    }
}

/// Lengths inside the bundle that promise more than there is, or another split of the same bytes.
fn lengths(set: &mut Set) {
    set.class("length");
    let same = Layout::of(set.get(SAME));
    let texts =
        ["reference name", "reference architecture", "reference dtype", "candidate name", "candidate architecture"];
    let texts = texts.into_iter().chain(["candidate dtype", "policy name", "family name"]);
    for text in texts {
        let name = format!("{}-huge", text.replace(' ', "-"));
        let bytes = same.put(&[(&format!("{text} length"), &u64::MAX.to_be_bytes())]);
        let why = "A length of 2^64 − 1 must not be added to anything, nor memory be asked for it.";
        set.bundle(&name, bytes, &[], Outcome(3, "larger than any valid value", why));
    }
    for (name, field, length, reason) in [
        ("files-huge", "reference files", u64::MAX, "larger than any valid value"),
        ("files-2-to-the-63", "candidate files", 1 << 63, "larger than any valid value"),
        ("files-times-size-overflows", "candidate files", u64::MAX / 56 + 1, "larger than any valid value"),
        ("files-many", "reference files", 1 << 16, "larger than any valid value"),
        ("files-few", "reference files", 3, "bundle:"),
        ("name-as-long-as-the-limit", "reference name length", 1 << 20, "larger than any valid value"),
        ("name-longer-than-the-file", "reference name length", 1 << 15, "the file is truncated"),
        ("name-longer-by-one", "reference name length", 13, "the file is truncated"),
        ("name-shorter-by-one", "reference name length", 11, "larger than any valid value"),
        ("name-of-no-bytes", "family name length", 0, "bundle:"),
    ] {
        let why = "A length that is not that of what follows makes everything after it something else.";
        set.bundle(name, same.put(&[(field, &length.to_be_bytes())]), &[], Outcome(3, reason, why));
    }
    let little = same.get("policy name length").iter().rev().copied().collect::<Vec<_>>();
    let why = "Lengths are big-endian.";
    let bytes = same.put(&[("policy name length", &little)]);
    set.bundle("little-endian", bytes, &[], Outcome(3, "larger than any valid value", why));
}

/// Tags and flags that no value has.
fn tags(set: &mut Set) {
    set.class("encoding");
    let same = Layout::of(set.get(SAME));
    let own_nonce = same.get("nonce source")[4..].to_vec();
    let nonce_tag = |tag: u32| [&tag.to_be_bytes()[..], &own_nonce].concat();
    let tag = |n: u32| n.to_be_bytes().to_vec();
    for (name, field, bytes, reason) in [
        ("grade-2", "grade", vec![2], "malformed value"),
        ("grade-255", "grade", vec![255], "malformed value"),
        ("previous-flag-2", "previous", vec![2], "malformed value"),
        ("corpus-flag-2", "corpus", vec![2], "malformed value"),
        ("verdict-3", "verdict", tag(3), "malformed value"),
        ("verdict-little-endian", "verdict", vec![1, 0, 0, 0], "malformed value"),
        ("capacity-2", "capacity", tag(2), "malformed value"),
        ("capacity-as-a-number", "capacity", tag(128), "malformed value"),
        ("kind-4", "kind", tag(4), "malformed value"),
        ("positions-tag-2", "positions", [tag(2), tag(4)].concat(), "malformed value"),
        ("model-source-2", "reference source", tag(2), "malformed value"),
        ("model-is-an-endpoint", "candidate source", tag(1), "bundle:"),
        ("nonce-source-4", "nonce source", nonce_tag(4), "malformed value"),
        ("nonce-of-a-counterparty", "nonce source", nonce_tag(1), "larger than any valid value"),
        ("previous-flag-without-digest", "previous", vec![1], "malformed value"),
        ("corpus-flag-without-digest", "corpus", vec![1], "malformed value"),
        ("statement-version-0", "statement version", vec![0, 0], "statement has format version 0"),
        ("statement-version-2", "statement version", vec![0, 2], "statement has format version 2"),
        ("registration-version-0", "registration version", vec![0, 0], "registration has format version 0"),
        ("registration-version-2", "registration version", vec![0, 2], "registration has format version 2"),
    ] {
        let why = "Each flag, tag and version has few values, and every other one is refused, not read as one of them.";
        set.bundle(name, same.put(&[(field, &bytes)]), &[], Outcome(3, reason, why));
    }
    for (name, text) in [
        ("name-not-utf-8", b"builtin:\xff\xfe".as_slice()),
        ("name-overlong-utf-8", b"builtin:\xc0\xaf"),
        ("name-surrogate", b"builtin:\xed\xa0\x80"),
    ] {
        let why = "Texts are UTF-8, each character in its one encoding.";
        let bytes = same.put_text("candidate name", text);
        set.bundle(name, bytes, &[], Outcome(3, "malformed value", why));
    }
}
