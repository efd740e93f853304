//! The one error of this crate: where it is, what was wrong and what would be right.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use core::fmt;

/// Why a document, a field or a stream was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    path: String,
    offset: Option<usize>,
    kind: ErrorKind,
}

/// What was wrong, with the value that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The text is not UTF-8.
    InvalidUtf8,
    /// The text is not JSON.
    Syntax {
        /// What would be right here.
        expected: &'static str,
        /// What stands here; `None` at the end of the text.
        found: Option<char>,
    },
    /// Objects and arrays are nested too deep.
    TooDeep {
        /// The greatest depth.
        limit: u32,
    },
    /// A value of another JSON type.
    WrongType {
        /// The type that the field takes.
        expected: &'static str,
        /// The type that was found.
        found: &'static str,
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
    InvalidKey {
        /// The key, cut to a readable length.
        found: String,
    },
    /// A string with too many bytes.
    TooLong {
        /// The most bytes allowed.
        limit: usize,
        /// The bytes that were found.
        length: usize,
    },
    /// A list with too many items.
    TooMany {
        /// The most items allowed.
        limit: usize,
    },
    /// A string or list that must not be empty.
    Empty,
    /// An operator that does not exist.
    UnknownOperator {
        /// The operator, cut to a readable length.
        found: String,
    },
    /// A number that is no percentage.
    InvalidPercentage {
        /// The number, cut to a readable length.
        found: String,
    },
    /// A number that is no revision.
    InvalidRevision {
        /// The number, cut to a readable length.
        found: String,
    },
    /// A text that is no RFC 3339 UTC time.
    InvalidTimestamp {
        /// The text, cut to a readable length.
        found: String,
    },
    /// A text that is no `<epoch>:<revision>`.
    InvalidEventId {
        /// The text, cut to a readable length.
        found: String,
    },
    /// A text that is no digest.
    InvalidDigest {
        /// The text, cut to a readable length.
        found: String,
    },
    /// A text that is no snapshot of an SDK's flags.
    InvalidSnapshot {
        /// What is wrong with it.
        what: String,
    },
    /// A line of an event stream is longer than the parser holds.
    LineTooLong {
        /// The most bytes that the parser holds.
        limit: usize,
    },
}

impl Error {
    pub(crate) const fn new(kind: ErrorKind) -> Self {
        Self { path: String::new(), offset: None, kind }
    }

    /// Names the byte at which the error was found, unless an inner error has named a closer one.
    pub(crate) fn at(mut self, offset: usize) -> Self {
        self.offset.get_or_insert(offset);
        self
    }

    /// Puts a field's name, cut to a readable length, before the path.
    pub(crate) fn in_field(mut self, name: &str) -> Self {
        let name = excerpt(name);
        let separator = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{name}{separator}{}", self.path);
        self
    }

    /// Puts a list index before the path.
    pub(crate) fn in_item(mut self, index: usize) -> Self {
        let separator = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("[{index}]{separator}{}", self.path);
        self
    }

    /// The field, such as `rules[0].values[2]`; empty for the document itself.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The byte of the document at which the error was found.
    #[must_use]
    pub const fn offset(&self) -> Option<usize> {
        self.offset
    }

    /// What was wrong.
    #[must_use]
    pub const fn kind(&self) -> &ErrorKind {
        &self.kind
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self::new(kind)
    }
}

/// At most 64 characters of `text`, for an error message.
pub(crate) fn excerpt(text: &str) -> String {
    match text.char_indices().nth(64) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

impl core::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "{}", self.kind)?;
        match (&self.kind, self.offset) {
            (ErrorKind::Syntax { .. } | ErrorKind::InvalidUtf8, Some(offset)) => {
                write!(f, " (at byte {offset})")
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidUtf8 => f.write_str("not UTF-8"),
            Self::Syntax { expected, found: Some(found) } => {
                write!(f, "not JSON: {found:?} where {expected} is expected")
            }
            Self::Syntax { expected, found: None } => write!(f, "not JSON: it ends where {expected} is expected"),
            Self::TooDeep { limit } => write!(f, "nested deeper than {limit} levels"),
            Self::WrongType { expected, found } => write!(f, "{expected} is expected, not {found}"),
            Self::UnknownField { known } => write!(f, "unknown field; known are {known}"),
            Self::DuplicateField => f.write_str("given twice"),
            Self::MissingField => f.write_str("missing"),
            Self::NotWritable => f.write_str("cannot be changed; leave it out, or send it as it is"),
            Self::InvalidKey { found } => {
                write!(f, "{found:?} is no flag key: 1 to 128 of A-Z a-z 0-9 . _ - are expected")
            }
            Self::TooLong { limit, length } => {
                write!(f, "{length} bytes long; at most {limit} are allowed")
            }
            Self::TooMany { limit } => write!(f, "more than {limit} items"),
            Self::Empty => f.write_str("must not be empty"),
            Self::UnknownOperator { found } => {
                write!(f, "{found:?} is no operator; known are Equals, NotEquals, Contains, StartsWith, EndsWith")
            }
            Self::InvalidPercentage { found } => {
                write!(f, "{found} is no percentage: 0 to 100 with at most three decimals is expected")
            }
            Self::InvalidRevision { found } => {
                write!(f, "{found} is no revision: a whole number from 0 to 9007199254740991 is expected")
            }
            Self::InvalidTimestamp { found } => {
                write!(f, "{found:?} is no time: RFC 3339 in UTC such as 2026-01-02T03:04:05.678Z is expected")
            }
            Self::InvalidEventId { found } => write!(f, "{found:?} is no event id: <epoch>:<revision> is expected"),
            Self::InvalidDigest { found } => {
                write!(f, "{found:?} is no digest: 16 of 0-9 a-f are expected")
            }
            Self::InvalidSnapshot { what } => write!(f, "not a snapshot of flags: {what}"),
            Self::LineTooLong { limit } => {
                write!(f, "a line of the event stream is longer than {limit} bytes")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_path_reads_like_code() {
        let error = Error::new(ErrorKind::Empty).in_item(2).in_field("values").in_item(0).in_field("rules");
        assert_eq!(error.path(), "rules[0].values[2]");
        assert_eq!(error.to_string(), "rules[0].values[2]: must not be empty");
    }

    #[test]
    fn an_excerpt_is_cut_between_characters() {
        assert_eq!(excerpt(&"é".repeat(64)), "é".repeat(64));
        assert_eq!(excerpt(&"é".repeat(65)), format!("{}…", "é".repeat(64)));
    }
}
