//! What the tests of several servers share: how one is started on a Postgres and followed as an SDK would.

use crate::support::{DEADLINE, EventStream, Model, Response, Server, eventually};
use sidekick_core::EventId;
use std::time::{Duration, Instant};

/// A server on the database at `url`, with more environment variables.
pub fn instance(url: &str, variables: &[(&str, &str)]) -> Server {
    Server::start_with(&[&[("DATABASE_URL", url)], variables].concat())
}

/// The other instances follow within this time where hints do not reach them.
pub const WITHOUT_HINTS: Duration = Duration::from_millis(2_500);

/// A client of one server's stream, with the flags that it has made of it.
pub struct Follower {
    stream: EventStream,
    pub model: Model,
}

impl Follower {
    /// One that has come to the end of its first replay.
    pub fn of(server: &Server) -> Self {
        let mut follower = Self { stream: server.stream(None), model: Model::default() };
        follower.wait_until(|model| model.replays == 1);
        follower
    }

    /// A header of the stream's answer.
    pub fn header(&self, name: &str) -> Option<&str> {
        let header = self.stream.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
        header.map(|(_, value)| value.as_str())
    }

    /// Takes events in until `holds`, and tells how long that took.
    pub fn wait_until(&mut self, holds: impl Fn(&Model) -> bool) -> Duration {
        let start = Instant::now();
        while !holds(&self.model) {
            assert!(
                start.elapsed() < DEADLINE,
                "the stream does not bring what it should; at {}",
                self.model.revision()
            );
            let event = self.stream.next().expect("the stream goes on");
            self.model.take(&event);
        }
        start.elapsed()
    }

    /// Takes events in until the flags stand at `revision`.
    pub fn wait_for(&mut self, revision: u64) -> Duration {
        self.wait_until(|model| model.revision().get() >= revision)
    }

    /// The flags are those of a server, which stand at `revision`.
    pub fn assert_agrees_with(&self, server: &Server, revision: u64) {
        let listing = server.request("GET", "/api/flags", "");
        assert_eq!(self.model.listing(), listing.text());
        assert_eq!(etag(&listing).trim_matches('"'), self.model.last_event_id());
        assert_eq!(self.model.revision().get(), revision);
    }
}

/// Creates a flag or replaces it, with a description that shows when; the revision that this made.
pub fn put(server: &Server, key: &str, description: &str) -> u64 {
    let response = try_put(server, key, description);
    assert!(matches!(response.status, 200 | 201), "{} {}", response.status, response.text());
    response.json()["revision"].as_u64().unwrap()
}

pub fn try_put(server: &Server, key: &str, description: &str) -> Response {
    let flag = serde_json::json!({ "key": key, "description": description });
    server.request("POST", "/api/flags", &flag.to_string())
}

fn etag(listing: &Response) -> &str {
    listing.header("etag").expect("a listing has its id as ETag")
}

/// Where a server stands.
pub fn id(server: &Server) -> EventId {
    EventId::parse(etag(&server.request("GET", "/api/flags", "")).trim_matches('"')).unwrap()
}

/// What `/readyz` answers: 200, or 503 with a reason.
pub fn readiness(server: &Server) -> (u16, String) {
    let response = server.request("GET", "/readyz", "");
    let text = response.text().to_owned();
    if response.status == 503 {
        assert!(response.header("retry-after").is_some_and(|seconds| seconds.parse::<u32>().is_ok()));
    }
    (response.status, text)
}

/// Waits until all servers are ready and have the same flags, and gives these and their id.
pub fn converged(servers: &[&Server]) -> (String, EventId) {
    let state = |server: &Server| {
        let listing = server.request("GET", "/api/flags", "");
        (listing.status, listing.text().to_owned(), listing.header("etag").map(str::to_owned))
    };
    eventually("all instances agree", || {
        let first = state(servers[0]);
        first.0 == 200
            && servers.iter().all(|server| state(server) == first)
            && servers.iter().all(|server| readiness(server).0 == 200)
    });
    (servers[0].request("GET", "/api/flags", "").text().to_owned(), id(servers[0]))
}

/// Waits until the bridges of all servers to Redis work, or do not.
pub fn wait_for_redis(servers: &[&Server], is_up: bool) {
    for server in servers {
        eventually("Redis is noticed", || (server.metric("sidekick_redis_up") > 0.0) == is_up);
    }
}
