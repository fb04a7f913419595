//! What a verdict claims, in words, for reports and publications. `docs/statistics.md` proves it.

use crate::{
    policy::{CLIP_A, Micro, Parameters, Policy},
    rule::{Outcome, Verdict},
    score::ScoreKind,
};

/// The proven bound of a verdict.
pub fn bound(outcome: Outcome, policy: &Policy) -> String {
    let parameters = policy.parameters();
    let (alpha, gamma, delta) = (parameters.alpha, parameters.gamma, parameters.delta);
    let same = same_threshold(parameters);
    let unit = if parameters.kind == ScoreKind::DeltaCe { "nat per byte" } else { "nat" };
    let asked = format!("each score clipped to 0.5 {unit}, averaged over the {} challenges asked,", outcome.n);
    let chance = format!(
        "The chance that the rule ever says so while it is false is at most {alpha}, if the records are true and this run \
         was not chosen among several"
    );
    let main = match outcome.verdict {
        Verdict::Same if parameters.kind == ScoreKind::KlTopk => format!(
            "SAME-TOPK: a lower bound of the expected divergence, that of the most likely tokens and all others together, \
             {asked} is at most {same} {unit}; the divergence itself may be larger. {chance}"
        ),
        Verdict::Same => format!("SAME: the expected divergence, {asked} is at most {same} {unit}. {chance}"),
        Verdict::Different => format!("DIFFERENT: the expected divergence, {asked} is above {gamma} {unit}. {chance}"),
        Verdict::Undecided => {
            return format!(
                "UNDECIDED: {} challenges showed neither SAME nor DIFFERENT; nothing is claimed",
                outcome.n
            );
        }
    };
    let grade = match (outcome.verdict, outcome.grade) {
        (Verdict::Same, true) => format!("strict: the same holds with scores clipped at 4.5 {unit} only"),
        (Verdict::Different, true) => {
            format!("strong: with scores clipped at 4.5 {unit} only it is above {delta} {unit}")
        }
        _ => return main,
    };
    format!("{main}. Grade {grade}; the chance of a wrong grade is at most another {alpha}")
}

/// What the bound of a SAME says of single prompts, by Markov's inequality: scores are clipped at half a nat, so the share
/// of prompts that reach it is at most the mean over a half. Nothing where the score is only a lower bound of the divergence.
pub fn consequence(outcome: Outcome, parameters: &Parameters) -> Option<String> {
    if outcome.verdict != Verdict::Same || parameters.kind == ScoreKind::KlTopk {
        return None;
    }
    let unit = if parameters.kind == ScoreKind::DeltaCe { "nat per byte" } else { "nat" };
    // In tenths of a per cent, rounded up: threshold/10^6 nat over CLIP_A/1024 nat.
    let tenths = (u64::from(same_threshold(parameters).0) * 1024).div_ceil(u64::from(CLIP_A) * 1000);
    let share = if tenths % 10 == 0 { format!("{}", tenths / 10) } else { format!("{}.{}", tenths / 10, tenths % 10) };
    Some(format!("So of such challenges at most {share} % are expected to differ by half a {unit} or more"))
}

/// γ·min(1, 2η) in nats, rounded up to six places so that it stays a bound.
fn same_threshold(parameters: &Parameters) -> Micro {
    let one = u64::from(Micro::ONE.0);
    let share = (2 * u64::from(parameters.eta.0)).min(one);
    let product = (u64::from(parameters.gamma.0) * share).div_ceil(one);
    // At most γ itself, which fits.
    Micro(u32::try_from(product).unwrap_or(parameters.gamma.0))
}
