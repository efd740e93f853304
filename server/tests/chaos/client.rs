//! A client of the stream, as an SDK would be: it keeps a store, comes back with the last id to whatever server the
//! balancer gives it, and notes what its user could see after every event.

use super::chunks::Chunks;
use super::client_keys::ClientKeys;
use super::cluster::{Cluster, READER_KEY};
use super::violation::{Kind, Violation};
use sidekick_core::sse::Parser;
use sidekick_core::{Change, EventId, FlagStore};
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// All clients.
pub struct Clients {
    pub all: Vec<Arc<Mutex<Client>>>,
    orders: Arc<Orders>,
}

/// What all clients are told.
struct Orders {
    /// While it is set, no client leaves by itself.
    calm: AtomicBool,
    /// While it is set, no client has a stream.
    away: AtomicBool,
    /// While it is set, nothing but the end of its key may end a client's stream.
    watched: AtomicBool,
    /// How long a stream may last, in milliseconds.
    lives: Range<u64>,
    keys: Mutex<ClientKeys>,
}

/// How a stream that was asked for ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// It was not opened, because of the key.
    Refused,
    /// The client went.
    Left,
    /// The server or the network ended it.
    Cut,
}

pub struct Client {
    pub store: FlagStore,
    /// What an `EventSource` would send when it comes back.
    last_event_id: String,
    staged: Option<usize>,
    highest: HashMap<String, u64>,
    clears_on_connect: bool,
    /// What the user could see, since it was last taken away.
    pub seen: Vec<Seen>,
    pub violations: Vec<Violation>,
    /// Since when the stream is open; `None` while it is not.
    pub open_since: Option<Instant>,
    /// The key that it was opened with.
    key: Arc<str>,
    /// Put before the next connection: the app is started anew.
    pub starts_anew: bool,
    pub counts: Counts,
}

/// A moment of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub id: EventId,
    pub digest: u64,
    /// The checksum of the change that led here, where one did.
    pub content: Option<u64>,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub replays: u64,
    pub resumes: u64,
    pub changes: u64,
    pub heartbeats: u64,
    pub broken_replays: u64,
}

/// The longest pause before the next connection.
const MAX_PAUSE: Duration = Duration::from_secs(1);
/// How long a server may take to answer a connection.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long a stream may be silent.
const SILENCE: Duration = Duration::from_secs(45);

impl Clients {
    /// So many clients, each of whose streams it ends after some of `lives`, in milliseconds.
    pub fn start(count: usize, cluster: &Arc<Cluster>, lives: Range<u64>, clears_on_connect: bool) -> Self {
        let [calm, away, watched] = [const { AtomicBool::new(false) }; 3];
        let keys = Mutex::new(ClientKeys::one(READER_KEY));
        let orders = Arc::new(Orders { calm, away, watched, lives, keys });
        let client = || {
            let client = Arc::new(Mutex::new(Client::new(clears_on_connect)));
            tokio::spawn(live(Arc::clone(&client), Arc::clone(cluster), Arc::clone(&orders)));
            client
        };
        Self { all: (0..count).map(|_| client()).collect(), orders }
    }

    /// Whether clients are to stay where they are.
    pub fn set_calm(&self, calm: bool) {
        self.orders.calm.store(calm, Ordering::Relaxed);
    }

    /// Whether clients are to end their streams and stay away.
    pub fn set_away(&self, away: bool) {
        self.orders.away.store(away, Ordering::Relaxed);
    }

    /// Whether nothing but the end of its key may end a client's stream.
    pub fn set_watched(&self, watched: bool) {
        self.orders.watched.store(watched, Ordering::Relaxed);
    }

    /// The key that clients have, or change over to.
    pub fn key(&self) -> Arc<str> {
        Arc::clone(&self.orders.keys.lock().unwrap().current)
    }

    /// Gives clients a key for their next streams.
    pub fn set_key(&self, key: &str) {
        *self.orders.keys.lock().unwrap() = ClientKeys::one(key);
    }

    /// Lets clients change over to a key; the old one is good until then, or until it is said to end.
    pub fn change_key(&self, key: &str, good_until: Option<Instant>) {
        self.orders.keys.lock().unwrap().change_to(key, good_until);
    }

    /// The old key ends.
    pub fn end_old_key(&self) {
        self.orders.keys.lock().unwrap().end_old();
    }

    /// How many streams are open with a key.
    pub fn streams_of(&self, key: &Arc<str>) -> usize {
        let is_of = |client: &Client| client.open_since.is_some() && client.key == *key;
        self.all.iter().filter(|client| is_of(&client.lock().unwrap())).count()
    }

    pub fn are_away(&self) -> bool {
        self.all.iter().all(|client| client.lock().unwrap().open_since.is_none())
    }
}

