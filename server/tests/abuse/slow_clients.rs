//! slowhttptest holds connections open by sending heads and bodies, and reading answers, as slowly as it can: it is cut
//! off, and others are served meanwhile.

use crate::is_long;
use crate::support::{Connection, Model, Server};
use serde_json::json;
use std::io::BufReader;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The longest that anybody else may wait for an answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the healthy are measured alone, in the long form.
const ALONE: Duration = Duration::from_secs(30);
/// By when the slow ones must be there, and be cut off. The longest that one may take is 30 s.
const CUT_OFF: Duration = Duration::from_secs(90);
/// Between two looks at the sockets.
const LOOKS: Duration = Duration::from_millis(100);
/// Sockets that are not slow: the healthy ones' two, and one by which each slowhttptest looks whether the server answers.
const OTHERS: usize = 2 + ATTACKS.len();

/// How slow clients hold a connection, with the path that they ask for: by heads, by bodies, by reading an answer, and by
/// reading the stream.
const ATTACKS: [&[&str]; 4] = [
    &["-H", "-i", "4", "/api/flags"],
    &["-B", "-i", "4", "-s", "8192", "-f", "application/json", "/api/flags"],
    &["-X", "-n", "5", "-z", "8", "-w", "8", "-y", "64", "/api/flags"],
    &["-X", "-n", "5", "-z", "8", "-w", "8", "-y", "64", "/stream"],
];

#[test]
fn slow_clients_are_cut_off_and_others_are_served() {
    let server = Server::start_with(&[("LOG_LEVEL", "info")]);
    // So much that no socket buffer takes an answer whole.
    for number in 0..300 {
        let flag = json!({ "key": format!("flag-{number}"), "description": "x".repeat(1_000) });
        assert_eq!(server.request("POST", "/api/flags", &flag.to_string()).status, 201);
    }
    let connections = if is_long() { 400 } else { 100 };
    let alone = is_long().then(|| alone(&server));
    let is_over = AtomicBool::new(false);
    let during = std::thread::scope(|scope| {
        let during = scope.spawn(|| healthy(&server, || !is_over.load(Ordering::Relaxed)));
        let attackers = Attackers(ATTACKS.map(|arguments| attack(&server, arguments, connections)));
        wait("the slow ones are there", &is_over, || sockets(&server) > 3 * connections);
        // The slow ones still hold on, and so would a socket that has something for one of them.
        wait("the slow ones are cut off", &is_over, || sockets(&server) <= OTHERS);
        is_over.store(true, Ordering::Relaxed);
        drop(attackers);
        during.join().unwrap()
    });
    println!("healthy clients beside {} slow ones: {during}", ATTACKS.len() * connections);
    if let Some(alone) = alone {
        let ratio = during.percentile(99).as_secs_f64() / alone.percentile(99).as_secs_f64();
        println!("healthy clients alone: {alone}; p99 beside slow ones is {ratio:.2} of that");
    }
}

/// How the healthy fare without slow ones. To look at the kernel's list of sockets takes a processor for milliseconds, which
/// they wait for: so it is looked at here as often as beside slow ones.
fn alone(server: &Server) -> Latencies {
    let end = Instant::now() + ALONE;
    std::thread::scope(|scope| {
        let alone = scope.spawn(|| healthy(server, || Instant::now() < end));
        while !alone.is_finished() {
            sockets(server);
            std::thread::sleep(LOOKS);
        }
        alone.join().unwrap()
    })
}

/// Waits until `holds` does. The healthy end with it, so that a failure is told at once.
fn wait(what: &str, is_over: &AtomicBool, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        if start.elapsed() > CUT_OFF {
            is_over.store(true, Ordering::Relaxed);
            panic!("not within {CUT_OFF:?}: {what}");
        }
        std::thread::sleep(LOOKS);
    }
}

/// The server's sockets that take up memory: those that nobody has any more but the kernel, which still has something to
/// send, too.
fn sockets(server: &Server) -> usize {
    let table = std::fs::read_to_string("/proc/net/tcp").expect("Linux's list of sockets");
    let port = format!(":{:04X}", server.address.port());
    let (listening, over) = ("0A", "06");
    let lines = table.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
    lines.filter(|words| words[1].ends_with(&port) && ![listening, over].contains(&words[3])).count()
}

/// Programs that are ended with the test.
struct Attackers<const N: usize>([Child; N]);

impl<const N: usize> Drop for Attackers<N> {
    fn drop(&mut self) {
        for attacker in &mut self.0 {
            let _ = attacker.kill();
            let _ = attacker.wait();
        }
    }
}

/// How long writes took, from the request to its answer and to its event in a stream.
struct Latencies(Vec<Duration>);

/// Writes, one every ten milliseconds, and follows them in a stream, as long as it is to go on.
fn healthy(server: &Server, mut goes_on: impl FnMut() -> bool) -> Latencies {
    let mut stream = server.stream(None);
    let mut model = Model::default();
    while model.replays == 0 {
        model.take(&stream.next().unwrap());
    }
    let mut connection = Connection::new(BufReader::new(server.connect()));
    let mut latencies = Vec::new();
    while goes_on() {
        let start = Instant::now();
        let written = connection.request("PATCH", "/api/flags/flag-0", r#"{"is_enabled":true}"#);
        assert_eq!(written.status, 200);
        let revision = written.json()["revision"].as_u64().unwrap();
        while model.revision().get() < revision {
            model.take(&stream.next().unwrap());
        }
        let took = start.elapsed();
        assert!(took < PATIENCE, "a healthy client waited {took:?}");
        latencies.push(took);
        std::thread::sleep(Duration::from_millis(10));
    }
    latencies.sort_unstable();
    Latencies(latencies)
}

fn attack(server: &Server, arguments: &[&str], connections: usize) -> Child {
    let (path, how) = arguments.split_last().unwrap();
    // In the last place for the processor: an attacker has a machine of its own.
    Command::new("nice")
        .args(["-n", "19", "slowhttptest"])
        .args(how)
        .args(["-u", &format!("http://{}{path}", server.address), "-c", &connections.to_string()])
        // It goes on for longer than anybody here waits.
        .args(["-r", "100", "-l", "600", "-v", "0"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

impl Latencies {
    fn percentile(&self, percent: usize) -> Duration {
        self.0[(self.0.len() * percent / 100).min(self.0.len() - 1)]
    }
}

impl std::fmt::Display for Latencies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let millis = |percent| self.percentile(percent).as_secs_f64() * 1000.0;
        let (p50, p99, most) = (millis(50), millis(99), millis(100));
        write!(f, "{} writes to a stream, p50 {p50:.1} ms, p99 {p99:.1} ms, most {most:.1} ms", self.0.len())
    }
}
