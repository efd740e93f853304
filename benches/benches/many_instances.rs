//! Two server processes on one Postgres: how long a write to one takes to the clients of the other, with Redis and
//! without, what both write together, and what they cost at rest. Not criterion: real processes on real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]
#![allow(dead_code, unreachable_pub)]

#[path = "../../server/tests/services/mod.rs"]
mod services;

use benches::build_server;
use services::{Postgres, Redis};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

const CLIENTS: usize = 100;

fn main() {
    // `cargo test --benches` runs benches too, without this argument, to see that they still work.
    let is_real = std::env::args().any(|argument| argument == "--bench");
    let (fast, slow, rest) = if is_real { (500, 50, 30) } else { (3, 1, 1) };
    let program = build_server();
    let postgres = Postgres::start_durable();
    let database = postgres.database("bench");
    let mut redis = Redis::start();
    let mut a = Instance::start(&program, &database, &redis.url());
    let b = Instance::start(&program, &database, &redis.url());
    a.send("POST", "/api/flags", r#"{"key":"bench","is_enabled":true}"#);
    let clients = Clients::connect(b.address, CLIENTS);

    println!("Postgres with fsync, two instances, {CLIENTS} clients on the one that is not written to:");
    println!("  with Redis      {}", propagation(&mut a, &clients, fast, Duration::from_millis(20)));
    redis.kill();
    println!("  without Redis   {}", propagation(&mut a, &clients, slow, Duration::from_secs(2)));
    redis.start_again();
    drop(clients);
    println!(
        "8 writers over both: {:.0} writes/s, revisions without gaps",
        throughput(&a, &b, if is_real { 200 } else { 5 })
    );
    println!("at rest: {}", at_rest(&postgres, &database, &[&a, &b], Duration::from_secs(rest)));
}

/// A server process and a connection to it that is kept.
struct Instance {
    child: Child,
    address: SocketAddr,
    connection: BufReader<TcpStream>,
}

impl Instance {
    fn start(program: &Path, database: &str, redis: &str) -> Self {
        let mut child = Command::new(program)
            .env_clear()
            .envs([("DATABASE_URL", database), ("REDIS_URL", redis), ("PORT", "0")])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains("listening") {
            line.clear();
            assert!(log.read_line(&mut line).unwrap() > 0, "the server ended before it listened");
        }
        let (_, rest) = line.split_once("127.0.0.1:").expect("it listens on loopback");
        let address = format!("127.0.0.1:{}", rest.split(' ').next().unwrap()).parse().unwrap();
        // Read on, so that the server never waits for a full pipe.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        let connection = BufReader::new(TcpStream::connect(address).unwrap());
        connection.get_ref().set_nodelay(true).unwrap();
        Self { child, address, connection }
    }

    /// Sends a request and answers the revision in the flag that comes back.
    fn send(&mut self, method: &str, path: &str, body: &str) -> u64 {
        send(&mut self.connection, method, path, body)
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn send(connection: &mut BufReader<TcpStream>, method: &str, path: &str, body: &str) -> u64 {
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    connection.get_mut().write_all(request.as_bytes()).unwrap();
    let (mut line, mut length, mut status) = (String::new(), 0, String::new());
    while line.trim_end() != "" || status.is_empty() {
        line.clear();
        connection.read_line(&mut line).unwrap();
        if status.is_empty() {
            status.clone_from(&line);
        }
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body).unwrap();
    let body = String::from_utf8(body).unwrap();
    assert!(status.contains(" 200 ") || status.contains(" 201 "), "{status}{body}");
    let (_, rest) = body.split_once("\"revision\":").unwrap();
    rest.split(',').next().unwrap().parse().unwrap()
}

/// Streams that note when each revision arrives.
struct Clients {
    arrivals: Receiver<(u64, Instant)>,
    sockets: Vec<TcpStream>,
}

impl Clients {
    fn connect(address: SocketAddr, count: usize) -> Self {
        let (sender, arrivals) = channel();
        let (ready, are_ready) = channel();
        let sockets = (0..count)
            .map(|_| {
                let mut socket = TcpStream::connect(address).unwrap();
                socket.write_all(b"GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
                let (sender, ready, reader) = (sender.clone(), ready.clone(), socket.try_clone().unwrap());
                std::thread::spawn(move || note_arrivals(reader, &ready, &sender));
                socket
            })
            .collect();
        for _ in 0..count {
            are_ready.recv_timeout(Duration::from_secs(20)).expect("every client gets its replay");
        }
        Self { arrivals, sockets }
    }
}

impl Drop for Clients {
    fn drop(&mut self) {
        for socket in &self.sockets {
            let _ = socket.shutdown(std::net::Shutdown::Both);
        }
    }
}

fn note_arrivals(socket: TcpStream, ready: &Sender<()>, arrivals: &Sender<(u64, Instant)>) {
    let mut revision = 0;
    for line in BufReader::new(socket).lines().map_while(Result::ok) {
        if let Some(id) = line.strip_prefix("id: ") {
            revision = id.rsplit(':').next().unwrap().parse().unwrap();
        } else if line == "event: ready" {
            ready.send(()).unwrap();
        } else if line.starts_with("data: {\"type\"") && revision > 0 {
            // The bench is over where nobody listens any more.
            let _ = arrivals.send((revision, Instant::now()));
        }
    }
}

/// Writes, and waits each time until all clients have the change: from the first byte of the request to its arrival.
fn propagation(writer: &mut Instance, clients: &Clients, writes: usize, pause: Duration) -> String {
    let mut times = Vec::with_capacity(writes * CLIENTS);
    for number in 0..writes {
        // Spread over the pause, so that writes do not keep step with the question of every second.
        std::thread::sleep(pause.mul_f64((number * 37 % 100) as f64 / 100.0));
        let begun = Instant::now();
        let revision =
            writer.send("PATCH", "/api/flags/bench", &format!(r#"{{"rollout_percentage":{}}}"#, number % 100));
        let mut missing = CLIENTS;
        while missing > 0 {
            let (arrived, at) = clients.arrivals.recv_timeout(Duration::from_secs(20)).expect("the change arrives");
            // The flag's creation may reach the other instance after its clients.
            if arrived == revision {
                times.push(at.saturating_duration_since(begun));
                missing -= 1;
            }
        }
    }
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    format!("p50 {:.1?}  p99 {:.1?}  most {:.1?}  ({writes} writes × {CLIENTS} clients)", at(0.5), at(0.99), at(1.0))
}

/// Eight writers, four on each instance.
fn throughput(a: &Instance, b: &Instance, writes: usize) -> f64 {
    let begun = Instant::now();
    let writers: Vec<_> = (0..8)
        .map(|number| {
            let address = if number % 2 == 0 { a.address } else { b.address };
            std::thread::spawn(move || {
                let mut connection = BufReader::new(TcpStream::connect(address).unwrap());
                connection.get_ref().set_nodelay(true).unwrap();
                let flag = format!(r#"{{"key":"writer-{number}"}}"#);
                (0..writes).map(|_| send(&mut connection, "POST", "/api/flags", &flag)).collect::<Vec<u64>>()
            })
        })
        .collect();
    let mut revisions: Vec<u64> = writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect();
    let rate = revisions.len() as f64 / begun.elapsed().as_secs_f64();
    revisions.sort_unstable();
    assert!(revisions.windows(2).all(|pair| pair[1] == pair[0] + 1), "revisions have gaps");
    rate
}

/// Processor time and transactions of all instances together, by each.
fn at_rest(postgres: &Postgres, database: &str, instances: &[&Instance], time: Duration) -> String {
    let commits = || -> f64 {
        let sql = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()";
        postgres.admin_sql_in(database, sql).trim().parse().unwrap()
    };
    let spent = || instances.iter().map(|instance| ticks(instance)).sum::<f64>();
    // A session that has nothing to do reports its past within 10 seconds.
    std::thread::sleep(Duration::from_secs(15).min(time));
    let before = (commits(), spent());
    std::thread::sleep(time);
    let after = (commits(), spent());
    let each = time.as_secs_f64() * instances.len() as f64;
    let (queries, share) = ((after.0 - before.0) / each, (after.1 - before.1) / each);
    format!(
        "{queries:.1} transactions/s and {share:.2} % of a core, each (processor time is counted in steps of 10 ms)"
    )
}

/// Hundredths of a second of processor time, from Linux's `/proc`.
fn ticks(instance: &Instance) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", instance.child.id())).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    [11, 12].iter().filter_map(|place| fields.get(*place)?.parse::<f64>().ok()).sum()
}
