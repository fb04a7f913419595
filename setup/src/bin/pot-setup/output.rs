//! The one owner of stdout and stderr: data on stdout, talk on stderr.

use std::{
    io::{self, IsTerminal, Write},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};

/// Writes one line of data.
pub(crate) fn data(line: &str) -> io::Result<()> {
    writeln!(io::stdout(), "{line}")
}

/// Talks to the user. A closed stderr must not stop the work, so failures to write are let go.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Writes an error as one line. The messages name their causes themselves.
pub(crate) fn error(error: &anyhow::Error) {
    say(&format!("pot-setup: {}", error.to_string().replace('\n', " ")));
}

/// What is going on: a spinner on a terminal, plain lines otherwise.
pub(crate) struct Steps {
    bar: Option<ProgressBar>,
}

impl Steps {
    pub(crate) fn begin() -> Self {
        let bar = io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} [{elapsed}]") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Self { bar }
    }

    pub(crate) fn show(&self, message: &str) {
        match &self.bar {
            Some(bar) => bar.set_message(message.to_owned()),
            None => say(message),
        }
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
