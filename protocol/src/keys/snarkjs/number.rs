//! Field elements as decimal strings with one spelling each.

use ark_ff::PrimeField;

/// Decimal digits of the larger of the two moduli.
const MAX_DIGITS: usize = 77;

/// The element in decimal.
pub(super) fn write<F: PrimeField>(element: F) -> String {
    let digits = element.into_bigint().to_string();
    // The library's own way to write zero.
    if digits.is_empty() { "0".to_owned() } else { digits }
}

/// Reads decimal digits without sign, spaces or leading zeros, of a number below the field's modulus.
pub(super) fn read<F: PrimeField>(text: &str) -> Result<F, &'static str> {
    if text.is_empty() || text.len() > MAX_DIGITS || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err("not a decimal number of at most 77 digits");
    }
    let element = text.bytes().fold(F::zero(), |sum, b| sum * F::from(10u8) + F::from(b - b'0'));
    // The sum is reduced: only a number below the modulus, spelt without leading zeros, comes back as it was.
    if write(element) == text { Ok(element) } else { Err("not below its modulus, or with leading zeros") }
}
