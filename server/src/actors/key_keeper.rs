//! Keeps the keyring as storage has the keys: it reads them when they have changed, ends what is over, and notes when
//! keys were used. While storage is away the keys stay as they were last.

use super::flag_store::timed;
use super::snapshot_file;
use crate::auth::Keyring;
use crate::clock;
use crate::keys::{KeyChange, KeyError, KeyName, Keys, KeysVersion, NamedKey, StoredKey};
use crate::metrics::Metrics;
use crate::shutdown::Shutdown;
use crate::storage::{Storage, StorageError};
use crate::trace;
use opentelemetry::trace::FutureExt as _;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

/// Between two looks at the clock for keys whose time is over.
const EXPIRY: Duration = Duration::from_secs(1);
/// Between two notes of when keys were used.
const NOTE: Duration = Duration::from_secs(60);

/// Who keeps the keys of one server.
pub struct KeyKeeper {
    keyring: Arc<Keyring>,
    storage: Arc<dyn Storage>,
    metrics: Arc<Metrics>,
    file: Option<PathBuf>,
    /// One reading at a time: an older one that came late would bring a revoked key back.
    reading: Mutex<()>,
}

/// The keys in a file, from which a server can start while the database is away.
#[derive(Serialize, Deserialize)]
struct KeyFile {
    is_required: bool,
    keys: Vec<StoredKey>,
}

impl KeyKeeper {
    /// Fills `keyring` from `storage` or, where that is away, from the file beside `snapshot_path`; where there is none,
    /// the keys are not known until storage is back.
    ///
    /// # Errors
    /// [`StorageError::Corrupt`]: waiting would not help.
    pub async fn load(
        keyring: Arc<Keyring>,
        storage: Arc<dyn Storage>,
        metrics: Arc<Metrics>,
        snapshot_path: Option<&Path>,
    ) -> Result<Arc<Self>, StorageError> {
        let file = snapshot_path.map(beside);
        let keeper = Self { keyring, storage, metrics, file, reading: Mutex::new(()) };
        match keeper.read().await {
            Err(corrupt @ StorageError::Corrupt(_)) => return Err(corrupt),
            Err(StorageError::Unavailable(_)) => {
                if let Some(keys) = keeper.file.as_deref().and_then(load) {
                    keeper.keyring.replace(keys, false, clock::now());
                }
            }
            Ok(()) => {}
        }
        Ok(Arc::new(keeper))
    }

    /// Starts the tasks, which follow what is `seen` of storage; the last uses are noted when `shutdown` begins.
    pub fn start(self: &Arc<Self>, seen: watch::Receiver<Option<KeysVersion>>, shutdown: Shutdown) -> JoinHandle<()> {
        let keyring = Arc::clone(&self.keyring);
        tokio::spawn(async move {
            // Apart from all that may wait for storage.
            let mut clock_look = interval(EXPIRY);
            loop {
                clock_look.tick().await;
                keyring.end_expired(clock::now());
            }
        });
        tokio::spawn(Arc::clone(self).follow(seen));
        tokio::spawn(Arc::clone(self).note_uses(shutdown))
    }

    /// Every stored key, as storage has it.
    ///
    /// # Errors
    /// What storage says.
    pub async fn list(&self) -> Result<Vec<NamedKey>, StorageError> {
        let mut keys = timed(&self.metrics, "keys", self.storage.keys()).await?;
        // What was not noted yet is known here.
        let uses: BTreeMap<_, _> = self.keyring.unnoted_uses().into_iter().collect();
        for key in &mut keys.secrets {
            key.last_used_at = key.last_used_at.max(uses.get(&key.digest).copied());
        }
        Ok(NamedKey::all(&keys.secrets, clock::now()))
    }

    /// Carries out a change: done means durable, and in force on this instance. The others follow within two seconds.
    ///
    /// It goes on to its end even where the caller stops waiting.
    ///
    /// # Errors
    /// Why nothing was changed.
    pub async fn change(self: &Arc<Self>, change: KeyChange) -> Result<NamedKey, KeyError> {
        let keeper = Arc::clone(self);
        let carried_out = async move {
            let start = std::time::Instant::now();
            // A change that is refused is no failure of the storage.
            let has_failed = |changed: &Result<_, KeyError>| matches!(changed, Err(KeyError::Storage(_)));
            let changed = trace::storage("change_keys", keeper.storage.change_keys(change), has_failed).await;
            keeper.metrics.storage_took("change_keys", start.elapsed(), has_failed(&changed));
            let key = changed?;
            // Where it fails, the next look at storage leads here again.
            let _ = keeper.read().await;
            Ok(key)
        };
        let task = tokio::spawn(carried_out.with_current_context());
        let stopped = |_| KeyError::Storage(StorageError::Unavailable("the change was broken off".to_owned()));
        task.await.unwrap_or_else(|error| Err(stopped(error)))
    }

