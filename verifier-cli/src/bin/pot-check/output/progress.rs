//! How far a long job is, on stderr: a counter that stays in its line on a terminal, elsewhere a line now and then.

use std::{
    io::{self, IsTerminal, Write},
    time::{Duration, Instant},
};

/// How often a terminal's counter is written anew.
const ON_A_TERMINAL: Duration = Duration::from_millis(100);
/// How often a line is written where nobody may be looking.
const ELSEWHERE: Duration = Duration::from_secs(5);

/// A counter of things done.
pub(crate) struct Progress {
    what: &'static str,
    done: usize,
    total: usize,
    terminal: bool,
    written: Instant,
    /// Whether the terminal's line holds a counter.
    shown: bool,
}

impl Progress {
    /// Counts to `total`; the first words come when some time has gone by.
    pub(crate) fn new(what: &'static str, total: usize) -> Self {
        let terminal = io::stderr().is_terminal();
        Self { what, done: 0, total, terminal, written: Instant::now(), shown: false }
    }

    /// So many more are done. That a counter cannot be written stops nothing.
    pub(crate) fn add(&mut self, done: usize) {
        self.done += done;
        let pause = if self.terminal { ON_A_TERMINAL } else { ELSEWHERE };
        if self.written.elapsed() < pause {
            return;
        }
        self.written = Instant::now();
        let (begin, end) = if self.terminal { ("\r", "") } else { ("pot-check: ", "\n") };
        let mut out = io::stderr().lock();
        let _ = write!(out, "{begin}{} {} of {}{end}", self.what, self.done, self.total).and_then(|()| out.flush());
        self.shown = self.terminal;
    }

    /// Clears the counter away.
    pub(crate) fn end(self) {
        if self.shown {
            let width = self.width();
            let _ = write!(io::stderr(), "\r{:width$}\r", "");
        }
    }

    /// Columns of the longest counter.
    fn width(&self) -> usize {
        self.what.len() + 2 * self.total.to_string().len() + 5
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_when_some_time_has_gone_by() {
        let mut progress = Progress::new("checked", 120);
        let began = progress.written;
        progress.add(2);
        assert_eq!((progress.done, progress.written), (2, began));
        let Some(long_ago) = began.checked_sub(ELSEWHERE) else { return };
        progress.written = long_ago;
        progress.add(3);
        assert!(progress.done == 5 && progress.written >= began);
        assert_eq!(progress.width(), "checked 120 of 120".len());
    }
}
