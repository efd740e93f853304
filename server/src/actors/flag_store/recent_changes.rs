//! The last changes as the stream carries them: what a client that comes back has missed.

use crate::chunk::Chunk;
use sidekick_core::Revision;
use std::collections::VecDeque;

/// A ring of encoded changes with consecutive revisions, bounded in number and in bytes.
#[derive(Debug)]
pub(super) struct RecentChanges {
    changes: VecDeque<Chunk>,
    bytes: usize,
    last: Revision,
}

/// The most changes that are kept.
pub(super) const CAPACITY: usize = 1024;
/// The most bytes that are kept.
const BYTE_CAPACITY: usize = 4 << 20;

impl RecentChanges {
    /// None yet, before the change after `last`.
    pub(super) const fn new(last: Revision) -> Self {
        Self { changes: VecDeque::new(), bytes: 0, last }
    }

    /// Adds the next change, and drops the oldest beyond the bounds.
    pub(super) fn push(&mut self, revision: Revision, change: Chunk) {
        if revision != self.last.next() {
            *self = Self::new(revision);
        } else {
            self.last = revision;
            self.bytes += change.framed().len();
            self.changes.push_back(change);
        }
        while self.changes.len() > CAPACITY || self.bytes > BYTE_CAPACITY {
            let Some(dropped) = self.changes.pop_front() else { return };
            self.bytes -= dropped.framed().len();
        }
    }

    /// All changes after `revision`; `None` where one of them is not kept any more, or `revision` is yet to come.
    pub(super) fn after(&self, revision: Revision) -> Option<impl Iterator<Item = &Chunk>> {
        let missed = usize::try_from(self.last.get().checked_sub(revision.get())?).ok()?;
        let skipped = self.changes.len().checked_sub(missed)?;
        Some(self.changes.iter().skip(skipped))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn revision(number: u64) -> Revision {
        Revision::new(number).unwrap()
    }

    fn chunk(length: usize) -> Chunk {
        Chunk::encode(length, |out| out.resize(out.len() + length, b'x'))
    }

    fn after(recent: &RecentChanges, number: u64) -> Option<usize> {
        recent.after(revision(number)).map(Iterator::count)
    }

    #[test]
    fn it_covers_what_it_was_given_and_nothing_else() {
        let mut recent = RecentChanges::new(revision(10));
        assert_eq!((after(&recent, 10), after(&recent, 9), after(&recent, 11)), (Some(0), None, None));
        for number in 11..=15 {
            recent.push(revision(number), chunk(1));
        }
        assert_eq!((after(&recent, 10), after(&recent, 14), after(&recent, 15)), (Some(5), Some(1), Some(0)));
        assert_eq!((after(&recent, 9), after(&recent, 16)), (None, None));
    }

    #[test]
    fn it_is_bounded_in_number_and_bytes() {
        let mut recent = RecentChanges::new(Revision::ZERO);
        for number in 1..=CAPACITY as u64 + 10 {
            recent.push(revision(number), chunk(1));
        }
        assert_eq!(recent.changes.len(), CAPACITY);
        let megabyte = chunk(1 << 20);
        for number in 0..10 {
            recent.push(revision(CAPACITY as u64 + 11 + number), megabyte.clone());
        }
        assert!(recent.bytes <= BYTE_CAPACITY);
        assert_eq!(recent.changes.len(), 3, "a chunk is some bytes longer than its events");
    }
}
