//! The embedded storage: one SQLite file, one thread that owns its connection.
//!
//! WAL with `synchronous=FULL`: a commit that was answered survives a crash of the process and of the machine.

mod file;
mod mark;
mod queries;
mod thread;

use super::row::unavailable;
use super::{
    Committed, Contents, HistoryEntry, HistoryQuery, Import, Imported, LoggedChange, Pending, Retention, Storage,
    StorageError, Write, WriteError,
};
use rusqlite::Connection;
use sidekick_core::EventId;
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

    fn position(&self) -> Pending<'_, EventId> {
        Box::pin(self.run(queries::position))
    }

    fn write(&self, write: Write) -> Pending<'_, Committed, WriteError> {
        Box::pin(async move {
            let (reply, answer) = oneshot::channel();
            self.send(Job::Write(Box::new(write), reply), answer).await?
        })
    }

    fn import(&self, import: Import) -> Pending<'_, Imported> {
        Box::pin(self.run(move |connection| queries::import(connection, import)))
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

    fn close(&self) -> Pending<'_, ()> {
        Box::pin(async move {
            let (reply, answer) = oneshot::channel();
            self.send(Job::Close(reply), answer).await?
        })
    }
}
