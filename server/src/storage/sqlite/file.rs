//! The file: locked, opened, and brought to this version's schema.

use crate::storage::StorageError;
use crate::storage::row::unavailable;
use rusqlite::Connection;
use std::fmt::Display;
use std::fs::{File, TryLockError};
use std::path::Path;

/// The newest schema that this version knows.
const SCHEMA_VERSION: i64 = 1;

/// Opens the file, which is made where it is missing. The lock lasts as long as the first of the two.
pub(super) fn open(path: &Path) -> Result<(File, Connection), StorageError> {
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
    Ok((lock, connection))
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
    transaction.execute_batch(include_str!("schema_1.sql"))?;
    transaction.execute("INSERT INTO store (id, epoch, revision) VALUES (1, ?1, 0)", [epoch])?;
    transaction.commit()
}

fn in_file(path: &Path, error: &dyn Display) -> StorageError {
    StorageError::Unavailable(format!("{}: {error}", path.display()))
}
