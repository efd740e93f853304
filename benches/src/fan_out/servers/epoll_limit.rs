//! The least that a server of events can do on this kernel: one thread, one `write` of a prepared buffer for each socket
//! and change, no clock, no storage, no memory for a client but the socket. What it takes, every server takes.

use super::event_text;
use crate::fan_out::Outcome;
use rustix::buffer::spare_capacity;
use rustix::event::epoll;
use rustix::fd::{AsFd, OwnedFd};
use rustix::net::{AddressFamily, SocketFlags, SocketType, acceptfrom_with, bind, listen, socket_with, sockopt};
use std::collections::HashMap;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::fd::AsRawFd;

/// Serves on a port of 127.0.0.1 until it is killed. `GET` opens a stream, `POST` sends its body to all streams. With
/// `drops_one`, one event of the tenth change is left out, so that one who counts can be seen to find it.
///
/// # Errors
/// Where it cannot listen, or the system refuses.
pub fn serve(port: u16, drops_one: bool) -> Outcome<()> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let listener = socket_with(AddressFamily::INET, SocketType::STREAM, flags, None)?;
    sockopt::set_socket_reuseaddr(&listener, true)?;
    bind(&listener, &address)?;
    listen(&listener, 4096)?;
    let mut limit = Limit {
        epoll: epoll::create(epoll::CreateFlags::CLOEXEC)?,
        requests: HashMap::new(),
        streams: Vec::new(),
        changes: 0,
        drops_one,
    };
    limit.watch(&listener, LISTENER)?;
    let mut events = Vec::with_capacity(1024);
    loop {
        events.clear();
        match epoll::wait(&limit.epoll, spare_capacity(&mut events), None) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        for event in &events {
            match event.data.u64() {
                LISTENER => limit.accept(&listener)?,
                place => limit.read(place)?,
            }
        }
    }
}

const LISTENER: u64 = u64::MAX;
/// The change of which an event is left out.
const DROPPED: u64 = 10;
const STREAM_HEAD: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-store\r\ntransfer-encoding: chunked\r\n\r\n";

struct Limit {
    epoll: OwnedFd,
    /// Connections whose request is not complete, by their file descriptors.
    requests: HashMap<u64, (TcpStream, Vec<u8>)>,
    streams: Vec<TcpStream>,
    changes: u64,
    drops_one: bool,
}

impl Limit {
    fn watch(&self, socket: impl AsFd, place: u64) -> Outcome<()> {
        Ok(epoll::add(&self.epoll, socket, epoll::EventData::new_u64(place), epoll::EventFlags::IN)?)
    }

    fn accept(&mut self, listener: &OwnedFd) -> Outcome<()> {
        loop {
            match acceptfrom_with(listener, SocketFlags::CLOEXEC | SocketFlags::NONBLOCK) {
                Ok((socket, _)) => {
                    let socket = TcpStream::from(socket);
                    socket.set_nodelay(true)?;
                    let place = u64::try_from(socket.as_raw_fd())?;
                    self.watch(&socket, place)?;
                    self.requests.insert(place, (socket, Vec::new()));
                }
                Err(rustix::io::Errno::AGAIN) => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn read(&mut self, place: u64) -> Outcome<()> {
        let Some((socket, request)) = self.requests.get_mut(&place) else { return Ok(()) };
        let mut buffer = [0; 4096];
        match socket.read(&mut buffer) {
            Ok(count @ 1..) => request.extend_from_slice(buffer.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Ok(_) | Err(_) => {
                self.requests.remove(&place);
                return Ok(());
            }
        }
        let Some(head_end) = request.windows(4).position(|four| four == b"\r\n\r\n").map(|start| start + 4) else {
            return Ok(());
        };
        let (head, body) = request.split_at(head_end);
        if head.starts_with(b"GET ") {
            return self.subscribe(place);
        }
        if body.len() < content_length(head)? {
            return Ok(());
        }
        self.changes += 1;
        let data = String::from_utf8(body.to_vec())?;
        let answer = format!("{{\"revision\":{}}}", self.changes);
        write!(socket, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{answer}", answer.len())?;
        request.clear();
        self.publish(&data);
        Ok(())
    }

    fn subscribe(&mut self, place: u64) -> Outcome<()> {
        let Some((mut socket, _)) = self.requests.remove(&place) else { return Ok(()) };
        // A stream that ends is found when it is written to.
        epoll::delete(&self.epoll, &socket)?;
        if socket.write_all(STREAM_HEAD).is_ok() {
            self.streams.push(socket);
        }
        Ok(())
    }

    fn publish(&mut self, data: &str) {
        let event = event_text(self.changes, data);
        let chunk = format!("{:x}\r\n{event}\r\n", event.len());
        let mut is_dropped = self.drops_one && self.changes == DROPPED;
        // One that does not take the whole event is cut off.
        self.streams.retain_mut(|socket| {
            std::mem::take(&mut is_dropped) || socket.write(chunk.as_bytes()).is_ok_and(|count| count == chunk.len())
        });
    }
}

fn content_length(head: &[u8]) -> Outcome<usize> {
    let head = std::str::from_utf8(head)?;
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    let length = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    length.map_or(Ok(0), |(_, value)| Ok(value.trim().parse()?))
}
