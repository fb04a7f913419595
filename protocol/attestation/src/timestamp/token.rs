//! What a token holds: CMS signed data (RFC 5652) with one signer around a `TSTInfo` (RFC 3161, 2.4.2).

use der::{
    Reader, SliceReader,
    asn1::{AnyRef, ObjectIdentifier},
};

use super::{
    TimeStampError,
    asn1::{
        BOOLEAN, GENERALIZED_TIME, INTEGER, OBJECT, OCTET_STRING, SEQUENCE, SET, algorithm, context, each, element,
        inside, next_is, number, object, optional, simple, whole,
    },
    certificate::MOST,
};

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
pub(super) const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");

/// Most attributes of a signer, and most extensions of a token.
const MOST_ATTRIBUTES: usize = 64;

/// A token, taken apart and not checked.
pub(super) struct Token<'a> {
    /// The DER of the `TSTInfo`.
    pub(super) content: &'a [u8],
    /// The DER of the certificates that come with it.
    pub(super) certificates: Vec<&'a [u8]>,
    pub(super) signer: Signer<'a>,
}

/// How a signer's certificate is named.
pub(super) enum SignerId<'a> {
    /// By the DER of its issuer's name and the contents of its serial number.
    Serial(&'a [u8], &'a [u8]),
    /// By its key's identifier.
    Key(&'a [u8]),
}

/// A `SignerInfo`.
pub(super) struct Signer<'a> {
    pub(super) id: SignerId<'a>,
    pub(super) digest: ObjectIdentifier,
    /// Contents of the signed attributes.
    pub(super) attributes: &'a [u8],
    pub(super) scheme: ObjectIdentifier,
    pub(super) signature: &'a [u8],
}

impl<'a> Token<'a> {
    /// Reads the answer of an authority (`TimeStampResp`) or the token in it (`ContentInfo`).
    pub(super) fn read(file: &'a [u8]) -> Result<Self, TimeStampError> {
        let malformed = |e: der::Error| TimeStampError::Malformed(e.to_string());
        let contents = whole(file, |reader| element(reader, SEQUENCE)).map_err(malformed)?;
        if contents.first() == Some(&OBJECT) {
            return whole(contents, Self::in_content_info).map_err(malformed);
        }
        let (status, token) = whole(contents, |reader| {
            // Its texts and failure bits say nothing that the status does not.
            let status = inside(reader, SEQUENCE, |reader| {
                let status = number(element(reader, INTEGER)?)?;
                while !reader.is_finished() {
                    reader.tlv_bytes()?;
                }
                Ok(status)
            })?;
            if reader.is_finished() {
                return Ok((status, None));
            }
            Ok((status, Some(inside(reader, SEQUENCE, Self::in_content_info)?)))
        })
        .map_err(malformed)?;
        match (status, token) {
            // Granted, or granted with modifications.
            (0 | 1, Some(token)) => Ok(token),
            (status, _) => Err(TimeStampError::Refused(status)),
        }
    }

    fn in_content_info(reader: &mut SliceReader<'a>) -> der::Result<Self> {
        expect(object(reader)?, SIGNED_DATA)?;
        inside(reader, context(0), |reader| inside(reader, SEQUENCE, Self::in_signed_data))
    }

    fn in_signed_data(reader: &mut SliceReader<'a>) -> der::Result<Self> {
        // The version follows from what is there, the digest algorithms stand in the signer again.
        element(reader, INTEGER)?;
        element(reader, SET)?;
        let content = inside(reader, SEQUENCE, |reader| {
            expect(object(reader)?, TST_INFO)?;
            inside(reader, context(0), |reader| element(reader, OCTET_STRING))
        })?;
        let certificates = optional(reader, context(0))?.unwrap_or_default();
        let certificates = whole(certificates, |reader| each(reader, MOST, SliceReader::tlv_bytes))?;
        // Lists of revoked certificates are not read: whoever shows the token chose them.
        optional(reader, context(1))?;
        let signer = inside(reader, SET, |reader| inside(reader, SEQUENCE, Signer::read))?;
        Ok(Self { content, certificates, signer })
    }
}

impl<'a> Signer<'a> {
    fn read(reader: &mut SliceReader<'a>) -> der::Result<Self> {
        element(reader, INTEGER)?;
        let id = match optional(reader, simple(0))? {
            Some(key) => SignerId::Key(key),
            None => {
                inside(reader, SEQUENCE, |reader| Ok(SignerId::Serial(reader.tlv_bytes()?, element(reader, INTEGER)?)))?
            }
        };
        let (digest, _) = algorithm(reader)?;
        let attributes = element(reader, context(0))?;
        let (scheme, _) = algorithm(reader)?;
        let signature = element(reader, OCTET_STRING)?;
        // Unsigned attributes: anybody can put some there.
        optional(reader, context(1))?;
        Ok(Self { id, digest, attributes, scheme, signature })
    }

    /// What the signature is over: the attributes as a SET (RFC 5652, 5.4).
    pub(super) fn message(&self) -> Vec<u8> {
        let set = AnyRef::new(der::Tag::Set, self.attributes);
        // Contents that were read from a slice have a length that can be written.
        set.and_then(|set| der::Encode::to_der(&set)).unwrap_or_default()
    }

