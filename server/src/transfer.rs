//! `server export` and `server import`: all flags as one JSON document, out of one store and into another.

use crate::clock;
use crate::storage::{Import, ImportError, Imported, Storage, StorageError};
use sidekick_core::json::Reader;
use sidekick_core::{Error as CoreError, Flag, Mode};
use std::collections::BTreeSet;
use std::fmt;
use std::num::NonZeroU32;

/// Why a document cannot be imported. Nothing was changed.
#[derive(Debug)]
pub enum TransferError {
    /// The document is none of ours, or a flag in it is refused.
    Document(CoreError),
    /// The document says of itself that it is something else.
    Format(String),
    /// Two flags have one key.
    DuplicateKey(String),
    /// The store does not take it.
    Import(ImportError),
}

/// The form of the document; a later one has another number.
const VERSION: &str = "1";

/// All flags of `storage` as a document.
///
/// # Errors
/// What storage says.
pub async fn export(storage: &dyn Storage) -> Result<Vec<u8>, StorageError> {
    let contents = storage.load(0).await?;
    let mut document = format!("{{\"sidekick_export\":{VERSION},\"flags\":[").into_bytes();
    for (index, flag) in contents.flags.iter().enumerate() {
        document.extend_from_slice(if index == 0 { b"\n" } else { b",\n" });
        flag.write_json(&mut document);
    }
    document.extend_from_slice(b"\n]}\n");
    Ok(document)
}

/// Brings the flags of a document into `storage`, all or none; with `replace`, flags that are not in it go.
/// `client_visible` is whether public clients get a new flag of which the document does not say so, `max_flags` how many
/// flags there may be once new ones are there.
///
/// # Errors
/// What is wrong with the document, or what storage says.
pub async fn import(
    storage: &dyn Storage,
    document: &[u8],
    replace: bool,
    client_visible: bool,
    max_flags: Option<NonZeroU32>,
) -> Result<Imported, TransferError> {
    let flags = read(document)?;
    let import = Import { flags, replace, actor: "import".to_owned(), time: clock::now(), client_visible, max_flags };
    storage.import(import).await.map_err(TransferError::Import)
}

fn read(document: &[u8]) -> Result<Vec<Flag>, TransferError> {
    let (mut version, mut flags) = (None, None);
    Reader::document(document, |reader| {
        let mut fields = reader.open_object("sidekick_export flags", 0, Mode::Strict);
        while let Some(field) = reader.next_field(&mut fields) {
            match field {
                0 => version = Some(reader.number()),
                _ => {
                    let flags = flags.insert(Vec::new());
                    reader.open_array();
                    while reader.next_item() {
                        flags.push(Flag::read(reader, Mode::Strict));
                    }
                }
            }
        }
    })?;
    match version {
        Some(VERSION) => {}
        Some(other) => {
            return Err(TransferError::Format(format!("it has version {other}; this server knows {VERSION}")));
        }
        None => return Err(TransferError::Format("`sidekick_export` is missing: it is no export".to_owned())),
    }
    let flags = flags.ok_or_else(|| TransferError::Format("`flags` is missing".to_owned()))?;
    let mut keys = BTreeSet::new();
    match flags.iter().find(|flag| !keys.insert(&flag.key)) {
        Some(twice) => Err(TransferError::DuplicateKey(twice.key.to_string())),
        None => Ok(flags),
    }
}

impl From<CoreError> for TransferError {
    fn from(error: CoreError) -> Self {
        Self::Document(error)
    }
}

impl std::error::Error for TransferError {}

impl fmt::Display for TransferError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document(error) => write!(f, "the document is refused, nothing was changed: {error}"),
            Self::Format(problem) => write!(f, "the document is refused, nothing was changed: {problem}"),
            Self::DuplicateKey(key) => write!(f, "the document is refused, nothing was changed: {key} is in it twice"),
            Self::Import(error @ ImportError::Full { .. }) => {
                write!(f, "nothing was changed: {error} by MAX_FLAGS; raise it for this command, or bring fewer")
            }
            Self::Import(ImportError::Storage(error)) => error.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_and_right_export_is_read() {
        let read =
            |document: &str| read(document.as_bytes()).map(|flags| flags.len()).map_err(|error| error.to_string());
        assert_eq!(read(r#"{"sidekick_export":1,"flags":[{"key":"a"},{"key":"b","revision":9}]}"#), Ok(2));
        assert_eq!(read(r#"{"sidekick_export":1,"flags":[]}"#), Ok(0));
        for (document, word) in [
            ("[]", "an object"),
            ("{}", "sidekick_export"),
            (r#"{"sidekick_export":2,"flags":[]}"#, "version 2"),
            (r#"{"sidekick_export":1}"#, "flags"),
            (r#"{"sidekick_export":1,"flags":[{"key":"a"},{"key":"a"}]}"#, "twice"),
            (r#"{"sidekick_export":1,"flags":[{"key":"a","is_enabeld":true}]}"#, "flags[0].is_enabeld"),
            (r#"{"sidekick_export":1,"flags":[{"key":"a"}]"#, "ends"),
        ] {
            assert!(read(document).unwrap_err().contains(word), "{document}");
        }
    }
}
