//! The way from a signer's certificate to one that the checker named (RFC 5280, 6, without policies and revocation).

use super::{TimeStampError, certificate::Certificate};

/// Most CAs between the signer's certificate and a named one.
const MOST_BETWEEN: u64 = 4;

/// Finds the named certificate that `signer` is or leads to, over the certificates that came with the token.
///
/// A named certificate that is the signer's need not be a CA's. Each certificate on the way has to be valid at `time`.
pub(super) fn find<'t>(
    signer: &Certificate,
    embedded: &[Certificate],
    trusted: &'t [Certificate],
    time: u64,
) -> Result<&'t Certificate, TimeStampError> {
    if let Some(named) = trusted.iter().find(|named| named.der == signer.der) {
        return Ok(named);
    }
    let mut unfit = None;
    let mut fits = |above: &Certificate, below: &Certificate, between| {
        let issued = above
            .issued(below)
            .and_then(|issued| if issued { above.may_issue_at(time, between).map(|()| true) } else { Ok(false) });
        issued.unwrap_or_else(|why| {
            unfit = Some(why);
            false
        })
    };
    // A certificate is gone through once, whatever ways lead to it.
    let mut left: Vec<&Certificate> = embedded.iter().filter(|other| other.der != signer.der).collect();
    let mut reached = vec![(signer, 0)];
    while let Some((below, between)) = reached.pop() {
        if let Some(named) = trusted.iter().find(|named| fits(named, below, between)) {
            return Ok(named);
        }
        if between < MOST_BETWEEN {
            let (above, others) = left.into_iter().partition(|other| fits(other, below, between));
            left = others;
            reached.extend(Vec::into_iter(above).map(|above| (above, between + 1)));
        }
    }
    let untrusted = || TimeStampError::Untrusted { subject: signer.subject(), issuer: signer.issuer_shown() };
    Err(unfit.unwrap_or_else(untrusted))
}
