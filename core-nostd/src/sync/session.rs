//! One stream's events, and what each does to the flags.

use super::fault::SyncError;
use super::output::Outbox;
use crate::change::{self, Change};
use crate::compiled::CompiledFlag;
use crate::digest::Digest;
use crate::error::Error;
use crate::event_id::{Epoch, EventId, Revision};
use crate::flag_set::FlagSet;
use crate::json::{Mode, Reader};
use crate::sse::Event;
use crate::store::FlagStore;
use crate::words;
use alloc::boxed::Box;

/// The most flags that a client holds.
const MAX_FLAGS: usize = 100_000;
/// The most memory that a client's flags may take, by an estimate.
const MAX_HEAP_BYTES: usize = 64 << 20;

/// Where a stream stands in the protocol.
#[derive(Debug)]
pub(crate) struct Session {
    phase: Phase,
    source: Source,
}

/// Where the events come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A stream that was asked for everything.
    Stream,
    /// A stream that was asked for with a `Last-Event-ID`.
    ResumedStream,
    /// A snapshot: one full replay, which counts where it is newer than what is there.
    Snapshot,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Start,
    Replay,
    Live,
    /// The flags go on to be served while all are sent anew.
    ReplayInPlace,
}

impl Session {
    pub(crate) const fn new(source: Source) -> Self {
        Self { phase: Phase::Start, source }
    }

    /// Whether the flags follow the server, or are those of the whole snapshot.
    pub(crate) const fn is_live(&self) -> bool {
        matches!(self.phase, Phase::Live | Phase::ReplayInPlace)
    }

    /// The stream is asked for with a `Last-Event-ID`.
    pub(crate) const fn resume(&mut self) {
        self.source = Source::ResumedStream;
    }

    /// Whether it was asked for with a `Last-Event-ID`.
    pub(crate) fn is_resumed(&self) -> bool {
        self.source == Source::ResumedStream
    }

    /// Takes the stream's next event. Notes in `outbox` the flags that it changes.
    pub(crate) fn handle(
        &mut self,
        store: &mut FlagStore,
        event: Event<'_>,
        outbox: &mut Outbox,
    ) -> Result<(), Box<SyncError>> {
        let kind = words::place(KINDS, event.kind.as_bytes());
        match (self.phase, kind) {
            // The snapshot is over.
            (Phase::Live, _) if self.source == Source::Snapshot => {}
            (_, CONNECTED) => {
                store.begin_replay();
                self.phase = if self.is_live() { Phase::ReplayInPlace } else { Phase::Replay };
            }
            (Phase::Start, RESUMED) => {
                let revision = Revision::parse(event.data);
                let revision = revision.map_err(|error| SyncError::unreadable("`resumed`", &error))?;
                if self.source != Source::ResumedStream || revision != store.revision() {
                    return Err(SyncError::invalid("`resumed` of another revision"));
                }
                self.phase = Phase::Live;
            }
            (Phase::Replay | Phase::ReplayInPlace, MESSAGE) => stage(store, event)?,
            (Phase::Replay | Phase::ReplayInPlace, READY) | (Phase::Live, MESSAGE) => {
                let Some((epoch, revision)) = EventId::split(event.id) else {
                    return Err(SyncError::invalid("an event without an id"));
                };
                let is_known = store.epoch().map(Epoch::as_str) == Some(epoch);
                if self.phase != Phase::Live {
                    let own = if is_known { store.revision() } else { Revision::ZERO };
                    let staged = take_replay(store, event, revision)?;
                    let is_wanted = match self.source {
                        Source::Snapshot => store.id().is_none() || is_known && revision > own,
                        _ if revision < own => return Err(SyncError::behind(revision, own)),
                        _ => true,
                    };
                    if is_wanted {
                        let id = EventId { epoch: Epoch::unchecked(epoch), revision };
                        store.replace(staged, id, |key| outbox.changed(key));
                    }
                    self.phase = Phase::Live;
                } else if is_known {
                    apply(store, event, revision, outbox)?;
                } else {
                    return Err(SyncError::invalid("an event of another epoch"));
                }
            }
            (Phase::Live, HEARTBEAT) => compare(store, event)?,
            (_, None) => {}
            // Among them a heartbeat before the stream is live: the server sends none, so what made it live was lost.
            _ => return Err(SyncError::invalid(OUT_OF_TURN)),
        }
        Ok(())
    }
}

const OUT_OF_TURN: &str = "an event out of turn";

