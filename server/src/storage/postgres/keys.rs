//! Keys in Postgres. A change locks the one row of their state first, so that changes are made one after the other.

use super::{PostgresStorage, broken, column, snapshot};
use crate::keys::{KeyChange, KeyDigest, KeyError, Keys, KeysVersion, NamedKey, StoredKey};
use crate::storage::StorageError;
use crate::storage::row::{read_key, unavailable, write_key};
use deadpool_postgres::Transaction;
use sidekick_core::Timestamp;

impl PostgresStorage {
    pub(super) async fn try_keys(&self) -> Result<Keys, StorageError> {
        let mut connection = self.connection().await?;
        let transaction = snapshot(&mut connection).await?;
        let state = "SELECT version, is_required FROM sidekick_key_state";
        let state = transaction.query_one(state, &[]).await.map_err(broken)?;
        let version = KeysVersion::from_stored(column(&state, 0)?);
        Ok(Keys { version, is_required: column(&state, 1)?, secrets: secrets(&transaction).await? })
    }

    pub(super) async fn try_change_keys(&self, change: KeyChange) -> Result<NamedKey, KeyError> {
        let version = KeysVersion::random().map_err(unavailable)?;
        let mut connection = self.connection().await?;
        let transaction = connection.transaction().await.map_err(broken)?;
        let lock = "UPDATE sidekick_key_state SET version = $1";
        transaction.execute(lock, &[&version.stored()]).await.map_err(broken)?;
        // A refusal drops the transaction, and the version with it.
        let decision = change.decide(&secrets(&transaction).await?)?;
        if decision.makes_admin {
            transaction.execute("UPDATE sidekick_key_state SET is_required = true", &[]).await.map_err(broken)?;
        }
        for secret in &decision.write {
            let write = "INSERT INTO sidekick_keys (digest, key) VALUES ($1, $2)
                         ON CONFLICT (digest) DO UPDATE SET key = excluded.key";
            let row = (secret.digest.to_string(), write_key(secret));
            transaction.execute(write, &[&row.0, &row.1]).await.map_err(broken)?;
        }
        let forgotten: Vec<String> = decision.forget.iter().map(KeyDigest::to_string).collect();
        let forget = "DELETE FROM sidekick_keys WHERE digest = ANY ($1)";
        transaction.execute(forget, &[&forgotten]).await.map_err(broken)?;
        transaction.commit().await.map_err(broken)?;
        Ok(decision.key)
    }

    pub(super) async fn try_note_key_uses(&self, uses: Vec<(KeyDigest, Timestamp)>) -> Result<(), StorageError> {
        let connection = self.connection().await?;
        let (digests, times): (Vec<_>, Vec<_>) =
            uses.iter().map(|(digest, at)| (digest.to_string(), at.to_string())).unzip();
        let update = "UPDATE sidekick_keys SET last_used_at = used.at
                      FROM unnest($1::text[], $2::text[]) AS used (digest, at)
                      WHERE sidekick_keys.digest = used.digest
                          AND (last_used_at IS NULL OR last_used_at COLLATE \"C\" < used.at COLLATE \"C\")";
        connection.execute(update, &[&digests, &times]).await.map(drop).map_err(broken)
    }
}

async fn secrets(transaction: &Transaction<'_>) -> Result<Vec<StoredKey>, StorageError> {
    let rows = transaction.query("SELECT key, last_used_at FROM sidekick_keys", &[]).await.map_err(broken)?;
    rows.iter().map(|row| read_key(column(row, 0)?, column(row, 1)?)).collect()
}
