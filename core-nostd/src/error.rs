//! The one error of this crate: where it is, what was wrong and what would be right.
//!
//! Without the feature `messages` an error is no more than the byte at which it was found. That is for browsers, where
//! words and paths were measured to be 1.9 kB of a module of 15 (brotli).

use crate::json::Writer;
#[cfg(feature = "messages")]
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// Why a document, a field or a stream was refused.
#[derive(Clone, PartialEq, Eq)]
pub struct Error(#[cfg(feature = "messages")] Box<Details>, #[cfg(not(feature = "messages"))] usize);

#[cfg(feature = "messages")]
#[derive(Clone, PartialEq, Eq)]
struct Details {
    kind: ErrorKind,
    path: String,
    offset: Option<usize>,
    /// What stands there, cut to a readable length.
    found: String,
}

/// What was wrong, and what would be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The text is not UTF-8.
    InvalidUtf8,
    /// The text is not JSON.
    Syntax {
        /// What would be right here.
        expected: &'static str,
    },
    /// Objects and arrays are nested too deep.
    TooDeep {
        /// The greatest depth.
        limit: usize,
    },
    /// A value of another JSON type.
    WrongType {
        /// The type that the field takes.
        expected: &'static str,
    },
    /// A field that the document does not have.
    UnknownField {
        /// The fields that it has.
        known: &'static str,
    },
    /// A field that was given twice.
    DuplicateField,
    /// A field that must be given was not.
    MissingField,
    /// A change of a field that only the server sets, or of the key.
    NotWritable,
    /// A flag key with another length or other characters than allowed.
    InvalidKey,
    /// A string with too many bytes.
    TooLong {
        /// The most bytes allowed.
        limit: usize,
    },
    /// A list with too many items.
    TooMany {
        /// The most items allowed.
        limit: usize,
    },
    /// A string or list that must not be empty.
    Empty,
    /// An operator that does not exist.
    UnknownOperator,
    /// Values to be hashed with an operator that looks for parts of them.
    NotHashable,
    /// A number that is no percentage.
    InvalidPercentage,
    /// A number that is no revision.
    InvalidRevision,
    /// A text that is no RFC 3339 UTC time.
    InvalidTimestamp,
    /// A text that is no `<epoch>:<revision>`.
    InvalidEventId,
    /// A text that is no digest.
    InvalidDigest,
    /// A text that is no snapshot of an SDK's flags.
    InvalidSnapshot {
        /// What is wrong with it.
        what: &'static str,
    },
    /// A line of an event stream is longer than the parser holds.
    LineTooLong {
        /// The most bytes that the parser holds.
        limit: usize,
    },
}

#[cfg(feature = "messages")]
impl Error {
    /// An error about `found`, which is cut to a readable length.
    #[cold]
    pub(crate) fn new(kind: ErrorKind, found: &str) -> Self {
        Self(Box::new(Details { kind, path: String::new(), offset: None, found: excerpt(found) }))
    }

    /// Says at which byte of a document it was found.
    pub(crate) fn at(mut self, offset: usize) -> Self {
        self.0.offset = Some(offset);
        self
    }

    /// Says in which field it was found.
    pub(crate) fn in_field(mut self, path: String) -> Self {
        self.0.path = path;
        self
    }

    /// The field, such as `rules[0].values[2]`; empty for the document itself.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// The byte of the document at which the error was found.
    #[must_use]
    pub fn offset(&self) -> Option<usize> {
        self.0.offset
    }

    /// What was wrong.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// Appends the message, as [`Display`](fmt::Display) gives it.
    pub fn write_message(&self, out: &mut Vec<u8>) {
        let Details { kind, path, offset, found } = &*self.0;
        let mut writer = Writer::new(out);
        if !path.is_empty() {
            writer.raw(path);
            writer.raw(": ");
        }
        kind.write_message(found, &mut writer);
        if let (ErrorKind::Syntax { .. } | ErrorKind::InvalidUtf8, Some(offset)) = (kind, offset) {
            writer.raw(" (at byte ");
            writer.integer(*offset as u64);
            writer.raw(")");
        }
    }
}

#[cfg(not(feature = "messages"))]
impl Error {
    #[inline(always)]
    pub(crate) const fn new(_kind: ErrorKind, _found: &str) -> Self {
        Self(0)
    }

    #[inline(always)]
    pub(crate) const fn at(self, offset: usize) -> Self {
        Self(offset)
    }

    pub(crate) const fn offset(&self) -> usize {
        self.0
    }

