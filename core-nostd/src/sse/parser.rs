//! An incremental parser of event streams: bytes in, cut anywhere; events out.

use crate::error::{Error, ErrorKind};
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
    line: Vec<u8>,
    /// How many bytes of a byte order mark the stream has started with; `None` once it is settled.
    mark: Option<usize>,
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

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl Parser {
    /// A parser at the start of a stream, which holds at most `limit` bytes of a line and of an event's data.
    #[must_use]
    pub const fn new(limit: usize) -> Self {
        Self {
            limit,
            line: Vec::new(),
            mark: Some(0),
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
        self.skip_mark(bytes);
        while let Some(first) = bytes.first() {
            if core::mem::take(&mut self.after_carriage_return) && *first == b'\n' {
                *bytes = bytes.get(1..).unwrap_or_default();
                continue;
            }
            let Some(length) = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
                self.hold(bytes)?;
                *bytes = &[];
                break;
            };
            let (part, rest) = bytes.split_at_checked(length).unwrap_or((bytes, &[]));
            self.after_carriage_return = rest.first() == Some(&b'\r');
            *bytes = rest.get(1..).unwrap_or_default();
            if self.line.is_empty() && part.len() <= self.limit {
                self.process(part)?;
            } else {
                self.hold(part)?;
                let mut line = core::mem::take(&mut self.line);
                self.process(&line)?;
                line.clear();
                self.line = line;
            }
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

    /// Takes a byte order mark off the start of the stream, wherever it is cut.
    fn skip_mark(&mut self, bytes: &mut &[u8]) {
        while let (Some(seen), Some(byte)) = (self.mark, bytes.first()) {
            if BYTE_ORDER_MARK.get(seen) == Some(byte) {
                *bytes = bytes.get(1..).unwrap_or_default();
                self.mark = Some(seen + 1).filter(|seen| *seen < BYTE_ORDER_MARK.len());
            } else {
                self.line.extend_from_slice(BYTE_ORDER_MARK.get(..seen).unwrap_or_default());
                self.mark = None;
            }
        }
    }

    /// Keeps the start of a line until its end arrives.
    fn hold(&mut self, part: &[u8]) -> Result<(), Error> {
        if self.line.len().saturating_add(part.len()) > self.limit {
            return Err(ErrorKind::LineTooLong { limit: self.limit }.into());
        }
        self.line.extend_from_slice(part);
        Ok(())
    }

    fn process(&mut self, line: &[u8]) -> Result<(), Error> {
        if line.is_empty() {
            self.dispatch();
            return Ok(());
        }
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let (name, value) = line.split_at_checked(colon).unwrap_or((line, &[]));
        let value = value.strip_prefix(b":").unwrap_or_default();
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match name {
            b"event" => {
                self.kind.clear();
                self.kind.push_str(&String::from_utf8_lossy(value));
            }
            b"data" => {
                let value = String::from_utf8_lossy(value);
                if self.data.len() + usize::from(self.has_data) + value.len() > self.limit {
                    return Err(ErrorKind::LineTooLong { limit: self.limit }.into());
                }
                if self.has_data {
                    self.data.push('\n');
                }
                self.has_data = true;
                self.data.push_str(&value);
            }
            b"id" if !value.contains(&0) => {
                self.next_id.clear();
                self.next_id.push_str(&String::from_utf8_lossy(value));
            }
            b"retry" if !value.is_empty() && value.iter().all(u8::is_ascii_digit) => {
                let digits = value.iter().map(|digit| u64::from(digit - b'0'));
                self.retry = Some(digits.fold(0, |millis: u64, digit| millis.saturating_mul(10).saturating_add(digit)));
            }
            _ => {}
        }
        Ok(())
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
