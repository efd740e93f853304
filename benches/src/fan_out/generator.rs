//! The generator itself: streams and connections for requests on one epoll, in one thread.

use super::Outcome;
use super::exchange::{Answered, Exchange, request};
use super::ledger::Faults;
use super::recognizer::Mark;
use super::stream::{Progress, Stream};
use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};
use rustix::fd::OwnedFd;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// A server's stream.
#[derive(Clone, Debug)]
pub struct Target {
    /// Where the server listens.
    pub address: SocketAddr,
    /// The path of the stream, with its query.
    pub path: String,
    /// Headers of the request.
    pub headers: Vec<(String, String)>,
    /// Where its events bear their numbers.
    pub mark: Mark,
    /// How it begins.
    pub start: Start,
    /// How much the kernel is to hold for this side, in bytes; its own choice where it is not given.
    pub receive_buffer: Option<usize>,
}

/// How a stream begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// With a replay.
    Replay,
    /// With the change behind this number.
    Behind(u64),
}

/// A change that reached a stream.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    /// Which one.
    pub number: u64,
    /// When it was read.
    pub at: Instant,
}

/// How long streams took to open.
#[derive(Clone, Copy, Debug)]
pub struct Opened {
    /// Until every one had its answer's head.
    pub heads: Duration,
    /// Until every one had its replay.
    pub ready: Duration,
}

/// The generator.
pub struct Generator {
    epoll: OwnedFd,
    events: Vec<epoll::Event>,
    buffer: Vec<u8>,
    streams: Vec<Stream>,
    exchanges: Vec<Exchange>,
    arrivals: Vec<Arrival>,
    answers: Vec<Answered>,
    reached: Reached,
}

/// How many streams have ever been so far.
#[derive(Clone, Copy, Debug, Default)]
struct Reached {
    opened: usize,
    ready: usize,
    ended: usize,
}

/// Set in an event's data where it is of an exchange.
const EXCHANGE: u64 = 1 << 40;
/// How much one read takes. Replays are long.
const BUFFER: usize = 256 << 10;
/// Streams that may wait for their heads while others are opened: fewer than any server's queue of connections.
const WINDOW: usize = 256;
/// How long streams may take to open.
const PATIENCE: Duration = Duration::from_secs(180);

impl Generator {
    /// One without streams.
    ///
    /// # Errors
    /// Where the system gives no epoll.
    pub fn new() -> Outcome<Self> {
        Ok(Self {
            epoll: epoll::create(epoll::CreateFlags::CLOEXEC)?,
            events: Vec::with_capacity(1024),
            buffer: vec![0; BUFFER],
            streams: Vec::new(),
            exchanges: Vec::new(),
            arrivals: Vec::new(),
            answers: Vec::new(),
            reached: Reached::default(),
        })
    }

    /// Opens streams and waits until all are ready.
    ///
    /// # Errors
    /// Where one cannot be opened, or they take longer than three minutes.
    pub fn open(&mut self, target: &Target, count: usize) -> Outcome<Opened> {
        let request = request("GET", &target.path, &target.headers, "");
        let begun = Instant::now();
        let all = self.streams.len() + count;
        while self.streams.len() < all {
            // In bursts: one for each that was answered would make both sides wake each other for every single stream.
            if self.waiting() <= WINDOW / 2 {
                while self.streams.len() < all && self.waiting() < WINDOW {
                    self.connect_one(target)?;
                    self.ask(self.streams.len() - 1, &request)?;
                }
            }
            self.poll(Duration::from_millis(100))?;
            if begun.elapsed() > PATIENCE {
                break;
            }
        }
        self.wait_ready(all, begun)
    }

    /// Connects all sockets first, and then asks for all streams at once; the time counts from the first request.
    ///
    /// # Errors
    /// As [`Generator::open`].
    pub fn open_at_once(&mut self, target: &Target, count: usize) -> Outcome<Opened> {
        let request = request("GET", &target.path, &target.headers, "");
        let first = self.streams.len();
        (0..count).try_for_each(|_| self.connect_one(target))?;
        let begun = Instant::now();
        for place in first..first + count {
            self.ask(place, &request)?;
            // What has arrived meanwhile must not wait: the server would.
            if place % 64 == 0 {
                self.poll(Duration::ZERO)?;
            }
        }
        self.wait_ready(first + count, begun)
    }

    /// How many streams wait for their answer's head.
    const fn waiting(&self) -> usize {
        self.streams.len() - self.reached.opened
    }

    fn wait_ready(&mut self, all: usize, begun: Instant) -> Outcome<Opened> {
        let deadline = begun + PATIENCE;
        self.poll_until(deadline, |own| own.reached.opened >= all)?;
        let heads = begun.elapsed();
        let are_ready = self.poll_until(deadline, |own| own.reached.ready >= all)?;
        let ready = begun.elapsed();
        if !are_ready || self.ended() > 0 {
            let (ready, ended) = (self.reached.ready, self.ended());
            return Err(format!("{ready} of {all} streams became ready in {PATIENCE:?}, {ended} ended").into());
        }
        Ok(Opened { heads, ready })
    }

    fn connect_one(&mut self, target: &Target) -> Outcome<()> {
        let place = self.streams.len();
        let stream = Stream::connect(place, target)?;
        epoll::add(&self.epoll, &stream.socket, epoll::EventData::new_u64(place as u64), epoll::EventFlags::IN)?;
        self.streams.push(stream);
        Ok(())
    }

    fn ask(&mut self, place: usize, request: &[u8]) -> Outcome<()> {
        self.streams.get_mut(place).map_or(Ok(()), |stream| stream.ask(request))
    }

