//! The embedded storage: one SQLite file, one thread that owns its connection.
//!
//! WAL with `synchronous=FULL`: a commit that was answered survives a crash of the process and of the machine. Writes
//! that wait while another commits share the next transaction, so a burst costs few syncs.

use super::{
    CommittedChange, Contents, HistoryEntry, HistoryQuery, Operation, Pending, Storage, StorageError, Write, WriteError,
};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use serde_json::value::RawValue;
use sidekick_core::{Change, Epoch, EventId, Flag, FlagKey, Mode, Revision};
use std::fmt::Display;
use std::fs::{File, TryLockError};
use std::path::Path;
use tokio::sync::{mpsc, oneshot};

/// An open SQLite file. Only one process at a time may have it.
#[derive(Debug)]
pub struct SqliteStorage {
    jobs: mpsc::Sender<Job>,
}

enum Job {
    Write(Box<Write>, oneshot::Sender<Result<CommittedChange, WriteError>>),
    Read(Box<dyn FnOnce(&Connection) + Send>),
    Close(oneshot::Sender<Result<(), StorageError>>),
}

/// The newest schema that this version knows.
const SCHEMA_VERSION: i64 = 1;
/// Jobs that may wait for the thread; more wait with their senders.
const WAITING_JOBS: usize = 256;
/// Writes that share one transaction.
const WRITES_PER_COMMIT: usize = 64;

impl SqliteStorage {
    /// Opens the file at `path`, which is made where it is missing.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] where the file cannot be opened or another process has it;
    /// [`StorageError::Corrupt`] where a newer version made it.
    pub fn open(path: &Path) -> Result<Self, StorageError> {
        let lock = lock(path)?;
        let connection = connect(path).map_err(|error| in_file(path, &error))?;
        let version: i64 =
            connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(|error| in_file(path, &error))?;
        match version {
            0 => {
                let tables: i64 = connection
                    .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
                    .map_err(|error| in_file(path, &error))?;
                if tables > 0 {
                    return Err(StorageError::Corrupt(format!("{} belongs to another program", path.display())));
                }
                let epoch = format!("{:016x}", getrandom::u64().map_err(unavailable)?);
                create(&connection, &epoch).map_err(|error| in_file(path, &error))?;
            }
            1..=SCHEMA_VERSION => {}
            newer => {
                return Err(StorageError::Corrupt(format!(
                    "{} has schema version {newer}; this server knows versions up to {SCHEMA_VERSION}",
                    path.display()
                )));
            }
        }
        let (jobs, inbox) = mpsc::channel(WAITING_JOBS);
        std::thread::Builder::new()
            .name("sqlite".to_owned())
            .spawn(move || work(lock, connection, inbox))
            .map_err(unavailable)?;
        Ok(Self { jobs })
    }

    async fn send<T>(&self, job: Job, answer: oneshot::Receiver<T>) -> Result<T, StorageError> {
        let closed = || StorageError::Unavailable("it was closed".to_owned());
        self.jobs.send(job).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())
    }

    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let (reply, answer) = oneshot::channel();
        // A reader that went away needs no answer.
        let job = Job::Read(Box::new(move |connection| drop(reply.send(read(connection)))));
        self.send(job, answer).await?
    }
}

impl Storage for SqliteStorage {
    fn load(&self, recent: usize) -> Pending<'_, Contents> {
        Box::pin(self.read(move |connection| load(connection, recent)))
    }

    fn write(&self, write: Write) -> Pending<'_, CommittedChange, WriteError> {
        Box::pin(async move {
            let (reply, answer) = oneshot::channel();
            self.send(Job::Write(Box::new(write), reply), answer).await?
        })
    }

    fn changes_after(&self, revision: Revision, limit: usize) -> Pending<'_, Vec<CommittedChange>> {
        Box::pin(self.read(move |connection| changes_after(connection, revision, limit)))
    }

    fn history(&self, query: HistoryQuery) -> Pending<'_, Vec<HistoryEntry>> {
        Box::pin(self.read(move |connection| history(connection, &query)))
    }

    fn close(&self) -> Pending<'_, ()> {
        Box::pin(async move {
            let (reply, answer) = oneshot::channel();
            self.send(Job::Close(reply), answer).await?
        })
    }
}

