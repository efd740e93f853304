//! A host as SDKs are: one connection, one timer, every output taken after every call. It holds the outputs to the rules.

use crate::truth::Flags;
use sidekick_core::sync::{Output, Status, SyncClient};
use sidekick_core::{CompiledFlag, Digest, Error, EventId, Flag, FlagKey, FlagStore, Revision};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub const EVENT_STREAM: Option<&str> = Some("text/event-stream");

/// The longest that a client ever waits: what `Retry-After` may ask for, and the longest back-off.
const LONGEST_WAIT: u64 = 300_000 + 30_000;
/// The most connects in a minute. Full jitter can draw this many only with a probability below one in ten millions.
const MOST_CONNECTS: usize = 20;
/// The least time between two attempts of which somebody hurries the second.
const POLITENESS: u64 = 1_000;

/// The flags that evaluations see: the revision and the document of each.
pub type Held = BTreeMap<FlagKey, (Revision, String)>;

/// The host and its client.
#[derive(Debug)]
pub struct Host {
    pub client: SyncClient,
    /// For when its one timer is set.
    pub timer: Option<u64>,
    /// The number of the connection or attempt that is open.
    pub connection: Option<u64>,
    /// What the open attempt asked to resume from.
    pub resume: Option<EventId>,
    /// Whether every event is one that a server sent, so that no flag may go back to an older revision.
    pub is_stream_sound: bool,
    /// When it connected.
    pub connects: Vec<u64>,
    /// When it asked not to wait.
    hurries: Vec<u64>,
    status: Status,
    seen: Held,
    sums: (Digest, usize, usize),
    id: Option<EventId>,
    is_started: bool,
}

impl Host {
    pub fn new(seed: u64) -> Self {
        Self::with(SyncClient::new(seed))
    }

    /// A host of a client that did not start yet.
    pub fn with(client: SyncClient) -> Self {
        Self {
            seen: Held::new(),
            sums: (Digest::EMPTY, 0, 0),
            id: None,
            client,
            timer: None,
            connection: None,
            resume: None,
            is_stream_sound: true,
            connects: Vec::new(),
            hurries: Vec::new(),
            status: Status::Connecting,
            is_started: false,
        }
    }

    /// A host that opened its stream at time zero and got the answer at once.
    pub fn streaming(seed: u64) -> Self {
        let mut host = Self::new(seed);
        host.start(0);
        host.answer(0, 200, EVENT_STREAM, None);
        host
    }

    pub fn start(&mut self, now: u64) -> Vec<Output> {
        self.is_started = true;
        self.client.start(now);
        self.take_outputs(now)
    }

    pub fn answer(
        &mut self,
        now: u64,
        status: u16,
        content_type: Option<&str>,
        retry_after: Option<&str>,
    ) -> Vec<Output> {
        self.client.handle_connected(now, status, content_type, retry_after);
        self.take_outputs(now)
    }

    pub fn bytes(&mut self, now: u64, bytes: &[u8]) -> Vec<Output> {
        self.client.handle_bytes(now, bytes);
        self.take_outputs(now)
    }

    /// The connection ended by itself.
    pub fn gone(&mut self, now: u64) -> Vec<Output> {
        self.connection = None;
        self.client.handle_disconnected(now);
        self.take_outputs(now)
    }

    /// The timer went off, on time or a little early or late.
    pub fn wake(&mut self, now: u64) -> Vec<Output> {
        self.timer = None;
        self.client.handle_timeout(now);
        self.take_outputs(now)
    }

    /// The network is back, or somebody looks: the client need not wait any longer.
    pub fn hurry(&mut self, now: u64) -> Vec<Output> {
        self.hurries.push(now);
        let (timer, last) = (self.timer, self.connects.last().copied());
        self.client.retry_now(now);
        let outputs = self.take_outputs(now);
        let is_due = timer.is_some_and(|at| at <= now);
        for output in outputs.iter().filter(|_| !is_due) {
            let at = match output {
                Output::Connect { .. } => now,
                Output::WakeAt(at) => *at,
                other => panic!("{other:?} because somebody hurries"),
            };
            assert!(last.is_some_and(|last| at >= last + POLITENESS), "at {at}, after an attempt at {last:?}");
        }
        outputs
    }