    async fn follow(self: Arc<Self>, mut seen: watch::Receiver<Option<KeysVersion>>) {
        let mut has_failed = false;
        while seen.changed().await.is_ok() {
            let version = *seen.borrow_and_update();
            if version.is_some() && version != self.keyring.version() {
                // The next look at storage leads here again.
                let read = self.read().await;
                if let (Err(error), false) = (&read, has_failed) {
                    tracing::error!(%error, "the keys cannot be read from the database; those known last, if any, go on");
                }
                has_failed = read.is_err();
            }
        }
    }

    async fn read(&self) -> Result<(), StorageError> {
        let _one_at_a_time = self.reading.lock().await;
        let keys = timed(&self.metrics, "keys", self.storage.keys()).await?;
        if let Some(before) = self.keyring.to_keys() {
            tell_changes(&before, &keys);
        }
        self.keyring.replace(keys.clone(), true, clock::now());
        if let Some(file) = &self.file
            && let Err(error) = save(file, keys).await
        {
            tracing::warn!(path = %file.display(), %error, "the keys could not be saved beside the snapshot");
        }
        Ok(())
    }

    async fn note_uses(self: Arc<Self>, mut shutdown: Shutdown) {
        let mut pace = interval(NOTE);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = shutdown.begun() => {}
                _ = pace.tick() => {}
            }
            let uses = self.keyring.unnoted_uses();
            if !uses.is_empty() {
                let noted = timed(&self.metrics, "note_key_uses", self.storage.note_key_uses(uses.clone())).await;
                if noted.is_ok() {
                    self.keyring.noted(&uses);
                }
            }
            if shutdown.has_begun() {
                return;
            }
        }
    }
}

/// What happened to the keys since they were read before, whoever did it: every instance's log has it.
fn tell_changes(before: &Keys, after: &Keys) {
    let known: BTreeMap<_, _> = before.secrets.iter().map(|key| (key.digest, key)).collect();
    let mut revoked: BTreeSet<&KeyName> = BTreeSet::new();
    for key in &after.secrets {
        let StoredKey { name, kind, created_by, revoked_by, .. } = key;
        match known.get(&key.digest) {
            None if key.generation == 1 => tracing::info!(%name, %kind, by = created_by, "key created"),
            None => tracing::info!(%name, %kind, by = created_by, "key rotated"),
            Some(_) => {}
        }
        let was_revoked = known.get(&key.digest).is_some_and(|known| known.revoked_at.is_some());
        if let Some(by) = revoked_by
            && !was_revoked
            && revoked.insert(name)
        {
            tracing::info!(%name, %kind, by, "key revoked");
        }
    }
}

/// The file of the keys: one of its own, so that no older version of the server writes a snapshot without them.
fn beside(snapshot_path: &Path) -> PathBuf {
    let mut name = snapshot_path.as_os_str().to_owned();
    name.push(".keys");
    name.into()
}

async fn save(path: &Path, keys: Keys) -> io::Result<()> {
    let json = serde_json::to_vec(&KeyFile { is_required: keys.is_required, keys: keys.secrets })?;
    snapshot_file::replace(path.to_owned(), vec![json.into()]).await
}

/// The keys in the file; `None` where there is no file, or none that can be read, which the log then says.
fn load(path: &Path) -> Option<Keys> {
    let read = std::fs::read(path).and_then(|json| serde_json::from_slice(&json).map_err(io::Error::from));
    match read {
        Ok(KeyFile { is_required, keys }) => Some(Keys { version: KeysVersion::default(), is_required, secrets: keys }),
        Err(error) => {
            if error.kind() != io::ErrorKind::NotFound {
                tracing::warn!(path = %path.display(), %error, "the saved keys cannot be read");
            }
            None
        }
    }
}
