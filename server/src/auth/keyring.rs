//! The keys that the server knows, in memory: the environment's, and those that storage has.

use super::{Access, KeyEnd, KeyLife, Principal};
use crate::chaos::{self, Defect};
use crate::keys::{KeyDigest, KeyKind, Keys, KeysVersion, Secret, StoredKey};
use sidekick_core::Timestamp;
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// Who is let in. It is read with each request and replaced as a whole when the stored keys change.
pub struct Keyring {
    environment: Vec<(KeyDigest, Principal)>,
    stored: RwLock<Arc<Stored>>,
    /// One replacement at a time: what one was made from must still be there when it takes its place.
    replacing: Mutex<()>,
}

/// Why somebody is not let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denied {
    /// A key is needed, and there is none.
    Missing,
    /// The key is none that the server knows; the text says more where its form is wrong already.
    Unknown(Option<String>),
    /// The key is the old one of a rotation, and its overlap is over since then.
    Rotated(Timestamp),
    /// The key has expired then.
    Expired(Timestamp),
    /// The key was revoked then.
    Revoked(Timestamp),
    /// The stored keys were not read yet, so that nobody can tell.
    NotLoaded,
}

/// The stored keys at one moment.
#[derive(Default)]
struct Stored {
    /// `None` until they come from storage; those of a file have none.
    version: Option<KeysVersion>,
    /// `None` as long as nobody knows.
    is_required: Option<bool>,
    keys: HashMap<KeyDigest, Held>,
    /// While everybody is let in.
    anonymous: Option<KeyLife>,
    /// When the first of them ends by itself.
    next_end: Option<Timestamp>,
}

#[derive(Clone)]
struct Held {
    key: StoredKey,
    /// `None` when the key has ended.
    life: Option<KeyLife>,
    last_use: Arc<LastUse>,
}

/// When a key was last used, in milliseconds since 1970, and what of that storage knows.
#[derive(Default)]
struct LastUse {
    at: AtomicU64,
    noted: AtomicU64,
}

impl Keyring {
    /// With the keys of the environment alone, while nobody knows yet what is stored.
    #[must_use]
    pub fn new(sdk_keys: &[Secret], client_keys: &[Secret]) -> Self {
        let named = |start: &str, kind: KeyKind, key: &Secret| {
            let digest = key.digest();
            let name = format!("{start}:{}", digest.short());
            let principal =
                Principal { name, access: kind.into(), kind: Some(kind), expires_at: None, end: KeyEnd::NEVER };
            (digest, principal)
        };
        let admins = sdk_keys.iter().map(|key| named("sdk_key", KeyKind::Admin, key));
        let clients = client_keys.iter().map(|key| named("client_key", KeyKind::Client, key));
        Self { environment: admins.chain(clients).collect(), stored: RwLock::default(), replacing: Mutex::default() }
    }

