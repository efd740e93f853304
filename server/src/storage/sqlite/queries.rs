//! What is asked of the database and written to it.

use crate::keys::KeysVersion;
use crate::storage::row::{corrupt, from_revision, read_flag, to_revision, unavailable, was_visible, write_flag};
use crate::storage::write::check_room;
use crate::storage::{
    Committed, Contents, HistoryEntry, HistoryQuery, Import, ImportError, Imported, LoggedChange, Operation, Position,
    Retention, StorageError, Write, WriteError,
};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use serde_json::value::RawValue;
use sidekick_core::{Change, Epoch, EventId, Flag, FlagKey, Revision, Timestamp};
use std::collections::BTreeMap;

/// One write within a transaction. The outer error breaks the transaction off.
pub(super) fn write(transaction: &Transaction<'_>, write: Write) -> rusqlite::Result<Result<Committed, WriteError>> {
    let id = match position(transaction) {
        Ok(Position { id, .. }) => EventId { revision: id.revision.next(), ..id },
        Err(error) => return Ok(Err(error.into())),
    };
    let key = write.operation.key().clone();
    let before: Option<String> = transaction
        .prepare_cached("SELECT flag FROM flags WHERE key = ?1")?
        .query_row([key.as_str()], |row| row.get(0))
        .optional()?;
    let current = match before.as_deref().map(read_flag).transpose() {
        Ok(current) => current,
        // A flag that cannot be read can still be replaced or deleted.
        Err(_) if !matches!(write.operation, Operation::Patch(..)) => Some(Flag::new(key)),
        Err(error) => return Ok(Err(error.into())),
    };
    let (actor, time, max_flags) = (write.actor.clone(), write.time, write.preconditions.max_flags);
    let change = match write.decide(current.as_ref(), id.revision) {
        Ok(change) => change,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let created = before.is_none();
    if let Some(max) = max_flags.filter(|_| created) {
        let count = transaction.prepare_cached("SELECT count(*) FROM flags")?.query_row([], |row| row.get(0))?;
        if let Err(full) = check_room(max, count) {
            return Ok(Err(full));
        }
    }
    record(transaction, id.revision, &change, before, &actor, time)?;
    Ok(Ok(Committed { id, change, created }))
}

/// Many writes in one transaction.
pub(super) fn import(connection: &Connection, import: Import) -> Result<Imported, ImportError> {
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate).map_err(unavailable)?;
    let mut revision = position(&transaction)?.id.revision;
    let flags = flags(&transaction)?;
    let current: BTreeMap<FlagKey, Flag> = flags.into_iter().map(|flag| (flag.key.clone(), flag)).collect();
    let (actor, time) = (import.actor.clone(), import.time);
    let (changes, imported) = import.decide(&current, revision)?;
    for change in changes {
        revision = revision.next();
        let before = current.get(change.key()).map(write_flag);
        record(&transaction, revision, &change, before, &actor, time).map_err(unavailable)?;
    }
    transaction.commit().map_err(unavailable)?;
    Ok(imported)
}

/// Writes a change that makes `revision` to counter, flags and log.
fn record(
    transaction: &Transaction<'_>,
    revision: Revision,
    change: &Change,
    before: Option<String>,
    actor: &str,
    time: Timestamp,
) -> rusqlite::Result<()> {
    let key = change.key().as_str();
    transaction.prepare_cached("UPDATE store SET revision = ?1")?.execute([from_revision(revision)])?;
    let after = match change {
        Change::Upsert(flag) => Some(write_flag(flag)),
        Change::Delete(_) => None,
    };
    match &after {
        Some(flag) => transaction
            .prepare_cached("INSERT OR REPLACE INTO flags (key, flag) VALUES (?1, ?2)")?
            .execute(params![key, flag])?,
        None => transaction.prepare_cached("DELETE FROM flags WHERE key = ?1")?.execute([key])?,
    };
    transaction
        .prepare_cached(
            "INSERT INTO flag_changes (revision, key, before, after, actor, time) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![from_revision(revision), key, before, after, actor, time.to_string()])
        .map(drop)
}

pub(super) fn position(connection: &Connection) -> Result<Position, StorageError> {
    let mut statement = connection
        .prepare_cached("SELECT epoch, revision, (SELECT version FROM key_state) FROM store")
        .map_err(unavailable)?;
    let columns = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?));
    let (epoch, revision, keys) = statement.query_row([], columns).map_err(unavailable)?;
    let id = EventId { epoch: Epoch::new(&epoch).map_err(corrupt)?, revision: to_revision(revision) };
    Ok(Position { id, keys: KeysVersion::from_stored(keys) })
}

