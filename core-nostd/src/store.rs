//! The in-memory flags of a server or an SDK: the live set that is read, and a staging set that a replay fills.

use crate::change::Change;
use crate::compiled::CompiledFlag;
use crate::digest::Digest;
use crate::evaluate::{Attributes, Evaluation};
use crate::event_id::{Epoch, EventId, Revision};
use crate::flag::Flag;
use crate::flag_key::FlagKey;
use crate::flag_set::{FlagHandle, FlagSet};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// All flags at one revision. A replay fills a set aside and replaces the live one in one step, so no evaluation ever
/// sees half of it.
#[derive(Clone, Debug)]
pub struct FlagStore {
    live: FlagSet,
    id: Option<EventId>,
    staging: Option<Staging>,
}

/// What a replay has brought so far.
#[derive(Clone, Debug, Default)]
struct Staging {
    #[expect(clippy::vec_box, reason = "they go into the set's slots as they are")]
    flags: Vec<Box<CompiledFlag>>,
    heap_bytes: usize,
}

impl Default for FlagStore {
    fn default() -> Self {
        Self::new()
    }
}

impl FlagStore {
    /// A store without flags, which has seen no history yet.
    #[must_use]
    pub const fn new() -> Self {
        Self::starting_at(0)
    }

    /// Opens an empty staging set; one that was open is dropped. The live set stays as it is.
    pub fn begin_replay(&mut self) {
        self.staging = Some(Staging::default());
    }

    /// Adds a flag to the staging set; of two with one key the later counts. Answers whether a replay is open.
    pub fn stage(&mut self, flag: Flag) -> bool {
        self.stage_compiled(Box::new(CompiledFlag::new(flag))).is_some()
    }

    /// Makes the staging set the live one, at the moment `id`. Answers whether a replay was open. Handles go stale.
    pub fn commit_replay(&mut self, id: EventId) -> bool {
        let was_open = self.staging.is_some();
        if was_open {
            self.live = self.take_staged();
            self.id = Some(id);
        }
        was_open
    }

    /// Drops the staging set: the replay broke off.
    pub fn abandon_replay(&mut self) {
        self.staging = None;
    }

    /// Applies a live change that makes `revision`. One at or below the store's revision is ignored, as is every change
    /// before the first replay; answers whether it was applied.
    pub fn apply(&mut self, change: Change, revision: Revision) -> bool {
        self.apply_compiled(change.compiled(), revision)
    }

    /// As [`apply`](Self::apply), of a flag that is ready.
    pub fn apply_compiled(&mut self, change: Change<Box<CompiledFlag>>, revision: Revision) -> bool {
        if self.id.is_none() || revision <= self.revision() {
            return false;
        }
        match change {
            Change::Upsert(flag) => self.set(Ok(flag), revision),
            Change::Delete(key) => self.set(Err(key.as_str()), revision),
        };
        true
    }

    /// Notes that the store's history has come to `revision` without a change of its flags.
    pub(crate) fn advance(&mut self, revision: Revision) {
        if let Some(id) = &mut self.id {
            id.revision = id.revision.max(revision);
        }
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
    pub fn flags(&self) -> Vec<&CompiledFlag> {
        self.live.flags()
    }

    /// Appends every flag's document in one line, in the order of the keys, each between `before` and `after`.
    pub fn write_documents(&self, before: &str, after: &str, out: &mut Vec<u8>) {
        // In one piece: a buffer that grows leaves all that it was before.
        // What a flag takes beside itself is mostly its document.
        out.reserve(
            self.heap_bytes() + self.len() * (before.len() + after.len()) - self.len() * size_of::<CompiledFlag>(),
        );
        self.live.each(|flag| {
            out.extend_from_slice(before.as_bytes());
            out.extend_from_slice(flag.document().as_bytes());
            out.extend_from_slice(after.as_bytes());
        });
    }

    /// Appends all flags as a JSON array, sorted by key.
    pub fn write_json(&self, out: &mut Vec<u8>) {
        out.push(b'[');
        self.write_documents("", ",", out);
        out.pop_if(|last| *last == b',');
        out.push(b']');
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

    /// How much memory the flags take, by an estimate: what they hold, without what an allocator adds.
    #[must_use]
    pub const fn heap_bytes(&self) -> usize {
        self.live.heap_bytes()
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

/// What the sync client needs beyond what a host does.
impl FlagStore {
    /// An empty store whose first handles are of `generation`.
    pub(crate) const fn starting_at(generation: u32) -> Self {
        Self { live: FlagSet::empty(generation), id: None, staging: None }
    }

    /// As [`stage`](Self::stage), of a flag that is ready. Answers how many flags are staged, of which two with one key count twice, and how much
    /// memory they take, by an estimate; `None` where no replay is open.
    pub fn stage_compiled(&mut self, flag: Box<CompiledFlag>) -> Option<(usize, usize)> {
        let staging = self.staging.as_mut()?;
        staging.heap_bytes += flag.heap_bytes();
        staging.flags.push(flag);
        Some((staging.flags.len(), staging.heap_bytes))
    }

    /// Sets a flag or takes it out, and goes to a revision; answers whether it was there.
    pub(crate) fn set(&mut self, flag: Result<Box<CompiledFlag>, &str>, revision: Revision) -> bool {
        self.advance(revision);
        self.live.set(flag)
    }

    /// A generation that no handle of this store has.
    pub(crate) const fn next_generation(&self) -> u32 {
        self.live.next_generation()
    }

    /// Ends the replay and gives what it brought, ready to become live; nothing where none was open.
    pub(crate) fn take_staged(&mut self) -> FlagSet {
        let staging = self.staging.take().unwrap_or_default();
        FlagSet::new(staging.flags, self.live.next_generation())
    }

    /// Makes `flags` the live set, at the moment `id`; gives the keys under which something differs from before.
    pub(crate) fn replace(&mut self, flags: FlagSet, id: EventId, give: impl FnMut(&FlagKey)) {
        let before = core::mem::replace(&mut self.live, flags);
        self.id = Some(id);
        self.live.differences(&before, give);
    }
}
