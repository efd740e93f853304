//! A writer's connection: one request after the other over HTTP/1.1.

use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Result, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// An answer.
pub struct Answer {
    pub status: u16,
    pub tag: Option<String>,
    pub body: String,
}

/// An open connection, with the key that its requests bear.
pub struct Connection {
    socket: BufReader<TcpStream>,
    key: String,
}

/// Longer than a server waits for its database.
const PATIENCE: Duration = Duration::from_secs(15);

impl Connection {
    pub fn open(address: SocketAddr, key: &str) -> Result<Self> {
        let socket = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.set_nodelay(true)?;
        Ok(Self { socket: BufReader::new(socket), key: key.to_owned() })
    }

    pub fn request(&mut self, method: &str, path: &str, headers: &str, body: &str) -> Result<Answer> {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: flags\r\nAuthorization: Bearer {}\r\n{headers}\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.key,
            body.len()
        );
        self.socket.get_mut().write_all(request.as_bytes())?;
        let mut line = self.line()?;
        let broken = || Error::from(ErrorKind::InvalidData);
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(broken)?;
        let (mut tag, mut length) = (None, 0);
        loop {
            line = self.line()?;
            let Some((name, value)) = line.split_once(": ") else { break };
            match name.to_ascii_lowercase().as_str() {
                "etag" => tag = Some(value.trim_matches('"').to_owned()),
                "content-length" => length = value.parse().map_err(|_| broken())?,
                _ => {}
            }
        }
        let mut body = vec![0; length];
        self.socket.read_exact(&mut body)?;
        Ok(Answer { status, tag, body: String::from_utf8(body).map_err(|_| broken())? })
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.socket.read_line(&mut line)? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end().to_owned())
    }
}
