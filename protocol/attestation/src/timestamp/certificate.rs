//! X.509 certificates (RFC 5280), as far as time-stamps need them.

use der::{
    Decode, Reader, SliceReader,
    asn1::{GeneralizedTime, ObjectIdentifier, UtcTime},
};

use super::{
    TimeStampError,
    asn1::{
        BIT_STRING, BOOLEAN, INTEGER, OCTET_STRING, SEQUENCE, UTC_TIME, algorithm, context, each, element, inside,
        next_is, number, object, optional, simple, whole,
    },
    name, pem,
    signature::{Scheme, octets},
    utc,
};

/// Most certificates of one file or token, and most extensions of one certificate.
pub(super) const MOST: usize = 16;
const MOST_EXTENSIONS: usize = 64;

const KEY_IDENTIFIER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.14");
const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
const POLICIES: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.32");
const PURPOSES: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");
const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");
const ANY_PURPOSE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37.0");

/// Bits of `keyUsage`, in its first byte.
const DIGITAL_SIGNATURE: u8 = 0x80;
const NON_REPUDIATION: u8 = 0x40;
const KEY_CERT_SIGN: u8 = 0x04;

/// A certificate of a time-stamp authority, or of a CA above one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    pub(super) der: Vec<u8>,
    /// What its signature is over.
    signed: Vec<u8>,
    scheme: ObjectIdentifier,
    signature: Vec<u8>,
    pub(super) serial: Vec<u8>,
    pub(super) issuer: Vec<u8>,
    subject: Vec<u8>,
    /// First and last second in which it is valid, Unix seconds.
    valid: [u64; 2],
    key: Vec<u8>,
    extensions: Extensions,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Extensions {
    key_identifier: Option<Vec<u8>>,
    key_usage: Option<u8>,
    /// Whether it is a CA's, and how many CAs may stand between it and the last certificate.
    ca: Option<(bool, Option<u64>)>,
    /// Whether the extension is critical, and what the key is for.
    purposes: Option<(bool, Vec<ObjectIdentifier>)>,
    /// A critical one that is not known here.
    unknown: Option<ObjectIdentifier>,
}

impl Certificate {
    /// Reads one certificate in DER, or all of a PEM file (RFC 7468, with text around the blocks), at most 16.
    ///
    /// # Errors
    /// [`TimeStampError::Malformed`] when there is none, or something else.
    pub fn read_all(file: &[u8]) -> Result<Vec<Self>, TimeStampError> {
        if file.first() == Some(&SEQUENCE) {
            return Ok(vec![Self::from_der(file)?]);
        }
        let none =
            || TimeStampError::Malformed("no 'BEGIN CERTIFICATE' block (PEM) and no certificate in DER".to_owned());
        let text = str::from_utf8(file).map_err(|_| none())?;
        let found = pem::blocks(text, "CERTIFICATE", MOST)?;
        if found.is_empty() { Err(none()) } else { found.iter().map(|der| Self::from_der(der)).collect() }
    }

    /// Reads a certificate.
    pub(super) fn from_der(der: &[u8]) -> Result<Self, TimeStampError> {
        whole(der, |reader| inside(reader, SEQUENCE, |reader| Self::read(reader, der)))
            .map_err(|e| TimeStampError::Malformed(format!("a certificate: {e}")))
    }

    fn read(reader: &mut SliceReader<'_>, der: &[u8]) -> der::Result<Self> {
        let signed = reader.tlv_bytes()?;
        let (scheme, parameters) = algorithm(reader)?;
        let signature = octets(element(reader, BIT_STRING)?)?;
        whole(signed, |reader| {
            inside(reader, SEQUENCE, |reader| {
                // The version: what it allows is told by what is there.
                optional(reader, context(0))?;
                let serial = element(reader, INTEGER)?;
                if algorithm(reader)? != (scheme, parameters) {
                    return Err(der::Tag::ObjectIdentifier.value_error().into());
                }
                let issuer = reader.tlv_bytes()?;
                let valid = inside(reader, SEQUENCE, |reader| Ok([time(reader)?, time(reader)?]))?;
                let subject = reader.tlv_bytes()?;
                let key = element(reader, SEQUENCE)?;
                // Unique identifiers of issuer and subject: historical.
                optional(reader, simple(1))?;
                optional(reader, simple(2))?;
                let extensions = match optional(reader, context(3))? {
                    Some(contents) => whole(contents, |reader| inside(reader, SEQUENCE, Extensions::read))?,
                    None => Extensions::default(),
                };
                let [der, signed, signature, serial, issuer, subject, key] =
                    [der, signed, signature, serial, issuer, subject, key].map(<[u8]>::to_vec);
                Ok(Self { der, signed, scheme, signature, serial, issuer, subject, valid, key, extensions })
            })
        })
    }

    /// Its subject's name, printable.
    pub fn subject(&self) -> String {
        name::shown(&self.subject)
    }

    pub(super) fn issuer_shown(&self) -> String {
        name::shown(&self.issuer)
    }

    pub(super) fn has_key_identifier(&self, id: &[u8]) -> bool {
        self.extensions.key_identifier.as_deref() == Some(id)
    }

    /// Whether its key made this signature.
    pub(super) fn signed(&self, scheme: Scheme, message: &[u8], signature: &[u8]) -> Result<bool, TimeStampError> {
        scheme.holds(&self.key, message, signature)
    }

