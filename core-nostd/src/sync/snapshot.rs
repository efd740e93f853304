//! The last-known flags as a text that outlives the process: a replay as the server would send it, behind one line with
//! the format's version and a hash.

use super::fault::SyncError;
use crate::error::{Error, ErrorKind};
use crate::json::Writer;
use crate::murmur3::murmur3_x86_32;
use crate::sse;
use crate::store::FlagStore;
use alloc::string::ToString;
use alloc::vec::Vec;

/// How the first line starts: a comment of the event stream, so that the whole text is one, with the format's version.
const HEAD: &str = ": sidekick-snapshot 1 ";
/// The first line's bytes: the start, a hash, and its end.
const LINE: usize = HEAD.len() + 9;

/// The snapshot of a store; `None` where it never had flags.
pub(crate) fn export(store: &FlagStore) -> Option<Vec<u8>> {
    let id = store.id()?;
    // The hash of what is not there yet is as long as any.
    let mut text = line(b"");
    sse::connected(&mut text);
    store.write_documents(sse::REPLAYED[0], sse::REPLAYED[1], &mut text);
    sse::ready(id, store.len(), &mut text);
    let right = line(text.get(LINE..).unwrap_or_default());
    text.iter_mut().zip(right).for_each(|(byte, right)| *byte = right);
    Some(text)
}

/// The first line, with the MurmurHash3 of what follows, against damage.
fn line(replay: &[u8]) -> Vec<u8> {
    let mut line = Vec::new();
    let mut writer = Writer::new(&mut line);
    writer.raw(HEAD);
    writer.hexadecimal(murmur3_x86_32(replay, 0).into(), 8);
    writer.raw("\n");
    line
}

/// The replay of a snapshot, if its first line is right.
pub(crate) fn replay(text: &str) -> Result<&str, Error> {
    let (first, replay) = text.split_at_checked(LINE).unwrap_or_default();
    if first.as_bytes() == line(replay.as_bytes()) { Ok(replay) } else { Err(refusal(text)) }
}

/// Why a text is refused that does not start with the right line.
fn refusal(text: &str) -> Error {
    // Without messages nobody reads it.
    let Some(rest) = text.strip_prefix(": sidekick-snapshot ").filter(|_| cfg!(feature = "messages")) else {
        return invalid("it does not start as one", "");
    };
    match rest.split([' ', '\n']).next().unwrap_or_default() {
        "1" => invalid("it was cut or changed: its hash is another", ""),
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
