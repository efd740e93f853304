//! A soak: faults and writes without end, rests between them, and at each rest a look at what a server still holds.
//!
//! At a rest nobody has a stream and nobody writes, so that what is held then is what the server keeps of all that went
//! before. The first server is never ended, so it is the one that is looked at.

use super::arguments::Arguments;
use super::cluster::WRITER_KEYS;
use super::fault::Fault;
use super::holdings::Holdings;
use super::http::Connection;
use super::rotation::{Rotation, Way};
use super::violation::{Kind, Violation};
use super::world::World;
use std::fmt;
use std::ops::Range;
use std::time::{Duration, Instant};

pub const SOAK_SERVERS: usize = 2;
/// How long a client keeps a stream, in milliseconds: what is left of each is to add up.
pub const SOAK_LIVES: Range<u64> = 300..6_000;

/// The server that is never ended.
const STEADY: usize = 0;
const OTHER: usize = 1;
/// How long the streams of clients that left may stay in a server.
const FAREWELL: Duration = Duration::from_secs(5);
/// Fewer say nothing of what grows; on a slow machine a short run goes on for them.
const LEAST_RESTS: usize = 8;
/// What else a server is asked before each rest, with the status of the answer: of every kind, the refused ones too.
const QUESTIONS: [(&str, &str, &str, u16); 9] = [
    ("GET", "/", "", 200),
    ("GET", "/api/flags", "", 200),
    ("GET", "/api/history?limit=20", "", 200),
    ("GET", "/api/stats", "", 200),
    ("POST", "/api/evaluate", r#"{"flag_key":"shared-1","users":[{"user_key":"a"},{"user_key":"b"}]}"#, 200),
    ("POST", "/api/flags", "{\"key\":", 400),
    ("GET", "/api/flags/no-such-flag", "", 404),
    ("PUT", "/api/flags", "", 405),
    ("GET", "/metrics", "", 200),
];
const TIMES: usize = 20;
/// In every so many rounds the clients' key is rotated, in place of a fault.
const ROTATION: usize = 4;

impl World {
    /// Goes on until the time is over, then judges.
    pub fn soak(&mut self, arguments: &Arguments) {
        println!("a soak: seed {}, {} clients, {SOAK_SERVERS} servers", arguments.seed, arguments.clients);
        let mut rotation = Rotation::begin(&self.cluster, &self.clients);
        self.go_on_for(3000);
        self.check("no fault", Instant::now());
        for round in 0.. {
            let is_over = self.start.elapsed() > arguments.duration && self.held.0.len() >= LEAST_RESTS;
            if is_over || arguments.sabotage.is_some() && !self.judge.is_clean() {
                break;
            }
            let pause = self.schedule.random().u64(500..2000);
            self.go_on_for(pause);
            let name = match round % (2 * ROTATION) {
                0 => self.rotate_key(&mut rotation, Way::Revoked),
                ROTATION => self.rotate_key(&mut rotation, Way::Expired),
                _ => self.break_something(),
            };
            self.counts.entry(name).or_default().times += 1;
            self.check(name, Instant::now());
            while self.dump.is_none() {
                self.check(name, Instant::now());
            }
            self.ask();
            self.rest();
        }
        self.check_processes();
        for what in self.held.growth() {
            self.judge.violate(Violation::new(Kind::Growth, what));
        }
    }

    fn break_something(&mut self) -> &'static str {
        let fault = loop {
            let fault = self.schedule.next();
            if fault != Fault::KillAllServers {
                break fault;
            }
        };
        println!("{:>7.1}s {}", self.start.elapsed().as_secs_f64(), fault.name());
        self.inject_into(fault, OTHER);
        fault.name()
    }

    fn rotate_key(&mut self, rotation: &mut Rotation, way: Way) -> &'static str {
        println!("{:>7.1}s {}", self.start.elapsed().as_secs_f64(), way.name());
        match rotation.rotate(way, &self.cluster, &self.clients) {
            Ok(ended) => self.ended.add(ended),
            Err(violation) => self.judge.violate(violation),
        }
        // To put it back would take away the key that clients have now.
        self.dump = None;
        way.name()
    }

    /// Asks everything that is no stream and no write.
    fn ask(&mut self) {
        for (method, path, body, expected) in QUESTIONS {
            for _ in 0..TIMES {
                let answer = Connection::open(self.cluster.address(STEADY), WRITER_KEYS[0])
                    .and_then(|mut connection| connection.request(method, path, "", body));
                let status = answer.map_or(0, |answer| answer.status);
                if status != expected {
                    let what = format!("{method} {path} was answered {status}");
                    self.judge.violate(Violation::new(Kind::Protocol, what));
                }
            }
        }
    }

    /// Everybody leaves, and what is held is noted.
    fn rest(&mut self) {
        self.clients.set_away(true);
        let start = Instant::now();
        let mut open = None;
        while open != Some(0) && start.elapsed() < FAREWELL {
            std::thread::sleep(Duration::from_millis(20));
            open = self.clients.are_away().then(|| self.gauge("sidekick_streams_connected")).flatten();
        }
        if open != Some(0) {
            let what = format!("{open:?} streams are open {FAREWELL:?} after the last client left");
            self.judge.violate(Violation::new(Kind::Growth, what));
        }
        self.held.0.push(self.cluster.holdings(STEADY, self.gauge("sidekick_flags").unwrap_or_default()));
        self.clients.set_away(false);
    }

    /// What the first server says of itself.
    fn gauge(&self, name: &str) -> Option<u64> {
        let answer = Connection::open(self.cluster.address(STEADY), WRITER_KEYS[0])
            .and_then(|mut connection| connection.request("GET", "/metrics", "", ""))
            .ok()?;
        answer.body.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
    }
}

