//! A change of the keys, and the decision what it makes of them. The decision is the same for every backend.

use super::{KeyDigest, KeyKind, KeyName, MAX_KEYS, NamedKey, REMEMBERED, StoredKey};
use crate::storage::StorageError;
use serde_json::Map;
use sidekick_core::Timestamp;
use std::fmt;
use std::time::Duration;

/// A change as somebody asks for it.
#[derive(Clone, Debug)]
pub struct KeyChange {
    /// Which key is meant.
    pub name: KeyName,
    /// What becomes of it.
    pub operation: KeyOperation,
    /// Who asks.
    pub actor: String,
    /// When.
    pub time: Timestamp,
}

/// What becomes of a key.
#[derive(Clone, Copy, Debug)]
pub enum KeyOperation {
    /// It comes into being.
    Create {
        /// What it is for.
        kind: KeyKind,
        /// Its first secret's.
        digest: KeyDigest,
        /// When it ends by itself.
        expires_at: Option<Timestamp>,
    },
    /// It gets another secret.
    Rotate {
        /// The new secret's.
        digest: KeyDigest,
        /// How long the older secrets go on, at most.
        overlap: Duration,
        /// When the new secret ends by itself; the outer `None` leaves it as it was with the old one.
        expires_at: Option<Option<Timestamp>>,
    },
    /// It ends now, with all its secrets. Once more changes nothing.
    Revoke {
        /// Whether the last admin key may go too: nobody can make another one by the API then.
        even_last_admin: bool,
    },
}

/// What a change does to the rows.
#[derive(Debug)]
pub struct Decision {
    /// Rows to write.
    pub write: Vec<StoredKey>,
    /// Rows to delete.
    pub forget: Vec<KeyDigest>,
    /// Whether there is an admin key from now on.
    pub makes_admin: bool,
    /// The key that was meant, as it then is.
    pub key: NamedKey,
}

/// Why a change is refused. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyRefusal {
    /// There is no such key.
    NotFound,
    /// The name has, or had, another key.
    Taken,
    /// The key was revoked at this time.
    Revoked(Timestamp),
    /// The key, or its new secret, would be expired from the start: since this time.
    Expired(Timestamp),
    /// No admin key would be left.
    LastAdmin,
    /// There are as many as there may be.
    TooMany,
}

/// Why a change was not carried out.
#[derive(Clone, Debug)]
pub enum KeyError {
    /// It cannot be.
    Refused(KeyRefusal),
    /// Storage did not carry it out.
    Storage(StorageError),
}

impl KeyChange {
    /// What the change makes of `keys`, which are all that there are.
    ///
    /// # Errors
    /// Why nothing is to be changed.
    pub fn decide(self, keys: &[StoredKey]) -> Result<Decision, KeyRefusal> {
        let now = self.time;
        let horizon = Timestamp::from_millis(now.millis().saturating_sub(millis(REMEMBERED)));
        let is_forgotten = |key: &&StoredKey| key.ended_at(now).is_some_and(|end| end < horizon);
        let forget: Vec<KeyDigest> = keys.iter().filter(is_forgotten).map(|key| key.digest).collect();
        let mut own: Vec<StoredKey> =
            keys.iter().filter(|key| key.name == self.name && !is_forgotten(key)).cloned().collect();
        own.sort_by_key(|key| key.generation);
        let mut makes_admin = false;
        match self.operation {
            KeyOperation::Create { kind, digest, expires_at } => {
                if !own.is_empty() {
                    return Err(KeyRefusal::Taken);
                }
                own.push(self.new_secret(kind, digest, 1, expires_at)?);
                makes_admin = kind == KeyKind::Admin;
            }
            KeyOperation::Rotate { digest, overlap, expires_at } => {
                let newest = own.last().ok_or(KeyRefusal::NotFound)?;
                if let Some(at) = newest.revoked_at {
                    return Err(KeyRefusal::Revoked(at));
                }
                let expires_at = expires_at.unwrap_or(newest.expires_at);
                let next = self.new_secret(newest.kind, digest, newest.generation.saturating_add(1), expires_at)?;
                let next = StoredKey { unknown: newest.unknown.clone(), ..next };
                let end = Timestamp::from_millis(now.millis().saturating_add(millis(overlap)));
                for old in &mut own {
                    old.rotated_at = old.rotated_at.or(Some(now));
                    old.expires_at = Some(old.expires_at.map_or(end, |own| own.min(end)));
                }
                own.push(next);
            }
            KeyOperation::Revoke { even_last_admin } => {
                let newest = own.last().ok_or(KeyRefusal::NotFound)?;
                let is_admin = |key: &&StoredKey| key.kind == KeyKind::Admin && key.ended_at(now).is_none();
                let is_last = own.iter().any(|key| is_admin(&key))
                    && !keys.iter().filter(is_admin).any(|key| key.name != newest.name);
                if is_last && !even_last_admin {
                    return Err(KeyRefusal::LastAdmin);
                }
                for key in own.iter_mut().filter(|key| key.revoked_at.is_none()) {
                    (key.revoked_at, key.revoked_by) = (Some(now), Some(self.actor.clone()));
                }
            }
        }
        let others = keys.iter().filter(|key| key.name != self.name && !is_forgotten(key)).count();
        if others + own.len() > MAX_KEYS && !matches!(self.operation, KeyOperation::Revoke { .. }) {
            return Err(KeyRefusal::TooMany);
        }
        let key = NamedKey::all(&own, now).pop().ok_or(KeyRefusal::NotFound)?;
        Ok(Decision { write: own, forget, makes_admin, key })
    }

