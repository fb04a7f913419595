//! Signed notes (c2sp.org/signed-note) and the keys that they are checked with: Ed25519, plain (type 0x01) or as a
//! cosignature with a time (type 0x04, c2sp.org/tlog-cosignature).

use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek as ed25519;
use pot_protocol::digest::Digest;

/// Most signatures of a note.
const MOST_SIGNATURES: usize = 64;

/// What a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The text of a note.
    Note = 0x01,
    /// The text of a checkpoint, with a time before it.
    Cosignature = 0x04,
}

/// A key of a log or a witness, by the name that it signs under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteKey {
    name: String,
    id: [u8; 4],
    kind: Kind,
    key: ed25519::VerifyingKey,
}

/// Why a text is no key of a log or a witness.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteKeyError {
    /// It has another form.
    #[error("no verifier key: expected is NAME+HASH+KEY on one line, as c2sp.org/signed-note has it")]
    Form,
    /// A type of key that is not known.
    #[error("a verifier key of type {0:#04x}, known are Ed25519 keys of logs (0x01) and witnesses (0x04)")]
    Type(u8),
    /// The hash is another key's.
    #[error("a verifier key whose hash is not that of its name and key")]
    Id,
    /// It is not of the kind that is asked for.
    #[error("'{name}' is the key of a {found}, expected is that of a {expected}")]
    Role {
        /// Its name.
        name: String,
        /// Whose it is.
        found: &'static str,
        /// Whose it should be.
        expected: &'static str,
    },
}

impl NoteKey {
    /// Reads a verifier key of a log: it signs checkpoints, without a time.
    ///
    /// # Errors
    /// [`NoteKeyError`].
    pub fn log(vkey: &str) -> Result<Self, NoteKeyError> {
        Self::of(vkey, Kind::Note)
    }

    /// Reads a verifier key of a witness: it cosigns checkpoints and says when.
    ///
    /// # Errors
    /// [`NoteKeyError`].
    pub fn witness(vkey: &str) -> Result<Self, NoteKeyError> {
        Self::of(vkey, Kind::Cosignature)
    }

    fn of(vkey: &str, expected: Kind) -> Result<Self, NoteKeyError> {
        let whose = |kind| if kind == Kind::Note { "log" } else { "witness" };
        let key = Self::read(vkey)?;
        if key.kind == expected {
            return Ok(key);
        }
        let name = key.name.escape_debug().to_string();
        Err(NoteKeyError::Role { name, found: whose(key.kind), expected: whose(expected) })
    }

    fn read(vkey: &str) -> Result<Self, NoteKeyError> {
        let mut parts = vkey.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteKeyError::Form);
        };
        let bytes = STANDARD.decode(key).map_err(|_| NoteKeyError::Form)?;
        let (&kind, key) = bytes.split_first().ok_or(NoteKeyError::Form)?;
        if !is_name(name) || id.len() != 8 || id.contains(|c: char| !matches!(c, '0'..='9' | 'a'..='f')) {
            return Err(NoteKeyError::Form);
        }
        let kind = match kind {
            0x01 => Kind::Note,
            0x04 => Kind::Cosignature,
            other => return Err(NoteKeyError::Type(other)),
        };
        let key: &[u8; 32] = key.try_into().map_err(|_| NoteKeyError::Form)?;
        let key = ed25519::VerifyingKey::from_bytes(key).ok().filter(|key| !key.is_weak()).ok_or(NoteKeyError::Form)?;
        let computed = Digest::of(&[name.as_bytes(), b"\n", &[kind as u8], key.as_bytes()].concat());
        let computed = computed.0.first_chunk().copied().ok_or(NoteKeyError::Form)?;
        if hex::encode(computed) != id {
            return Err(NoteKeyError::Id);
        }
        Ok(Self { name: name.to_owned(), id: computed, kind, key })
    }

    /// The name that it signs under.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether a signature is said to be by this key.
    pub(crate) fn is_named_by(&self, signature: &NoteSignature<'_>) -> bool {
        self.name == signature.name && self.id == signature.id
    }

    /// The time that a signature of this key says, 0 for a log's; nothing where it does not hold over `text`.
    pub(crate) fn holds(&self, text: &str, signature: &[u8]) -> Option<u64> {
        let (time, message, signature) = match self.kind {
            Kind::Note => (0, text.to_owned(), signature),
            Kind::Cosignature => {
                let (time, signature) = signature.split_first_chunk()?;
                let time = u64::from_be_bytes(*time);
                (time, format!("cosignature/v1\ntime {time}\n{text}"), signature)
            }
        };
        // A larger one is none (c2sp.org/tlog-cosignature).
        i64::try_from(time).ok()?;
        let signature = ed25519::Signature::from_slice(signature).ok()?;
        self.key.verify_strict(message.as_bytes(), &signature).ok().map(|()| time)
    }
}

