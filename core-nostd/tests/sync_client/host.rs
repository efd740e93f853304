//! A host as SDKs are: one connection, one timer, every output taken after every call. It holds the outputs to the rules.

use crate::truth::Flags;
use sidekick_core::sync::{Output, Status, SyncClient};
use sidekick_core::{Digest, EventId, Flag, FlagKey};
use std::collections::BTreeSet;
use std::fmt;

pub const EVENT_STREAM: Option<&str> = Some("text/event-stream");

/// The longest that a client ever waits: what `Retry-After` may ask for, and the longest back-off.
const LONGEST_WAIT: u64 = 300_000 + 30_000;
/// The most connects in a minute. Full jitter can draw this many only with a probability below one in ten millions.
const MOST_CONNECTS: usize = 20;

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
    status: Status,
    seen: Flags,
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
            seen: Flags::new(),
            sums: (Digest::EMPTY, 0, 0),
            id: None,
            client,
            timer: None,
            connection: None,
            resume: None,
            is_stream_sound: true,
            connects: Vec::new(),
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
                let lately = self.connects.iter().filter(|at| now - **at < 60_000).count();
                assert!(lately <= MOST_CONNECTS, "{lately} connects within a minute");
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
        let now: Flags = store.flags().into_iter().map(|flag| (flag.key.clone(), flag.clone())).collect();
        let differs = |key: &&FlagKey| now.get(*key) != self.seen.get(*key);
        let changed: BTreeSet<&FlagKey> = now.keys().chain(self.seen.keys()).filter(differs).collect();
        let reported: BTreeSet<&FlagKey> = outputs.iter().filter_map(keys).flatten().collect();
        assert!(changed.is_subset(&reported), "{changed:?} changed, {reported:?} were reported");
        let goes_back = |flag: &&Flag| self.seen.get(&flag.key).is_some_and(|seen| seen.revision > flag.revision);
        let older = now.values().find(goes_back).filter(|_| is_same_history && self.is_stream_sound);
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

/// The code of the error among the outputs.
pub fn error(outputs: &[Output]) -> Option<&'static str> {
    outputs.iter().find_map(|output| if let Output::Error(error) = output { Some(error.code()) } else { None })
}