    /// Opens a connection for requests; answers its place.
    ///
    /// # Errors
    /// Where it cannot be opened.
    pub fn connect(&mut self, address: SocketAddr) -> Outcome<usize> {
        let (exchange, place) = (Exchange::connect(address)?, self.exchanges.len());
        let data = epoll::EventData::new_u64(EXCHANGE | place as u64);
        epoll::add(&self.epoll, &exchange.socket, data, epoll::EventFlags::IN)?;
        self.exchanges.push(exchange);
        Ok(place)
    }

    /// Sends a request over the connection of that place, which must have answered the one before.
    ///
    /// # Errors
    /// Where it cannot be sent.
    pub fn send(&mut self, connection: usize, request: &[u8]) -> Outcome<()> {
        let exchange = self.exchanges.get_mut(connection).ok_or("there is no such connection")?;
        exchange.send(request)
    }

    /// Sends a request and waits for its answer, whose body it gives.
    ///
    /// # Errors
    /// Where it is not answered with success within three minutes.
    pub fn call(&mut self, connection: usize, request: &[u8]) -> Outcome<Vec<u8>> {
        let answers = self.answers.len();
        self.send(connection, request)?;
        if !self.poll_until(Instant::now() + PATIENCE, |own| own.answers.len() > answers)? {
            return Err(format!("a request got no answer in {PATIENCE:?}").into());
        }
        Ok(self.exchanges.get(connection).map(|exchange| exchange.body().to_vec()).unwrap_or_default())
    }

    /// Polls until it holds; answers whether it did before the deadline.
    ///
    /// It never sleeps meanwhile: a sleeper on another processor is woken at the expense of whoever writes to it, which
    /// no server pays for clients on other machines.
    ///
    /// # Errors
    /// As [`Generator::poll`].
    pub fn poll_until(&mut self, deadline: Instant, mut holds: impl FnMut(&Self) -> bool) -> Outcome<bool> {
        while !holds(self) {
            if Instant::now() >= deadline {
                return Ok(false);
            }
            self.poll(Duration::ZERO)?;
        }
        Ok(true)
    }

    /// Reads whatever arrives in that time, and sleeps where nothing does.
    ///
    /// # Errors
    /// As [`Generator::poll`].
    pub fn poll_for(&mut self, time: Duration) -> Outcome<()> {
        let end = Instant::now() + time;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            self.poll(left)?;
        }
    }

    /// Reads what is there; waits for the first of it, so long at most.
    ///
    /// # Errors
    /// Where a socket fails, an answer is no success, or a stream's framing is broken.
    pub fn poll(&mut self, patience: Duration) -> Outcome<()> {
        let timeout = Timespec::try_from(patience)?;
        self.events.clear();
        match epoll::wait(&self.epoll, spare_capacity(&mut self.events), Some(&timeout)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        for event in &self.events {
            let data = event.data.u64();
            let place = usize::try_from(data & !EXCHANGE)?;
            if data & EXCHANGE == 0 {
                let Some(stream) = self.streams.get_mut(place) else { continue };
                let before = stream.progress;
                let arrivals = &mut self.arrivals;
                stream.read(&mut self.buffer, |number, at| arrivals.push(Arrival { number, at }))?;
                let has_reached = |progress| usize::from(before < progress && stream.progress >= progress);
                self.reached.opened += has_reached(Progress::Opened);
                self.reached.ready += has_reached(Progress::Ready);
                if stream.progress == Progress::Ended {
                    self.reached.ended += 1;
                    epoll::delete(&self.epoll, &stream.socket)?;
                }
            } else if let Some(exchange) = self.exchanges.get_mut(place) {
                self.answers.extend(exchange.read(place, &mut self.buffer)?);
            }
        }
        Ok(())
    }

    /// How many streams are read.
    #[must_use]
    pub fn streams(&self) -> usize {
        self.streams.len()
    }

    /// How many of them the server ended.
    #[must_use]
    pub const fn ended(&self) -> usize {
        self.reached.ended
    }

    /// How many flags the last replays of all streams had together.
    #[must_use]
    pub fn flags(&self) -> usize {
        self.streams.iter().map(|stream| stream.flags).sum()
    }

    /// How many replays arrived, beyond the first of each stream.
    #[must_use]
    pub fn later_replays(&self) -> u32 {
        self.streams.iter().map(|stream| stream.ledger.replays().saturating_sub(1)).sum()
    }

    /// Whether every stream stands at that change, or behind it.
    #[must_use]
    pub fn all_reached(&self, number: u64) -> bool {
        self.streams.iter().all(|stream| stream.ledger.last() >= Some(number))
    }

    /// What is wrong with the streams, if `end` was the last change.
    #[must_use]
    pub fn faults(&self, end: u64) -> Faults {
        let mut all = Faults::default();
        self.streams.iter().for_each(|stream| all += stream.ledger.faults(end));
        all
    }

    /// The changes that arrived since they were taken last.
    pub fn take_arrivals(&mut self) -> Vec<Arrival> {
        std::mem::take(&mut self.arrivals)
    }

    /// How many there are to take.
    #[must_use]
    pub fn arrivals(&self) -> usize {
        self.arrivals.len()
    }

    /// The answers that arrived since they were taken last.
    pub fn take_answers(&mut self) -> Vec<Answered> {
        std::mem::take(&mut self.answers)
    }

    /// Those that there are to take.
    #[must_use]
    pub fn answers(&self) -> &[Answered] {
        &self.answers
    }
}
