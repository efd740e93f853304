//! The FlagStore actor: the only owner of the flags in memory.
//!
//! It never waits for I/O. Writes run in tasks of their own against storage and come back as committed changes, which
//! it applies in revision order, encodes once and broadcasts.

use super::handle::{Command, FlagStoreHandle, Listing, StreamedChange, Subscription, timed};
use super::recent_changes::{self, RecentChanges};
use crate::bus::Bus;
use crate::metrics::{Metrics, OpeningLabels};
use crate::storage::{CommittedChange, Contents, Storage, StorageError};
use bytes::Bytes;
use sidekick_core::{Change, Epoch, EventId, FlagStore, Revision, sse};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{broadcast, mpsc, oneshot};

/// The actor itself; [`FlagStoreActor::start`] runs it as a task.
pub struct FlagStoreActor {
    store: FlagStore,
    epoch: Epoch,
    recent: RecentChanges,
    broadcast: broadcast::Sender<Arc<StreamedChange>>,
    /// Changes that came before one with a lower revision.
    early: BTreeMap<Revision, EarlyChange>,
    /// The greatest revision that this instance has heard of.
    known: Revision,
    catch_up: CatchUp,
    replay: Option<(Revision, Bytes)>,
    listing: Option<Listing>,
    handle: FlagStoreHandle,
}

struct EarlyChange {
    change: Change,
    at: Instant,
    applied: Option<oneshot::Sender<()>>,
}

/// Whether missing changes are being read from storage.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CatchUp {
    Idle,
    At(Instant),
    Running,
}

/// Commands that may wait; more wait with their senders.
const WAITING_COMMANDS: usize = 1024;
/// Changes that a slow stream may be behind before it gets a full replay.
const BROADCAST_CAPACITY: usize = 1024;
/// How long a gap may stand before it is read from storage: writes that finish out of order close it sooner.
const GAP_PATIENCE: Duration = Duration::from_millis(50);
/// How long to wait after storage could not be read.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// Changes read from storage at a time.
const CATCH_UP_BATCH: usize = 1000;

impl FlagStoreActor {
    /// Loads the flags from `storage` and starts the actor.
    ///
    /// # Errors
    /// What storage says.
    pub async fn start(
        storage: Arc<dyn Storage>,
        bus: Arc<dyn Bus>,
        metrics: Arc<Metrics>,
    ) -> Result<FlagStoreHandle, StorageError> {
        let hints = bus.subscribe();
        let contents = timed(&metrics, "load", storage.load(recent_changes::CAPACITY)).await?;
        let (inbox, commands) = mpsc::channel(WAITING_COMMANDS);
        let handle = FlagStoreHandle { inbox, storage, bus, metrics };
        tokio::spawn(Self::new(contents, handle.clone()).run(commands));
        tokio::spawn(follow(hints, handle.clone()));
        Ok(handle)
    }

    fn new(contents: Contents, handle: FlagStoreHandle) -> Self {
        let Contents { id, flags, recent: logged } = contents;
        let mut recent = RecentChanges::new(logged.first().map_or(id.revision, |first| previous(first.revision)));
        for committed in &logged {
            recent.push(committed.revision, encode(&id.epoch, committed.revision, &committed.change));
        }
        let mut store = FlagStore::new();
        store.begin_replay();
        for flag in flags {
            store.stage(flag);
        }
        store.commit_replay(id.clone());
        let actor = Self {
            store,
            epoch: id.epoch,
            recent,
            broadcast: broadcast::Sender::new(BROADCAST_CAPACITY),
            early: BTreeMap::new(),
            known: id.revision,
            catch_up: CatchUp::Idle,
            replay: None,
            listing: None,
            handle,
        };
        actor.report();
        actor
    }

