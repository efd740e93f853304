//! What a sync client wants its host to do or to know.

use super::fault::SyncError;
use crate::event_id::EventId;
use crate::flag_key::FlagKey;
use alloc::boxed::Box;
use alloc::vec::Vec;

/// One thing to do or to know. [`SyncClient::poll_output`](super::SyncClient::poll_output) gives them in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Drop the connection or the attempt. What it still brings is not to be handed in.
    Disconnect,
    /// Open the stream.
    Connect {
        /// What to send as `Last-Event-ID`.
        last_event_id: Option<EventId>,
    },
    /// Something failed; the client goes on by itself.
    Error(Box<SyncError>),
    /// Answers may have changed.
    FlagsChanged {
        /// The flags that were added, changed or removed: sorted, each once.
        keys: Vec<FlagKey>,
    },
    /// The status is another.
    StatusChanged(Status),
    /// Call [`SyncClient::handle_timeout`](super::SyncClient::handle_timeout) at this moment or a little later. It
    /// replaces the moment that was asked for before.
    WakeAt(u64),
}

/// How far the flags in memory can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// There are no flags yet: every answer is the caller's default.
    Connecting,
    /// The flags follow the server.
    Ready,
    /// The flags are the last known ones: the stream is broken, or has not brought its first flags yet.
    Stale,
    /// The client was closed. The flags are the last known ones.
    Closed,
}

impl Status {
    /// The status as SDKs name it: `connecting`, `ready`, `stale` or `closed`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Ready => "ready",
            Self::Stale => "stale",
            Self::Closed => "closed",
        }
    }
}

/// What waits to be polled: of each kind at most one, so that it stays bounded whatever the peer does.
#[derive(Debug)]
pub(crate) struct Outbox {
    disconnect: bool,
    connect: bool,
    error: Option<Box<SyncError>>,
    changed: Vec<FlagKey>,
}

impl Outbox {
    pub(crate) const fn new() -> Self {
        Self { disconnect: false, connect: false, error: None, changed: Vec::new() }
    }

    pub(crate) fn connect(&mut self) {
        self.connect = true;
    }

    /// Asks for the end of the connection. One that was asked for and not polled yet is not made at all.
    pub(crate) fn disconnect(&mut self) {
        self.disconnect |= !core::mem::take(&mut self.connect);
    }

    pub(crate) fn error(&mut self, error: Box<SyncError>) {
        self.error = Some(error);
    }

    /// Notes a flag that changed. Many come in the order of their keys, and so each to the end.
    pub(crate) fn changed(&mut self, key: &FlagKey) {
        if let Err(place) = self.changed.binary_search(key) {
            self.changed.insert(place, key.clone());
        }
    }

    /// What is next; `last_event_id` is what a connection is asked for with.
    pub(crate) fn pop(&mut self, last_event_id: impl FnOnce() -> Option<EventId>) -> Option<Output> {
        if core::mem::take(&mut self.disconnect) {
            return Some(Output::Disconnect);
        }
        if core::mem::take(&mut self.connect) {
            return Some(Output::Connect { last_event_id: last_event_id() });
        }
        if let Some(error) = self.error.take() {
            return Some(Output::Error(error));
        }
        if self.changed.is_empty() {
            None
        } else {
            Some(Output::FlagsChanged { keys: core::mem::take(&mut self.changed) })
        }
    }
}
