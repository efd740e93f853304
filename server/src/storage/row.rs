//! What rows of every backend hold, as the core's types.

use super::StorageError;
use crate::keys::StoredKey;
use sidekick_core::{Flag, Mode, Revision, Timestamp};
use std::fmt::Display;

pub(super) fn read_flag(json: &str) -> Result<Flag, StorageError> {
    let mut flag = Flag::from_json(json.as_bytes(), Mode::Keeping)
        .map_err(|error| StorageError::Corrupt(format!("flag {json}: {error}")))?;
    // Of a version that could hide none.
    flag.client_visible.get_or_insert(true);
    Ok(flag)
}

/// Whether public clients had the flag of which the log says that it was there before.
pub(super) fn was_visible(before: Option<&str>) -> bool {
    // What cannot be read, nobody has been sent.
    before.is_some_and(|json| read_flag(json).is_ok_and(|flag| flag.is_client_visible()))
}

pub(super) fn write_flag(flag: &Flag) -> String {
    // The core writes UTF-8.
    String::from_utf8_lossy(&flag.to_json()).into_owned()
}

pub(super) fn read_key(json: &str, last_used_at: Option<&str>) -> Result<StoredKey, StorageError> {
    let key: StoredKey = serde_json::from_str(json).map_err(|error| corrupt(format!("key {json}: {error}")))?;
    let last_used_at = last_used_at.map(Timestamp::parse).transpose().map_err(corrupt)?;
    Ok(StoredKey { last_used_at, ..key })
}

pub(super) fn write_key(key: &StoredKey) -> String {
    // Texts, numbers and times: there is nothing in it that JSON cannot hold.
    serde_json::to_string(key).unwrap_or_default()
}

pub(super) fn to_revision(value: i64) -> Revision {
    u64::try_from(value).ok().and_then(Revision::new).unwrap_or(Revision::ZERO)
}

pub(super) fn from_revision(revision: Revision) -> i64 {
    // At most 2^53 - 1: it always fits.
    i64::try_from(revision.get()).unwrap_or(i64::MAX)
}

pub(super) fn unavailable(error: impl Display) -> StorageError {
    StorageError::Unavailable(error.to_string())
}

pub(super) fn corrupt(error: impl Display) -> StorageError {
    StorageError::Corrupt(error.to_string())
}
