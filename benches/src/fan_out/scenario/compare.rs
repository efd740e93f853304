//! Sidekick's fan-out against the least that any server can do, a naive server, and one that many use.

use super::super::Outcome;
use super::super::generator::{Generator, Opened};
use super::super::ledger::Faults;
use super::super::options::Setting;
use super::super::process::socket_memory;
use super::super::servers::{Kind, nchan_version};
use super::{Sweep, measured, sweep};
use crate::report::{Bound, Cell, Goal, Measured, Report, Table, Unit};
use std::time::Duration;

/// What one contestant showed in one round.
pub(super) struct Round {
    pub(super) opened: Opened,
    /// Memory of the server for each stream that is open and at rest, in bytes.
    pub(super) resident: f64,
    pub(super) proportional: f64,
    /// The kernel's for both ends of its socket.
    pub(super) sockets: f64,
    pub(super) sweep: Sweep,
}

/// Changes before those that are measured.
const WARM_UP: u64 = 5;

pub(super) fn measure(setting: &Setting, report: &mut Report) -> Outcome<()> {
    let (streams, changes) = (setting.streams(10_000, 500), setting.changes(100, 20));
    report.about = about(setting, streams, changes);
    if let Some(version) = nchan_version() {
        report.conditions.version("nchan", &version);
    }
    let mut rounds: Vec<(Kind, Vec<Round>)> = Kind::ALL.into_iter().map(|kind| (kind, Vec::new())).collect();
    for _ in 0..setting.repeats() {
        for (kind, own) in &mut rounds {
            eprintln!("{} …", kind.name());
            own.push(round(setting, *kind, streams, changes)?);
        }
        // Another one begins each time, so that none always finds the machine as the same other one left it.
        rounds.rotate_left(1);
    }
    rounds.sort_by_key(|(kind, _)| Kind::ALL.iter().position(|one| one == kind));
    let limit = rounds.iter().find(|(kind, _)| *kind == Kind::EpollLimit).map(|(_, rounds)| rounds);
    let limit = limit.ok_or("the limit was not measured")?;
    report.tables = vec![latency_table(&rounds), cost_table(&rounds), ratio_table(&rounds, limit)];
    if let Some((_, own)) = rounds.iter().find(|(kind, _)| *kind == Kind::Sidekick) {
        report.goals = goals(own, limit, streams);
    }
    let all = rounds.iter().flat_map(|(_, rounds)| rounds);
    let mut faults = Faults::default();
    all.for_each(|round| faults += round.sweep.faults);
    if let Some(table) = report.tables.first_mut() {
        table.note = format!("All contestants and rounds together: {faults}.");
    }
    Ok(())
}

/// Starts a server, opens streams, lets them rest, and sweeps.
pub(super) fn round(setting: &Setting, kind: Kind, streams: usize, changes: u64) -> Outcome<Round> {
    let server = kind.start(&setting.programs, &setting.cores)?;
    let mut generator = Generator::new()?;
    let connection = generator.connect(server.address())?;
    if let Some(request) = server.preparation() {
        generator.call(connection, &request)?;
    }
    let process = server.process();
    let (before, sockets_before) = (process.memory()?, socket_memory()?);
    let opened = generator.open(&server.target(), streams)?;
    generator.poll_for(setting.size(Duration::from_secs(3), Duration::from_millis(300)))?;
    let (after, sockets_after) = (process.memory()?, socket_memory()?);
    let change = |number| server.change(number);
    sweep(&mut generator, connection, &[process], 1..1 + WARM_UP, change)?;
    let sweep = sweep(&mut generator, connection, &[process], 1 + WARM_UP..1 + WARM_UP + changes, change)?;
    let each = |before: u64, after: u64| after.saturating_sub(before) as f64 / streams as f64;
    Ok(Round {
        opened,
        resident: each(before.resident, after.resident),
        proportional: each(before.proportional, after.proportional),
        sockets: each(sockets_before, sockets_after),
        sweep,
    })
}

