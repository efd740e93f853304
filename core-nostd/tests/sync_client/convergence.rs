//! Whatever goes wrong, the client shows only states that the server had, and follows it again when the faults end.

use crate::dice::Dice;
use crate::fault::{Plan, plan};
use crate::host::held;
use crate::world::World;
use proptest::prelude::*;
use sidekick_core::sync::Status;

const HEARTBEAT: u64 = 15_000;
const SILENCE: u64 = 45_000;
/// The longest to a connection: silence, the server's goodbye and the back-off.
const RECONNECT: u64 = SILENCE + 30_000 + 30_000;
/// The same after an answer that is no stream: what `Retry-After` may ask for, and the back-off.
const ANSWERED: u64 = 300_000 + 30_000;
/// From the connection to the flags, and what timers and the network take.
const REPLAY: u64 = 1_000;

/// Runs the plan to its end; gives the milliseconds from the end of the faults to the client being in step.
fn recover(seed: u64, plan: Plan, end: u64) -> u64 {
    let longest_wait = if plan.answers > 0 { ANSWERED } else { RECONNECT };
    let mut world = World::new(seed, plan, end);
    world.suffer();
    let (end, before) = (world.now, world.host.connects.len());
    // First the wait or the silence in which the client is, then, where something is wrong without a trace, what it
    // takes to see that at a heartbeat.
    let converged = world.converge(end + longest_wait + REPLAY + HEARTBEAT + RECONNECT + REPLAY);
    let connects = &world.host.connects[before..];
    if let Some(last) = connects.last() {
        assert!(converged <= last + REPLAY, "{} ms after the connection", converged - last);
    }
    assert!(connects.len() <= 2, "{} connections where nothing fails", connects.len());
    // A connection that fell silent when there was nothing to say is still to be found. Then there are heartbeats only.
    world.pass(converged + RECONNECT);
    let settled = world.converge(converged + RECONNECT + REPLAY);
    let connects = world.host.connects.len();
    world.pass(settled + 120_000);
    assert!(world.is_converged());
    assert_eq!(world.host.connects.len(), connects, "a healthy connection stays");
    converged - end
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(250) })]

    #[test]
    fn the_client_follows_again_after_any_mixture_of_faults(seed: u64, plan in plan(), end in 20_000..240_000_u64) {
        recover(seed, plan, end);
    }
}

/// The longest recovery of several runs.
fn longest(plan: &Plan) -> u64 {
    (0..12).map(|seed| recover(seed, plan.clone(), 100_000)).max().unwrap()
}

#[test]
fn on_a_good_day_the_client_is_never_out_of_step() {
    let plan = Plan { delay: 50, ..Plan::default() };
    assert!(longest(&plan) < REPLAY);
    let mut world = World::new(1, plan, 600_000);
    world.suffer();
    assert_eq!(world.host.connects.len(), 1);
}

#[test]
fn a_broken_connection_costs_its_reconnect_delay_and_a_second() {
    let plan = Plan { delay: 100, breaks: 100, ..Plan::default() };
    assert!(longest(&plan) <= 30_000 + REPLAY);
}

#[test]
fn who_hurries_is_back_a_second_after_the_attempt_before() {
    let mut waited = 0;
    for seed in 0..40 {
        let plan = Plan { delay: 100, breaks: 400, ..Plan::default() };
        let mut world = World::new(seed, plan, 60_000);
        world.suffer();
        waited += u64::from(world.host.connection.is_none());
        let last = *world.host.connects.last().unwrap();
        world.hurry();
        world.converge(world.now.max(last + 1_000) + REPLAY);
    }
    assert!(waited > 20, "{waited} of 40 runs end in a wait");
}

#[test]
fn a_change_lost_without_a_trace_is_found_at_the_next_heartbeat() {
    let plan = Plan { delay: 100, tampering: 100, ..Plan::default() };
    assert!(longest(&plan) <= HEARTBEAT + 30_000 + 2 * REPLAY);
}

#[test]
fn a_silent_connection_is_given_up() {
    let plan = Plan { delay: 100, silence: 100, ..Plan::default() };
    let longest = longest(&plan);
    assert!(longest <= SILENCE + 30_000 + REPLAY);
    assert!(longest > REPLAY, "one of the runs ends in silence");
}

#[test]
fn another_history_takes_the_place_of_the_first_while_the_stream_goes_on() {
    let plan = Plan { delay: 100, histories: 200, ..Plan::default() };
    assert!(longest(&plan) < REPLAY);
}

#[test]
fn an_instance_that_is_behind_never_takes_the_client_back() {
    let plan = Plan { delay: 100, behind: 700, breaks: 50, ..Plan::default() };
    longest(&plan);
}

#[test]
fn a_client_closed_in_the_middle_of_anything_stays_closed() {
    for seed in 0..60 {
        let end = Dice::new(seed).up_to(60_000);
        let plan = Plan { delay: 300, breaks: 30, lies: 200, attempts: 200, answers: 200, ..Plan::default() };
        let mut world = World::new(seed, plan, end);
        world.suffer();
        let flags = held(world.host.client.store());
        let (now, had_connection) = (world.now, world.host.connection.is_some());
        let outputs = world.host.close(now);
        assert_eq!(outputs.len(), 1 + usize::from(had_connection), "{outputs:?}");
        // From here on the host fails the run at any output.
        world.host.start(now);
        world.host.answer(now, 200, Some("text/event-stream"), None);
        world.host.bytes(
            now,
            b"event: connected\ndata: true\n\nid: z:1\nevent: ready\ndata: {\"revision\":1,\"flags\":0}\n\n",
        );
        world.host.wake(now + 400_000);
        world.host.gone(now + 400_000);
        world.host.close(now + 400_000);
        assert_eq!(world.host.client.status(), Status::Closed);
        assert_eq!(held(world.host.client.store()), flags, "the last flags stay");
    }
}