/// The thread: one job after the other until `Close`, or until nobody can send another.
fn work(lock: File, mut connection: Connection, mut inbox: mpsc::Receiver<Job>) {
    let mut next = inbox.blocking_recv();
    while let Some(job) = next.take() {
        match job {
            Job::Read(read) => read(&connection),
            Job::Close(reply) => {
                let closed = connection.close().map_err(|(_, error)| unavailable(error));
                // Before the answer: closed means that the next one can open the file.
                drop(lock);
                // Who asked may have stopped waiting.
                let _ = reply.send(closed);
                return;
            }
            Job::Write(write, reply) => {
                let mut batch = vec![(*write, reply)];
                while batch.len() < WRITES_PER_COMMIT && next.is_none() {
                    match inbox.try_recv() {
                        Ok(Job::Write(write, reply)) => batch.push((*write, reply)),
                        Ok(other) => next = Some(other),
                        Err(_) => break,
                    }
                }
                commit(&mut connection, batch);
            }
        }
        if next.is_none() {
            next = inbox.blocking_recv();
        }
    }
}

type Waiting = (Write, oneshot::Sender<Result<CommittedChange, WriteError>>);

/// Carries out writes in one transaction and answers them after its commit.
fn commit(connection: &mut Connection, batch: Vec<Waiting>) {
    let (writes, replies): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
    let result = connection.transaction_with_behavior(TransactionBehavior::Immediate).and_then(|transaction| {
        // A write that is refused has changed nothing, so the others are not concerned.
        let outcomes: Result<Vec<_>, _> = writes.into_iter().map(|write| apply(&transaction, write)).collect();
        outcomes.and_then(|outcomes| transaction.commit().map(|()| outcomes))
    });
    match result {
        Ok(outcomes) => {
            for (reply, outcome) in replies.into_iter().zip(outcomes) {
                // Who asked may have stopped waiting; the change is durable all the same.
                let _ = reply.send(outcome);
            }
        }
        Err(error) => {
            let error = unavailable(error);
            for reply in replies {
                let _ = reply.send(Err(error.clone().into()));
            }
        }
    }
}

/// One write within a transaction. The outer error breaks the transaction off.
fn apply(transaction: &Transaction<'_>, write: Write) -> rusqlite::Result<Result<CommittedChange, WriteError>> {
    let revision: i64 = transaction.prepare_cached("SELECT revision FROM store")?.query_row([], |row| row.get(0))?;
    let revision = to_revision(revision).next();
    let key = write.operation.key().clone();
    let before: Option<String> = transaction
        .prepare_cached("SELECT flag FROM flags WHERE key = ?1")?
        .query_row([key.as_str()], |row| row.get(0))
        .optional()?;
    let current = match before.as_deref().map(read_flag).transpose() {
        Ok(current) => current,
        // A flag that cannot be read can still be replaced or deleted.
        Err(_) if !matches!(write.operation, Operation::Patch(..)) => Some(Flag::new(key.clone())),
        Err(error) => return Ok(Err(error.into())),
    };
    let (actor, time) = (write.actor.clone(), write.time.to_string());
    let change = match write.decide(current.as_ref(), revision) {
        Ok(change) => change,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let after = match &change {
        Change::Upsert(flag) => Some(String::from_utf8_lossy(&flag.to_json()).into_owned()),
        Change::Delete(_) => None,
    };
    transaction.prepare_cached("UPDATE store SET revision = ?1")?.execute([from_revision(revision)])?;
    match &after {
        Some(flag) => transaction
            .prepare_cached("INSERT OR REPLACE INTO flags (key, flag) VALUES (?1, ?2)")?
            .execute(params![key.as_str(), flag])?,
        None => transaction.prepare_cached("DELETE FROM flags WHERE key = ?1")?.execute([key.as_str()])?,
    };
    transaction
        .prepare_cached(
            "INSERT INTO flag_changes (revision, key, before, after, actor, time) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![from_revision(revision), key.as_str(), before, after, actor, time])?;
    Ok(Ok(CommittedChange { revision, change, created: before.is_none() }))
}

fn load(connection: &Connection, recent: usize) -> Result<Contents, StorageError> {
    // One transaction, so that flags, log and revision are of one moment.
    let transaction = connection.unchecked_transaction().map_err(unavailable)?;
    let (epoch, revision) = transaction
        .query_row("SELECT epoch, revision FROM store", [], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))
        .map_err(unavailable)?;
    let epoch = Epoch::new(&epoch).map_err(corrupt)?;
    let revision = to_revision(revision);
    let mut statement = transaction.prepare("SELECT flag FROM flags ORDER BY key").map_err(unavailable)?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).map_err(unavailable)?;
    let flags = rows.map(|row| read_flag(&row.map_err(unavailable)?)).collect::<Result<_, _>>()?;
    let first = revision.get().saturating_sub(recent as u64);
    let recent = changes_after(&transaction, Revision::new(first).unwrap_or(Revision::MAX), recent)?;
    Ok(Contents { id: EventId { epoch, revision }, flags, recent })
}