    async fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        loop {
            let command = match self.catch_up {
                CatchUp::At(time) => tokio::select! {
                    command = commands.recv() => command,
                    () = tokio::time::sleep_until(time.into()) => {
                        self.read_missing();
                        continue;
                    }
                },
                CatchUp::Idle | CatchUp::Running => commands.recv().await,
            };
            let Some(command) = command else { return };
            self.handle_command(command);
        }
    }

    fn handle_command(&mut self, command: Command) {
        // Who asked may have gone: an answer that nobody takes is no error.
        match command {
            Command::Subscribe { resume, reply } => drop(reply.send(self.subscribe(resume))),
            Command::List { reply } => drop(reply.send(self.listing())),
            Command::Get { key, reply } => {
                drop(reply.send(self.store.get(key.as_str()).map(|flag| flag.flag().clone())))
            }
            Command::Committed { changes, at, applied } => self.take_in(changes, at, applied),
            Command::CaughtUp { result } => self.caught_up(result),
            Command::Follow { id } if id.epoch == self.epoch => {
                self.known = self.known.max(id.revision);
                self.watch_for_gap(Duration::ZERO);
            }
            Command::Follow { .. } => {}
        }
    }

    /// The opening and the receiver in one step, so that no change falls between them.
    fn subscribe(&mut self, resume: Option<EventId>) -> Subscription {
        let revision = self.store.revision();
        let (opening, kind) = match resume.and_then(|id| self.missed(&id)) {
            Some(missed) => (missed, "resume"),
            None => (vec![self.replay()], "replay"),
        };
        self.handle.metrics.openings.get_or_create(&OpeningLabels { kind }).inc();
        Subscription { opening, revision, digest: self.store.digest(), changes: self.broadcast.subscribe() }
    }

    /// What a client that stands at `id` has missed; `None` where that is not known any more.
    fn missed(&self, id: &EventId) -> Option<Vec<Bytes>> {
        let missed = self.recent.after(id.revision).filter(|_| id.epoch == self.epoch)?;
        let mut first = Vec::new();
        sse::resumed(id.revision, &mut first);
        Some(std::iter::once(Bytes::from(first)).chain(missed.cloned()).collect())
    }

    /// The full replay, encoded at most once for each revision.
    fn replay(&mut self) -> Bytes {
        let id = EventId { epoch: self.epoch.clone(), revision: self.store.revision() };
        match &self.replay {
            Some((revision, bytes)) if *revision == id.revision => bytes.clone(),
            _ => {
                let mut out = Vec::with_capacity(self.replay.as_ref().map_or(1024, |(_, bytes)| bytes.len() + 1024));
                sse::connected(&mut out);
                for flag in self.store.flags() {
                    sse::replay_upsert(flag, &mut out);
                }
                sse::ready(&id, self.store.len(), &mut out);
                let bytes = Bytes::from(out);
                self.replay = Some((id.revision, bytes.clone()));
                bytes
            }
        }
    }

    fn listing(&mut self) -> Listing {
        let id = EventId { epoch: self.epoch.clone(), revision: self.store.revision() };
        match &self.listing {
            Some(listing) if listing.id == id => listing.clone(),
            _ => {
                let mut json = vec![b'['];
                for (index, flag) in self.store.flags().into_iter().enumerate() {
                    if index > 0 {
                        json.push(b',');
                    }
                    flag.write_json(&mut json);
                }
                json.push(b']');
                let listing = Listing { id, json: json.into() };
                self.listing = Some(listing.clone());
                listing
            }
        }
    }

    /// Takes in what is durable, in any order, and applies what is next. `applied` comes with a change that this
    /// instance wrote, and is dropped when that is applied.
    fn take_in(&mut self, changes: Vec<CommittedChange>, at: Instant, mut applied: Option<oneshot::Sender<()>>) {
        for CommittedChange { revision, change, .. } in changes {
            if applied.is_some() {
                // The other instances may not know yet.
                self.handle.bus.publish(EventId { epoch: self.epoch.clone(), revision });
            }
            // One that was applied already is done with: dropping `applied` tells so.
            if revision > self.store.revision() {
                self.known = self.known.max(revision);
                let early = self.early.entry(revision).or_insert(EarlyChange { change, at, applied: None });
                early.applied = applied.take().or(early.applied.take());
            }
        }
        while let Some(next) = self.early.remove(&self.store.revision().next()) {
            self.apply(next);
            if matches!(self.catch_up, CatchUp::At(_)) {
                // That gap has closed by itself; another one gets its own time.
                self.catch_up = CatchUp::Idle;
            }
        }
        self.watch_for_gap(GAP_PATIENCE);
    }

    fn apply(&mut self, EarlyChange { change, at, applied }: EarlyChange) {
        let revision = self.store.revision().next();
        let event = encode(&self.epoch, revision, &change);
        self.store.apply(change, revision);
        self.recent.push(revision, event.clone());
        let streamed = StreamedChange { revision, digest: self.store.digest(), event, committed_at: at };
        // No stream being open is no error.
        let _ = self.broadcast.send(Arc::new(streamed));
        drop(applied);
        self.handle.metrics.changes.inc();
        self.report();
    }

    fn report(&self) {
        let metrics = &self.handle.metrics;
        metrics.flags.set(i64::try_from(self.store.len()).unwrap_or(i64::MAX));
        metrics.revision.set(i64::try_from(self.store.revision().get()).unwrap_or(i64::MAX));
    }

    /// Plans to read what is missing, unless that is planned already or nothing is.
    fn watch_for_gap(&mut self, patience: Duration) {
        let behind = self.known > self.store.revision();
        self.catch_up = match (behind, self.catch_up) {
            (_, CatchUp::Running) => CatchUp::Running,
            (false, _) => CatchUp::Idle,
            (true, CatchUp::At(time)) => CatchUp::At(time.min(Instant::now() + patience)),
            (true, CatchUp::Idle) => CatchUp::At(Instant::now() + patience),
        };
    }

    fn read_missing(&mut self) {
        self.catch_up = CatchUp::Running;
        let (handle, revision) = (self.handle.clone(), self.store.revision());
        tokio::spawn(async move {
            let changes = handle.storage.changes_after(revision, CATCH_UP_BATCH);
            let result = timed(&handle.metrics, "changes", changes).await;
            // The actor being gone means that the process ends.
            let _ = handle.inbox.send(Command::CaughtUp { result }).await;
        });
    }

    fn caught_up(&mut self, result: Result<Vec<CommittedChange>, StorageError>) {
        self.catch_up = CatchUp::Idle;
        match result {
            Ok(changes) if changes.is_empty() => self.watch_for_gap(RETRY_AFTER),
            Ok(changes) => {
                self.take_in(changes, Instant::now(), None);
                self.watch_for_gap(Duration::ZERO);
            }
            Err(error) => {
                tracing::warn!(%error, "changes could not be read; trying again");
                self.watch_for_gap(RETRY_AFTER);
            }
        }
    }
}

/// Passes the hints of other instances on.
async fn follow(mut hints: broadcast::Receiver<EventId>, handle: FlagStoreHandle) {
    loop {
        match hints.recv().await {
            Ok(id) => {
                if handle.inbox.send(Command::Follow { id }).await.is_err() {
                    return;
                }
            }
            // A hint that was missed does no harm: the next one says more.
            Err(broadcast::error::RecvError::Lagged(_)) => {}
            Err(broadcast::error::RecvError::Closed) => return,
        }
    }
}

fn encode(epoch: &Epoch, revision: Revision, change: &Change) -> Bytes {
    let mut out = Vec::with_capacity(512);
    sse::change(epoch, revision, change, &mut out);
    out.into()
}

fn previous(revision: Revision) -> Revision {
    Revision::new(revision.get().saturating_sub(1)).unwrap_or(Revision::ZERO)
}
