//! Many SDK clients in one thread: each is the core's sync client, with its own delays, on a socket of the fleet's epoll.

use super::Outcome;
use super::exchange::request;
use super::head::Answer;
use super::stream::socket_from;
use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};
use rustix::fd::OwnedFd;
use rustix::net::connect;
use sidekick_core::sync::{Output, Status, SyncClient};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// The clients.
pub struct Fleet {
    epoll: OwnedFd,
    events: Vec<epoll::Event>,
    buffer: Vec<u8>,
    address: SocketAddr,
    members: Vec<Member>,
    /// When which client is to be woken, in milliseconds of the fleet's clock.
    wakes: BinaryHeap<Reverse<(u64, usize)>>,
    begun: Instant,
    ready: usize,
}

struct Member {
    client: SyncClient,
    connection: Option<Connection>,
    is_ready: bool,
    attempts: u32,
}

struct Connection {
    socket: TcpStream,
    /// Until it is connected, what is then to be sent.
    request: Option<Vec<u8>>,
    answer: Answer,
    is_answered: bool,
}

const BUFFER: usize = 64 << 10;
/// Makes seeds that differ in all bits (the golden ratio of 64 bits).
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

impl Fleet {
    /// Clients that have not started.
    ///
    /// # Errors
    /// Where the system gives no epoll.
    pub fn new(address: SocketAddr, count: usize) -> Outcome<Self> {
        let member = |place: usize| Member {
            client: SyncClient::new((place as u64).wrapping_mul(SPREAD)),
            connection: None,
            is_ready: false,
            attempts: 0,
        };
        Ok(Self {
            epoll: epoll::create(epoll::CreateFlags::CLOEXEC)?,
            events: Vec::with_capacity(1024),
            buffer: vec![0; BUFFER],
            address,
            members: (0..count).map(member).collect(),
            wakes: BinaryHeap::new(),
            begun: Instant::now(),
            ready: 0,
        })
    }

    /// Starts clients up to that place, if they have not started.
    ///
    /// # Errors
    /// As [`Fleet::poll`].
    pub fn start(&mut self, up_to: usize) -> Outcome<()> {
        let now = self.now();
        for place in 0..up_to.min(self.members.len()) {
            let Some(member) = self.members.get_mut(place) else { continue };
            if member.attempts == 0 {
                member.client.start(now);
                self.act(place)?;
            }
        }
        Ok(())
    }

