//! The process: its arguments and variables, its start, its end, its log, and the files that it serves.

use crate::support::{Connection, EventStream, Folder, Server, eventually, read_response, run_to_end};
use server::Config;
use server::config::HELP;
use socket2::SockRef;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{BufReader, Read, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

#[test]
fn help_names_every_variable() {
    let folder = Folder::new();
    // What the fixed public surface lists, and what is read beside it.
    let read = RefCell::new(BTreeSet::from(
        ["DATABASE_URL", "REDIS_URL", "SDK_KEY", "CLIENT_KEY", "PUBLIC_DIR", "HOST", "PORT", "ALLOWED_ORIGINS"]
            .map(str::to_owned),
    ));
    Config::from_environment(|name| {
        read.borrow_mut().insert(name.to_owned());
        None
    })
    .unwrap();
    for argument in ["--help", "-h"] {
        let ended = run_to_end(&folder, &[argument], &[]);
        assert_eq!((ended.code, ended.output.as_str(), ended.errors.as_str()), (Some(0), HELP, ""));
        for name in read.borrow().iter() {
            if name.starts_with("OTEL_") && name != "OTEL_EXPORTER_OTLP_ENDPOINT" {
                // OpenTelemetry's own, which its users know; the manual has them, once for each pair.
                let name = name.replace("OTLP_TRACES_", "OTLP_");
                assert!(include_str!("../../README.md").contains(&name), "{name} is missing in server/README.md");
                continue;
            }
            let heads_a_line =
                ended.output.lines().any(|line| line.trim_start().split(' ').next() == Some(name.as_str()));
            assert!(heads_a_line, "{name} is missing in {}", ended.output);
        }
    }
}

#[test]
fn the_version_is_the_manifests() {
    let folder = Folder::new();
    for argument in ["--version", "-V"] {
        let ended = run_to_end(&folder, &[argument], &[]);
        assert_eq!((ended.code, ended.output.trim()), (Some(0), concat!("server ", env!("CARGO_PKG_VERSION"))));
    }
}

#[test]
fn health_tells_whether_the_server_answers() {
    let mut server = Server::start();
    let folder = Folder::new();
    let port = server.address.port().to_string();
    let ask = |host| run_to_end(&folder, &["health"], &[("PORT", &port), ("HOST", host)]);
    for host in ["127.0.0.1", "0.0.0.0"] {
        let ended = ask(host);
        assert_eq!((ended.code, ended.output.as_str(), ended.errors.as_str()), (Some(0), "", ""), "{host}");
    }
    server.kill();
    let ended = ask("127.0.0.1");
    assert_eq!((ended.code, ended.output.as_str()), (Some(1), ""));
    assert!(ended.errors.contains(&format!("127.0.0.1:{port}")) && ended.errors.contains("PORT"), "{}", ended.errors);
    assert!(std::fs::read_dir(&*folder).unwrap().next().is_none(), "it opened no database");
}

#[test]
fn health_takes_no_other_answer_for_one() {
    let folder = Folder::new();
    for (answer, expected) in [("HTTP/1.1 503 Service Unavailable\r\n\r\n", "503"), ("", "closed")] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port().to_string();
        let other = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 1024]).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        });
        let ended = run_to_end(&folder, &["health"], &[("PORT", &port), ("HOST", "127.0.0.1")]);
        other.join().unwrap();
        assert_eq!(ended.code, Some(1));
        assert!(ended.errors.contains(expected), "{}", ended.errors);
    }
}

#[test]
fn an_unknown_argument_is_refused() {
    let folder = Folder::new();
    for argument in ["--port=80", "serve", ""] {
        let ended = run_to_end(&folder, &[argument], &[]);
        assert_eq!((ended.code, ended.output.as_str()), (Some(2), ""), "{argument:?}");
        assert!(ended.errors.contains(&format!("{argument:?}")) && ended.errors.contains("--help"), "{}", ended.errors);
        assert!(std::fs::read_dir(&*folder).unwrap().next().is_none(), "nothing was begun");
    }
}

