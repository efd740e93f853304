//! Postgres storage, for one instance or many.
//!
//! A write locks the one row of the revision counter first, so commits happen in the order of their revisions and the
//! log has no gaps in any snapshot. (A sequence would not do: its values commit out of order.) The epoch joins the
//! stored id with what changes when history does: the cluster, its timeline, the database, and the file of the counter's
//! table, so that a failover, a restored dump or a copy that rewinds revisions shows as another history.

mod address;
mod keys;
mod schema;

pub use address::PostgresAddress;

use super::row::{corrupt, from_revision, read_flag, to_revision, unavailable, was_visible, write_flag};
use super::write::check_room;
use super::{
    Committed, Contents, HistoryEntry, HistoryQuery, Import, ImportError, Imported, LoggedChange, Operation, Pending,
    Position, Retention, Storage, StorageError, Write, WriteError,
};
use crate::chaos::{self, Defect, Point};
use crate::keys::{KeyChange, KeyDigest, KeyError, Keys, KeysVersion, NamedKey};
use deadpool_postgres::{
    Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime, Timeouts, Transaction,
};
use serde_json::value::RawValue;
use sidekick_core::{Change, Epoch, EventId, Flag, FlagKey, Timestamp};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::OnceCell;
use tokio_postgres::{IsolationLevel, Row};

/// A pool of connections to one Postgres database.
pub struct PostgresStorage {
    pool: Pool,
    /// Set once the schema was found, or brought, up to date.
    schema: OnceCell<()>,
}

/// Connections that one instance holds at most. Writes wait for each other at the counter anyway.
const POOL_SIZE: usize = 8;
/// How long an operation waits for a connection of the pool.
const POOL_TIMEOUT: Duration = Duration::from_secs(3);
/// The greatest part of a write that a broken network may make hang.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(10);

/// How long an import may take.
const IMPORT_TIMEOUT: Duration = Duration::from_secs(120);

/// The history that the database holds, as one name, and its revision.
macro_rules! id {
    () => {
        "epoch || '-' || to_hex((SELECT system_identifier FROM pg_control_system()))
         || '-' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)
         || '-' || to_hex((SELECT oid FROM pg_database WHERE datname = current_database())::bigint)
         || '-' || to_hex(pg_relation_filenode('sidekick_store')::bigint), revision"
    };
}
const POSITION: &str = concat!("SELECT ", id!(), ", (SELECT version FROM sidekick_key_state) FROM sidekick_store");
/// Asks for epoch, revision and the version of the keys, for the fault test.
#[cfg(feature = "chaos")]
pub const POSITION_QUERY: &str = POSITION;
/// Locks the counter until the end of the transaction: later writes, on any instance, wait here.
const BUMP: &str = concat!("UPDATE sidekick_store SET revision = revision + 1 RETURNING ", id!());
const LOCK: &str = concat!("SELECT ", id!(), " FROM sidekick_store FOR UPDATE");
const CHANGES: &str =
    "SELECT revision, key, after, before FROM sidekick_flag_changes WHERE revision > $1 ORDER BY revision LIMIT $2";
const FLAGS: &str = "SELECT flag FROM sidekick_flags ORDER BY key COLLATE \"C\"";
/// Flag and log in one statement: a round trip less while the counter is locked.
const RECORD: &str = "WITH upserted AS (
        INSERT INTO sidekick_flags (key, flag) SELECT $2, $4 WHERE $4::text IS NOT NULL
        ON CONFLICT (key) DO UPDATE SET flag = excluded.flag
    ), deleted AS (DELETE FROM sidekick_flags WHERE key = $2 AND $4::text IS NULL)
    INSERT INTO sidekick_flag_changes (revision, key, before, after, actor, time) VALUES ($1, $2, $3, $4, $5, $6)";

impl PostgresStorage {
    /// Storage at `address`. No connection is made before the first operation.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] where the pool cannot be built.
    pub fn new(address: &PostgresAddress) -> Result<Self, StorageError> {
        let manager = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_config(address.config.clone(), address.tls.clone(), manager);
        let timeouts = Timeouts { wait: Some(POOL_TIMEOUT), create: Some(POOL_TIMEOUT), recycle: Some(POOL_TIMEOUT) };
        let pool = Pool::builder(manager).max_size(POOL_SIZE).timeouts(timeouts).runtime(Runtime::Tokio1).build();
        Ok(Self { pool: pool.map_err(unavailable)?, schema: OnceCell::new() })
    }