fn changes_after(
    connection: &Connection,
    revision: Revision,
    limit: usize,
) -> Result<Vec<CommittedChange>, StorageError> {
    let mut statement = connection
        .prepare_cached("SELECT revision, key, after FROM flag_changes WHERE revision > ?1 ORDER BY revision LIMIT ?2")
        .map_err(unavailable)?;
    let columns =
        |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, Option<String>>(2)?));
    let rows = statement.query_map(params![from_revision(revision), limit as i64], columns).map_err(unavailable)?;
    rows.map(|row| {
        let (revision, key, after) = row.map_err(unavailable)?;
        let change = match after {
            Some(flag) => Change::Upsert(read_flag(&flag)?),
            None => Change::Delete(FlagKey::new(&key).map_err(corrupt)?),
        };
        Ok(CommittedChange { revision: to_revision(revision), change, created: false })
    })
    .collect()
}

fn history(connection: &Connection, query: &HistoryQuery) -> Result<Vec<HistoryEntry>, StorageError> {
    let mut statement = connection
        .prepare_cached(
            "SELECT revision, key, before, after, actor, time FROM flag_changes
             WHERE (?1 IS NULL OR key = ?1) AND revision < ?2 ORDER BY revision DESC LIMIT ?3",
        )
        .map_err(unavailable)?;
    let key = query.key.as_ref().map(FlagKey::as_str);
    let before = query.before.map_or(i64::MAX, from_revision);
    let json = |text: Option<String>| text.map(RawValue::from_string).transpose().map_err(corrupt);
    let mut rows = statement.query(params![key, before, query.limit]).map_err(unavailable)?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next().map_err(unavailable)? {
        entries.push(HistoryEntry {
            revision: to_revision(row.get(0).map_err(unavailable)?).get(),
            key: row.get(1).map_err(unavailable)?,
            before: json(row.get(2).map_err(unavailable)?)?,
            after: json(row.get(3).map_err(unavailable)?)?,
            actor: row.get(4).map_err(unavailable)?,
            time: row.get(5).map_err(unavailable)?,
        });
    }
    Ok(entries)
}

/// Takes the lock file beside `path`: two servers on one file would not see each other's changes.
fn lock(path: &Path) -> Result<File, StorageError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let name = Path::new(&name);
    let file = File::create(name).map_err(|error| in_file(name, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StorageError::Unavailable(format!(
            "{} is in use by another server; stop it, or give this one another DATABASE_URL",
            path.display()
        ))),
        Err(TryLockError::Error(error)) => Err(in_file(name, &error)),
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    // A person's `sqlite3` may look into the file for a moment.
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(connection)
}

fn create(connection: &Connection, epoch: &str) -> rusqlite::Result<()> {
    let transaction = connection.unchecked_transaction()?;
    transaction.execute_batch(include_str!("schema.sql"))?;
    transaction.execute("INSERT INTO store (id, epoch, revision) VALUES (1, ?1, 0)", [epoch])?;
    transaction.commit()
}

fn read_flag(json: &str) -> Result<Flag, StorageError> {
    Flag::from_json(json.as_bytes(), Mode::Lenient)
        .map_err(|error| StorageError::Corrupt(format!("flag {json}: {error}")))
}

fn to_revision(value: i64) -> Revision {
    u64::try_from(value).ok().and_then(Revision::new).unwrap_or(Revision::ZERO)
}

fn from_revision(revision: Revision) -> i64 {
    // At most 2^53 - 1: it always fits.
    i64::try_from(revision.get()).unwrap_or(i64::MAX)
}

fn unavailable(error: impl Display) -> StorageError {
    StorageError::Unavailable(error.to_string())
}

fn corrupt(error: impl Display) -> StorageError {
    StorageError::Corrupt(error.to_string())
}

fn in_file(path: &Path, error: &dyn Display) -> StorageError {
    StorageError::Unavailable(format!("{}: {error}", path.display()))
}
