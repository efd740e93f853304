//! Many flags at once, as `server import` brings them: what they make of the store, decided the same for every backend.

use super::StorageError;
use sidekick_core::{Change, Flag, FlagKey, Revision, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::num::NonZeroU32;

/// Flags to bring in, all or none.
#[derive(Clone, Debug)]
pub struct Import {
    /// The flags. Their revisions are ignored; their creation times count for flags that are new.
    pub flags: Vec<Flag>,
    /// Whether flags that are not among them go.
    pub replace: bool,
    /// Who brings them, for the log.
    pub actor: String,
    /// When, for the log and the flags.
    pub time: Timestamp,
    /// Whether public clients get a new flag of which nobody says so.
    pub client_visible: bool,
    /// How many flags there may be once new ones are there; `None` is any number.
    pub max_flags: Option<NonZeroU32>,
}

/// Why an import was not carried out. Nothing was changed.
#[derive(Clone, Debug)]
pub enum ImportError {
    /// It brings new flags, and there would be more than there may be.
    Full {
        /// How many there would be.
        flags: usize,
        /// How many there may be.
        max: NonZeroU32,
    },
    /// Storage did not carry it out.
    Storage(StorageError),
}

/// What an import has done, in numbers of flags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Flags that were not there before.
    pub created: usize,
    /// Flags that were there and differed.
    pub replaced: usize,
    /// Flags that are gone.
    pub deleted: usize,
    /// Flags that were there just so. They make no change.
    pub unchanged: usize,
}

impl Import {
    /// The changes to make, one after the other from the revision after `revision` on, where `current` are all flags.
    ///
    /// # Errors
    /// [`ImportError::Full`]. Where no flag is new, none is too many.
    pub(super) fn decide(
        self,
        current: &BTreeMap<FlagKey, Flag>,
        revision: Revision,
    ) -> Result<(Vec<Change>, Imported), ImportError> {
        let mut imported = Imported::default();
        let mut changes = Vec::new();
        let mut next = revision.next();
        let kept: BTreeSet<FlagKey> = self.flags.iter().map(|flag| flag.key.clone()).collect();
        for mut flag in self.flags {
            let known = current.get(&flag.key);
            if let Some(known) = known {
                flag.inherit_unknown(known);
            }
            let visible = known.map_or(self.client_visible, Flag::is_client_visible);
            flag.client_visible.get_or_insert(visible);
            if known.is_some_and(|known| same_but_for_server_fields(known, &flag)) {
                imported.unchanged += 1;
                continue;
            }
            match known {
                Some(_) => imported.replaced += 1,
                None => imported.created += 1,
            }
            let created_at = match known {
                Some(known) => known.created_at,
                None if flag.created_at == Timestamp::default() => self.time,
                None => flag.created_at,
            };
            changes.push(Change::Upsert(Flag { revision: next, created_at, updated_at: self.time, ..flag }));
            next = next.next();
        }
        if self.replace {
            let gone = current.keys().filter(|key| !kept.contains(key));
            changes.extend(gone.cloned().map(Change::Delete).inspect(|_| imported.deleted += 1));
        }
        let flags = current.len() + imported.created - imported.deleted;
        match self.max_flags.filter(|max| imported.created > 0 && flags > max.get() as usize) {
            Some(max) => Err(ImportError::Full { flags, max }),
            None => Ok((changes, imported)),
        }
    }
}

impl From<StorageError> for ImportError {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

impl std::error::Error for ImportError {}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full { flags, max } => write!(f, "there would be {flags} flags, and {max} may be"),
            Self::Storage(error) => error.fmt(f),
        }
    }
}

fn same_but_for_server_fields(a: &Flag, b: &Flag) -> bool {
    let Flag { revision, created_at, updated_at, client_visible, .. } = *a;
    a.is_client_visible() == b.is_client_visible()
        && *a == Flag { revision, created_at, updated_at, client_visible, ..b.clone() }
}
