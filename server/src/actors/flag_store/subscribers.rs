//! The streams of a view: they are told of a change in groups, one after the other.

use super::handle::Streamed;
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::broadcast::{Receiver, Sender};

/// Those who are told what happens to a view's flags, each by a receiver of its own.
///
/// To wake a stream's task fetches its memory, and so does to run it. Of thousands that are woken at once, each has left
/// the processor's cache again before it runs, and has driven out what the kernel keeps of the sockets. Hence a group is
/// told and run before the next is told.
pub(super) struct Subscribers {
    groups: Vec<Sender<Streamed>>,
    /// The groups before it are full.
    with_room: usize,
    /// Groups that are told at once.
    at_once: usize,
    /// How long those may take. Where it is longer, others have work too, and each group would wait for them anew.
    patience: Duration,
    /// What the groups from `next` on are still to be told.
    burst: Vec<Streamed>,
    next: usize,
    told_at: Instant,
    /// What no group has been told yet.
    waiting: VecDeque<Streamed>,
}

/// Streams in a group. With 64 a change costs a tenth more, with 256 a fifth (`fan_out compare`, one thread).
const GROUP: usize = 16;
/// What a slow stream may be behind before it is given what it missed from the recent changes. Each group has room for so
/// much.
const CAPACITY: usize = 128;
/// What a group is told at once at most, so that it can be a burst behind.
const BURST: usize = CAPACITY / 2;
/// Groups for each of several threads: they take work from each other, and each is to have some before it sleeps again. With
/// one group each, two threads take half as long again for a change.
const SHARE: u8 = 8;
/// Several times what a group takes.
const PATIENCE: Duration = Duration::from_millis(1);

impl Subscribers {
    /// Nobody.
    pub(super) fn new() -> Self {
        let threads = Handle::try_current().map_or(1, |runtime| runtime.metrics().num_workers());
        let share = if threads > 1 { SHARE } else { 1 };
        Self {
            groups: Vec::new(),
            with_room: 0,
            at_once: threads * usize::from(share),
            patience: PATIENCE * u32::from(share),
            burst: Vec::new(),
            next: 0,
            told_at: Instant::now(),
            waiting: VecDeque::new(),
        }
    }

    /// One more, who is told what happens from now on.
    pub(super) fn join(&mut self) -> Receiver<Streamed> {
        // What has happened is not for it.
        while self.tell_groups(usize::MAX) {}
        while let Some(group) = self.groups.get(self.with_room) {
            if group.receiver_count() < GROUP {
                return group.subscribe();
            }
            self.with_room += 1;
        }
        let group = Sender::new(CAPACITY);
        let receiver = group.subscribe();
        self.groups.push(group);
        receiver
    }

    /// Takes note of something that all of them are to be told.
    pub(super) fn push(&mut self, streamed: Streamed) {
        self.waiting.push_back(streamed);
    }

    /// Tells the next ones. Whether there are more to be told: once those have run.
    pub(super) fn tell_next(&mut self) -> bool {
        let is_slow = self.next > 0 && self.told_at.elapsed() > self.patience;
        self.tell_groups(if is_slow { usize::MAX } else { self.at_once })
    }

