//! Answers as text, for logs that keep what a model said: exact, so that the digest stays the same.

use crate::{InferenceError, Scored};

const TOKENS: char = 't';
const TOP: char = 'k';

impl Scored {
    /// Log-probabilities as one line of text: a letter for their sort, then each value's 64 bits in hexadecimal, after its
    /// token where there is one, rows separated by `;`. Whole distributions are not kept.
    pub fn to_text(&self) -> Option<String> {
        let bits = |x: &f64| format!("{:016x}", x.to_bits());
        match self {
            Self::Logits(_) => None,
            Self::Tokens(values) => Some(format!("{TOKENS}{}", values.iter().map(bits).collect::<Vec<_>>().join(","))),
            Self::Top(rows) => {
                let row = |row: &Vec<(u32, f64)>| {
                    row.iter().map(|(token, x)| format!("{token}:{}", bits(x))).collect::<Vec<_>>().join(",")
                };
                Some(format!("{TOP}{}", rows.iter().map(row).collect::<Vec<_>>().join(";")))
            }
        }
    }

    /// Reads what [`Scored::to_text`] wrote.
    ///
    /// # Errors
    /// [`InferenceError::Kept`] for any other text.
    pub fn from_text(text: &str) -> Result<Self, InferenceError> {
        let value = |bits: &str| u64::from_str_radix(bits, 16).ok().filter(|_| bits.len() == 16).map(f64::from_bits);
        let entry = |entry: &str| {
            let (token, bits) = entry.split_once(':')?;
            Some((token.parse().ok()?, value(bits)?))
        };
        let read = || {
            if let Some(values) = text.strip_prefix(TOKENS) {
                return values.split(',').map(value).collect::<Option<_>>().map(Self::Tokens);
            }
            let rows = text.strip_prefix(TOP)?.split(';').map(|row| row.split(',').map(entry).collect());
            rows.collect::<Option<_>>().map(Self::Top)
        };
        read().ok_or(InferenceError::Kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_what_was_said() {
        for scored in [
            Scored::Tokens(vec![-0.1, -1e-300, -0.0]),
            Scored::Top(vec![vec![(7, -0.5), (0, -2.25)], vec![(1, -0.1), (2, -9.0)]]),
        ] {
            assert_eq!(Scored::from_text(&scored.to_text().unwrap()).unwrap(), scored);
        }
        assert_eq!(Scored::Logits(vec![vec![0.0]]).to_text(), None);
        for bad in ["", "t", "x00", "t00", "k1:0", "k1", "t3ff000000000000g", "k:3ff0000000000000"] {
            assert!(Scored::from_text(bad).is_err(), "{bad}");
        }
    }
}
