//! One stream's events, and what each does to the flags.

use super::fault::SyncError;
use crate::change::Change;
use crate::compiled::CompiledFlag;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind};
use crate::event_id::{EventId, Revision};
use crate::flag_key::FlagKey;
use crate::json::Reader;
use crate::sse::Event;
use crate::store::FlagStore;
use alloc::vec::Vec;

/// The most flags that a client holds.
const MAX_FLAGS: usize = 100_000;
/// The most memory that a client's flags may take, by an estimate.
const MAX_HEAP_BYTES: usize = 64 << 20;

/// Where a stream stands in the protocol.
#[derive(Debug)]
pub(crate) struct Session {
    phase: Phase,
    /// Whether the stream was asked for with a `Last-Event-ID`.
    may_resume: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Start,
    Replay,
    Live,
}

/// What an event did.
#[derive(Debug)]
pub(crate) enum Effect {
    /// Nothing that anybody sees.
    Nothing,
    /// The flags now follow the server, and these differ from before.
    Ready(Vec<FlagKey>),
    /// One flag changed.
    Changed(FlagKey),
}

impl Session {
    pub(crate) const fn new(may_resume: bool) -> Self {
        Self { phase: Phase::Start, may_resume }
    }

    /// Takes the stream's next event.
    pub(crate) fn handle(&mut self, store: &mut FlagStore, event: Event<'_>) -> Result<Effect, SyncError> {
        match (self.phase, event.kind) {
            (_, "connected") => {
                store.begin_replay();
                self.phase = Phase::Replay;
                Ok(Effect::Nothing)
            }
            (Phase::Start, "resumed") => self.resume(store, event),
            (Phase::Replay, "message") => stage(store, event),
            (Phase::Replay, "ready") => {
                let changed = finish_replay(store, event)?;
                self.phase = Phase::Live;
                Ok(Effect::Ready(changed))
            }
            (Phase::Live, "message") => apply(store, event),
            (Phase::Live, "heartbeat") => compare(store, event),
            (Phase::Start, "message") => Err(SyncError::unexpected("a change before `connected` or `resumed`")),
            // The server sends none before the stream is live: what made it so was lost.
            (_, "heartbeat") => Err(SyncError::unexpected("a heartbeat before the end of the replay")),
            (_, "ready") => Err(SyncError::unexpected("`ready` without a replay")),
            (_, "resumed") => Err(SyncError::unexpected("`resumed` after the stream's start")),
            _ => Ok(Effect::Nothing),
        }
    }

    fn resume(&mut self, store: &FlagStore, event: Event<'_>) -> Result<Effect, SyncError> {
        let revision = Revision::parse(event.data).map_err(SyncError::unreadable("`resumed`"))?;
        if !self.may_resume || revision != store.revision() {
            return Err(SyncError::unexpected("`resumed` from a moment that was not asked for"));
        }
        self.phase = Phase::Live;
        Ok(Effect::Ready(Vec::new()))
    }
}

fn stage(store: &mut FlagStore, event: Event<'_>) -> Result<Effect, SyncError> {
    match read_change(event)? {
        Some(Change::Upsert(flag)) => {
            store.stage(flag);
            within_limits(store.staged_len(), store.staged_heap_bytes())?;
            Ok(Effect::Nothing)
        }
        Some(Change::Delete(_)) => Err(SyncError::unexpected("DELETE in a replay")),
        None => Ok(Effect::Nothing),
    }
}

/// Makes the staged flags live, if they are complete and not older than what is live.
fn finish_replay(store: &mut FlagStore, event: Event<'_>) -> Result<Vec<FlagKey>, SyncError> {
    let id = read_id(event)?;
    let (revision, flags) = read_ready(event.data).map_err(SyncError::unreadable("`ready`"))?;
    if revision != id.revision {
        return Err(SyncError::unexpected("`ready` with a revision that is not its id's"));
    }
    if let Some(live) = store.id().filter(|live| live.epoch == id.epoch && live.revision > id.revision) {
        return Err(SyncError::Behind { server: id.revision, client: live.revision });
    }
    let staged = store.take_staged().filter(|staged| staged.len() == flags);
    let staged = staged.ok_or(SyncError::unexpected("`ready` with another number of flags than the replay"))?;
    Ok(store.replace(staged, id))
}

