//! A flag's identity.

use crate::error::{Error, ErrorKind};
use crate::json::Reader;
use alloc::boxed::Box;
use core::fmt;

/// What a flag is called: 1 to 128 of `A-Z a-z 0-9 . _ -`.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlagKey(Box<str>);

impl FlagKey {
    /// The most bytes of a key.
    pub const MAX_LENGTH: usize = 128;

    /// A key, checked.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidKey`].
    pub fn new(key: &str) -> Result<Self, Error> {
        Self::from_text(key).ok_or_else(|| Error::new(ErrorKind::InvalidKey, key))
    }

    fn from_text(key: &str) -> Option<Self> {
        if key.len() <= Self::MAX_LENGTH && is_name(key) { Some(Self(key.into())) } else { None }
    }

    /// The key as text.
    #[inline]
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Stands for a key that is yet to be read.
    pub(crate) fn placeholder() -> Self {
        Self(Box::default())
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Self {
        let start = reader.start();
        let key = Self::from_text(reader.string());
        key.unwrap_or_else(|| {
            reader.fault_at(ErrorKind::InvalidKey, start);
            Self::placeholder()
        })
    }
}

/// Whether `text` is 1 or more of `A-Z a-z 0-9 . _ -`.
pub(crate) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

// As it is made from text, so that there is one function that does this.
impl Clone for FlagKey {
    fn clone(&self) -> Self {
        Self(self.as_str().into())
    }
}

impl fmt::Display for FlagKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
