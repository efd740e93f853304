//! Fuzz target: whatever happens to a client, in whatever order, the rules hold that the host of its tests watches.
#![no_main]

#[allow(dead_code)]
#[path = "../../tests/sync_client/dice.rs"]
mod dice;
#[allow(dead_code)]
#[path = "../../tests/sync_client/host.rs"]
mod host;
#[allow(dead_code)]
#[path = "../../tests/sync_client/truth.rs"]
mod truth;

use host::{EVENT_STREAM, Host, held, import};
use libfuzzer_sys::fuzz_target;
use sidekick_core::murmur3_x86_32;
use sidekick_core::sync::SyncClient;

fuzz_target!(|input: &[u8]| {
    let mut host = Host::new(1);
    host.is_stream_sound = false;
    let mut now = 0;
    host.start(now);
    for step in input.split(|byte| *byte == b'~') {
        take(&mut host, &mut now, step);
        check_snapshot(&host.client);
    }
    host.close(now);
});

fn take(host: &mut Host, now: &mut u64, step: &[u8]) {
    let (letter, rest) = step.split_first().unwrap_or((&b'b', &[]));
    let outputs = match letter {
        b'c' => host.answer(*now, 200, EVENT_STREAM, None),
        b'a' => {
            let text = String::from_utf8_lossy(rest);
            let (status, retry_after) = text.split_once(' ').unwrap_or((&text, ""));
            host.answer(*now, status.parse().unwrap_or(200), None, Some(retry_after))
        }
        b'g' => host.gone(*now),
        b't' => {
            *now = host.timer.unwrap_or(*now).max(*now);
            host.wake(*now)
        }
        b'e' => host.wake(*now),
        b'r' => host.hurry(*now),
        b'+' => {
            *now += 1_000 * rest.len() as u64;
            Vec::new()
        }
        b'i' => {
            let before = host.client.store().id().cloned();
            let is_taken = import(&mut host.client, &sealed(rest)) == Ok(true);
            assert!(is_taken || host.client.store().id() == before.as_ref());
            host.take_outputs(*now)
        }
        b'x' => host.close(*now),
        b'b' => host.bytes(*now, rest),
        _ => host.bytes(*now, step),
    };
    assert!(outputs.len() <= 6);
}

/// At any moment the flags survive the process.
fn check_snapshot(client: &SyncClient) {
    let Some(snapshot) = client.export_snapshot() else { return };
    let mut heir = SyncClient::new(2);
    assert_eq!(import(&mut heir, &snapshot), Ok(true));
    assert_eq!(held(heir.store()), held(client.store()));
    assert_eq!((heir.store().id(), heir.store().digest()), (client.store().id(), client.store().digest()));
}

fn sealed(body: &[u8]) -> Vec<u8> {
    let text = [b": sidekick-snapshot 2\n", body].concat();
    [&text, format!("2{:010}\n", murmur3_x86_32(&text, 0)).as_bytes()].concat()
}
