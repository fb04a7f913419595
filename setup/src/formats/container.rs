//! The container of `.r1cs`, `.wtns`, `.zkey` and `.ptau` files. Integers little-endian:
//!
//! ```text
//! magic 4 | version 4 | number of sections 4 | for each section: id 4, length 8, content
//! ```
//!
//! Source: iden3's `binfileutils` and the description of the r1cs format.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use crate::SetupError;

/// Most sections that a file may have. No format in use has more than 15.
const MAX_SECTIONS: u32 = 64;

/// The sections of a file.
#[derive(Clone, Debug)]
pub struct Container<'a> {
    name: String,
    sections: BTreeMap<u32, &'a [u8]>,
    order: Vec<u32>,
}

impl<'a> Container<'a> {
    /// Cuts a file into its sections; `name` names it in errors. Every byte has to belong to a section, and no section
    /// may stand twice.
    ///
    /// # Errors
    /// [`SetupError::Format`] when magic or version are others, or a section is cut off or doubled, or bytes are left.
    pub fn parse(name: &str, bytes: &'a [u8], magic: [u8; 4], version: u32) -> Result<Self, SetupError> {
        let bad = |reason: String| SetupError::format(name, reason);
        let cut = || bad("the file ends early".to_owned());
        let mut rest = bytes;
        if take::<4>(&mut rest).ok_or_else(cut)? != magic {
            return Err(bad(format!("it does not begin with '{}'", magic.escape_ascii())));
        }
        let found = u32::from_le_bytes(take(&mut rest).ok_or_else(cut)?);
        if found != version {
            return Err(bad(format!("format version {found}, this program reads version {version}")));
        }
        let count = u32::from_le_bytes(take(&mut rest).ok_or_else(cut)?);
        if count > MAX_SECTIONS {
            return Err(bad(format!("it announces {count} sections, more than {MAX_SECTIONS}")));
        }
        let (mut sections, mut order) = (BTreeMap::new(), Vec::new());
        for _ in 0..count {
            let id = u32::from_le_bytes(take(&mut rest).ok_or_else(cut)?);
            let length = u64::from_le_bytes(take(&mut rest).ok_or_else(cut)?);
            let length = usize::try_from(length).ok().filter(|&length| length <= rest.len());
            let length = length.ok_or_else(|| bad(format!("section {id} is longer than the file")))?;
            let (content, tail) = rest.split_at(length);
            rest = tail;
            if sections.insert(id, content).is_some() {
                return Err(bad(format!("section {id} stands in it twice")));
            }
            order.push(id);
        }
        if !rest.is_empty() {
            return Err(bad(format!("{} bytes are left over after its last section", rest.len())));
        }
        Ok(Self { name: name.to_owned(), sections, order })
    }

    /// The file's name, for errors.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The ids of the sections.
    pub fn ids(&self) -> impl Iterator<Item = u32> + '_ {
        self.sections.keys().copied()
    }

    /// The ids of the sections in the order in which they stand in the file.
    pub fn order(&self) -> &[u32] {
        &self.order
    }

    /// The content of a section, if the file has it.
    pub fn optional(&self, id: u32) -> Option<&'a [u8]> {
        self.sections.get(&id).copied()
    }

    /// The content of a section.
    ///
    /// # Errors
    /// [`SetupError::Format`] when the file does not have it.
    pub fn section(&self, id: u32) -> Result<&'a [u8], SetupError> {
        self.optional(id).ok_or_else(|| self.bad(format!("section {id} is missing")))
    }

    /// The content of a section of exactly `items` items of `width` bytes.
    ///
    /// # Errors
    /// [`SetupError::Format`] when the file does not have it or it has another length.
    pub fn items(&self, id: u32, items: usize, width: usize) -> Result<&'a [u8], SetupError> {
        let content = self.section(id)?;
        if items.checked_mul(width) == Some(content.len()) {
            return Ok(content);
        }
        Err(self.bad(format!("section {id} has {} bytes where {items} items of {width} belong", content.len())))
    }

    /// An error about this file.
    pub fn bad(&self, reason: impl Into<String>) -> SetupError {
        SetupError::format(&self.name, reason.into())
    }
}

/// Takes a field of fixed width from the front; `None` when the bytes end early.
pub fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (field, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*field)
}

/// Writes a container whose sections' lengths are known beforehand, so that nothing has to be held or gone back to.
#[derive(Debug)]
pub struct ContainerWriter<W: Write> {
    out: W,
    sections: u32,
    left: u64,
}

