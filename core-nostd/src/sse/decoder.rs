//! Makes text of bytes that arrive in pieces.

use alloc::string::String;
use alloc::vec::Vec;

/// Decodes UTF-8 as browsers do: each longest part that starts a character and does not end it becomes U+FFFD (Encoding
/// Standard, section 8.1.1), and a byte order mark at the start is none of the text (section 6, "UTF-8 decode").
#[derive(Debug)]
pub(crate) struct Decoder {
    /// What starts a character whose end is yet to come.
    unfinished: Vec<u8>,
    has_begun: bool,
}

impl Decoder {
    /// At the start of a text.
    pub(crate) const fn new() -> Self {
        Self { unfinished: Vec::new(), has_begun: false }
    }

    /// Appends the text of the next bytes.
    pub(crate) fn decode(&mut self, bytes: &[u8], text: &mut String) {
        self.unfinished.extend_from_slice(bytes);
        let mut unfinished = 0;
        let mut chunks = self.unfinished.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            text.push_str(behind_mark(chunk.valid(), &mut self.has_begun));
            let invalid = chunk.invalid();
            if chunks.peek().is_none() && may_go_on(invalid) {
                unfinished = invalid.len();
            } else if !invalid.is_empty() {
                text.push('\u{fffd}');
                self.has_begun = true;
            }
        }
        self.unfinished.drain(..self.unfinished.len() - unfinished);
    }

    /// The text of the next bytes, where they are that as they are.
    #[cfg(not(target_family = "wasm"))]
    pub(crate) fn as_text<'a>(&mut self, bytes: &'a [u8]) -> Option<&'a str> {
        let text = core::str::from_utf8(bytes).ok().filter(|_| self.unfinished.is_empty())?;
        Some(behind_mark(text, &mut self.has_begun))
    }
}

/// The text without a byte order mark, where it is the first.
fn behind_mark<'a>(text: &'a str, has_begun: &mut bool) -> &'a str {
    if text.is_empty() || core::mem::replace(has_begun, true) {
        return text;
    }
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// Whether bytes that are no text may become a character by others that follow.
fn may_go_on(bytes: &[u8]) -> bool {
    core::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    /// In one piece, with a line's end behind, before which nothing can be unfinished.
    fn mended(bytes: &[u8]) -> String {
        let (mut text, mut decoder) = (String::new(), Decoder::new());
        decoder.decode(b"before", &mut text);
        decoder.decode(&[bytes, b"\n"].concat(), &mut text);
        assert_eq!(text.pop(), Some('\n'));
        text.split_off("before".len())
    }

    #[test]
    fn every_two_bytes_are_mended_as_the_library_does() {
        for first in 0..=255 {
            for second in 0..=255 {
                // What follows is read as if nothing had been wrong.
                let bytes = [first, second, b'z', 0xe2, 0x82, 0xac];
                assert_eq!(mended(&bytes), String::from_utf8_lossy(&bytes), "{bytes:x?}");
                assert_eq!(mended(&bytes[..2]), String::from_utf8_lossy(&bytes[..2]), "{bytes:x?}");
            }
        }
    }

    #[test]
    fn every_character_is_itself() {
        let all: String = (0..=0x0010_ffff).filter_map(char::from_u32).collect();
        assert!(mended(all.as_bytes()) == all);
    }

    #[test]
    fn a_byte_order_mark_is_no_text_at_the_start_and_nowhere_else() {
        let mark = "\u{feff}".as_bytes();
        for (bytes, expected) in [
            (mark.to_vec(), ""),
            ([mark, b"x"].concat(), "x"),
            ([mark, mark, b"x"].concat(), "\u{feff}x"),
            ([b"x", mark].concat(), "x\u{feff}"),
            ([b"\xff", mark, b"x"].concat(), "\u{fffd}\u{feff}x"),
        ] {
            for size in 1..=bytes.len() {
                let (mut text, mut decoder) = (String::new(), Decoder::new());
                bytes.chunks(size).for_each(|piece| decoder.decode(piece, &mut text));
                assert_eq!(text, expected, "{size} bytes at once");
            }
            if let Some(text) = Decoder::new().as_text(&bytes) {
                assert_eq!(text, expected);
            }
        }
    }

    #[test]
    fn the_edges_of_what_starts_a_character_are_mended_as_the_library_does() {
        let leads = [
            0x7f, 0x80, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5,
        ];
        let rests = [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff];
        for lead in leads {
            for second in rests {
                for third in rests {
                    for fourth in rests {
                        let bytes = [lead, second, third, fourth];
                        for length in 2..=4 {
                            assert_eq!(
                                mended(&bytes[..length]),
                                String::from_utf8_lossy(&bytes[..length]),
                                "{bytes:x?}"
                            );
                        }
                    }
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(5_000) })]

        #[test]
        fn any_bytes_are_mended_as_the_library_does(
            parts in vec(prop_oneof![vec(any::<u8>(), 0..6), any::<String>().prop_map(String::into_bytes)], 0..8),
            cut in 0..4_usize,
        ) {
            let mut bytes = parts.concat();
            bytes.truncate(bytes.len().saturating_sub(cut));
            prop_assert_eq!(mended(&bytes), String::from_utf8_lossy(&bytes));
        }

        #[test]
        fn bytes_in_pieces_are_decoded_as_in_one(
            parts in vec(prop_oneof![vec(any::<u8>(), 0..6), any::<String>().prop_map(String::into_bytes)], 0..8),
            sizes in vec(1..5_usize, 1..8),
        ) {
            let mut bytes = parts.concat();
            bytes.insert(0, b'x');
            bytes.push(b'\n');
            let (mut decoder, mut text, mut rest) = (Decoder::new(), String::new(), bytes.as_slice());
            for size in sizes.iter().cycle() {
                let (piece, others) = rest.split_at_checked(*size).unwrap_or((rest, b""));
                decoder.decode(piece, &mut text);
                rest = others;
                if rest.is_empty() {
                    break;
                }
            }
            prop_assert_eq!(text, String::from_utf8_lossy(&bytes));
        }
    }
}
