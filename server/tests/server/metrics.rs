//! `/metrics`: text that Prometheus reads, and numbers that move with what is done.

use crate::support::{Server, eventually};
use std::collections::{BTreeMap, BTreeSet};

/// The samples of a page, by series, after a check of every line against the OpenMetrics text format.
fn samples(text: &str) -> BTreeMap<String, f64> {
    assert!(text.ends_with("# EOF\n"), "the page has its end");
    let mut types = BTreeMap::new();
    let mut samples = BTreeMap::new();
    for line in text.strip_suffix("# EOF\n").unwrap().lines() {
        if let Some(comment) = line.strip_prefix("# ") {
            let mut words = comment.splitn(3, ' ');
            let (word, name, rest) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
            assert!(is_name(name), "{line}");
            match word {
                "TYPE" => {
                    assert!(matches!(rest, "counter" | "gauge" | "histogram"), "{line}");
                    assert_eq!(types.insert(name.to_owned(), rest.to_owned()), None, "{line} stands once");
                }
                "HELP" => assert!(!rest.trim().is_empty(), "{line}"),
                other => panic!("{other} in {line}"),
            }
            continue;
        }
        let (series, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("{line}"));
        let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
        let labels = labels.strip_suffix('}').unwrap_or_else(|| panic!("{line}"));
        assert!(is_name(name), "{line}");
        for label in labels.split(',').filter(|label| !label.is_empty()) {
            let (name, value) = label.split_once('=').unwrap_or_else(|| panic!("{line}"));
            assert!(is_name(name) && value.len() > 2 && value.starts_with('"') && value.ends_with('"'), "{line}");
        }
        let family = types.keys().filter(|family| name.starts_with(family.as_str())).max_by_key(|family| family.len());
        let family = family.unwrap_or_else(|| panic!("{line} has no TYPE before it"));
        let suffix = name.strip_prefix(family.as_str()).unwrap();
        let suffixes: &[&str] = match types[family].as_str() {
            "counter" => &["_total"],
            "histogram" => &["_bucket", "_sum", "_count"],
            _ => &[""],
        };
        assert!(suffixes.contains(&suffix), "{line}");
        let value: f64 = value.parse().unwrap_or_else(|error| panic!("{line}: {error}"));
        assert!(value >= 0.0, "{line}");
        assert_eq!(samples.insert(series.to_owned(), value), None, "{line} stands once");
    }
    samples
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .chars()
            .all(|character| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '_')
}

