//! One write, and the decision what it makes of a flag. The decision is the same for every backend.

use super::StorageError;
use sidekick_core::{Change, Error, Flag, FlagKey, FlagPatch, Revision, Timestamp};
use std::fmt;
use std::num::NonZeroU32;

/// A write as a client asks for it.
#[derive(Clone, Debug)]
pub struct Write {
    /// What to do.
    pub operation: Operation,
    /// Under which conditions.
    pub preconditions: Preconditions,
    /// Who asks, for the log.
    pub actor: String,
    /// When, for the log and the flag.
    pub time: Timestamp,
    /// Whether public clients get a flag of which nobody says so.
    pub client_visible: bool,
}

/// What to do to a flag.
#[derive(Clone, Debug)]
pub enum Operation {
    /// Create the flag, or replace its writable fields; whether clients see it stays where the given flag does not say.
    /// Revision and times of the given flag are ignored.
    Put(Flag),
    /// Set some fields of a flag that exists.
    Patch(FlagKey, FlagPatch),
    /// Delete a flag that exists.
    Delete(FlagKey),
}

/// HTTP's conditions (RFC 9110, section 13.1), where a flag's entity tag is its revision, and the server's own.
#[derive(Clone, Debug, Default)]
pub struct Preconditions {
    /// `If-Match`: the flag must be one of these.
    pub if_match: Option<EntityTags>,
    /// `If-None-Match`: the flag must be none of these.
    pub if_none_match: Option<EntityTags>,
    /// How many flags there may be once a new one is there; `None` is any number.
    pub max_flags: Option<NonZeroU32>,
}

/// The entity tags of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntityTags {
    /// `*`: any flag that exists.
    Any,
    /// Flags of these revisions. Tags that are none of ours are left out, for they match nothing.
    Revisions(Vec<Revision>),
}

/// Why a write was not carried out. Nothing was changed.
#[derive(Clone, Debug)]
pub enum WriteError {
    /// There is no such flag.
    NotFound,
    /// A condition does not hold for the flag, whose revision stands here where it exists.
    PreconditionFailed(Option<Revision>),
    /// The flag would be new, and there are as many as there may be, which stands here.
    Full(NonZeroU32),
    /// The flag cannot become what the write asks for.
    Refused(Error),
    /// Storage did not carry it out.
    Storage(StorageError),
}

impl Operation {
    /// The key of the flag that the write is for.
    #[must_use]
    pub const fn key(&self) -> &FlagKey {
        match self {
            Self::Put(flag) => &flag.key,
            Self::Patch(key, _) | Self::Delete(key) => key,
        }
    }
}

impl Write {
    /// The change that the write makes as `revision`, where `current` is the flag as it stands.
    ///
    /// # Errors
    /// Why the write must not be carried out.
    pub(super) fn decide(self, current: Option<&Flag>, revision: Revision) -> Result<Change, WriteError> {
        self.preconditions.check(current.map(|flag| flag.revision))?;
        let mut flag = match (self.operation, current) {
            (Operation::Put(mut flag), Some(current)) => {
                flag.inherit_unknown(current);
                // Who does not know of the field does not show what somebody has hidden.
                flag.client_visible = flag.client_visible.or(current.client_visible);
                flag.created_at = current.created_at;
                flag
            }
            (Operation::Put(flag), None) => Flag { created_at: self.time, ..flag },
            (Operation::Patch(_, patch), Some(current)) => {
                let mut flag = current.clone();
                patch.apply(&mut flag).map_err(WriteError::Refused)?;
                flag
            }
            (Operation::Delete(key), Some(_)) => return Ok(Change::Delete(key)),
            (Operation::Patch(..) | Operation::Delete(_), None) => return Err(WriteError::NotFound),
        };
        flag.client_visible = flag.client_visible.or(Some(self.client_visible));
        flag.revision = revision;
        flag.updated_at = self.time;
        Ok(Change::Upsert(flag))
    }
}

impl Preconditions {
    fn check(&self, current: Option<Revision>) -> Result<(), WriteError> {
        let names = |tags: &EntityTags| match (tags, current) {
            (EntityTags::Any, current) => current.is_some(),
            (EntityTags::Revisions(revisions), Some(current)) => revisions.contains(&current),
            (EntityTags::Revisions(_), None) => false,
        };
        let holds = self.if_match.as_ref().is_none_or(names) && !self.if_none_match.as_ref().is_some_and(names);
        if holds { Ok(()) } else { Err(WriteError::PreconditionFailed(current)) }
    }
}

/// Whether a new flag has room where `count` flags are.
///
/// # Errors
/// [`WriteError::Full`].
pub(super) fn check_room(max: NonZeroU32, count: i64) -> Result<(), WriteError> {
    if count < max.get().into() { Ok(()) } else { Err(WriteError::Full(max)) }
}

impl From<StorageError> for WriteError {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

impl std::error::Error for WriteError {}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("there is no such flag"),
            Self::PreconditionFailed(Some(revision)) => write!(f, "the flag stands at revision {revision}"),
            Self::PreconditionFailed(None) => f.write_str("there is no such flag"),
            Self::Full(max) => write!(f, "there are {max} flags already"),
            Self::Refused(error) => error.fmt(f),
            Self::Storage(error) => error.fmt(f),
        }
    }
}
