//! Values by their keys: found in a few steps on average, and in logarithmic time whatever the keys are.
//!
//! They are sorted by (hash, key), and a table says where those of each hash prefix start. Keys chosen to collide only
//! lengthen one sorted run, which is searched by halving: there is no seed to guess and none is needed.
//!
//! In WebAssembly bytes count more than the look-up, which bindings make once for each flag: every hash is 0 there, so
//! values are sorted by key and there is no table: 1 kB less of a module of 11 (brotli).

use crate::murmur3::murmur3_x86_32;
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Ordering;

/// What has its key in itself.
pub(crate) trait Keyed {
    fn map_key(&self) -> &str;
}

/// A sorted row of values.
#[derive(Clone, Debug)]
pub(crate) struct KeyMap<T> {
    entries: Vec<Entry<T>>,
    /// `starts[p]..starts[p + 1]` are the entries whose hash has the prefix `p`.
    starts: Vec<u32>,
    /// How far a hash is shifted right to give its prefix; 32 stands for one prefix only.
    shift: u32,
}

/// Up to so many entries a scan is quicker than a search by halving. Most runs have one or none.
const SHORT_RUN: usize = 4;

#[derive(Clone, Debug)]
struct Entry<T> {
    hash: u32,
    value: T,
}

impl<T: Keyed> KeyMap<T> {
    /// A map of no values.
    pub(crate) const fn empty() -> Self {
        Self { entries: Vec::new(), starts: Vec::new(), shift: 32 }
    }

    pub(crate) const fn len(&self) -> usize {
        self.entries.len()
    }

