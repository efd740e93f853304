//! One stream: its bytes in, what its events do to the flags out.

use super::fault::SyncError;
use super::session::{Session, Source};
use crate::flag_key::FlagKey;
use crate::sse::Parser;
use crate::store::FlagStore;
use alloc::boxed::Box;

/// A stream from its first byte on.
#[derive(Debug)]
pub(crate) struct Stream {
    parser: Parser,
    session: Session,
}

impl Stream {
    /// Nothing has arrived yet. `limit` as [`Parser::new`] takes it.
    pub(crate) const fn new(source: Source, limit: usize) -> Self {
        Self { parser: Parser::new(limit), session: Session::new(source) }
    }

    /// Takes the events that `bytes` complete, up to the first that is wrong. Gives `changed` the keys of the flags that
    /// they change.
    pub(crate) fn read(
        &mut self,
        mut bytes: &[u8],
        store: &mut FlagStore,
        changed: &mut dyn FnMut(&FlagKey),
    ) -> Result<(), Box<SyncError>> {
        loop {
            match self.parser.next_event(&mut bytes) {
                Ok(Some(event)) => self.session.handle(store, event, changed)?,
                Ok(None) => return Ok(()),
                Err(error) => return Err(SyncError::unreadable("an event", &error)),
            }
        }
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
