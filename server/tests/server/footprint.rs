//! What the server costs the machine it runs on.

use crate::support::{EventStream, Server};
use std::process::Command;

#[test]
fn a_thousand_flags_without_clients_stay_under_30_megabytes() {
    let mut server = Server::start();
    for number in 0..1000 {
        let flag = format!(
            r#"{{"key":"flag-{number}","is_enabled":true,"rollout_percentage":10,"description":"A flag like many others",
                "rules":[{{"attribute":"email","operator":"EndsWith","values":["@acme.com","@example.org"]}},
                         {{"attribute":"country","operator":"Equals","values":["DE","FR","CH","AT"]}}]}}"#
        );
        assert_eq!(server.request("POST", "/api/flags", &flag).status, 201);
    }
    // Once as it has grown, once as it starts.
    let grown = resident_kilobytes(server.process_id());
    server.terminate();
    server.wait();
    server.restart();
    assert_eq!(server.request("GET", "/api/flags/flag-999", "").status, 200);
    let started = resident_kilobytes(server.process_id());
    assert!(grown.max(started) < 30_000, "{grown} kB after the writes, {started} kB after a start");
}

#[test]
fn an_idle_stream_costs_a_few_kilobytes() {
    let server = Server::start();
    let open = |count: usize| -> Vec<EventStream> {
        (0..count)
            .map(|_| {
                let mut stream = server.stream(None);
                stream.read_replay();
                stream
            })
            .collect()
    };
    // What the first ones cost is the runtime's.
    let first = open(100);
    let before = resident_kilobytes(server.process_id());
    let others = open(400);
    let grown = resident_kilobytes(server.process_id()).saturating_sub(before);
    // The buffers of an HTTP library alone would be more than 16 each.
    assert!(grown < 6 * 400, "{grown} kB for {} streams", others.len());
    drop((first, others));
}

/// From Linux's `/proc`; elsewhere as `ps` reports it.
fn resident_kilobytes(process: u32) -> u64 {
    let text = match std::fs::read_to_string(format!("/proc/{process}/status")) {
        Ok(status) => status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap().replace("kB", ""),
        Err(_) => {
            let output = Command::new("ps").args(["-o", "rss=", "-p", &process.to_string()]).output().unwrap();
            String::from_utf8(output.stdout).unwrap()
        }
    };
    text.trim().parse().unwrap()
}
