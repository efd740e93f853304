//! What one kind of caller sees of the flags, and what its streams are sent.

use super::documents::Documents;
use super::handle::{Found, Listing, Streamed, StreamedChange, Subscription};
use super::recent_changes::RecentChanges;
use super::subscribers::Subscribers;
use crate::chunk::Chunk;
use sidekick_core::{Change, CompiledFlag, Epoch, EventId, FlagKey, FlagStore, Revision, sse};
use std::sync::Arc;
use std::time::Instant;

/// Which flags a caller sees, and in which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// All of them, with all that people wrote.
    All,
    /// What public clients may see: the visible ones, without what is for people alone, and with hashes in place of values
    /// that are to be hashed.
    Public,
}

/// A flag as one view has it, compiled.
pub(super) type ViewedChange = Change<Box<CompiledFlag>>;

/// The flags of one view. What its streams are sent is encoded once for all of them.
pub(super) struct ViewedFlags {
    view: View,
    pub(super) store: FlagStore,
    recent: RecentChanges,
    documents: Documents,
    pub(super) subscribers: Subscribers,
}

impl ViewedFlags {
    /// Of a store that is still to be loaded.
    pub(super) fn new(view: View) -> Self {
        Self {
            view,
            store: FlagStore::new(),
            recent: RecentChanges::new(Revision::ZERO),
            documents: Documents::default(),
            subscribers: Subscribers::new(),
        }
    }

    /// The name under which the view's streams know a history. Another view of it is another one to them: what an SDK has
    /// of one says nothing of the other, and so it never resumes there.
    fn epoch(&self, epoch: &Epoch) -> Epoch {
        match self.view {
            View::All => epoch.clone(),
            // Storage's own names leave room for this.
            View::Public => Epoch::new(&format!("{epoch}.c")).unwrap_or_else(|_| epoch.clone()),
        }
    }

    /// What a client that stands at `id` has seen of the history `epoch`; `None` where that is nothing.
    pub(super) fn seen(&self, id: EventId, epoch: &Epoch) -> Option<Revision> {
        (id.epoch == self.epoch(epoch)).then_some(id.revision)
    }

    /// Puts other flags in the place of all, as they stand at `id` after the `recent` changes.
    pub(super) fn replace(
        &mut self,
        id: &EventId,
        flags: impl Iterator<Item = Box<CompiledFlag>>,
        recent: impl Iterator<Item = (Revision, Option<ViewedChange>)>,
    ) {
        let id = EventId { epoch: self.epoch(&id.epoch), revision: id.revision };
        let mut recent = recent.peekable();
        self.recent = RecentChanges::new(recent.peek().map_or(id.revision, |(first, _)| previous(*first)));
        for (revision, change) in recent {
            self.recent.push(revision, change.map(|change| encode(&id.epoch, revision, &change)));
        }
        self.store.begin_replay();
        for flag in flags {
            self.store.stage_compiled(flag);
        }
        self.store.commit_replay(id);
        self.subscribers.push(Streamed::Replaced);
    }

    /// Applies the change that makes `revision`, which may be nothing to this view.
    pub(super) fn apply(&mut self, revision: Revision, change: Option<ViewedChange>, committed_at: Instant) {
        let (Some(change), Some(epoch)) = (change, self.store.epoch()) else {
            return self.recent.push(revision, None);
        };
        let event = encode(epoch, revision, &change);
        self.store.apply_compiled(change, revision);
        self.recent.push(revision, Some(event.clone()));
        let streamed = StreamedChange { revision, digest: self.store.digest(), event, committed_at };
        self.subscribers.push(Streamed::Change(Arc::new(streamed)));
    }

    /// The opening of a stream whose client has seen the changes up to a revision, and the receiver, in one step, so that
    /// no change falls between them. `now` is where the whole store stands: a replay says so, because clients do not go
    /// back, and an instance need not know when the view last changed. `None`: nothing is loaded.
    pub(super) fn subscribe(&mut self, now: Revision, seen: Option<Revision>) -> Option<Subscription> {
        let epoch = self.store.epoch()?.clone();
        let (digest, changes) = (self.store.digest(), self.subscribers.join());
        if let Some((opening, revision)) = seen.and_then(|seen| self.missed(seen)) {
            let id = EventId { epoch, revision };
            return Some(Subscription { opening, is_resumed: true, id, digest, changes });
        }
        let id = EventId { epoch, revision: now };
        let opening = vec![self.documents.replay(&self.store, id.clone())];
        Some(Subscription { opening, is_resumed: false, id, digest, changes })
    }

    /// What came after `revision`, and the revision at which that ends; `None` where it is not known any more.
    fn missed(&self, revision: Revision) -> Option<(Vec<Chunk>, Revision)> {
        let mut opening = vec![Chunk::encode(64, |out| sse::resumed(revision, out))];
        let mut last = revision;
        for (revision, event) in self.recent.after(revision)? {
            last = *revision;
            opening.push(event.clone());
        }
        Some((opening, last))
    }

    pub(super) fn listing(&mut self) -> Option<Listing> {
        self.store.id().map(|id| self.documents.listing(&self.store, id))
    }

    pub(super) fn get(&self, key: &FlagKey) -> Option<Found> {
        let (flag, epoch) = (self.store.get(key.as_str())?.clone(), self.store.epoch()?.clone());
        Some(Found { version: EventId { epoch, revision: flag.revision() }, flag })
    }
}

/// A change as the stream carries it. The one place where it is encoded.
fn encode(epoch: &Epoch, revision: Revision, change: &ViewedChange) -> Chunk {
    Chunk::encode(512, |out| sse::change(epoch, revision, change, out))
}

fn previous(revision: Revision) -> Revision {
    Revision::new(revision.get().saturating_sub(1)).unwrap_or(Revision::ZERO)
}
