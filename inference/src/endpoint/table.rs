//! From the bytes of a token back to its index.

use std::collections::HashMap;

use crate::Tokenizer;

/// Which tokens stand for which bytes.
pub(super) struct TokenTable(HashMap<Vec<u8>, Found>);

#[derive(Clone, Copy)]
enum Found {
    One(u32),
    Many(usize),
}

impl TokenTable {
    pub(super) fn new(tokenizer: &dyn Tokenizer) -> Self {
        let mut table: HashMap<Vec<u8>, Found> = HashMap::new();
        let count = u32::try_from(tokenizer.vocabulary()).unwrap_or(u32::MAX);
        for id in 0..count {
            // A token that stands for no bytes cannot be told from others by them.
            let Some(bytes) = tokenizer.token_bytes(id).filter(|bytes| !bytes.is_empty()) else { continue };
            let found = table.get(&bytes).map_or(Found::One(id), |found| match found {
                Found::One(_) => Found::Many(2),
                Found::Many(n) => Found::Many(n + 1),
            });
            table.insert(bytes, found);
        }
        Self(table)
    }

    /// The only token with these bytes, or how many there are instead.
    pub(super) fn find(&self, bytes: &[u8]) -> Result<u32, usize> {
        match self.0.get(bytes) {
            Some(Found::One(id)) => Ok(*id),
            Some(Found::Many(n)) => Err(*n),
            None => Err(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::InferenceError;

    /// Token 0 is `a`, 1 is `bc`, 2 and 3 are both `d`, 4 is a control token.
    struct Small;

    impl Tokenizer for Small {
        fn tokenize(&self, _: &str) -> Result<Vec<u32>, InferenceError> {
            Err(InferenceError::EmptyPrompt)
        }

        fn token_bytes(&self, token: u32) -> Option<Vec<u8>> {
            ["a", "bc", "d", "d"].get(usize::try_from(token).unwrap()).map(|text| text.as_bytes().to_vec())
        }

        fn vocabulary(&self) -> usize {
            5
        }

        fn digest(&self) -> [u8; 32] {
            [0; 32]
        }
    }

    #[test]
    fn only_the_whole_text_of_exactly_one_token_is_found() {
        let table = TokenTable::new(&Small);
        let found = ["a", "bc", "d", "b", "", "abc"].map(|text| table.find(text.as_bytes()));
        assert_eq!(found, [Ok(0), Ok(1), Err(2), Err(0), Err(0), Err(0)]);
    }
}
