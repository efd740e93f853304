//! The in-memory flags of a server or an SDK: the live set that is read, and a staging set that a replay fills.

use crate::change::Change;
use crate::compiled::CompiledFlag;
use crate::digest::Digest;
use crate::evaluate::{Attributes, Evaluation};
use crate::event_id::{Epoch, EventId, Revision};
use crate::flag::Flag;
use crate::flag_set::{FlagHandle, FlagSet};
use alloc::vec::Vec;

/// All flags at one revision. A replay fills a set aside and replaces the live one in one step, so no evaluation ever
/// sees half of it.
#[derive(Clone, Debug)]
pub struct FlagStore {
    live: FlagSet,
    id: Option<EventId>,
    staging: Option<Vec<CompiledFlag>>,
}

impl Default for FlagStore {
    fn default() -> Self {
        Self::new()
    }
}

impl FlagStore {
    /// A store without flags, which has seen no history yet.
    #[must_use]
    pub fn new() -> Self {
        Self { live: FlagSet::new(Vec::new(), 0), id: None, staging: None }
    }

    /// Opens an empty staging set; one that was open is dropped. The live set stays as it is.
    pub fn begin_replay(&mut self) {
        self.staging = Some(Vec::new());
    }

    /// Adds a flag to the staging set; of two with one key the later counts. Answers whether a replay is open.
    pub fn stage(&mut self, flag: Flag) -> bool {
        match &mut self.staging {
            Some(staging) => {
                staging.push(CompiledFlag::new(flag));
                true
            }
            None => false,
        }
    }

    /// Makes the staging set the live one, at the moment `id`. Answers whether a replay was open. Handles go stale.
    pub fn commit_replay(&mut self, id: EventId) -> bool {
        match self.staging.take() {
            Some(staging) => {
                self.live = FlagSet::new(staging, self.live.next_generation());
                self.id = Some(id);
                true
            }
            None => false,
        }
    }

    /// Drops the staging set: the replay broke off.
    pub fn abandon_replay(&mut self) {
        self.staging = None;
    }

    /// Applies a live change that makes `revision`. One at or below the store's revision is ignored, as is every change
    /// before the first replay; answers whether it was applied.
    pub fn apply(&mut self, change: Change, revision: Revision) -> bool {
        let Some(id) = self.id.as_mut().filter(|id| id.revision < revision) else {
            return false;
        };
        id.revision = revision;
        match change {
            Change::Upsert(flag) => self.live.upsert(CompiledFlag::new(flag)),
            Change::Delete(key) => {
                self.live.delete(&key);
            }
        }
        true
    }

    /// The answer for a user, or `default_value` where there is no such flag.
    #[inline]
    #[must_use]
    pub fn is_enabled<A>(&self, flag_key: &str, user_key: &str, attributes: &A, default_value: bool) -> bool
    where
        A: Attributes + ?Sized,
    {
        self.evaluate(flag_key, user_key, attributes, default_value).enabled
    }

    /// The answer for a user and why it was given.
    #[inline]
    #[must_use]
    pub fn evaluate<A>(&self, flag_key: &str, user_key: &str, attributes: &A, default_value: bool) -> Evaluation
    where
        A: Attributes + ?Sized,
    {
        match self.get(flag_key) {
            Some(flag) => flag.evaluate(user_key, attributes),
            None => Evaluation::flag_not_found(default_value),
        }
    }

    /// The flag with a key.
    #[inline]
    #[must_use]
    pub fn get(&self, flag_key: &str) -> Option<&CompiledFlag> {
        self.live.by_key(flag_key)
    }

    /// A handle that finds the flag faster than its key does.
    #[must_use]
    pub fn resolve(&self, flag_key: &str) -> Option<FlagHandle> {
        self.live.resolve(flag_key)
    }

    /// The flag that a handle names; `None` where the handle is stale.
    #[inline]
    #[must_use]
    pub fn get_by_handle(&self, handle: FlagHandle) -> Option<&CompiledFlag> {
        self.live.by_handle(handle)
    }

    /// All flags, sorted by key.
    #[must_use]
    pub fn flags(&self) -> Vec<&Flag> {
        let mut flags: Vec<&Flag> = self.live.iter().map(CompiledFlag::flag).collect();
        flags.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        flags
    }

    /// How many flags there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.live.len()
    }

    /// Whether there is no flag.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The checksum over all keys and revisions.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.live.digest()
    }

    /// The history and the moment at which the live set stands; `None` before the first replay.
    #[must_use]
    pub const fn id(&self) -> Option<&EventId> {
        self.id.as_ref()
    }

    /// The revision at which the live set stands; zero before the first replay.
    #[must_use]
    pub fn revision(&self) -> Revision {
        self.id.as_ref().map_or(Revision::ZERO, |id| id.revision)
    }

    /// The history that the live set belongs to.
    #[must_use]
    pub fn epoch(&self) -> Option<&Epoch> {
        self.id.as_ref().map(|id| &id.epoch)
    }
}