    /// Waits for the timer as often as it takes to connect anew.
    pub fn wait_for_connect(&mut self) -> u64 {
        loop {
            let now = self.timer.expect("a client that waits has its timer set");
            let outputs = self.wake(now);
            if outputs.iter().any(|output| matches!(output, Output::Connect { .. })) {
                return now;
            }
        }
    }

    pub fn close(&mut self, now: u64) -> Vec<Output> {
        self.client.close();
        // No timer is needed any more; one that goes off all the same does nothing.
        let outputs = self.take_outputs(now);
        assert!(outputs.iter().all(|output| !matches!(output, Output::WakeAt(_) | Output::Connect { .. })));
        outputs
    }

    pub fn take_outputs(&mut self, now: u64) -> Vec<Output> {
        let was_closed = self.status == Status::Closed;
        let mut outputs = Vec::new();
        while let Some(output) = self.client.poll_output() {
            assert!(!was_closed, "{output:?} after the client was closed");
            assert!(outputs.last().is_none_or(|last| rank(last) < rank(&output)), "{output:?} after {outputs:?}");
            self.act(now, &output);
            outputs.push(output);
        }
        self.check_flags(&outputs);
        self.check_state(now);
        outputs
    }

    fn act(&mut self, now: u64, output: &Output) {
        match output {
            Output::Disconnect => assert!(self.connection.take().is_some(), "there is nothing to disconnect"),
            Output::Connect { last_event_id } => {
                assert!(self.connection.is_none(), "a second connection");
                assert!(last_event_id.is_none() || last_event_id.as_ref() == self.client.store().id());
                self.connection = Some(self.connects.len() as u64);
                self.resume.clone_from(last_event_id);
                self.connects.push(now);
                let lately = |moments: &[u64]| moments.iter().filter(|at| now - **at < 60_000).count();
                let (connects, hurries) = (lately(&self.connects), lately(&self.hurries));
                let most = MOST_CONNECTS + hurries.min((60_000 / POLITENESS) as usize);
                assert!(connects <= most, "{connects} connects within a minute, {hurries} times in a hurry");
            }
            Output::Error(error) => assert!(error.to_string().len() < 1_000 && !error.code().is_empty()),
            Output::FlagsChanged { keys } => assert!(keys.is_sorted_by(|a, b| a < b) && !keys.is_empty()),
            Output::StatusChanged(status) => {
                assert_ne!(*status, self.status, "a change of status that is none");
                self.status = *status;
            }
            Output::WakeAt(at) => {
                assert!(self.timer.is_none_or(|timer| *at < timer), "a later timer than {:?}: {at}", self.timer);
                assert!(*at <= now + LONGEST_WAIT, "{} ms of waiting", at - now);
                self.timer = Some(*at);
            }
        }
    }

    /// What the evaluations see changed only as was said, and by the rules of the store.
    fn check_flags(&mut self, outputs: &[Output]) {
        let store = self.client.store();
        let is_same_history = match (&self.id, store.id()) {
            (Some(before), Some(after)) => before.epoch == after.epoch,
            _ => false,
        };
        assert!(!is_same_history || self.id.as_ref().unwrap().revision <= store.revision(), "back from {:?}", self.id);
        assert!(self.id.is_none() || store.id().is_some());
        self.id = store.id().cloned();
        let sums = (store.digest(), store.len(), store.heap_bytes());
        if outputs.is_empty() && sums == self.sums {
            return;
        }
        self.sums = sums;
        let now = held(store);
        let differs = |key: &&FlagKey| now.get(*key) != self.seen.get(*key);
        let changed: BTreeSet<&FlagKey> = now.keys().chain(self.seen.keys()).filter(differs).collect();
        let reported: BTreeSet<&FlagKey> = outputs.iter().filter_map(keys).flatten().collect();
        assert!(changed.is_subset(&reported), "{changed:?} changed, {reported:?} were reported");
        let goes_back = |(key, (revision, _)): &(&FlagKey, &(Revision, String))| {
            self.seen.get(*key).is_some_and(|(seen, _)| seen > revision)
        };
        let older = now.iter().find(goes_back).filter(|_| is_same_history && self.is_stream_sound);
        assert_eq!(older, None, "a flag goes back to an older revision");
        self.seen = now;
    }