    /// A connection to a database whose schema is up to date.
    async fn connection(&self) -> Result<Object, StorageError> {
        let mut connection = self.pool.get().await.map_err(|error| match error {
            PoolError::Backend(error) => broken(error),
            error => unavailable(error),
        })?;
        self.schema.get_or_try_init(|| schema::migrate(&mut connection)).await?;
        Ok(connection)
    }

    async fn try_write(&self, write: Write) -> Result<Committed, WriteError> {
        let mut connection = self.connection().await?;
        let transaction = connection.transaction().await.map_err(broken)?;
        let bump = transaction.prepare_cached(chaos::statement(Defect::Sequence, BUMP)).await.map_err(broken)?;
        let id = event_id(&transaction.query_one(&bump, &[]).await.map_err(broken)?)?;
        let key = write.operation.key().clone();
        let find =
            transaction.prepare_cached("SELECT flag FROM sidekick_flags WHERE key = $1").await.map_err(broken)?;
        let row = transaction.query_opt(&find, &[&key.as_str()]).await.map_err(broken)?;
        let before: Option<String> = row.map(|row| column(&row, 0)).transpose()?;
        let current = match before.as_deref().map(read_flag).transpose() {
            // A flag that cannot be read can still be replaced or deleted.
            Err(_) if !matches!(write.operation, Operation::Patch(..)) => Some(Flag::new(key)),
            current => current?,
        };
        let (actor, time, max_flags) = (write.actor.clone(), write.time, write.preconditions.max_flags);
        // A refusal drops the transaction, and the revision with it.
        let change = write.decide(current.as_ref(), id.revision)?;
        let created = before.is_none();
        if let Some(max) = max_flags.filter(|_| created) {
            let count = transaction.prepare_cached("SELECT count(*) FROM sidekick_flags").await.map_err(broken)?;
            check_room(max, column(&transaction.query_one(&count, &[]).await.map_err(broken)?, 0)?)?;
        }
        record(&transaction, from_revision(id.revision), &change, before, &actor, time).await?;
        chaos::die_at(Point::BeforeCommit);
        transaction.commit().await.map_err(broken)?;
        chaos::die_at(Point::AfterCommit);
        Ok(Committed { id, change, created })
    }

    async fn try_import(&self, import: Import) -> Result<Imported, ImportError> {
        let mut connection = self.connection().await?;
        let transaction = connection.transaction().await.map_err(broken)?;
        let mut revision = event_id(&transaction.query_one(LOCK, &[]).await.map_err(broken)?)?.revision;
        let rows = transaction.query(FLAGS, &[]).await.map_err(broken)?;
        let flags = rows.iter().map(|row| read_flag(column(row, 0)?)).collect::<Result<Vec<Flag>, StorageError>>()?;
        let current: BTreeMap<FlagKey, Flag> = flags.into_iter().map(|flag| (flag.key.clone(), flag)).collect();
        let (actor, time) = (import.actor.clone(), import.time);
        let (changes, imported) = import.decide(&current, revision)?;
        for change in changes {
            revision = revision.next();
            let before = current.get(change.key()).map(write_flag);
            record(&transaction, from_revision(revision), &change, before, &actor, time).await?;
        }
        let revision = from_revision(revision);
        transaction.execute("UPDATE sidekick_store SET revision = $1", &[&revision]).await.map_err(broken)?;
        transaction.commit().await.map_err(broken)?;
        Ok(imported)
    }

    async fn try_load(&self, recent: usize) -> Result<Contents, StorageError> {
        let mut connection = self.connection().await?;
        let transaction = snapshot(&mut connection).await?;
        let row = transaction.query_one(chaos::statement(Defect::Sequence, POSITION), &[]).await.map_err(broken)?;
        let id = event_id(&row)?;
        let rows = transaction.query(FLAGS, &[]).await.map_err(broken)?;
        let flags = rows.iter().map(|row| read_flag(column(row, 0)?)).collect::<Result<_, _>>()?;
        let first = from_revision(id.revision).saturating_sub(recent as i64).max(0);
        let rows = transaction.query(CHANGES, &[&first, &(recent as i64)]).await.map_err(broken)?;
        Ok(Contents { id, flags, recent: rows.iter().map(logged_change).collect::<Result<_, _>>()? })
    }

