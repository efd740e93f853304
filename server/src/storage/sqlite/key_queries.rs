//! Keys, as they are asked of the database and written to it.

use crate::keys::{KeyChange, KeyDigest, KeyError, Keys, KeysVersion, NamedKey, StoredKey};
use crate::storage::StorageError;
use crate::storage::row::{read_key, unavailable, write_key};
use rusqlite::{Connection, Row, Transaction, TransactionBehavior, params};
use sidekick_core::Timestamp;

pub(super) fn keys(connection: &Connection) -> Result<Keys, StorageError> {
    // One transaction, so that keys and version are of one moment.
    let transaction = connection.unchecked_transaction().map_err(unavailable)?;
    let columns = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, bool>(1)?));
    let (version, is_required) =
        transaction.query_row("SELECT version, is_required FROM key_state", [], columns).map_err(unavailable)?;
    Ok(Keys { version: KeysVersion::from_stored(version), is_required, secrets: secrets(&transaction)? })
}

pub(super) fn change(connection: &Connection, change: KeyChange) -> Result<NamedKey, KeyError> {
    let version = KeysVersion::random().map_err(unavailable)?;
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate).map_err(unavailable)?;
    let decision = change.decide(&secrets(&transaction)?)?;
    transaction
        .execute(
            "UPDATE key_state SET version = ?1, is_required = is_required OR ?2",
            params![version.stored(), decision.makes_admin],
        )
        .map_err(unavailable)?;
    for secret in &decision.write {
        transaction
            .execute(
                "INSERT INTO keys (digest, key) VALUES (?1, ?2) ON CONFLICT (digest) DO UPDATE SET key = excluded.key",
                params![secret.digest.to_string(), write_key(secret)],
            )
            .map_err(unavailable)?;
    }
    for digest in &decision.forget {
        transaction.execute("DELETE FROM keys WHERE digest = ?1", [digest.to_string()]).map_err(unavailable)?;
    }
    transaction.commit().map_err(unavailable)?;
    Ok(decision.key)
}

pub(super) fn note_uses(connection: &Connection, uses: &[(KeyDigest, Timestamp)]) -> Result<(), StorageError> {
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate).map_err(unavailable)?;
    for (digest, at) in uses {
        transaction
            .execute(
                "UPDATE keys SET last_used_at = max(?2, ifnull(last_used_at, '')) WHERE digest = ?1",
                params![digest.to_string(), at.as_str()],
            )
            .map_err(unavailable)?;
    }
    transaction.commit().map_err(unavailable)
}

fn secrets(connection: &Connection) -> Result<Vec<StoredKey>, StorageError> {
    let mut statement = connection.prepare("SELECT key, last_used_at FROM keys").map_err(unavailable)?;
    let columns = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(1)?));
    let rows = statement.query_map([], columns).map_err(unavailable)?;
    rows.map(|row| row.map_err(unavailable).and_then(|(key, used)| read_key(&key, used.as_deref()))).collect()
}
