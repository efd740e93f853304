//! The load generator against real servers: what arrives is counted, and what does not is found.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[allow(unreachable_pub)]
#[path = "../../server/tests/services/ports.rs"]
mod ports;

use benches::fan_out::fleet::Fleet;
use ports::free_port;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_fan_out");

#[test]
fn nothing_is_lost_between_the_server_and_its_streams() {
    let server = Server::start();
    let output =
        generate(server.address, &["--publish", "PATCH /api/flags/smoke", "--body", r#"{"description":"{n}"}"#]);
    assert_succeeds(&output);
}

#[test]
fn nothing_is_lost_between_the_epoll_limit_and_its_streams() {
    let limit = Limit::start(&[]);
    let publish = ["--publish", "POST /publish", "--body", r#"{"n":{n}}"#, "--behind", "0"];
    assert_succeeds(&generate(limit.address, &publish));
}

#[test]
fn a_single_event_that_is_left_out_is_found() {
    let limit = Limit::start(&["--drop-one"]);
    let publish = ["--publish", "POST /publish", "--body", r#"{"n":{n}}"#, "--behind", "0", "--patience", "1"];
    let output = generate(limit.address, &publish);
    assert!(!output.status.success());
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(error.trim_end(), "error: 1 lost, 0 doubled, 0 out of order");
}

#[test]
fn sdk_clients_come_to_hold_the_same_flags() {
    let server = Server::start();
    let mut fleet = Fleet::new(server.address, 20).unwrap();
    assert_eq!(fleet.equal(0), 0);
    fleet.start(20).unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    assert!(fleet.poll_until(deadline, |fleet| fleet.ready() == 20 && fleet.equal(1) == 20).unwrap());
    assert_eq!(fleet.attempts(), 20);
    assert_eq!(fleet.equal(2), 0, "the flags are at revision 1");
}

fn generate(address: SocketAddr, arguments: &[&str]) -> Output {
    let url = format!("http://{address}/stream");
    let mut command = Command::new(PROGRAM);
    command.args(["run", "--url", &url, "--streams", "50", "--changes", "20"]).args(arguments);
    command.output().unwrap()
}

fn assert_succeeds(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("50 streams × 20 changes: nothing lost, doubled or out of order"), "{text}");
}

/// The server of this checkout, with one flag, in a thread of the test's.
struct Server {
    address: SocketAddr,
    folder: PathBuf,
}

impl Server {
    fn start() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("sidekick-fan-out-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let database = format!("sqlite:{}", folder.join("sidekick.db").display());
        let variable = |name: &str| (name == "DATABASE_URL").then(|| database.clone());
        let config = server::Config::from_environment(variable).unwrap();
        let (address, is_bound) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async move {
                let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
                address.send(listener.local_addr().unwrap()).unwrap();
                server::run(listener, config, std::future::pending()).await.unwrap();
            });
        });
        let server = Self { address: is_bound.recv().unwrap(), folder };
        server.create_flag();
        server
    }

    fn create_flag(&self) {
        let body = r#"{"key":"smoke","is_enabled":true}"#;
        let head =
            "POST /api/flags HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n";
        let mut socket = TcpStream::connect(self.address).unwrap();
        write!(socket, "{head}Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        let mut status = String::new();
        BufReader::new(socket).read_line(&mut status).unwrap();
        assert!(status.contains(" 201 "), "{status}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The generator's own server, in a process.
struct Limit {
    child: Child,
    address: SocketAddr,
}

impl Limit {
    fn start(arguments: &[&str]) -> Self {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
        let mut command = Command::new(PROGRAM);
        command.arg("serve-limit").args(arguments).arg(address.port().to_string());
        let limit = Self { child: command.stdin(Stdio::null()).spawn().unwrap(), address };
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "the limit does not listen");
            std::thread::sleep(Duration::from_millis(2));
        }
        limit
    }
}

impl Drop for Limit {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
