//! The compiled flags of one moment, found by key or by handle.

use crate::compiled::CompiledFlag;
use crate::digest::Digest;
use crate::flag_key::FlagKey;
use crate::key_index::{IS_BY_KEY, KeyIndex, Keys, hash};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// Names a flag of a store without its key. It goes stale, and then finds nothing, when its flag is changed or deleted, or
/// a replay replaces the set: what a binding knows of a flag, such as the attributes that it reads, goes with its handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FlagHandle {
    /// The flag's place.
    pub slot: u32,
    /// Which tenant of that place, and which version of it.
    pub generation: u32,
}

/// Flags in slots, with an index of their keys and the digest.
#[derive(Clone, Debug)]
pub(crate) struct FlagSet {
    slots: Vec<Slot>,
    index: KeyIndex,
    digest: Digest,
    heap_bytes: usize,
    /// The generation of the next tenant. It wraps after 2^32 changes, so that a handle kept that long could err.
    next_generation: u32,
}

#[derive(Clone, Debug)]
struct Slot {
    generation: u32,
    flag: Option<Box<CompiledFlag>>,
}

impl Keys for [Slot] {
    #[inline]
    fn key(&self, slot: u32) -> &str {
        self.get(slot as usize).and_then(|slot| slot.flag.as_deref()).map_or("", |flag| flag.key().as_str())
    }
}

impl FlagSet {
    /// A set without flags; `generation` as [`new`](Self::new) takes it.
    pub(crate) const fn empty(generation: u32) -> Self {
        Self {
            slots: Vec::new(),
            index: KeyIndex::empty(),
            digest: Digest::EMPTY,
            heap_bytes: 0,
            next_generation: generation.wrapping_add(1),
        }
    }

    /// A set of `flags`, of which the last with a key counts. `generation` must be greater than those of all sets that
    /// handles may still be held of.
    #[expect(clippy::vec_box, reason = "they go into the slots as they are, and a set's slots are boxed to stay small")]
    pub(crate) fn new(mut flags: Vec<Box<CompiledFlag>>, generation: u32) -> Self {
        let mut set = Self::empty(generation);
        if !IS_BY_KEY {
            // In the index's order, so that each goes to its end. Servers send them in the order of their keys.
            flags.sort_by_cached_key(|flag| hash(flag.key().as_str()));
        }
        for flag in flags {
            set.put(Ok(flag));
        }
        set.index.rebuild_starts();
        set
    }

    pub(crate) const fn next_generation(&self) -> u32 {
        self.next_generation
    }

    pub(crate) const fn len(&self) -> usize {
        self.index.len()
    }

    /// What the flags take, by an estimate.
    pub(crate) const fn heap_bytes(&self) -> usize {
        self.heap_bytes
    }

    pub(crate) const fn digest(&self) -> Digest {
        self.digest
    }

    /// Gives all flags, in the order of their keys.
    pub(crate) fn each(&self, give: &mut dyn FnMut(&CompiledFlag)) {
        if IS_BY_KEY {
            for slot in self.index.slots() {
                if let Some(flag) = self.slots.get(slot as usize).and_then(|slot| slot.flag.as_deref()) {
                    give(flag);
                }
            }
        } else {
            self.flags().into_iter().for_each(give);
        }
    }

    /// All flags, in the order of their keys.
    pub(crate) fn flags(&self) -> Vec<&CompiledFlag> {
        let mut flags: Vec<&CompiledFlag> = self.slots.iter().filter_map(|slot| slot.flag.as_deref()).collect();
        flags.sort_unstable_by(|a, b| a.key().cmp(b.key()));
        flags
    }

    /// Gives the keys under which this set and `before` differ, those that are in this one in their order.
    pub(crate) fn differences(&self, before: &Self, give: &mut dyn FnMut(&FlagKey)) {
        self.each(&mut |flag| {
            if before.by_key(flag.key().as_str()).is_none_or(|other| other.document() != flag.document()) {
                give(flag.key());
            }
        });
        before.each(&mut |flag| {
            if self.by_key(flag.key().as_str()).is_none() {
                give(flag.key());
            }
        });
    }

    #[inline]
    pub(crate) fn resolve(&self, key: &str) -> Option<FlagHandle> {
        let slot = self.index.find(key, self.slots.as_slice())?;
        self.slots.get(slot as usize).map(|tenant| FlagHandle { slot, generation: tenant.generation })
    }

    #[inline]
    pub(crate) fn by_key(&self, key: &str) -> Option<&CompiledFlag> {
        self.slots.get(self.index.find(key, self.slots.as_slice())? as usize)?.flag.as_deref()
    }

    #[inline]
    pub(crate) fn by_handle(&self, handle: FlagHandle) -> Option<&CompiledFlag> {
        let slot = self.slots.get(handle.slot as usize)?;
        if slot.generation == handle.generation { slot.flag.as_deref() } else { None }
    }

    /// Puts a flag under its key, or takes the one with a key out; answers whether there was one.
    pub(crate) fn set(&mut self, flag: Result<Box<CompiledFlag>, &str>) -> bool {
        let was_there = self.put(flag);
        self.index.rebuild_starts();
        was_there
    }

    /// As [`set`](Self::set), and leaves it to the caller to mend the index.
    fn put(&mut self, flag: Result<Box<CompiledFlag>, &str>) -> bool {
        let key = match &flag {
            Ok(flag) => flag.key().as_str(),
            Err(key) => key,
        };
        let place = self.index.place(key, self.slots.as_slice());
        let slot = match place {
            Ok(place) => self.index.slot(place),
            Err(_) if flag.is_err() => return false,
            Err(place) => {
                let slot = self.vacant_slot();
                self.index.insert(place, key, slot);
                slot
            }
        };
        if let (Ok(place), Err(_)) = (place, &flag) {
            self.index.remove(place);
        }
        if let Ok(flag) = &flag {
            self.digest = self.digest.with(flag.key(), flag.revision());
            self.heap_bytes += flag.heap_bytes();
        }
        if let Some(tenant) = self.slots.get_mut(slot as usize) {
            tenant.generation = self.next_generation;
            self.next_generation = self.next_generation.wrapping_add(1);
            if let Some(old) = core::mem::replace(&mut tenant.flag, flag.ok()) {
                self.digest = self.digest.without(old.key(), old.revision());
                self.heap_bytes -= old.heap_bytes();
            }
        }
        place.is_ok()
    }

    /// A slot without a flag. Looking for it costs no more than moving the index's entries to make room.
    fn vacant_slot(&mut self) -> u32 {
        let vacant = if self.slots.len() > self.index.len() {
            self.slots.iter().position(|slot| slot.flag.is_none())
        } else {
            None
        };
        // A slot takes hundreds of bytes: memory ends long before the numbers do.
        vacant.unwrap_or_else(|| {
            self.slots.push(Slot { generation: 0, flag: None });
            self.slots.len() - 1
        }) as u32
    }
}
