//! Writes compact JSON.

use super::reader::ESCAPES;
use alloc::vec::Vec;

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
        self.out.push(b'"');
        let mut bytes = text.as_bytes();
        while let Some(first) = bytes.first() {
            let special = match bytes {
                [b'"' | b'\\' | 0..=0x1f, ..] => Some((u32::from(*first), 1)),
                [0xc2, 0x85, ..] => Some((0x85, 2)),
                [0xe2, 0x80, last @ (0xa8 | 0xa9), ..] => Some((0x2000 + u32::from(*last) - 0x80, 3)),
                _ => None,
            };
            let length = match special {
                Some((code, length)) => {
                    self.escape(code);
                    length
                }
                None => {
                    self.out.push(*first);
                    1
                }
            };
            bytes = bytes.get(length..).unwrap_or_default();
        }
        self.out.push(b'"');
    }

    /// A value that is JSON already, without the blanks between its parts, and escaped as [`string`](Self::string) does.
    pub(crate) fn compact(&mut self, json: &str) {
        let (mut in_string, mut is_escaped) = (false, false);
        for character in json.chars() {
            match character {
                ' ' | '\t' | '\n' | '\r' if !in_string => continue,
                '\u{85}' | '\u{2028}' | '\u{2029}' => {
                    self.escape(character.into());
                    continue;
                }
                '"' if !is_escaped => in_string = !in_string,
                _ => {}
            }
            is_escaped = character == '\\' && !is_escaped;
            self.raw(character.encode_utf8(&mut [0; 4]));
        }
    }

    /// `true` or `false`.
    pub(crate) fn boolean(&mut self, value: bool) {
        self.raw(if value { "true" } else { "false" });
    }

    /// A string in quotes, or `null`.
    pub(crate) fn string_or_null(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.string(text),
            None => self.raw("null"),
        }
    }

    fn escape(&mut self, code: u32) {
        self.out.push(b'\\');
        // A solidus needs none, so it never comes here.
        if let Some((letter, _)) = ESCAPES.iter().find(|(_, character)| u32::from(*character) == code) {
            self.out.push(*letter);
            return;
        }
        self.out.push(b'u');
        self.hexadecimal(code.into(), 4);
    }

    /// So many digits of a number, in base 16.
    pub(crate) fn hexadecimal(&mut self, value: u64, digits: u32) {
        for place in (0..digits).rev() {
            let digit = (value >> (4 * place) & 15) as u8;
            self.out.push(digit + if digit < 10 { b'0' } else { b'a' - 10 });
        }
    }

    /// A whole number.
    pub(crate) fn integer(&mut self, value: u64) {
        let mut scale = 1;
        while value / scale >= 10 {
            scale *= 10;
        }
        while scale > 0 {
            self.out.push(b'0' + (value / scale % 10) as u8);
            scale /= 10;
        }
    }

    /// A number that is given in thousandths, without trailing zeros: `50`, `0.1`, `12.345`.
    pub(crate) fn thousandths(&mut self, value: u32) {
        self.integer((value / 1000).into());
        let mut fraction = value % 1000;
        if fraction > 0 {
            self.out.push(b'.');
        }
        while fraction > 0 {
            self.out.push(b'0' + (fraction / 100) as u8);
            fraction = fraction % 100 * 10;
        }
    }
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

    #[test]
    fn whole_numbers_are_written_from_the_first_digit_to_the_last() {
        for value in [0, 1, 9, 10, 99, 100, 101, 1_000_000, u64::from(u32::MAX), 9_007_199_254_740_991, u64::MAX] {
            assert_eq!(written(|w| w.integer(value)), alloc::format!("{value}"));
        }
    }

    #[test]
    fn every_share_is_written_without_trailing_zeros() {
        for value in 0..=100_000 {
            let text = alloc::format!("{}.{:03}", value / 1000, value % 1000);
            let expected = text.trim_end_matches('0').trim_end_matches('.');
            assert_eq!(written(|w| w.thousandths(value)), expected);
        }
    }

    #[test]
    fn base_16_has_as_many_digits_as_were_asked_for() {
        for value in [0, 0xf, 0x10, 0xabc_def0, 0x1234_5678] {
            assert_eq!(written(|w| w.hexadecimal(value, 8)), alloc::format!("{value:08x}"));
            assert_eq!(written(|w| w.hexadecimal(value, 4)), alloc::format!("{:04x}", value & 0xffff));
        }
        assert_eq!(written(|w| w.hexadecimal(u64::MAX, 16)), "ffffffffffffffff");
    }
}
