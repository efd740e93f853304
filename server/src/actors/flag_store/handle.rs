//! How the rest of the server speaks to the FlagStore actor.

use super::view::View;
use crate::bus::Hint;
use crate::chunk::Chunk;
use crate::keys::KeysVersion;
use crate::metrics::Metrics;
use crate::storage::{
    Committed, Contents, HistoryEntry, HistoryQuery, LoggedChange, Position, Storage, StorageError, Write, WriteError,
};
use crate::trace::{self, Tracer};
use bytes::Bytes;
use opentelemetry::Context as TraceContext;
use opentelemetry::trace::FutureExt as _;
use sidekick_core::{CompiledFlag, Digest, EventId, FlagKey, Revision};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::{broadcast, mpsc, oneshot, watch};

/// Flags that other instances may have made and this one has not seen. Storage counts its flags, which takes the longer the
/// more there are, only where they could be what is one too many.
const UNSEEN_FLAGS: i64 = 10_000;

/// How to reach the actor. Clones reach the same one.
#[derive(Clone)]
pub struct FlagStoreHandle {
    pub(super) inbox: mpsc::Sender<Command>,
    pub(super) storage: Arc<dyn Storage>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) tracer: Tracer,
    pub(super) status: watch::Receiver<Status>,
}

/// What every stream of a view gets.
#[derive(Clone, Debug)]
pub enum Streamed {
    /// A change.
    Change(Arc<StreamedChange>),
    /// The flags were replaced as a whole: only a full replay tells them.
    Replaced,
    /// The server is ending.
    Ending,
}

/// A change as every stream of a view gets it.
#[derive(Debug)]
pub struct StreamedChange {
    /// The revision that it made.
    pub revision: Revision,
    /// The digest of the view's flags after it.
    pub digest: Digest,
    /// Its event, encoded once for all.
    pub event: Chunk,
    /// When it was known to be durable.
    pub committed_at: Instant,
}

/// What a stream starts with: everything up to a revision, and a receiver of everything after it.
#[derive(Debug)]
pub struct Subscription {
    /// The events to send first, shared by all streams.
    pub opening: Vec<Chunk>,
    /// Whether the opening only has what the client has missed, behind an event that says so.
    pub is_resumed: bool,
    /// Where the opening ends.
    pub id: EventId,
    /// The digest of the view's flags there.
    pub digest: Digest,
    /// Everything after that.
    pub changes: broadcast::Receiver<Streamed>,
}

/// A flag as a view has it.
#[derive(Clone, Debug)]
pub struct Found {
    /// The flag.
    pub flag: CompiledFlag,
    /// What its document depends on: the history as the view's clients know it, and the flag's revision.
    pub version: EventId,
}

/// The flags of a view as one JSON document.
#[derive(Clone, Debug)]
pub struct Listing {
    /// The history as the view's clients know it, and the moment in it at which the view last changed or was loaded.
    pub id: EventId,
    /// A JSON array of the flags, sorted by key.
    pub json: Bytes,
}

/// How things stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// The moment at which the flags in memory stand; `None` as long as there are none.
    pub id: Option<EventId>,
    /// The flags come from the snapshot file, and storage has not confirmed them yet.
    pub is_stale: bool,
    /// Why storage could not be reached when it was last tried; `None` where it could.
    pub storage_error: Option<String>,
}

/// What the actor is told and asked.
pub(super) enum Command {
    Subscribe {
        view: View,
        resume: Option<EventId>,
        reply: oneshot::Sender<Subscription>,
    },
    List {
        view: View,
        reply: oneshot::Sender<Listing>,
    },
    Get {
        view: View,
        key: FlagKey,
        reply: oneshot::Sender<Option<Found>>,
    },
    Committed {
        committed: Committed,
        at: Instant,
        applied: oneshot::Sender<()>,
        /// What the write is traced under.
        cause: TraceContext,
    },
    Hint(Hint),
    /// Storage stands at `id`; when it was asked, the flags in memory stood at `held`.
    Position {
        id: EventId,
        held: Option<EventId>,
    },
    StorageAway(StorageError),
    /// The server is ending, which the streams are to hear.
    End,
    CaughtUp {
        from: EventId,
        result: Result<Option<Vec<LoggedChange>>, StorageError>,
    },
    Loaded(Result<Contents, StorageError>),
}

impl FlagStoreHandle {
    /// Opens a stream of a view: from `resume` where the recent changes still cover it, else by a full replay. `None` where the
    /// flags are not loaded, or the server is ending.
    pub async fn subscribe(&self, view: View, resume: Option<EventId>) -> Option<Subscription> {
        self.ask(|reply| Command::Subscribe { view, resume, reply }).await
    }

