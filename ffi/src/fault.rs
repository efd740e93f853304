//! What can go wrong in a call, as a number for programs and in words for people.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use sidekick_core::Error;

/// What a call could not do. `sidekick_last_error` says more, in words.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SidekickError {
    /// It was done.
    None = 0,
    /// A pointer is null or not aligned for what it points to, or a length is more than memory can have.
    Pointer = 1,
    /// A text is not UTF-8.
    Utf8 = 2,
    /// The flag was changed or deleted since the handle was made: resolve its key again.
    StaleHandle = 3,
    /// There is no flag with this key.
    FlagNotFound = 4,
    /// The answer depends on the user key, and there is none.
    NoUserKey = 5,
    /// A number is none of those that the function takes.
    Number = 6,
    /// The text is no snapshot, is damaged, or is of a later version. The flags stay as they were.
    Snapshot = 7,
    /// A defect of this library, in this call or, while the flags were written, in one before. The process goes on; the
    /// client does not: use another.
    Panic = 8,
}

/// An error with its message.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) code: SidekickError,
    pub(crate) message: Cow<'static, str>,
}

impl Fault {
    #[cold]
    pub(crate) fn new(code: SidekickError, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into() }
    }

    /// A snapshot that the core refused.
    #[cold]
    pub(crate) fn snapshot(error: &Error) -> Self {
        let mut message = Vec::new();
        error.write_message(&mut message);
        Self::new(SidekickError::Snapshot, String::from_utf8_lossy(&message).into_owned())
    }

    #[cold]
    pub(crate) fn stale_handle() -> Self {
        Self::new(SidekickError::StaleHandle, "the flag has changed since its key was resolved; resolve it again")
    }

    #[cold]
    #[cfg_attr(not(feature = "std"), expect(dead_code, reason = "without std a panic ends the process"))]
    pub(crate) fn panicked() -> Self {
        Self::new(SidekickError::Panic, "the library panicked, which is a defect of it; use another client")
    }
}
