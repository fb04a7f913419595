//! The tokens of a text for both models, the same for both where they are compared token by token.

use pot_protocol::transcript::Side;

/// Why a text has no tokens that both models can be asked about.
#[derive(Debug, thiserror::Error)]
pub(super) enum TokensError {
    /// A tokenizer refuses the text.
    #[error("the {0} model's tokenizer: {1}")]
    Refused(Side, pot_inference::InferenceError),
    /// The vocabularies are equal, and the two tokenizers still split the text differently.
    #[error("{0}")]
    Split(Split),
}

/// Where two splits of one text part. It says nothing of the text, which may be secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    /// The first position at which they differ, from 0, the start token included.
    pub position: usize,
    /// The reference's token there; nothing when its tokens end before.
    pub reference: Option<u32>,
    /// The candidate's.
    pub candidate: Option<u32>,
}

impl std::fmt::Display for Split {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = |token: Option<u32>| token.map_or_else(|| "none".to_owned(), |token| token.to_string());
        write!(
            f,
            "the two tokenizers split it differently, first at token {} ({} for the reference, {} for the candidate)",
            self.position,
            shown(self.reference),
            shown(self.candidate)
        )
    }
}

/// Checks that both tokenizers gave the same tokens.
///
/// # Errors
/// Where they differ first.
pub(super) fn same(reference: &[u32], candidate: &[u32]) -> Result<(), Split> {
    let longest = reference.len().max(candidate.len());
    let at = |position: usize| (reference.get(position).copied(), candidate.get(position).copied());
    match (0..longest).find(|&position| at(position).0 != at(position).1) {
        None => Ok(()),
        Some(position) => Err(Split { position, reference: at(position).0, candidate: at(position).1 }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_named() {
        assert_eq!(same(&[1, 2, 3], &[1, 2, 3]), Ok(()));
        let split = |position, reference, candidate| Err(Split { position, reference, candidate });
        assert_eq!(same(&[1, 2, 3], &[1, 4, 3]), split(1, Some(2), Some(4)));
        assert_eq!(same(&[1, 2], &[1, 2, 3]), split(2, None, Some(3)));
        assert_eq!(same(&[7], &[]), split(0, Some(7), None));
        let said = same(&[1, 2], &[1]).unwrap_err().to_string();
        assert!(said.ends_with("first at token 1 (2 for the reference, none for the candidate)"), "{said}");
    }
}
