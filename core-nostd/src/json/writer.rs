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

    /// A string in quotes. Escaped is only what must be.
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
                self.raw("\\u00");
                self.out.extend_from_slice(&[hex(u32::from(other) >> 4), hex(u32::from(other) & 15)]);
            }
        }
    }

    /// A whole number.
    pub(crate) fn integer(&mut self, value: u64) {
        self.display(value);
    }

    /// `value` / 1000 as a decimal number without trailing zeros.
    pub(crate) fn thousandths(&mut self, value: u32) {
        self.integer(u64::from(value / 1000));
        let (mut fraction, mut scale) = (value % 1000, 100);
        if fraction > 0 {
            self.raw(".");
        }
        while fraction > 0 {
            self.integer(u64::from(fraction / scale));
            fraction %= scale;
            scale /= 10;
        }
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

const fn must_escape(character: char) -> bool {
    matches!(character, '"' | '\\' | '\0'..='\u{1f}')
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
        assert_eq!(written(|w| w.string("é/\u{7f}\u{2028}😀")), "\"é/\u{7f}\u{2028}😀\"");
        assert_eq!(written(|w| w.string("\"\\\u{8}\u{c}\n\r\t\0\u{1f}x")), r#""\"\\\b\f\n\r\t\u0000\u001fx""#);
        assert_eq!(written(|w| w.string("")), "\"\"");
    }

    #[test]
    fn thousandths_are_decimals_without_trailing_zeros() {
        for (value, text) in
            [(0, "0"), (1, "0.001"), (50_000, "50"), (100, "0.1"), (12_345, "12.345"), (99_050, "99.05")]
        {
            assert_eq!(written(|w| w.thousandths(value)), text);
        }
    }
}
