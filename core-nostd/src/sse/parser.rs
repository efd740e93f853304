//! An incremental parser of event streams: bytes in, cut anywhere; events out.

use crate::digits::digits;
use crate::error::{Error, ErrorKind};
use crate::words;
use alloc::string::String;
use alloc::vec::Vec;

/// Parses one event stream (WHATWG HTML, section 9.2.6). Memory is bounded: a line, and the data of an event, hold at
/// most the limit given at the start.
///
/// ```
/// use sidekick_core::sse::Parser;
/// let mut parser = Parser::new(1024);
/// let mut bytes: &[u8] = b"id: 7\ndata: hello\n\ndata: unfinished";
/// let event = parser.next_event(&mut bytes)?.unwrap();
/// assert_eq!((event.kind, event.data, event.id), ("message", "hello", "7"));
/// assert!(parser.next_event(&mut bytes)?.is_none());
/// # Ok::<(), sidekick_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Parser {
    limit: usize,
    /// The line that is not over yet.
    line: Vec<u8>,
    is_first_line: bool,
    after_carriage_return: bool,
    kind: String,
    data: String,
    has_data: bool,
    id: String,
    next_id: String,
    retry: Option<u64>,
    /// The event whose parts `kind` and `data` hold was given out: they are cleared before the next line.
    dispatched: bool,
}

/// One event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event<'a> {
    /// Its `event` field; `message` where it had none.
    pub kind: &'a str,
    /// Its `data` lines, joined by LF.
    pub data: &'a str,
    /// The last event id of the stream when the event was complete; empty where there was none.
    pub id: &'a str,
}

const FIELDS: &str = "data event id retry";
const DATA: Option<usize> = Some(0);

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl Parser {
    /// A parser at the start of a stream, which holds at most `limit` bytes of a line and of an event's data.
    #[must_use]
    pub const fn new(limit: usize) -> Self {
        Self {
            limit,
            line: Vec::new(),
            is_first_line: true,
            after_carriage_return: false,
            kind: String::new(),
            data: String::new(),
            has_data: false,
            id: String::new(),
            next_id: String::new(),
            retry: None,
            dispatched: false,
        }
    }

    /// The next event that `bytes` complete. What was read is taken off `bytes`; at `None` all of it was.
    ///
    /// # Errors
    /// [`ErrorKind::LineTooLong`] where a line or the data of an event exceeds the limit. The stream cannot be read on.
    pub fn next_event(&mut self, bytes: &mut &[u8]) -> Result<Option<Event<'_>>, Error> {
        if core::mem::take(&mut self.dispatched) {
            self.kind.clear();
            self.data.clear();
            self.has_data = false;
        }
        while let Some(first) = bytes.first() {
            if core::mem::take(&mut self.after_carriage_return) && *first == b'\n' {
                *bytes = bytes.get(1..).unwrap_or_default();
                continue;
            }
            let end = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let (part, rest) = bytes.split_at_checked(end.unwrap_or(bytes.len())).unwrap_or_default();
            *bytes = rest.get(1..).unwrap_or_default();
            if self.line.len() + part.len() > self.limit {
                return Err(self.too_long());
            }
            self.line.extend_from_slice(part);
            if end.is_none() {
                break;
            }
            self.after_carriage_return = rest.first() == Some(&b'\r');
            let line = core::mem::take(&mut self.line);
            self.process(&line)?;
            self.line = line;
            self.line.clear();
            if self.dispatched {
                let kind = if self.kind.is_empty() { "message" } else { &self.kind };
                return Ok(Some(Event { kind, data: &self.data, id: &self.id }));
            }
        }
        Ok(None)
    }

    /// The last reconnection time that the stream gave, in milliseconds.
    #[must_use]
    pub const fn retry(&self) -> Option<u64> {
        self.retry
    }

    /// The id to send as `Last-Event-ID` when the stream is opened anew.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        &self.id
    }

    fn process(&mut self, mut line: &[u8]) -> Result<(), Error> {
        if core::mem::take(&mut self.is_first_line) {
            line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
        }
        if line.is_empty() {
            self.dispatch();
            return Ok(());
        }
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let (name, value) = line.split_at_checked(colon).unwrap_or_default();
        let value = match value {
            [b':', b' ', value @ ..] | [b':', value @ ..] => value,
            _ => value,
        };
        let field = words::place(FIELDS, name);
        let text = match field {
            DATA => &mut self.data,
            Some(1) => &mut self.kind,
            Some(2) if value.iter().all(|byte| *byte != 0) => &mut self.next_id,
            Some(3) => {
                self.retry = digits(value).or(self.retry);
                return Ok(());
            }
            _ => return Ok(()),
        };
        if field != DATA {
            text.clear();
            push_mended(text, value);
            return Ok(());
        }
        let length = text.len();
        let line_end = core::mem::replace(&mut self.has_data, true);
        // Before memory is taken for it; and after it, for what is mended is longer.
        if length + usize::from(line_end) + value.len() <= self.limit {
            if line_end {
                text.push('\n');
            }
            push_mended(text, value);
            if text.len() <= self.limit {
                return Ok(());
            }
        }
        // Who reads on all the same must not gather what was refused.
        text.truncate(length);
        Err(self.too_long())
    }

    #[cold]
    fn too_long(&self) -> Error {
        Error::new(ErrorKind::LineTooLong { limit: self.limit }, "")
    }

    /// Ends the event. One without data is none, but its id counts.
    fn dispatch(&mut self) {
        self.id.clone_from(&self.next_id);
        self.dispatched = self.has_data;
        if !self.has_data {
            self.kind.clear();
        }
    }
}

/// Appends text as the standard decodes it: each longest part that starts a character and does not end it becomes U+FFFD
/// (Encoding Standard, section 8.1.1).
fn push_mended(text: &mut String, bytes: &[u8]) {
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push('\u{fffd}');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn mended(bytes: &[u8]) -> String {
        let mut text = String::from("before");
        push_mended(&mut text, bytes);
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
    }
}
