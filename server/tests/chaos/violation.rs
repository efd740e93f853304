//! What must not happen, found to have happened.

use std::fmt;

/// Which promise was broken. docs/FAULTS.md says what each means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A client does not have the flags of the database in time.
    Convergence,
    /// An acknowledged write is not in the log, or not as it was acknowledged.
    Durability,
    /// A client was led back within an epoch.
    Monotony,
    /// A client could read flags that never were together.
    Atomicity,
    /// The stream broke its own rules: an id, a count or a heartbeat that is wrong.
    Protocol,
    /// The log has a gap, or does not lead to the flags.
    Log,
    /// An instance did not show a write that it had acknowledged.
    ReadYourWrites,
    /// A process ended by itself, panicked, or did not end when asked.
    Process,
    /// A good key was refused or its stream cut, or one that has ended went on.
    Keys,
    /// A server keeps ever more, though there is nothing more to keep.
    Growth,
}

/// One broken promise.
#[derive(Clone, Debug)]
pub struct Violation {
    pub kind: Kind,
    pub what: String,
}

impl Violation {
    pub fn new(kind: Kind, what: impl Into<String>) -> Self {
        Self { kind, what: what.into() }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Convergence => "convergence",
            Self::Durability => "durability",
            Self::Monotony => "monotony",
            Self::Atomicity => "atomicity",
            Self::Protocol => "protocol",
            Self::Log => "log",
            Self::ReadYourWrites => "read-your-writes",
            Self::Process => "process",
            Self::Keys => "keys",
            Self::Growth => "growth",
        })
    }
}