/// One connection after the other.
async fn live(client: Arc<Mutex<Client>>, cluster: Arc<Cluster>, orders: Arc<Orders>) {
    let mut failures = 0;
    loop {
        if std::mem::take(&mut client.lock().unwrap().starts_anew) {
            client.lock().unwrap().start_anew();
        }
        let mut retry = None;
        let server = cluster.any().filter(|_| !orders.away.load(Ordering::Relaxed));
        let key = orders.keys.lock().unwrap().pick();
        let end = match server {
            Some(address) => session(&client, address, &key, &orders, &mut retry).await,
            None => None,
        };
        client.lock().unwrap().closed();
        orders.judge(&client, &key, end);
        failures = if matches!(end, Some(End::Left | End::Cut)) { 0 } else { failures + 1 };
        let bound = retry.unwrap_or(Duration::from_millis(50 << failures.min(5))).min(MAX_PAUSE);
        tokio::time::sleep(bound.mul_f64(fastrand::f64())).await;
    }
}

impl Orders {
    /// A good key must let its client in, and stay.
    fn judge(&self, client: &Mutex<Client>, key: &Arc<str>, end: Option<End>) {
        let what = match end {
            Some(End::Refused) => "a good key was refused",
            Some(End::Cut) if self.watched.load(Ordering::Relaxed) => "the stream of a good key was ended",
            _ => return,
        };
        if self.keys.lock().unwrap().is_good(key) {
            client.lock().unwrap().violate(Kind::Keys, what.to_owned());
        }
    }
}

/// Opens a stream and follows it. `None` where no server was there to open it.
async fn session(
    client: &Mutex<Client>,
    address: SocketAddr,
    key: &Arc<str>,
    orders: &Orders,
    retry: &mut Option<Duration>,
) -> Option<End> {
    let mut socket = timeout(PATIENCE, TcpStream::connect(address)).await.ok()?.ok()?;
    let last_event_id = client.lock().unwrap().last_event_id.clone();
    let resume = if last_event_id.is_empty() { String::new() } else { format!("Last-Event-ID: {last_event_id}\r\n") };
    let request = format!("GET /stream HTTP/1.1\r\nHost: flags\r\nAuthorization: Bearer {key}\r\n{resume}\r\n");
    socket.write_all(request.as_bytes()).await.ok()?;
    let mut bytes = Vec::with_capacity(16 << 10);
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if timeout(PATIENCE, socket.read_buf(&mut bytes)).await.ok()?.ok()? == 0 {
            return None;
        }
    };
    if !bytes.starts_with(b"HTTP/1.1 200") {
        return bytes.starts_with(b"HTTP/1.1 401").then_some(End::Refused);
    }
    client.lock().unwrap().opened(key);
    // Networks end, and apps are closed: within a replay now and then, and after a while always.
    let events_left = if fastrand::u8(..8) == 0 { fastrand::u32(1..40) } else { u32::MAX };
    let end = Instant::now() + Duration::from_millis(fastrand::u64(orders.lives.clone()));
    let (mut chunks, mut parser) = (Chunks::new(), Parser::new(1 << 20));
    let mut events_left = events_left;
    bytes.drain(..head);
    let mut silent_since = Instant::now();
    loop {
        let Some(plain) = chunks.take(&bytes) else { return Some(End::Cut) };
        let mut plain = plain.as_slice();
        while let Some(event) = parser.next_event(&mut plain).unwrap() {
            let mut client = client.lock().unwrap();
            client.take(event.kind, event.data, event.id);
            events_left = events_left.saturating_sub(1);
            let leaves = !orders.calm.load(Ordering::Relaxed) && (events_left == 0 && client.staged.is_some());
            if leaves || client.wants_to_leave() {
                return Some(End::Left);
            }
        }
        *retry = parser.retry().map(Duration::from_millis);
        bytes.clear();
        match timeout(Duration::from_millis(200), socket.read_buf(&mut bytes)).await {
            Ok(Ok(0) | Err(_)) => return Some(End::Cut),
            Ok(Ok(_)) => silent_since = Instant::now(),
            Err(_) if silent_since.elapsed() > SILENCE => return Some(End::Cut),
            Err(_) => {}
        }
        let is_over = Instant::now() > end && !orders.calm.load(Ordering::Relaxed);
        let mut client = client.lock().unwrap();
        if is_over && fastrand::u8(..4) == 0 {
            client.starts_anew = true;
        }
        if is_over || client.wants_to_leave() || orders.away.load(Ordering::Relaxed) {
            return Some(End::Left);
        }
    }
}

impl Client {
    fn new(clears_on_connect: bool) -> Self {
        Self {
            store: FlagStore::new(),
            last_event_id: String::new(),
            staged: None,
            highest: HashMap::new(),
            clears_on_connect,
            seen: Vec::new(),
            violations: Vec::new(),
            open_since: None,
            key: READER_KEY.into(),
            starts_anew: false,
            counts: Counts::default(),
        }
    }

