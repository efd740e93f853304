//! Fuzz target: what a request's head says is what another reading of it says, and every refusal is a problem document.
#![no_main]

mod naive;

use hyper::header::{HeaderName, HeaderValue};
use hyper::{HeaderMap, Method, Uri};
use libfuzzer_sys::fuzz_target;
use naive::Pairs;
use server::http::fuzzing::{Head, Refusal, read_head};
use server::storage::EntityTags;

fuzz_target!(|input: &[u8]| {
    let mut lines = input.split(|byte| *byte == b'\n');
    let Some((method, uri)) = lines.next().and_then(request_line) else { return };
    let mut headers = HeaderMap::new();
    for line in lines {
        let Some((name, value)) = line.iter().position(|byte| *byte == b':').map(|end| line.split_at(end)) else {
            continue;
        };
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value[1..].trim_ascii()))
        {
            headers.append(name, value);
        }
    }
    let head = read_head(&method, uri.path(), uri.query(), &headers);
    check_route(&head, &method, uri.path());
    check_query(&head, uri.query(), &headers);
    check_headers(&head, &headers);
});

fn request_line(line: &[u8]) -> Option<(Method, Uri)> {
    let (method, target) = line.split_at(line.iter().position(|byte| *byte == b' ')?);
    Some((Method::from_bytes(method).ok()?, Uri::try_from(&target[1..]).ok()?))
}

fn check_route(head: &Head, method: &Method, path: &str) {
    match &head.route {
        Ok((pattern, name)) => {
            let segments: Vec<&str> = path.split('/').collect();
            let named = match segments[..] {
                ["", "api", "flags", key] | ["", "api", "flags", key, "history"] if !key.is_empty() => Some(key),
                ["", "api", "keys", name] | ["", "api", "keys", name, "rotate"] if !name.is_empty() => Some(name),
                _ => None,
            };
            assert_eq!(name.as_ref().map(|name| name.as_bytes().to_vec()), named.map(naive::percent_decoded));
            let place = if pattern.contains("{name}") { "{name}" } else { "{key}" };
            let fits = |pattern: &str| pattern.replace(place, named.unwrap_or_default()) == path;
            assert!(fits(pattern) || *pattern == "/{file}" && !path.starts_with("/api/"), "{pattern} {path}");
            let methods = head.methods.as_deref().expect("a path with a route has methods");
            assert!(methods.split(", ").any(|allowed| allowed == method.as_str()), "{method} {methods}");
        }
        Err(refusal) => {
            check_refusal(refusal, &[400, 404, 405]);
            assert_eq!(refusal.status == 404, head.methods.is_none());
        }
    }
}

fn check_query(head: &Head, query: Option<&str>, headers: &HeaderMap) {
    let pairs = Pairs::of(query.unwrap_or_default());
    assert_eq!(head.query_key.as_ref(), pairs.first("sdk_key"));
    match &head.history {
        Ok((limit, before)) => {
            assert!((1..=1000).contains(limit));
            assert!(pairs.0.iter().all(|(name, _)| name == "limit" || name == "before") && pairs.0.len() <= 2);
            let revision = pairs.first("before").map(|text| text.parse::<u64>().expect("digits"));
            assert_eq!(before.map(|revision| revision.get()), revision);
        }
        Err(refusal) => check_refusal(refusal, &[400]),
    }
    let named = headers.get("last-event-id").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let named = named.or(pairs.first("last_event_id").cloned());
    assert_eq!(head.resume.as_ref().map(ToString::to_string), named.filter(|id| naive::is_event_id(id)));
}

fn check_headers(head: &Head, headers: &HeaderMap) {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = text("authorization").filter(|value| value.len() > 6 && value.to_lowercase().starts_with("bearer "));
    assert_eq!(head.bearer.as_deref(), bearer.map(|value| value[7..].trim()));
    let listed = |name| -> Vec<&str> {
        let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).map(str::trim).collect()
    };
    for (name, tags) in
        [("if-match", &head.preconditions.if_match), ("if-none-match", &head.preconditions.if_none_match)]
    {
        match tags {
            None => assert!(!headers.contains_key(name)),
            Some(EntityTags::Any) => assert!(listed(name).contains(&"*")),
            Some(EntityTags::Revisions(revisions)) => {
                let strong: Vec<String> = revisions.iter().map(|revision| format!("\"{revision}\"")).collect();
                let is_revision = |tag: &&str| naive::is_event_id(&format!("e:{}", tag.trim_matches('"')));
                let quoted = |tag: &&str| tag.len() > 2 && tag.matches('"').count() == 2;
                let is_strong =
                    |tag: &&str| tag.starts_with('"') && tag.ends_with('"') && quoted(tag) && is_revision(tag);
                assert_eq!(strong, listed(name).into_iter().filter(is_strong).collect::<Vec<_>>());
            }
        }
    }
    assert_eq!(head.is_known, listed("if-none-match").iter().any(|tag| ["*", "\"7\"", "W/\"7\""].contains(tag)));
    let wishes = listed("accept-encoding");
    let name = |wish: &&str| wish.split(';').next().unwrap_or_default().trim().to_lowercase();
    let is_wished = wishes.iter().map(name).any(|wish| wish == head.coding || wish == "*");
    assert!(head.coding == "identity" || is_wished, "{} for {wishes:?}", head.coding);
}

/// A person can read why, and it is no longer than what was asked with some words around it.
fn check_refusal(refusal: &Refusal, statuses: &[u16]) {
    assert!(statuses.contains(&refusal.status), "{}", refusal.status);
    let document: serde_json::Value = serde_json::from_slice(&refusal.document).expect("a problem is JSON");
    assert_eq!(document["status"], refusal.status);
    assert!(document["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{document}");
    assert!(refusal.document.len() < 64 << 10, "{} bytes", refusal.document.len());
}