#[test]
fn every_line_is_openmetrics() {
    let server = Server::start();
    server.request("POST", "/api/flags", r#"{"key":"a"}"#);
    server.request("POST", "/api/evaluate", r#"{"flag_key":"a","user_key":"u"}"#);
    server.request("GET", "/api/flags/a%20\"b", "");
    server.stream(None).read_replay();
    let page = server.request("GET", "/metrics", "");
    assert_eq!(page.header("content-type"), Some("application/openmetrics-text; version=1.0.0; charset=utf-8"));
    let samples = samples(page.text());
    for name in ["sidekick_storage_seconds", "sidekick_delivery_lag_seconds"] {
        let buckets: Vec<_> = samples
            .iter()
            .filter(|(series, _)| {
                series.starts_with(&format!("{name}_bucket")) && !series.contains("operation=\"load\"")
            })
            .collect();
        assert!(!buckets.is_empty(), "{name}");
        let infinite: f64 =
            buckets.iter().filter(|(series, _)| series.contains("+Inf")).map(|(_, count)| **count).sum();
        let counted: f64 = samples
            .iter()
            .filter(|(series, _)| {
                series.starts_with(&format!("{name}_count")) && !series.contains("operation=\"load\"")
            })
            .map(|(_, count)| *count)
            .sum();
        assert!((infinite - counted).abs() < f64::EPSILON, "{name}");
    }
}

#[test]
fn the_numbers_move_with_what_is_done() {
    let server = Server::start();
    let read = || samples(server.request("GET", "/metrics", "").text());
    let grown = |before: &BTreeMap<String, f64>, after: &BTreeMap<String, f64>, series: &str| {
        after.get(series).unwrap_or_else(|| panic!("{series} is missing in {after:?}"))
            - before.get(series).copied().unwrap_or_default()
    };
    let before = read();
    assert_eq!(before["sidekick_flags"] + before["sidekick_revision"] + before["sidekick_streams_connected"], 0.0);

    let mut stream = server.stream(None);
    let (_, id) = stream.read_replay();
    let mut resumed = server.stream(Some(&id));
    // Its head is answered before it is subscribed: what is written in between would be no delivery.
    assert_eq!(resumed.next_but_heartbeats().unwrap().kind, "resumed");
    server.request("POST", "/api/flags", r#"{"key":"a","is_enabled":true,"rollout_percentage":50}"#);
    server.request("POST", "/api/flags", r#"{"key":"b"}"#);
    server.request("PATCH", "/api/flags/a", r#"{"description":"x"}"#);
    server.request("DELETE", "/api/flags/b", "");
    server.request("DELETE", "/api/flags/b", "");
    server.request("POST", "/api/flags", "{");
    server.request("GET", "/nothing", "");
    server.request("GET", "/api/history", "");
    for (key, times) in [("a", 3), ("missing", 2)] {
        for _ in 0..times {
            server.request("POST", "/api/evaluate", &format!(r#"{{"flag_key":"{key}","user_key":"u"}}"#));
        }
    }
    for _ in 0..4 {
        assert_eq!(stream.next_but_heartbeats().unwrap().kind, "message");
    }
    // The second stream's four deliveries are counted once its actor has handed them over.
    eventually("8 deliveries", || grown(&before, &read(), "sidekick_delivery_lag_seconds_count") >= 8.0);
    let after = read();
    for (series, expected) in [
        ("sidekick_changes_total", 4.0),
        ("sidekick_flags", 1.0),
        ("sidekick_revision", 4.0),
        ("sidekick_streams_connected", 2.0),
        ("sidekick_streams_lagged_total", 0.0),
        ("sidekick_streams_opened_total{kind=\"replay\"}", 1.0),
        ("sidekick_streams_opened_total{kind=\"resume\"}", 1.0),
        ("sidekick_delivery_lag_seconds_count", 8.0),
        ("sidekick_evaluations_total{reason=\"SPLIT\"}", 3.0),
        ("sidekick_evaluations_total{reason=\"FLAG_NOT_FOUND\"}", 2.0),
        ("sidekick_storage_seconds_count{operation=\"write\"}", 5.0),
        ("sidekick_storage_seconds_count{operation=\"history\"}", 1.0),
        ("sidekick_http_responses_total{route=\"/api/flags\",status=\"201\"}", 2.0),
        ("sidekick_http_responses_total{route=\"/api/flags\",status=\"400\"}", 1.0),
        ("sidekick_http_responses_total{route=\"/api/flags/{key}\",status=\"200\"}", 1.0),
        ("sidekick_http_responses_total{route=\"/api/flags/{key}\",status=\"204\"}", 1.0),
        ("sidekick_http_responses_total{route=\"/api/flags/{key}\",status=\"404\"}", 1.0),
        ("sidekick_http_responses_total{route=\"/api/evaluate\",status=\"200\"}", 5.0),
        ("sidekick_http_responses_total{route=\"/stream\",status=\"200\"}", 2.0),
    ] {
        assert_eq!(grown(&before, &after, series), expected, "{series}");
    }
    drop((stream, resumed));
    eventually("the streams are gone", || read()["sidekick_streams_connected"] == 0.0);
}

#[test]
fn hostile_paths_make_no_series() {
    let server = Server::start();
    let page = || server.request("GET", "/metrics", "").text().to_owned();
    let count = || page().lines().count();
    // The server asks its storage where it stands a second after its start, and each kind of question is a series.
    eventually("the first question", || page().contains("operation=\"position\""));
    for path in ["/x", "/api/x", "/api/flags/x", "/api/flags/%00"] {
        server.request("GET", path, "");
    }
    // Asking for the metrics makes a series of its own, which the next answer has.
    count();
    let before = count();
    for number in 0..50 {
        for path in ["/x", "/api/x", "/api/flags/x", "/api/flags/%00"] {
            server.request("GET", &format!("{path}{number}"), "");
        }
    }
    assert_eq!(count(), before);
}

#[test]
fn a_refused_write_is_no_storage_error() {
    let server = Server::start();
    server.request("DELETE", "/api/flags/missing", "");
    server.request_with(
        "POST",
        "/api/flags",
        &[("Content-Type", "application/json"), ("If-Match", "*")],
        br#"{"key":"a"}"#,
    );
    server.request("POST", "/api/flags", r#"{"key":"a"}"#);
    server.request("PATCH", "/api/flags/a", r#"{"key":"b"}"#);
    let page = server.request("GET", "/metrics", "");
    let errors: f64 = samples(page.text())
        .iter()
        .filter(|(series, _)| series.starts_with("sidekick_storage_errors_total"))
        .map(|(_, count)| *count)
        .sum();
    assert_eq!(errors, 0.0, "{}", page.text());
}

/// Alerts and dashboards name series; one that the server does not have would be silent for ever.
#[test]
fn what_the_alerts_and_the_dashboard_ask_for_is_there() {
    let server = Server::start();
    // A family of series is there once one of them is.
    server.request("POST", "/api/flags", r#"{"key":"a"}"#);
    server.request("POST", "/api/evaluate", r#"{"flag_key":"a","user_key":"u"}"#);
    server.stream(None).read_replay();
    let page = server.request("GET", "/metrics", "");
    let types = page.text().lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
    let series: BTreeSet<String> = types
        .flat_map(|(name, kind)| {
            let ends: &[&str] = match kind {
                "counter" => &["_total"],
                "histogram" => &["_bucket", "_sum", "_count"],
                _ => &[""],
            };
            ends.iter().map(move |end| format!("{name}{end}"))
        })
        .collect();
    for file in ["monitoring/alerts.yml", "monitoring/grafana-dashboard.json", "kubernetes/autoscaler.yaml"] {
        let path = format!("{}/../docker/{file}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).unwrap();
        let words = text.split(|character: char| !character.is_ascii_alphanumeric() && character != '_');
        let asked: BTreeSet<&str> = words.filter(|word| word.starts_with("sidekick_")).collect();
        assert!(!asked.is_empty(), "{file}");
        for name in asked {
            assert!(series.contains(name), "{file} asks for {name}; the server has {series:?}");
        }
    }
}
