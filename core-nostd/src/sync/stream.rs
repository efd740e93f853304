//! One stream: its bytes in, what its events do to the flags out.

use super::fault::SyncError;
use super::output::Outbox;
use super::session::{Session, Source};
use crate::sse::TextParser;
use crate::store::FlagStore;
use alloc::boxed::Box;

/// A stream from its first byte on.
#[derive(Debug)]
pub(crate) struct Stream {
    #[cfg(not(target_family = "wasm"))]
    decoder: crate::sse::Decoder,
    parser: TextParser,
    session: Session,
}

impl Stream {
    /// Nothing has arrived yet. `limit` is the most bytes of an event's data and a line.
    pub(crate) const fn new(source: Source, limit: usize) -> Self {
        // In JSON a tab is a blank, and not allowed in strings, just as a line feed is: so all documents have one line.
        Self {
            #[cfg(not(target_family = "wasm"))]
            decoder: crate::sse::Decoder::new(),
            parser: TextParser::new(limit, "\t"),
            session: Session::new(source),
        }
    }

    /// Takes the events that `text` completes, up to the first that is wrong. Notes in `outbox` the
    /// flags that they change.
    pub(crate) fn read(
        &mut self,
        mut text: &str,
        store: &mut FlagStore,
        outbox: &mut Outbox,
    ) -> Result<(), Box<SyncError>> {
        while self.parser.advance(&mut text).map_err(|error| SyncError::unreadable("an event", &error))? {
            self.session.handle(store, self.parser.event(), outbox)?;
        }
        Ok(())
    }

    /// As [`read`](Self::read), of bytes that are cut anywhere. In WebAssembly the platform decodes them.
    #[cfg(not(target_family = "wasm"))]
    pub(crate) fn read_bytes(
        &mut self,
        bytes: &[u8],
        store: &mut FlagStore,
        outbox: &mut Outbox,
    ) -> Result<(), Box<SyncError>> {
        if let Some(text) = self.decoder.as_text(bytes) {
            return self.read(text, store, outbox);
        }
        // In pieces, for the text may be three times as long.
        let mut text = alloc::string::String::new();
        bytes.chunks(crate::sse::PIECE).try_for_each(|piece| {
            text.clear();
            self.decoder.decode(piece, &mut text);
            self.read(&text, store, outbox)
        })
    }

    /// It is asked for with a `Last-Event-ID`, before its first byte.
    pub(crate) const fn resume(&mut self) {
        self.session.resume();
    }

    /// Whether it was asked for with a `Last-Event-ID`.
    pub(crate) fn is_resumed(&self) -> bool {
        self.session.is_resumed()
    }

    /// Whether the flags follow the server.
    pub(crate) fn is_live(&self) -> bool {
        self.session.is_live()
    }

    /// What the stream asked to wait for before the next connection, in milliseconds.
    pub(crate) const fn retry(&self) -> Option<u64> {
        self.parser.retry()
    }
}