    fn tell_groups(&mut self, count: usize) -> bool {
        if self.burst.is_empty() {
            if self.waiting.is_empty() {
                return false;
            }
            self.groups.retain(|group| group.receiver_count() > 0);
            self.with_room = 0;
            self.burst.extend(self.waiting.drain(..self.waiting.len().min(BURST)));
        }
        for group in self.groups.iter().skip(self.next).take(count) {
            for streamed in &self.burst {
                // The last receiver of a group may have gone.
                let _ = group.send(streamed.clone());
            }
        }
        self.told_at = Instant::now();
        self.next = self.next.saturating_add(count);
        if self.next >= self.groups.len() {
            self.next = 0;
            self.burst.clear();
        }
        !(self.burst.is_empty() && self.waiting.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actors::StreamedChange;
    use crate::chunk::Chunk;
    use sidekick_core::{Digest, Revision};
    use std::sync::Arc;

    /// Nobody, where a group may take so long.
    fn nobody(patience: Duration) -> Subscribers {
        Subscribers { patience, ..Subscribers::new() }
    }

    fn change(number: u64) -> Streamed {
        Streamed::Change(Arc::new(StreamedChange {
            revision: Revision::new(number).unwrap(),
            digest: Digest::EMPTY,
            event: Chunk::encode(0, |_| {}),
            committed_at: Instant::now(),
        }))
    }

    /// The changes that have come since the last look.
    fn heard(receiver: &mut Receiver<Streamed>) -> Vec<u64> {
        let next = || match receiver.try_recv() {
            Ok(Streamed::Change(change)) => Some(change.revision.get()),
            other => {
                assert!(other.is_err(), "{other:?}");
                None
            }
        };
        std::iter::from_fn(next).collect()
    }

    #[test]
    fn a_group_is_told_before_the_next() {
        let mut subscribers = nobody(Duration::MAX);
        let mut receivers: Vec<_> = (0..3 * GROUP).map(|_| subscribers.join()).collect();
        subscribers.push(change(1));
        for round in 1..=3 {
            assert_eq!(subscribers.tell_next(), round < 3);
            let told = receivers.iter().filter(|receiver| !receiver.is_empty()).count();
            assert_eq!(told, round * GROUP);
        }
        for receiver in &mut receivers {
            assert_eq!(heard(receiver), [1]);
        }
        assert!(!subscribers.tell_next(), "nothing has happened since");
    }

    #[test]
    fn where_a_group_takes_long_the_others_do_not_wait_for_it() {
        let mut subscribers = nobody(PATIENCE);
        let receivers: Vec<_> = (0..3 * GROUP).map(|_| subscribers.join()).collect();
        subscribers.push(change(1));
        assert!(subscribers.tell_next());
        std::thread::sleep(2 * PATIENCE);
        assert!(!subscribers.tell_next());
        assert!(receivers.iter().all(|receiver| receiver.len() == 1));
    }

    #[test]
    fn what_happens_while_they_are_told_comes_after_that() {
        let mut subscribers = nobody(Duration::MAX);
        let mut receivers: Vec<_> = (0..2 * GROUP).map(|_| subscribers.join()).collect();
        subscribers.push(change(1));
        assert!(subscribers.tell_next());
        subscribers.push(change(2));
        while subscribers.tell_next() {}
        for receiver in &mut receivers {
            assert_eq!(heard(receiver), [1, 2]);
        }
    }

    #[test]
    fn one_who_joins_is_not_told_of_what_was_before() {
        let mut subscribers = nobody(Duration::MAX);
        let mut receivers: Vec<_> = (0..2 * GROUP + 1).map(|_| subscribers.join()).collect();
        subscribers.push(change(1));
        assert!(subscribers.tell_next());
        subscribers.push(change(2));
        let mut late = subscribers.join();
        subscribers.push(change(3));
        while subscribers.tell_next() {}
        assert_eq!(heard(&mut late), [3]);
        for receiver in &mut receivers {
            assert_eq!(heard(receiver), [1, 2, 3]);
        }
    }

    #[test]
    fn more_than_a_group_has_room_for_is_told_in_parts() {
        let mut subscribers = nobody(Duration::MAX);
        let mut receiver = subscribers.join();
        let count = 3 * CAPACITY as u64;
        (0..count).for_each(|number| subscribers.push(change(number)));
        let mut all = Vec::new();
        while subscribers.tell_next() {
            all.extend(heard(&mut receiver));
        }
        all.extend(heard(&mut receiver));
        assert_eq!(all, (0..count).collect::<Vec<_>>());
    }

    #[test]
    fn places_of_those_who_left_are_taken_again() {
        let mut subscribers = nobody(Duration::MAX);
        let mut receivers: Vec<_> = (0..4 * GROUP).map(|_| subscribers.join()).collect();
        // A whole group, and one of another.
        receivers.drain(GROUP..2 * GROUP);
        receivers.remove(0);
        subscribers.push(change(1));
        while subscribers.tell_next() {}
        assert_eq!(subscribers.groups.len(), 3);
        receivers.push(subscribers.join());
        assert_eq!(subscribers.groups.len(), 3);
        receivers.push(subscribers.join());
        assert_eq!(subscribers.groups.len(), 4);
    }
}
