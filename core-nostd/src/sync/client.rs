//! The state machine: what arrives and when, in; what to do and what changed, out.

use super::backoff::Backoff;
use super::fault::SyncError;
use super::output::{Outbox, Output, OutputKind, Status};
use super::session::Source;
use super::snapshot;
use super::stream::Stream;
use crate::digits::digits;
use crate::error::Error;
use crate::event_id::EventId;
use crate::store::FlagStore;
use alloc::boxed::Box;
use alloc::vec::Vec;

/// An attempt without an answer, or a stream without a byte, is given up after so many milliseconds: three heartbeats.
const SILENCE: u64 = 45_000;
/// A stream that was ready for so long counts as healthy, in milliseconds.
const HEALTH: u64 = 60_000;
/// The moment that never comes.
const NEVER: u64 = u64::MAX;
/// The time between two attempts that hosts hurry, in milliseconds.
const POLITENESS: u64 = 1_000;
/// The longest wait that `Retry-After` may ask for, in milliseconds.
const MAX_RETRY_AFTER: u64 = 300_000;
/// The longest wait that the stream's `retry` may ask for, in milliseconds.
const MAX_RETRY: u64 = 30_000;
/// The most bytes of an event's data and a line. A flag's document has at most 512 KiB, and escaping what clients
/// might take for a line's end makes it at most three times as long.
const MAX_EVENT: usize = 2 << 20;

/// Keeps a [`FlagStore`] in step with a server.
///
/// It is sans-IO: the host owns the socket, the clock and the randomness. After each call the host takes what
/// [`poll_output`](Self::poll_output) gives until it gives nothing, and acts on it. Every `now` is the time in
/// milliseconds of a clock that never goes back; where it starts does not matter. A call that the state does not expect,
/// such as bytes of a connection that was dropped, does nothing.
///
/// What it promises: evaluations see the old flags until a replay is complete, and then the new ones; a flag never goes
/// back to an older revision within one history; a change lost without a trace is found at the next heartbeat and
/// mended by a full replay; memory stays below a bound, whatever the peer sends: 100,000 flags and 64 MiB of them live,
/// as many staged, and for the event that is being read 2 MiB, or 40 MiB where it is hostile.
///
/// ```
/// use sidekick_core::sync::{Output, Status, SyncClient};
///
/// let mut client = SyncClient::new(7); // a random seed, another one for each client
/// client.start(0);
/// assert_eq!(client.poll_output(), Some(Output::Connect { last_event_id: None }));
/// assert_eq!(client.poll_output(), Some(Output::WakeAt(45_000)));
///
/// // The host opened the stream, and passes on what arrives.
/// client.handle_connected(20, 200, Some("text/event-stream"), None);
/// client.handle_bytes(25, b"event: connected\ndata: true\n\ndata: {\"type\":\"UPSERT\",\"flag\":{\"key\":\"a\"}}\n\n");
/// client.handle_bytes(30, b"id: e1:4\nevent: ready\ndata: {\"revision\":4,\"flags\":1}\n\n");
/// let Some(Output::FlagsChanged { keys }) = client.poll_output() else { panic!() };
/// assert_eq!(keys[0].as_str(), "a");
/// assert_eq!(client.poll_output(), Some(Output::StatusChanged(Status::Ready)));
/// assert_eq!(client.store().revision().get(), 4);
/// ```
#[derive(Debug)]
pub struct SyncClient {
    store: FlagStore,
    state: State,
    stream: Stream,
    outbox: Outbox,
    backoff: Backoff,
    /// What is held is in doubt: the next connection asks for everything.
    needs_replay: bool,
    /// The moment at which something happens though nothing arrives: the end of a wait, or of patience with a server.
    due: u64,
    /// The end of a wait that is hurried: what the server asked for, or what politeness does.
    earliest: u64,
    /// The moment from which on the stream counts as healthy.
    healthy_from: u64,
    /// The moment for which the host's timer is set.
    armed: u64,
    reported: Status,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Idle,
    Waiting,
    Connecting,
    Streaming,
    Closed,
}

