//! Clients that stop reading, among others that go on.

use super::super::Outcome;
use super::super::exchange::request;
use super::super::generator::{Generator, Target};
use super::super::options::Setting;
use super::super::process::{Process, socket_memory};
use super::super::servers::{FLAG, Sidekick, flag};
use super::write::stream;
use super::{Sweep, measured, sweep};
use crate::report::{Bound, Cell, Goal, Measured, Report, Table, Unit};
use std::cell::Cell as Slot;
use std::time::{Duration, Instant};

struct Round {
    normal: Sweep,
    beside: Sweep,
    cost: Cost,
    /// From the first change until the server has let go of all that stalled.
    gone: Duration,
}

/// What those that stall cost, at the moment at which the kernel held the most for them.
#[derive(Clone, Copy, Debug, Default)]
struct Cost {
    /// How many the server still had open.
    held: usize,
    /// What the server's memory had grown by, in bytes.
    growth: u64,
    /// What the kernel's had grown by, in bytes.
    sockets: u64,
}

/// The server gives a socket up that takes nothing for 30 s.
const PATIENCE: Duration = Duration::from_secs(180);
/// After how many changes the server is looked at.
const LOOK: u64 = 20;
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
    let growth = measured(Unit::Bytes, &rounds, |round| round.cost.growth as f64);
    let held = measured(Unit::Count, &rounds, |round| round.cost.held as f64);
    let sockets = measured(Unit::Bytes, &rounds, |round| round.cost.sockets as f64 / round.cost.held.max(1) as f64);
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
    let cells = [normal, beside, lost, held, growth.clone(), sockets.clone(), gone.clone()];
    table.row(&streams.to_string(), cells.map(Cell::from));
    "Memory is that of the moment at which the kernel held the most, with so many still open. *Gone after* counts from the \
     first change until the server has closed all that stalled: what fits is taken first, and then nothing for 30 s."
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
    let watch = Watch { process, files, memory: process.memory()?.resident, sockets: socket_memory()? };
    let (most, gone, begun) = (Slot::new(Cost::default()), Slot::new(None), Instant::now());
    let beside = sweep(&mut generator, connection, &[process], 100_000..100_000 + changes, |number| {
        // Before the change is sent, so that it waits for no look at the server.
        if number % LOOK == 0
            && let Ok(cost) = watch.cost()
        {
            if cost.sockets > most.get().sockets {
                most.set(cost);
            }
            if cost.held == 0 && gone.get().is_none() {
                gone.set(Some(begun.elapsed()));
            }
        }
        change(number)
    })?;
    while gone.get().is_none() {
        match watch.cost()?.held {
            0 => gone.set(Some(begun.elapsed())),
            left if begun.elapsed() > PATIENCE => {
                return Err(format!("{left} stalled streams are open {PATIENCE:?} after the first change").into());
            }
            _ => generator.poll_for(Duration::from_millis(50))?,
        }
    }
    Ok(Round { normal, beside, cost: most.get(), gone: gone.get().unwrap_or_default() })
}

/// The server as it was before the streams stalled.
struct Watch {
    process: Process,
    files: usize,
    memory: u64,
    sockets: u64,
}

impl Watch {
    fn cost(&self) -> Outcome<Cost> {
        Ok(Cost {
            held: self.process.open_files()?.saturating_sub(self.files),
            growth: self.process.memory()?.resident.saturating_sub(self.memory),
            sockets: socket_memory()?.saturating_sub(self.sockets),
        })
    }
}