    fn check_state(&self, now: u64) {
        let store = self.client.store();
        assert!(store.heap_bytes() <= 64 << 20 && store.len() <= 100_000, "too much is held");
        assert_eq!(self.client.status(), self.status, "the status that was reported last is the status");
        match self.status {
            Status::Connecting => assert!(store.id().is_none()),
            Status::Ready => assert!(store.id().is_some() && self.connection.is_some()),
            Status::Stale => assert!(store.id().is_some()),
            Status::Closed => return assert!(self.connection.is_none()),
        }
        let timer = self.timer.is_some_and(|at| at <= now + LONGEST_WAIT);
        assert!(timer || !self.is_started, "no timer at {now}, so that a silent network would be the end");
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, id, timer, connection, connects, .. } = self;
        write!(f, "{status:?} at {id:?}, timer {timer:?}, connection {connection:?}, connects at {connects:?}")
    }
}

/// The outputs' order, in which each comes at most once.
fn rank(output: &Output) -> u8 {
    match output {
        Output::Disconnect => 0,
        Output::Connect { .. } => 1,
        Output::Error(_) => 2,
        Output::FlagsChanged { .. } => 3,
        Output::StatusChanged(_) => 4,
        _ => 5,
    }
}

fn keys(output: &Output) -> Option<&Vec<FlagKey>> {
    if let Output::FlagsChanged { keys } = output { Some(keys) } else { None }
}

/// The flags of a store.
/// Imports a snapshot of bytes; those that are no text are none.
pub fn import(client: &mut SyncClient, bytes: &[u8]) -> Result<bool, Error> {
    client.import_snapshot(std::str::from_utf8(bytes).unwrap_or_default())
}

pub fn held(store: &FlagStore) -> Held {
    let flags = store.flags();
    assert!(flags.is_sorted_by(|a, b| a.key() < b.key()), "the flags are listed by key, each once");
    flags.iter().for_each(|flag| check_flag(flag));
    flags.iter().map(|flag| (flag.key().clone(), (flag.revision(), flag.document().to_owned()))).collect()
}

/// Flags as a client holds them that was sent them.
pub fn as_held(flags: &Flags) -> Held {
    let sent = |flag: &Flag| (flag.revision, String::from_utf8(flag.to_json()).unwrap());
    flags.iter().map(|(key, flag)| (key.clone(), sent(flag))).collect()
}

/// What is evaluated is what the document says, where people can read that.
fn check_flag(held: &CompiledFlag) {
    let Ok(flag) = held.flag() else { return };
    assert_eq!((held.key(), held.revision()), (&flag.key, flag.revision));
    let compiled = CompiledFlag::new(flag);
    assert_eq!(held.static_evaluation(), compiled.static_evaluation(), "{}", held.document());
    for (user, plan) in [("ada", "é0\n"), ("grace", "é3\n"), ("", "x")] {
        assert_eq!(held.evaluate(user, &[("plan", plan)]), compiled.evaluate(user, &[("plan", plan)]));
    }
}

/// The code of the error among the outputs.
pub fn error(outputs: &[Output]) -> Option<&'static str> {
    outputs.iter().find_map(|output| if let Output::Error(error) = output { Some(error.code()) } else { None })
}
