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

/// The kinds of [`Output`], by the numbers that hosts of other languages know them by. What a kind does not name, an empty
/// text or 0, means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputKind {
    /// There is nothing to do or to know at present.
    None,
    /// Drop the connection.
    Disconnect,
    /// Open the stream. Text: what to send as `Last-Event-ID`, empty where there is nothing to send.
    Connect,
    /// Something failed. Text: the error's code, a blank, and its message. Number: its HTTP status, or 0.
    Error,
    /// Answers may have changed. Text: the keys of the flags, sorted, with commas between.
    FlagsChanged,
    /// The status is another. Number: its place in [`Status`].
    StatusChanged,
    /// Call [`SyncClient::handle_timeout`](super::SyncClient::handle_timeout). Number: the moment.
    WakeAt,
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

    /// The kind of what is next. Of an error and of changed flags the rest must then be taken.
    pub(crate) fn next_kind(&mut self) -> OutputKind {
        if core::mem::take(&mut self.disconnect) {
            OutputKind::Disconnect
        } else if core::mem::take(&mut self.connect) {
            OutputKind::Connect
        } else if self.error.is_some() {
            OutputKind::Error
        } else if self.changed.is_empty() {
            OutputKind::None
        } else {
            OutputKind::FlagsChanged
        }
    }

    pub(crate) fn take_error(&mut self) -> Option<Box<SyncError>> {
        self.error.take()
    }

    pub(crate) fn take_changed(&mut self) -> Vec<FlagKey> {
        core::mem::take(&mut self.changed)
    }

    /// Takes the error as its text and number.
    pub(crate) fn write_error(&mut self, text: &mut Vec<u8>) -> u64 {
        let Some(error) = self.error.take() else { return 0 };
        error.write(text);
        error.http_status().unwrap_or_default().into()
    }

    /// Takes the keys as a text; gives no number.
    pub(crate) fn write_changed(&mut self, text: &mut Vec<u8>) -> u64 {
        for key in self.changed.drain(..) {
            if !text.is_empty() {
                text.push(b',');
            }
            text.extend_from_slice(key.as_str().as_bytes());
        }
        0
    }
}
