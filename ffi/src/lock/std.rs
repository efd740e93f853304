//! The lock of Rust's standard library. A panic while somebody writes poisons it: what it holds may be half done.

use crate::fault::Fault;
use std::sync::{RwLock, TryLockError};

#[derive(Debug)]
pub(super) struct Lock<T>(RwLock<T>);

impl<T> Lock<T> {
    pub(super) const fn new(value: T) -> Self {
        Self(RwLock::new(value))
    }

    /// Gives the function back where a writer is there.
    #[inline]
    pub(super) fn try_read<R, F: FnOnce(&T) -> R>(&self, act: F) -> Result<Result<R, Fault>, F> {
        match self.0.try_read() {
            Ok(value) => Ok(Ok(act(&value))),
            Err(TryLockError::Poisoned(_)) => Ok(Err(Fault::panicked())),
            Err(TryLockError::WouldBlock) => Err(act),
        }
    }

    pub(super) fn read<R>(&self, act: impl FnOnce(&T) -> R) -> Result<R, Fault> {
        self.0.read().map(|value| act(&value)).map_err(|_| Fault::panicked())
    }

    pub(super) fn write<R>(&self, act: impl FnOnce(&mut T) -> R) -> Result<R, Fault> {
        self.0.write().map(|mut value| act(&mut value)).map_err(|_| Fault::panicked())
    }
}

pub(super) fn yield_now() {
    std::thread::yield_now();
}