fn about(setting: &Setting, streams: usize, changes: u64) -> String {
    format!(
        "{streams} streams, {changes} single changes, each awaited in all streams before the next; {}. Every contestant \
         sends an event of the same text. Sidekick parses, merges, commits to SQLite and answers a PATCH; the others only \
         pass on a body. Its database lies in memory here, so that nobody waits for a disk (`write` measures with one). \
         The *epoll limit* is a single thread that does one `write` for each socket and change and nothing else: what it \
         takes, the kernel takes. The generator never sleeps while a change is under way, so that no server pays for waking \
         it.",
        setting.cores
    )
}

fn latency_table(rounds: &[(Kind, Vec<Round>)]) -> Table {
    let columns = ["server", "p50", "p90", "p99", "p99.9", "most", "first receipt → p99", "lost"];
    let mut table = Table::new("From the write's request to the receipt of the event", &columns);
    for (kind, rounds) in rounds {
        let percentiles = [50.0, 90.0, 99.0, 99.9, 100.0].map(|percent| {
            Cell::from(measured(Unit::Seconds, rounds, |round| round.sweep.from_request.percentile(percent)))
        });
        let spread = measured(Unit::Seconds, rounds, |round| round.sweep.from_first.percentile(99.0));
        let lost = measured(Unit::Count, rounds, |round| round.sweep.faults.lost as f64);
        table.row(kind.name(), percentiles.into_iter().chain([spread.into(), lost.into()]));
    }
    table
}

fn cost_table(rounds: &[(Kind, Vec<Round>)]) -> Table {
    let columns = [
        "server",
        "processor time for a million events",
        "memory an idle stream (RSS)",
        "(PSS)",
        "kernel's for its socket",
        "all open",
        "all ready",
    ];
    let mut table = Table::new("What it costs", &columns);
    for (kind, rounds) in rounds {
        table.row(
            kind.name(),
            [
                measured(Unit::Seconds, rounds, |round| round.sweep.processor_per_million()).into(),
                measured(Unit::Bytes, rounds, |round| round.resident).into(),
                measured(Unit::Bytes, rounds, |round| round.proportional).into(),
                measured(Unit::Bytes, rounds, |round| round.sockets).into(),
                measured(Unit::Seconds, rounds, |round| round.opened.heads.as_secs_f64()).into(),
                measured(Unit::Seconds, rounds, |round| round.opened.ready.as_secs_f64()).into(),
            ],
        );
    }
    "Memory is what the process grew by (RSS, PSS) from before the streams to seconds after the last one was ready, by each; \
     processor time is user and system, of the process that serves."
        .clone_into(&mut table.note);
    table
}

fn ratio_table(rounds: &[(Kind, Vec<Round>)], limit: &[Round]) -> Table {
    let columns = ["server", "p99 from the request", "p99 from the first receipt", "processor time"];
    let mut table = Table::new("Against the epoll limit of the same round", &columns);
    for (kind, rounds) in rounds.iter().filter(|(kind, _)| *kind != Kind::EpollLimit) {
        table.row(kind.name(), ratios(rounds, limit).map(Cell::from));
    }
    "The goals are held against p99 from the request, which nothing is left out of.".clone_into(&mut table.note);
    table
}

fn ratios(rounds: &[Round], limit: &[Round]) -> [Measured; 3] {
    let figures: [fn(&Round) -> f64; 3] = [
        |round| round.sweep.from_request.percentile(99.0),
        |round| round.sweep.from_first.percentile(99.0),
        |round| round.sweep.processor_per_million(),
    ];
    figures.map(|figure| {
        let [own, least] = [rounds, limit].map(|rounds| measured(Unit::Seconds, rounds, figure));
        Measured::ratio(&own, &least)
    })
}

fn goals(own: &[Round], limit: &[Round], streams: usize) -> Vec<Goal> {
    let [p99, _, processor] = ratios(own, limit);
    let memory = measured(Unit::Bytes, own, |round| round.resident);
    let goal = |what: &str, bound, measured| Goal {
        what: what.to_owned(),
        conditions: format!("{streams} streams, single changes"),
        bound: Bound::AtMost(bound),
        measured,
    };
    vec![
        goal("p99 against the epoll limit", 1.2, p99),
        goal("processor time against the epoll limit", 1.2, processor),
        goal("memory an idle stream", 3072.0, memory),
    ]
}
