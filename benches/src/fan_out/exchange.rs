//! A connection for requests, one after the other, that waits for nothing.

use super::Outcome;
use super::head::Answer;
use super::recognizer::number_in_data;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;

/// The connection.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) socket: TcpStream,
    sent_at: Option<Instant>,
    answer: Answer,
    body: Vec<u8>,
}

/// A request that was answered with success.
#[derive(Clone, Copy, Debug)]
pub struct Answered {
    /// Over which connection, by its place.
    pub connection: usize,
    /// Just before the request was written.
    pub sent_at: Instant,
    /// When its answer was complete.
    pub at: Instant,
    /// The revision that the answer names.
    pub revision: Option<u64>,
    /// The length of the answer's body in bytes.
    pub length: usize,
}

impl Exchange {
    pub(super) fn connect(address: SocketAddr) -> Outcome<Self> {
        let socket = TcpStream::connect(address).map_err(|error| format!("cannot connect to {address}: {error}"))?;
        socket.set_nodelay(true)?;
        socket.set_nonblocking(true)?;
        Ok(Self { socket, sent_at: None, answer: Answer::default(), body: Vec::new() })
    }

    pub(super) fn send(&mut self, request: &[u8]) -> Outcome<()> {
        if self.sent_at.is_some() {
            return Err("a request is sent while another one waits for its answer".into());
        }
        self.answer = Answer::default();
        self.body.clear();
        self.sent_at = Some(Instant::now());
        Ok(self.socket.write_all(request)?)
    }

    /// Reads what is there; gives the answer once it is complete.
    pub(super) fn read(&mut self, connection: usize, buffer: &mut [u8]) -> Outcome<Option<Answered>> {
        loop {
            let count = match self.socket.read(buffer) {
                Ok(0) => return Err("the server closed a connection that waits for requests".into()),
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
                Err(error) => return Err(error.into()),
            };
            let body = &mut self.body;
            self.answer.read(buffer.get(..count).unwrap_or_default(), |data| body.extend_from_slice(data))?;
            if !self.answer.has_ended() {
                continue;
            }
            let Some(sent_at) = self.sent_at.take() else { return Err("an answer came without a request".into()) };
            let status = self.answer.status().unwrap_or_default();
            if !(200..300).contains(&status) {
                let body = String::from_utf8_lossy(&self.body);
                return Err(format!("a request was answered with status {status}: {body}").into());
            }
            let revision = number_in_data(&self.body);
            return Ok(Some(Answered { connection, sent_at, at: Instant::now(), revision, length: self.body.len() }));
        }
    }

    /// The body of the last answer.
    pub(super) fn body(&self) -> &[u8] {
        &self.body
    }
}

/// A request with its framing; a body that is empty is none.
#[must_use]
pub fn request(method: &str, path: &str, headers: &[(String, String)], body: &str) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n");
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    if !body.is_empty() {
        text += &format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
    }
    text += "\r\n";
    text += body;
    text.into_bytes()
}
