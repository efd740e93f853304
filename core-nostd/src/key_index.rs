//! Finds the slot of a flag by its key, in a few steps on average and in logarithmic time whatever the keys are.
//!
//! Entries are sorted by (hash, key), and a table says where the entries of each hash prefix start. Keys chosen to
//! collide only lengthen one sorted run, which is searched by halving: there is no seed to guess and none is needed.
//!
//! In WebAssembly bytes count more than the look-up, which bindings make once for each flag: every hash is 0 there, so
//! entries are sorted by key and there is no table: 0.8 kB less of a module of 13 (brotli).

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

/// Up to so many entries a scan is quicker than a search by halving. Most runs have one or none.
const SHORT_RUN: usize = 4;

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
        let hash = hash(key);
        let (_, run) = self.run(hash);
        if !IS_BY_KEY && run.len() <= SHORT_RUN {
            let is_it = |entry: &&Entry| entry.hash == hash && keys.key(entry.slot) == key;
            return run.iter().find(is_it).map(|entry| entry.slot);
        }
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
        let (start, run) = self.run(hash);
        let order = |entry: &Entry| entry.hash.cmp(&hash).then_with(|| keys.key(entry.slot).cmp(key));
        run.binary_search_by(order).map(|place| start + place).map_err(|place| start + place)
    }

    /// The entries among which those with a hash are, and the place of the first.
    #[inline]
    fn run(&self, hash: u32) -> (usize, &[Entry]) {
        let prefix = self.prefix(hash);
        let start = self.starts.get(prefix).map_or(0, |start| *start as usize);
        let end = self.starts.get(prefix + 1).map_or(self.entries.len(), |end| *end as usize);
        (start, self.entries.get(start..end).unwrap_or_default())
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

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::{BTreeMap, BTreeSet};
    use alloc::format;
    use alloc::string::String;
    use core::cell::Cell;

    /// Keys by slot, and how often one was looked at.
    #[derive(Default)]
    struct Names {
        keys: Vec<String>,
        looks: Cell<usize>,
    }

    impl Keys for Names {
        fn key(&self, slot: u32) -> &str {
            self.looks.set(self.looks.get() + 1);
            &self.keys[slot as usize]
        }
    }

    #[test]
    fn it_agrees_with_a_map_through_inserts_and_removals() {
        let mut names = Names::default();
        let mut index = KeyIndex::empty();
        let mut map = BTreeMap::new();
        for step in 0..4_000_u32 {
            // A walk over 500 names that adds more than it removes, then removes.
            let name = format!("flag-{}", step.wrapping_mul(2_654_435_761) % 500);
            let removes = step % 3 == 0 || step > 3_000;
            let place = index.place(&name, &names);
            assert_eq!(place.map(|place| index.slot(place)).ok(), map.get(&name).copied(), "{name}");
            match place {
                Ok(place) if removes => {
                    index.remove(place);
                    map.remove(&name);
                }
                Err(place) if !removes => {
                    let slot = names.keys.len() as u32;
                    names.keys.push(name.clone());
                    index.insert(place, &name, slot);
                    map.insert(name, slot);
                }
                _ => {}
            }
            // A look-up is right with the table and, in the middle of many changes, without it.
            if step % 7 > 0 {
                index.rebuild_starts();
            }
            assert_eq!(index.len(), map.len());
            if step % 50 == 0 {
                for number in 0..600 {
                    let name = format!("flag-{number}");
                    assert_eq!(index.find(&name, &names), map.get(&name).copied(), "{name}");
                }
                assert_eq!(index.slots().collect::<BTreeSet<u32>>(), map.values().copied().collect());
            }
        }
    }

    #[test]
    fn a_key_among_many_is_found_by_looking_at_about_one() {
        let mut names = Names::default();
        let mut index = KeyIndex::empty();
        for slot in 0..10_000 {
            let name = format!("team.service.flag-{slot}");
            names.keys.push(name.clone());
            let place = index.place(&name, &names).unwrap_err();
            index.insert(place, &name, slot);
        }
        index.rebuild_starts();
        for slot in 0..10_000 {
            names.looks.set(0);
            assert_eq!(index.find(&format!("team.service.flag-{slot}"), &names), Some(slot));
            assert!(names.looks.get() <= 2, "{} keys were looked at", names.looks.get());
        }
    }

    #[test]
    fn keys_made_to_collide_are_found() {
        let mut names = Names { keys: colliding_keys(2_000), looks: Cell::new(0) };
        assert_eq!(names.keys.iter().map(|key| hash(key)).collect::<BTreeSet<u32>>().len(), 1);
        let missing = names.keys.pop().unwrap();
        let mut index = KeyIndex::empty();
        for (key, slot) in names.keys.iter().zip(0..) {
            let place = index.place(key, &names).unwrap_err();
            index.insert(place, key, slot);
        }
        index.rebuild_starts();
        let listed = names.keys.iter().zip(0..).map(|(key, slot)| (key, Some(slot)));
        for (key, slot) in listed.chain([(&missing, None)]) {
            names.looks.set(0);
            assert_eq!(index.find(key, &names), slot);
            assert!(names.looks.get() <= 12, "{} comparisons among 2,000", names.looks.get());
        }
    }

    /// Keys of two blocks whose second block undoes the difference of the first: a block's step can be run backwards.
    fn colliding_keys(count: usize) -> Vec<String> {
        const fn inverse(odd: u32) -> u32 {
            let mut inverse = odd;
            let mut step = 0;
            while step < 5 {
                inverse = inverse.wrapping_mul(2_u32.wrapping_sub(odd.wrapping_mul(inverse)));
                step += 1;
            }
            inverse
        }
        let unscramble =
            |block: u32| block.wrapping_mul(inverse(0x1b87_3593)).rotate_right(15).wrapping_mul(inverse(0xcc9e_2d51));
        let scramble = |block: u32| block.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593);
        (0_u32..)
            .filter_map(|number| {
                let first = u32::from_le_bytes([
                    b'a' + (number % 26) as u8,
                    b'0' + (number / 26 % 64) as u8,
                    (number / 1664 % 64) as u8,
                    1,
                ]);
                let state = scramble(first).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64);
                let second = unscramble(0x0bad_cafe ^ state);
                String::from_utf8([first.to_le_bytes(), second.to_le_bytes()].concat()).ok()
            })
            .take(count)
            .collect()
    }
}