/// A signature of a note, not checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NoteSignature<'a> {
    pub(crate) name: &'a str,
    id: [u8; 4],
    pub(crate) signature: Vec<u8>,
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}

/// Takes a note apart: its text, which ends in a newline, and its signatures. What is wrong with it otherwise.
pub(crate) fn read_note(note: &str) -> Result<(&str, Vec<NoteSignature<'_>>), &'static str> {
    if note.contains(|c: char| c < ' ' && c != '\n') {
        return Err("it has control characters");
    }
    let at = note.rfind("\n\n").ok_or("no empty line stands between its text and its signatures")?;
    let (text, lines) = note.split_at_checked(at + 1).ok_or("it has no text")?;
    let lines =
        lines.strip_prefix('\n').and_then(|lines| lines.strip_suffix('\n')).ok_or("its last line has no end")?;
    let mut signatures = vec![];
    for line in lines.split('\n') {
        let read = || {
            let (name, base64) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
            let bytes = STANDARD.decode(base64).ok()?;
            let (id, signature) = bytes.split_first_chunk()?;
            let found = NoteSignature { name, id: *id, signature: signature.to_vec() };
            Some(found).filter(|found| is_name(name) && !found.signature.is_empty())
        };
        signatures.push(read().ok_or("a line after its text is no signature")?);
        if signatures.len() > MOST_SIGNATURES {
            return Err("it has more than 64 signatures");
        }
    }
    Ok((text, signatures))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may panic

    use super::*;

    /// The example of c2sp.org/signed-note.
    const KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    const NOTE: &str = "This is an example message.\n\n\u{2014} example.com/foo \
                        Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

    #[test]
    fn the_published_example_holds() {
        let key = NoteKey::log(KEY).unwrap();
        let (text, signatures) = read_note(NOTE).unwrap();
        assert_eq!((text, key.name()), ("This is an example message.\n", "example.com/foo"));
        let [signature] = &signatures[..] else { panic!("{signatures:?}") };
        assert!(key.is_named_by(signature));
        assert_eq!(key.holds(text, &signature.signature), Some(0));
        assert_eq!(key.holds("This is an example message!\n", &signature.signature), None);
    }

    #[test]
    fn keys_of_other_forms_types_and_roles_are_refused() {
        assert_eq!(NoteKey::log(&KEY.replace("530d903a", "530d903b")), Err(NoteKeyError::Id));
        assert_eq!(NoteKey::log(&KEY.replace("foo", "fop")), Err(NoteKeyError::Id));
        for (from, to) in [
            ("530d903a", "530D903A"),
            ("530d903a", "530d90"),
            ("example.com/foo", ""),
            ("example.com/foo", "example com"),
            ("U2k", "U2"),
            ("+Aeky", "+Ae-y"),
            ("example.com/foo+", ""),
        ] {
            assert_eq!(NoteKey::log(&KEY.replace(from, to)), Err(NoteKeyError::Form), "{from} {to}");
        }
        assert_eq!(NoteKey::log(&KEY.replace("+Aeky", "+Beky")), Err(NoteKeyError::Type(5)));
        // Under the neutral element one signature holds for many texts.
        let weak = [&[1, 1][..], &[0; 31]].concat();
        let id = Digest::of(&[b"weak\n", &weak[..]].concat());
        let weak = format!("weak+{}+{}", hex::encode(&id.0[..4]), STANDARD.encode(weak));
        assert_eq!(NoteKey::log(&weak), Err(NoteKeyError::Form));
        assert!(matches!(NoteKey::witness(KEY), Err(NoteKeyError::Role { found: "log", .. })));
    }

    #[test]
    fn notes_of_another_form_are_refused() {
        for (from, to) in [
            ("\n\n", "\n"),
            ("message.", "mess\tage."),
            ("\u{2014} ", "- "),
            ("\u{2014} example.com/foo ", "\u{2014} "),
            ("example.com/foo ", "example+com "),
            ("=\n", "="),
            ("=\n", "=\n\n"),
            ("=\n", "=\nmore\n"),
            ("aQM=", "aQN="),
            ("Uw2QOkn8", "Uw2Q\u{2014}kn8"),
        ] {
            assert!(NOTE.contains(from), "{from}");
            assert!(read_note(&NOTE.replace(from, to)).is_err(), "{from} {to}");
        }
        let line = NOTE.split_once("\n\n").unwrap().1;
        assert_eq!(read_note(&format!("text\n\n{}", line.repeat(64))).unwrap().1.len(), 64);
        assert!(read_note(&format!("text\n\n{}", line.repeat(65))).is_err());
        assert!(read_note("").is_err() && read_note("\n\n").is_err());
    }
}