    fn new_secret(
        &self,
        kind: KeyKind,
        digest: KeyDigest,
        generation: u32,
        expires_at: Option<Timestamp>,
    ) -> Result<StoredKey, KeyRefusal> {
        if let Some(end) = expires_at.filter(|end| *end <= self.time) {
            return Err(KeyRefusal::Expired(end));
        }
        Ok(StoredKey {
            digest,
            name: self.name.clone(),
            kind,
            generation,
            created_at: self.time,
            created_by: self.actor.clone(),
            rotated_at: None,
            expires_at,
            revoked_at: None,
            revoked_by: None,
            last_used_at: None,
            unknown: Map::new(),
        })
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl From<KeyRefusal> for KeyError {
    fn from(refusal: KeyRefusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StorageError> for KeyError {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

impl std::error::Error for KeyError {}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Storage(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for KeyRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("there is no such key"),
            Self::Taken => f.write_str(
                "there is, or was within the last 90 days, another key of this name; rotate it, or choose another name",
            ),
            Self::Revoked(at) => write!(f, "the key was revoked at {at}, which is for good; create another one"),
            Self::Expired(at) => write!(f, "the key would have expired at {at} already; give it a later end"),
            Self::LastAdmin => f.write_str(
                "this is the last admin key: nobody could change anything without it; create another one before, or \
                 rotate this one with an overlap of 0",
            ),
            Self::TooMany => write!(f, "there are {MAX_KEYS} keys, which is the most; revoke some, and wait 90 days"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_only_so_many_keys_and_revoking_goes_on() {
        let time = Timestamp::from_millis(2);
        let decide = |keys: &[StoredKey], name: &str, operation| {
            let name = KeyName::new(name).unwrap();
            let change = KeyChange { name, operation, actor: "test".to_owned(), time };
            change.decide(keys).map(|decision| decision.write)
        };
        let create = |index: &str| KeyOperation::Create {
            kind: KeyKind::Client,
            digest: KeyDigest::of(index),
            expires_at: None,
        };
        let many: Vec<_> = (0..MAX_KEYS)
            .flat_map(|index| decide(&[], &format!("n{index}"), create(&index.to_string())).unwrap())
            .collect();
        let rotate = KeyOperation::Rotate { digest: KeyDigest::of("x"), overlap: Duration::ZERO, expires_at: None };
        let revoke = KeyOperation::Revoke { even_last_admin: false };
        assert_eq!(decide(&many, "one-more", create("x")), Err(KeyRefusal::TooMany));
        assert_eq!(decide(&many, "n7", rotate), Err(KeyRefusal::TooMany));
        assert_eq!(decide(&many, "n7", revoke).map(|written| written.len()), Ok(1));
        assert_eq!(decide(&many[1..], "one-more", create("x")).map(|written| written.len()), Ok(1));
    }
}
