//! Snapshots: what was exported is imported as it was, and nothing that was cut or changed is.

use crate::host::{Host, as_held, held, import};
use crate::script::{flags, replay};
use proptest::prelude::*;
use sidekick_core::sync::{Status, SyncClient};
use sidekick_core::{FlagKey, murmur3_x86_32};

/// A client that has flags, and no stream at present.
fn client(id: &str, listed: &[(&str, u64)]) -> SyncClient {
    let mut host = Host::streaming(1);
    host.bytes(1, &replay(id, listed));
    host.client.handle_disconnected(2);
    host.client
}

fn snapshot(id: &str, listed: &[(&str, u64)]) -> Vec<u8> {
    client(id, listed).export_snapshot().unwrap()
}

const HEAD: &[u8] = b": sidekick-snapshot 2\n";

/// The text between the first line and a seal that is right.
fn sealed(body: &[u8]) -> Vec<u8> {
    let text = [HEAD, body].concat();
    let seal = format!("2{:010}\n", murmur3_x86_32(&text, 0));
    [&text, seal.as_bytes()].concat()
}

fn body(snapshot: &[u8]) -> &[u8] {
    let (replay, seal) = snapshot.split_at(snapshot.len() - 12);
    assert!(seal.ends_with(b"\n") && seal[..11].iter().all(u8::is_ascii_digit), "{seal:?}");
    replay.strip_prefix(HEAD).unwrap()
}

#[test]
fn a_snapshot_with_any_byte_changed_or_cut_anywhere_is_refused_and_changes_nothing() {
    let good = snapshot("e1:9", &[("a", 3), ("b", 9)]);
    let mut other = client("e1:5", &[("a", 3)]);
    let before = other.export_snapshot();
    let mut refuse = |text: &[u8], what: &str| {
        let mut fresh = SyncClient::new(1);
        assert!(import(&mut fresh, text).is_err(), "{what}");
        assert!(fresh.store().id().is_none() && fresh.poll_output().is_none());
        assert!(import(&mut other, text).is_err(), "{what}");
    };
    for place in 0..good.len() {
        refuse(&good[..place], &format!("cut at {place}"));
        for byte in (0..=255).filter(|byte| *byte != good[place]) {
            let mut bad = good.clone();
            bad[place] = byte;
            refuse(&bad, &format!("byte {place} is {byte}"));
        }
    }
    for tail in ["\n", ":", "event: ready\ndata: {}\n\n"] {
        refuse(&[&good, tail.as_bytes()].concat(), tail);
    }
    assert_eq!(other.export_snapshot(), before);
    assert_eq!(import(&mut other, &good), Ok(true));
}

#[test]
fn what_is_sealed_but_not_one_replay_is_refused() {
    let good = snapshot("e1:9", &[("a", 3), ("b", 9)]);
    let good = std::str::from_utf8(body(&good)).unwrap();
    assert_eq!(import(&mut SyncClient::new(1), &sealed(good.as_bytes())), Ok(true), "the seal is right");
    let connected = "event: connected\ndata: true\n\n";
    for bad in [
        String::new(),
        connected.to_owned(),
        good.replace(connected, ""),
        good.replace("UPSERT", "DELETE"),
        good.replace("\"flags\":2", "\"flags\":1"),
        good.replace("e1:9", "e1:8"),
        good.replace("id: e1:9\n", ""),
        good.replace("event: ready", "event: resumed"),
        good.replace("\"key\":\"a\"", "\"key\":\"\""),
        good.replace("\"key\":\"a\"", "\"key\":\"b\""),
        good.replace("id:", "event: heartbeat\ndata: {\"revision\":9,\"digest\":\"0000000000000000\"}\n\nid:"),
    ] {
        let mut client = SyncClient::new(1);
        assert!(import(&mut client, &sealed(bad.as_bytes())).is_err(), "{bad}");
        assert!(client.store().id().is_none());
    }
    let two = String::from_utf8(sealed(good.as_bytes())).unwrap().replace("snapshot 2", "snapshot 3");
    let error = SyncClient::new(1).import_snapshot(&two).unwrap_err().to_string();
    assert!(error.contains("version") || cfg!(not(feature = "messages")), "{error}");
}

#[test]
fn what_a_stream_may_have_beside_one_replay_is_passed_over() {
    let good = snapshot("e1:9", &[("a", 3), ("b", 9)]);
    let good = std::str::from_utf8(body(&good)).unwrap();
    for other in [
        format!("event: connected\ndata: true\n\n{good}"),
        format!("{good}{good}"),
        format!("{good}id: e1:10\ndata: {{\"type\":\"DELETE\",\"key\":\"a\"}}\n\n"),
        format!("{good}data: what is this?\n\n"),
        good.replace("id:", "event: later\ndata: x\n\nid:"),
        good.replace("id:", "data: {\"type\":\"LATER\"}\n\nid:"),
    ] {
        let mut client = SyncClient::new(1);
        assert_eq!(import(&mut client, &sealed(other.as_bytes())), Ok(true), "{other}");
        assert_eq!(client.export_snapshot().as_deref().map(body), Some(good.as_bytes()));
    }
}

