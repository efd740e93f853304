//! The file: locked, opened, and brought to this version's schema.

use super::mark::Mark;
use super::queries;
use crate::storage::StorageError;
use crate::storage::row::unavailable;
use crate::storage::schema_version::{Found, NEWEST};
use rusqlite::Connection;
use std::fmt::Display;
use std::path::Path;

/// Each migration takes the schema from the version of its place to the next one.
const MIGRATIONS: [&str; NEWEST as usize] = [include_str!("schema_1.sql"), include_str!("schema_2.sql")];

/// Opens the file, which is made where it is missing. The lock lasts as long as the first of the two. A file that was put
/// back to an older state gets a new epoch.
pub(super) fn open(path: &Path) -> Result<(Mark, Connection), StorageError> {
    let mut mark = Mark::take(path)?;
    let connection = connect(path).map_err(|error| in_file(path, &error))?;
    migrate(path, &connection)?;
    let mut position = queries::position(&connection)?.id;
    if let Some(noted) =
        mark.noted().filter(|noted| noted.epoch == position.epoch && noted.revision > position.revision)
    {
        tracing::error!(%noted, storage = %position, "storage was put back to an older state; it gets a new epoch");
        queries::renew_epoch(&connection, noted)?;
        position = queries::position(&connection)?.id;
    }
    mark.note(position);
    Ok((mark, connection))
}

/// Opens a file that a server may have. Only one that has to be made or migrated is locked, for as long as that takes.
pub(super) fn open_beside(path: &Path) -> Result<Connection, StorageError> {
    if path.exists() {
        let connection = connect(path).map_err(|error| in_file(path, &error))?;
        match find(path, &connection)? {
            Found::Current | Found::Next => return Ok(connection),
            Found::Older(1..) => {
                return open(path).map(|(_, connection)| connection).map_err(|error| {
                    StorageError::Unavailable(format!("the file has to be brought up to date first, but {error}"))
                });
            }
            Found::Older(0) => {}
        }
    }
    open(path).map(|(_, connection)| connection)
}

/// Brings the file to this version's schema.
fn migrate(path: &Path, connection: &Connection) -> Result<(), StorageError> {
    let found = find(path, connection)?;
    found.log(&path.display().to_string());
    let Found::Older(done) = found else { return Ok(()) };
    if done == 0 {
        let tables: i64 = connection
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
            .map_err(|error| in_file(path, &error))?;
        if tables > 0 {
            return Err(StorageError::Corrupt(format!("{} belongs to another program", path.display())));
        }
    }
    let epoch = format!("{:016x}", getrandom::u64().map_err(unavailable)?);
    bring_up(connection, done, &epoch).map_err(|error| in_file(path, &error))
}

/// What the file is to this server.
fn find(path: &Path, connection: &Connection) -> Result<Found, StorageError> {
    let version =
        connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(|error| in_file(path, &error))?;
    Found::of(version, &path.display().to_string())
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    // A person's `sqlite3` may look into the file for a moment.
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(connection)
}

/// Does the migrations after `done`, in one transaction. A new store gets the epoch.
fn bring_up(connection: &Connection, done: u32, epoch: &str) -> rusqlite::Result<()> {
    let transaction = connection.unchecked_transaction()?;
    for migration in MIGRATIONS.iter().skip(done as usize) {
        transaction.execute_batch(migration)?;
    }
    if done == 0 {
        transaction.execute("INSERT INTO store (id, epoch, revision) VALUES (1, ?1, 0)", [epoch])?;
    }
    transaction.pragma_update(None, "user_version", NEWEST)?;
    transaction.commit()
}

pub(super) fn in_file(path: &Path, error: &dyn Display) -> StorageError {
    StorageError::Unavailable(format!("{}: {error}", path.display()))
}
