//! Names of certificates, as people read them.

use der::{Decode, asn1::AnyRef};

use super::asn1::{SEQUENCE, SET, each, inside, object, whole};

/// Longest name that is shown, in characters, and most parts of one.
const LONGEST: usize = 200;
const MOST_PARTS: usize = 32;

/// A `Name` (RFC 5280, 4.1.2.4) on one line. Nothing in it is obeyed by a terminal.
pub(super) fn shown(name: &[u8]) -> String {
    let parts = whole(name, |reader| {
        inside(reader, SEQUENCE, |reader| {
            each(reader, MOST_PARTS, |reader| {
                inside(reader, SET, |reader| {
                    each(reader, MOST_PARTS, |reader| {
                        inside(reader, SEQUENCE, |reader| Ok((object(reader)?, AnyRef::decode(reader)?)))
                    })
                })
            })
        })
    });
    let Ok(parts) = parts else { return "a name that cannot be read".to_owned() };
    let part = |(object, value): (der::asn1::ObjectIdentifier, AnyRef<'_>)| {
        let key = match object.to_string().as_str() {
            "2.5.4.3" => "CN".to_owned(),
            "2.5.4.6" => "C".to_owned(),
            "2.5.4.7" => "L".to_owned(),
            "2.5.4.8" => "ST".to_owned(),
            "2.5.4.10" => "O".to_owned(),
            "2.5.4.11" => "OU".to_owned(),
            other => other.to_owned(),
        };
        format!("{key}={}", String::from_utf8_lossy(value.value()).escape_debug())
    };
    let all = parts.into_iter().flatten().map(part).collect::<Vec<_>>().join(", ");
    match all.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", all.get(..at).unwrap_or_default()),
        None => all,
    }
}
