//! The report for people, on one screen: what is claimed in words, what that rests on, what was not looked at.

use std::{
    ffi::OsString,
    io::{self, IsTerminal, Write},
};

use pot_protocol::digest::Digest;
use pot_verifier::{Assurance, Report, acceptance::Demand};

use crate::output::labelled;

/// Columns of a line on a terminal. Elsewhere lines are left whole, for programs that look through them.
const WIDTH: usize = 100;

/// How something is shown on a terminal.
#[derive(Clone, Copy)]
enum Style {
    Good,
    Bad,
    Careful,
    Title,
    Plain,
}

struct Screen<W> {
    out: W,
    terminal: bool,
    colour: bool,
}

/// Writes a report to stdout.
pub(crate) fn report(report: &Report, demands: Option<&[Demand]>) -> io::Result<()> {
    let out = io::stdout().lock();
    let terminal = out.is_terminal();
    let colour = terminal && !is_plain(|name| std::env::var_os(name));
    let mut screen = Screen { out, terminal, colour };
    screen.verdict(report)?;
    screen.models(report)?;
    screen.trust(report)?;
    for demand in demands.unwrap_or_default() {
        let (title, style) = if demand.met { ("met", Style::Good) } else { ("NOT MET", Style::Bad) };
        screen.item(title, style, &format!("{} (there is: {})", demand.demanded, demand.found))?;
    }
    screen.out.flush()
}

/// Whether a terminal's variables refuse colours.
fn is_plain(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    // https://no-color.org: any value that is not empty.
    variable("NO_COLOR").is_some_and(|v| !v.is_empty()) || variable("TERM").is_some_and(|term| term == "dumb")
}

impl<W: Write> Screen<W> {
    fn verdict(&mut self, report: &Report) -> io::Result<()> {
        let grade = report.grade.map(|g| format!(" ({g})")).unwrap_or_default();
        let style = match report.verdict {
            "SAME" => Style::Good,
            "DIFFERENT" => Style::Bad,
            _ => Style::Careful,
        };
        let verdict = self.styled(style, report.verdict);
        writeln!(self.out, "{verdict}{grade} after {} challenges", report.n)?;
        self.item("in words", Style::Title, &report.bound)?;
        if let Some(consequence) = &report.consequence {
            self.item("in words", Style::Title, consequence)?;
        }
        let (style, worth) = match report.assurance {
            Assurance::None => (Style::Bad, "a proof that whoever made its key could have forged"),
            Assurance::Arithmetic => (
                Style::Careful,
                "the verdict follows from the committed scores; that they came from these models is not shown",
            ),
            _ => (
                Style::Good,
                "the verdict follows from the committed scores, and the candidate's answers behind them are signed",
            ),
        };
        let level = self.styled(style, report.assurance.name());
        writeln!(self.out, "  assurance: {level} ({worth})")
    }

    fn models(&mut self, report: &Report) -> io::Result<()> {
        let weights = |digest: Option<Digest>, settings: &Option<String>| match (digest, settings) {
            (Some(digest), _) => format!("weights {digest}"),
            (None, Some(settings)) => format!("an endpoint, weights not at hand; asked by {}", settings.escape_debug()),
            (None, None) => "weights not at hand".to_owned(),
        };
        let reference = weights(report.reference_weights, &report.reference_settings);
        let candidate = weights(report.candidate_weights, &report.candidate_settings);
        self.field("reference", &format!("{} ({reference})", report.reference.escape_debug()))?;
        self.field("candidate", &format!("{} ({candidate})", report.candidate.escape_debug()))?;
        self.field("challenges", &report.challenges.escape_debug().to_string())?;
        self.field("policy", &format!("{} ({} scores)", report.policy.escape_debug(), report.kind))?;
        self.field("attempts", &format!("{} in all, at most {} for one answer", report.attempts.0, report.attempts.1))?;
        self.field("registered", &self::times(report.registered_due_sealed))?;
        writeln!(self.out, "  registrations known for this pair: at least {}", report.registrations_known)?;
        self.field("statement", &report.statement_digest.to_string())?;
        let key = &report.trusted_key;
        self.field("key", &format!("{}{}; {}", key.id, labelled(key), key.provenance))
    }

    fn trust(&mut self, report: &Report) -> io::Result<()> {
        for line in &report.verified {
            self.item("verified", Style::Good, line)?;
        }
        for line in &report.not_given {
            self.item("not given", Style::Plain, line)?;
        }
        for trustee in &report.trusted_for {
            self.item("trusted", Style::Plain, &format!("{}: {}", trustee.who, trustee.what))?;
        }
        for line in &report.warnings {
            self.item("warning", Style::Careful, line)?;
        }
        Ok(())
    }

    fn field(&mut self, name: &str, text: &str) -> io::Result<()> {
        self.line(&format!("  {name:<10} "), 13, text)
    }

    fn item(&mut self, title: &str, style: Style, text: &str) -> io::Result<()> {
        let shown = self.styled(style, title);
        self.line(&format!("  {shown}: "), 4, text)
    }

    /// A line with a beginning, broken between words where it is for a terminal.
    fn line(&mut self, begin: &str, indent: usize, text: &str) -> io::Result<()> {
        write!(self.out, "{begin}")?;
        if !self.terminal {
            return writeln!(self.out, "{text}");
        }
        let mut column = indent + 8;
        for (i, word) in text.split(' ').enumerate() {
            let length = word.chars().count() + 1;
            if i > 0 && column + length > WIDTH {
                write!(self.out, "\n{:indent$}", "")?;
                column = indent;
            } else if i > 0 {
                write!(self.out, " ")?;
            }
            write!(self.out, "{word}")?;
            column += length;
        }
        writeln!(self.out)
    }

