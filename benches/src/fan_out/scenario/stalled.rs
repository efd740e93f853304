//! Clients that stop reading, among others that go on.

use super::super::Outcome;
use super::super::exchange::request;
use super::super::generator::{Generator, Target};
use super::super::options::Setting;
use super::super::process::socket_memory;
use super::super::servers::{FLAG, Sidekick, flag};
use super::write::stream;
use super::{Sweep, measured, sweep};
use crate::report::{Bound, Cell, Goal, Measured, Report, Table, Unit};
use std::time::{Duration, Instant};

struct Round {
    normal: Sweep,
    beside: Sweep,
    growth: u64,
    sockets: f64,
    /// How many of those that stall the server still held when these were measured.
    held: usize,
    /// From the last change until the server has let go of all that stalled.
    gone: Duration,
}

/// The server gives a socket up that takes nothing for 30 s.
const PATIENCE: Duration = Duration::from_secs(90);
/// What the kernel holds for the side that does not read: as little as it allows, so that what is measured is the
/// server's side.
const RECEIVE_BUFFER: usize = 2048;

pub(super) fn measure(setting: &Setting, report: &mut Report) -> Outcome<()> {
    let (streams, changes) = (setting.streams(500, 100), setting.changes(1000, 400));
    report.about = format!(
        "{streams} streams are read, {streams} more are open and never read again; {changes} single changes, each awaited in \
         the first. {}; the database lies in memory.",
        setting.cores
    );
    let rounds = (0..setting.repeats()).map(|_| round(setting, streams, changes)).collect::<Outcome<Vec<_>>>()?;
    let p99 = |figure: fn(&Round) -> &Sweep| {
        measured(Unit::Seconds, &rounds, |round| figure(round).from_request.percentile(99.0))
    };
    let (normal, beside) = (p99(|round| &round.normal), p99(|round| &round.beside));
    let growth = measured(Unit::Bytes, &rounds, |round| round.growth as f64);
    let sockets = measured(Unit::Bytes, &rounds, |round| round.sockets);
    let gone = measured(Unit::Seconds, &rounds, |round| round.gone.as_secs_f64());
    let slower = Measured::ratio(&beside, &normal);
    let lost = measured(Unit::Count, &rounds, |round| round.beside.faults.lost as f64);
    let mut table = Table::new(
        "The streams that are read, and what the others cost",
        &[
            "stalled",
            "p99 before",
            "p99 beside them",
            "lost",
            "stalled ones then held",
            "server's memory grew by",
            "kernel's memory a stalled one",
            "gone after",
        ],
    );
    let held = measured(Unit::Count, &rounds, |round| round.held as f64);
    let cells = [normal, beside, lost, held, growth.clone(), sockets.clone(), gone.clone()];
    table.row(&streams.to_string(), cells.map(Cell::from));
    "*Gone after* counts from the last change until the server has closed all sockets that stalled; it gives one up that \
     takes nothing for 30 s."
        .clone_into(&mut table.note);
    report.tables.push(table);
    let goal = |what: &str, bound, measured| Goal {
        what: what.to_owned(),
        conditions: format!("{streams} stalled, {streams} others, {changes} changes"),
        bound: Bound::AtMost(bound),
        measured,
    };
    report.goals = vec![
        goal("server's memory for those that stall", 20.0 * 1_048_576.0, growth),
        goal("kernel's memory for each that stalls", 0.2 * 1_048_576.0, sockets),
        goal("the others' p99 against before", 2.0, slower),
        goal("stalled ones gone", 45.0, gone),
    ];
    Ok(())
}

fn round(setting: &Setting, streams: usize, changes: u64) -> Outcome<Round> {
    let server = setting.cores.for_servers(|| Sidekick::in_memory(&setting.programs.sidekick))?;
    let process = server.process();
    let mut generator = Generator::new()?;
    let connection = generator.connect(server.address())?;
    generator.call(connection, &request("POST", "/api/flags", &[], &flag(FLAG)))?;
    let target = stream(server.address());
    generator.open(&target, streams)?;
    let change = |number| {
        let body = format!(r#"{{"description":"change {number:09}"}}"#);
        request("PATCH", &format!("/api/flags/{FLAG}"), &[], &body)
    };
    sweep(&mut generator, connection, &[process], 1..10, change)?;
    let normal = sweep(&mut generator, connection, &[process], 10..10 + changes / 4, change)?;
    let files = process.open_files()?;
    let mut stalled = Generator::new()?;
    // Once it has its replay, nobody polls it.
    stalled.open(&Target { receive_buffer: Some(RECEIVE_BUFFER), ..target }, streams)?;
    let (memory, sockets) = (process.memory()?.resident, socket_memory()?);
    let beside = sweep(&mut generator, connection, &[process], 100_000..100_000 + changes, change)?;
    let end = Instant::now();
    let growth = process.memory()?.resident.saturating_sub(memory);
    let held = process.open_files()?.saturating_sub(files);
    let sockets = socket_memory()?.saturating_sub(sockets) as f64 / held.max(1) as f64;
    while process.open_files()? > files {
        if end.elapsed() > PATIENCE {
            let left = process.open_files()? - files;
            return Err(format!("{left} stalled streams are open {PATIENCE:?} after the last change").into());
        }
        generator.poll_for(Duration::from_millis(50))?;
    }
    Ok(Round { normal, beside, growth, sockets, held, gone: end.elapsed() })
}
