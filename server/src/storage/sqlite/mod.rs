//! The embedded storage: one SQLite file, one thread that owns its connection.
//!
//! WAL with `synchronous=FULL`: a commit that was answered survives a crash of the process and of the machine.

mod file;
mod key_queries;
mod mark;
mod queries;
mod thread;

use super::row::unavailable;
use super::{
    Committed, Contents, HistoryEntry, HistoryQuery, Import, ImportError, Imported, LoggedChange, Pending, Position,
    Retention, Storage, StorageError, Write, WriteError,
};
use crate::keys::{KeyChange, KeyDigest, KeyError, Keys, NamedKey};
use mark::Mark;
use rusqlite::Connection;
use sidekick_core::{EventId, Timestamp};
use std::path::Path;
use thread::Job;
use tokio::sync::{mpsc, oneshot};

/// An open SQLite file. Only one process at a time may have it.
#[derive(Debug)]
pub struct SqliteStorage {
    jobs: mpsc::Sender<Job>,
}

/// Jobs that may wait for the thread; more wait with their senders.
const WAITING_JOBS: usize = 256;

impl SqliteStorage {
    /// Opens the file at `path`, which is made where it is missing.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] where the file cannot be opened or another process has it;
    /// [`StorageError::Corrupt`] where a newer version made it.
    pub fn open(path: &Path) -> Result<Self, StorageError> {
        let (mark, connection) = file::open(path)?;
        Self::start(Some(mark), connection)
    }

    /// Opens the file at `path` beside a server that may have it: for a command that changes keys, which a server looks
    /// for by itself. It is made where it is missing.
    ///
    /// # Errors
    /// As for [`SqliteStorage::open`], but another process may have the file, unless its schema is an older one.
    pub fn open_beside(path: &Path) -> Result<Self, StorageError> {
        Self::start(None, file::open_beside(path)?)
    }

    fn start(mark: Option<Mark>, connection: Connection) -> Result<Self, StorageError> {
        let (jobs, inbox) = mpsc::channel(WAITING_JOBS);
        std::thread::Builder::new()
            .name("sqlite".to_owned())
            .spawn(move || thread::work(mark, connection, inbox))
            .map_err(unavailable)?;
        Ok(Self { jobs })
    }

    async fn send<T>(&self, job: Job, answer: oneshot::Receiver<T>) -> Result<T, StorageError> {
        let closed = || StorageError::Unavailable("it was closed".to_owned());
        self.jobs.send(job).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())
    }

    /// Runs `query` on the thread.
    async fn run<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let (reply, answer) = oneshot::channel();
        // Who asked may have gone and needs no answer.
        let job = Job::Query(Box::new(move |connection| drop(reply.send(query(connection)))));
        self.send(job, answer).await?
    }
}

impl Storage for SqliteStorage {
    fn load(&self, recent: usize) -> Pending<'_, Contents> {
        Box::pin(self.run(move |connection| queries::load(connection, recent)))
    }

    fn position(&self) -> Pending<'_, Position> {
        Box::pin(self.run(queries::position))
    }

    fn write(&self, write: Write) -> Pending<'_, Committed, WriteError> {
        Box::pin(async move {
            let (reply, answer) = oneshot::channel();
            self.send(Job::Write(Box::new(write), reply), answer).await?
        })
    }

    fn import(&self, import: Import) -> Pending<'_, Imported, ImportError> {
        Box::pin(async move { self.run(move |connection| Ok(queries::import(connection, import))).await? })
    }

    fn changes_after(&self, id: EventId, limit: usize) -> Pending<'_, Option<Vec<LoggedChange>>> {
        Box::pin(self.run(move |connection| queries::changes_after(connection, &id, limit)))
    }

    fn history(&self, query: HistoryQuery) -> Pending<'_, Vec<HistoryEntry>> {
        Box::pin(self.run(move |connection| queries::history(connection, &query)))
    }

    fn prune(&self, retention: Retention) -> Pending<'_, u64> {
        Box::pin(self.run(move |connection| queries::prune(connection, retention)))
    }

    fn renew_epoch(&self, id: EventId) -> Pending<'_, ()> {
        Box::pin(self.run(move |connection| queries::renew_epoch(connection, &id)))
    }

    fn keys(&self) -> Pending<'_, Keys> {
        Box::pin(self.run(key_queries::keys))
    }

    fn change_keys(&self, change: KeyChange) -> Pending<'_, NamedKey, KeyError> {
        Box::pin(async move { self.run(move |connection| Ok(key_queries::change(connection, change))).await? })
    }

    fn note_key_uses(&self, uses: Vec<(KeyDigest, Timestamp)>) -> Pending<'_, ()> {
        Box::pin(self.run(move |connection| key_queries::note_uses(connection, &uses)))
    }

    fn close(&self) -> Pending<'_, ()> {
        Box::pin(async move {
            let (reply, answer) = oneshot::channel();
            self.send(Job::Close(reply), answer).await?
        })
    }
}
