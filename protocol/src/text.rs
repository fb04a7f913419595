//! Characters in names and messages.

/// What names and messages must not hold: control characters, and what [`is_formatting`] says.
pub fn is_unprintable(c: char) -> bool {
    c.is_control() || is_formatting(c)
}

/// Invisible and direction-changing format characters, which make a text read as another one.
pub fn is_formatting(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