fn apply(store: &mut FlagStore, event: Event<'_>) -> Result<Effect, SyncError> {
    let id = read_id(event)?;
    if store.epoch() != Some(&id.epoch) {
        return Err(SyncError::unexpected("a change of another history (epoch)"));
    }
    if id.revision <= store.revision() {
        return Ok(Effect::Nothing);
    }
    let Some(change) = read_change(event)? else {
        store.advance(id.revision);
        return Ok(Effect::Nothing);
    };
    let key = change.key().clone();
    let known = store.get(key.as_str());
    let is_seen = matches!(change, Change::Upsert(_)) || known.is_some();
    if let Change::Upsert(flag) = &change {
        // Held against the limits before it is applied, so that what is live never exceeds them.
        let others = store.heap_bytes().saturating_sub(known.map_or(0, CompiledFlag::heap_bytes));
        let heap_bytes = others.saturating_add(CompiledFlag::heap_bytes_of(flag));
        within_limits(store.len() + usize::from(known.is_none()), heap_bytes)?;
    }
    store.apply(change, id.revision);
    Ok(if is_seen { Effect::Changed(key) } else { Effect::Nothing })
}

/// Holds the flags against what the server says that it has sent.
fn compare(store: &FlagStore, event: Event<'_>) -> Result<Effect, SyncError> {
    let server = read_heartbeat(event.data).map_err(SyncError::unreadable("`heartbeat`"))?;
    let client = (store.revision(), store.digest());
    if server == client { Ok(Effect::Nothing) } else { Err(SyncError::Diverged { server, client }) }
}

fn within_limits(flags: usize, heap_bytes: usize) -> Result<(), SyncError> {
    if flags > MAX_FLAGS || heap_bytes > MAX_HEAP_BYTES {
        return Err(SyncError::TooLarge { flags: MAX_FLAGS, heap_bytes: MAX_HEAP_BYTES });
    }
    Ok(())
}

fn read_change(event: Event<'_>) -> Result<Option<Change>, SyncError> {
    Change::from_json(event.data.as_bytes()).map_err(SyncError::unreadable("a change"))
}

fn read_id(event: Event<'_>) -> Result<EventId, SyncError> {
    EventId::parse(event.id).map_err(SyncError::unreadable("an event's id"))
}

/// Reads `{"revision":R,"flags":N}`.
fn read_ready(json: &str) -> Result<(Revision, usize), Error> {
    let (mut revision, mut flags) = (None, None);
    read_object(json, |reader, name| {
        match name {
            "revision" => revision = Some(Revision::read(reader)?),
            // A count has the limits of a revision: a whole number that every reader keeps exactly.
            "flags" => flags = usize::try_from(Revision::read(reader)?.get()).ok(),
            _ => reader.skip()?,
        }
        Ok(())
    })?;
    Ok((required(revision, "revision")?, required(flags, "flags")?))
}

/// Reads `{"revision":R,"digest":"…"}`.
fn read_heartbeat(json: &str) -> Result<(Revision, Digest), Error> {
    let (mut revision, mut digest) = (None, None);
    read_object(json, |reader, name| {
        match name {
            "revision" => revision = Some(Revision::read(reader)?),
            "digest" => digest = Some(Digest::read(reader)?),
            _ => reader.skip()?,
        }
        Ok(())
    })?;
    Ok((required(revision, "revision")?, required(digest, "digest")?))
}

fn read_object(json: &str, field: impl FnMut(&mut Reader<'_>, &str) -> Result<(), Error>) -> Result<(), Error> {
    let mut reader = Reader::new(json.as_bytes())?;
    reader.object(field)?;
    reader.end()
}

fn required<T>(value: Option<T>, name: &str) -> Result<T, Error> {
    value.ok_or_else(|| Error::new(ErrorKind::MissingField).in_field(name))
}