    async fn try_changes_after(&self, id: EventId, limit: usize) -> Result<Option<Vec<LoggedChange>>, StorageError> {
        let mut connection = self.connection().await?;
        let transaction = snapshot(&mut connection).await?;
        let row = transaction.query_one(chaos::statement(Defect::Sequence, POSITION), &[]).await.map_err(broken)?;
        let now = event_id(&row)?;
        let after = from_revision(id.revision);
        let rows = transaction.query(CHANGES, &[&after, &(limit as i64)]).await.map_err(broken)?;
        let changes = rows.iter().map(logged_change).collect::<Result<Vec<_>, _>>()?;
        Ok(Some(changes).filter(|changes| super::follows(&id, &now, changes)))
    }
}

impl Storage for PostgresStorage {
    fn load(&self, recent: usize) -> Pending<'_, Contents> {
        Box::pin(in_time(self.try_load(recent)))
    }

    fn position(&self) -> Pending<'_, Position> {
        Box::pin(in_time(async move {
            let connection = self.connection().await?;
            let query =
                connection.prepare_cached(chaos::statement(Defect::Sequence, POSITION)).await.map_err(broken)?;
            let row = connection.query_one(&query, &[]).await.map_err(broken)?;
            Ok(Position { id: event_id(&row)?, keys: KeysVersion::from_stored(column(&row, 2)?) })
        }))
    }

    fn write(&self, write: Write) -> Pending<'_, Committed, WriteError> {
        Box::pin(async move {
            let late =
                |_| WriteError::Storage(unavailable("no answer in time; the write may have happened all the same"));
            tokio::time::timeout(OPERATION_TIMEOUT, self.try_write(write)).await.map_err(late)?
        })
    }

    fn import(&self, import: Import) -> Pending<'_, Imported, ImportError> {
        Box::pin(async move {
            let late = |_| unavailable("no answer in time; the import may have happened all the same");
            tokio::time::timeout(IMPORT_TIMEOUT, self.try_import(import)).await.map_err(late)?
        })
    }

    fn changes_after(&self, id: EventId, limit: usize) -> Pending<'_, Option<Vec<LoggedChange>>> {
        Box::pin(in_time(self.try_changes_after(id, limit)))
    }

    fn history(&self, query: HistoryQuery) -> Pending<'_, Vec<HistoryEntry>> {
        Box::pin(in_time(async move {
            let connection = self.connection().await?;
            let history = connection
                .prepare_cached(
                    "SELECT revision, key, before, after, actor, time FROM sidekick_flag_changes
                     WHERE ($1::text IS NULL OR key = $1) AND revision < $2 ORDER BY revision DESC LIMIT $3",
                )
                .await
                .map_err(broken)?;
            let key = query.key.as_ref().map(FlagKey::as_str);
            let before = query.before.map_or(i64::MAX, from_revision);
            let rows = connection.query(&history, &[&key, &before, &i64::from(query.limit)]).await.map_err(broken)?;
            rows.iter().map(history_entry).collect()
        }))
    }

    fn prune(&self, retention: Retention) -> Pending<'_, u64> {
        Box::pin(in_time(async move {
            let connection = self.connection().await?;
            let since = retention.since.map(|since| since.to_string());
            let changes = retention.changes.map(|changes| i64::try_from(changes).unwrap_or(i64::MAX));
            // From the start of the log only, so that what is left has no gaps.
            let delete = "DELETE FROM sidekick_flag_changes WHERE revision < greatest(
                    coalesce((SELECT min(revision) FROM sidekick_flag_changes WHERE time COLLATE \"C\" >= $1),
                             CASE WHEN $1::text IS NULL THEN 0 ELSE (SELECT revision + 1 FROM sidekick_store) END),
                    coalesce((SELECT revision + 1 - $2::bigint FROM sidekick_store), 0))";
            connection.execute(delete, &[&since, &changes]).await.map_err(broken)
        }))
    }

    fn renew_epoch(&self, id: EventId) -> Pending<'_, ()> {
        Box::pin(in_time(async move {
            let connection = self.connection().await?;
            let epoch = format!("{:016x}", getrandom::u64().map_err(unavailable)?);
            let update = "UPDATE sidekick_store SET epoch = $1 WHERE epoch = split_part($2, '-', 1) AND revision < $3";
            let updated = connection.execute(update, &[&epoch, &id.epoch.as_str(), &from_revision(id.revision)]).await;
            updated.map(drop).map_err(broken)
        }))
    }

    fn keys(&self) -> Pending<'_, Keys> {
        Box::pin(in_time(self.try_keys()))
    }

    fn change_keys(&self, change: KeyChange) -> Pending<'_, NamedKey, KeyError> {
        Box::pin(async move {
            let late = |_| unavailable("no answer in time; the change may have happened all the same");
            tokio::time::timeout(OPERATION_TIMEOUT, self.try_change_keys(change)).await.map_err(late)?
        })
    }

    fn note_key_uses(&self, uses: Vec<(KeyDigest, Timestamp)>) -> Pending<'_, ()> {
        Box::pin(in_time(self.try_note_key_uses(uses)))
    }

    fn close(&self) -> Pending<'_, ()> {
        Box::pin(async move {
            if self.pool.is_closed() {
                return Err(unavailable("it was closed"));
            }
            self.pool.close();
            Ok(())
        })
    }
}

