//! Rotations of the clients' key while everything goes on: clients change over from the old key to the new one, and then
//! the old one ends, with its streams and no others.

use super::client::Clients;
use super::client_keys::LAST_CALL;
use super::cluster::{Cluster, WRITER_KEYS};
use super::http::Connection;
use super::stall;
use super::violation::{Kind, Violation};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How the old key ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// There is a key of another name, and the old one is revoked.
    Revoked,
    /// The key has another secret, and the old one expires after an overlap.
    Expired,
}

/// The named key that clients have.
pub struct Rotation {
    name: String,
    made: u32,
}

/// What ended with old keys.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ended {
    pub streams: usize,
    /// From the end of the key to that of its last stream, and to the last server's refusal.
    pub slowest: Duration,
}

/// Every server knows a new key, and ends what an old one opened, within this time.
const SOON: Duration = Duration::from_secs(5);
/// How long clients come and go with both keys.
const CHANGE_OVER: Duration = Duration::from_secs(3);
const OVERLAP: Duration = Duration::from_secs(8);
/// Servers count in whole milliseconds, by another clock.
const CLOCKS: Duration = Duration::from_millis(10);

impl Way {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Revoked => "another key, the old one revoked",
            Self::Expired => "another secret, the old one expired",
        }
    }
}

impl Rotation {
    /// Gives clients a named key in place of the environment's.
    pub fn begin(cluster: &Cluster, clients: &Clients) -> Self {
        let mut rotation = Self { name: String::new(), made: 0 };
        let key = rotation.create(cluster).and_then(|key| known(cluster, &key).map(|()| key));
        clients.set_key(&key.expect("a key for clients"));
        rotation
    }

    /// Rotates the key once. Meanwhile no stream may end but with its key, and no good key may be refused.
    pub fn rotate(&mut self, way: Way, cluster: &Cluster, clients: &Clients) -> Result<Ended, Violation> {
        clients.set_watched(true);
        let ended = self.change(way, cluster, clients);
        clients.set_watched(false);
        ended
    }

    fn change(&mut self, way: Way, cluster: &Cluster, clients: &Clients) -> Result<Ended, Violation> {
        let (old, old_name) = (clients.key(), self.name.clone());
        let end = Instant::now() + OVERLAP - CLOCKS;
        let new = match way {
            Way::Revoked => self.create(cluster)?,
            Way::Expired => self.renew(cluster)?,
        };
        known(cluster, &new)?;
        clients.change_key(&new, (way == Way::Expired).then_some(end));
        match way {
            Way::Revoked => std::thread::sleep(CHANGE_OVER),
            Way::Expired => std::thread::sleep(end.saturating_duration_since(Instant::now() + LAST_CALL)),
        }
        // From here on clients stay, so that streams are there to be ended.
        clients.set_calm(true);
        if way == Way::Expired {
            std::thread::sleep(end.saturating_duration_since(Instant::now()));
        }
        let streams = clients.streams_of(&old);
        clients.end_old_key();
        if way == Way::Revoked {
            ask(cluster, "DELETE", &format!("/api/keys/{old_name}"), &Value::Null, 204)?;
        }
        let slowest = over(cluster, clients, &old)?;
        Ok(Ended { streams, slowest })
    }

    fn create(&mut self, cluster: &Cluster) -> Result<String, Violation> {
        self.made += 1;
        let name = format!("clients-{}", self.made);
        let key = ask(cluster, "POST", "/api/keys", &json!({ "name": name, "kind": "server" }), 201)?;
        self.name = name;
        Ok(secret(&key))
    }

    fn renew(&self, cluster: &Cluster) -> Result<String, Violation> {
        let path = format!("/api/keys/{}/rotate", self.name);
        Ok(secret(&ask(cluster, "POST", &path, &json!({ "overlap_seconds": OVERLAP.as_secs() }), 200)?))
    }
}

impl Ended {
    pub fn add(&mut self, other: Self) {
        self.streams += other.streams;
        self.slowest = self.slowest.max(other.slowest);
    }
}

/// Asks one of the servers, which all are up, to change keys.
fn ask(cluster: &Cluster, method: &str, path: &str, body: &Value, expected: u16) -> Result<Value, Violation> {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let server = cluster.address(fastrand::usize(..cluster.len()));
    let answer = Connection::open(server, WRITER_KEYS[0]).and_then(|mut open| open.request(method, path, "", &body));
    match answer {
        Ok(answer) if answer.status == expected => Ok(serde_json::from_str(&answer.body).unwrap_or_default()),
        Ok(answer) => Err(wrong(format!("{method} {path} was answered {}: {}", answer.status, answer.body))),
        Err(error) => Err(wrong(format!("{method} {path} had no answer: {error}"))),
    }
}

fn secret(key: &Value) -> String {
    key["secret"].as_str().expect("the secret of a new key").to_owned()
}

/// Waits until every server takes the key.
fn known(cluster: &Cluster, key: &str) -> Result<(), Violation> {
    soon(|| match statuses(cluster, key).filter(|status| *status != 200).count() {
        0 => Ok(()),
        servers => Err(format!("{servers} servers do not take a new key")),
    })
    .map(drop)
}

/// Waits until every server refuses the key and no stream of it is left, and tells how long that took.
fn over(cluster: &Cluster, clients: &Clients, key: &Arc<str>) -> Result<Duration, Violation> {
    soon(|| match (clients.streams_of(key), statuses(cluster, key).filter(|status| *status != 401).count()) {
        (0, 0) => Ok(()),
        (streams, servers) => {
            Err(format!("of a key that has ended {streams} streams go on, {servers} servers take it"))
        }
    })
}

fn statuses<'a>(cluster: &'a Cluster, key: &'a str) -> impl Iterator<Item = u16> + 'a {
    (0..cluster.len()).map(move |server| {
        let answer = Connection::open(cluster.address(server), key)
            .and_then(|mut open| open.request("GET", "/api/session", "", ""));
        answer.map_or(0, |answer| answer.status)
    })
}

/// Waits until nothing is wrong any more, and tells how long that took.
fn soon(look: impl Fn() -> Result<(), String>) -> Result<Duration, Violation> {
    let (start, stalled) = (Instant::now(), stall::total());
    loop {
        match look() {
            Ok(()) => return Ok(start.elapsed()),
            Err(what) if start.elapsed() > SOON + stall::total() - stalled => {
                return Err(wrong(format!("{what} after {SOON:?}")));
            }
            Err(_) => std::thread::sleep(Duration::from_millis(10)),
        }
    }
}

fn wrong(what: String) -> Violation {
    Violation::new(Kind::Keys, what)
}
