//! The events of the stream protocol, as bytes.
//!
//! Every event ends its lines with LF, bears one `data:` line and one complete JSON document in it, so that independent
//! clients read it alike. An `id` stands before the event that it commits; nothing in a replay before `ready` bears one.

use crate::change::{Change, FlagJson};
use crate::compiled::CompiledFlag;
use crate::digest::Digest;
use crate::event_id::{Epoch, EventId, Revision};
use crate::json::Writer;
use alloc::string::ToString;
use alloc::vec::Vec;

/// Appends `connected`: a full replay starts.
pub fn connected(out: &mut Vec<u8>) {
    out.extend_from_slice(b"event: connected\ndata: true\n\n");
}

/// Appends one flag of a replay.
pub fn replay_upsert(flag: &CompiledFlag, out: &mut Vec<u8>) {
    for part in [REPLAYED[0], flag.document(), REPLAYED[1]] {
        out.extend_from_slice(part.as_bytes());
    }
}

/// What stands before and behind a flag of a replay.
pub(crate) const REPLAYED: [&str; 2] = ["data: {\"type\":\"UPSERT\",\"flag\":", "}\n\n"];

/// Appends `ready`: the replay is complete, with so many flags.
pub fn ready(id: &EventId, flags: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(b"id: ");
    id.write(out);
    let mut writer = Writer::new(out);
    writer.raw("\nevent: ready\ndata: {\"revision\":");
    writer.integer(id.revision.get());
    writer.raw(",\"flags\":");
    writer.integer(flags as u64);
    writer.raw("}\n\n");
}

/// Appends `resumed`: only what changed after `revision` follows.
pub fn resumed(revision: Revision, out: &mut Vec<u8>) {
    print(out, format_args!("event: resumed\ndata: {revision}\n\n"));
}

/// Appends a live change.
pub fn change<F: FlagJson>(epoch: &Epoch, revision: Revision, change: &Change<F>, out: &mut Vec<u8>) {
    print(out, format_args!("id: {epoch}:{revision}\ndata: "));
    change.write_json(out);
    out.extend_from_slice(b"\n\n");
}

/// Appends `heartbeat`: the revision and the digest of what this client has been sent.
pub fn heartbeat(revision: Revision, digest: Digest, out: &mut Vec<u8>) {
    print(out, format_args!("event: heartbeat\ndata: {{\"revision\":{revision},\"digest\":\"{digest}\"}}\n\n"));
}

/// Appends the goodbye: the client should come back after `millis`.
pub fn retry(millis: u32, out: &mut Vec<u8>) {
    print(out, format_args!("retry: {millis}\n\n"));
}

fn print(out: &mut Vec<u8>, text: core::fmt::Arguments<'_>) {
    out.extend_from_slice(text.to_string().as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Flag, FlagKey, Mode};
    use alloc::string::String;

    #[test]
    fn the_events_are_those_of_the_protocol() {
        let flag = Flag::from_json(br#"{"key":"dark_mode","description":"two\nlines"}"#, Mode::Strict).unwrap();
        let epoch = Epoch::new("a1").unwrap();
        let revision = Revision::new(17).unwrap();
        let mut out = Vec::new();
        connected(&mut out);
        replay_upsert(&CompiledFlag::new(flag), &mut out);
        ready(&EventId { epoch: epoch.clone(), revision }, 1, &mut out);
        change(&epoch, revision.next(), &Change::<Flag>::Delete(FlagKey::new("dark_mode").unwrap()), &mut out);
        heartbeat(revision.next(), Digest::EMPTY, &mut out);
        resumed(revision, &mut out);
        retry(1234, &mut out);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "event: connected\ndata: true\n\n\
             data: {\"type\":\"UPSERT\",\"flag\":{\"key\":\"dark_mode\",\"is_enabled\":false,\
             \"rollout_percentage\":null,\"description\":\"two\\nlines\",\"rules\":[],\"revision\":0,\
             \"created_at\":\"1970-01-01T00:00:00.000Z\",\"updated_at\":\"1970-01-01T00:00:00.000Z\"}}\n\n\
             id: a1:17\nevent: ready\ndata: {\"revision\":17,\"flags\":1}\n\n\
             id: a1:18\ndata: {\"type\":\"DELETE\",\"key\":\"dark_mode\"}\n\n\
             event: heartbeat\ndata: {\"revision\":18,\"digest\":\"0000000000000000\"}\n\n\
             event: resumed\ndata: 17\n\n\
             retry: 1234\n\n"
        );
    }
}
