//! The tables in Markdown.

use pot_bench_rule::{
    blind::SHARES,
    nulls::Null,
    power::{Power, Tally},
    rates::Rate,
    setting::Setting,
};
use pot_protocol::policy::Claim;

fn row(first: impl Into<String>, cells: impl IntoIterator<Item = String>) -> String {
    let cells: Vec<String> = std::iter::once(first.into()).chain(cells).collect();
    format!("| {} |", cells.join(" | "))
}

/// The first two lines of a table whose columns are numbers.
fn header<'a>(first: &str, names: impl IntoIterator<Item = &'a str>) -> [String; 2] {
    let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
    let rule = format!("|---|{}", "--:|".repeat(names.len()));
    [row(first, names), rule]
}

/// A table for each claim: nulls against policies.
pub(crate) fn rates(settings: &[Setting], nulls: &[Null], rates: &[Rate]) -> Vec<String> {
    let mut lines = Vec::new();
    for claim in [Claim::Same, Claim::Different] {
        lines.extend([String::new(), format!("**False {claim}, %**"), String::new()]);
        lines.extend(header("null", settings.iter().map(|s| s.name)));
        lines.push(row("α", settings.iter().map(|s| (100.0 * s.alpha).to_string())));
        for &null in nulls {
            let of = |s: &Setting| rates.iter().find(|r| r.policy == s.name && r.claim == claim && r.null == null);
            let cell =
                |r: &Rate| format!("{:.3} ≤ {:.3}", 100.0 * f64::from(r.events) / f64::from(r.runs), 100.0 * r.upper());
            lines.push(row(null.label(), settings.iter().filter_map(of).map(cell)));
        }
    }
    lines
}

fn ratio(ours: &Tally, theirs: &Tally) -> String {
    let late = f64::from(ours.late()) / f64::from(theirs.late());
    format!("{:.2} / {late:.2}", ours.mean() / theirs.mean())
}

fn stops(tally: &Tally) -> String {
    format!("{:.1} / {}", tally.mean(), tally.late())
}

/// The share that decides, in words that say which way.
fn decided(tally: &Tally) -> String {
    let runs = f64::from(tally.runs());
    let words = [("S", tally.same), ("D", tally.different)].into_iter().filter(|(_, count)| *count > 0);
    let words: Vec<String> = words
        .map(|(word, count)| match f64::from(count) / runs {
            share if share < 0.0005 => format!("{word} < 0.001"),
            share => format!("{word} {share:.3}"),
        })
        .collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}

/// A table for each policy: scenarios against ways to decide.
pub(crate) fn power(settings: &[Setting], cells: &[Power]) -> Vec<String> {
    let columns = ["decided", "n", "mixture", "ratio", "n from 1", "mixture from 1", "ratio", "Bernstein decides", "n"];
    let mut lines = Vec::new();
    for s in settings {
        let title = format!("**{}** (α = {}, γ = {})", s.name, s.alpha, s.gamma);
        lines.extend([String::new(), title, String::new()]);
        lines.extend(header("scores", columns));
        for c in cells.iter().filter(|c| c.policy == s.name) {
            let cells = [
                decided(&c.rule),
                stops(&c.rule),
                stops(&c.mixture),
                ratio(&c.rule, &c.mixture),
                stops(&c.early_rule),
                stops(&c.early_mixture),
                ratio(&c.early_rule, &c.early_mixture),
                decided(&c.bernstein),
                stops(&c.bernstein),
            ];
            lines.push(row(c.label.as_str(), cells));
        }
    }
    lines
}

/// One table: how often a partly different model is SAME.
pub(crate) fn blind(settings: &[Setting], rows: &[[f64; SHARES.len()]]) -> Vec<String> {
    let mut lines = vec![String::new()];
    lines.extend(header("half a nat off or more on", settings.iter().map(|s| s.name)));
    for (i, share) in SHARES.iter().enumerate() {
        lines.push(row(format!("{share} %"), rows.iter().map(|row| format!("{:.3}", row[i]))));
    }
    lines
}