impl<W: Write> ContainerWriter<W> {
    /// Writes the head of a file with `sections` sections.
    ///
    /// # Errors
    /// Of `out`.
    pub fn new(mut out: W, magic: [u8; 4], version: u32, sections: u32) -> io::Result<Self> {
        out.write_all(&magic)?;
        out.write_all(&version.to_le_bytes())?;
        out.write_all(&sections.to_le_bytes())?;
        Ok(Self { out, sections, left: 0 })
    }

    /// Begins a section of `length` bytes; they are written next.
    ///
    /// # Errors
    /// When the section before is not full or all are written; of `out`.
    pub fn section(&mut self, id: u32, length: u64) -> io::Result<()> {
        self.full()?;
        self.sections = self.sections.checked_sub(1).ok_or_else(|| io::Error::other("one section too many"))?;
        self.left = length;
        self.out.write_all(&id.to_le_bytes())?;
        self.out.write_all(&length.to_le_bytes())
    }

    /// Where the file goes, to read back what was written: it has to be left at its end.
    pub fn inner(&mut self) -> &mut W {
        &mut self.out
    }

    /// Ends the file and gives `out` back.
    ///
    /// # Errors
    /// When a section is missing or not full; of `out`.
    pub fn finish(mut self) -> io::Result<W> {
        self.full()?;
        if self.sections > 0 {
            return Err(io::Error::other(format!("{} sections are missing", self.sections)));
        }
        self.out.flush()?;
        Ok(self.out)
    }

    fn full(&self) -> io::Result<()> {
        if self.left == 0 {
            Ok(())
        } else {
            Err(io::Error::other(format!("{} bytes of a section are missing", self.left)))
        }
    }
}

impl<W: Write> Write for ContainerWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.left < bytes.len() as u64 {
            return Err(io::Error::other("more bytes than the section was to have"));
        }
        let written = self.out.write(bytes)?;
        self.left -= written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> Vec<u8> {
        let mut writer = ContainerWriter::new(Vec::new(), *b"test", 1, 2).unwrap();
        writer.section(3, 5).unwrap();
        writer.write_all(b"hello").unwrap();
        writer.section(1, 0).unwrap();
        writer.finish().unwrap()
    }

    #[test]
    fn sections_come_back() {
        let bytes = file();
        let container = Container::parse("t", &bytes, *b"test", 1).unwrap();
        assert_eq!(container.section(3).unwrap(), b"hello");
        assert_eq!(container.items(3, 5, 1).unwrap(), b"hello");
        assert_eq!(container.section(1).unwrap(), b"");
        assert_eq!(container.ids().collect::<Vec<_>>(), [1, 3]);
        assert_eq!(container.order(), [3, 1]);
        assert!(container.section(2).is_err() && container.items(3, 2, 2).is_err());
        assert!(container.items(3, usize::MAX, 2).is_err());
    }

    #[test]
    fn every_truncation_addition_and_wrong_head_is_refused() {
        let bytes = file();
        let parse = |bytes: &[u8]| Container::parse("t", bytes, *b"test", 1).map(|_| ());
        for length in 0..bytes.len() {
            assert!(parse(&bytes[..length]).is_err(), "{length}");
        }
        assert!(parse(&[bytes.as_slice(), &[0]].concat()).is_err());
        assert!(Container::parse("t", &bytes, *b"best", 1).is_err());
        assert!(Container::parse("t", &bytes, *b"test", 2).is_err());
    }

    #[test]
    fn forged_lengths_and_counts_and_double_sections_are_refused() {
        let good = file();
        let with = |at: usize, new: &[u8]| {
            let mut bytes = good.clone();
            bytes[at..at + new.len()].copy_from_slice(new);
            Container::parse("t", &bytes, *b"test", 1).unwrap_err().to_string()
        };
        assert!(with(8, &u32::MAX.to_le_bytes()).contains("sections"));
        assert!(with(16, &u64::MAX.to_le_bytes()).contains("longer than the file"));
        assert!(with(29, &3u32.to_le_bytes()).contains("twice"));
    }

    #[test]
    fn a_writer_holds_to_what_it_announced() {
        let new = || ContainerWriter::new(Vec::new(), *b"test", 1, 1).unwrap();
        assert!(new().finish().is_err());
        let mut short = new();
        short.section(1, 2).unwrap();
        assert!(short.section(2, 0).is_err());
        assert!(short.write_all(b"long").is_err());
        assert!(short.finish().is_err());
        let mut many = new();
        many.section(1, 0).unwrap();
        assert!(many.section(2, 0).is_err());
    }
}
