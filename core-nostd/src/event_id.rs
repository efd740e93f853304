//! Which history (epoch), and which moment of it (revision): what an event id names.

use crate::digits::digits;
use crate::error::{Error, ErrorKind};
use crate::json::{Reader, Writer};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

/// The store's counter: +1 for each change, without gaps, in commit order. 0 is the empty store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(u64);

/// A random name made with the store; another epoch means another history.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Epoch(Box<str>);

/// What an event's `id` and a client's `Last-Event-ID` say: `<epoch>:<revision>`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EventId {
    /// The history.
    pub epoch: Epoch,
    /// The moment in it.
    pub revision: Revision,
}

impl Revision {
    /// The revision of a store that was never written to.
    pub const ZERO: Self = Self(0);
    /// 2^53 - 1: the greatest integer that every JSON reader keeps exactly (RFC 8259, section 6).
    pub const MAX: Self = Self((1 << 53) - 1);

    /// The revision `value`; `None` above [`Revision::MAX`].
    #[must_use]
    pub const fn new(value: u64) -> Option<Self> {
        if value <= Self::MAX.0 { Some(Self(value)) } else { None }
    }

    /// The revision as a number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The revision of the next change. The last one stays the last.
    #[must_use]
    pub const fn next(self) -> Self {
        if self.0 < Self::MAX.0 { Self(self.0 + 1) } else { self }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Self {
        let start = reader.start();
        let revision = Self::from_digits(reader.number().as_bytes());
        revision.unwrap_or_else(|| {
            reader.fault_at(ErrorKind::InvalidRevision, start);
            Self::ZERO
        })
    }

    /// Reads plain decimal digits without sign or leading zeros.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRevision`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::from_digits(text.as_bytes()).ok_or_else(|| Error::new(ErrorKind::InvalidRevision, text))
    }

    fn from_digits(text: &[u8]) -> Option<Self> {
        let has_leading_zero = matches!(text, [b'0', _, ..]);
        digits(text).filter(|_| !has_leading_zero).and_then(Self::new)
    }
}

impl Epoch {
    /// An epoch's name: 1 to 64 of `A-Z a-z 0-9 . _ -`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidEventId`].
    pub fn new(name: &str) -> Result<Self, Error> {
        if Self::is_right(name) { Ok(Self(name.into())) } else { Err(Error::new(ErrorKind::InvalidEventId, name)) }
    }

    /// A name that [`EventId::split`] has checked.
    pub(crate) fn unchecked(name: &str) -> Self {
        Self(name.into())
    }

    fn is_right(name: &str) -> bool {
        name.len() <= 64 && crate::flag_key::is_name(name)
    }

    /// The epoch's name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl EventId {
    /// Reads `<epoch>:<revision>`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidEventId`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        match Self::split(text) {
            Some((epoch, revision)) => Ok(Self { epoch: Epoch(epoch.into()), revision }),
            None => Err(Error::new(ErrorKind::InvalidEventId, text)),
        }
    }

    /// The epoch's name and the revision of an event id.
    pub(crate) fn split(text: &str) -> Option<(&str, Revision)> {
        // No byte of another character is a colon's.
        let colon = text.bytes().position(|byte| byte == b':')?;
        let (epoch, rest) = text.split_at_checked(colon)?;
        let revision = Revision::from_digits(rest.as_bytes().get(1..)?)?;
        if Epoch::is_right(epoch) { Some((epoch, revision)) } else { None }
    }

    /// Appends `<epoch>:<revision>`.
    pub fn write(&self, out: &mut Vec<u8>) {
        let mut writer = Writer::new(out);
        writer.raw(&self.epoch.0);
        writer.raw(":");
        writer.integer(self.revision.0);
    }
}

// As it is made from text, so that there is one function that does this.
impl Clone for Epoch {
    fn clone(&self) -> Self {
        Self::unchecked(self.as_str())
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.epoch, self.revision)
    }
}