    /// The flags of a view as JSON. `None` where the flags are not loaded, or the server is ending.
    pub async fn list(&self, view: View) -> Option<Listing> {
        self.ask(|reply| Command::List { view, reply }).await
    }

    /// One flag of a view. The outer `None` means that the flags are not loaded, or the server is ending.
    pub async fn get(&self, view: View, key: FlagKey) -> Option<Option<Found>> {
        self.ask(|reply| Command::Get { view, key, reply }).await
    }

    /// How things stand now.
    #[must_use]
    pub fn status(&self) -> Status {
        self.status.borrow().clone()
    }

    /// Whether the flags come from the snapshot file. Asked for every answer, so it copies nothing.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.status.borrow().is_stale
    }

    /// How things stand, from now on.
    #[must_use]
    pub fn watch_status(&self) -> watch::Receiver<Status> {
        self.status.clone()
    }

    /// Carries out a write: done means durable, and visible to every later read of this instance.
    ///
    /// It goes on to its end even where the caller stops waiting.
    ///
    /// # Errors
    /// Why nothing was changed.
    pub async fn write(&self, write: Write) -> Result<Committed, WriteError> {
        let handle = self.clone();
        let carried_out = async move {
            let committed = handle.write_to_storage(write).await?;
            let (applied, done) = oneshot::channel();
            let (at, cause) = (Instant::now(), TraceContext::current());
            let command = Command::Committed { committed: committed.clone(), at, applied, cause };
            if handle.inbox.send(command).await.is_ok() {
                // The sender is dropped, without a value, as soon as the change is applied.
                let _ = done.await;
            }
            Ok(committed)
        };
        let task = tokio::spawn(carried_out.with_current_context());
        let stopped = |_| WriteError::Storage(StorageError::Unavailable("the write was broken off".to_owned()));
        task.await.unwrap_or_else(|error| Err(stopped(error)))
    }

    async fn write_to_storage(&self, mut write: Write) -> Result<Committed, WriteError> {
        let held = self.metrics.flags.get();
        let is_near = |max: &NonZeroU32| held.saturating_add(UNSEEN_FLAGS) >= max.get().into();
        write.preconditions.max_flags = write.preconditions.max_flags.filter(is_near);
        let start = Instant::now();
        // A write that is refused is no failure of the storage.
        let has_failed = |result: &Result<_, WriteError>| matches!(result, Err(WriteError::Storage(_)));
        let result = trace::storage("write", self.storage.write(write), has_failed).await;
        self.metrics.storage_took("write", start.elapsed(), has_failed(&result));
        result
    }

    /// Changes from the log.
    ///
    /// # Errors
    /// What storage says.
    pub async fn history(&self, query: HistoryQuery) -> Result<Vec<HistoryEntry>, StorageError> {
        timed(&self.metrics, "history", self.storage.history(query)).await
    }

    /// Asks storage where it stands, and tells the actor. The state of the keys is for others.
    pub(in crate::actors) async fn follow_storage(&self) -> Option<KeysVersion> {
        let held = self.status().id;
        match timed(&self.metrics, "position", self.storage.position()).await {
            Ok(Position { id, keys }) => {
                self.tell(Command::Position { id, held }).await;
                Some(keys)
            }
            Err(error) => {
                self.tell(Command::StorageAway(error)).await;
                None
            }
        }
    }

    /// Tells every stream that the server is ending.
    pub async fn end_streams(&self) {
        self.tell(Command::End).await;
    }

    /// Passes another instance's hint on.
    pub(in crate::actors) async fn hint(&self, hint: Hint) {
        self.tell(Command::Hint(hint)).await;
    }

    async fn tell(&self, command: Command) {
        // The actor being gone means that the process ends.
        let _ = self.inbox.send(command).await;
    }

    async fn ask<T>(&self, command: impl FnOnce(oneshot::Sender<T>) -> Command) -> Option<T> {
        let (reply, answer) = oneshot::channel();
        self.inbox.send(command(reply)).await.ok()?;
        answer.await.ok()
    }
}

/// Notes how long a storage operation takes, and traces it where that is asked for.
pub(in crate::actors) async fn timed<T, E>(
    metrics: &Metrics,
    operation: &'static str,
    pending: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let start = Instant::now();
    let result = trace::storage(operation, pending, Result::is_err).await;
    metrics.storage_took(operation, start.elapsed(), result.is_err());
    result
}
