//! HTTP/1.1 by hand, so that a test can also say what no client library would.

use super::DEADLINE;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};

/// A connection with a deadline on every read and write.
pub fn connect(address: SocketAddr) -> TcpStream {
    let socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(DEADLINE)).unwrap();
    socket.set_write_timeout(Some(DEADLINE)).unwrap();
    socket
}

/// An answer.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {:?}", self.text()))
    }
}

/// Sends one request and reads the whole answer.
pub fn exchange(mut socket: TcpStream, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Response {
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    if !body.is_empty() {
        head += &format!("Content-Length: {}\r\n", body.len());
    }
    socket.write_all(format!("{head}\r\n").as_bytes()).unwrap();
    // A server may refuse a body before all of it was sent.
    let _ = socket.write_all(body);
    read_response(&mut BufReader::new(socket), method == "HEAD")
}

/// A connection that is used for one request after the other.
pub struct Connection(BufReader<TcpStream>);

impl Connection {
    pub const fn new(socket: BufReader<TcpStream>) -> Self {
        Self(socket)
    }

    /// Sends a request, with a JSON body or none, and reads its answer.
    pub fn request(&mut self, method: &str, path: &str, body: &str) -> Response {
        let head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n");
        let request = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
        self.0.get_mut().write_all(request.as_bytes()).unwrap();
        read_response(&mut self.0, method == "HEAD")
    }
}

/// Sends bytes as they are, and reads the answer; `None` where the connection is closed without one.
pub fn speak(mut socket: TcpStream, bytes: &[u8]) -> Option<Response> {
    // A server may refuse a request before all of it was sent.
    let _ = socket.write_all(bytes);
    let mut socket = BufReader::new(socket);
    match socket.fill_buf() {
        Ok([]) => None,
        Ok(_) => Some(read_response(&mut socket, bytes.starts_with(b"HEAD "))),
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => None,
        Err(error) => panic!("neither an answer nor the end of the connection: {error}"),
    }
}

/// Reads one answer with a known length.
pub fn read_response(socket: &mut impl BufRead, is_head: bool) -> Response {
    let (status, headers) = read_head(socket);
    let mut response = Response { status, headers, body: Vec::new() };
    let length = response.header("content-length").map_or(0, |length| length.parse().unwrap());
    if !is_head {
        response.body.resize(length, 0);
        socket.read_exact(&mut response.body).unwrap();
    }
    response
}

/// Reads status and headers.
pub fn read_head(socket: &mut impl BufRead) -> (u16, Vec<(String, String)>) {
    let mut line = String::new();
    socket.read_line(&mut line).unwrap();
    let status = line.split(' ').nth(1).unwrap_or_else(|| panic!("no answer: {line:?}")).parse().unwrap();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        socket.read_line(&mut line).unwrap();
        match line.trim_end().split_once(": ") {
            Some((name, value)) => headers.push((name.to_owned(), value.to_owned())),
            None => return (status, headers),
        }
    }
}

/// A body in chunks (RFC 9112, section 7.1) as plain bytes.
pub struct Chunked {
    socket: BufReader<TcpStream>,
    left: usize,
    ended: bool,
}

impl Chunked {
    pub const fn new(socket: BufReader<TcpStream>) -> Self {
        Self { socket, left: 0, ended: false }
    }

    pub fn socket(&self) -> &TcpStream {
        self.socket.get_ref()
    }
}

impl Read for Chunked {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.left == 0 && !self.ended {
            let mut line = String::new();
            if self.socket.read_line(&mut line)? == 0 {
                self.ended = true;
            } else if !line.trim().is_empty() {
                self.left = usize::from_str_radix(line.trim(), 16).unwrap();
                self.ended = self.left == 0;
            }
        }
        let room = buffer.len().min(self.left);
        let count = if self.ended { 0 } else { self.socket.read(&mut buffer[..room])? };
        self.left -= count;
        Ok(count)
    }
}
