//! PEM files (RFC 7468) of certificates and tokens.

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::STANDARD};

use super::TimeStampError;

fn malformed(what: impl Into<String>) -> TimeStampError {
    TimeStampError::Malformed(what.into())
}

/// What stands in the blocks with this label, at most `most` of them; text around blocks is passed over.
pub(super) fn blocks(text: &str, label: &str, most: usize) -> Result<Vec<Vec<u8>>, TimeStampError> {
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    let mut found = vec![];
    for block in text.split(&begin).skip(1) {
        let (body, _) = block.split_once(&end).ok_or_else(|| malformed(format!("a '{label}' block has no end")))?;
        if found.len() == most {
            return Err(malformed(format!("more than {most} '{label}' blocks")));
        }
        let base64: String = body.split_ascii_whitespace().collect();
        found.push(STANDARD.decode(base64).map_err(|_| malformed(format!("a '{label}' block is no base64")))?);
    }
    Ok(found)
}

/// The DER of a token in PEM; other bytes as they are.
pub(super) fn token(file: &[u8]) -> Result<Cow<'_, [u8]>, TimeStampError> {
    let Some(text) = str::from_utf8(file).ok().filter(|text| text.contains("-----BEGIN ")) else {
        return Ok(file.into());
    };
    for label in ["PKCS7", "CMS"] {
        if let [one] = &mut blocks(text, label, 1)?[..] {
            return Ok(std::mem::take(one).into());
        }
    }
    Err(malformed("a PEM file without a 'BEGIN PKCS7' or 'BEGIN CMS' block"))
}
