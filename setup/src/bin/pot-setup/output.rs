//! The one owner of stdout and stderr: data on stdout, talk on stderr.

use std::{
    cell::RefCell,
    io::{self, IsTerminal, Write},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};

/// Between two lines about the same work, where there is no terminal.
const INTERVAL: Duration = Duration::from_secs(10);

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

impl Steps {
    /// Shows how far each piece of long work is: always on a terminal, otherwise when it begins and every ten seconds.
    pub(crate) fn progress(&self) -> impl Fn(&str, usize, usize) + '_ {
        let last: RefCell<Option<(String, Instant)>> = RefCell::new(None);
        move |what, done, of| {
            let percent = done.saturating_mul(100) / of.max(1);
            let mut last = last.borrow_mut();
            let recent = last.as_ref().is_some_and(|(before, at)| before == what && at.elapsed() < INTERVAL);
            if self.bar.is_some() || !recent {
                self.show(&format!("{what}: {percent} %"));
                *last = Some((what.to_owned(), Instant::now()));
            }
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
