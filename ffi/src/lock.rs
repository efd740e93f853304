//! A lock for many readers or one writer, of Rust's standard library or of the C library.
//!
//! What is done under it is given as a function, so that it cannot stay locked.

#[cfg(not(feature = "std"))]
#[path = "lock/libc.rs"]
mod raw;
#[cfg(feature = "std")]
#[path = "lock/std.rs"]
mod raw;

use crate::fault::Fault;
use core::sync::atomic::{AtomicUsize, Ordering};

/// A value that many read or one writes.
#[derive(Debug)]
pub(crate) struct Lock<T> {
    lock: raw::Lock<T>,
    /// How many readers found a writer there and have not come in since.
    waiting: AtomicUsize,
}

impl<T> Lock<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self { lock: raw::Lock::new(value), waiting: AtomicUsize::new(0) }
    }

    /// Reads. `act` must not come back to this lock.
    #[inline]
    pub(crate) fn read<R>(&self, act: impl FnOnce(&T) -> R) -> Result<R, Fault> {
        let act = match self.lock.try_read(act) {
            Ok(result) => return result,
            Err(act) => act,
        };
        self.waiting.fetch_add(1, Ordering::Relaxed);
        self.lock.read(|value| {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            act(value)
        })
    }

    /// Writes. `act` must not come back to this lock.
    pub(crate) fn write<R>(&self, act: impl FnOnce(&mut T) -> R) -> Result<R, Fault> {
        self.lock.write(act)
    }

    /// Between two writes: waits until those readers are in that the first one kept out. Without this, a writer that
    /// comes straight back takes the lock before a reader has woken up.
    ///
    /// It gives up on a reader that does not get to run, for its thread may have a lower priority than this one.
    pub(crate) fn let_readers_in(&self) {
        for _ in 0..PATIENCE {
            if self.waiting.load(Ordering::Relaxed) == 0 {
                return;
            }
            raw::yield_now();
        }
    }
}

/// How often a writer yields to a reader: some milliseconds where nothing else runs, and longer where something does.
const PATIENCE: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn a_reader_that_waits_gets_in_before_the_next_write() {
        let lock = &Lock::new(0);
        let (writes, writing) = channel();
        std::thread::scope(|scope| {
            let reader = scope.spawn(move || {
                writing.recv().unwrap();
                lock.read(|value| *value).unwrap()
            });
            lock.write(|value| {
                *value = 1;
                writes.send(()).unwrap();
                while lock.waiting.load(Ordering::Relaxed) == 0 {
                    raw::yield_now();
                }
            })
            .unwrap();
            lock.let_readers_in();
            lock.write(|value| *value = 2).unwrap();
            assert_eq!(reader.join().unwrap(), 1);
        });
        assert_eq!(lock.waiting.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn without_readers_nobody_is_waited_for() {
        let lock = Lock::new(1);
        lock.let_readers_in();
        assert_eq!(lock.read(|value| *value).unwrap(), 1);
    }
}