#[test]
fn while_a_stream_is_read_none_is_taken() {
    let mut host = Host::streaming(1);
    assert_eq!(import(&mut host.client, &snapshot("e1:9", &[("a", 3)])), Ok(false));
    assert!(host.client.import_snapshot("no snapshot").is_err());
    assert!(host.client.store().id().is_none());
    host.bytes(1, b"event: connected\ndata: true\n\nid: e1:3\nevent: ready\ndata: {\"revision\":3,\"flags\":0}\n\n");
    assert_eq!(host.client.status(), Status::Ready, "the stream goes on");
}

#[test]
fn only_newer_flags_of_the_same_history_replace_what_is_there() {
    for (id, is_taken) in [("e1:6", true), ("e1:5", false), ("e1:4", false), ("e2:9", false)] {
        let mut client = client("e1:5", &[("a", 3)]);
        assert_eq!(import(&mut client, &snapshot(id, &[("z", 4)])), Ok(is_taken), "{id}");
        assert_eq!(client.store().get("z").is_some(), is_taken, "{id}");
        client.close();
        assert_eq!(import(&mut client, &snapshot("e1:9", &[])), Ok(false), "after close");
    }
}

#[test]
fn a_client_starts_from_its_snapshot_and_resumes_there() {
    let listed = [("a", 3), ("b", 9)];
    let mut host = Host::new(1);
    assert_eq!(import(&mut host.client, &snapshot("e1:9", &listed)), Ok(true));
    host.take_outputs(0);
    assert_eq!(host.client.status(), Status::Stale);
    assert_eq!(held(host.client.store()), as_held(&flags(&listed)));
    host.start(0);
    assert_eq!(host.resume.map(|id| id.to_string()).as_deref(), Some("e1:9"));
}

#[test]
fn a_flag_that_came_in_several_lines_is_exported_and_comes_back() {
    let flag = "{\"key\":\"a\",\ndata:\ndata:\"is_enabled\":\r\ndata: true,\rdata: \"colour\": [1,\ndata: \"é\"]}";
    let mut host = Host::streaming(1);
    let change = format!("data: {{\"type\":\"UPSERT\",\ndata: \"flag\":\ndata: {flag}\ndata: }}\n\n");
    host.bytes(1, format!("event: connected\ndata: true\n\n{change}").as_bytes());
    host.bytes(2, b"id: e1:3\nevent: ready\ndata: {\"revision\":3,\"flags\":1}\n\n");
    let mut flags = held(host.client.store());
    assert_eq!(flags.len(), 1);
    // What is exported has each flag in one line.
    flags.values_mut().for_each(|(_, document)| *document = document.replace('\n', "\t"));
    let snapshot = host.client.export_snapshot().unwrap();
    let mut heir = SyncClient::new(1);
    assert_eq!(import(&mut heir, &snapshot), Ok(true));
    assert_eq!(held(heir.store()), flags);
    assert_eq!(heir.export_snapshot(), Some(snapshot));
}

#[test]
fn a_stream_can_go_on_behind_a_snapshot() {
    let mut host = Host::streaming(1);
    host.bytes(1, &snapshot("e1:9", &[("a", 3)]));
    host.bytes(2, b"id: e1:10\ndata: {\"type\":\"DELETE\",\"key\":\"a\"}\n\n");
    assert_eq!(host.client.store().id().map(ToString::to_string).as_deref(), Some("e1:10"));
    assert!(host.client.store().is_empty());
}

#[test]
fn a_client_that_never_had_flags_exports_nothing() {
    assert_eq!(SyncClient::new(1).export_snapshot(), None);
    let mut host = Host::streaming(1);
    host.bytes(1, b"event: connected\ndata: true\n\ndata: {\"type\":\"UPSERT\",\"flag\":{\"key\":\"a\"}}\n\n");
    assert_eq!(host.client.export_snapshot(), None, "half a replay is none");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn whatever_is_sealed_is_refused_or_comes_out_as_it_went_in(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..4_usize, any::<u8>()), 0..4),
    ) {
        let good = snapshot("e1:9", &[("a", 3), ("b", 9)]);
        let mut text = body(&good).to_vec();
        for (place, kind, byte) in edits {
            let place = place.index(text.len());
            match kind {
                0 => text[place] = byte,
                1 => text.insert(place, byte),
                2 => drop(text.remove(place)),
                _ => text[place] = b"0123456789abc\n\r: "[usize::from(byte) % 17],
            }
        }
        let mut client = SyncClient::new(1);
        if import(&mut client, &sealed(&text)) == Ok(true) {
            let exported = client.export_snapshot().unwrap();
            let mut heir = SyncClient::new(2);
            prop_assert_eq!(import(&mut heir, &exported), Ok(true));
            prop_assert_eq!(held(heir.store()), held(client.store()));
            prop_assert_eq!(heir.store().id(), client.store().id());
            prop_assert_eq!(heir.export_snapshot(), Some(exported));
        } else {
            prop_assert!(client.store().is_empty() && client.store().get(FlagKey::new("a").unwrap().as_str()).is_none());
        }
    }
}