    /// All values, in the order of their places.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.entries.iter().map(|entry| &entry.value)
    }

    /// The value at a place.
    #[inline]
    pub(crate) fn get(&self, place: usize) -> Option<&T> {
        self.entries.get(place).map(|entry| &entry.value)
    }

    /// The place of the value with a key.
    #[inline]
    pub(crate) fn find(&self, key: &str) -> Option<usize> {
        let hash = hash(key);
        let (start, run) = self.run(hash);
        if !IS_BY_KEY && run.len() <= SHORT_RUN {
            let place = run.iter().position(|entry| entry.hash == hash && entry.value.map_key() == key);
            return place.map(|place| start + place);
        }
        self.place(key).ok()
    }

    /// Where the value with a key stands, or where it would.
    #[inline]
    pub(crate) fn place(&self, key: &str) -> Result<usize, usize> {
        let hash = hash(key);
        let (start, run) = self.run(hash);
        let order = |entry: &Entry<T>| match entry.hash.cmp(&hash) {
            Ordering::Equal => entry.value.map_key().cmp(key),
            order => order,
        };
        run.binary_search_by(order).map(|place| start + place).map_err(|place| start + place)
    }

    /// Puts a value at the place that [`place`](Self::place) says; gives the one that was there with its key. Until
    /// [`rebuild_starts`](Self::rebuild_starts) a look-up takes a few steps more.
    pub(crate) fn put(&mut self, place: Result<usize, usize>, value: T) -> Option<T> {
        match place {
            Ok(place) => self.entries.get_mut(place).map(|entry| core::mem::replace(&mut entry.value, value)),
            Err(place) => {
                self.entries.insert(place, Entry { hash: hash(value.map_key()), value });
                self.forget_starts();
                None
            }
        }
    }

    /// Takes the value at a place out. As [`put`](Self::put).
    pub(crate) fn remove(&mut self, place: usize) -> T {
        self.forget_starts();
        self.entries.remove(place).value
    }

    fn forget_starts(&mut self) {
        if !IS_BY_KEY {
            self.starts = Vec::new();
        }
    }

    /// The entries among which those with a hash are, and the place of the first.
    #[inline]
    fn run(&self, hash: u32) -> (usize, &[Entry<T>]) {
        if IS_BY_KEY {
            return (0, &self.entries);
        }
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

    /// Makes a table of at least twice as many prefixes as entries. Who adds or takes out a value has moved the entries
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

/// Whether values are sorted by key alone.
pub(crate) const IS_BY_KEY: bool = cfg!(target_family = "wasm");

/// What values are sorted by first.
#[inline]
pub(crate) fn hash(key: &str) -> u32 {
    if IS_BY_KEY { 0 } else { murmur3_x86_32(key.as_bytes(), 0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeMap;
    use alloc::format;
    use alloc::rc::Rc;
    use alloc::string::String;
    use core::cell::Cell;

    /// A key that counts how often it, and those made from the same counter, were looked at.
    struct Name(String, Rc<Cell<usize>>);

    impl Keyed for Name {
        fn map_key(&self) -> &str {
            self.1.set(self.1.get() + 1);
            &self.0
        }
    }

    fn found<'a>(map: &'a KeyMap<Name>, key: &str) -> Option<&'a str> {
        map.find(key).and_then(|place| map.get(place)).map(|name| name.0.as_str())
    }

    #[test]
    fn it_agrees_with_another_map_through_inserts_and_removals() {
        let looks = Rc::default();
        let mut map: KeyMap<Name> = KeyMap::empty();
        let mut other = BTreeMap::new();
        for step in 0..4_000_u32 {
            // A walk over 500 names that adds more than it removes, then removes.
            let name = format!("flag-{}", step.wrapping_mul(2_654_435_761) % 500);
            let removes = step % 3 == 0 || step > 3_000;
            let place = map.place(&name);
            assert_eq!(place.is_ok(), other.contains_key(&name), "{name}");
            match place {
                Ok(place) if removes => {
                    assert_eq!(map.remove(place).0, name);
                    other.remove(&name);
                }
                _ if removes => {}
                place => {
                    let before = map.put(place, Name(name.clone(), Rc::clone(&looks)));
                    assert_eq!(before.map(|before| before.0), other.insert(name.clone(), ()).map(|()| name));
                }
            }
            // A look-up is right with the table and, in the middle of many changes, without it.
            if step % 7 > 0 {
                map.rebuild_starts();
            }
            assert_eq!(map.len(), other.len());
            if step % 50 == 0 {
                for number in 0..600 {
                    let name = format!("flag-{number}");
                    assert_eq!(found(&map, &name), other.contains_key(&name).then_some(name.as_str()));
                }
                let mut names: Vec<&String> = map.iter().map(|name| &name.0).collect();
                names.sort();
                assert_eq!(names, other.keys().collect::<Vec<_>>());
            }
        }
    }

    fn map_of(names: impl IntoIterator<Item = String>, looks: &Rc<Cell<usize>>) -> KeyMap<Name> {
        let mut map = KeyMap::empty();
        for name in names {
            map.put(map.place(&name), Name(name, Rc::clone(looks)));
        }
        map.rebuild_starts();
        map
    }

    #[test]
    fn a_key_among_many_is_found_by_looking_at_about_one() {
        let looks = Rc::default();
        let map = map_of((0..10_000).map(|number| format!("team.service.flag-{number}")), &looks);
        for number in 0..10_000 {
            looks.set(0);
            let name = format!("team.service.flag-{number}");
            assert_eq!(found(&map, &name), Some(name.as_str()));
            assert!(looks.get() <= 2, "{} keys were looked at", looks.get());
        }
    }

    #[test]
    fn keys_made_to_collide_are_found() {
        let looks = Rc::default();
        let mut names = colliding_keys(2_000);
        assert!(names.iter().all(|key| hash(key) == hash(&names[0])));
        let missing = names.pop().unwrap();
        let map = map_of(names.clone(), &looks);
        for (name, is_there) in names.iter().map(|name| (name, true)).chain([(&missing, false)]) {
            looks.set(0);
            assert_eq!(found(&map, name), is_there.then_some(name.as_str()));
            assert!(looks.get() <= 12, "{} comparisons among 2,000", looks.get());
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
