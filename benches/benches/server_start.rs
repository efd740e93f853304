//! How long the server takes from its start to its first answer, and what memory it then holds: the release binary on
//! databases of 1,000 and 10,000 flags. Not criterion: a process is started, whole, several times.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use benches::build_server;
use server::storage::{Operation, Preconditions, SqliteStorage, Storage, Write};
use sidekick_core::{Flag, Mode, Timestamp};
use std::io::{BufRead, BufReader, Read, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const STARTS: usize = 11;

fn main() {
    // `cargo test --benches` runs benches too, with this argument, to see that they still work.
    let sizes: &[usize] = if std::env::args().any(|argument| argument == "--bench") { &[1_000, 10_000] } else { &[10] };
    let server = build_server();
    println!("flags   start to first answer: median (least, most)   resident memory then");
    for flags in sizes {
        let folder = std::env::temp_dir().join(format!("sidekick-bench-{}-{flags}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let database = folder.join("sidekick.db");
        fill(&database, *flags);
        let mut runs: Vec<(Duration, String)> = (0..STARTS).map(|_| start(&server, &database)).collect();
        runs.sort();
        let (least, (median, memory), most) = (runs[0].0, runs[STARTS / 2].clone(), runs[STARTS - 1].0);
        println!("{flags:<7} {median:>8.1?} ({least:.1?}, {most:.1?}) {memory:>40}");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}

fn fill(database: &Path, flags: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let storage = SqliteStorage::open(database).unwrap();
        for number in 0..flags {
            let json = format!(
                r#"{{"key":"team.feature-{number:05}","is_enabled":true,"rollout_percentage":{},
                    "description":"A flag of the measuring run, number {number}","rules":[
                    {{"attribute":"email","operator":"EndsWith","values":["@acme.com","@example.org"]}},
                    {{"attribute":"country","operator":"Equals","values":["DE","FR","CH","AT"]}}]}}"#,
                number % 101
            );
            let write = Write {
                operation: Operation::Put(Flag::from_json(json.as_bytes(), Mode::Strict).unwrap()),
                preconditions: Preconditions::default(),
                actor: "bench".to_owned(),
                time: Timestamp::from_millis(0),
                client_visible: true,
            };
            storage.write(write).await.unwrap();
        }
        storage.close().await.unwrap();
    });
}

/// Starts the server, asks for one flag, and stops it again.
fn start(server: &Path, database: &Path) -> (Duration, String) {
    let begun = Instant::now();
    let mut child = Command::new(server)
        .env_clear()
        .env("DATABASE_URL", format!("sqlite:{}", database.display()))
        .env("PORT", "0")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let address = address(&mut child);
    let mut socket = TcpStream::connect(&address).unwrap();
    let request = "GET /api/flags/team.feature-00007 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    socket.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    let elapsed = begun.elapsed();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let memory = memory(child.id());
    child.kill().unwrap();
    child.wait().unwrap();
    (elapsed, memory)
}

fn address(child: &mut Child) -> String {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let line = lines.into_iter().find(|line| line.contains("listening")).expect("the server says where it listens");
    let (_, rest) = line.split_once("127.0.0.1:").expect("it listens on loopback");
    format!("127.0.0.1:{}", rest.split(' ').next().unwrap())
}

fn memory(process: u32) -> String {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.map_or_else(|| "(not known on this system)".to_owned(), |rest| rest.trim().to_owned())
}