    fn styled(&self, style: Style, text: &str) -> String {
        let code = match style {
            Style::Good => "32",
            Style::Bad => "31",
            Style::Careful => "33",
            Style::Title => "1",
            Style::Plain => return text.to_owned(),
        };
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// When it was registered, sealed and due, for people.
fn times([registered, due, sealed]: [u64; 3]) -> String {
    // Times come out of a file: those beyond the year 9999 are not shown as dates.
    let shown = |seconds: u64| match seconds {
        0..=253_402_300_799 => {
            humantime::format_rfc3339_seconds(std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds))
                .to_string()
        }
        _ => format!("{seconds} s after 1970"),
    };
    format!("{}, sealed {}, due {} (the auditor's clock)", shown(registered), shown(sealed), shown(due))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // tests may panic

    use std::path::Path;

    use pot_verifier::{Evidence, check, trust::TrustStore};

    use super::*;

    fn on(terminal: bool, colour: bool, write: impl FnOnce(&mut Screen<Vec<u8>>) -> io::Result<()>) -> String {
        let mut screen = Screen { out: vec![], terminal, colour };
        assert!(write(&mut screen).is_ok());
        String::from_utf8_lossy(&screen.out).into_owned()
    }

    #[test]
    fn colours_are_for_terminals_alone_and_can_be_refused() {
        let item = |screen: &mut Screen<Vec<u8>>| screen.item("warning", Style::Careful, "text");
        assert_eq!(on(true, true, item), "  \x1b[33mwarning\x1b[0m: text\n");
        assert_eq!(on(true, false, item), "  warning: text\n");
        assert_eq!(on(false, false, item), "  warning: text\n");
    }

    #[test]
    fn colours_are_refused_by_variables() {
        let plain = |name: &str, value: &str| is_plain(|asked| (asked == name).then(|| value.into()));
        assert!(plain("NO_COLOR", "1") && plain("TERM", "dumb"));
        assert!(!plain("NO_COLOR", "") && !plain("TERM", "xterm") && !plain("COLOR", "1"));
    }

    #[test]
    fn verdict_and_assurance_have_the_colour_of_what_they_say() {
        let vector = |name: &str| {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../test-vectors/v1/valid/forgeable");
            std::fs::read(folder.join(name)).unwrap()
        };
        let mut trust = TrustStore::new(true);
        trust.add(&vector("verifying.key")).unwrap();
        let mut report = check(&vector("bundle.pot"), &trust, &Evidence::default()).unwrap();
        let (good, bad, careful) = (32, 31, 33);
        for (verdict, colour) in [("SAME", good), ("DIFFERENT", bad), ("SAME-TOPK", careful), ("UNDECIDED", careful)] {
            report.verdict = verdict;
            let said = on(true, true, |screen| screen.verdict(&report));
            assert!(said.starts_with(&format!("\x1b[{colour}m{verdict}\x1b[0m after 11 challenges")), "{said}");
        }
        for (level, colour, worth) in [
            (Assurance::None, bad, "a proof that whoever made its key could have forged"),
            (Assurance::Arithmetic, careful, "that they came from these models is not shown"),
            (Assurance::Signed, good, "the candidate's answers behind them are signed"),
        ] {
            report.assurance = level;
            let said = on(true, true, |screen| screen.verdict(&report));
            assert!(said.contains(&format!("\x1b[{colour}m{}\x1b[0m (", level.name())), "{said}");
            assert!(said.contains(worth), "{said}");
        }
    }

    #[test]
    fn lines_are_broken_on_terminals_alone() {
        let text = "word ".repeat(60).trim_end().to_owned();
        let item = |screen: &mut Screen<Vec<u8>>| screen.item("verified", Style::Plain, &text);
        assert_eq!(on(false, false, item).lines().count(), 1);
        let broken = on(true, false, item);
        assert!(broken.lines().count() > 3 && broken.lines().all(|line| line.chars().count() <= WIDTH), "{broken}");
        assert_eq!(broken.split_whitespace().filter(|word| *word == "word").count(), 60);
    }

    #[test]
    fn a_line_is_broken_where_the_next_word_does_not_fit() {
        // The first line begins at column 12 of 100, the others at 4; a word takes its blank along.
        let item = |lengths: &[usize]| {
            let words: Vec<_> = lengths.iter().map(|length| "x".repeat(*length)).collect();
            on(true, false, |screen| screen.item("said", Style::Plain, &words.join(" ")))
        };
        let x = |length: usize| "x".repeat(length);
        assert_eq!(item(&[40, 46]), format!("  said: {} {}\n", x(40), x(46)));
        assert_eq!(item(&[40, 47]), format!("  said: {}\n    {}\n", x(40), x(47)));
        assert_eq!(item(&[90, 47, 47]), format!("  said: {}\n    {} {}\n", x(90), x(47), x(47)));
        assert_eq!(item(&[90, 47, 48]), format!("  said: {}\n    {}\n    {}\n", x(90), x(47), x(48)));
        // The first word stays, however long it is.
        assert_eq!(item(&[200]), format!("  said: {}\n", x(200)));
    }

    #[test]
    fn times_are_dates_as_far_as_there_are_any() {
        let text = times([0, 253_402_300_799, u64::MAX]);
        assert!(text.starts_with("1970-01-01T00:00:00Z, sealed 18446744073709551615 s after 1970"), "{text}");
        assert!(text.contains("due 9999-12-31T23:59:59Z"), "{text}");
    }
}