    /// Whether keys are asked for at all. As long as nobody knows, they are.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.has_own_admin() || self.stored().is_required != Some(false)
    }

    /// Whether the environment has an admin key, which no change of the stored ones can take away.
    #[must_use]
    pub fn has_own_admin(&self) -> bool {
        self.environment.iter().any(|(_, principal)| principal.access == Access::Admin)
    }

    /// Which state the stored keys are in; `None` where they do not come from storage.
    #[must_use]
    pub fn version(&self) -> Option<KeysVersion> {
        self.stored().version
    }

    /// The caller with `key` at the time `now`; where authentication is off, anybody may do everything.
    ///
    /// The environment's keys may be short or chosen by people, so their digests are compared in constant time, all of
    /// them. A stored key is looked up by its digest: how long that takes can only tell of digests, and nobody finds 256
    /// random bits from their SHA-256.
    ///
    /// # Errors
    /// Why the caller is not let in. Only who has a key is told what became of it.
    pub fn authenticate(&self, key: Option<&str>, now: Timestamp) -> Result<Principal, Denied> {
        let digest = key.map(KeyDigest::of);
        if let Some(digest) = &digest {
            let mut found = None;
            for (known, principal) in &self.environment {
                if known.is(digest) && found.is_none() {
                    found = Some(principal);
                }
            }
            if let Some(principal) = found {
                return Ok(principal.clone());
            }
        }
        let stored = self.stored();
        if let Some(life) = stored.anonymous.as_ref() {
            return Ok(anonymous(life));
        }
        match (key, digest.and_then(|digest| stored.keys.get(&digest))) {
            (_, Some(held)) => held.admit(now),
            (Some(_), None) if stored.is_required.is_none() => Err(Denied::NotLoaded),
            (Some(key), None) => Err(Denied::Unknown(Secret::fault_of(key))),
            (None, None) if !self.is_on_for_sure() => Err(Denied::NotLoaded),
            (None, None) => Err(Denied::Missing),
        }
    }

    /// Puts `keys` in the place of those that were stored before. What was opened with a key that is good no more ends.
    /// `is_from_storage` is false for those of a file.
    pub fn replace(&self, keys: Keys, is_from_storage: bool, now: Timestamp) {
        self.replace_alone(keys, is_from_storage, now, &self.alone());
    }

    fn replace_alone(&self, keys: Keys, is_from_storage: bool, now: Timestamp, _: &MutexGuard<'_, ()>) {
        let before = self.stored();
        let mut next_end: Option<Timestamp> = None;
        let mut held = HashMap::with_capacity(keys.secrets.len());
        for key in keys.secrets {
            let known = before.keys.get(&key.digest);
            let is_good = key.ended_at(now).is_none();
            let life = known.and_then(|held| held.life.clone()).filter(|_| !chaos::has(Defect::CutAllStreams));
            let life = is_good.then(|| life.unwrap_or_else(KeyLife::begin));
            let last_use = known.map(|held| Arc::clone(&held.last_use)).unwrap_or_default();
            if let Some(end) = key.expires_at.filter(|_| is_good) {
                next_end = Some(next_end.map_or(end, |other| other.min(end)));
            }
            held.insert(key.digest, Held { key, life, last_use });
        }
        // A database that was put back to before its first admin key opens no server that runs.
        let is_required = keys.is_required || before.is_required == Some(true);
        let is_open = !self.has_own_admin() && !is_required;
        let anonymous = is_open.then(|| before.anonymous.clone().unwrap_or_else(KeyLife::begin));
        let version = is_from_storage.then_some(keys.version);
        let stored = Stored { version, is_required: Some(is_required), keys: held, anonymous, next_end };
        // Whoever panicked while it held the lock has left a whole `Arc` there.
        *self.stored.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(stored);
    }

    /// Ends what was opened with keys whose time is over.
    pub fn end_expired(&self, now: Timestamp) {
        let alone = self.alone();
        let stored = self.stored();
        if stored.next_end.is_some_and(|end| end <= now) {
            let is_from_storage = stored.version.is_some();
            self.replace_alone(stored.to_keys(), is_from_storage, now, &alone);
        }
    }

    /// The stored keys, with their last uses; `None` as long as nobody knows them.
    #[must_use]
    pub fn to_keys(&self) -> Option<Keys> {
        let stored = self.stored();
        stored.is_required.map(|_| stored.to_keys())
    }

    /// The last uses that were not [`Keyring::noted`] yet.
    #[must_use]
    pub fn unnoted_uses(&self) -> Vec<(KeyDigest, Timestamp)> {
        let stored = self.stored();
        let news = stored.keys.iter().filter_map(|(digest, held)| {
            let at = held.last_use.at.load(Ordering::Relaxed);
            (held.last_use.noted.load(Ordering::Relaxed) < at).then(|| (*digest, Timestamp::from_millis(at)))
        });
        news.collect()
    }

    /// Storage has these uses now.
    pub fn noted(&self, uses: &[(KeyDigest, Timestamp)]) {
        let stored = self.stored();
        for (digest, at) in uses {
            if let Some(held) = stored.keys.get(digest) {
                held.last_use.noted.fetch_max(at.millis(), Ordering::Relaxed);
            }
        }
    }

    fn is_on_for_sure(&self) -> bool {
        self.has_own_admin() || self.stored().is_required == Some(true)
    }

    fn alone(&self) -> MutexGuard<'_, ()> {
        self.replacing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stored(&self) -> Arc<Stored> {
        Arc::clone(&self.stored.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Stored {
    fn to_keys(&self) -> Keys {
        let secrets = self.keys.values().map(|held| {
            let used = held.last_use.at.load(Ordering::Relaxed);
            let used = (used > 0).then(|| Timestamp::from_millis(used));
            StoredKey { last_used_at: used.max(held.key.last_used_at), ..held.key.clone() }
        });
        Keys {
            version: self.version.unwrap_or_default(),
            is_required: self.is_required.unwrap_or_default(),
            secrets: secrets.collect(),
        }
    }
}

impl Held {
    fn admit(&self, now: Timestamp) -> Result<Principal, Denied> {
        let StoredKey { name, kind, expires_at, rotated_at, revoked_at, .. } = &self.key;
        match (revoked_at, self.key.expired_at(now), &self.life) {
            (Some(at), _, _) => Err(Denied::Revoked(*at)),
            (None, Some(end), _) if rotated_at.is_some() => Err(Denied::Rotated(end)),
            (None, Some(end), _) => Err(Denied::Expired(end)),
            // The clock was put back behind the end of a key: what has ended has ended.
            (None, None, None) => Err(Denied::Expired(expires_at.unwrap_or(now))),
            (None, None, Some(life)) => {
                self.last_use.at.fetch_max(now.millis(), Ordering::Relaxed);
                Ok(Principal {
                    name: name.to_string(),
                    access: (*kind).into(),
                    kind: Some(*kind),
                    expires_at: *expires_at,
                    end: life.end(),
                })
            }
        }
    }
}

fn anonymous(life: &KeyLife) -> Principal {
    let name = "anonymous".to_owned();
    Principal { name, access: Access::Admin, kind: None, expires_at: None, end: life.end() }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.environment.iter().map(|(_, principal)| &principal.name);
        f.debug_struct("Keyring").field("environment", &names.collect::<Vec<_>>()).finish_non_exhaustive()
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("a key is needed: Authorization: Bearer <key>"),
            Self::Unknown(Some(fault)) => f.write_str(fault),
            Self::Unknown(None) => f.write_str("the key is not known"),
            Self::Rotated(at) => {
                write!(f, "the key was replaced by a rotation and ended at {at}; use the new one")
            }
            Self::Expired(at) => write!(f, "the key expired at {at}"),
            Self::Revoked(at) => write!(f, "the key was revoked at {at}"),
            Self::NotLoaded => {
                f.write_str("the keys are not loaded: they could not be read from the database since the start")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{KeyChange, KeyName, KeyOperation};
    use std::time::Duration;

    const NOW: u64 = 1_000_000;

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn keyring() -> Keyring {
        let key = |text: &str| Secret::chosen(text.to_owned());
        Keyring::new(&[key("old"), key("new")], &[key("public")])
    }

    /// What these changes, each at its time, make of no keys at all.
    fn stored(changes: &[(u64, &str, KeyOperation)]) -> Keys {
        let mut keys = Keys::default();
        for (time, name, operation) in changes {
            let (name, time) = (KeyName::new(name).unwrap(), at(*time));
            let change = KeyChange { name, operation: *operation, actor: "test".to_owned(), time };
            let decision = change.decide(&keys.secrets).unwrap();
            keys.secrets.retain(|key| !decision.write.iter().any(|written| written.digest == key.digest));
            keys.secrets.extend(decision.write);
            keys.is_required |= decision.makes_admin;
        }
        keys
    }

    fn create(kind: KeyKind, key: &str, expires_at: Option<u64>) -> KeyOperation {
        KeyOperation::Create { kind, digest: KeyDigest::of(key), expires_at: expires_at.map(at) }
    }

    fn denied(keyring: &Keyring, key: Option<&str>, now: u64) -> Denied {
        keyring.authenticate(key, at(now)).map(|principal| principal.name).unwrap_err()
    }

    #[test]
    fn every_key_of_a_rotation_works_under_its_own_name() {
        let who = |key| keyring().authenticate(Some(key), at(NOW)).unwrap();
        let (old, new) = (who("old"), who("new"));
        assert_eq!((old.access, new.access), (Access::Admin, Access::Admin));
        assert_ne!(old.name, new.name);
        assert!(!old.name.contains("old"), "a name must not give the key away");
        assert_eq!(who("public").access, Access::Client);
    }

    #[test]
    fn other_keys_and_none_are_refused() {
        let keyring = keyring();
        keyring.replace(Keys::default(), true, at(NOW));
        assert_eq!(denied(&keyring, None, NOW), Denied::Missing);
        for key in ["", "ol", "oldd", "OLD", "old,new"] {
            assert_eq!(denied(&keyring, Some(key), NOW), Denied::Unknown(None), "{key:?}");
        }
    }

    #[test]
    fn without_an_admin_key_everybody_may_do_everything() {
        let open = Keyring::new(&[], &[]);
        open.replace(stored(&[(1, "web", create(KeyKind::Client, "c", None))]), true, at(NOW));
        assert!(!open.is_on());
        for key in [None, Some("c"), Some("x")] {
            let anybody = open.authenticate(key, at(NOW)).unwrap();
            assert_eq!((anybody.access, anybody.name.as_str()), (Access::Admin, "anonymous"));
        }
    }

    #[test]
    fn a_database_that_was_put_back_opens_no_running_server() {
        let keyring = Keyring::new(&[], &[]);
        keyring.replace(stored(&[(1, "root", create(KeyKind::Admin, "a", None))]), true, at(NOW));
        keyring.replace(Keys::default(), true, at(NOW));
        assert_eq!(denied(&keyring, None, NOW), Denied::Missing);
        assert_eq!(denied(&keyring, Some("a"), NOW), Denied::Unknown(None));
    }

    #[test]
    fn as_long_as_nobody_knows_the_stored_keys_nobody_is_let_in_by_one() {
        let keyring = Keyring::new(&[], &[]);
        assert!(keyring.is_on());
        assert_eq!(denied(&keyring, None, NOW), Denied::NotLoaded);
        assert_eq!(denied(&keyring, Some("x"), NOW), Denied::NotLoaded);
        let own = self::keyring();
        assert!(own.authenticate(Some("old"), at(NOW)).is_ok());
        assert_eq!(denied(&own, Some("x"), NOW), Denied::NotLoaded);
        assert_eq!(denied(&own, None, NOW), Denied::Missing);
    }

    #[test]
    fn who_has_a_key_is_told_what_became_of_it() {
        let rotation = KeyOperation::Rotate {
            digest: KeyDigest::of("second"),
            overlap: Duration::from_secs(1),
            expires_at: Some(None),
        };
        let keyring = Keyring::new(&[], &[]);
        let keys = stored(&[
            (1, "root", create(KeyKind::Admin, "a", None)),
            (1, "job", create(KeyKind::Server, "job", Some(5_000))),
            (1, "web", create(KeyKind::Client, "first", None)),
            (2_000, "web", rotation),
            (1, "lost", create(KeyKind::Client, "lost", None)),
            (7, "lost", KeyOperation::Revoke { even_last_admin: false }),
        ]);
        keyring.replace(keys, true, at(2_500));
        let access = |key, now| keyring.authenticate(Some(key), at(now)).map(|principal| principal.access);
        assert_eq!(access("a", 9_000), Ok(Access::Admin));
        assert_eq!((access("job", 4_999), access("job", 5_000)), (Ok(Access::Server), Err(Denied::Expired(at(5_000)))));
        assert_eq!(
            (access("first", 2_999), access("first", 3_000)),
            (Ok(Access::Client), Err(Denied::Rotated(at(3_000))))
        );
        assert_eq!(access("second", 9_000), Ok(Access::Client));
        assert_eq!(access("lost", 8), Err(Denied::Revoked(at(7))));
    }

    #[tokio::test]
    async fn what_a_key_opened_ends_with_the_key_and_with_nothing_else() {
        let keyring = Keyring::new(&[], &[]);
        let create_all = [
            (1, "root", create(KeyKind::Admin, "a", None)),
            (1, "job", create(KeyKind::Server, "job", Some(5_000))),
            (1, "web", create(KeyKind::Client, "web", None)),
        ];
        keyring.replace(Keys::default(), true, at(1));
        let mut anybody = keyring.authenticate(None, at(1)).unwrap().end;
        keyring.replace(stored(&create_all), true, at(1));
        anybody.come().await;
        let end_of = |key: &str| keyring.authenticate(Some(key), at(2)).unwrap().end;
        let (mut root, mut job, mut web) = (end_of("a"), end_of("job"), end_of("web"));
        let has_come = |end: &mut KeyEnd| futures_util::FutureExt::now_or_never(end.come()).is_some();
        keyring.end_expired(at(4_999));
        assert!(!has_come(&mut root) && !has_come(&mut job) && !has_come(&mut web));
        keyring.end_expired(at(5_000));
        assert!(!has_come(&mut root) && has_come(&mut job) && !has_come(&mut web));
        let revoked = [&create_all[..], &[(9, "web", KeyOperation::Revoke { even_last_admin: false })]].concat();
        keyring.replace(stored(&revoked), true, at(6_000));
        assert!(!has_come(&mut root) && has_come(&mut web));
    }

    #[test]
    fn the_last_use_of_a_key_is_noted_once() {
        let keyring = Keyring::new(&[], &[]);
        keyring.replace(stored(&[(1, "root", create(KeyKind::Admin, "a", None))]), true, at(1));
        assert!(keyring.unnoted_uses().is_empty());
        for now in [5, 9, 7] {
            keyring.authenticate(Some("a"), at(now)).unwrap();
        }
        let uses = [(KeyDigest::of("a"), at(9))];
        assert_eq!(keyring.unnoted_uses(), uses);
        keyring.noted(&uses);
        assert!(keyring.unnoted_uses().is_empty());
        assert_eq!(keyring.to_keys().unwrap().secrets[0].last_used_at, Some(at(9)));
    }
}
