//! With the opened scores the verdict is derived natively: no trust in any setup is left.

use pot_protocol::{
    policy::Policy,
    rule::{Progress, decide},
    score::Score,
    statement::Statement,
    transcript::Opening,
};

use crate::{
    error::CheckError,
    report::{Assurance, Piece, Report},
};

pub(super) fn check(
    bytes: &[u8],
    statement: &Statement,
    policy: &Policy,
    report: &mut Report,
) -> Result<Vec<Score>, CheckError> {
    let mut opening = Opening::from_json(bytes)?;
    if opening.statement != statement.digest() {
        return Err(CheckError::differs("the scores open another statement", statement.digest(), opening.statement));
    }
    let root = opening.score_root(statement.fields().capacity)?;
    if root != statement.fields().score_root {
        return Err(CheckError::differs("score root", statement.fields().score_root, root));
    }
    rule_holds(&opening.scores, statement, policy)?;
    report
        .verified
        .push(format!("scores: all {} open the score root, and the rule gives this verdict", opening.scores.len()));
    report.pieces.insert(Piece::Scores);
    report.assurance = report.assurance.max(Assurance::Arithmetic);
    Ok(std::mem::take(&mut opening.scores))
}

/// The rule on exactly these scores gives exactly the stated outcome.
pub(super) fn rule_holds(scores: &[Score], statement: &Statement, policy: &Policy) -> Result<(), CheckError> {
    let stated = statement.outcome();
    count_is_stated(scores.len(), statement)?;
    match decide(policy.coefficients(), scores) {
        Progress::Decided(outcome) if outcome == stated => Ok(()),
        other => {
            Err(CheckError::Invalid(format!("the rule gives {other:?} on these scores, the bundle states {stated:?}")))
        }
    }
}

/// There are as many scores as the statement says.
pub(super) fn count_is_stated(scores: usize, statement: &Statement) -> Result<(), CheckError> {
    let n = statement.outcome().n;
    if scores == n as usize {
        return Ok(());
    }
    Err(CheckError::Invalid(format!("{scores} scores where the bundle states n = {n}")))
}