fn flags(connection: &Connection) -> Result<Vec<Flag>, StorageError> {
    let mut statement = connection.prepare("SELECT flag FROM flags ORDER BY key").map_err(unavailable)?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).map_err(unavailable)?;
    rows.map(|row| read_flag(&row.map_err(unavailable)?)).collect()
}

pub(super) fn load(connection: &Connection, recent: usize) -> Result<Contents, StorageError> {
    // One transaction, so that flags, log and revision are of one moment.
    let transaction = connection.unchecked_transaction().map_err(unavailable)?;
    let id = position(&transaction)?.id;
    let first = id.revision.get().saturating_sub(recent as u64);
    let recent = logged(&transaction, Revision::new(first).unwrap_or(Revision::MAX), recent)?;
    Ok(Contents { id, flags: flags(&transaction)?, recent })
}

pub(super) fn changes_after(
    connection: &Connection,
    id: &EventId,
    limit: usize,
) -> Result<Option<Vec<LoggedChange>>, StorageError> {
    let transaction = connection.unchecked_transaction().map_err(unavailable)?;
    let now = position(&transaction)?.id;
    let changes = logged(&transaction, id.revision, limit)?;
    Ok(Some(changes).filter(|changes| crate::storage::follows(id, &now, changes)))
}

fn logged(connection: &Connection, after: Revision, limit: usize) -> Result<Vec<LoggedChange>, StorageError> {
    let mut statement = connection
        .prepare_cached(
            "SELECT revision, key, after, before FROM flag_changes WHERE revision > ?1 ORDER BY revision LIMIT ?2",
        )
        .map_err(unavailable)?;
    let text = |row: &Row<'_>, column| row.get::<_, Option<String>>(column);
    let columns = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, text(row, 2)?, text(row, 3)?));
    let rows = statement.query_map(params![from_revision(after), limit as i64], columns).map_err(unavailable)?;
    rows.map(|row| {
        let (revision, key, after, before) = row.map_err(unavailable)?;
        let change = match after {
            Some(flag) => Change::Upsert(read_flag(&flag)?),
            None => Change::Delete(FlagKey::new(&key).map_err(corrupt)?),
        };
        Ok(LoggedChange { revision: to_revision(revision), change, was_visible: was_visible(before.as_deref()) })
    })
    .collect()
}

pub(super) fn history(connection: &Connection, query: &HistoryQuery) -> Result<Vec<HistoryEntry>, StorageError> {
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

/// Deletes from the start of the log only, so that what is left has no gaps.
pub(super) fn prune(connection: &Connection, retention: Retention) -> Result<u64, StorageError> {
    let since = retention.since.map(|since| since.to_string());
    let changes = retention.changes.map(|changes| i64::try_from(changes).unwrap_or(i64::MAX));
    let deleted = connection
        .execute(
            "DELETE FROM flag_changes WHERE revision < max(
                ifnull((SELECT min(revision) FROM flag_changes WHERE time >= ?1),
                       iif(?1 IS NULL, 0, (SELECT revision + 1 FROM store))),
                ifnull((SELECT revision + 1 - ?2 FROM store), 0))",
            params![since, changes],
        )
        .map_err(unavailable)?;
    Ok(deleted as u64)
}

pub(super) fn renew_epoch(connection: &Connection, id: &EventId) -> Result<(), StorageError> {
    let epoch = format!("{:016x}", getrandom::u64().map_err(unavailable)?);
    connection
        .execute(
            "UPDATE store SET epoch = ?1 WHERE epoch = ?2 AND revision < ?3",
            params![epoch, id.epoch.as_str(), from_revision(id.revision)],
        )
        .map(drop)
        .map_err(unavailable)
}
