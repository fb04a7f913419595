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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // tests may panic

    use super::*;
    use crate::policy::{Bet, Preset};

    fn preset(name: &str) -> Policy {
        name.parse::<Preset>().unwrap().policy()
    }

    /// AUDIT for signed sums, without its bets on SAME, which these have none of.
    fn signed_sums() -> Policy {
        let mut raw = Preset::Audit.policy().document().clone();
        "mine".clone_into(&mut raw.parameters.name);
        raw.parameters.kind = ScoreKind::DeltaCe;
        (raw.coefficients.same, raw.coefficients.strict) = ([Bet::NULL; 2], [Bet::NULL]);
        (raw.betting.same.lambda, raw.betting.same.weight) = ([0; 2], [0; 2]);
        (raw.betting.strict.lambda, raw.betting.strict.weight) = ([0], [0]);
        raw.validate().unwrap()
    }

    fn outcome(verdict: Verdict, grade: bool) -> Outcome {
        Outcome { verdict, grade, n: 60 }
    }

    /// A policy's parameters with other gamma and eta, in millionths.
    fn parameters(kind: ScoreKind, gamma: u32, eta: u32) -> Parameters {
        let mut parameters = Preset::Audit.policy().parameters().clone();
        (parameters.kind, parameters.gamma, parameters.eta) = (kind, Micro(gamma), Micro(eta));
        parameters
    }

    #[test]
    fn a_verdict_is_said_with_its_threshold_unit_and_chance() {
        let chance =
            "while it is false is at most 0.01, if the records are true and this run was not chosen among several";
        let clipped = "each score clipped to 0.5 nat";
        for (policy, verdict, main) in [
            (preset("audit"), Verdict::Same, format!("SAME: the expected divergence, {clipped}, averaged")),
            (preset("audit"), Verdict::Different, format!("DIFFERENT: the expected divergence, {clipped}, averaged")),
            (preset("audit-topk"), Verdict::Same, "SAME-TOPK: a lower bound of the expected divergence".to_owned()),
            (signed_sums(), Verdict::Different, format!("DIFFERENT: the expected divergence, {clipped} per byte,")),
        ] {
            let said = bound(outcome(verdict, false), &policy);
            assert!(said.starts_with(&main) && said.ends_with(chance), "{said}");
            assert!(said.contains("averaged over the 60 challenges asked, is "), "{said}");
        }
        let nothing = "UNDECIDED: 60 challenges showed neither SAME nor DIFFERENT; nothing is claimed";
        assert_eq!(bound(outcome(Verdict::Undecided, false), &preset("audit")), nothing);
    }

    #[test]
    fn a_grade_is_said_where_there_is_one() {
        let audit = preset("audit");
        let said = |verdict, grade| bound(outcome(verdict, grade), &audit);
        for (verdict, grade) in [
            (Verdict::Same, "strict: the same holds with scores clipped at 4.5 nat only"),
            (Verdict::Different, "strong: with scores clipped at 4.5 nat only it is above 1 nat"),
        ] {
            let wrong = "the chance of a wrong grade is at most another 0.01";
            assert_eq!(said(verdict, true), format!("{}. Grade {grade}; {wrong}", said(verdict, false)));
        }
    }

    #[test]
    fn same_is_below_gamma_times_the_share_of_challenges_that_may_differ() {
        for (gamma, eta, threshold) in [
            (100_000, 500_000, 100_000),
            (100_000, 900_000, 100_000),
            (80_000, 400_000, 64_000),
            // Rounded up: 0.08·2·0.000001 is less than a millionth.
            (80_000, 1, 1),
            (3, 400_000, 3),
        ] {
            assert_eq!(same_threshold(&parameters(ScoreKind::Kl, gamma, eta)), Micro(threshold), "{gamma} {eta}");
        }
    }

    #[test]
    fn what_follows_for_single_prompts_is_twice_the_threshold_rounded_up() {
        let says = |share: &str, unit: &str| {
            Some(format!("So of such challenges at most {share} % are expected to differ by half a {unit} or more"))
        };
        let same = outcome(Verdict::Same, false);
        for (gamma, share) in [(100_000, "20"), (64_000, "12.8"), (64_001, "12.9"), (50_000, "10"), (500, "0.1")] {
            let parameters = parameters(ScoreKind::Kl, gamma, 500_000);
            assert_eq!(consequence(same, &parameters), says(share, "nat"), "{gamma}");
        }
        let of_texts = parameters(ScoreKind::DeltaCe, 100_000, 500_000);
        assert_eq!(consequence(same, &of_texts), says("20", "nat per byte"));
        assert_eq!(consequence(same, &parameters(ScoreKind::KlTopk, 100_000, 500_000)), None);
        let of_models = parameters(ScoreKind::Kl, 100_000, 500_000);
        assert_eq!(consequence(outcome(Verdict::Different, false), &of_models), None);
    }
}
