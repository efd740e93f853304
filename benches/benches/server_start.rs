//! How long the server takes from its start to its first answer, and what memory it then holds: the release binary on
//! databases of 1,000 and 10,000 flags. Not criterion: a process is started, whole, several times.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use benches::build_server;
use benches::report::{Measured, Report, Table, Unit};
use server::storage::{Operation, Preconditions, SqliteStorage, Storage, Write};
use sidekick_core::{Flag, Mode, Timestamp};
use std::io::{BufRead, BufReader, Read, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const STARTS: usize = 11;

const ABOUT: &str = "The release binary on SQLite: from the start of the process to the answer to `GET /api/flags/{key}`, \
    eleven times. The database's file was just written, so it is in the system's memory.";

fn main() {
    // `cargo test --benches` runs benches too, without this argument, to see that they still work.
    let is_real = std::env::args().any(|argument| argument == "--bench");
    let is_quick = std::env::args().any(|argument| argument == "--quick");
    let sizes: &[usize] = if is_real && !is_quick { &[1_000, 10_000] } else { &[10] };
    let server = build_server();
    let mut report = Report::begin("server_start", "Start of the server", ABOUT, is_quick || !is_real);
    let mut table = Table::new("From its start to its first answer", &["flags", "time", "resident memory then"]);
    for flags in sizes {
        let folder = std::env::temp_dir().join(format!("sidekick-bench-{}-{flags}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let database = folder.join("sidekick.db");
        fill(&database, *flags);
        let runs: Vec<(Duration, f64)> = (0..STARTS).map(|_| start(&server, &database)).collect();
        let time = Measured::seconds(runs.iter().map(|(time, _)| time.as_secs_f64()));
        let memory = Measured::new(Unit::Bytes, runs.iter().map(|(_, memory)| *memory));
        table.row(&Unit::Count.show(*flags as f64), [time.into(), memory.into()]);
        std::fs::remove_dir_all(&folder).unwrap();
    }
    report.tables.push(table);
    if is_real {
        report.save().unwrap();
    } else {
        println!("{report}");
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
fn start(server: &Path, database: &Path) -> (Duration, f64) {
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

/// Bytes, from Linux's `/proc`; 0 on other systems.
fn memory(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<f64>().ok()).unwrap_or_default() * 1024.0
}
