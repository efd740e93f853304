//! The compiled flags of one moment, found by key or by handle.

use crate::compiled::CompiledFlag;
use crate::digest::Digest;
use crate::flag_key::FlagKey;
use crate::key_map::{IS_BY_KEY, KeyMap, Keyed, hash};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// Names a flag of a store without its key. Like every other it goes stale, and then finds nothing, when a flag is
/// changed or deleted, or a replay replaces the set: so what a binding knows of a flag, such as the attributes that it
/// reads, holds for as long as its handle finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FlagHandle {
    /// The flag's place.
    pub slot: u32,
    /// Which state of the store's flags.
    pub generation: u32,
}

/// Flags by their keys, with their digest.
#[derive(Clone, Debug)]
pub(crate) struct FlagSet {
    flags: KeyMap<Box<CompiledFlag>>,
    digest: Digest,
    heap_bytes: usize,
    /// Another one after each change. It wraps after 2^32 of them, so that a handle kept that long could err.
    generation: u32,
}

impl Keyed for Box<CompiledFlag> {
    #[inline]
    fn map_key(&self) -> &str {
        self.key().as_str()
    }
}

impl FlagSet {
    /// A set without flags; `generation` as [`new`](Self::new) takes it.
    pub(crate) const fn empty(generation: u32) -> Self {
        Self { flags: KeyMap::empty(), digest: Digest::EMPTY, heap_bytes: 0, generation }
    }

    /// A set of `flags`, of which the last with a key counts. `generation` must be greater than those of all sets that
    /// handles may still be held of.
    #[expect(clippy::vec_box, reason = "they go into the set as they are, which is sorted by moving them")]
    pub(crate) fn new(mut flags: Vec<Box<CompiledFlag>>, generation: u32) -> Self {
        let mut set = Self::empty(generation);
        if !IS_BY_KEY {
            // In the set's order, so that each goes to its end. Servers send them in the order of their keys.
            flags.sort_by_cached_key(|flag| hash(flag.key().as_str()));
        }
        for flag in flags {
            set.put(Ok(flag));
        }
        set.flags.rebuild_starts();
        set
    }

    /// A generation that no handle of this set has or had.
    pub(crate) const fn next_generation(&self) -> u32 {
        self.generation.wrapping_add(1)
    }

    pub(crate) const fn len(&self) -> usize {
        self.flags.len()
    }

    /// What the flags take, by an estimate.
    pub(crate) const fn heap_bytes(&self) -> usize {
        self.heap_bytes
    }

    pub(crate) const fn digest(&self) -> Digest {
        self.digest
    }

    /// Gives all flags, in the order of their keys.
    pub(crate) fn each(&self, mut give: impl FnMut(&CompiledFlag)) {
        if IS_BY_KEY {
            self.flags.iter().for_each(|flag| give(flag));
        } else {
            self.flags().into_iter().for_each(&mut give);
        }
    }

    /// All flags, in the order of their keys.
    pub(crate) fn flags(&self) -> Vec<&CompiledFlag> {
        let mut flags: Vec<&CompiledFlag> = self.flags.iter().map(|flag| &**flag).collect();
        flags.sort_unstable_by(|a, b| a.key().cmp(b.key()));
        flags
    }

    /// Gives the keys under which this set and `before` differ, those that are in this one in their order.
    pub(crate) fn differences(&self, before: &Self, mut give: impl FnMut(&FlagKey)) {
        self.each(|flag| {
            if before.by_key(flag.key().as_str()).is_none_or(|other| other.document() != flag.document()) {
                give(flag.key());
            }
        });
        before.each(|flag| {
            if self.by_key(flag.key().as_str()).is_none() {
                give(flag.key());
            }
        });
    }

    #[inline]
    pub(crate) fn resolve(&self, key: &str) -> Option<FlagHandle> {
        // A flag takes hundreds of bytes: memory ends long before the numbers do.
        self.flags.find(key).map(|place| FlagHandle { slot: place as u32, generation: self.generation })
    }

    #[inline]
    pub(crate) fn by_key(&self, key: &str) -> Option<&CompiledFlag> {
        self.at(self.flags.find(key)?)
    }

    #[inline]
    pub(crate) fn by_handle(&self, handle: FlagHandle) -> Option<&CompiledFlag> {
        if handle.generation == self.generation { self.at(handle.slot as usize) } else { None }
    }

    #[inline]
    fn at(&self, place: usize) -> Option<&CompiledFlag> {
        self.flags.get(place).map(|flag| &**flag)
    }

    /// Puts a flag under its key, or takes the one with a key out; answers whether there was one.
    pub(crate) fn set(&mut self, flag: Result<Box<CompiledFlag>, &str>) -> bool {
        let was_there = self.put(flag);
        self.flags.rebuild_starts();
        was_there
    }

    /// As [`set`](Self::set), and leaves it to the caller to mend the table.
    fn put(&mut self, flag: Result<Box<CompiledFlag>, &str>) -> bool {
        let old = match flag {
            Ok(flag) => {
                self.digest = self.digest.with(flag.key(), flag.revision());
                self.heap_bytes += flag.heap_bytes();
                self.flags.put(self.flags.place(flag.key().as_str()), flag)
            }
            Err(key) => match self.flags.find(key) {
                Some(place) => Some(self.flags.remove(place)),
                None => return false,
            },
        };
        self.generation = self.next_generation();
        if let Some(old) = &old {
            self.digest = self.digest.without(old.key(), old.revision());
            self.heap_bytes -= old.heap_bytes();
        }
        old.is_some()
    }
}
