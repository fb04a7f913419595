//! Reading DER (X.690), one element after the other.

use der::{
    Decode, Reader, SliceReader,
    asn1::{AnyRef, ObjectIdentifier},
};

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OBJECT: u8 = 0x06;
pub(super) const UTC_TIME: u8 = 0x17;
pub(super) const GENERALIZED_TIME: u8 = 0x18;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

/// The tag `[number]` of a context, around a simple value.
pub(super) const fn simple(number: u8) -> u8 {
    0x80 | number
}

/// The tag `[number]` of a context, around other elements.
pub(super) const fn context(number: u8) -> u8 {
    0xa0 | number
}

/// Reads all of `bytes`: nothing may be left.
pub(super) fn whole<'a, T>(
    bytes: &'a [u8],
    read: impl FnOnce(&mut SliceReader<'a>) -> der::Result<T>,
) -> der::Result<T> {
    let mut reader = SliceReader::new(bytes)?;
    let value = read(&mut reader)?;
    reader.finish()?;
    Ok(value)
}

/// Whether the next element has this tag.
pub(super) fn next_is(reader: &SliceReader<'_>, tag: u8) -> bool {
    reader.peek_byte() == Some(tag)
}

/// The contents of the next element, which has to have this tag.
pub(super) fn element<'a>(reader: &mut SliceReader<'a>, tag: u8) -> der::Result<&'a [u8]> {
    let fits = next_is(reader, tag);
    let any = AnyRef::decode(reader)?;
    if fits { Ok(any.value()) } else { Err(der::Tagged::tag(&any).unexpected_error(None).into()) }
}

/// The contents of the next element if it has this tag.
pub(super) fn optional<'a>(reader: &mut SliceReader<'a>, tag: u8) -> der::Result<Option<&'a [u8]>> {
    if next_is(reader, tag) { element(reader, tag).map(Some) } else { Ok(None) }
}

/// Reads what lies in the next element, which has to have this tag.
pub(super) fn inside<'a, T>(
    reader: &mut SliceReader<'a>,
    tag: u8,
    read: impl FnOnce(&mut SliceReader<'a>) -> der::Result<T>,
) -> der::Result<T> {
    whole(element(reader, tag)?, read)
}

/// Reads each element until nothing is left, at most `most` of them.
pub(super) fn each<'a, T>(
    reader: &mut SliceReader<'a>,
    most: usize,
    mut read: impl FnMut(&mut SliceReader<'a>) -> der::Result<T>,
) -> der::Result<Vec<T>> {
    let mut found = vec![];
    while !reader.is_finished() {
        if found.len() == most {
            return Err(der::ErrorKind::Overlength.into());
        }
        found.push(read(reader)?);
    }
    Ok(found)
}

/// An object identifier.
pub(super) fn object(reader: &mut SliceReader<'_>) -> der::Result<ObjectIdentifier> {
    ObjectIdentifier::decode(reader)
}

/// A number of at most 8 bytes in the contents of an INTEGER.
pub(super) fn number(contents: &[u8]) -> der::Result<u64> {
    AnyRef::new(der::Tag::Integer, contents)?.decode_as()
}

/// An `AlgorithmIdentifier`: its object and its parameters, which may be missing.
pub(super) fn algorithm<'a>(reader: &mut SliceReader<'a>) -> der::Result<(ObjectIdentifier, Option<AnyRef<'a>>)> {
    inside(reader, SEQUENCE, |reader| {
        let object = object(reader)?;
        let parameters = if reader.is_finished() { None } else { Some(AnyRef::decode(reader)?) };
        Ok((object, parameters))
    })
}
