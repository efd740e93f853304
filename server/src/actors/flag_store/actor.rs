//! The FlagStore actor: the only owner of the flags in memory.
//!
//! It never waits for I/O. Writes run in tasks of their own against storage and come back as committed changes, which
//! it applies in revision order to each view, which encodes them and tells its streams. What other instances write comes as
//! hints; what hints do not bring, and what they cannot, is read from storage.

use super::handle::{Command, FlagStoreHandle, Status, Streamed, Subscription, timed};
use super::recent_changes;
use super::view::{View, ViewedFlags};
use crate::bus::{Bus, Hint};
use crate::chaos::{self, Defect};
use crate::metrics::{Metrics, OpeningLabels};
use crate::storage::{Committed, Contents, LoggedChange, Storage, StorageError};
use crate::trace::{self, Tracer};
use opentelemetry::trace::{FutureExt as _, SpanKind};
use opentelemetry::{Context as TraceContext, KeyValue};
use sidekick_core::{Change, CompiledFlag, EventId, Revision};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot, watch};

/// The actor itself; [`FlagStoreActor::start`] runs it as a task.
pub struct FlagStoreActor {
    all: ViewedFlags,
    public: ViewedFlags,
    /// Changes that came before one with a lower revision.
    early: BTreeMap<Revision, EarlyChange>,
    /// This instance's changes of a history that is still to be loaded.
    of_another_epoch: Vec<(EventId, EarlyChange)>,
    /// The greatest revision of this history that the instance has heard of.
    known: Revision,
    /// What `known` was when storage was last asked for changes.
    asked_for: Revision,
    reading: Reading,
    /// Streams of clients that have seen more than this instance: it has to catch up with them first.
    waiting: Vec<Waiting>,
    status: watch::Sender<Status>,
    bus: Arc<dyn Bus>,
    handle: FlagStoreHandle,
}

struct EarlyChange {
    change: Change,
    at: Instant,
    applied: Option<oneshot::Sender<()>>,
    /// The span of the wait for its turn, which ends when the change is applied.
    span: TraceContext,
}

/// A stream that waits for its opening.
struct Waiting {
    view: View,
    seen: EventId,
    reply: oneshot::Sender<Subscription>,
}

/// Whether something is being read from storage.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    Idle,
    At(Instant),
    Running,
}

impl Reading {
    /// Ready when it is to begin.
    async fn begins(self) {
        match self {
            Self::At(time) => tokio::time::sleep_until(time.into()).await,
            Self::Idle | Self::Running => std::future::pending().await,
        }
    }
}

/// Commands that may wait; more wait with their senders.
const WAITING_COMMANDS: usize = 1024;
/// Changes ahead of their turn that are kept.
const EARLY_CHANGES: u64 = 1024;
/// How long a gap may stand before it is read from storage: writes that finish out of order close it sooner.
const GAP_PATIENCE: Duration = Duration::from_millis(50);
/// How long to wait after storage could not be read.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// Changes read from storage at a time.
const CATCH_UP_BATCH: usize = 1000;

impl FlagStoreActor {
    /// Starts the actor, with the flags of `storage` or, where that is away, with those of `snapshot`; where there is
    /// none, without flags until storage is back.
    ///
    /// # Errors
    /// [`StorageError::Corrupt`]: waiting would not help.
    pub async fn start(
        storage: Arc<dyn Storage>,
        bus: Arc<dyn Bus>,
        metrics: Arc<Metrics>,
        tracer: Tracer,
        snapshot: Option<Contents>,
    ) -> Result<FlagStoreHandle, StorageError> {
        let (inbox, commands) = mpsc::channel(WAITING_COMMANDS);
        let (status, watched) = watch::channel(Status::default());
        let handle = FlagStoreHandle { inbox, storage, metrics, tracer, status: watched };
        let mut actor = Self {
            all: ViewedFlags::new(View::All),
            public: ViewedFlags::new(View::Public),
            early: BTreeMap::new(),
            of_another_epoch: Vec::new(),
            known: Revision::ZERO,
            asked_for: Revision::ZERO,
            reading: Reading::Idle,
            waiting: Vec::new(),
            status,
            bus,
            handle: handle.clone(),
        };
        let loaded = timed(&handle.metrics, "load", handle.storage.load(recent_changes::CAPACITY)).await;
        if let Err(corrupt @ StorageError::Corrupt(_)) = loaded {
            return Err(corrupt);
        }
        if let (Err(_), Some(snapshot)) = (&loaded, snapshot) {
            actor.replace(snapshot);
            actor.status.send_modify(|status| status.is_stale = true);
        }
        actor.loaded(loaded);
        actor.report();
        tokio::spawn(actor.run(commands));
        Ok(handle)
    }

