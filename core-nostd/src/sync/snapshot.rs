//! The last-known flags as a text that outlives the process: a replay as the server would send it, behind one line with
//! the format's version and a hash.

use crate::error::{Error, ErrorKind, excerpt};
use crate::event_id::EventId;
use crate::flag_set::FlagSet;
use crate::murmur3::murmur3_x86_32;
use crate::sse::{self, Parser};
use crate::store::FlagStore;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::session::{Effect, Session};

/// A comment of the event stream, so that the whole text is one.
const HEAD: &[u8] = b": sidekick-snapshot ";
const VERSION: &str = "1";

/// The snapshot of a store; `None` where it never had flags.
pub(crate) fn export(store: &FlagStore) -> Option<Vec<u8>> {
    let id = store.id()?;
    let mut replay = Vec::new();
    sse::connected(&mut replay);
    for flag in store.flags() {
        sse::replay_upsert(flag, &mut replay);
    }
    sse::ready(id, store.len(), &mut replay);
    let mut text = [HEAD, VERSION.as_bytes(), b" "].concat();
    text.extend_from_slice(hash(&replay).as_bytes());
    text.push(b'\n');
    text.extend_from_slice(&replay);
    Some(text)
}

/// The flags of a snapshot and the moment they are of. `generation` as [`FlagSet::new`] takes it.
pub(crate) fn import(text: &[u8], generation: u32) -> Result<(FlagSet, EventId), Error> {
    let rest = text.strip_prefix(HEAD).ok_or_else(|| invalid("it does not start as one"))?;
    let end = rest.iter().position(|byte| *byte == b'\n').ok_or_else(|| invalid("it ends in its first line"))?;
    let (head, replay) = rest.split_at_checked(end).unwrap_or_default();
    let replay = replay.get(1..).unwrap_or_default();
    let head = core::str::from_utf8(head).ok().and_then(|head| head.split_once(' '));
    let (version, sum) = head.ok_or_else(|| invalid("its first line has no version and hash"))?;
    if version != VERSION {
        return Err(invalid(format!("it is of version {:?}; this version reads {VERSION}", excerpt(version))));
    }
    if sum != hash(replay) {
        return Err(invalid("its hash is another: it was cut or changed"));
    }
    read(replay, generation)
}

fn read(mut replay: &[u8], generation: u32) -> Result<(FlagSet, EventId), Error> {
    let mut store = FlagStore::starting_at(generation);
    let mut parser = Parser::new(replay.len());
    let mut session = Session::new(false);
    let mut events = 0_usize;
    while let Some(event) = parser.next_event(&mut replay)? {
        let is_expected =
            if events == 0 { event.kind == "connected" } else { matches!(event.kind, "message" | "ready") };
        if !is_expected {
            return Err(invalid("it is not one full replay"));
        }
        events += 1;
        let is_message = event.kind == "message";
        let effect = session.handle(&mut store, event).map_err(invalid)?;
        if is_message && store.staged_len() < events - 1 {
            return Err(invalid("it holds a change of an unknown type"));
        }
        // A line that ends in CR and LF is over at CR.
        if matches!(effect, Effect::Ready(_)) && matches!(replay, b"" | b"\n") {
            return store.into_live().ok_or_else(|| invalid("it is not one full replay"));
        }
    }
    Err(invalid("it is not one full replay"))
}

fn invalid(what: impl ToString) -> Error {
    ErrorKind::InvalidSnapshot { what: what.to_string() }.into()
}

fn hash(replay: &[u8]) -> String {
    format!("{:08x}", murmur3_x86_32(replay, 0))
}