#[test]
fn a_wrong_value_of_a_variable_is_named() {
    let folder = Folder::new();
    for (variable, others, value) in [
        ("HOST", &[][..], "localhost:3000"),
        ("HOST", &[], "256.0.0.1"),
        ("PORT", &[], "http"),
        ("PORT", &[], "65536"),
        ("PORT", &[], "-1"),
        ("LOG_FORMAT", &[], "xml"),
        ("LOG_LEVEL", &[], "loud"),
        ("PUBLIC_DIR", &[], "missing"),
        ("ALLOWED_ORIGINS", &[], "app.example.com"),
        ("ALLOWED_ORIGINS", &[], "https://app.example.com/path"),
        ("ALLOWED_ORIGINS", &[], "https://a.example.com,https://*.example.com"),
        ("ALLOWED_ORIGINS", &[], "*"),
        ("DATABASE_URL", &[], "sidekick.db"),
        ("DATABASE_URL", &[], "sqlite:"),
        ("DATABASE_URL", &[], "mysql://ada:s3cret@localhost/sidekick"),
        ("DATABASE_URL", &[], "s3cret"),
        ("DATABASE_URL", &[], "postgres://ada:s3cret@localhost/sidekick?sslmode=loud"),
        ("DATABASE_URL", &[], "postgres://ada:s3cret@localhost:port/sidekick"),
        ("REDIS_URL", &[], "http://:s3cret@localhost:6379"),
        ("REDIS_URL", &[], "redis://:s3cret@localhost:port"),
        ("HISTORY_MAX_CHANGES", &[], "many"),
        ("HISTORY_MAX_CHANGES", &[], "0"),
        ("HISTORY_MAX_DAYS", &[], "-1"),
        ("MAX_STREAMS", &[], "-1"),
        ("WRITE_RATE_PER_KEY", &[], "1000/s"),
        ("TRUSTED_PROXIES", &[], "proxy.example"),
        ("SDK_KEY", &[], "s3cret with blanks"),
        ("SDK_KEY", &[], "good,s3crét"),
        ("SDK_KEY", &[], ","),
        ("SDK_KEY", &[], " , ,"),
        ("CLIENT_KEY", &[], "s3cret"),
        ("CLIENT_KEY", &[("SDK_KEY", "full")], "s3cret\twith\ttabs"),
        ("CLIENT_KEY", &[("SDK_KEY", "other,s3cret")], "more,s3cret"),
        ("CLIENT_KEY", &[("SDK_KEY", "full")], ","),
    ] {
        let variables: Vec<_> = others.iter().copied().chain([(variable, value)]).collect();
        let ended = run_to_end(&folder, &[], &variables);
        assert_eq!(ended.code, Some(1), "{variable}={value}: {}{}", ended.output, ended.errors);
        assert!(ended.errors.starts_with(&format!("error: {variable}: ")), "{variable}={value}: {}", ended.errors);
        assert_eq!(ended.errors.lines().count(), 1, "{}", ended.errors);
        assert!(!ended.errors.contains("s3cr") && !ended.output.contains("s3cr"), "{}{}", ended.output, ended.errors);
    }
}

#[cfg(unix)]
#[test]
fn a_value_that_is_no_text_does_not_count_as_none() {
    use std::os::unix::ffi::OsStrExt;
    // Without its key, the server would let everybody in.
    for (variable, value) in [("SDK_KEY", &b"s3cret\xff"[..]), ("DATABASE_URL", b"sqlite:s3cret\xff.db")] {
        let folder = Folder::new();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_server"));
        command.env_clear().current_dir(&*folder).env("PORT", "0").env(variable, std::ffi::OsStr::from_bytes(value));
        let mut child =
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
        let start = Instant::now();
        while child.try_wait().unwrap().is_none() && start.elapsed() < Duration::from_secs(5) {
            std::thread::sleep(Duration::from_millis(5));
        }
        let _ = child.kill();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(errors.contains(variable) && !errors.contains("s3cret"), "{errors}");
    }
}