    async fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        loop {
            self.answer_waiting();
            self.report();
            let is_telling = self.all.subscribers.tell_next() | self.public.subscribers.tell_next();
            let command = tokio::select! {
                biased;
                command = commands.recv() => command,
                () = self.reading.begins() => {
                    self.catch_up();
                    continue;
                }
                // Those who were told run first.
                () = tokio::task::yield_now(), if is_telling => continue,
            };
            let Some(command) = command else { return };
            self.handle_command(command);
        }
    }

    fn handle_command(&mut self, command: Command) {
        // Who asked may have gone: an answer that nobody takes is no error. Before the flags are loaded there is none,
        // and dropping the sender says so.
        match command {
            Command::Subscribe { view, resume, reply } => self.subscribe(view, resume, reply),
            Command::List { view, reply } => {
                let _ = self.viewed(view).listing().map(|listing| reply.send(listing));
            }
            Command::Get { view, key, reply } => {
                if self.all.store.id().is_some() {
                    let _ = reply.send(self.viewed(view).get(&key));
                }
            }
            Command::Committed { committed, at, applied, cause } => self.committed(committed, at, applied, cause),
            Command::Hint(hint) => self.hinted(hint),
            Command::End => {
                self.all.subscribers.push(Streamed::Ending);
                self.public.subscribers.push(Streamed::Ending);
            }
            Command::Position { id, held } => self.storage_stands_at(&id, held),
            Command::StorageAway(error) => self.storage_is_away(&error),
            Command::CaughtUp { from, result } => self.caught_up(&from, result),
            Command::Loaded(result) => self.loaded(result),
        }
    }

    const fn viewed(&mut self, view: View) -> &mut ViewedFlags {
        match view {
            View::All => &mut self.all,
            View::Public => &mut self.public,
        }
    }

    fn subscribe(&mut self, view: View, resume: Option<EventId>, reply: oneshot::Sender<Subscription>) {
        let Some(id) = self.all.store.id().cloned() else { return };
        let seen = resume.and_then(|resume| self.viewed(view).seen(resume, &id.epoch));
        match seen.filter(|seen| *seen > id.revision && !chaos::has(Defect::LeadBack)) {
            Some(seen) => {
                self.known = self.known.max(seen);
                self.waiting.push(Waiting { view, seen: EventId { epoch: id.epoch, revision: seen }, reply });
                self.watch_for_gap(Duration::ZERO);
            }
            None => self.open(view, seen, reply),
        }
    }

    fn open(&mut self, view: View, seen: Option<Revision>, reply: oneshot::Sender<Subscription>) {
        let now = self.all.store.revision();
        let Some(subscription) = self.viewed(view).subscribe(now, seen) else { return };
        let kind = if subscription.is_resumed { "resume" } else { "replay" };
        self.handle.metrics.openings.get_or_create(&OpeningLabels { kind }).inc();
        // Who asked may have gone.
        let _ = reply.send(subscription);
    }

    /// Opens the streams whose clients are not ahead any more: the instance has caught up with them, or storage knows
    /// nothing of what they have seen. A replay before that would lead them back.
    fn answer_waiting(&mut self) {
        let Some(own) = self.all.store.id().cloned() else { return };
        for Waiting { view, seen, reply } in std::mem::take(&mut self.waiting) {
            let is_known = seen.epoch == own.epoch;
            if !(is_known && own.revision < seen.revision && seen.revision <= self.known) {
                self.open(view, is_known.then_some(seen.revision), reply);
            } else if !reply.is_closed() {
                self.waiting.push(Waiting { view, seen, reply });
            }
        }
    }

    /// A write of this instance is durable. `applied` is dropped when the flags in memory show it.
    fn committed(&mut self, committed: Committed, at: Instant, applied: oneshot::Sender<()>, cause: TraceContext) {
        let Committed { id, change, .. } = committed;
        let _under = cause.attach();
        self.bus.publish(Hint { id: id.clone(), change: change.clone() });
        if chaos::has(Defect::PublishOnly) {
            return;
        }
        let span = trace::child("flags apply", SpanKind::Internal, [revision_attribute(id.revision)]);
        let change = EarlyChange { change, at, applied: Some(applied), span };
        if self.all.store.epoch() != Some(&id.epoch) {
            self.of_another_epoch.push((id, change));
            self.load();
        } else if id.revision > self.all.store.revision() {
            self.known = self.known.max(id.revision);
            self.early.insert(id.revision, change);
            self.apply_early();
        }
    }

    /// Another instance says that it made a change. What storage says counts more.
    fn hinted(&mut self, hint: Hint) {
        let Hint { id, change } = hint;
        let own = self.all.store.revision();
        if chaos::has(Defect::NoGapCheck) {
            self.apply(id.revision, EarlyChange::of_others(change));
        } else if self.all.store.epoch() == Some(&id.epoch) && id.revision > own {
            self.known = self.known.max(id.revision);
            if id.revision.get() - own.get() <= EARLY_CHANGES {
                let tracer = &self.handle.tracer;
                self.early.entry(id.revision).or_insert_with(|| EarlyChange {
                    span: tracer.begin("flags follow", SpanKind::Consumer, [revision_attribute(id.revision)]),
                    ..EarlyChange::of_others(change)
                });
            }
            self.apply_early();
        }
    }

    /// Applies what is next, and what then is.
    fn apply_early(&mut self) {
        while let Some((revision, next)) = self.early.remove_entry(&self.all.store.revision().next()) {
            self.apply(revision, next);
            if matches!(self.reading, Reading::At(_)) {
                // That gap has closed by itself; another one gets its own time.
                self.reading = Reading::Idle;
            }
        }
        self.watch_for_gap(GAP_PATIENCE);
    }

    fn apply(&mut self, revision: Revision, EarlyChange { change, at, applied, span }: EarlyChange) {
        let Some(epoch) = self.all.store.epoch() else { return };
        let had_flag = self.public.store.get(change.key().as_str()).is_some();
        self.public.apply(revision, change.for_clients(epoch, had_flag), at);
        self.all.apply(revision, Some(change.compiled()), at);
        drop((applied, span));
        self.handle.metrics.changes.inc();
    }

    fn storage_stands_at(&mut self, id: &EventId, held: Option<EventId>) {
        self.status.send_if_modified(|status| status.storage_error.take().is_some());
        let is_rewound = held.as_ref().is_some_and(|held| held.epoch == id.epoch && id.revision < held.revision);
        if self.all.store.epoch() != Some(&id.epoch) {
            self.load();
        } else if let Some(held) = held.filter(|_| is_rewound) {
            tracing::error!(%held, storage = %id, "storage was put back to an older state; it gets a new epoch");
            let handle = self.handle.clone();
            tokio::spawn(async move {
                // Where it fails, the next look at storage leads here again.
                let _ = timed(&handle.metrics, "renew_epoch", handle.storage.renew_epoch(held)).await;
            });
        } else {
            self.known = self.known.max(id.revision);
            self.confirm();
            self.watch_for_gap(Duration::ZERO);
        }
    }

    /// Storage has been asked: flags from the snapshot file are no longer stale once they are as far as it is.
    fn confirm(&self) {
        if self.known <= self.all.store.revision() {
            self.status.send_if_modified(|status| std::mem::take(&mut status.is_stale));
        }
    }

    fn storage_is_away(&mut self, error: &StorageError) {
        // Their writers wait for a load that may not come soon.
        self.of_another_epoch.clear();
        self.status.send_if_modified(|status| {
            let is_news = status.storage_error.is_none();
            if is_news {
                tracing::error!(%error, "storage is away; flags are served from memory, writes are refused");
            }
            status.storage_error = Some(error.to_string());
            is_news
        });
    }

    /// Plans to read what is missing, unless that is planned already or nothing is.
    fn watch_for_gap(&mut self, patience: Duration) {
        let behind = self.known > self.all.store.revision();
        self.reading = match (behind, self.reading) {
            (_, Reading::Running) => Reading::Running,
            (false, _) => Reading::Idle,
            (true, Reading::At(time)) => Reading::At(time.min(Instant::now() + patience)),
            (true, Reading::Idle) => Reading::At(Instant::now() + patience),
        };
    }

    fn catch_up(&mut self) {
        // Nothing is missing where nothing is loaded.
        let Some(from) = self.all.store.id().cloned() else { return };
        self.reading = Reading::Running;
        self.asked_for = self.known;
        let handle = self.handle.clone();
        let cause = handle.tracer.begin("flags follow", SpanKind::Internal, [revision_attribute(self.known)]);
        tokio::spawn(async move {
            let changes = handle.storage.changes_after(from.clone(), CATCH_UP_BATCH);
            let result = timed(&handle.metrics, "changes", changes).with_context(cause).await;
            // The actor being gone means that the process ends.
            let _ = handle.inbox.send(Command::CaughtUp { from, result }).await;
        });
    }

    fn caught_up(&mut self, from: &EventId, result: Result<Option<Vec<LoggedChange>>, StorageError>) {
        self.reading = Reading::Idle;
        match result {
            Ok(Some(_)) if self.all.store.epoch() != Some(&from.epoch) => {}
            Ok(Some(changes)) => {
                if changes.is_empty() && self.known == self.asked_for {
                    // Whoever spoke of a later revision was wrong.
                    self.known = self.all.store.revision();
                }
                for LoggedChange { revision, change, .. } in changes {
                    if revision > self.all.store.revision() {
                        self.known = self.known.max(revision);
                        // Storage's word replaces a hint's.
                        let applied = self.early.remove(&revision).and_then(|early| early.applied);
                        self.early.insert(revision, EarlyChange { applied, ..EarlyChange::of_others(change) });
                    }
                }
                self.apply_early();
                self.confirm();
                self.watch_for_gap(Duration::ZERO);
            }
            Ok(None) => self.load(),
            Err(error) => {
                self.storage_is_away(&error);
                self.watch_for_gap(RETRY_AFTER);
            }
        }
    }

    /// Reads everything anew, unless something is being read already: then the next look at storage leads here again.
    fn load(&mut self) {
        if self.reading == Reading::Running {
            return;
        }
        self.reading = Reading::Running;
        let handle = self.handle.clone();
        tokio::spawn(async move {
            let result = timed(&handle.metrics, "load", handle.storage.load(recent_changes::CAPACITY)).await;
            // The actor being gone means that the process ends.
            let _ = handle.inbox.send(Command::Loaded(result)).await;
        });
    }

    fn loaded(&mut self, result: Result<Contents, StorageError>) {
        self.reading = Reading::Idle;
        match result {
            // Changes that were applied meanwhile are not taken back.
            Ok(contents)
                if self
                    .all
                    .store
                    .id()
                    .is_some_and(|own| own.epoch == contents.id.epoch && own.revision >= contents.id.revision) =>
            {
                self.of_another_epoch.clear();
                self.watch_for_gap(Duration::ZERO);
            }
            Ok(contents) => {
                self.status.send_modify(|status| *status = Status::default());
                self.replace(contents);
                self.apply_early();
            }
            Err(error) => self.storage_is_away(&error),
        }
    }

    fn replace(&mut self, contents: Contents) {
        let Contents { id, flags, recent } = contents;
        if let Some(own) = self.all.store.id() {
            tracing::warn!(%own, storage = %id, "the flags are replaced as a whole");
        }
        if self.all.store.epoch() == Some(&id.epoch) {
            // What was made while storage was being read comes next.
            self.known = self.known.max(id.revision);
            self.early = self.early.split_off(&id.revision.next());
        } else {
            self.known = id.revision;
            self.early.clear();
        }
        let visible = flags.iter().filter(|flag| flag.is_client_visible());
        self.public.replace(
            &id,
            visible.map(|flag| Box::new(CompiledFlag::for_clients(flag, &id.epoch))),
            recent.iter().map(|logged| (logged.revision, logged.change.for_clients(&id.epoch, logged.was_visible))),
        );
        self.all.replace(
            &id,
            flags.into_iter().map(|flag| Box::new(CompiledFlag::new(flag))),
            recent.into_iter().map(|logged| (logged.revision, Some(logged.change.compiled()))),
        );
        for (id, change) in std::mem::take(&mut self.of_another_epoch) {
            if self.all.store.epoch() == Some(&id.epoch) && id.revision > self.all.store.revision() {
                self.known = self.known.max(id.revision);
                self.early.insert(id.revision, change);
            }
        }
    }

    /// Shows how things stand.
    fn report(&self) {
        let id = self.all.store.id();
        self.status.send_if_modified(|status| {
            let is_news = status.id.as_ref() != id;
            if is_news {
                status.id = id.cloned();
            }
            is_news
        });
        let metrics = &self.handle.metrics;
        metrics.flags.set(i64::try_from(self.all.store.len()).unwrap_or(i64::MAX));
        metrics.revision.set(i64::try_from(self.all.store.revision().get()).unwrap_or(i64::MAX));
        let status = self.status.borrow();
        metrics.stale.set(i64::from(status.is_stale));
        metrics.storage_up.set(i64::from(status.storage_error.is_none()));
    }
}

impl EarlyChange {
    /// One for which nobody of this instance waits.
    fn of_others(change: Change) -> Self {
        Self { change, at: Instant::now(), applied: None, span: TraceContext::new() }
    }
}

/// By it the spans of all instances about one change are found.
fn revision_attribute(revision: Revision) -> KeyValue {
    KeyValue::new("sidekick.revision", i64::try_from(revision.get()).unwrap_or(i64::MAX))
}
