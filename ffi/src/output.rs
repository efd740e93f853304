//! What the library gives to its caller: bytes that the caller gives back, and what is to be done or known next.

use crate::fault::{Fault, SidekickError};
use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;
use sidekick_core::sync::{OutputKind, Status, SyncClient};

/// Bytes that the library gives: UTF-8, without a zero at their end. They are the caller's until
/// `sidekick_bytes_free`, and are independent of the client.
#[repr(C)]
#[derive(Debug)]
pub struct SidekickBytes {
    /// The first byte; null where there are none.
    pub pointer: *mut u8,
    /// How many there are.
    pub length: usize,
}

/// How far the flags in memory can be relied on.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SidekickStatus {
    /// There are no flags yet: every answer is the caller's default.
    Connecting = 0,
    /// The flags follow the server.
    Ready = 1,
    /// The flags are the last known ones: the stream is broken, or has not brought its first flags yet.
    Stale = 2,
    /// The client was closed. The flags are the last known ones.
    Closed = 3,
}

/// What is to be done or known.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SidekickOutputKind {
    /// Nothing more for now.
    None = 0,
    /// Drop the connection or the attempt. What it still brings is not to be handed in.
    Disconnect = 1,
    /// Open the stream. `text` is what to send as `Last-Event-ID`; without one that header is left out.
    Connect = 2,
    /// Something failed; the client goes on by itself. `text` is a code, a blank and a message for people; `number` is the
    /// HTTP status of the codes `REFUSED` and `UNEXPECTED_STATUS`, else 0.
    Error = 3,
    /// Answers may have changed. `text` has the keys of the flags that were added, changed or removed: sorted, each once,
    /// with commas between.
    FlagsChanged = 4,
    /// The status is another: `number` is a `SidekickStatus`.
    StatusChanged = 5,
    /// Call `sidekick_handle_event` with `SIDEKICK_EVENT_TIMEOUT` at the time `number`, in milliseconds, or a little later.
    /// It replaces the time that was asked for before.
    WakeAt = 6,
}

/// One thing to do or to know.
#[repr(C)]
#[derive(Debug)]
pub struct SidekickOutput {
    /// What it is.
    pub kind: SidekickOutputKind,
    /// As the kind says.
    pub number: u64,
    /// As the kind says; null where there is none.
    pub text: SidekickBytes,
}

/// Where a client stands.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SidekickState {
    /// The revision of the server's store that the flags are of; 0 before the first.
    pub revision: u64,
    /// How far the flags can be relied on.
    pub status: SidekickStatus,
    /// How many flags there are.
    pub flag_count: u32,
}

/// What `sidekick_export` gives.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SidekickExport {
    /// The flags as a text that `sidekick_import_snapshot` takes, in this version or a later one; null where there never
    /// were any. It is as confidential as the flags.
    Snapshot = 0,
    /// All flags as a JSON array, sorted by key.
    FlagsJson = 1,
}

/// What happened to the host.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SidekickEvent {
    /// The client is to open its stream. A client starts once.
    Start = 0,
    /// The connection is gone, or did not come about.
    Disconnected = 1,
    /// The time came that `SIDEKICK_OUTPUT_KIND_WAKE_AT` named. Early does no harm: the time is then named again.
    Timeout = 2,
    /// Now is a good time for an attempt: the network is back, or somebody looks at the screen again. A wait that the
    /// client chose ends, though no sooner than a second after the last attempt began; one that the server asked for does
    /// not.
    Retry = 3,
    /// The client is to end everything but its flags.
    Close = 4,
}

impl SidekickBytes {
    pub(crate) const NONE: Self = Self { pointer: core::ptr::null_mut(), length: 0 };

    pub(crate) fn of(bytes: Vec<u8>) -> Self {
        if bytes.is_empty() {
            return Self::NONE;
        }
        let bytes = Box::leak(bytes.into_boxed_slice());
        Self { pointer: bytes.as_mut_ptr(), length: bytes.len() }
    }

    /// Gives the memory back, and leaves none behind.
    ///
    /// # Safety
    /// They must come from the library and not be given back yet.
    pub(crate) unsafe fn free(&mut self) {
        let Self { pointer, length } = core::mem::replace(self, Self::NONE);
        if !pointer.is_null() {
            // SAFETY: `of` leaked a box of so many bytes, and the caller gives it back once.
            drop(unsafe { Box::from_raw(core::ptr::slice_from_raw_parts_mut(pointer, length)) });
        }
    }
}

impl SidekickOutput {
    /// The next output of a client.
    pub(crate) fn next(sync: &mut SyncClient) -> Self {
        let mut text = Vec::new();
        let (kind, number) = sync.poll_text(&mut text);
        Self { kind: kind.into(), number, text: SidekickBytes::of(text) }
    }
}

impl From<OutputKind> for SidekickOutputKind {
    fn from(kind: OutputKind) -> Self {
        match kind {
            OutputKind::None => Self::None,
            OutputKind::Disconnect => Self::Disconnect,
            OutputKind::Connect => Self::Connect,
            OutputKind::Error => Self::Error,
            OutputKind::FlagsChanged => Self::FlagsChanged,
            OutputKind::StatusChanged => Self::StatusChanged,
            OutputKind::WakeAt => Self::WakeAt,
        }
    }
}

impl From<Status> for SidekickStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Connecting => Self::Connecting,
            Status::Ready => Self::Ready,
            Status::Stale => Self::Stale,
            Status::Closed => Self::Closed,
        }
    }
}

impl SidekickState {
    pub(crate) fn of(sync: &SyncClient) -> Self {
        Self {
            revision: sync.store().revision().get(),
            status: sync.status().into(),
            flag_count: sync.store().len() as u32,
        }
    }
}

impl SidekickExport {
    pub(crate) fn from_number(number: u32) -> Result<Self, Fault> {
        match number {
            0 => Ok(Self::Snapshot),
            1 => Ok(Self::FlagsJson),
            _ => Err(unknown("what to export", number, 1)),
        }
    }

    pub(crate) fn write(self, sync: &SyncClient) -> Vec<u8> {
        match self {
            Self::Snapshot => sync.export_snapshot().unwrap_or_default(),
            Self::FlagsJson => {
                let mut out = Vec::new();
                sync.store().write_json(&mut out);
                out
            }
        }
    }
}

impl SidekickEvent {
    pub(crate) fn from_number(number: u32) -> Result<Self, Fault> {
        match number {
            0 => Ok(Self::Start),
            1 => Ok(Self::Disconnected),
            2 => Ok(Self::Timeout),
            3 => Ok(Self::Retry),
            4 => Ok(Self::Close),
            _ => Err(unknown("the event", number, 4)),
        }
    }

    pub(crate) fn hand_in(self, sync: &mut SyncClient, now: u64) {
        match self {
            Self::Start => sync.start(now),
            Self::Disconnected => sync.handle_disconnected(now),
            Self::Timeout => sync.handle_timeout(now),
            Self::Retry => sync.retry_now(now),
            Self::Close => sync.close(),
        }
    }
}

#[cold]
fn unknown(what: &str, number: u32, last: u32) -> Fault {
    Fault::new(SidekickError::Number, format!("{what} is {number}; it is one of 0 to {last}"))
}
