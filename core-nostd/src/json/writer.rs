//! Writes compact JSON.

use alloc::vec::Vec;
use core::fmt::{Display, Write};

/// Appends JSON text to a buffer. The order of calls makes the document.
pub(crate) struct Writer<'a> {
    out: &'a mut Vec<u8>,
}

impl<'a> Writer<'a> {
    pub(crate) const fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out }
    }

    /// Text that is JSON already.
    pub(crate) fn raw(&mut self, json: &str) {
        self.out.extend_from_slice(json.as_bytes());
    }

    /// A comma before every item but the first.
    pub(crate) fn comma_unless_first(&mut self, index: usize) {
        if index > 0 {
            self.raw(",");
        }
    }

    /// A string in quotes. Escaped is what must be, and what readers of the event stream might take for a line's end.
    pub(crate) fn string(&mut self, text: &str) {
        self.raw("\"");
        for run in text.split_inclusive(must_escape) {
            let mut characters = run.chars();
            match characters.next_back().filter(|character| must_escape(*character)) {
                Some(special) => {
                    self.raw(characters.as_str());
                    self.escape(special);
                }
                None => self.raw(run),
            }
        }
        self.raw("\"");
    }

    fn escape(&mut self, character: char) {
        match character {
            '"' => self.raw("\\\""),
            '\\' => self.raw("\\\\"),
            '\u{8}' => self.raw("\\b"),
            '\u{c}' => self.raw("\\f"),
            '\n' => self.raw("\\n"),
            '\r' => self.raw("\\r"),
            '\t' => self.raw("\\t"),
            other => {
                let hex = |digit: u32| char::from_digit(digit, 16).map_or(b'0', |digit| digit as u8);
                self.raw("\\u");
                self.out.extend([12, 8, 4, 0].map(|shift| hex(u32::from(other) >> shift & 15)));
            }
        }
    }

    /// A whole number.
    pub(crate) fn integer(&mut self, value: u64) {
        self.display(value);
    }

    /// What `value` displays, which must need no escape.
    pub(crate) fn display(&mut self, value: impl Display) {
        // A buffer in memory takes everything: there is no error to handle.
        let _ = write!(self, "{value}");
    }
}

impl Write for Writer<'_> {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        self.raw(text);
        Ok(())
    }
}

/// What JSON asks for, and Unicode's other line ends: the event stream's rules do not know them, but a client that cuts
/// lines by its language's own function would.
const fn must_escape(character: char) -> bool {
    matches!(character, '"' | '\\' | '\0'..='\u{1f}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Writer<'_>)) -> alloc::string::String {
        let mut out = Vec::new();
        write(&mut Writer::new(&mut out));
        alloc::string::String::from_utf8(out).unwrap()
    }

    #[test]
    fn strings_escape_only_what_must_be() {
        assert_eq!(written(|w| w.string("é/\u{7f}\u{2027}😀")), "\"é/\u{7f}\u{2027}😀\"");
        assert_eq!(written(|w| w.string("a\u{85}\u{2028}\u{2029}b")), r#""a\u0085\u2028\u2029b""#);
        assert_eq!(written(|w| w.string("\"\\\u{8}\u{c}\n\r\t\0\u{1f}x")), r#""\"\\\b\f\n\r\t\u0000\u001fx""#);
        assert_eq!(written(|w| w.string("")), "\"\"");
    }
}
