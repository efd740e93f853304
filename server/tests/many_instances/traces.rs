//! A change's way through Redis to another instance, as a collector of traces gets it; and a collector behind TLS.

use crate::instances::{Follower, instance, wait_for_redis};
use crate::services::{Certificates, Postgres, Redis};
use crate::support::{Collector, Folder, Server, eventually};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

#[test]
fn a_write_is_traced_to_redis_and_found_in_the_other_instance_by_its_revision() {
    let (redis, collector) = (Redis::start(), Collector::start());
    let url = Postgres::shared().database("traces");
    let (redis_url, collector_url) = (redis.url(), collector.url());
    let servers = ["one", "two"].map(|name| {
        let variables = [
            ("REDIS_URL", redis_url.as_str()),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &collector_url),
            ("OTEL_BSP_SCHEDULE_DELAY", "20"),
            ("OTEL_RESOURCE_ATTRIBUTES", &format!("service.instance.id={name}")),
        ];
        instance(&url, &variables)
    });
    wait_for_redis(&[&servers[0], &servers[1]], true);
    let mut follower = Follower::of(&servers[1]);
    let parent = format!("00-{TRACE}-00f067aa0ba902b7-01");
    let headers = [("traceparent", parent.as_str()), ("Content-Type", "application/json")];
    assert_eq!(servers[0].request_with("POST", "/api/flags", &headers, br#"{"key":"a"}"#).status, 201);
    follower.wait_for(1);
    let request = collector.wait_for("POST /api/flags");
    assert_eq!((request.trace.as_str(), request.parent.as_str()), (TRACE, "00f067aa0ba902b7"));
    for name in ["storage write", "flags apply", "publish sidekick:changes"] {
        let span = collector.wait_for(name);
        assert_eq!((span.trace.as_str(), span.parent.as_str()), (TRACE, request.id.as_str()), "{name}");
        assert_eq!(span.resource["service.instance.id"], "one");
    }
    let follow = collector.wait_for("flags follow");
    assert_eq!((follow.kind.as_str(), follow.attributes["sidekick.revision"].as_str()), ("Consumer", "1"));
    assert_eq!(follow.resource["service.instance.id"], "two");
    assert!(follow.parent.is_empty(), "a hint carries no trace");
}

#[test]
fn a_change_that_no_hint_brings_is_traced_where_it_is_read() {
    let collector = Collector::start();
    let url = Postgres::shared().database("traces_without_redis");
    let collector_url = collector.url();
    let variables = [("OTEL_EXPORTER_OTLP_ENDPOINT", collector_url.as_str()), ("OTEL_BSP_SCHEDULE_DELAY", "20")];
    let (writer, reader) = (instance(&url, &[]), instance(&url, &variables));
    let mut follower = Follower::of(&reader);
    assert_eq!(writer.request("POST", "/api/flags", r#"{"key":"a"}"#).status, 201);
    follower.wait_for(1);
    let (follow, read) = (collector.wait_for("flags follow"), collector.wait_for("storage changes"));
    assert_eq!((read.parent, follow.attributes["sidekick.revision"].as_str()), (follow.id, "1"));
}

#[test]
fn a_collector_behind_tls_is_known_by_its_certificate() {
    let folder = Folder::new();
    let certificates = Certificates::make(&folder);
    let collector = Collector::start_with_tls(&certificates.server, &certificates.server_key);
    let url = collector.url();
    let server = |root: &std::path::Path| {
        Server::start_with(&[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &url),
            ("OTEL_EXPORTER_OTLP_CERTIFICATE", root.to_str().unwrap()),
            ("OTEL_BSP_SCHEDULE_DELAY", "20"),
        ])
    };
    let stranger = server(&certificates.other_root);
    assert_eq!(stranger.request("GET", "/api/session", "").status, 200);
    eventually("the span is dropped", || stranger.metric("sidekick_spans_dropped_total") > 0.0);
    stranger.wait_for_log("certificate");
    assert!(collector.spans().is_empty());
    let friend = server(&certificates.root);
    assert_eq!(friend.request("GET", "/api/flags", "").status, 200);
    collector.wait_for("GET /api/flags");
}
