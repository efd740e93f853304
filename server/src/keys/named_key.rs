//! A named key as people see it: its newest secret, and older ones that still work.

use super::{KeyKind, KeyName, StoredKey};
use serde::Serialize;
use sidekick_core::Timestamp;
use std::collections::BTreeMap;

/// A key without its secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NamedKey {
    /// Its name.
    pub name: KeyName,
    /// What it is for.
    pub kind: KeyKind,
    /// Whether it is good.
    pub state: KeyState,
    /// When its newest secret was made, RFC 3339 in UTC as all times here.
    pub created_at: String,
    /// Who made that one.
    pub created_by: String,
    /// When it ends, or ended, by itself.
    pub expires_at: Option<String>,
    /// When it was revoked.
    pub revoked_at: Option<String>,
    /// Who revoked it.
    pub revoked_by: Option<String>,
    /// When a request last came with its newest secret, to about a minute.
    pub last_used_at: Option<String>,
    /// Older secrets that still work after a rotation, newest first.
    pub previous: Vec<PreviousSecret>,
}

/// Whether a key is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyState {
    /// It is.
    Active,
    /// Its time is over.
    Expired,
    /// Somebody has revoked it.
    Revoked,
}

/// A secret that a rotation has replaced, and that still works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PreviousSecret {
    /// When it ends.
    pub expires_at: Option<String>,
    /// When a request last came with it: while that goes on, somebody has not got the new one yet.
    pub last_used_at: Option<String>,
}

impl NamedKey {
    /// The keys that these secrets are of, sorted by name, as they are at `now`.
    #[must_use]
    pub fn all(secrets: &[StoredKey], now: Timestamp) -> Vec<Self> {
        let mut named: BTreeMap<&KeyName, Vec<&StoredKey>> = BTreeMap::new();
        for secret in secrets {
            named.entry(&secret.name).or_default().push(secret);
        }
        let keys = named.into_values().filter_map(|mut secrets| {
            secrets.sort_by_key(|secret| std::cmp::Reverse(secret.generation));
            let (newest, older) = secrets.split_first()?;
            Some(Self::of(newest, older, now))
        });
        keys.collect()
    }

    fn of(newest: &StoredKey, older: &[&StoredKey], now: Timestamp) -> Self {
        let text = |time: Option<Timestamp>| time.map(|time| time.to_string());
        let previous = older.iter().filter(|secret| secret.ended_at(now).is_none()).map(|secret| PreviousSecret {
            expires_at: text(secret.expires_at),
            last_used_at: text(secret.last_used_at),
        });
        Self {
            name: newest.name.clone(),
            kind: newest.kind,
            state: match (newest.revoked_at, newest.ended_at(now)) {
                (Some(_), _) => KeyState::Revoked,
                (None, Some(_)) => KeyState::Expired,
                (None, None) => KeyState::Active,
            },
            created_at: newest.created_at.to_string(),
            created_by: newest.created_by.clone(),
            expires_at: text(newest.expires_at),
            revoked_at: text(newest.revoked_at),
            revoked_by: newest.revoked_by.clone(),
            last_used_at: text(newest.last_used_at),
            previous: previous.collect(),
        }
    }
}

impl KeyState {
    /// The state as a word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}
