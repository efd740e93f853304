//! The schema and its migrations, which are safe when several instances start at once.

use super::{broken, corrupt, unavailable};
use crate::storage::StorageError;
use crate::storage::schema_version::{Found, NEWEST};
use deadpool_postgres::Object;

/// Each migration takes the schema from the version of its place to the next one.
const MIGRATIONS: [&str; NEWEST as usize] = [include_str!("schema_1.sql"), include_str!("schema_2.sql")];
/// Names the advisory lock that migrating instances take in turn: "sidekick" in ASCII.
const LOCK: i64 = 0x7369_6465_6b69_636b;
/// What people are told of.
const NAMED: &str = "the database";

/// Brings the schema up to this version's, in one transaction.
pub(super) async fn migrate(connection: &mut Object) -> Result<(), StorageError> {
    let transaction = connection.transaction().await.map_err(broken)?;
    // Released by the end of the transaction, whatever it is.
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await.map_err(broken)?;
    transaction
        .batch_execute("CREATE TABLE IF NOT EXISTS sidekick_schema (version integer NOT NULL)")
        .await
        .map_err(broken)?;
    let row = transaction.query_opt("SELECT version FROM sidekick_schema", &[]).await.map_err(broken)?;
    let version: i32 = row.map_or(Ok(0), |row| row.try_get(0)).map_err(corrupt)?;
    let found = Found::of(version.into(), NAMED)?;
    found.log(NAMED);
    let Found::Older(done) = found else { return Ok(()) };
    for migration in MIGRATIONS.iter().skip(done as usize) {
        transaction.batch_execute(migration).await.map_err(broken)?;
    }
    if done == 0 {
        let epoch = format!("{:016x}", getrandom::u64().map_err(unavailable)?);
        transaction.execute("INSERT INTO sidekick_store VALUES (1, $1, 0)", &[&epoch]).await.map_err(broken)?;
        transaction.execute("INSERT INTO sidekick_schema VALUES (0)", &[]).await.map_err(broken)?;
    }
    transaction.execute("UPDATE sidekick_schema SET version = $1", &[&NEWEST.cast_signed()]).await.map_err(broken)?;
    transaction.commit().await.map_err(broken)
}
