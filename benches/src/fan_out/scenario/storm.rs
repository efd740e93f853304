//! The server is killed and started again, and all SDKs come back by their own delays.

use super::super::Outcome;
use super::super::exchange::request;
use super::super::fleet::Fleet;
use super::super::options::Setting;
use super::measured;
use super::replay::with_flags;
use crate::report::{Bound, Goal, Measured, Report, Table, Unit};
use std::time::{Duration, Instant};

struct Round {
    /// Until all clients were ready at first.
    first: Duration,
    /// From the restarted server's first listening until all clients held the new flags.
    back: Duration,
    /// Until half of them and 99 of 100 did.
    half: Duration,
    most: Duration,
    attempts: u64,
    steady: u64,
    peak: u64,
}

/// How long the server is away.
const OUTAGE: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(120);
/// The greatest number of clients that start together at first.
const STEP: usize = 500;

pub(super) fn measure(setting: &Setting, report: &mut Report) -> Outcome<()> {
    let (clients, flags) = (setting.streams(10_000, 500), setting.size(100, 20));
    report.about = format!(
        "{clients} SDK clients (the core's sync client on sockets) with {flags} flags follow a server, which is killed \
         (SIGKILL), is away for {OUTAGE:?}, and starts again on the same database; then a flag is changed. The time counts \
         from when it listens again until every client holds the same flags, by revision and digest, the change among \
         them. {}.",
        setting.cores
    );
    let rounds = (0..setting.repeats()).map(|_| round(setting, clients, flags)).collect::<Outcome<Vec<_>>>()?;
    let seconds =
        |figure: fn(&Round) -> Duration| measured(Unit::Seconds, &rounds, |round| figure(round).as_secs_f64());
    let bytes = |figure: fn(&Round) -> u64| measured(Unit::Bytes, &rounds, |round| figure(round) as f64);
    let (back, steady, peak) = (seconds(|round| round.back), bytes(|round| round.steady), bytes(|round| round.peak));
    let growth = Measured::ratio(&peak, &steady);
    let mut table = Table::new(
        "After the restart",
        &[
            "clients",
            "half back",
            "99 % back",
            "all back and equal",
            "attempts a client",
            "steady memory",
            "peak",
            "all ready at first",
        ],
    );
    table.row(
        &clients.to_string(),
        [
            seconds(|round| round.half).into(),
            seconds(|round| round.most).into(),
            back.clone().into(),
            measured(Unit::Count, &rounds, |round| round.attempts as f64 / clients as f64).into(),
            steady.into(),
            peak.into(),
            seconds(|round| round.first).into(),
        ],
    );
    "Steady memory is the server's before it is killed, with all clients at rest; the peak is that of the one that started \
     again. Attempts are those from the kill on."
        .clone_into(&mut table.note);
    report.tables.push(table);
    let goal = |what: &str, bound, measured| Goal {
        what: what.to_owned(),
        conditions: format!("{clients} clients, {flags} flags, kill -9 and restart"),
        bound: Bound::AtMost(bound),
        measured,
    };
    report.goals = vec![goal("all back and equal", 30.0, back), goal("peak memory against steady", 2.0, growth)];
    Ok(())
}

fn round(setting: &Setting, clients: usize, flags: usize) -> Outcome<Round> {
    let (mut server, writer) = with_flags(setting, flags)?;
    // Its connection would not outlive the kill.
    drop(writer);
    let mut fleet = Fleet::new(server.address(), clients)?;
    let begun = Instant::now();
    for up_to in (0..clients + STEP).step_by(STEP) {
        fleet.start(up_to)?;
        let all = up_to.min(clients);
        if !fleet.poll_until(begun + PATIENCE, |fleet| fleet.ready() >= all)? {
            return Err(format!("{} of {clients} clients became ready in {PATIENCE:?}", fleet.ready()).into());
        }
    }
    let first = begun.elapsed();
    fleet.poll_until(Instant::now() + Duration::from_secs(2), |_| false)?;
    let steady = server.process().memory()?.resident;
    let attempts = fleet.attempts();
    server.kill()?;
    fleet.poll_until(Instant::now() + OUTAGE, |_| false)?;
    setting.cores.for_servers(|| server.start_again())?;
    let begun = Instant::now();
    let mut generator = super::super::generator::Generator::new()?;
    let connection = generator.connect(server.address())?;
    let change = request("PATCH", "/api/flags/team.feature-00000", &[], r#"{"description":"after the restart"}"#);
    generator.call(connection, &change)?;
    let revision = generator.take_answers().pop().and_then(|answer| answer.revision);
    let revision = revision.ok_or("the change's answer names no revision")?;
    let (mut peak, mut half, mut most) = (0, None, None);
    let mut asked = Instant::now();
    let is_back = fleet.poll_until(begun + PATIENCE, |fleet| {
        if asked.elapsed() > Duration::from_millis(20) {
            asked = Instant::now();
            peak = server.process().memory().map_or(peak, |memory| peak.max(memory.resident));
        }
        if fleet.ready() * 2 >= clients {
            half.get_or_insert_with(|| begun.elapsed());
        }
        if fleet.ready() * 100 >= clients * 99 {
            most.get_or_insert_with(|| begun.elapsed());
        }
        fleet.ready() == clients && fleet.equal(revision) == clients
    })?;
    if !is_back {
        let (ready, equal) = (fleet.ready(), fleet.equal(revision));
        return Err(format!("{ready} of {clients} clients came back in {PATIENCE:?}, {equal} are equal").into());
    }
    let back = begun.elapsed();
    let (half, most) = (half.unwrap_or(back), most.unwrap_or(back));
    Ok(Round { first, back, half, most, attempts: fleet.attempts() - attempts, steady, peak })
}
