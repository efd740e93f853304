//! Keeps the flags in a file, from which a server can start while the database is away.

use super::{FlagStoreHandle, Listing, View};
use crate::shutdown::Shutdown;
use crate::storage::Contents;
use bytes::Bytes;
use sidekick_core::json::Reader;
use sidekick_core::{EventId, Flag, Mode};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The least time between two saves.
const PAUSE: Duration = Duration::from_secs(1);

/// Starts the task, which saves the flags after they have changed, and once more at the end.
pub fn start(path: PathBuf, flags: FlagStoreHandle, mut shutdown: Shutdown) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        let mut status = flags.watch_status();
        let mut saved: Option<EventId> = None;
        loop {
            if let Some(listing) = flags.list(View::All).await
                && saved.as_ref() != Some(&listing.id)
            {
                match save(path.clone(), listing.clone()).await {
                    Ok(()) => saved = Some(listing.id),
                    Err(error) => tracing::warn!(path = %path.display(), %error, "the snapshot could not be saved"),
                }
            }
            if shutdown.has_begun() {
                return;
            }
            tokio::select! {
                () = shutdown.begun() => continue,
                () = tokio::time::sleep(PAUSE) => {}
            }
            tokio::select! {
                () = shutdown.begun() => {}
                changed = status.changed() => if changed.is_err() { return },
            }
        }
    })
}

/// The flags in the file; `None` where there is no file, or none that can be read, which the log then says.
#[must_use]
pub fn load(path: &Path) -> Option<Contents> {
    let json = match std::fs::read(path) {
        Ok(json) => json,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "the snapshot cannot be read");
            return None;
        }
    };
    let contents = read(&json);
    if contents.is_none() {
        tracing::warn!(path = %path.display(), "the snapshot is none; it is ignored");
    }
    contents
}

async fn save(path: PathBuf, listing: Listing) -> io::Result<()> {
    let head = format!("{{\"id\":\"{}\",\"flags\":", listing.id);
    replace(path, vec![head.into(), listing.json, Bytes::from_static(b"}\n")]).await
}

/// Puts a file with these parts in the place of the one at `path`, such that there is a whole one at any time.
pub(super) async fn replace(path: PathBuf, parts: Vec<Bytes>) -> io::Result<()> {
    let task = tokio::task::spawn_blocking(move || {
        let mut name = path.as_os_str().to_owned();
        name.push(".new");
        let mut file = std::fs::File::create(&name)?;
        parts.iter().try_for_each(|part| file.write_all(part))?;
        file.sync_all()?;
        std::fs::rename(&name, &path)
    });
    task.await.map_err(io::Error::other)?
}

fn read(json: &[u8]) -> Option<Contents> {
    let (mut id, mut flags) = (None, Vec::new());
    let read = Reader::document(json, |reader| {
        let mut fields = reader.open_object("id flags", 2, Mode::Lenient);
        while let Some(field) = reader.next_field(&mut fields) {
            match field {
                0 => id = EventId::parse(reader.string()).ok(),
                _ => {
                    flags.clear();
                    reader.open_array();
                    while reader.next_item() {
                        flags.push(Flag::read(reader, Mode::Keeping));
                    }
                }
            }
        }
    });
    read.ok()?;
    Some(Contents { id: id?, flags, recent: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_snapshot_is_read_and_a_torn_one_is_not() {
        let json = br#"{"id":"a1:7","flags":[{"key":"a","revision":7},{"key":"b"}]}"#;
        let contents = read(json).unwrap();
        assert_eq!((contents.id.to_string().as_str(), contents.flags.len()), ("a1:7", 2));
        for length in 0..json.len() {
            assert!(read(&json[..length]).is_none(), "{length}");
        }
    }
}
