//! Time-stamps of others (RFC 3161 with RFC 5816), checked offline: an authority that the checker named says that these bytes
//! were there at some time.
//!
//! A token is taken if its imprint is a SHA-2 digest of the bytes, its signature is over exactly what it says and names the
//! signer's certificate, and this certificate is for time-stamps alone, was valid then, and is or leads to one that the checker named.
//! Whether a certificate was revoked is not asked: that takes somebody to ask.

mod asn1;
mod certificate;
mod chain;
mod name;
mod pem;
mod signature;
#[cfg(test)]
mod tests;
mod token;

pub use certificate::Certificate;

use der::asn1::{AnyRef, ObjectIdentifier};
use pot_protocol::digest::Digest;
use sha1::{Digest as _, Sha1};

use self::{
    asn1::{OCTET_STRING, SEQUENCE, algorithm, element, inside, next_is, optional},
    signature::{Hash, Scheme},
    token::{SignerId, TST_INFO, Token, TstInfo},
};

/// Largest token that is read, in bytes: a real one has a few thousand.
const MAX_BYTES: usize = 1 << 16;

const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");

/// What an authority said about bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeStamp {
    /// When it says so, Unix seconds, without their fraction.
    pub time: u64,
    /// How far its clock may be off, in microseconds, if it says so.
    pub accuracy_micros: Option<u64>,
    /// The first whole second by which the bytes were there, with fraction and accuracy counted against them.
    pub latest: u64,
    /// Subject of the certificate that signed, printable.
    pub authority: String,
    /// SHA-256 of this certificate.
    pub certificate: Digest,
    /// Subject of the certificate that the checker named and that this one is or leads to, printable.
    pub named: String,
    /// Serial number of the token, hexadecimal.
    pub serial: String,
    /// Object identifier of the policy that it was made under.
    pub policy: String,
}

/// Why a token says nothing about bytes, or a certificate is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimeStampError {
    /// No token, or no certificate.
    #[error("it cannot be read: {0}")]
    Malformed(String),
    /// The authority's answer holds no token.
    #[error("the authority's answer says that it gave none (status {0})")]
    Refused(u64),
    /// An algorithm that is not taken.
    #[error("its {what} algorithm {object} is not taken; known are {known}")]
    Algorithm {
        /// What the algorithm is for.
        what: &'static str,
        /// Its object identifier.
        object: String,
        /// What is taken.
        known: &'static str,
    },
    /// It is about other bytes.
    #[error("it is about other bytes")]
    Imprint,
    /// The signed attributes are not those of a token.
    #[error("its signed attributes: {0}")]
    Attributes(&'static str),
    /// The signature is not over what the token says.
    #[error("its signature does not hold")]
    Signature,
    /// A certificate may not be used for this.
    #[error("the certificate of '{subject}' is refused: {why}")]
    Certificate {
        /// Its subject.
        subject: String,
        /// What is wrong with it.
        why: String,
    },
    /// It leads to nobody who was named.
    #[error("it is signed by '{subject}', issued by '{issuer}', and this leads to no certificate that you named")]
    Untrusted {
        /// Subject of the signer's certificate.
        subject: String,
        /// Its issuer.
        issuer: String,
    },
    /// Neither the token nor the checker has the signer's certificate.
    #[error(
        "it carries no certificate of its signer, and none that you named is this one's: name the authority's own certificate"
    )]
    NoCertificate,
}

/// A time in Unix seconds as people read it, in UTC; the seconds themselves for years after 9999.
pub fn utc(time: u64) -> String {
    let date = der::DateTime::from_unix_duration(std::time::Duration::from_secs(time));
    date.map_or_else(|_| format!("{time} (Unix seconds)"), |date| date.to_string())
}