const KINDS: &str = "connected resumed message ready heartbeat";
const CONNECTED: Option<usize> = Some(0);
const RESUMED: Option<usize> = Some(1);
const MESSAGE: Option<usize> = Some(2);
const READY: Option<usize> = Some(3);
const HEARTBEAT: Option<usize> = Some(4);

fn stage(store: &mut FlagStore, event: Event<'_>) -> Result<(), Box<SyncError>> {
    match read_change(event)? {
        Some(Change::Upsert(flag)) => {
            let (flags, heap_bytes) = store.stage_compiled(flag).unwrap_or_default();
            within_limits(flags, heap_bytes)
        }
        // Of a type to come.
        None => Ok(()),
        Some(Change::Delete(_)) => Err(SyncError::invalid(OUT_OF_TURN)),
    }
}

/// Ends a replay; gives the flags, if they are as many as the server says, and of the revision that it says.
fn take_replay(store: &mut FlagStore, event: Event<'_>, revision: Revision) -> Result<FlagSet, Box<SyncError>> {
    let ready = Standing::read(event, 1).map_err(|error| SyncError::unreadable("`ready`", &error))?;
    if ready.revision != revision {
        return Err(SyncError::invalid("`ready` of another revision"));
    }
    let staged = store.take_staged();
    let is_whole = ready.flags == staged.len() as u64;
    if is_whole { Ok(staged) } else { Err(SyncError::invalid("`ready` of another count")) }
}

fn apply(
    store: &mut FlagStore,
    event: Event<'_>,
    revision: Revision,
    outbox: &mut Outbox,
) -> Result<(), Box<SyncError>> {
    if revision <= store.revision() {
        return Ok(());
    }
    let Some(change) = read_change(event)? else {
        store.advance(revision);
        return Ok(());
    };
    match change {
        Change::Upsert(flag) => {
            let known = store.get(flag.key().as_str());
            // Held against the limits before it is applied, so that what is live never exceeds them.
            let others = store.heap_bytes() - known.map_or(0, CompiledFlag::heap_bytes);
            within_limits(store.len() + usize::from(known.is_none()), others + flag.heap_bytes())?;
            outbox.changed(flag.key());
            store.set(Ok(flag), revision);
        }
        Change::Delete(key) => {
            if store.set(Err(key.as_str()), revision) {
                outbox.changed(&key);
            }
        }
    }
    Ok(())
}

/// Holds the flags against what the server says that it has sent.
fn compare(store: &FlagStore, event: Event<'_>) -> Result<(), Box<SyncError>> {
    let server = Standing::read(event, 2).map_err(|error| SyncError::unreadable("`heartbeat`", &error))?;
    let client = store.revision();
    if server.revision == client && server.digest == store.digest() {
        Ok(())
    } else {
        Err(SyncError::diverged(server.revision, client))
    }
}

fn within_limits(flags: usize, heap_bytes: usize) -> Result<(), Box<SyncError>> {
    if flags > MAX_FLAGS || heap_bytes > MAX_HEAP_BYTES {
        return Err(SyncError::too_large(MAX_FLAGS, MAX_HEAP_BYTES));
    }
    Ok(())
}

fn read_change(event: Event<'_>) -> Result<Option<Change<Box<CompiledFlag>>>, Box<SyncError>> {
    Reader::text(event.data, |reader| change::read(reader, CompiledFlag::read))
        .map_err(|error| SyncError::unreadable("a change", &error))
}

/// Where the server stands, as `heartbeat` and `ready` say it. One schema for both spares 50 bytes of the browser's module
/// (brotli).
struct Standing {
    revision: Revision,
    /// With a heartbeat.
    digest: Digest,
    /// With `ready`. Where it is missing, more than there can be.
    flags: u64,
}

impl Standing {
    /// The first `required` fields must be there.
    fn read(event: Event<'_>, required: usize) -> Result<Self, Error> {
        Reader::text(event.data, |reader| {
            let mut standing = Self { revision: Revision::ZERO, digest: Digest::EMPTY, flags: u64::MAX };
            let mut fields = reader.open_object("revision digest flags", required, Mode::Lenient);
            while let Some(field) = reader.next_field(&mut fields) {
                match field {
                    0 => standing.revision = Revision::read(reader),
                    1 => standing.digest = Digest::read(reader),
                    _ => standing.flags = Revision::read(reader).get(),
                }
            }
            standing
        })
    }
}
