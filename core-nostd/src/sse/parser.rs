//! The parser of event streams for those who have bytes.

use super::decoder::Decoder;
use super::text_parser::{Event, TextParser};
use crate::error::Error;
use alloc::string::String;

/// How many bytes are decoded at once.
pub(crate) const PIECE: usize = 1 << 10;

/// Parses one event stream (WHATWG HTML, section 9.2.6). Memory is bounded: the data of an event and the line
/// behind it hold at most the limit given at the start, together and counted as text: what is no UTF-8 is three bytes each.
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
    decoder: Decoder,
    text: String,
    /// How much of the text was read.
    at: usize,
    parser: TextParser,
}

impl Parser {
    /// A parser at the start of a stream, which holds at most `limit` bytes of an event's data and a line.
    #[must_use]
    pub const fn new(limit: usize) -> Self {
        Self { decoder: Decoder::new(), text: String::new(), at: 0, parser: TextParser::new(limit, "\n") }
    }

    /// The next event that `bytes` complete. What was read is taken off `bytes`; at `None` all of it was.
    ///
    /// # Errors
    /// [`ErrorKind::LineTooLong`](crate::ErrorKind::LineTooLong) where they exceed the limit.
    /// The stream cannot be read on.
    pub fn next_event(&mut self, bytes: &mut &[u8]) -> Result<Option<Event<'_>>, Error> {
        loop {
            let mut rest = self.text.get(self.at..).unwrap_or_default();
            let is_complete = self.parser.advance(&mut rest);
            self.at = self.text.len() - rest.len();
            if is_complete? {
                return Ok(Some(self.parser.event()));
            }
            if bytes.is_empty() {
                return Ok(None);
            }
            let (piece, others) = bytes.split_at_checked(PIECE).unwrap_or((bytes, b""));
            *bytes = others;
            self.text.clear();
            self.at = 0;
            self.decoder.decode(piece, &mut self.text);
        }
    }

    /// The last reconnection time that the stream gave, in milliseconds.
    #[must_use]
    pub const fn retry(&self) -> Option<u64> {
        self.parser.retry()
    }

    /// The id to send as `Last-Event-ID` when the stream is opened anew.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.parser.last_event_id()
    }
}
