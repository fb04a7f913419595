//! Exact decimals with six places.

use bincode::{Decode, Encode};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A non-negative decimal, kept as an integer number of 10^-6. In JSON it is a string such as `"0.025"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Micro(pub u32);

impl Micro {
    /// One.
    pub const ONE: Self = Self(1_000_000);
}

impl std::fmt::Display for Micro {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whole, parts) = (self.0 / 1_000_000, self.0 % 1_000_000);
        let parts = format!("{parts:06}");
        match parts.trim_end_matches('0') {
            "" => write!(f, "{whole}"),
            digits => write!(f, "{whole}.{digits}"),
        }
    }
}

impl std::str::FromStr for Micro {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let refuse = || format!("'{s}' is no decimal between 0 and 4294 with at most six places, such as 0.025");
        let (whole, parts) = s.split_once('.').unwrap_or((s, ""));
        let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
        if (whole.is_empty() && parts.is_empty()) || !digits(whole) || !digits(parts) || parts.len() > 6 {
            return Err(refuse());
        }
        format!("{whole}{parts:0<6}").parse().map(Self).map_err(|_| refuse())
    }
}

impl Serialize for Micro {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Micro {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact() {
        for (text, micro, shown) in [
            ("0.025", 25_000, "0.025"),
            (".1", 100_000, "0.1"),
            ("1", 1_000_000, "1"),
            ("1.10", 1_100_000, "1.1"),
            ("0.000001", 1, "0.000001"),
        ] {
            assert_eq!(text.parse(), Ok(Micro(micro)));
            assert_eq!(Micro(micro).to_string(), shown);
        }
    }

    #[test]
    fn what_is_no_decimal_is_refused() {
        for text in ["", ".", "-1", "+1", "1e-3", "0.0000001", "9999", "0,5", " 1", "nan"] {
            assert!(text.parse::<Micro>().is_err(), "{text}");
        }
    }
}
