//! Traces, as a collector of OpenTelemetry gets them.

use crate::support::{Collector, Server, Span, eventually};
use std::net::TcpListener;
use std::time::{Duration, Instant};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";

/// A server that exports at once.
fn traced(collector: &Collector, variables: &[(&str, &str)]) -> Server {
    let url = collector.url();
    let own = [("OTEL_EXPORTER_OTLP_ENDPOINT", url.as_str()), ("OTEL_BSP_SCHEDULE_DELAY", "20")];
    Server::start_with(&[&own, variables].concat())
}

fn request_from_caller(server: &Server, method: &str, path: &str, body: &str) -> u16 {
    let parent = format!("00-{TRACE}-{CALLER}-01");
    let headers = [("traceparent", parent.as_str()), ("Content-Type", "application/json")];
    server.request_with(method, path, &headers, body.as_bytes()).status
}

fn of_caller(spans: &[Span]) -> Vec<&Span> {
    spans.iter().filter(|span| span.trace == TRACE).collect()
}

#[test]
fn a_write_is_one_trace_from_its_caller_to_the_flags_in_memory() {
    let collector = Collector::start();
    let server = traced(&collector, &[]);
    assert_eq!(server.request("POST", "/api/flags", r#"{"key":"a"}"#).status, 201);
    assert_eq!(request_from_caller(&server, "PATCH", "/api/flags/a", r#"{"is_enabled":true}"#), 200);
    let request = collector.wait_for("PATCH");
    let [storage, apply] = ["storage write", "flags apply"]
        .map(|name| collector.wait_until(name, |span| span.name == name && span.trace == TRACE));
    assert_eq!((request.name.as_str(), request.kind.as_str()), ("PATCH /api/flags/{key}", "Server"));
    assert_eq!((request.trace.as_str(), request.parent.as_str()), (TRACE, CALLER));
    for (name, value) in [
        ("http.request.method", "PATCH"),
        ("http.route", "/api/flags/{key}"),
        ("url.path", "/api/flags/a"),
        ("url.scheme", "http"),
        ("http.response.status_code", "200"),
        ("network.protocol.version", "1.1"),
    ] {
        assert_eq!(request.attributes[name], value);
    }
    assert_eq!((storage.parent, storage.attributes["db.operation.name"].as_str()), (request.id.clone(), "write"));
    assert_eq!((apply.parent, apply.attributes["sidekick.revision"].as_str()), (request.id, "2"));
    assert!(storage.nanos > 0 && storage.nanos < request.nanos, "{} of {}", storage.nanos, request.nanos);
    assert!(!request.has_failed && !storage.has_failed);
    assert_eq!(request.resource["service.name"], "sidekick");
    assert_eq!(request.resource["service.version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn a_request_that_nobody_traced_begins_a_trace_of_its_own() {
    let collector = Collector::start();
    let server = traced(&collector, &[]);
    assert_eq!(server.request("GET", "/api/flags", "").status, 200);
    assert_eq!(server.request("GET", "/api/history", "").status, 200);
    assert_eq!(server.request("GET", "/api/nothing", "").status, 404);
    assert_eq!(server.request("BREW", "/api/flags", "").status, 405);
    let listing = collector.wait_for("GET /api/flags");
    assert!(listing.parent.is_empty());
    let history = collector.wait_for("GET /api/history");
    assert_ne!(listing.trace, history.trace);
    assert_eq!(collector.wait_for("storage history").parent, history.id);
    let nothing = collector.wait_until("GET", |span| span.name == "GET");
    assert_eq!((nothing.attributes.get("http.route"), nothing.has_failed), (None, false));
    assert_eq!(collector.wait_for("HTTP").attributes["http.request.method"], "_OTHER");
}

#[test]
fn the_spans_of_a_stream_end_with_its_beginning() {
    let collector = Collector::start();
    let server = traced(&collector, &[]);
    let mut stream = server.stream(None);
    stream.read_replay();
    let (request, replay) = (collector.wait_for("GET /stream"), collector.wait_for("stream replay"));
    assert_eq!(replay.parent, request.id);
    // It goes on, and what it brings is no matter of traces.
    assert_eq!(server.request("POST", "/api/flags", r#"{"key":"a"}"#).status, 201);
    assert_eq!(stream.next_but_heartbeats().unwrap().kind, "message");
    assert!(collector.wait_for("flags apply").trace != request.trace);
}

#[test]
fn the_last_spans_are_handed_over_at_the_end_with_what_the_environment_says() {
    let collector = Collector::start();
    let mut server = traced(
        &collector,
        &[
            ("OTEL_BSP_SCHEDULE_DELAY", "60000"),
            ("OTEL_SERVICE_NAME", "flags-of-shop"),
            ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test,service.instance.id=one"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=canary-of-collector"),
        ],
    );
    for path in ["/healthz", "/readyz", "/metrics", "/api/flags"] {
        assert_eq!(server.request("GET", path, "").status, 200);
    }
    server.terminate();
    assert!(server.wait().success());
    let spans = collector.spans();
    let names: Vec<&str> = spans.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(names, ["GET /api/flags"], "probes and the server's own questions are not traced");
    let resource = &spans[0].resource;
    assert_eq!(resource["service.name"], "flags-of-shop");
    assert_eq!(resource["service.instance.id"], "one");
    assert_eq!(resource["deployment.environment.name"], "test");
    let head = &collector.requests()[0].head;
    assert!(
        head.starts_with("POST /v1/traces HTTP/1.1\r\n") && head.contains("api-key: canary-of-collector"),
        "{head}"
    );
    assert!(!server.log().contains("canary"));
}

#[test]
fn the_sampler_decides_what_is_traced() {
    let collector = Collector::start();
    let mut server =
        traced(&collector, &[("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", "0")]);
    assert_eq!(server.request("POST", "/api/flags", r#"{"key":"a"}"#).status, 201);
    assert_eq!(request_from_caller(&server, "GET", "/api/flags/a", ""), 200);
    server.terminate();
    assert!(server.wait().success());
    let spans = collector.spans();
    assert_eq!((spans.len(), of_caller(&spans).len()), (1, 1), "{spans:?}");
}

#[test]
fn without_an_endpoint_nothing_is_opened() {
    let mut server = Server::start_with(&[("OTEL_SERVICE_NAME", "flags"), ("OTEL_TRACES_SAMPLER", "sometimes")]);
    assert_eq!(request_from_caller(&server, "POST", "/api/flags", r#"{"key":"a"}"#), 201);
    // Linux tells the threads of a process; elsewhere there is the log alone.
    if let Ok(threads) = std::fs::read_dir(format!("/proc/{}/task", server.process_id())) {
        for thread in threads {
            let name = std::fs::read_to_string(thread.unwrap().path().join("comm")).unwrap_or_default();
            assert!(!name.contains("OpenTelemetry"), "{name}");
        }
    }
    server.terminate();
    assert!(server.wait().success());
    assert!(!server.log().contains("OTEL") && !server.log().contains("traces"), "{}", server.log());
}

#[test]
fn a_collector_that_is_away_is_told_of_once_and_slows_nothing() {
    let mut server = Server::start_with(&[
        // Nobody listens there.
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1"),
        ("OTEL_BSP_SCHEDULE_DELAY", "20"),
    ]);
    let dropped = || server.metric("sidekick_spans_dropped_total");
    for number in 1..=2 {
        assert_eq!(server.request("POST", "/api/flags", r#"{"key":"a"}"#).status / 100, 2);
        let spans = f64::from(3 * number);
        eventually("the spans are dropped", || dropped() >= spans);
    }
    assert_eq!(dropped(), 6.0);
    let start = Instant::now();
    server.terminate();
    assert!(server.wait().success());
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    let log = server.log();
    assert_eq!(log.matches("the collector takes no traces").count(), 1, "{log}");
    assert!(log.contains("refused"), "the log says why: {log}");
}

#[test]
fn a_collector_that_takes_spans_again_is_told_of_once() {
    let collector = Collector::start();
    collector.refuse_with(400);
    let mut server = traced(&collector, &[]);
    for number in 1..=2 {
        assert_eq!(server.request("GET", "/api/flags", "").status, 200);
        eventually("the span is dropped", || server.metric("sidekick_spans_dropped_total") >= f64::from(number));
    }
    collector.refuse_with(0);
    for path in ["/api/session", "/api/stats"] {
        assert_eq!(server.request("GET", path, "").status, 200);
        collector.wait_for(&format!("GET {path}"));
    }
    server.terminate();
    assert!(server.wait().success());
    let log = server.log();
    for line in ["the collector takes no traces", "the collector takes traces again"] {
        assert_eq!(log.matches(line).count(), 1, "{line} in {log}");
    }
    assert!(log.contains("400"), "{log}");
}

#[test]
fn a_collector_that_hangs_costs_spans_and_no_time() {
    // Connections wait in its queue, and nobody answers.
    let hanging = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", hanging.local_addr().unwrap());
    let mut server = Server::start_with(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &url), ("OTEL_BSP_MAX_QUEUE_SIZE", "10")]);
    let start = Instant::now();
    for _ in 0..50 {
        assert_eq!(server.request("GET", "/api/flags", "").status, 200);
    }
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!(server.metric("sidekick_spans_dropped_total"), 40.0);
    let start = Instant::now();
    server.terminate();
    assert!(server.wait().success());
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[test]
fn a_variable_that_cannot_be_used_does_not_keep_the_server_from_starting() {
    for (variables, told) in [
        (&[("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317")][..], "OTEL_EXPORTER_OTLP_ENDPOINT: "),
        (
            &[
                ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://127.0.0.1:1"),
                ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/nowhere.pem"),
            ],
            "OTEL_EXPORTER_OTLP_CERTIFICATE=/nowhere.pem: ",
        ),
    ] {
        let server = Server::start_with(variables);
        assert_eq!(server.request("GET", "/api/flags", "").status, 200);
        server.wait_for_log("no traces are exported");
        let log = server.log();
        assert!(log.contains("WARN") && log.contains(told), "{log}");
    }
}

#[test]
fn no_rule_no_user_and_no_query_is_in_a_span() {
    let collector = Collector::start();
    let mut server = traced(&collector, &[("SDK_KEY", "canary-of-sdk-key-7f3a91c2d4")]);
    let flag = r#"{"key":"a","description":"canary-text","rules":[
        {"attribute":"canary-attribute","operator":"Equals","values":["canary@secret.example"]}]}"#;
    assert_eq!(server.request("POST", "/api/flags", flag).status, 201);
    assert_eq!(server.request("PATCH", "/api/flags/a", r#"{"description":"canary-patched"}"#).status, 200);
    let question = r#"{"flag_key":"a","user_key":"canary-user","attributes":{"canary-attribute":"canary-value"}}"#;
    assert_eq!(server.request("POST", "/api/evaluate", question).status, 200);
    assert_eq!(server.request("PATCH", "/api/flags/a", r#"{"canary-field":"canary"}"#).status, 400);
    let headers = [("User-Agent", "canary-agent"), ("Cookie", "canary=canary"), ("baggage", "user=canary-baggage")];
    assert_eq!(server.request_with("GET", "/api/stats?sdk_key=canary", &headers, b"").status, 200);
    server.terminate();
    assert!(server.wait().success());
    assert!(collector.spans().len() > 8, "{:?}", collector.spans());
    for exported in collector.requests() {
        let body = String::from_utf8_lossy(&exported.body);
        assert!(!body.contains("canary"), "{body}");
        assert!(!exported.head.contains("canary"), "{}", exported.head);
    }
}
