//! The one owner of stdout and stderr: data on stdout, talk on stderr.

use std::{
    io::{self, IsTerminal, Write},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};
use pot_protocol::text::is_unprintable;
use pot_prover::error::ProverError;
use serde::Serialize;

/// Writes one JSON document to stdout.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, value)?;
    writeln!(out)?;
    Ok(out.flush()?)
}

/// Writes raw data to stdout.
pub(crate) fn data(bytes: &[u8]) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    Ok(out.flush()?)
}

/// Talks to the user on stderr. A closed stderr must not stop a run, so failures to write are let go.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Writes an error as one line.
pub(crate) fn error(error: &anyhow::Error) {
    let text = error.downcast_ref::<ProverError>().map_or_else(|| format!("{error:#}"), ToString::to_string);
    // Parts of a message may come out of hostile files: one line, and nothing that a terminal would obey.
    let line: String = text.chars().map(|c| if is_unprintable(c) { ' ' } else { c }).collect();
    say(&format!("pot-prove: {line}"));
}

/// Progress of one long step: a bar on a terminal, plain lines otherwise.
pub(crate) struct Steps {
    bar: Option<ProgressBar>,
    last: String,
}

impl Steps {
    /// A spinner with a message.
    pub(crate) fn begin(message: &str) -> Self {
        let bar = io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} [{elapsed}]") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        let mut steps = Self { bar, last: String::new() };
        steps.show(message, true);
        steps
    }

    /// Shows a new message; off a terminal only when it is a milestone.
    pub(crate) fn show(&mut self, message: &str, milestone: bool) {
        match &self.bar {
            Some(bar) => bar.set_message(message.to_owned()),
            None if milestone && self.last != message => say(message),
            None => return,
        }
        message.clone_into(&mut self.last);
    }

    /// Ends the step with a last line.
    pub(crate) fn end(self, message: &str) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        say(message);
    }
}

/// Progress of hashing large files: a bar on a terminal, and one plain line otherwise when it takes long.
#[cfg(feature = "inference")]
pub(crate) struct Hashing {
    bar: Option<ProgressBar>,
    said: std::sync::atomic::AtomicBool,
}

#[cfg(feature = "inference")]
impl Hashing {
    /// Files below this need no progress.
    const LARGE: u64 = 256 << 20;

    pub(crate) fn begin() -> Self {
        let bar = io::stderr().is_terminal().then(ProgressBar::new_spinner);
        Self { bar, said: std::sync::atomic::AtomicBool::new(false) }
    }

    pub(crate) fn show(&self, what: impl std::fmt::Display, done: u64, all: u64) {
        if all < Self::LARGE {
            return;
        }
        match &self.bar {
            Some(bar) => bar.set_message(format!("hashing the {what}: {} of {} MiB", done >> 20, all >> 20)),
            None if !self.said.swap(true, std::sync::atomic::Ordering::Relaxed) => {
                say(&format!("hashing the {what}: {} MiB", all >> 20));
            }
            None => {}
        }
    }

    pub(crate) fn end(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
