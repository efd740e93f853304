//! The lock file beside the database: whoever holds it has the store, and it says how far the store had come.
//!
//! A copy from earlier that is put in the database's place has the same epoch and goes on from a lower revision, so the
//! same revisions would come to mean other changes. The mark stays behind where the copy comes, and shows that.

use crate::storage::StorageError;
use sidekick_core::EventId;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// A lock that is held.
pub(super) struct Mark {
    file: File,
    noted: Option<EventId>,
}

impl Mark {
    /// Takes the lock file beside `path`: two servers on one file would not see each other's changes.
    pub(super) fn take(path: &Path) -> Result<Self, StorageError> {
        let mut name = path.as_os_str().to_owned();
        name.push(".lock");
        let name = Path::new(&name);
        let failed = |error| super::file::in_file(name, &error);
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(name).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StorageError::Unavailable(format!(
                    "{} is in use by another server; stop it, or give this one another DATABASE_URL",
                    path.display()
                )));
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(failed)?;
        // One that cannot be read says nothing, like that of a version that wrote none.
        let noted = String::from_utf8(text).ok().and_then(|text| EventId::parse(text.lines().next()?).ok());
        Ok(Self { file, noted })
    }

    /// What was noted last, perhaps by a process before this one.
    pub(super) const fn noted(&self) -> Option<&EventId> {
        self.noted.as_ref()
    }

    /// Notes how far the store has come. It must be on disk there: the mark is never ahead of it, for it does not wait
    /// for the disk itself.
    pub(super) fn note(&mut self, id: EventId) {
        if self.noted.as_ref() == Some(&id) {
            return;
        }
        // Over what stands there: what is left of a longer one comes after the line's end.
        match self.file.write_all_at(format!("{id}\n").as_bytes(), 0) {
            Ok(()) => self.noted = Some(id),
            // The store itself is well: only a back-up that is put in its place would not be noticed.
            Err(error) => tracing::warn!(%error, "the lock file cannot be written"),
        }
    }
}

impl Drop for Mark {
    /// The file's end alone gives the lock back only once nobody has the file open, and a program that this process is
    /// just starting has it for a moment.
    fn drop(&mut self) {
        // Where that fails, the file's end does it.
        let _ = self.file.unlock();
    }
}
