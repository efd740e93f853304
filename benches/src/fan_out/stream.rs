//! One open stream: its socket, and what has come over it.

use super::Outcome;
use super::generator::{Start, Target};
use super::head::Answer;
use super::ledger::Ledger;
use super::recognizer::{Recognizer, Seen};
use rustix::fd::OwnedFd;
use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, connect, socket_with, sockopt};
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpStream};
use std::time::Instant;

/// A stream.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) socket: TcpStream,
    pub(super) ledger: Ledger,
    pub(super) progress: Progress,
    /// Flags of the replay that is running, or of the last one.
    pub(super) flags: usize,
    start: Start,
    answer: Answer,
    recognizer: Recognizer,
}

/// How far a stream is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Progress {
    /// Nothing has been asked.
    Connected,
    /// The request is sent.
    Asked,
    /// The answer's head is there.
    Opened,
    /// Changes are to come.
    Ready,
    /// The server ended it.
    Ended,
}

/// The addresses that streams come from: each has ports for tens of thousands.
const SOURCES: usize = 100;

/// A socket that is bound to one of many loopback addresses, where it is to reach one.
pub(super) fn socket_from(place: usize, to: SocketAddr, receive_buffer: Option<usize>) -> Outcome<OwnedFd> {
    let socket = socket_with(AddressFamily::INET, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
    if let Some(size) = receive_buffer {
        sockopt::set_socket_recv_buffer_size(&socket, size)?;
    }
    if to.ip().is_loopback() {
        let [_, source] = u16::try_from(place % SOURCES + 2)?.to_be_bytes();
        bind(&socket, &SocketAddrV4::new(Ipv4Addr::new(127, 0, 0, source), 0))?;
    }
    Ok(socket)
}

impl Stream {
    pub(super) fn connect(place: usize, target: &Target) -> Outcome<Self> {
        let (to, socket) = (target.address, socket_from(place, target.address, target.receive_buffer)?);
        connect(&socket, &to).map_err(|error| format!("stream {place} cannot connect to {to}: {error}"))?;
        let socket = TcpStream::from(socket);
        socket.set_nonblocking(true)?;
        Ok(Self {
            socket,
            ledger: Ledger::default(),
            progress: Progress::Connected,
            flags: 0,
            start: target.start,
            answer: Answer::default(),
            recognizer: Recognizer::new(target.mark),
        })
    }

    pub(super) fn ask(&mut self, request: &[u8]) -> Outcome<()> {
        self.socket.write_all(request)?;
        self.progress = Progress::Asked;
        Ok(())
    }

    /// Reads what is there, and hands on the number of each change and when it arrived.
    pub(super) fn read(&mut self, buffer: &mut [u8], mut on_change: impl FnMut(u64, Instant)) -> Outcome<()> {
        loop {
            let count = match self.socket.read(buffer) {
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::ConnectionReset => 0,
                Err(error) => return Err(error.into()),
            };
            if count == 0 {
                self.progress = Progress::Ended;
                return Ok(());
            }
            let now = Instant::now();
            let (recognizer, ledger) = (&mut self.recognizer, &mut self.ledger);
            let (progress, flags) = (&mut self.progress, &mut self.flags);
            self.answer.read(buffer.get(..count).unwrap_or_default(), |body| {
                recognizer.read(body, |seen| match seen {
                    Seen::Change(number) => {
                        ledger.change(number);
                        on_change(number, now);
                    }
                    Seen::Flag => *flags += 1,
                    Seen::Ready(number) => {
                        ledger.replay(number);
                        *progress = Progress::Ready;
                    }
                    Seen::Resumed => *progress = Progress::Ready,
                });
            })?;
            self.note_head()?;
            // A read that fills the buffer may have left something; another one has not.
            if count < buffer.len() {
                return Ok(());
            }
        }
    }

    fn note_head(&mut self) -> Outcome<()> {
        match (self.progress, self.answer.status()) {
            (Progress::Asked, Some(200)) => match self.start {
                Start::Replay => self.progress = Progress::Opened,
                Start::Behind(number) => {
                    if self.ledger.last().is_none() {
                        self.ledger.begin_behind(number);
                    }
                    self.progress = Progress::Ready;
                }
            },
            (Progress::Asked, Some(status)) => {
                return Err(format!("a stream was answered with status {status}, not 200").into());
            }
            _ => {}
        }
        Ok(())
    }
}
