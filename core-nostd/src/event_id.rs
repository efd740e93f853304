//! Which history (epoch), and which moment of it (revision): what an event id names.

use crate::error::{Error, ErrorKind, excerpt};
use crate::json::Reader;
use alloc::boxed::Box;
use core::fmt;

/// The store's counter: +1 for each change, without gaps, in commit order. 0 is the empty store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(u64);

/// A random name made with the store; another epoch means another history.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let start = reader.start()?;
        Self::parse(reader.number()?).map_err(|error| error.at(start))
    }

    /// Reads plain decimal digits without sign or leading zeros.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRevision`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
        let value = if plain { text.parse().ok() } else { None };
        value.and_then(Self::new).ok_or_else(|| ErrorKind::InvalidRevision { found: excerpt(text) }.into())
    }
}

impl Epoch {
    /// An epoch's name: 1 to 64 of `A-Z a-z 0-9 . _ -`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidEventId`].
    pub fn new(name: &str) -> Result<Self, Error> {
        if name.len() <= 64 && crate::flag_key::is_name(name) {
            Ok(Self(name.into()))
        } else {
            Err(ErrorKind::InvalidEventId { found: excerpt(name) }.into())
        }
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
        let invalid = || Error::new(ErrorKind::InvalidEventId { found: excerpt(text) });
        let (epoch, revision) = text.split_once(':').ok_or_else(invalid)?;
        Ok(Self {
            epoch: Epoch::new(epoch).map_err(|_| invalid())?,
            revision: Revision::parse(revision).map_err(|_| invalid())?,
        })
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