/// What a time-stamp authority says about `message`: `file` is its answer or the token in it, in DER, or the token in PEM.
///
/// `trusted` are the certificates that the checker named: of authorities, or of CAs that issued theirs.
///
/// # Errors
/// [`TimeStampError`].
pub fn verify_time_stamp(file: &[u8], message: &[u8], trusted: &[Certificate]) -> Result<TimeStamp, TimeStampError> {
    if file.len() > MAX_BYTES {
        return Err(TimeStampError::Malformed(format!("more than {MAX_BYTES} bytes")));
    }
    let der = pem::token(file)?;
    let token = Token::read(&der)?;
    let said = TstInfo::read(token.content)?;
    if Hash::of_object(said.digest)?.digest(message) != said.imprint {
        return Err(TimeStampError::Imprint);
    }
    let embedded = token.certificates.iter().map(|der| Certificate::from_der(der)).collect::<Result<Vec<_>, _>>()?;
    let is_signer = |certificate: &&Certificate| match token.signer.id {
        SignerId::Serial(issuer, serial) => certificate.issuer == issuer && certificate.serial == serial,
        SignerId::Key(id) => certificate.has_key_identifier(id),
    };
    let signer = embedded.iter().chain(trusted).find(is_signer).ok_or(TimeStampError::NoCertificate)?;
    check_attributes(&token, signer)?;
    let digest = Hash::of_object(token.signer.digest)?;
    let scheme = Scheme::of_object(token.signer.scheme, Some(digest))?;
    if !signer.signed(scheme, &token.signer.message(), token.signer.signature)? {
        return Err(TimeStampError::Signature);
    }
    let (time, fraction) = said.time;
    signer.may_stamp_at(time)?;
    let named = chain::find(signer, &embedded, trusted, time)?;
    let beyond = said.accuracy.unwrap_or(0).saturating_add(u64::from(fraction)).div_ceil(1_000_000);
    Ok(TimeStamp {
        time,
        accuracy_micros: said.accuracy,
        latest: time.saturating_add(beyond),
        authority: signer.subject(),
        certificate: Digest::of(&signer.der),
        named: named.subject(),
        serial: hex::encode(said.serial),
        policy: said.policy.to_string(),
    })
}

/// The signed attributes bind the content, its type, and the certificate to the signature.
fn check_attributes(token: &Token<'_>, signer: &Certificate) -> Result<(), TimeStampError> {
    let attributes = token.signer.attributes()?;
    let wrong = |what: &'static str| Err(TimeStampError::Attributes(what));
    let find = |object| attributes.iter().find(|(known, _)| *known == object).map(|(_, value)| *value);
    let object = find(CONTENT_TYPE).and_then(|value| value.decode_as::<ObjectIdentifier>().ok());
    if object != Some(TST_INFO) {
        return wrong("the content's type is missing or another one");
    }
    let digest = Hash::of_object(token.signer.digest)?.digest(token.content);
    if find(MESSAGE_DIGEST) != Some(AnyRef::new(der::Tag::OctetString, &digest).map_err(malformed)?) {
        return wrong("the content's digest is missing or another one");
    }
    // Either may name the certificate; what is there has to be right.
    let (first, second) = (find(SIGNING_CERTIFICATE), find(SIGNING_CERTIFICATE_V2));
    if first.is_none() && second.is_none() {
        return wrong("the signer's certificate is not named (ESS signing-certificate)");
    }
    for (value, version_2) in first.map(|value| (value, false)).into_iter().chain(second.map(|value| (value, true))) {
        let (hash, named) = named_certificate(value, version_2).map_err(malformed)?;
        let digest = match (version_2, hash) {
            (false, _) => Sha1::digest(&signer.der).to_vec(),
            (true, None) => Hash::Sha256.digest(&signer.der),
            (true, Some(hash)) => Hash::of_object(hash)?.digest(&signer.der),
        };
        if digest != named {
            return wrong("they name another certificate than the signer's");
        }
    }
    Ok(())
}

/// The first certificate of a `SigningCertificate` (RFC 2634, SHA-1) or `SigningCertificateV2` (RFC 5035), which is the
/// signer's: digest algorithm, where one is given, and digest. Issuer and serial number may stand beside it, and the digest says
/// more; further certificates are of the chain, which is checked for itself.
fn named_certificate(value: AnyRef<'_>, version_2: bool) -> der::Result<(Option<ObjectIdentifier>, &[u8])> {
    value.sequence(|reader| {
        let certificates = element(reader, SEQUENCE)?;
        optional(reader, SEQUENCE)?;
        let mut reader = der::SliceReader::new(certificates)?;
        inside(&mut reader, SEQUENCE, |reader| {
            let given = version_2 && next_is(reader, SEQUENCE);
            let hash = if given { Some(algorithm(reader)?.0) } else { None };
            let digest = element(reader, OCTET_STRING)?;
            optional(reader, SEQUENCE)?;
            Ok((hash, digest))
        })
    })
}

fn malformed(e: der::Error) -> TimeStampError {
    TimeStampError::Malformed(format!("the signed attributes: {e}"))
}