impl SyncClient {
    /// A client without flags that has not started. `seed` spreads the delays of a fleet: it should be random.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self {
            store: FlagStore::new(),
            state: State::Idle,
            stream: Stream::new(Source::Stream, MAX_EVENT),
            outbox: Outbox::new(),
            backoff: Backoff::new(seed),
            needs_replay: false,
            due: NEVER,
            earliest: 0,
            healthy_from: NEVER,
            armed: NEVER,
            reported: Status::Connecting,
        }
    }

    /// Sets the seed, before the first delay was asked for.
    pub const fn seed(&mut self, seed: u64) {
        self.backoff = Backoff::new(seed);
    }

    /// The flags.
    #[inline]
    #[must_use]
    pub const fn store(&self) -> &FlagStore {
        &self.store
    }

    /// How far the flags can be relied on.
    #[must_use]
    pub fn status(&self) -> Status {
        if self.state == State::Closed {
            Status::Closed
        } else if self.stream.is_live() {
            Status::Ready
        } else if self.store.id().is_some() {
            Status::Stale
        } else {
            Status::Connecting
        }
    }

    /// Opens the stream. A client starts once.
    pub fn start(&mut self, now: u64) {
        if self.state == State::Idle {
            self.connect(now);
        }
    }

    /// The server's answer arrived: its HTTP status and the headers `Content-Type` and `Retry-After`, without the blanks
    /// around them, as HTTP clients give them (RFC 9110, section 5.5). A host that does not see them (a browser's
    /// `EventSource`) says 200 and `text/event-stream`.
    pub fn handle_connected(&mut self, now: u64, status: u16, content_type: Option<&str>, retry_after: Option<&str>) {
        if self.state != State::Connecting {
            return;
        }
        let content_type = content_type.unwrap_or_default();
        let (error, floor) = match status {
            200 if is_event_stream(content_type) => {
                self.state = State::Streaming;
                self.due = later(now, SILENCE);
                return;
            }
            200 => (SyncError::not_a_stream(content_type), 0),
            401 | 403 => (SyncError::refused(status), self.backoff.refused_delay()),
            _ => (SyncError::unexpected_status(status), retry_after_millis(retry_after)),
        };
        let jitter = if error.is_refused() { 0 } else { self.backoff.next_delay() };
        self.outbox.disconnect();
        self.outbox.error(error);
        self.wait(now, floor, jitter);
    }

    /// Bytes of the stream arrived, cut anywhere. Not in WebAssembly, where the platform decodes them.
    #[cfg(not(target_family = "wasm"))]
    pub fn handle_bytes(&mut self, now: u64, bytes: &[u8]) {
        if self.state == State::Streaming && !bytes.is_empty() {
            let read = self.stream.read_bytes(bytes, &mut self.store, &mut self.outbox);
            self.handle_read(now, read);
        }
    }

    /// As [`handle_bytes`](Self::handle_bytes), for hosts whose platform decodes UTF-8, and takes a byte order
    /// mark off: text of the stream arrived, cut anywhere. Of one stream all must be text or all bytes.
    pub fn handle_text(&mut self, now: u64, text: &str) {
        if self.state == State::Streaming && !text.is_empty() {
            let read = self.stream.read(text, &mut self.store, &mut self.outbox);
            self.handle_read(now, read);
        }
    }

    /// The connection is gone, or did not come about.
    pub fn handle_disconnected(&mut self, now: u64) {
        match self.state {
            State::Connecting => self.outbox.error(SyncError::connection_failed()),
            // A server that says when to come back has said goodbye.
            State::Streaming if self.stream.retry().is_some() => {}
            State::Streaming => self.outbox.error(SyncError::connection_lost()),
            _ => return,
        }
        self.back_off(now);
    }

    /// The moment that [`Output::WakeAt`] named has come. Coming early does no harm: the moment is then named again.
    pub fn handle_timeout(&mut self, now: u64) {
        self.armed = NEVER;
        match self.state {
            _ if now < self.due => {}
            State::Waiting => self.connect(now),
            State::Connecting | State::Streaming => self.drop_connection(now, SyncError::silent()),
            State::Idle | State::Closed => {}
        }
    }

    /// A wait for the next attempt may be over: the network is back, or somebody looks at the app again. What the server
    /// asked to wait, and the wait after a refused key, go on; two attempts are a second apart. Elsewhere it does nothing.
    pub fn retry_now(&mut self, now: u64) {
        if self.state == State::Waiting {
            self.due = self.due.min(self.earliest);
            if self.due <= now {
                self.connect(now);
            }
        }
    }

    /// Ends everything but the flags, which stay as they are.
    pub fn close(&mut self) {
        if matches!(self.state, State::Connecting | State::Streaming) {
            self.outbox.disconnect();
        }
        self.forget_stream();
        self.state = State::Closed;
        self.due = NEVER;
    }

    /// The next thing for the host to do or to know.
    pub fn poll_output(&mut self) -> Option<Output> {
        match self.next_output() {
            OutputKind::None => None,
            OutputKind::Disconnect => Some(Output::Disconnect),
            OutputKind::Connect => Some(Output::Connect { last_event_id: self.last_event_id().cloned() }),
            OutputKind::Error => self.outbox.take_error().map(Output::Error),
            OutputKind::FlagsChanged => Some(Output::FlagsChanged { keys: self.outbox.take_changed() }),
            OutputKind::StatusChanged => Some(Output::StatusChanged(self.reported)),
            OutputKind::WakeAt => Some(Output::WakeAt(self.armed)),
        }
    }

    /// As [`poll_output`](Self::poll_output), for hosts of another language: gives the kind and its number, and replaces
    /// `text` by its text. [`OutputKind`] says what they are.
    pub fn poll_text(&mut self, text: &mut Vec<u8>) -> (OutputKind, u64) {
        text.clear();
        let kind = self.next_output();
        let number = match kind {
            OutputKind::Connect => {
                if let Some(id) = self.last_event_id() {
                    id.write(text);
                }
                0
            }
            OutputKind::Error => self.outbox.write_error(text),
            OutputKind::FlagsChanged => self.outbox.write_changed(text),
            OutputKind::StatusChanged => self.reported as u64,
            OutputKind::WakeAt => self.armed,
            OutputKind::None | OutputKind::Disconnect => 0,
        };
        (kind, number)
    }

    fn next_output(&mut self) -> OutputKind {
        let waiting = self.outbox.next_kind();
        if waiting != OutputKind::None {
            return waiting;
        }
        let status = self.status();
        if status != self.reported {
            self.reported = status;
            OutputKind::StatusChanged
        } else if self.armed > self.due {
            self.armed = self.due;
            OutputKind::WakeAt
        } else {
            OutputKind::None
        }
    }

    /// What the next connection is asked for with.
    fn last_event_id(&self) -> Option<&EventId> {
        if self.stream.is_resumed() { self.store.id() } else { None }
    }

    /// The flags as a text that [`import_snapshot`](Self::import_snapshot) takes, in this version or a later one; `None`
    /// where there never were any. What it holds is as confidential as the flags.
    #[must_use]
    pub fn export_snapshot(&self) -> Option<Vec<u8>> {
        snapshot::export(&self.store)
    }

    /// Takes the flags of a snapshot, if this client has none yet or older ones of the same history; answers whether it
    /// did. The next connection then resumes from there. While a stream is read, which brings newer ones, none is taken.
    ///
    /// # Errors
    /// What is wrong with the text. The flags stay as they were.
    pub fn import_snapshot(&mut self, text: &str) -> Result<bool, Error> {
        let replay = snapshot::replay(text)?;
        if matches!(self.state, State::Streaming | State::Closed) {
            return Ok(false);
        }
        let generation = self.store.next_generation();
        let is_resumed = self.stream.is_resumed();
        self.stream = Stream::new(Source::Snapshot, MAX_EVENT);
        let read = self.stream.read(replay, &mut self.store, &mut self.outbox);
        let is_whole = self.stream.is_live();
        self.forget_stream();
        if is_resumed {
            self.stream.resume();
        }
        match read {
            Ok(()) if is_whole => Ok(self.store.next_generation() != generation),
            read => Err(snapshot::unreadable(read.err().as_deref())),
        }
    }

    /// Something arrived.
    fn handle_read(&mut self, now: u64, read: Result<(), Box<SyncError>>) {
        self.due = later(now, SILENCE);
        if self.stream.is_live() {
            self.healthy_from = self.healthy_from.min(later(now, HEALTH));
            self.needs_replay = false;
        }
        if let Err(error) = read {
            self.needs_replay |= error.needs_replay();
            self.drop_connection(now, error);
        }
    }

    fn connect(&mut self, now: u64) {
        if !self.needs_replay && self.store.id().is_some() {
            self.stream.resume();
        }
        self.state = State::Connecting;
        self.due = later(now, SILENCE);
        self.earliest = later(now, POLITENESS);
        self.outbox.connect();
    }

    fn drop_connection(&mut self, now: u64, error: Box<SyncError>) {
        self.outbox.disconnect();
        self.outbox.error(error);
        self.back_off(now);
    }

    /// Waits for the next attempt, for no shorter than the stream asked.
    fn back_off(&mut self, now: u64) {
        let floor = self.stream.retry().unwrap_or_default().min(MAX_RETRY);
        if self.healthy_from <= now {
            self.backoff.reset();
        }
        self.forget_stream();
        let jitter = self.backoff.next_delay();
        self.wait(now, floor, jitter);
    }

    /// Lets go of what a stream has left: half a replay, and half an event.
    fn forget_stream(&mut self) {
        self.store.abandon_replay();
        self.stream = Stream::new(Source::Stream, MAX_EVENT);
        self.healthy_from = NEVER;
    }

    /// Waits for what the server asked for, and then for a while that [`retry_now`](Self::retry_now) may cut short.
    #[cfg_attr(target_family = "wasm", inline(never))]
    fn wait(&mut self, now: u64, floor: u64, jitter: u64) {
        let asked = later(now, floor);
        self.state = State::Waiting;
        self.due = later(asked, jitter);
        self.earliest = self.earliest.max(asked);
    }
}

/// The moment so many milliseconds later. A host's clock that is at its end stays there, and what is due then never comes, so
/// that no attempt follows on another. A page's clock cannot get there, and there to see to it takes 37 bytes (brotli).
const fn later(now: u64, millis: u64) -> u64 {
    if cfg!(target_family = "wasm") { now.wrapping_add(millis) } else { now.saturating_add(millis) }
}

/// Whether a `Content-Type` names an event stream, whatever its parameters (RFC 9110, section 8.3.1).
fn is_event_stream(content_type: &str) -> bool {
    let end = content_type.bytes().position(|byte| matches!(byte, b';' | b' ' | b'\t'));
    let essence = content_type.as_bytes().get(..end.unwrap_or(content_type.len())).unwrap_or_default();
    essence.eq_ignore_ascii_case(b"text/event-stream")
}

/// `Retry-After` in milliseconds (RFC 9110, section 10.2.3). A date counts as absent: there is no calendar here.
fn retry_after_millis(retry_after: Option<&str>) -> u64 {
    let seconds = digits(retry_after.unwrap_or_default().as_bytes());
    seconds.unwrap_or_default().min(MAX_RETRY_AFTER / 1_000) * 1_000
}