    /// Whether the holder of this certificate issued another one.
    pub(super) fn issued(&self, other: &Self) -> Result<bool, TimeStampError> {
        if self.subject != other.issuer {
            return Ok(false);
        }
        self.signed(Scheme::of_object(other.scheme, None)?, &other.signed, &other.signature)
    }

    fn refuse<T>(&self, why: impl Into<String>) -> Result<T, TimeStampError> {
        Err(TimeStampError::Certificate { subject: self.subject(), why: why.into() })
    }

    /// Checks that it was valid at a time, and that nothing critical in it is unknown here.
    fn is_sound_at(&self, time: u64) -> Result<(), TimeStampError> {
        let [first, last] = self.valid;
        if let Some(unknown) = self.extensions.unknown {
            return self.refuse(format!("its critical extension {unknown} is not known to this program"));
        }
        if time < first || time > last {
            return self.refuse(format!(
                "it is valid from {} to {}, the token is of {}",
                utc(first),
                utc(last),
                utc(time)
            ));
        }
        Ok(())
    }

    /// Checks that a token of this time may be signed with it: for time-stamps and nothing else (RFC 3161, 2.3).
    pub(super) fn may_stamp_at(&self, time: u64) -> Result<(), TimeStampError> {
        self.is_sound_at(time)?;
        match &self.extensions.purposes {
            Some((true, purposes)) if *purposes == [TIME_STAMPING] => {}
            _ => return self.refuse("it has no critical extendedKeyUsage of time-stamping alone"),
        }
        match self.extensions.key_usage {
            Some(usage) if usage & (DIGITAL_SIGNATURE | NON_REPUDIATION) == 0 => {
                self.refuse("its key is not for signatures")
            }
            _ => Ok(()),
        }
    }

    /// Checks that it is a CA's and may stand above `below` other CAs at this time.
    pub(super) fn may_issue_at(&self, time: u64, below: u64) -> Result<(), TimeStampError> {
        self.is_sound_at(time)?;
        match self.extensions.ca {
            Some((true, limit)) if limit.is_none_or(|limit| below <= limit) => {}
            Some((true, _)) => return self.refuse("more CAs stand below it than its path length allows"),
            _ => return self.refuse("it is no CA's"),
        }
        if self.extensions.key_usage.is_some_and(|usage| usage & KEY_CERT_SIGN == 0) {
            return self.refuse("its key is not for certificates");
        }
        let serves = |purposes: &[ObjectIdentifier]| purposes.iter().any(|p| [TIME_STAMPING, ANY_PURPOSE].contains(p));
        if self.extensions.purposes.as_ref().is_some_and(|(_, purposes)| !serves(purposes)) {
            return self.refuse("it is a CA's for other purposes than time-stamping");
        }
        Ok(())
    }
}

impl Extensions {
    fn read(reader: &mut SliceReader<'_>) -> der::Result<Self> {
        let mut all = Self::default();
        let objects = each(reader, MOST_EXTENSIONS, |reader| {
            inside(reader, SEQUENCE, |reader| {
                let object = object(reader)?;
                let critical = if next_is(reader, BOOLEAN) { bool::decode(reader)? } else { false };
                let value = element(reader, OCTET_STRING)?;
                all.add(object, critical, value)?;
                Ok(object)
            })
        })?;
        let twice = objects.iter().enumerate().any(|(at, object)| objects.iter().skip(at + 1).any(|o| o == object));
        if twice { Err(der::Tag::Sequence.value_error().into()) } else { Ok(all) }
    }

    fn add(&mut self, object: ObjectIdentifier, critical: bool, value: &[u8]) -> der::Result<()> {
        match object {
            KEY_IDENTIFIER => {
                self.key_identifier = Some(whole(value, |reader| element(reader, OCTET_STRING))?.to_vec());
            }
            KEY_USAGE => {
                let bits = whole(value, |reader| element(reader, BIT_STRING))?;
                self.key_usage = Some(bits.get(1).copied().unwrap_or(0));
            }
            BASIC_CONSTRAINTS => {
                self.ca = Some(whole(value, |reader| {
                    inside(reader, SEQUENCE, |reader| {
                        let ca = if next_is(reader, BOOLEAN) { bool::decode(reader)? } else { false };
                        Ok((ca, optional(reader, INTEGER)?.map(number).transpose()?))
                    })
                })?);
            }
            PURPOSES => {
                let purposes = whole(value, |reader| inside(reader, SEQUENCE, |reader| each(reader, MOST, object_in)))?;
                self.purposes = Some((critical, purposes));
            }
            // No policy is asked for, so each will do.
            POLICIES => {}
            unknown if critical => self.unknown = Some(unknown),
            _ => {}
        }
        Ok(())
    }
}

fn object_in(reader: &mut SliceReader<'_>) -> der::Result<ObjectIdentifier> {
    object(reader)
}

/// A `Time`, in Unix seconds.
fn time(reader: &mut SliceReader<'_>) -> der::Result<u64> {
    let since = match reader.peek_byte() {
        Some(UTC_TIME) => UtcTime::decode(reader)?.to_unix_duration(),
        _ => GeneralizedTime::decode(reader)?.to_unix_duration(),
    };
    Ok(since.as_secs())
}