    /// Appends the message.
    pub fn write_message(&self, out: &mut Vec<u8>) {
        let mut writer = Writer::new(out);
        writer.raw("not valid at byte ");
        writer.integer(self.0 as u64);
    }
}

#[cfg(feature = "messages")]
impl ErrorKind {
    fn write_message(&self, found: &str, writer: &mut Writer<'_>) {
        let limit = |writer: &mut Writer<'_>, before, limit: usize, after| {
            writer.raw(before);
            writer.integer(limit as u64);
            writer.raw(after);
        };
        let wrong = |writer: &mut Writer<'_>, right| {
            writer.string(found);
            writer.raw(right);
        };
        match self {
            Self::InvalidUtf8 => writer.raw("not UTF-8"),
            Self::Syntax { expected } => {
                writer.raw("not JSON: ");
                if found.is_empty() {
                    writer.raw("it ends");
                } else {
                    writer.string(found);
                }
                writer.raw(" where ");
                writer.raw(expected);
                writer.raw(" is expected");
            }
            Self::TooDeep { limit: most } => limit(writer, "nested deeper than ", *most, " levels"),
            Self::WrongType { expected } => {
                writer.raw(expected);
                writer.raw(" is expected, not ");
                writer.raw(found);
            }
            Self::UnknownField { known } => {
                writer.raw("unknown field; known are ");
                for (index, name) in known.split(' ').enumerate() {
                    writer.raw(if index > 0 { ", " } else { "" });
                    writer.raw(name);
                }
            }
            Self::DuplicateField => writer.raw("given twice"),
            Self::MissingField => writer.raw("missing"),
            Self::NotWritable => writer.raw("cannot be changed; leave it out, or send it as it is"),
            Self::InvalidKey => wrong(writer, " is no flag key: 1 to 128 of A-Z a-z 0-9 . _ - are expected"),
            Self::TooLong { limit: most } => limit(writer, "longer than ", *most, " bytes"),
            Self::TooMany { limit: most } => limit(writer, "more than ", *most, " items"),
            Self::Empty => writer.raw("must not be empty"),
            Self::UnknownOperator => {
                wrong(writer, " is no operator; known are Equals, NotEquals, Contains, StartsWith, EndsWith")
            }
            Self::NotHashable => {
                writer.raw("only Equals and NotEquals can be asked of hashes: they do not show a part of a value");
            }
            Self::InvalidPercentage => {
                wrong(writer, " is no percentage: 0 to 100 with at most three decimals is expected");
            }
            Self::InvalidRevision => {
                wrong(writer, " is no revision: a whole number from 0 to 9007199254740991 is expected");
            }
            Self::InvalidTimestamp => {
                wrong(writer, " is no time: RFC 3339 in UTC such as 2026-01-02T03:04:05.678Z is expected");
            }
            Self::InvalidEventId => wrong(writer, " is no event id: <epoch>:<revision> is expected"),
            Self::InvalidDigest => wrong(writer, " is no digest: 16 of 0-9 a-f are expected"),
            Self::InvalidSnapshot { what } => {
                writer.raw("not a snapshot of flags: ");
                writer.raw(what);
                if !found.is_empty() {
                    wrong(writer, "");
                }
            }
            Self::LineTooLong { limit: most } => {
                limit(writer, "a line of the event stream is longer than ", *most, " bytes");
            }
        }
    }
}

/// At most 64 characters of `text`.
#[cfg(feature = "messages")]
pub(crate) fn excerpt(text: &str) -> String {
    match text.char_indices().nth(64) {
        Some((end, _)) => [text.get(..end).unwrap_or_default(), "…"].concat(),
        None => text.into(),
    }
}

impl core::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut message = Vec::new();
        self.write_message(&mut message);
        f.write_str(&String::from_utf8_lossy(&message))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({self})")
    }
}

#[cfg(all(test, feature = "messages"))]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::ToString;

    #[test]
    fn a_message_says_where_what_and_what_would_be_right() {
        let error = Error::new(ErrorKind::UnknownOperator, "Is").in_field("rules[0].operator".into());
        let expected = "Equals, NotEquals, Contains, StartsWith, EndsWith";
        assert_eq!(error.to_string(), format!("rules[0].operator: \"Is\" is no operator; known are {expected}"));
    }

    #[test]
    fn an_excerpt_is_cut_between_characters() {
        assert_eq!(excerpt(&"é".repeat(64)), "é".repeat(64));
        assert_eq!(excerpt(&"é".repeat(65)), format!("{}…", "é".repeat(64)));
    }
}
