//! Streams written by hand, for the tests that need a certain one.

use crate::truth::{Flags, digest};
use sidekick_core::{Change, CompiledFlag, EventId, Flag, FlagKey, Revision, sse};

pub fn revision(number: u64) -> Revision {
    Revision::new(number).unwrap()
}

pub fn flag(key: &str, number: u64) -> Flag {
    Flag { revision: revision(number), ..Flag::new(FlagKey::new(key).unwrap()) }
}

/// Flags by key and revision.
pub fn flags(listed: &[(&str, u64)]) -> Flags {
    listed.iter().map(|(key, number)| (FlagKey::new(key).unwrap(), flag(key, *number))).collect()
}

/// A full replay.
pub fn replay(id: &str, listed: &[(&str, u64)]) -> Vec<u8> {
    let mut out = Vec::new();
    sse::connected(&mut out);
    for (key, number) in listed {
        sse::replay_upsert(&CompiledFlag::new(flag(key, *number)), &mut out);
    }
    sse::ready(&EventId::parse(id).unwrap(), listed.len(), &mut out);
    out
}

pub fn upsert(id: &str, key: &str) -> Vec<u8> {
    let id = EventId::parse(id).unwrap();
    change(&id, &Change::Upsert(flag(key, id.revision.get())))
}

pub fn delete(id: &str, key: &str) -> Vec<u8> {
    change(&EventId::parse(id).unwrap(), &Change::Delete(FlagKey::new(key).unwrap()))
}

fn change(id: &EventId, change: &Change) -> Vec<u8> {
    let mut out = Vec::new();
    sse::change(&id.epoch, id.revision, change, &mut out);
    out
}

pub fn resumed(number: u64) -> Vec<u8> {
    let mut out = Vec::new();
    sse::resumed(revision(number), &mut out);
    out
}

/// A heartbeat over these flags.
pub fn heartbeat(number: u64, listed: &[(&str, u64)]) -> Vec<u8> {
    let mut out = Vec::new();
    sse::heartbeat(revision(number), digest(&flags(listed)), &mut out);
    out
}