    /// The signed attributes, each with its one value.
    pub(super) fn attributes(&self) -> Result<Vec<(ObjectIdentifier, AnyRef<'a>)>, TimeStampError> {
        let all = whole(self.attributes, |reader| {
            each(reader, MOST_ATTRIBUTES, |reader| {
                inside(reader, SEQUENCE, |reader| {
                    let object = object(reader)?;
                    let values = inside(reader, SET, |reader| each(reader, MOST_ATTRIBUTES, der::Decode::decode))?;
                    Ok((object, values))
                })
            })
        });
        let all = all.map_err(|e| TimeStampError::Malformed(format!("the signed attributes: {e}")))?;
        let mut found: Vec<(ObjectIdentifier, AnyRef<'a>)> = vec![];
        for (object, values) in all {
            let &[value] = values.as_slice() else {
                return Err(TimeStampError::Malformed(format!("signed attribute {object} has not one value")));
            };
            if found.iter().any(|(known, _)| *known == object) {
                return Err(TimeStampError::Malformed(format!("signed attribute {object} stands twice")));
            }
            found.push((object, value));
        }
        Ok(found)
    }
}

fn expect(found: ObjectIdentifier, expected: ObjectIdentifier) -> der::Result<()> {
    if found == expected { Ok(()) } else { Err(der::ErrorKind::OidUnknown { oid: found }.into()) }
}

/// What the authority says.
pub(super) struct TstInfo<'a> {
    pub(super) policy: ObjectIdentifier,
    pub(super) digest: ObjectIdentifier,
    pub(super) imprint: &'a [u8],
    pub(super) serial: &'a [u8],
    /// Unix seconds, and microseconds beyond them, rounded up.
    pub(super) time: (u64, u32),
    /// In microseconds.
    pub(super) accuracy: Option<u64>,
}

impl<'a> TstInfo<'a> {
    pub(super) fn read(der: &'a [u8]) -> Result<Self, TimeStampError> {
        whole(der, |reader| inside(reader, SEQUENCE, Self::fields))
            .map_err(|e| TimeStampError::Malformed(format!("what the authority says: {e}")))
    }

    fn fields(reader: &mut SliceReader<'a>) -> der::Result<Self> {
        if number(element(reader, INTEGER)?)? != 1 {
            return Err(der::Tag::Integer.value_error().into());
        }
        let policy = object(reader)?;
        let (digest, imprint) =
            inside(reader, SEQUENCE, |reader| Ok((algorithm(reader)?.0, element(reader, OCTET_STRING)?)))?;
        let serial = element(reader, INTEGER)?;
        let time = generalized(element(reader, GENERALIZED_TIME)?)?;
        let accuracy = optional(reader, SEQUENCE)?.map(accuracy).transpose()?;
        // Whether tokens of this authority can be ordered, the number that was sent to it, and a hint at its name: the
        // certificate names it.
        optional(reader, BOOLEAN)?;
        optional(reader, INTEGER)?;
        optional(reader, context(0))?;
        if let Some(extensions) = optional(reader, context(1))? {
            let critical = whole(extensions, |reader| {
                each(reader, MOST_ATTRIBUTES, |reader| {
                    inside(reader, SEQUENCE, |reader| {
                        object(reader)?;
                        let critical = next_is(reader, BOOLEAN);
                        optional(reader, BOOLEAN)?;
                        element(reader, OCTET_STRING)?;
                        Ok(critical)
                    })
                })
            })?;
            if critical.contains(&true) {
                return Err(der::Tag::Sequence.value_error().into());
            }
        }
        Ok(Self { policy, digest, imprint, serial, time, accuracy })
    }
}

/// `Accuracy`: seconds, then milliseconds and microseconds of 1 to 999.
pub(super) fn accuracy(contents: &[u8]) -> der::Result<u64> {
    whole(contents, |reader| {
        let mut micros = 0u64;
        for (tag, unit, most) in [(INTEGER, 1_000_000, u64::MAX), (simple(0), 1000, 999), (simple(1), 1, 999)] {
            let value = optional(reader, tag)?.map(number).transpose()?.unwrap_or(0);
            if value > most {
                return Err(der::Tag::Integer.value_error().into());
            }
            micros = micros.saturating_add(value.saturating_mul(unit));
        }
        Ok(micros)
    })
}

/// A `GeneralizedTime` that may have fractions of a second, as RFC 3161 allows it.
pub(super) fn generalized(contents: &[u8]) -> der::Result<(u64, u32)> {
    let refused = || der::Error::from(der::Tag::GeneralizedTime.value_error());
    let (whole_seconds, rest) = contents.split_at_checked(14).ok_or_else(refused)?;
    let whole_seconds = [whole_seconds, b"Z"].concat();
    let time: der::asn1::GeneralizedTime = AnyRef::new(der::Tag::GeneralizedTime, &whole_seconds)?.decode_as()?;
    let micros = match rest {
        b"Z" => 0,
        [b'.', digits @ .., b'Z'] if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) => {
            let first = digits.iter().chain(std::iter::repeat(&b'0')).take(6);
            let micros = first.fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
            micros + u32::from(digits.iter().skip(6).any(|&digit| digit != b'0'))
        }
        _ => return Err(refused()),
    };
    Ok((time.to_unix_duration().as_secs(), micros))
}
