//! An incremental parser of event streams: text in, cut anywhere; events out.

use crate::digits::digits;
use crate::error::{Error, ErrorKind};
use crate::words;
use alloc::string::String;

/// Parses one event stream (WHATWG HTML, section 9.2.6), of which it is given text. Memory is bounded: the data of an event
/// and the line behind it hold at most the limit given at the start, together.
#[derive(Debug)]
pub(crate) struct TextParser {
    limit: usize,
    /// What stands between the lines of an event's data.
    joint: &'static str,
    /// The line that is not over yet.
    line: String,
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

impl TextParser {
    /// A parser at the start of a stream, which holds at most `limit` bytes of an event's data and a line. The standard has
    /// a line feed as the `joint` between an event's lines of data.
    #[must_use]
    pub(crate) const fn new(limit: usize, joint: &'static str) -> Self {
        Self {
            limit,
            joint,
            line: String::new(),
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

    /// Whether `text` completes another event, which [`event`](Self::event) then gives. What was read is taken off `text`;
    /// where it completes none, all of it was.
    ///
    /// # Errors
    /// [`ErrorKind::LineTooLong`] where they exceed the limit. The stream cannot be read on.
    pub(crate) fn advance(&mut self, text: &mut &str) -> Result<bool, Error> {
        if core::mem::take(&mut self.dispatched) {
            self.kind.clear();
            self.data.clear();
            self.has_data = false;
        }
        while let Some(first) = text.as_bytes().first() {
            if core::mem::take(&mut self.after_carriage_return) && *first == b'\n' {
                *text = behind(text, 1);
                continue;
            }
            let end = text.bytes().position(|byte| matches!(byte, b'\n' | b'\r'));
            let (part, rest) = text.split_at_checked(end.unwrap_or(text.len())).unwrap_or_default();
            *text = behind(rest, 1);
            if self.line.len() + part.len() + self.data.len() > self.limit {
                return Err(self.too_long());
            }
            self.line.push_str(part);
            if end.is_none() {
                break;
            }
            self.after_carriage_return = rest.as_bytes().first() == Some(&b'\r');
            let line = core::mem::take(&mut self.line);
            self.process(&line)?;
            self.line = line;
            self.line.clear();
            if self.dispatched {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The event that was completed last.
    pub(crate) fn event(&self) -> Event<'_> {
        let kind = if self.kind.is_empty() { "message" } else { &self.kind };
        Event { kind, data: &self.data, id: &self.id }
    }

    /// The last reconnection time that the stream gave, in milliseconds.
    #[must_use]
    pub(crate) const fn retry(&self) -> Option<u64> {
        self.retry
    }

    /// The id to send as `Last-Event-ID` when the stream is opened anew.
    #[must_use]
    pub(crate) fn last_event_id(&self) -> &str {
        &self.id
    }

    fn process(&mut self, line: &str) -> Result<(), Error> {
        if line.is_empty() {
            self.dispatch();
            return Ok(());
        }
        let colon = line.bytes().position(|byte| byte == b':').unwrap_or(line.len());
        let name = line.as_bytes().get(..colon).unwrap_or_default();
        let blanks = usize::from(line.as_bytes().get(colon + 1) == Some(&b' '));
        let value = behind(line, colon + 1 + blanks);
        let field = words::place(FIELDS, name);
        let text = match field {
            DATA => &mut self.data,
            Some(1) => &mut self.kind,
            Some(2) if value.bytes().all(|byte| byte != 0) => &mut self.next_id,
            Some(3) => {
                self.retry = digits(value.as_bytes()).or(self.retry);
                return Ok(());
            }
            _ => return Ok(()),
        };
        let mut line_end = "";
        if field != DATA {
            text.clear();
        } else if core::mem::replace(&mut self.has_data, true) {
            line_end = self.joint;
        }
        text.push_str(line_end);
        text.push_str(value);
        Ok(())
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

/// What stands behind so many bytes of a text.
#[cfg_attr(target_family = "wasm", inline(never))]
fn behind(text: &str, bytes: usize) -> &str {
    text.get(bytes..).unwrap_or_default()
}
