//! Finds the slot of a flag by its key, in a few steps on average and in logarithmic time whatever the keys are.
//!
//! Entries are sorted by (hash, key), and a table says where the entries of each hash prefix start. Keys chosen to
//! collide only lengthen one sorted run, which is searched by halving: there is no seed to guess and none is needed.

use crate::murmur3::murmur3_x86_32;
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Ordering;

/// An ordered index from keys to slots. The keys themselves stay where the slots are.
#[derive(Clone, Debug)]
pub(crate) struct KeyIndex {
    entries: Vec<Entry>,
    /// `starts[p]..starts[p + 1]` are the entries whose hash has the prefix `p`.
    starts: Vec<u32>,
    /// How far a hash is shifted right to give its prefix; 32 stands for one prefix only.
    shift: u32,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    hash: u32,
    slot: u32,
}

impl KeyIndex {
    /// An index of `keys` with their slots; of equal keys the one with the greatest slot stays.
    pub(crate) fn new<'a>(keys: impl Iterator<Item = (&'a str, u32)>) -> Self {
        let mut sorted: Vec<(u32, &str, u32)> = keys.map(|(key, slot)| (hash(key), key, slot)).collect();
        sorted.sort_unstable_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(b.2.cmp(&a.2)));
        sorted.dedup_by(|later, earlier| (later.0, later.1) == (earlier.0, earlier.1));
        let entries = sorted.into_iter().map(|(hash, _, slot)| Entry { hash, slot }).collect();
        let mut index = Self { entries, starts: Vec::new(), shift: 32 };
        index.rebuild_starts();
        index
    }

    pub(crate) const fn len(&self) -> usize {
        self.entries.len()
    }

    /// All slots, in no order that means anything.
    pub(crate) fn slots(&self) -> impl Iterator<Item = u32> {
        self.entries.iter().map(|entry| entry.slot)
    }

    /// The slot of `key`, where `key_of` gives a slot's key.
    #[inline]
    pub(crate) fn find<'a>(&self, key: &str, key_of: impl Fn(u32) -> &'a str) -> Option<u32> {
        let place = self.place(hash(key), key, key_of).ok()?;
        self.entries.get(place).map(|entry| entry.slot)
    }

    /// Adds a key; one that is there already stays as it is.
    pub(crate) fn insert<'a>(&mut self, key: &str, slot: u32, key_of: impl Fn(u32) -> &'a str) {
        let hash = hash(key);
        if let Err(place) = self.place(hash, key, key_of) {
            self.entries.insert(place, Entry { hash, slot });
            if self.entries.len() >= self.starts.len() {
                self.rebuild_starts();
            } else {
                let prefix = self.prefix(hash);
                self.starts.iter_mut().skip(prefix + 1).for_each(|start| *start += 1);
            }
        }
    }

    /// Takes a key out; answers its slot.
    pub(crate) fn remove<'a>(&mut self, key: &str, key_of: impl Fn(u32) -> &'a str) -> Option<u32> {
        let hash = hash(key);
        let place = self.place(hash, key, key_of).ok()?;
        let prefix = self.prefix(hash);
        self.starts.iter_mut().skip(prefix + 1).for_each(|start| *start -= 1);
        Some(self.entries.remove(place).slot)
    }

    /// Where the key stands, or where it would.
    #[inline]
    fn place<'a>(&self, hash: u32, key: &str, key_of: impl Fn(u32) -> &'a str) -> Result<usize, usize> {
        let prefix = self.prefix(hash);
        let bound = |prefix| self.starts.get(prefix).map_or(0, |start: &u32| *start as usize);
        let (start, end) = (bound(prefix), bound(prefix + 1));
        let run = self.entries.get(start..end).unwrap_or_default();
        let order = |entry: &Entry| match entry.hash.cmp(&hash) {
            Ordering::Equal => key_of(entry.slot).cmp(key),
            order => order,
        };
        run.binary_search_by(order).map(|place| start + place).map_err(|place| start + place)
    }

    #[inline]
    fn prefix(&self, hash: u32) -> usize {
        // In 64 bits, for a shift by 32 is one too many in 32.
        (u64::from(hash) >> self.shift) as usize
    }

    /// Makes a table of at least twice as many prefixes as entries.
    fn rebuild_starts(&mut self) {
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

#[inline]
fn hash(key: &str) -> u32 {
    murmur3_x86_32(key.as_bytes(), 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeMap;
    use alloc::format;
    use alloc::string::String;

    #[test]
    fn it_agrees_with_a_map_through_inserts_and_removals() {
        let mut keys: Vec<String> = Vec::new();
        let mut index = KeyIndex::new([].into_iter());
        let mut map = BTreeMap::new();
        for step in 0..4_000_u32 {
            let slot = keys.len() as u32;
            // A walk over 500 names that adds more than it removes, then removes.
            let name = format!("flag-{}", step.wrapping_mul(2_654_435_761) % 500);
            let removes = step % 3 == 0 || step > 3_000;
            keys.push(name.clone());
            let key_of = |slot: u32| keys[slot as usize].as_str();
            if removes {
                assert_eq!(index.remove(&name, key_of), map.remove(&name));
            } else {
                // A key that is there already stays with its slot.
                index.insert(&name, slot, key_of);
                map.entry(name).or_insert(slot);
            }
            assert_eq!(index.len(), map.len());
        }
        let key_of = |slot: u32| keys[slot as usize].as_str();
        for number in 0..600 {
            let name = format!("flag-{number}");
            assert_eq!(index.find(&name, key_of), map.get(&name).copied(), "{name}");
        }
    }

    #[test]
    fn keys_made_to_collide_are_found() {
        let keys = colliding_keys(2_000);
        let hashes: alloc::collections::BTreeSet<u32> = keys.iter().map(|key| hash(key)).collect();
        assert_eq!(hashes.len(), 1);
        let index = KeyIndex::new(keys.iter().zip(0..).map(|(key, slot)| (key.as_str(), slot)));
        for (key, slot) in keys.iter().zip(0..) {
            let mut compared = core::cell::Cell::new(0);
            let key_of = |slot: u32| {
                compared.set(compared.get() + 1);
                keys[slot as usize].as_str()
            };
            assert_eq!(index.find(key, key_of), Some(slot));
            assert!(*compared.get_mut() <= 12, "{} comparisons among 2,000", compared.get());
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
