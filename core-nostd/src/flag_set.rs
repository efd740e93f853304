//! The compiled flags of one moment, found by key or by handle.

use crate::compiled::CompiledFlag;
use crate::digest::Digest;
use crate::flag_key::FlagKey;
use crate::key_index::KeyIndex;
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
    free: Vec<u32>,
    index: KeyIndex,
    digest: Digest,
    heap_bytes: usize,
    /// The generation of the next tenant. It wraps after 2^32 changes, so that a handle kept that long could err.
    next_generation: u32,
}

#[derive(Clone, Debug)]
struct Slot {
    generation: u32,
    flag: Option<CompiledFlag>,
}

impl FlagSet {
    /// A set of `flags`, of which the last with a key counts. `generation` must be greater than those of all sets that
    /// handles may still be held of.
    pub(crate) fn new(flags: Vec<CompiledFlag>, generation: u32) -> Self {
        let slots: Vec<Slot> = flags.into_iter().map(|flag| Slot { generation, flag: Some(flag) }).collect();
        let keys = slots.iter().filter_map(|slot| slot.flag.as_ref()).map(|flag| flag.flag().key.as_str());
        let index = KeyIndex::new(keys.zip(0..));
        let mut set = Self {
            slots,
            free: Vec::new(),
            index,
            digest: Digest::EMPTY,
            heap_bytes: 0,
            next_generation: generation.wrapping_add(1),
        };
        if set.index.len() < set.slots.len() {
            set.drop_overwritten();
        }
        set.digest = set.iter().fold(Digest::EMPTY, |digest, flag| digest.with(&flag.flag().key, flag.flag().revision));
        set.heap_bytes = set.iter().map(CompiledFlag::heap_bytes).sum();
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

    /// All flags, in no order that means anything.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &CompiledFlag> {
        self.slots.iter().filter_map(|slot| slot.flag.as_ref())
    }

    /// The keys under which this set and `before` differ.
    pub(crate) fn differences(&self, before: &Self) -> Vec<FlagKey> {
        let differs = |flag: &&CompiledFlag| {
            before.by_key(flag.flag().key.as_str()).is_none_or(|other| other.flag() != flag.flag())
        };
        let is_gone = |flag: &&CompiledFlag| self.by_key(flag.flag().key.as_str()).is_none();
        let changed = self.iter().filter(differs).chain(before.iter().filter(is_gone));
        changed.map(|flag| flag.flag().key.clone()).collect()
    }

    #[inline]
    pub(crate) fn resolve(&self, key: &str) -> Option<FlagHandle> {
        let slot = self.slot_of(key)?;
        self.slots.get(slot as usize).map(|tenant| FlagHandle { slot, generation: tenant.generation })
    }

    #[inline]
    pub(crate) fn by_key(&self, key: &str) -> Option<&CompiledFlag> {
        self.slots.get(self.slot_of(key)? as usize)?.flag.as_ref()
    }

    #[inline]
    pub(crate) fn by_handle(&self, handle: FlagHandle) -> Option<&CompiledFlag> {
        let slot = self.slots.get(handle.slot as usize)?;
        if slot.generation == handle.generation { slot.flag.as_ref() } else { None }
    }

    pub(crate) fn upsert(&mut self, flag: CompiledFlag) {
        let (key, revision) = (&flag.flag().key, flag.flag().revision);
        self.digest = self.digest.with(key, revision);
        self.heap_bytes = self.heap_bytes.saturating_add(flag.heap_bytes());
        let known = self.slot_of(key.as_str());
        let slot = known.unwrap_or_else(|| self.vacant_slot());
        if known.is_none() {
            let slots = &self.slots;
            self.index.insert(key.as_str(), slot, |slot| key_of(slots, slot));
        }
        if let Some(tenant) = self.slots.get_mut(slot as usize) {
            tenant.generation = self.next_generation;
            self.next_generation = self.next_generation.wrapping_add(1);
            if let Some(old) = tenant.flag.replace(flag) {
                self.take_off(&old);
            }
        }
    }

    /// Takes a flag out; answers whether it was there.
    pub(crate) fn delete(&mut self, key: &FlagKey) -> bool {
        let slots = &self.slots;
        let Some(slot) = self.index.remove(key.as_str(), |slot| key_of(slots, slot)) else {
            return false;
        };
        self.vacate(slot);
        true
    }

    fn vacate(&mut self, slot: u32) {
        if let Some(tenant) = self.slots.get_mut(slot as usize) {
            tenant.generation = self.next_generation;
            self.next_generation = self.next_generation.wrapping_add(1);
            self.free.push(slot);
            if let Some(old) = tenant.flag.take() {
                self.take_off(&old);
            }
        }
    }

    /// Takes a flag that is gone off the sums.
    fn take_off(&mut self, old: &CompiledFlag) {
        self.digest = self.digest.without(&old.flag().key, old.flag().revision);
        self.heap_bytes = self.heap_bytes.saturating_sub(old.heap_bytes());
    }

    /// A slot without a flag, of a generation of its own.
    fn vacant_slot(&mut self) -> u32 {
        self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot { generation: self.next_generation, flag: None });
            self.next_generation = self.next_generation.wrapping_add(1);
            // A slot takes hundreds of bytes: memory ends long before the numbers do.
            (self.slots.len() - 1) as u32
        })
    }

    #[inline]
    fn slot_of(&self, key: &str) -> Option<u32> {
        self.index.find(key, |slot| key_of(&self.slots, slot))
    }

    /// Empties the slots that the index does not name, because a later flag has their key.
    fn drop_overwritten(&mut self) {
        let mut named: Vec<u32> = self.index.slots().collect();
        named.sort_unstable();
        let overwritten: Vec<u32> =
            (0..self.slots.len() as u32).filter(|slot| named.binary_search(slot).is_err()).collect();
        for slot in overwritten {
            self.vacate(slot);
        }
    }
}

#[inline]
fn key_of(slots: &[Slot], slot: u32) -> &str {
    slots.get(slot as usize).and_then(|slot| slot.flag.as_ref()).map_or("", |flag| flag.flag().key.as_str())
}
