//! What is durable: the flags, the revision counter and the log of all changes, behind one seam.
//!
//! Nobody but storage makes a revision. Every backend passes the same contract suite (`tests/storage/contract.rs`).

mod import;
mod postgres;
mod row;
mod schema_version;
mod sqlite;
mod write;

pub use import::{Import, ImportError, Imported};
#[cfg(feature = "chaos")]
pub use postgres::POSITION_QUERY;
pub use postgres::{PostgresAddress, PostgresStorage};
pub use sqlite::SqliteStorage;
pub use write::{EntityTags, Operation, Preconditions, Write, WriteError};

use crate::keys::{KeyChange, KeyDigest, KeyError, Keys, KeysVersion, NamedKey};
use serde::Serialize;
use serde_json::value::RawValue;
use sidekick_core::{Change, EventId, Flag, FlagKey, Revision, Timestamp};
use std::fmt;
use std::pin::Pin;

/// What a storage operation gives, once it is done.
pub type Pending<'a, T, E = StorageError> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'a>>;

/// A durable store of flags. Its operations may run at once; writes are put in one order, which the revisions number.
pub trait Storage: Send + Sync + 'static {
    /// All flags at one moment, and the changes that led to it, of which at most `recent`.
    fn load(&self, recent: usize) -> Pending<'_, Contents>;

    /// Where the store stands: a small question, asked every second.
    fn position(&self) -> Pending<'_, Position>;

    /// Carries out one write in a transaction: the next revision, the flag, the log. Done means durable.
    fn write(&self, write: Write) -> Pending<'_, Committed, WriteError>;

    /// Carries out many writes in one transaction, all or none.
    fn import(&self, import: Import) -> Pending<'_, Imported, ImportError>;

    /// At most `limit` changes after `id`, in order and without gaps. `None` where `id` belongs to another history, is
    /// yet to come, or is so old that the log does not reach back to it: then only [`Storage::load`] helps.
    fn changes_after(&self, id: EventId, limit: usize) -> Pending<'_, Option<Vec<LoggedChange>>>;

    /// Changes from the log, newest first.
    fn history(&self, query: HistoryQuery) -> Pending<'_, Vec<HistoryEntry>>;

    /// Forgets the oldest changes of the log beyond `retention`; answers how many.
    fn prune(&self, retention: Retention) -> Pending<'_, u64>;

    /// Gives the store a new epoch where it still has `id`'s and has fallen behind `id`: somebody put an older state in
    /// its place, and revisions will come again with other contents.
    fn renew_epoch(&self, id: EventId) -> Pending<'_, ()>;

    /// Every key at one moment.
    fn keys(&self) -> Pending<'_, Keys>;

    /// Carries out one change of the keys in a transaction, and answers the key as it then is. Done means durable. The
    /// revision is that of the flags and stays.
    fn change_keys(&self, change: KeyChange) -> Pending<'_, NamedKey, KeyError>;

    /// Notes when keys were last used, unless something later was noted already. That is no change of the keys.
    fn note_key_uses(&self, uses: Vec<(KeyDigest, Timestamp)>) -> Pending<'_, ()>;

    /// Finishes what was begun and closes. Later operations fail.
    fn close(&self) -> Pending<'_, ()>;
}

/// Where a store stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// The history of the flags, and the moment in it.
    pub id: EventId,
    /// The state of the keys.
    pub keys: KeysVersion,
}

/// All flags at one moment.
#[derive(Debug)]
pub struct Contents {
    /// The history and the moment in it.
    pub id: EventId,
    /// The flags, sorted by key.
    pub flags: Vec<Flag>,
    /// The last changes before the moment, oldest first, without gaps.
    pub recent: Vec<LoggedChange>,
}

/// A write that was carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// The history, and the revision that the write made in it.
    pub id: EventId,
    /// What changed.
    pub change: Change,
    /// Whether the flag was not there before.
    pub created: bool,
}

/// A change of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedChange {
    /// The revision that it made.
    pub revision: Revision,
    /// What changed.
    pub change: Change,
    /// Whether public clients had the flag before.
    pub was_visible: bool,
}

/// How much of the log is kept. What is beyond either bound goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// The time before which changes go.
    pub since: Option<Timestamp>,
    /// The number of changes that stay.
    pub changes: Option<u64>,
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

/// Whether `changes`, read after `id` while the store stood at `now`, are all that came next.
fn follows(id: &EventId, now: &EventId, changes: &[LoggedChange]) -> bool {
    let reaches_back = match changes.first() {
        Some(first) => first.revision == id.revision.next(),
        None => id.revision == now.revision,
    };
    id.epoch == now.epoch && id.revision <= now.revision && reaches_back
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
