//! When the client does what: back-off, silence, goodbyes and timers, to the millisecond.

use crate::dice::Dice;
use crate::host::{EVENT_STREAM, Host, error};
use crate::script::{heartbeat, replay, resumed};
use sidekick_core::sync::{Output, SyncClient};

/// The delay before attempt `number`, as the client with this dice's seed must draw it.
fn delay(dice: &mut Dice, number: u32) -> u64 {
    dice.up_to(1_000_u64.checked_shl(number).unwrap_or(u64::MAX).min(30_000))
}

#[test]
fn attempts_that_fail_back_off_with_full_jitter_up_to_half_a_minute() {
    for seed in 0..50 {
        let (mut host, mut dice) = (Host::new(seed), Dice::new(seed));
        host.start(0);
        let mut now = 0;
        for attempt in 0..40 {
            assert_eq!(error(&host.gone(now)), Some("CONNECTION_FAILED"));
            let due = now + delay(&mut dice, attempt);
            now = host.wait_for_connect();
            assert_eq!(now, due, "seed {seed}, attempt {attempt}");
        }
    }
}

#[test]
fn only_a_minute_of_health_makes_the_next_delay_a_first_one() {
    for (healthy_for, number) in [(59_999, 5), (60_000, 0)] {
        let (mut host, mut dice) = (Host::new(9), Dice::new(9));
        host.start(0);
        let mut now = 0;
        for attempt in 0..5 {
            host.gone(now);
            delay(&mut dice, attempt);
            now = host.wait_for_connect();
        }
        host.answer(now, 200, EVENT_STREAM, None);
        // The time before the flags are there does not count.
        now += 40_000;
        host.bytes(now, &replay("e1:1", &[]));
        for beat in [20_000, 40_000, 59_000] {
            host.bytes(now + beat, &heartbeat(1, &[]));
        }
        host.gone(now + healthy_for);
        assert_eq!(host.wait_for_connect(), now + healthy_for + delay(&mut dice, number), "after {healthy_for} ms");
    }
}

#[test]
fn a_stream_that_is_ready_and_breaks_at_once_does_not_make_the_client_hurry() {
    let mut host = Host::streaming(11);
    let mut now = 0;
    for _ in 0..300 {
        host.bytes(now, &if host.resume.is_some() { resumed(1) } else { replay("e1:1", &[("a", 1)]) });
        host.gone(now);
        now = host.wait_for_connect();
        host.answer(now, 200, EVENT_STREAM, None);
    }
    // The host itself watches how many of them come within a minute.
    assert!(now > 295 * 10_000, "300 connects in {now} ms");
}

#[test]
fn silence_ends_an_attempt_and_a_stream_after_three_heartbeats() {
    let mut host = Host::new(2);
    let outputs = host.start(1_000);
    assert_eq!(outputs.last(), Some(&Output::WakeAt(46_000)));
    assert_eq!(error(&host.wake(46_000)), Some("SILENT"));

    let mut host = Host::streaming(2);
    host.bytes(10_000, b":");
    assert_eq!(host.wake(45_000), [Output::WakeAt(55_000)], "a byte is a sign of life");
    // No bytes are none.
    host.bytes(30_000, b"");
    assert_eq!(host.wake(54_999), [Output::WakeAt(55_000)]);
    assert_eq!(error(&host.wake(55_000)), Some("SILENT"));
    assert_eq!(host.connection, None);
}

#[test]
fn a_timer_may_go_off_early_late_or_for_nothing() {
    let mut host = Host::streaming(2);
    for now in [1, 2, 44_999] {
        assert_eq!(host.wake(now), [Output::WakeAt(45_000)]);
    }
    let outputs = host.wake(1_000_000);
    assert_eq!(error(&outputs), Some("SILENT"));
    assert!(host.timer.is_some_and(|at| (1_000_000..=1_001_000).contains(&at)));
}

#[test]
fn a_goodbye_is_no_error_and_its_time_is_kept() {
    for (retry, least) in
        [("0", 0), ("1234", 1_234), ("5000", 5_000), ("99999999999999999999", 30_000), ("0030001", 30_000)]
    {
        let mut host = Host::streaming(4);
        host.bytes(1, &replay("e1:1", &[("a", 1)]));
        host.bytes(2, format!("retry: 7\n\nretry: {retry}\n\n").as_bytes());
        assert_eq!(error(&host.gone(3)), None, "{retry}");
        let waited = host.wait_for_connect() - 3;
        assert!((least..=least + 1_000).contains(&waited), "{retry}: {waited} ms");
        // The time belongs to the connection that gave it.
        let now = host.connects[1];
        assert_eq!(error(&host.gone(now)), Some("CONNECTION_FAILED"));
        assert!(host.wait_for_connect() - now <= 2_000);
    }
}

#[test]
fn a_storm_of_goodbyes_is_weathered_at_the_pace_of_the_back_off() {
    let mut host = Host::streaming(13);
    let mut now = 0;
    for _ in 0..300 {
        host.bytes(now, &b"retry: 0\n\n".repeat(100));
        host.gone(now);
        now = host.wait_for_connect();
        host.answer(now, 200, EVENT_STREAM, None);
    }
    assert!(now > 295 * 10_000, "300 connects in {now} ms");
}

#[test]
fn who_hurries_all_the_time_waits_for_a_second_or_a_shorter_delay_and_the_back_off_goes_on() {
    for seed in 0..50 {
        let (mut host, mut dice) = (Host::new(seed), Dice::new(seed));
        host.start(0);
        let mut last = 0;
        for attempt in 0..20 {
            // The attempt takes a while to fail, sometimes more than the second.
            let failed = last + u64::from(attempt) * 150;
            assert_eq!(error(&host.gone(failed)), Some("CONNECTION_FAILED"));
            let due = (failed + delay(&mut dice, attempt)).min(failed.max(last + 1_000));
            let mut now = failed;
            while host.connection.is_none() {
                host.hurry(now);
                now += 1;
            }
            last = *host.connects.last().unwrap();
            assert_eq!(last, due, "seed {seed}, attempt {attempt}");
        }
    }
}

#[test]
fn the_end_of_time_is_no_overflow() {
    let mut host = Host::new(1);
    for now in [u64::MAX - 1, u64::MAX] {
        host.client.start(now);
        host.client.handle_connected(now, 503, None, Some("99999999999999"));
        host.client.retry_now(now);
        host.client.handle_timeout(now);
        host.client.handle_connected(now, 200, EVENT_STREAM, None);
        host.client.handle_bytes(now, b"retry: 99999999999999999999\n\n");
        host.client.handle_disconnected(now);
        host.client.retry_now(now);
        while host.client.poll_output().is_some() {}
    }
}

#[test]
fn a_clock_at_its_end_makes_nothing_due() {
    for now in [u64::MAX, u64::MAX - 1] {
        let mut client = SyncClient::new(7);
        client.start(now);
        client.handle_disconnected(now);
        while let Some(output) = client.poll_output() {
            assert!(!matches!(output, Output::WakeAt(at) if at < now), "{output:?}");
        }
        client.handle_timeout(now - 1);
        assert_eq!(client.poll_output(), None);
    }
}
