//! Why the server does not start or does not go on.

use crate::storage::StorageError;
use std::fmt;
use std::io;

/// An error that ends the process.
#[derive(Debug)]
pub enum Error {
    /// An environment variable has a value that cannot be used.
    Config {
        /// The variable.
        variable: &'static str,
        /// What is wrong with it, and what would be right.
        problem: String,
    },
    /// The address cannot be listened on.
    Listen {
        /// The address.
        address: String,
        /// The system's word.
        error: io::Error,
    },
    /// The storage cannot be opened or read.
    Storage(StorageError),
    /// The system refused something that every server needs.
    System(io::Error),
}

impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config { variable, problem } => write!(f, "{variable}: {problem}"),
            Self::Listen { address, error } => write!(f, "cannot listen on {address}: {error}; see HOST and PORT"),
            Self::Storage(error) => write!(f, "{error}; see DATABASE_URL"),
            Self::System(error) => error.fmt(f),
        }
    }
}

impl From<StorageError> for Error {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}
