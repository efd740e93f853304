//! Ports for services, which keep theirs across restarts.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Mutex;

/// A port of 127.0.0.1 that nobody listens on.
///
/// It is below the ports that kernels hand out by themselves: nobody gets it by chance while its service is down.
pub fn free_port() -> u16 {
    const FIRST: u16 = 20_000;
    const COUNT: u32 = 12_000;
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    let mut given = GIVEN.lock().unwrap();
    // Each process begins elsewhere, so that two test programs seldom reach for the same port.
    let start = std::process::id().wrapping_mul(2_654_435_761) >> 8;
    let ports = (0..COUNT).map(|step| FIRST + u16::try_from(start.wrapping_add(step * 7) % COUNT).unwrap());
    let mut free =
        ports.filter(|port| !given.contains(port) && TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok());
    let port = free.next().expect("no free port from 20000 to 31999");
    given.insert(port);
    port
}
