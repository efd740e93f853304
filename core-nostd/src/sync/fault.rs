//! What can go wrong between a server and an SDK, in words for people.

use crate::error::Error;
use crate::event_id::Revision;
use crate::json::Writer;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// Why a connection failed. The client mends each of them by itself, by trying again; a host tells its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncError {
    kind: Kind,
    /// What stands in the message for `#`, one after the other.
    numbers: [u64; 2],
    /// What stands there for `$`.
    text: Box<[u8]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Refused,
    UnexpectedStatus,
    NotAnEventStream,
    ConnectionFailed,
    ConnectionLost,
    Silent,
    InvalidStream,
    Diverged,
    Behind,
    TooLarge,
}

/// The code and, behind a blank, the message of each kind.
#[cfg(feature = "messages")]
const WORDS: [&str; 10] = [
    "REFUSED the server refused the SDK key (HTTP #); check it",
    "UNEXPECTED_STATUS the server answered HTTP #, not 200 with a stream",
    "NOT_AN_EVENT_STREAM the server answered \"$\", not text/event-stream; check the URL and proxies",
    "CONNECTION_FAILED the server cannot be reached",
    "CONNECTION_LOST the stream broke off",
    "SILENT the server was silent for 45 seconds",
    "INVALID_STREAM the stream is not valid: $",
    "DIVERGED the flags differ from the server's (revision # there, # here)",
    "BEHIND the server is at revision #, behind # here",
    "TOO_LARGE the server has more than # flags or # MiB of them",
];

/// In few words, for where bytes count: 0.25 kB less of the browser's module (brotli).
#[cfg(not(feature = "messages"))]
const WORDS: [&str; 10] = [
    "REFUSED HTTP #; check the SDK key",
    "UNEXPECTED_STATUS HTTP #",
    "NOT_AN_EVENT_STREAM $; check the URL",
    "CONNECTION_FAILED no answer",
    "CONNECTION_LOST stream broke off",
    "SILENT no heartbeat",
    "INVALID_STREAM event not valid at byte #",
    "DIVERGED flags differ at #",
    "BEHIND server at #",
    "TOO_LARGE over # flags",
];

impl SyncError {
    /// In a box, so that results without one are small.
    #[cold]
    #[cfg_attr(target_family = "wasm", inline(never))]
    fn new(kind: Kind, first: u64, second: u64, text: &[u8]) -> Box<Self> {
        Box::new(Self { kind, numbers: [first, second], text: text.into() })
    }

    /// The server does not take the key: it answered 401 or 403.
    pub(crate) fn refused(status: u16) -> Box<Self> {
        Self::new(Kind::Refused, status.into(), 0, b"")
    }

    /// The server answered something else than 200.
    pub(crate) fn unexpected_status(status: u16) -> Box<Self> {
        Self::new(Kind::UnexpectedStatus, status.into(), 0, b"")
    }

    /// The answer is 200, but a proxy's page or another server's.
    pub(crate) fn not_a_stream(content_type: &str) -> Box<Self> {
        let shown = content_type.as_bytes().get(..64).unwrap_or(content_type.as_bytes());
        Self::new(Kind::NotAnEventStream, 0, 0, shown)
    }

    /// No connection came about.
    pub(crate) fn connection_failed() -> Box<Self> {
        Self::new(Kind::ConnectionFailed, 0, 0, b"")
    }

    /// The stream ended, and the server had not said goodbye.
    pub(crate) fn connection_lost() -> Box<Self> {
        Self::new(Kind::ConnectionLost, 0, 0, b"")
    }

    /// Nothing was heard for 45 seconds, heartbeats included.
    pub(crate) fn silent() -> Box<Self> {
        Self::new(Kind::Silent, 0, 0, b"")
    }

    /// What arrived is not the stream protocol.
    #[cold]
    pub(crate) fn invalid(what: &str) -> Box<Self> {
        Self::new(Kind::InvalidStream, 0, 0, if cfg!(feature = "messages") { what.as_bytes() } else { b"" })
    }

    /// A part of what arrived cannot be read.
    #[cfg(feature = "messages")]
    #[cold]
    pub(crate) fn unreadable(what: &str, error: &Error) -> Box<Self> {
        let mut text = Vec::new();
        text.extend_from_slice(what.as_bytes());
        text.extend_from_slice(b": ");
        error.write_message(&mut text);
        Self::new(Kind::InvalidStream, 0, 0, &text)
    }

    /// A part of what arrived cannot be read.
    #[cfg(not(feature = "messages"))]
    #[cold]
    pub(crate) fn unreadable(_what: &str, error: &Error) -> Box<Self> {
        Self::new(Kind::InvalidStream, error.offset() as u64, 0, b"")
    }

    /// A heartbeat showed that this client does not hold what the server sent.
    pub(crate) fn diverged(server: Revision, client: Revision) -> Box<Self> {
        Self::new(Kind::Diverged, server.get(), client.get(), b"")
    }

    /// A full replay is older than what this client holds of the same history.
    pub(crate) fn behind(server: Revision, client: Revision) -> Box<Self> {
        Self::new(Kind::Behind, server.get(), client.get(), b"")
    }

    /// The flags are more than this client holds in memory.
    pub(crate) fn too_large(flags: usize, heap_bytes: usize) -> Box<Self> {
        Self::new(Kind::TooLarge, flags as u64, (heap_bytes >> 20) as u64, b"")
    }

    /// The error as SDKs name it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.words().split(' ').next().unwrap_or_default()
    }

    /// The HTTP status, for the errors that have one.
    #[must_use]
    pub const fn http_status(&self) -> Option<u16> {
        match self.kind {
            Kind::Refused | Kind::UnexpectedStatus => Some(self.numbers[0] as u16),
            _ => None,
        }
    }

    pub(crate) const fn is_refused(&self) -> bool {
        matches!(self.kind, Kind::Refused)
    }

    /// Whether what this client holds is in doubt, so that it must be sent anew.
    pub(crate) const fn needs_replay(&self) -> bool {
        self.kind as u8 >= Kind::InvalidStream as u8
    }

    /// Appends the code, a blank, and the message.
    pub fn write(&self, out: &mut Vec<u8>) {
        let [mut number, second] = self.numbers;
        for byte in self.words().bytes() {
            match byte {
                b'#' => {
                    Writer::new(out).integer(number);
                    // The few words have one at most.
                    if cfg!(feature = "messages") {
                        number = second;
                    }
                }
                b'$' => out.extend_from_slice(&self.text),
                _ => out.push(byte),
            }
        }
    }

    /// Appends the message, as [`Display`](fmt::Display) gives it.
    pub fn write_message(&self, out: &mut Vec<u8>) {
        let start = out.len();
        self.write(out);
        out.drain(start..start + self.code().len() + 1);
    }

    fn words(&self) -> &'static str {
        WORDS.get(self.kind as usize).copied().unwrap_or_default()
    }
}

impl core::error::Error for SyncError {}

impl fmt::Display for SyncError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut message = Vec::new();
        self.write_message(&mut message);
        f.write_str(&String::from_utf8_lossy(&message))
    }
}