/// A transaction in which all queries see one moment.
async fn snapshot(connection: &mut Object) -> Result<Transaction<'_>, StorageError> {
    let transaction = connection.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
    transaction.start().await.map_err(broken)
}

async fn record(
    transaction: &Transaction<'_>,
    revision: i64,
    change: &Change,
    before: Option<String>,
    actor: &str,
    time: Timestamp,
) -> Result<(), StorageError> {
    let after = match change {
        Change::Upsert(flag) => Some(write_flag(flag)),
        Change::Delete(_) => None,
    };
    let statement = transaction.prepare_cached(RECORD).await.map_err(broken)?;
    let (key, time) = (change.key().as_str(), time.to_string());
    let recorded = transaction.execute(&statement, &[&revision, &key, &before, &after, &actor, &time]).await;
    recorded.map(drop).map_err(broken)
}

async fn in_time<T>(operation: impl Future<Output = Result<T, StorageError>>) -> Result<T, StorageError> {
    tokio::time::timeout(OPERATION_TIMEOUT, operation).await.map_err(|_| unavailable("no answer in time"))?
}

fn event_id(row: &Row) -> Result<EventId, StorageError> {
    Ok(EventId { epoch: Epoch::new(column(row, 0)?).map_err(corrupt)?, revision: to_revision(column(row, 1)?) })
}

fn logged_change(row: &Row) -> Result<LoggedChange, StorageError> {
    let change = match column::<Option<&str>>(row, 2)? {
        Some(flag) => Change::Upsert(read_flag(flag)?),
        None => Change::Delete(FlagKey::new(column(row, 1)?).map_err(corrupt)?),
    };
    Ok(LoggedChange { revision: to_revision(column(row, 0)?), change, was_visible: was_visible(column(row, 3)?) })
}

fn history_entry(row: &Row) -> Result<HistoryEntry, StorageError> {
    let json = |text: Option<String>| text.map(RawValue::from_string).transpose().map_err(corrupt);
    Ok(HistoryEntry {
        revision: to_revision(column(row, 0)?).get(),
        key: column(row, 1)?,
        before: json(column(row, 2)?)?,
        after: json(column(row, 3)?)?,
        actor: column(row, 4)?,
        time: column(row, 5)?,
    })
}

fn column<'r, T: tokio_postgres::types::FromSql<'r>>(row: &'r Row, index: usize) -> Result<T, StorageError> {
    row.try_get(index).map_err(corrupt)
}

/// The driver's own words say little; the cause behind them says why.
fn broken(error: tokio_postgres::Error) -> StorageError {
    let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
    StorageError::Unavailable(format!("{error}{}", cause.unwrap_or_default()))
}
