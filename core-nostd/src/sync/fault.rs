//! What can go wrong between a server and an SDK, in words for people.

use crate::digest::Digest;
use crate::error::{Error, excerpt};
use crate::event_id::Revision;
use alloc::string::String;
use core::fmt;

/// Why a connection failed. The client mends each of them by itself, by trying again; a host tells its user.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SyncError {
    /// 401 or 403: the server does not take the key.
    Refused {
        /// The HTTP status.
        status: u16,
    },
    /// The server's answer is no stream.
    UnexpectedStatus {
        /// The HTTP status.
        status: u16,
    },
    /// The answer's status is 200, but something else than an event stream: a proxy's page, or another server.
    NotAnEventStream {
        /// What it is, cut to a readable length; empty where the answer does not say.
        content_type: String,
    },
    /// No connection came about.
    ConnectionFailed,
    /// The stream ended, and the server had not said goodbye.
    ConnectionLost,
    /// Nothing was heard for 45 seconds, heartbeats included.
    Silent,
    /// What arrived is not the stream protocol.
    InvalidStream {
        /// What was wrong.
        what: &'static str,
        /// Where in a document, and why.
        error: Option<Error>,
    },
    /// A heartbeat showed that this client does not hold what the server sent.
    Diverged {
        /// The server's revision.
        server: (Revision, Digest),
        /// This client's revision.
        client: (Revision, Digest),
    },
    /// A full replay is older than what this client holds of the same history.
    Behind {
        /// The server's revision.
        server: Revision,
        /// This client's revision.
        client: Revision,
    },
    /// The flags are more than this client holds in memory.
    TooLarge {
        /// The most flags.
        flags: usize,
        /// The most bytes that they may take, by an estimate.
        heap_bytes: usize,
    },
}

impl SyncError {
    /// The error as SDKs name it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused { .. } => "REFUSED",
            Self::UnexpectedStatus { .. } => "UNEXPECTED_STATUS",
            Self::NotAnEventStream { .. } => "NOT_AN_EVENT_STREAM",
            Self::ConnectionFailed => "CONNECTION_FAILED",
            Self::ConnectionLost => "CONNECTION_LOST",
            Self::Silent => "SILENT",
            Self::InvalidStream { .. } => "INVALID_STREAM",
            Self::Diverged { .. } => "DIVERGED",
            Self::Behind { .. } => "BEHIND",
            Self::TooLarge { .. } => "TOO_LARGE",
        }
    }

    /// The HTTP status, for the errors that have one.
    #[must_use]
    pub const fn http_status(&self) -> Option<u16> {
        match self {
            Self::Refused { status } | Self::UnexpectedStatus { status } => Some(*status),
            _ => None,
        }
    }

    /// Whether what this client holds is in doubt, so that it must be sent anew.
    pub(crate) const fn needs_replay(&self) -> bool {
        matches!(self, Self::InvalidStream { .. } | Self::Diverged { .. } | Self::Behind { .. } | Self::TooLarge { .. })
    }

    pub(crate) fn not_an_event_stream(content_type: &str) -> Self {
        Self::NotAnEventStream { content_type: excerpt(content_type) }
    }

    pub(crate) const fn unexpected(what: &'static str) -> Self {
        Self::InvalidStream { what, error: None }
    }

    pub(crate) fn unreadable(what: &'static str) -> impl FnOnce(Error) -> Self {
        move |error| Self::InvalidStream { what, error: Some(error) }
    }
}

impl core::error::Error for SyncError {}

impl fmt::Display for SyncError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { status } => write!(
                f,
                "the server refused the SDK key (HTTP {status}); check the key. The next attempt is in 1 to 5 minutes"
            ),
            Self::UnexpectedStatus { status } => {
                write!(f, "the server answered HTTP {status} where a stream (200) is expected")
            }
            Self::NotAnEventStream { content_type } => write!(
                f,
                "the answer is {content_type:?} where text/event-stream is expected; check the server's URL and \
                 proxies between"
            ),
            Self::ConnectionFailed => f.write_str("the server cannot be reached"),
            Self::ConnectionLost => f.write_str("the stream ended unexpectedly"),
            Self::Silent => f.write_str("the server was silent for 45 seconds"),
            Self::InvalidStream { what, error: None } => write!(f, "the stream is not valid: {what}"),
            Self::InvalidStream { what, error: Some(error) } => write!(f, "the stream is not valid: {what}: {error}"),
            Self::Diverged { server, client } => write!(
                f,
                "the flags differ from the server's: it is at revision {} (digest {}), this client at {} ({}); all \
                 flags are fetched anew",
                server.0, server.1, client.0, client.1
            ),
            Self::Behind { server, client } => write!(
                f,
                "the server is at revision {server}, behind the revision {client} that this client holds; it is asked \
                 again"
            ),
            Self::TooLarge { flags, heap_bytes } => {
                write!(f, "the server has more flags than a client holds: at most {flags} and {} MiB", heap_bytes >> 20)
            }
        }
    }
}