#[test]
fn an_empty_value_counts_as_none() {
    let server = Server::start_with(&[
        ("SDK_KEY", ""),
        ("CLIENT_KEY", " "),
        ("REDIS_URL", ""),
        ("PUBLIC_DIR", ""),
        ("HOST", ""),
        ("ALLOWED_ORIGINS", ""),
        ("LOG_FORMAT", ""),
    ]);
    assert_eq!(server.request_with("GET", "/api/flags", &[("Authorization", "x")], b"").status, 200);
}

#[test]
fn a_port_in_use_is_named() {
    let folder = Folder::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ended = run_to_end(&folder, &[], &[("PORT", &port)]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.errors.contains(&port) && ended.errors.contains("PORT"), "{}", ended.errors);
}

#[test]
fn a_database_in_use_is_named() {
    let server = Server::start();
    let ended = run_to_end(&server.folder, &[], &[]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.errors.contains("in use") && ended.errors.contains("DATABASE_URL"), "{}", ended.errors);
    assert_eq!(server.request("POST", "/api/flags", r#"{"key":"a"}"#).status, 201, "the first goes on");
}

#[test]
fn without_a_key_the_server_is_on_loopback_and_says_so() {
    let server = Server::start();
    assert!(server.address.ip().is_loopback(), "{}", server.address);
    server.wait_for_log("SDK_KEY is not set");
    server.wait_for_log("authentication is off");
    server.wait_for_log(&server.address.to_string());

    let server = Server::start_with(&[("SDK_KEY", "full")]);
    assert!(server.address.ip().is_unspecified(), "{}", server.address);
    assert!(!server.log().contains("authentication is off"));
    let server = Server::start_with(&[("SDK_KEY", "full"), ("HOST", "127.0.0.1")]);
    assert!(server.address.ip().is_loopback());
    let server = Server::start_with(&[("HOST", "0.0.0.0")]);
    assert!(server.address.ip().is_unspecified());
    server.wait_for_log("authentication is off");
}

#[test]
fn without_a_database_url_the_file_is_in_the_working_directory() {
    let server = Server::start_with(&[("DATABASE_URL", "")]);
    assert!(server.folder.join("sidekick.db").is_file());
    let path = format!("sqlite://{}", server.folder.join("other.db").display());
    let other = Server::start_with(&[("DATABASE_URL", &path)]);
    assert!(server.folder.join("other.db").is_file());
    drop(other);
}

#[test]
fn the_json_log_is_json() {
    let mut server = Server::start_with(&[("LOG_FORMAT", "json")]);
    server.request("POST", "/api/flags", r#"{"key":"a","description":"\"\n\u0000"}"#);
    server.request("GET", "/a%22b%0a\u{e9}", "");
    server.request("DELETE", "/api/flags/missing", "");
    server.terminate();
    assert!(server.wait().success());
    let log = server.log();
    let lines: Vec<serde_json::Value> =
        log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect();
    for line in &lines {
        assert!(["timestamp", "level", "message"].iter().all(|field| line[field].is_string()), "{line}");
    }
    let said = |message: &str| lines.iter().find(|line| line["message"] == message);
    assert!(said("listening").is_some() && said("shutting down").is_some(), "{log}");
    let changed = said("changed").unwrap_or_else(|| panic!("{log}"));
    assert_eq!((&changed["key"], changed["revision"].to_string().trim_matches('"')), (&"a".into(), "1"));
}

#[test]
fn asked_to_end_the_server_sends_its_streams_away_and_ends_well() {
    let mut server = Server::start();
    server.request("POST", "/api/flags", r#"{"key":"a"}"#);
    let mut streams: Vec<EventStream> = (0..10).map(|_| server.stream(None)).collect();
    for stream in &mut streams {
        stream.read_replay();
    }
    let idle = server.connect();
    let start = Instant::now();
    server.terminate();
    let mut pauses = BTreeSet::new();
    for stream in &mut streams {
        assert_eq!(stream.next_but_heartbeats(), None);
        let pause = stream.retry().expect("a time to come back");
        assert!(pause <= 5000, "{pause}");
        pauses.insert(pause);
    }
    assert!(pauses.len() > 1, "they come back at different times: {pauses:?}");
    assert_eq!(server.wait().code(), Some(0));
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    assert_eq!((&idle).read(&mut [0]).unwrap_or(0), 0);
    server.restart();
    assert_eq!(server.stream(None).read_replay().0.len(), 1);
}

#[test]
fn an_interrupt_ends_the_server_as_well() {
    let mut server = Server::start();
    server.signal("INT");
    assert_eq!(server.wait().code(), Some(0));
}

#[test]
fn a_client_that_does_not_read_does_not_hold_the_end_up() {
    let mut server = Server::start();
    let stalled = server.connect();
    SockRef::from(&stalled).set_recv_buffer_size(4096).unwrap();
    (&stalled).write_all(b"GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    eventually("the stream is open", || server.metric("sidekick_streams_connected") == 1.0);
    let mut connection = Connection::new(BufReader::new(server.connect()));
    let body = format!(r#"{{"key":"a","description":"{}"}}"#, "x".repeat(1000));
    for _ in 0..400 {
        assert!(connection.request("POST", "/api/flags", &body).status < 300);
    }
    let start = Instant::now();
    server.terminate();
    assert_eq!(server.wait().code(), Some(0));
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    drop(stalled);
}

#[test]
fn requests_that_have_begun_are_finished() {
    let mut server = Server::start();
    let body = r#"{"key":"late"}"#;
    let head = format!(
        "POST /api/flags HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    let mut socket = BufReader::new(server.connect());
    socket.get_mut().write_all(head.as_bytes()).unwrap();
    assert_eq!(read_response(&mut socket, false).status, 100, "the server waits for the body");
    server.terminate();
    server.wait_for_log("shutting down");
    socket.get_mut().write_all(body.as_bytes()).unwrap();
    let answer = read_response(&mut socket, false);
    assert_eq!((answer.status, answer.json()["revision"].clone()), (201, 1.into()));
    assert_eq!(socket.read(&mut [0]).unwrap(), 0, "and the connection ends");
    assert_eq!(server.wait().code(), Some(0));
    server.restart();
    assert_eq!(server.request("GET", "/api/flags/late", "").status, 200);
}

#[test]
fn a_server_that_ends_is_not_ready() {
    let mut server = Server::start();
    // Heads that are begun before the end, and finished after its beginning.
    let begun: Vec<_> = (0..40)
        .map(|number| {
            let mut socket = server.connect();
            let path = if number % 2 == 0 { "/readyz" } else { "/stream" };
            socket.write_all(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n").as_bytes()).unwrap();
            socket
        })
        .collect();
    for _ in 0..20 {
        assert_eq!(server.request("GET", "/readyz", "").status, 200);
    }
    server.terminate();
    server.wait_for_log("shutting down");
    let mut answered = 0;
    for mut socket in begun {
        // A connection whose head had not been looked at may be closed instead.
        if socket.write_all(b"\r\n").is_ok() {
            let mut answer = Vec::new();
            let _ = socket.read_to_end(&mut answer);
            if !answer.is_empty() {
                let answer = read_response(&mut &answer[..], false);
                assert_eq!(answer.status, 503);
                assert!(answer.header("retry-after").unwrap().parse::<u32>().is_ok());
                assert_eq!(answer.header("content-type"), Some("application/problem+json"));
                answered += 1;
            }
        }
    }
    assert!(answered > 0);
    assert_eq!(server.wait().code(), Some(0));
}

#[test]
fn after_a_restart_everything_is_as_before() {
    let mut server = Server::start();
    for number in 0..50 {
        server.request("POST", "/api/flags", &format!(r#"{{"key":"flag-{number}","rollout_percentage":{number}}}"#));
    }
    server.request("DELETE", "/api/flags/flag-7", "");
    let read = |server: &Server| {
        ["/api/flags", "/api/history?limit=1000"].map(|path| {
            let answer = server.request("GET", path, "");
            (answer.text().to_owned(), answer.header("etag").map(str::to_owned))
        })
    };
    let before = read(&server);
    server.terminate();
    assert!(server.wait().success());
    server.restart();
    assert_eq!(read(&server), before);
    server.kill_and_restart();
    assert_eq!(read(&server), before);
    assert_eq!(server.request("POST", "/api/flags", r#"{"key":"next"}"#).json()["revision"], 52);
}
