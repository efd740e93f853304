//! What `server health` does: asks the server of this machine whether it answers, for images that carry no other client.

use std::io::{Error, ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// How long it waits for the connection, and then for each piece of the answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Asks for `/healthz` where a server with this address listens.
///
/// # Errors
/// What the system said, or what was answered in place of 200; both with the address that was asked.
pub fn ask(listening: SocketAddr) -> Result<(), String> {
    let address = SocketAddr::new(reachable(listening.ip()), listening.port());
    match status_line(address) {
        Ok(line) if line.split(' ').nth(1) == Some("200") => Ok(()),
        Ok(line) => Err(format!("{address} answered {line:?} to /healthz; 200 is expected")),
        Err(error) => Err(format!("no server answers on {address}: {error}; see HOST and PORT")),
    }
}

/// An address that stands for all of the machine's cannot be connected to on every system.
const fn reachable(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    }
}

fn status_line(address: SocketAddr) -> Result<String, Error> {
    /// Far more than the answer has.
    const MOST: u64 = 4096;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    // In one piece: a server may answer, and close, before it has read a second one.
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.take(MOST).read_to_end(&mut answer)?;
    let text = String::from_utf8_lossy(&answer);
    let line =
        text.lines().next().ok_or_else(|| Error::new(ErrorKind::UnexpectedEof, "it closed without an answer"))?;
    Ok(line.to_owned())
}
