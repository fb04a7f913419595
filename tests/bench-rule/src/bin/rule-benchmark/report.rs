//! The tables in Markdown.

use pot_bench_rule::{
    blind::SHARES,
    nulls::Null,
    power::{Power, Tally},
    rates::Rate,
    setting::Setting,
};
use pot_protocol::policy::Claim;

fn header(first: &str, settings: &[Setting]) -> String {
    let names: Vec<&str> = settings.iter().map(|s| s.name).collect();
    format!("| {first} | {} |\n|---|{}\n", names.join(" | "), "--:|".repeat(names.len()))
}

/// A table for each claim: nulls against policies.
pub(crate) fn rates(settings: &[Setting], rates: &[Rate]) -> String {
    let mut text = String::new();
    for claim in [Claim::Same, Claim::Different] {
        text += &format!("\n**False {claim}, %**\n\n{}", header("null", settings));
        let alphas: Vec<String> = settings.iter().map(|s| format!("{}", 100.0 * s.alpha)).collect();
        text += &format!("| α | {} |\n", alphas.join(" | "));
        for null in Null::ALL {
            let cell = |s: &Setting| {
                let rate = rates.iter().find(|r| r.policy == s.name && r.claim == claim && r.null == null);
                rate.map_or(String::new(), |r| {
                    format!("{:.3} ≤ {:.3}", 100.0 * f64::from(r.events) / f64::from(r.runs), 100.0 * r.upper())
                })
            };
            text += &format!("| {} | {} |\n", null.label(), settings.iter().map(cell).collect::<Vec<_>>().join(" | "));
        }
    }
    text
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
pub(crate) fn power(settings: &[Setting], cells: &[Power]) -> String {
    let mut text = String::new();
    for s in settings {
        text += &format!("\n**{}** (α = {}, γ = {})\n\n", s.name, s.alpha, s.gamma);
        text += "| scores | decided | n | mixture | ratio | n, no minimum | mixture, every n | ratio | Bernstein decides | n |\n";
        text += &format!("|---|{}\n", "--:|".repeat(9));
        for c in cells.iter().filter(|c| c.policy == s.name) {
            text += &format!(
                "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n",
                c.label,
                decided(&c.rule),
                stops(&c.rule),
                stops(&c.mixture),
                ratio(&c.rule, &c.mixture),
                stops(&c.early_rule),
                stops(&c.early_mixture),
                ratio(&c.early_rule, &c.early_mixture),
                decided(&c.bernstein),
                stops(&c.bernstein)
            );
        }
    }
    text
}

/// One table: how often a partly different model is SAME.
pub(crate) fn blind(settings: &[Setting], rows: &[[f64; SHARES.len()]]) -> String {
    let mut text = format!("\n{}", header("half a nat off or more on", settings));
    for (i, share) in SHARES.iter().enumerate() {
        let cells: Vec<String> = rows.iter().map(|row| format!("{:.3}", row[i])).collect();
        text += &format!("| {share} % | {} |\n", cells.join(" | "));
    }
    text
}
