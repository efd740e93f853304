//! The last-known flags as a text that outlives the process: a replay as the server would send it, between a line with the
//! format's version and a seal.

use super::fault::SyncError;
use crate::digits::digits;
use crate::error::{Error, ErrorKind};
use crate::json::Writer;
use crate::murmur3::murmur3_x86_32;
use crate::sse;
use crate::store::FlagStore;
use alloc::string::ToString;
use alloc::vec::Vec;

/// The first line: a comment of the event stream, so that the whole text is one.
const HEAD: &str = ": sidekick-snapshot 2\n";
/// The bytes of the last line: the seal's digits, which are the version and, as ten of them, the hash of all that stands
/// before; and a line's end, so that a stream can go on behind a snapshot.
const SEAL: usize = 12;
const VERSION: u64 = 20_000_000_000;

/// The snapshot of a store; `None` where it never had flags.
pub(crate) fn export(store: &FlagStore) -> Option<Vec<u8>> {
    let id = store.id()?;
    let mut text = Vec::new();
    text.extend_from_slice(HEAD.as_bytes());
    sse::connected(&mut text);
    store.write_documents(sse::REPLAYED[0], sse::REPLAYED[1], &mut text);
    sse::ready(id, store.len(), &mut text);
    let seal = seal(&text);
    Writer::new(&mut text).integer(seal);
    text.push(b'\n');
    Some(text)
}

/// Guards against damage. A number in digits, for those are read and written elsewhere too.
fn seal(text: &[u8]) -> u64 {
    VERSION + u64::from(murmur3_x86_32(text, 0))
}

/// The replay of a snapshot, if its seal is right.
pub(crate) fn replay(text: &str) -> Result<&str, Error> {
    let (replay, last) = text.split_at_checked(text.len().wrapping_sub(SEAL)).unwrap_or_default();
    match last.as_bytes() {
        [own @ .., b'\n'] if digits(own) == Some(seal(replay.as_bytes())) => Ok(replay),
        _ => Err(refusal(text)),
    }
}

/// Why a text is refused that does not end with the right seal.
fn refusal(text: &str) -> Error {
    // Without messages nobody reads it.
    let Some(rest) = text.strip_prefix(": sidekick-snapshot ").filter(|_| cfg!(feature = "messages")) else {
        return invalid("it does not start as one", "");
    };
    match rest.split([' ', '\n']).next().unwrap_or_default() {
        "2" => invalid("it was cut or changed: its hash is another", ""),
        version => invalid("this version reads no snapshots of version ", version),
    }
}

/// A replay with a right hash is wrong all the same; or there was no fault, and it does not end.
pub(crate) fn unreadable(fault: Option<&SyncError>) -> Error {
    match fault.filter(|_| cfg!(feature = "messages")) {
        Some(fault) => invalid("", &fault.to_string()),
        None => invalid("it is not one full replay", ""),
    }
}

#[cold]
fn invalid(what: &'static str, found: &str) -> Error {
    Error::new(ErrorKind::InvalidSnapshot { what }, found)
}
