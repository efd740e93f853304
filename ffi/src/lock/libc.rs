//! The C library's lock. Not a spinning one: on a phone, a thread of low priority that holds a lock may not run while one of
//! high priority spins.

use crate::fault::Fault;
use core::cell::UnsafeCell;

#[derive(Debug)]
pub(super) struct Lock<T> {
    /// Never moved once it is used: a client lies in a box from its first lock to its last.
    lock: UnsafeCell<libc::pthread_rwlock_t>,
    value: UnsafeCell<T>,
}

// SAFETY: the value goes to other threads as a whole, and is shared by readers and handed over between writers.
unsafe impl<T: Send + Sync> Sync for Lock<T> {}
// SAFETY: who owns the lock owns the value, and nobody holds it.
unsafe impl<T: Send> Send for Lock<T> {}

impl<T> Lock<T> {
    pub(super) const fn new(value: T) -> Self {
        Self { lock: UnsafeCell::new(libc::PTHREAD_RWLOCK_INITIALIZER), value: UnsafeCell::new(value) }
    }

    /// Gives the function back where a writer is there.
    #[inline]
    pub(super) fn try_read<R, F: FnOnce(&T) -> R>(&self, act: F) -> Result<Result<R, Fault>, F> {
        // SAFETY: the lock is initialised, and lives as long as `self`.
        if unsafe { libc::pthread_rwlock_tryrdlock(self.lock.get()) } != 0 {
            return Err(act);
        }
        // SAFETY: this thread has just taken the lock for reading.
        Ok(Ok(unsafe { self.reading(act) }))
    }

    pub(super) fn read<R>(&self, act: impl FnOnce(&T) -> R) -> Result<R, Fault> {
        // SAFETY: as in `try_read`. It fails only where this thread writes already, which no function under a lock does,
        // or where more threads read than the counter holds.
        while unsafe { libc::pthread_rwlock_rdlock(self.lock.get()) } != 0 {
            yield_now();
        }
        // SAFETY: this thread has just taken the lock for reading.
        Ok(unsafe { self.reading(act) })
    }

    pub(super) fn write<R>(&self, act: impl FnOnce(&mut T) -> R) -> Result<R, Fault> {
        // SAFETY: as in `read`.
        while unsafe { libc::pthread_rwlock_wrlock(self.lock.get()) } != 0 {
            yield_now();
        }
        // SAFETY: this thread has the lock for itself.
        let result = act(unsafe { &mut *self.value.get() });
        // SAFETY: this thread took it.
        unsafe { libc::pthread_rwlock_unlock(self.lock.get()) };
        Ok(result)
    }

    /// # Safety
    /// This thread must have taken the lock for reading.
    #[inline]
    unsafe fn reading<R>(&self, act: impl FnOnce(&T) -> R) -> R {
        // SAFETY: while somebody reads, nobody writes.
        let result = act(unsafe { &*self.value.get() });
        // SAFETY: this thread took it.
        unsafe { libc::pthread_rwlock_unlock(self.lock.get()) };
        result
    }
}

impl<T> Drop for Lock<T> {
    fn drop(&mut self) {
        // SAFETY: nobody else has it any more.
        unsafe { libc::pthread_rwlock_destroy(self.lock.get()) };
    }
}

pub(super) fn yield_now() {
    // SAFETY: it takes nothing and touches nothing.
    unsafe { libc::sched_yield() };
}
