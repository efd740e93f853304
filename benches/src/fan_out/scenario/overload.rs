//! More changes than a stream can be written to one by one: a thousand a second, to a thousand streams.

use super::super::Outcome;
use super::super::exchange::{Answered, request};
use super::super::generator::{Arrival, Generator};
use super::super::latency::Latencies;
use super::super::ledger::Faults;
use super::super::options::Setting;
use super::super::servers::{Sidekick, flag};
use super::measured;
use super::write::stream;
use crate::report::{Bound, Cell, Goal, Measured, Report, Table, Unit};
use std::collections::HashMap;
use std::time::{Duration, Instant};

struct Round {
    writes_per_second: f64,
    delivered_per_second: f64,
    delays: Latencies,
    faults: Faults,
    replays: u32,
    processor_share: f64,
}

/// Connections that writes go over, so that the storage can commit several together.
const CONNECTIONS: usize = 64;
const PER_SECOND: u32 = 1000;
const PATIENCE: Duration = Duration::from_secs(180);

pub(super) fn measure(setting: &Setting, report: &mut Report) -> Outcome<()> {
    let (streams, changes) = (setting.streams(1000, 100), setting.changes(10_000, 500));
    report.about = format!(
        "{changes} changes, {PER_SECOND} a second over {CONNECTIONS} connections that are kept, to {streams} streams; {}; \
         SQLite on the disk of the system's temporary files. Events that came in a replay, because a stream was too far \
         behind, are not counted as delivered, nor as lost.",
        setting.cores
    );
    let rounds = (0..setting.repeats()).map(|_| round(setting, streams, changes)).collect::<Outcome<Vec<_>>>()?;
    let rate = |figure: fn(&Round) -> f64| measured(Unit::PerSecond, &rounds, figure);
    let count = |figure: fn(&Round) -> f64| measured(Unit::Count, &rounds, figure);
    let (delivered, lost) = (rate(|round| round.delivered_per_second), count(|round| faults_of(round) as f64));
    let mut table = Table::new(
        "All streams together",
        &[
            "streams",
            "writes",
            "delivered",
            "received p50",
            "received p99",
            "lost, doubled, out of order",
            "replays",
            "processor",
        ],
    );
    let delays = [50.0, 99.0]
        .map(|percent| Cell::from(measured(Unit::Seconds, &rounds, |round| round.delays.percentile(percent))));
    let [p50, p99] = delays;
    table.row(
        &streams.to_string(),
        [
            rate(|round| round.writes_per_second).into(),
            delivered.clone().into(),
            p50,
            p99,
            lost.clone().into(),
            count(|round| f64::from(round.replays)).into(),
            measured(Unit::Ratio, &rounds, |round| round.processor_share).into(),
        ],
    );
    "*Received* is from just before a write's request to its event's receipt. *Processor* is the server's, of one."
        .clone_into(&mut table.note);
    report.tables.push(table);
    let goal = |what: &str, bound, measured: Measured| Goal {
        what: what.to_owned(),
        conditions: format!("{PER_SECOND} changes/s to {streams} streams"),
        bound,
        measured,
    };
    report.goals = vec![
        goal("delivered events", Bound::AtLeast(500_000.0), delivered),
        goal("lost, doubled or out of order", Bound::AtMost(0.0), lost),
    ];
    Ok(())
}

const fn faults_of(round: &Round) -> u64 {
    round.faults.lost + round.faults.duplicates + round.faults.reordered
}

fn round(setting: &Setting, streams: usize, changes: u64) -> Outcome<Round> {
    let server = setting.cores.for_servers(|| Sidekick::on_disk(&setting.programs.sidekick))?;
    let mut generator = Generator::new()?;
    let mut free = Vec::new();
    for place in 0..CONNECTIONS {
        free.push(generator.connect(server.address())?);
        generator.call(place, &request("POST", "/api/flags", &[], &flag(&key(place))))?;
    }
    generator.open(&stream(server.address()), streams)?;
    generator.take_answers();
    let spent = server.process().processor_time()?;
    let begun = Instant::now();
    let answers = write(&mut generator, &mut free, changes)?;
    let written = begun.elapsed();
    let last = answers.iter().filter_map(|answer| answer.revision).max().ok_or("no answer names a revision")?;
    generator.poll_until(Instant::now() + PATIENCE, |own| own.arrivals() as u64 >= changes * streams as u64)?;
    generator.poll_until(Instant::now() + PATIENCE, |own| own.all_reached(last))?;
    let arrivals = generator.take_arrivals();
    let end = arrivals.iter().map(|arrival| arrival.at).max().unwrap_or(begun);
    let taken = (end - begun).as_secs_f64();
    Ok(Round {
        writes_per_second: changes as f64 / written.as_secs_f64(),
        delivered_per_second: arrivals.len() as f64 / taken,
        processor_share: server.process().processor_time()?.saturating_sub(spent).as_secs_f64() / taken,
        delays: delays(&answers, &arrivals),
        faults: generator.faults(last),
        replays: generator.later_replays(),
    })
}

/// Makes changes at their rate, or as fast as answers come where that is slower.
fn write(generator: &mut Generator, free: &mut Vec<usize>, changes: u64) -> Outcome<Vec<Answered>> {
    let begun = Instant::now();
    let due = |number: u64| begun + Duration::from_secs(1) / PER_SECOND * u32::try_from(number).unwrap_or(u32::MAX);
    let (mut sent, mut answers) = (0, Vec::new());
    while (answers.len() as u64) < changes {
        let now = Instant::now();
        while sent < changes
            && due(sent) <= now
            && let Some(place) = free.pop()
        {
            let body = format!(r#"{{"description":"change {sent:09}"}}"#);
            generator.send(place, &request("PATCH", &format!("/api/flags/{}", key(place)), &[], &body))?;
            sent += 1;
        }
        // Without sleeping, as everywhere while a change is under way.
        generator.poll(Duration::ZERO)?;
        let new = generator.take_answers();
        // The one that answered first is used again last: writes spread over all flags.
        free.splice(0..0, new.iter().map(|answer| answer.connection));
        answers.extend(new);
        if now.duration_since(begun) > PATIENCE {
            return Err(format!("{} of {changes} writes were answered in {PATIENCE:?}", answers.len()).into());
        }
    }
    Ok(answers)
}

fn key(place: usize) -> String {
    format!("writer-{place:02}")
}

fn delays(answers: &[Answered], arrivals: &[Arrival]) -> Latencies {
    let sent: HashMap<u64, Instant> =
        answers.iter().filter_map(|answer| Some((answer.revision?, answer.sent_at))).collect();
    let delay = |arrival: &Arrival| Some(arrival.at.saturating_duration_since(*sent.get(&arrival.number)?));
    Latencies::new(arrivals.iter().filter_map(delay).collect())
}
