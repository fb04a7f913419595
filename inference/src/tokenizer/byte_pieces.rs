//! The way in which byte-level vocabularies write bytes as characters: printable ones as themselves, the others as
//! the characters from U+0100 on (GPT-2, Radford et al. 2019, `bytes_to_unicode` of its published code).

/// Whether a byte is written as the character of the same number.
fn printable(byte: u8) -> bool {
    matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff)
}

/// The character of each byte, by byte.
pub(super) fn characters() -> [char; 256] {
    let mut next = 0x100;
    let mut table = ['\0'; 256];
    for byte in 0..=u8::MAX {
        let number = if printable(byte) {
            u32::from(byte)
        } else {
            next += 1;
            next - 1
        };
        table[usize::from(byte)] = char::from_u32(number).unwrap_or('\0');
    }
    table
}

/// The bytes that a piece stands for; nothing if it has a character that stands for no byte.
pub(super) fn bytes(piece: &str) -> Option<Vec<u8>> {
    let table = characters();
    let byte = |c: char| table.iter().position(|&known| known == c).and_then(|i| u8::try_from(i).ok());
    piece.chars().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_a_character_of_its_own() {
        let table = characters();
        assert_eq!(table.iter().collect::<std::collections::BTreeSet<_>>().len(), 256);
        assert_eq!((table[usize::from(b'A')], table[usize::from(b' ')], table[usize::from(b'\n')]), ('A', 'Ġ', 'Ċ'));
        for byte in 0..=u8::MAX {
            assert_eq!(bytes(&table[usize::from(byte)].to_string()), Some(vec![byte]));
        }
        assert_eq!(bytes("▁a"), None);
    }
}