    fn start_anew(&mut self) {
        self.store = FlagStore::new();
        self.last_event_id.clear();
        self.highest.clear();
    }

    const fn wants_to_leave(&self) -> bool {
        self.starts_anew
    }

    fn opened(&mut self, key: &Arc<str>) {
        self.open_since = Some(Instant::now());
        self.key = Arc::clone(key);
    }

    fn closed(&mut self) {
        self.open_since = None;
        if self.staged.take().is_some() {
            self.counts.broken_replays += 1;
            self.store.abandon_replay();
        }
    }

    fn violate(&mut self, kind: Kind, what: String) {
        // One that is broken says the same again with every event.
        if self.violations.len() < 20 {
            self.violations.push(Violation::new(kind, what));
        }
    }

    fn take(&mut self, kind: &str, data: &str, id: &str) {
        if !id.is_empty() {
            id.clone_into(&mut self.last_event_id);
        }
        let mut content = None;
        match kind {
            "connected" => {
                self.staged = Some(0);
                if self.clears_on_connect
                    && let Some(id) = self.store.id().cloned()
                {
                    self.store = FlagStore::new();
                    self.store.begin_replay();
                    self.store.commit_replay(id);
                }
                self.store.begin_replay();
            }
            "message" => match Change::from_json(data.as_bytes()) {
                Ok(Some(change)) => content = self.take_change(change, id),
                other => self.violate(Kind::Protocol, format!("{data} is no change: {other:?}")),
            },
            "ready" => self.take_ready(data, id),
            "resumed" => {
                self.counts.resumes += 1;
                let own = self.store.revision().to_string();
                if self.store.id().is_none() || own != data {
                    self.violate(Kind::Protocol, format!("resumed from {data}, the client stands at {own}"));
                }
            }
            "heartbeat" => {
                self.counts.heartbeats += 1;
                let own = format!("{{\"revision\":{},\"digest\":\"{}\"}}", self.store.revision(), self.store.digest());
                if own != data {
                    self.violate(Kind::Protocol, format!("heartbeat {data}, the client has {own}"));
                    // As an SDK would: everything anew.
                    self.last_event_id.clear();
                    self.starts_anew = true;
                }
            }
            other => self.violate(Kind::Protocol, format!("event {other}")),
        }
        self.note(content);
    }

    fn take_change(&mut self, change: Change, id: &str) -> Option<u64> {
        if let Some(staged) = &mut self.staged {
            *staged += 1;
            match change {
                Change::Upsert(flag) => drop(self.store.stage(flag)),
                Change::Delete(key) => self.violate(Kind::Protocol, format!("a delete of {key} within a replay")),
            }
            return None;
        }
        let Ok(id) = EventId::parse(id) else {
            self.violate(Kind::Protocol, format!("a change with the id {id:?}"));
            return None;
        };
        let own = self.store.id().cloned();
        if own.as_ref().is_none_or(|own| own.epoch != id.epoch || own.revision.next() != id.revision) {
            self.violate(Kind::Protocol, format!("change {id} came to a client at {own:?}"));
        }
        let content = checksum(&change);
        self.store.apply(change, id.revision);
        self.counts.changes += 1;
        Some(content)
    }

    fn take_ready(&mut self, data: &str, id: &str) {
        self.counts.replays += 1;
        let (Ok(id), Some(staged)) = (EventId::parse(id), self.staged.take()) else {
            self.violate(Kind::Protocol, format!("ready with the id {id:?}, or without a replay"));
            return;
        };
        if data != format!("{{\"revision\":{},\"flags\":{staged}}}", id.revision) {
            self.violate(Kind::Protocol, format!("ready {data} at {id} after {staged} flags"));
        }
        self.store.commit_replay(id);
    }

    /// Notes what the user can see now.
    fn note(&mut self, content: Option<u64>) {
        let Some(id) = self.store.id().cloned() else { return };
        let highest = self.highest.entry(id.epoch.as_str().to_owned()).or_default();
        if *highest > id.revision.get() {
            let what = format!("led back from revision {highest} to {id}");
            *highest = id.revision.get();
            self.violate(Kind::Monotony, what);
        } else {
            *highest = id.revision.get();
        }
        let seen = Seen { id, digest: self.store.digest().get(), content };
        if content.is_some() || self.seen.last() != Some(&seen) {
            self.seen.push(seen);
        }
    }
}

/// What the flag is after a change, in one number.
pub fn checksum(change: &Change) -> u64 {
    match change {
        Change::Upsert(flag) => checksum_of(&flag.to_json()),
        Change::Delete(key) => checksum_of(key.as_str().as_bytes()),
    }
}

pub fn checksum_of(bytes: &[u8]) -> u64 {
    static STATE: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    STATE.hash_one(bytes)
}