/// What a server held at each rest.
#[derive(Clone, Debug, Default)]
pub struct Series(pub Vec<Holdings>);

/// One of the things that are held, and the slack that it has beside a tenth: what does not depend on how long it runs.
struct Measure {
    name: &'static str,
    of: fn(&Holdings) -> u64,
    slack: u64,
}

const MEASURES: [Measure; 3] = [
    // Which of the allocator's arenas a thread takes is chance, and each keeps what it once had.
    Measure { name: "memory, KiB", of: |held| held.memory, slack: 4096 },
    // Connections of four writers, and of the pool to Postgres.
    Measure { name: "descriptors", of: |held| held.descriptors, slack: 16 },
    // Threads for blocking work end when they were idle for ten seconds.
    Measure { name: "threads", of: |held| held.threads, slack: 8 },
];

impl Series {
    /// What has grown: the median of the last third is more than 1.1 times that of the first third, and the slack more.
    /// The first quarter is left out: caches fill.
    pub fn growth(&self) -> Vec<String> {
        let grown = MEASURES.iter().filter(|measure| self.last(measure) > self.limit(measure));
        let what = |measure: &Measure| {
            let (first, last) = (self.first(measure), self.last(measure));
            format!("{}: {first} in the first third, {last} in the last; at most {}", measure.name, self.limit(measure))
        };
        grown.map(what).collect()
    }

    fn judged(&self) -> &[Holdings] {
        &self.0[self.0.len() / 4..]
    }

    fn first(&self, measure: &Measure) -> u64 {
        let judged = self.judged();
        median(&judged[..judged.len().div_ceil(3)], measure.of)
    }

    fn last(&self, measure: &Measure) -> u64 {
        let judged = self.judged();
        median(&judged[judged.len() - judged.len().div_ceil(3)..], measure.of)
    }

    fn limit(&self, measure: &Measure) -> u64 {
        self.first(measure) * 11 / 10 + measure.slack
    }
}

fn median(held: &[Holdings], of: fn(&Holdings) -> u64) -> u64 {
    let mut values: Vec<u64> = held.iter().map(of).collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        writeln!(
            f,
            "\n{:<34} {:>11} {:>11} {:>11} {:>11}",
            format!("held at {} rests", self.0.len()),
            "first third",
            "last third",
            "at most",
            "most"
        )?;
        for measure in &MEASURES {
            let most = self.0.iter().map(measure.of).max().unwrap_or_default();
            let (first, last, limit) = (self.first(measure), self.last(measure), self.limit(measure));
            let verdict = if last > limit { "GROWS" } else { "flat" };
            writeln!(f, "{:<34} {first:>11} {last:>11} {limit:>11} {most:>11}  {verdict}", measure.name)?;
        }
        // Whether what has grown still grows.
        for (name, of) in [(MEASURES[0].name, MEASURES[0].of), ("flags", |held: &Holdings| held.flags)] {
            let tenths = self.0.chunks(self.0.len().div_ceil(10));
            let medians: Vec<String> = tenths.map(|held| median(held, of).to_string()).collect();
            writeln!(f, "{name}, in ten parts of the run: {}", medians.join(" "))?;
        }
        Ok(())
    }
}
