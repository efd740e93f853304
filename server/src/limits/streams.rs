//! How many streams are open, in all and with each key.

use super::refusal::{Limit, Refusal};
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Counts streams against what there may be.
pub(super) struct StreamCounts {
    max: Option<NonZeroU32>,
    max_per_key: Option<NonZeroU32>,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    all: u32,
    /// Keys that have a stream, and no others.
    by_key: HashMap<Arc<str>, u32>,
}

/// A stream that is counted for as long as this lives.
pub struct StreamPermit {
    counts: Arc<StreamCounts>,
    key: Arc<str>,
}

impl StreamCounts {
    pub(super) fn new(max: Option<NonZeroU32>, max_per_key: Option<NonZeroU32>) -> Arc<Self> {
        Arc::new(Self { max, max_per_key, open: Mutex::default() })
    }

    /// One stream more with the key of this name.
    pub(super) fn open(counts: &Arc<Self>, key: &str) -> Result<StreamPermit, Refusal> {
        let mut open = counts.lock();
        let (key, of_key) = match open.by_key.get_key_value(key) {
            Some((key, of_key)) => (Arc::clone(key), *of_key),
            None => (Arc::from(key), 0),
        };
        // The key first: one that has all of its share is told so even where the server is full.
        let limits = [(of_key, counts.max_per_key, Limit::MaxStreamsPerKey), (open.all, counts.max, Limit::MaxStreams)];
        for (count, max, limit) in limits {
            if let Some(max) = max.map(NonZeroU32::get).filter(|max| count >= *max) {
                return Err(Refusal::of_streams(limit, max));
            }
        }
        open.all += 1;
        open.by_key.insert(Arc::clone(&key), of_key + 1);
        drop(open);
        Ok(StreamPermit { counts: Arc::clone(counts), key })
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for StreamPermit {
    fn drop(&mut self) {
        let mut open = self.counts.lock();
        open.all = open.all.saturating_sub(1);
        match open.by_key.get_mut(&self.key) {
            Some(of_key) if *of_key > 1 => *of_key -= 1,
            _ => drop(open.by_key.remove(&self.key)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(max: u32, max_per_key: u32) -> Arc<StreamCounts> {
        StreamCounts::new(NonZeroU32::new(max), NonZeroU32::new(max_per_key))
    }

    fn refused_by(counts: &Arc<StreamCounts>, key: &str) -> Option<Limit> {
        StreamCounts::open(counts, key).err().map(|refusal| refusal.limit)
    }

    #[test]
    fn a_key_that_has_its_share_leaves_the_rest_to_others() {
        let counts = counts(3, 2);
        let mut open: Vec<_> = (0..2).map(|_| StreamCounts::open(&counts, "a").ok().unwrap()).collect();
        assert_eq!(refused_by(&counts, "a"), Some(Limit::MaxStreamsPerKey));
        open.push(StreamCounts::open(&counts, "b").ok().unwrap());
        assert_eq!(refused_by(&counts, "b"), Some(Limit::MaxStreams));
        drop(open);
        assert_eq!(refused_by(&counts, "a"), None);
    }

    #[test]
    fn a_stream_that_ends_makes_room_for_one() {
        let counts = counts(0, 1);
        let first = StreamCounts::open(&counts, "a").ok().unwrap();
        assert_eq!(refused_by(&counts, "a"), Some(Limit::MaxStreamsPerKey));
        drop(first);
        let _second = StreamCounts::open(&counts, "a").ok().unwrap();
        assert_eq!(refused_by(&counts, "a"), Some(Limit::MaxStreamsPerKey));
    }

    #[test]
    fn keys_without_streams_are_forgotten() {
        let counts = counts(0, 0);
        for number in 0..1_000 {
            drop(StreamCounts::open(&counts, &format!("key {number}")));
        }
        let open = counts.lock();
        assert_eq!((open.all, open.by_key.len()), (0, 0));
    }
}
