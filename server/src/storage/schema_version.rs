//! The number of a database's schema, and which databases this server works with. The same for every backend.

use super::StorageError;

/// The newest schema that this server knows, and makes.
pub(super) const NEWEST: u32 = 2;

/// Whether a database is to be migrated, or is one to work with as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// It lacks the migrations after this one; 0 is an empty database.
    Older(u32),
    /// It is this server's.
    Current,
    /// It is the next one. Each migration leaves the database such that servers of the version before go on working with
    /// it, so that they can run beside newer ones, and in their place again.
    Next,
}

impl Found {
    /// What a database whose schema has `version` is to this server; `named` is what people call the database.
    ///
    /// # Errors
    /// [`StorageError::Corrupt`] where it is too new.
    pub(super) fn of(version: i64, named: &str) -> Result<Self, StorageError> {
        match u32::try_from(version) {
            Ok(NEWEST) => Ok(Self::Current),
            Ok(older @ 0..NEWEST) => Ok(Self::Older(older)),
            Ok(next) if next == NEWEST + 1 => Ok(Self::Next),
            _ => Err(StorageError::Corrupt(format!(
                "{named} has schema version {version}; this server makes version {NEWEST} and works with {} at most: \
                 start a newer server, or restore a back-up of before the upgrade",
                NEWEST + 1
            ))),
        }
    }

    /// Says in the log what is found, unless there is nothing to say.
    pub(super) fn log(self, named: &str) {
        match self {
            Self::Older(0) | Self::Current => {}
            Self::Older(version) => {
                tracing::info!("{named} is migrated from schema version {version} to {NEWEST}");
            }
            Self::Next => tracing::warn!(
                "{named} has schema version {}, which a newer server made; this one makes {NEWEST} and works with it",
                NEWEST + 1
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_version_ahead_is_worked_with_and_no_more() {
        assert_eq!(Found::of(0, "it").unwrap(), Found::Older(0));
        assert_eq!(Found::of(i64::from(NEWEST) - 1, "it").unwrap(), Found::Older(NEWEST - 1));
        assert_eq!(Found::of(NEWEST.into(), "it").unwrap(), Found::Current);
        assert_eq!(Found::of(i64::from(NEWEST) + 1, "it").unwrap(), Found::Next);
        for version in [i64::from(NEWEST) + 2, i64::MAX, -1] {
            let error = Found::of(version, "it").unwrap_err().to_string();
            assert!(error.contains(&format!("it has schema version {version}")), "{error}");
        }
    }
}
