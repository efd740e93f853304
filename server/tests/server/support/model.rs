//! What an SDK makes of a stream: the core's own store, fed with events, with the rules that every stream must keep.

use super::OwnedEvent;
use sidekick_core::{Change, CompiledFlag, Digest, EventId, FlagStore, Revision};

/// The flags of one client of the stream.
#[derive(Default)]
pub struct Model {
    store: FlagStore,
    replaying: bool,
    /// Full replays so far.
    pub replays: usize,
    /// Live changes so far.
    pub changes: usize,
    /// Heartbeats so far.
    pub heartbeats: usize,
}

impl Model {
    /// Takes an event in. A change that skips a revision or repeats one, and a heartbeat that disagrees, are failures.
    pub fn take(&mut self, event: &OwnedEvent) {
        match event.kind.as_str() {
            "connected" => {
                assert!(!self.replaying, "a replay within a replay");
                self.store.begin_replay();
                self.replaying = true;
            }
            "ready" => {
                let id = EventId::parse(&event.id).unwrap();
                assert_eq!(event.json()["revision"], id.revision.get());
                let goes_on = self.store.epoch() != Some(&id.epoch) || id.revision >= self.store.revision();
                assert!(goes_on, "a replay that goes back within one history");
                assert!(self.store.commit_replay(id), "ready without a replay");
                assert_eq!(event.json()["flags"], self.store.len());
                self.replaying = false;
                self.replays += 1;
            }
            "resumed" => assert_eq!(event.data, self.store.revision().to_string()),
            "message" => {
                let change = Change::from_json(event.data.as_bytes()).unwrap().expect("a change of a known type");
                if self.replaying {
                    let Change::Upsert(flag) = change else { panic!("a replay has upserts only") };
                    self.store.stage(flag);
                } else {
                    let id = EventId::parse(&event.id).unwrap();
                    assert_eq!(Some(&id.epoch), self.store.epoch());
                    assert_eq!(id.revision, self.store.revision().next(), "a change was skipped or repeated");
                    if let Change::Upsert(flag) = &change {
                        assert_eq!(flag.revision, id.revision);
                    }
                    assert!(self.store.apply(change, id.revision));
                    self.changes += 1;
                }
            }
            "heartbeat" => {
                assert!(!self.replaying, "a heartbeat within a replay");
                let beat = event.json();
                assert_eq!(beat["revision"], self.revision().get());
                assert_eq!(beat["digest"], self.digest().to_string());
                self.heartbeats += 1;
            }
            other => panic!("{other} is no event of the protocol"),
        }
    }

    pub fn revision(&self) -> Revision {
        self.store.revision()
    }

    pub fn digest(&self) -> Digest {
        self.store.digest()
    }

    pub fn has(&self, key: &str) -> bool {
        self.store.get(key).is_some()
    }

    /// Where the client stands, as it would say when it comes back.
    pub fn last_event_id(&self) -> String {
        self.store.id().unwrap().to_string()
    }

    /// What `GET /api/flags` answers where server and client agree.
    pub fn listing(&self) -> String {
        let flags: Vec<&str> = self.store.flags().into_iter().map(CompiledFlag::document).collect();
        format!("[{}]", flags.join(","))
    }
}