    /// Reads what is there and wakes who is to be woken; waits for the first of it, so long at most.
    ///
    /// # Errors
    /// Where the system refuses a socket, or an answer is none.
    pub fn poll(&mut self, patience: Duration) -> Outcome<()> {
        let due = self.wakes.peek().map(|Reverse((at, _))| Duration::from_millis(at.saturating_sub(self.now())));
        let timeout = Timespec::try_from(due.map_or(patience, |due| due.min(patience)))?;
        let mut events = std::mem::take(&mut self.events);
        events.clear();
        match epoll::wait(&self.epoll, spare_capacity(&mut events), Some(&timeout)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        for event in &events {
            let place = usize::try_from(event.data.u64())?;
            self.serve(place)?;
            self.act(place)?;
        }
        self.events = events;
        let now = self.now();
        while let Some(Reverse((at, place))) = self.wakes.peek().copied().filter(|Reverse((at, _))| *at <= now) {
            self.wakes.pop();
            debug_assert!(at <= now);
            if let Some(member) = self.members.get_mut(place) {
                // One that was woken in vain names the moment again.
                member.client.handle_timeout(now);
            }
            self.act(place)?;
        }
        Ok(())
    }

    /// Polls until it holds; answers whether it did before the deadline.
    ///
    /// # Errors
    /// As [`Fleet::poll`].
    pub fn poll_until(&mut self, deadline: Instant, mut holds: impl FnMut(&Self) -> bool) -> Outcome<bool> {
        while !holds(self) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(false);
            }
            self.poll(left.min(Duration::from_millis(50)))?;
        }
        Ok(true)
    }

    /// How many clients follow the server.
    #[must_use]
    pub const fn ready(&self) -> usize {
        self.ready
    }

    /// How many connections all clients have tried.
    #[must_use]
    pub fn attempts(&self) -> u64 {
        self.members.iter().map(|member| u64::from(member.attempts)).sum()
    }

    /// How many clients hold exactly what the first one holds, by revision and digest, at that revision or a later one.
    #[must_use]
    pub fn equal(&self, revision: u64) -> usize {
        let held = |member: &Member| (member.client.store().revision(), member.client.store().digest());
        let Some(first) = self.members.first().map(held).filter(|(first, _)| first.get() >= revision) else { return 0 };
        self.members.iter().filter(|member| member.is_ready && held(member) == first).count()
    }

    fn now(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Does what the client wants.
    fn act(&mut self, place: usize) -> Outcome<()> {
        let now = self.now();
        loop {
            let Some(member) = self.members.get_mut(place) else { return Ok(()) };
            match member.client.poll_output() {
                None => return Ok(()),
                // A socket that is let go of leaves its epoll.
                Some(Output::Disconnect) => member.connection = None,
                Some(Output::Connect { last_event_id }) => {
                    member.attempts += 1;
                    let id = last_event_id.map(|id| ("Last-Event-ID".to_owned(), id.to_string()));
                    let headers: Vec<_> = id.into_iter().collect();
                    let request = request("GET", "/stream", &headers, "");
                    member.connection = Connection::start(&self.epoll, place, self.address, request)?;
                    if member.connection.is_none() {
                        member.client.handle_disconnected(now);
                    }
                }
                Some(Output::StatusChanged(status)) => {
                    let is_ready = status == Status::Ready;
                    self.ready = self.ready + usize::from(is_ready) - usize::from(member.is_ready);
                    member.is_ready = is_ready;
                }
                Some(Output::WakeAt(at)) if at < u64::MAX => self.wakes.push(Reverse((at, place))),
                Some(Output::WakeAt(_) | Output::FlagsChanged { .. } | Output::Error(_)) => {}
            }
        }
    }

    /// Its socket has something.
    fn serve(&mut self, place: usize) -> Outcome<()> {
        let now = self.now();
        let Some(member) = self.members.get_mut(place) else { return Ok(()) };
        let Some(connection) = &mut member.connection else { return Ok(()) };
        if let Some(request) = connection.request.take() {
            if connection.socket.take_error()?.is_some() || connection.socket.write_all(&request).is_err() {
                member.connection = None;
                member.client.handle_disconnected(now);
                return Ok(());
            }
            let data = epoll::EventData::new_u64(place as u64);
            epoll::modify(&self.epoll, &connection.socket, data, epoll::EventFlags::IN)?;
        }
        loop {
            let count = match connection.socket.read(&mut self.buffer) {
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                // Reset by a server that was killed.
                Err(_) => 0,
            };
            if count == 0 {
                member.connection = None;
                member.client.handle_disconnected(now);
                return Ok(());
            }
            let bytes = self.buffer.get(..count).unwrap_or_default();
            let mut body = Vec::new();
            connection.answer.read(bytes, |data| body.extend_from_slice(data))?;
            if let (false, Some(status)) = (connection.is_answered, connection.answer.status()) {
                connection.is_answered = true;
                member.client.handle_connected(now, status, Some("text/event-stream"), None);
            }
            member.client.handle_bytes(now, &body);
            if count < BUFFER {
                return Ok(());
            }
        }
    }
}

impl Connection {
    /// `None` where nobody listens there.
    fn start(epoll: &OwnedFd, place: usize, address: SocketAddr, request: Vec<u8>) -> Outcome<Option<Self>> {
        let socket = socket_from(place, address, None)?;
        rustix::io::ioctl_fionbio(&socket, true)?;
        match connect(&socket, &address) {
            Ok(()) | Err(rustix::io::Errno::INPROGRESS) => {}
            Err(_) => return Ok(None),
        }
        epoll::add(epoll, &socket, epoll::EventData::new_u64(place as u64), epoll::EventFlags::OUT)?;
        let (socket, answer) = (TcpStream::from(socket), Answer::default());
        Ok(Some(Self { socket, request: Some(request), answer, is_answered: false }))
    }
}
