//! `public.json`.

use ark_bn254::Fr;

use super::{JsonError, number, parse, render};

const FILE: &str = "public.json";

/// Public inputs as `public.json`. For the verdict relation they are d, ρ, π, v.
pub fn public(inputs: &[Fr]) -> String {
    render(&inputs.iter().map(|x| number::write(*x)).collect::<Vec<_>>())
}

/// Reads `public.json`.
///
/// # Errors
/// [`JsonError`] naming the element that is no canonical number below the group order: an alias of another one.
pub fn read_public(bytes: &[u8]) -> Result<Vec<Fr>, JsonError> {
    let texts: Vec<String> = parse(FILE, bytes)?;
    let read = |(i, text): (usize, &String)| {
        number::read(text).map_err(|reason| JsonError::new(FILE, format!("element {i}: {reason}")))
    };
    texts.iter().enumerate().map(read).collect()
}
