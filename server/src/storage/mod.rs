//! What is durable: the flags, the revision counter and the log of all changes, behind one seam.
//!
//! Nobody but storage makes a revision. Every backend passes the same contract suite (`tests/server/storage_contract.rs`).

mod sqlite;
mod write;

pub use sqlite::SqliteStorage;
pub use write::{EntityTags, Operation, Preconditions, Write, WriteError};

use serde::Serialize;
use serde_json::value::RawValue;
use sidekick_core::{Change, EventId, Flag, FlagKey, Revision};
use std::fmt;
use std::pin::Pin;

/// What a storage operation gives, once it is done.
pub type Pending<'a, T, E = StorageError> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'a>>;

/// A durable store of flags. Its operations may run at once; writes are put in one order, which the revisions number.
pub trait Storage: Send + Sync + 'static {
    /// All flags at one moment, and the changes that led to it, of which at most `recent`.
    fn load(&self, recent: usize) -> Pending<'_, Contents>;

    /// Carries out one write in a transaction: the next revision, the flag, the log. Done means durable.
    fn write(&self, write: Write) -> Pending<'_, CommittedChange, WriteError>;

    /// At most `limit` changes after `revision`, in order and without gaps.
    fn changes_after(&self, revision: Revision, limit: usize) -> Pending<'_, Vec<CommittedChange>>;

    /// Changes from the log, newest first.
    fn history(&self, query: HistoryQuery) -> Pending<'_, Vec<HistoryEntry>>;

    /// Finishes what was begun and closes. Later operations fail.
    fn close(&self) -> Pending<'_, ()>;
}

/// All flags at one moment.
#[derive(Debug)]
pub struct Contents {
    /// The history and the moment in it.
    pub id: EventId,
    /// The flags, sorted by key.
    pub flags: Vec<Flag>,
    /// The last changes before the moment, oldest first, without gaps.
    pub recent: Vec<CommittedChange>,
}

/// A change that is durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommittedChange {
    /// The revision that it made.
    pub revision: Revision,
    /// What changed.
    pub change: Change,
    /// Whether the flag was not there before. Always false for a change that was read from the log.
    pub created: bool,
}

/// Which part of the log to read.
#[derive(Clone, Debug)]
pub struct HistoryQuery {
    /// Only the changes of this flag.
    pub key: Option<FlagKey>,
    /// Only changes before this revision.
    pub before: Option<Revision>,
    /// At most so many.
    pub limit: u32,
}

/// A change as the history shows it.
#[derive(Debug, Serialize)]
pub struct HistoryEntry {
    /// The revision that it made.
    pub revision: u64,
    /// The flag's key.
    pub key: String,
    /// The flag before; null where it was created.
    pub before: Option<Box<RawValue>>,
    /// The flag after; null where it was deleted.
    pub after: Option<Box<RawValue>>,
    /// Who wrote it: the name of the key that was used.
    pub actor: String,
    /// When, RFC 3339 in UTC.
    pub time: String,
}

/// Why storage could not answer.
#[derive(Clone, Debug)]
pub enum StorageError {
    /// It cannot be reached or refuses to work now. Trying again may help.
    Unavailable(String),
    /// What it holds cannot be read. Trying again does not help.
    Corrupt(String),
}

impl std::error::Error for StorageError {}

impl fmt::Display for StorageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(why) => write!(f, "the database cannot be used: {why}"),
            Self::Corrupt(what) => write!(f, "the database holds something unreadable: {what}"),
        }
    }
}
