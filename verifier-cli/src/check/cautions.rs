//! What a reader should know beside the verdict, from the statement alone.

use pot_protocol::{policy::Policy, registration::Positions, statement::Statement};

use crate::report::Report;

/// Fewer scored tokens than this make a verdict about few predictions per prompt.
const FEW_POSITIONS: u32 = 16;

pub(super) fn add(statement: &Statement, policy: &Policy, report: &mut Report) {
    let fields = statement.registration().fields();
    let mut warn = |text: String| report.warnings.push(text);
    for (side, identity) in [("reference", &fields.reference), ("candidate", &fields.candidate)] {
        if identity.weights().is_none() {
            warn(format!(
                "the {side} is an endpoint: whatever answered there was tested, and it may answer others differently"
            ));
        }
    }
    if let Some(corpus) = fields.family.corpus {
        warn(format!("the prompts come from a private corpus of the auditor's choice ({corpus})"));
    }
    if fields.calibration_bound == 0 {
        warn("no calibration bound was registered: noise between engines is taken to be none".to_owned());
    }
    if policy.preset().is_none() {
        warn("the policy is no built-in one: read its parameters before you rely on the verdict".to_owned());
    }
    if matches!(fields.positions, Positions::Last(k) if k < FEW_POSITIONS) {
        warn("very few tokens of each prompt were scored".to_owned());
    }
    if statement.fields().sealed_at > fields.due_by {
        warn("the run was sealed after its due date: a registration that is late counts as failed".to_owned());
    }
}
