//! Finds the slot of a flag by its key, in a few steps on average and in logarithmic time whatever the keys are.
//!
//! Entries are sorted by (hash, key), and a table says where the entries of each hash prefix start. Keys chosen to
//! collide only lengthen one sorted run, which is searched by halving: there is no seed to guess and none is needed.
//!
//! In WebAssembly bytes count more than the look-up, which bindings make once for each flag: every hash is 0 there, so
//! entries are sorted by key and there is no table. That is 0.4 kB less of a module of 9 (brotli).

use crate::murmur3::murmur3_x86_32;
use alloc::vec;
use alloc::vec::Vec;

/// An ordered index from keys to slots. The keys themselves stay where the slots are.
#[derive(Clone, Debug)]
pub(crate) struct KeyIndex {
    entries: Vec<Entry>,
    /// `starts[p]..starts[p + 1]` are the entries whose hash has the prefix `p`.
    starts: Vec<u32>,
    /// How far a hash is shifted right to give its prefix; 32 stands for one prefix only.
    shift: u32,
}

/// Where the keys are.
pub(crate) trait Keys {
    /// The key of a slot.
    fn key(&self, slot: u32) -> &str;
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    hash: u32,
    slot: u32,
}

impl KeyIndex {
    /// An index of no keys.
    pub(crate) const fn empty() -> Self {
        Self { entries: Vec::new(), starts: Vec::new(), shift: 32 }
    }

    pub(crate) const fn len(&self) -> usize {
        self.entries.len()
    }

    /// All slots, in the order of the entries.
    pub(crate) fn slots(&self) -> impl Iterator<Item = u32> {
        self.entries.iter().map(|entry| entry.slot)
    }

    /// The slot of `key`.
    #[inline]
    pub(crate) fn find(&self, key: &str, keys: &(impl Keys + ?Sized)) -> Option<u32> {
        self.place(key, keys).ok().map(|place| self.slot(place))
    }

    /// The slot of the key at a place.
    #[inline]
    pub(crate) fn slot(&self, place: usize) -> u32 {
        self.entries.get(place).map_or(u32::MAX, |entry| entry.slot)
    }

    /// Adds a key at the place where [`place`](Self::place) says that it would be. Until
    /// [`rebuild_starts`](Self::rebuild_starts) a look-up takes a few steps more.
    pub(crate) fn insert(&mut self, place: usize, key: &str, slot: u32) {
        self.entries.insert(place, Entry { hash: hash(key), slot });
        self.starts = Vec::new();
    }

    /// Takes the key at a place out. As [`insert`](Self::insert).
    pub(crate) fn remove(&mut self, place: usize) {
        self.entries.remove(place);
        self.starts = Vec::new();
    }

    /// Where the key stands, or where it would.
    #[inline]
    pub(crate) fn place(&self, key: &str, keys: &(impl Keys + ?Sized)) -> Result<usize, usize> {
        let hash = hash(key);
        let prefix = self.prefix(hash);
        let start = self.starts.get(prefix).map_or(0, |start| *start as usize);
        let end = self.starts.get(prefix + 1).map_or(self.entries.len(), |end| *end as usize);
        let run = self.entries.get(start..end).unwrap_or_default();
        let order = |entry: &Entry| entry.hash.cmp(&hash).then_with(|| keys.key(entry.slot).cmp(key));
        run.binary_search_by(order).map(|place| start + place).map_err(|place| start + place)
    }

    #[inline]
    fn prefix(&self, hash: u32) -> usize {
        // In 64 bits, for a shift by 32 is one too many in 32.
        (u64::from(hash) >> self.shift) as usize
    }

    /// Makes a table of at least twice as many prefixes as entries. Who adds or takes out a key has moved the entries
    /// behind it, so this costs no more than that did.
    pub(crate) fn rebuild_starts(&mut self) {
        if IS_BY_KEY || !self.starts.is_empty() {
            return;
        }
        let prefix_bits = (self.entries.len() * 2).next_power_of_two().trailing_zeros().min(24);
        self.shift = 32 - prefix_bits;
        let mut starts = vec![0_u32; (1 << prefix_bits) + 1];
        for entry in &self.entries {
            let prefix = self.prefix(entry.hash);
            if let Some(start) = starts.get_mut(prefix + 1) {
                *start += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        self.starts = starts;
    }
}

/// Whether entries are sorted by key alone.
pub(crate) const IS_BY_KEY: bool = cfg!(target_family = "wasm");

/// What entries are sorted by first.
#[inline]
pub(crate) fn hash(key: &str) -> u32 {
    if IS_BY_KEY { 0 } else { murmur3_x86_32(key.as_bytes(), 0) }
}
