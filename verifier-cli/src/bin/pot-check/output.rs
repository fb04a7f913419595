//! The one owner of stdout and stderr: data on stdout, talk on stderr.

mod batch;
mod progress;

use std::io::{self, Write};

use pot_protocol::text::is_unprintable;
use pot_verifier::trust::{KeyReport, Source};
use serde::Serialize;

pub(crate) use self::{batch::batch, progress::Progress};

/// Writes one JSON document to stdout.
pub(crate) fn json(value: &impl Serialize) -> io::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, value)?;
    writeln!(out)?;
    out.flush()
}

/// Longest message that is shown, in characters.
const LONGEST: usize = 4000;

/// A message as it is shown. Parts of it may come out of hostile files: one line, nothing that a terminal would obey, and
/// not as long as the file.
pub(crate) fn shown(message: &str) -> String {
    let mut chars = message.chars().map(|c| if is_unprintable(c) { ' ' } else { c });
    let mut line: String = chars.by_ref().take(LONGEST).collect();
    if chars.next().is_some() {
        line.push('…');
    }
    line
}

/// Writes an error line to stderr. When even that fails, the exit code has to do.
pub(crate) fn error(message: &str) {
    let _ = writeln!(io::stderr(), "pot-check: {}", shown(message));
}

/// Writes raw data to stdout.
pub(crate) fn data(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

/// Writes one line of hexadecimal to stdout.
pub(crate) fn hex(bytes: &[u8]) -> io::Result<()> {
    writeln!(io::stdout(), "0x{}", hex::encode(bytes))
}

/// Writes the trusted keys to stdout.
pub(crate) fn keys(keys: &[KeyReport]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for key in keys {
        writeln!(out, "{}{}", key.id, labelled(key))?;
        let circuit = if key.known_circuit { "" } else { ", not known to this program: never used" };
        writeln!(out, "  circuit    {} (capacity {}{circuit})", key.circuit, key.capacity)?;
        writeln!(out, "  provenance {}", key.provenance)?;
        writeln!(out, "  trust      {}", key.trust)?;
    }
    out.flush()
}

/// What a key is called, and why it is trusted.
pub(crate) fn labelled(key: &KeyReport) -> String {
    let source = match key.source {
        Source::BuiltIn => "built in",
        Source::TrustFile => "from the trust file",
        Source::OwnFolder => "your own",
        _ => "named",
    };
    let label = key.label.as_deref().map(|label| format!("'{}', ", label.escape_debug())).unwrap_or_default();
    format!(" ({label}{source})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_shown_that_a_terminal_obeys_and_nothing_endless() {
        assert_eq!(shown("one\ntwo\u{1b}[31m\u{202e}three"), "one two [31m three");
        let (most, more) = ("x".repeat(LONGEST), "x".repeat(LONGEST + 1));
        assert_eq!(shown(&most), most);
        assert_eq!(shown(&more), format!("{most}\u{2026}"));
    }
}
