//! From a write to its receipt in a thousand streams, with the disk: one server on SQLite, and two on Postgres and Redis.

use super::super::Outcome;
use super::super::exchange::request;
use super::super::generator::{Generator, Start, Target};
use super::super::options::Setting;
use super::super::recognizer::Mark;
use super::super::servers::{FLAG, Sidekick, flag};
use super::{Sweep, measured, sweep};
use crate::report::{Bound, Cell, Goal, Report, Table, Unit};
use crate::services::{Postgres, Redis};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

const WARM_UP: u64 = 10;
/// How long a flag may take to the other server.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) fn measure(setting: &Setting, report: &mut Report) -> Outcome<()> {
    let (streams, changes) = (setting.streams(1000, 100), setting.changes(300, 30));
    report.about = format!(
        "{streams} streams, {changes} single changes, each awaited. One server with SQLite on the disk of the system's \
         temporary files; and two with Postgres (`fsync` on) and Redis, where the change is written to one and received \
         from the other. {}; Postgres and Redis share the servers' processor.",
        setting.cores
    );
    let (mut one, mut two) = (Vec::new(), Vec::new());
    let services = setting.cores.for_servers(|| Ok((Postgres::start_durable(), Redis::start())))?;
    for round in 0..setting.repeats() {
        let server = setting.cores.for_servers(|| Sidekick::on_disk(&setting.programs.sidekick))?;
        one.push(single_changes(&server, &server, streams, changes)?);
        drop(server);
        let (postgres, redis) = &services;
        let database = postgres.database(&format!("bench{round}"));
        let start = || Sidekick::with_services(&setting.programs.sidekick, &database, &redis.url());
        let (written, read) = setting.cores.for_servers(|| Ok((start()?, start()?)))?;
        two.push(single_changes(&written, &read, streams, changes)?);
    }
    let columns = ["servers", "answered p50", "answered p99", "received p50", "received p99", "most", "lost"];
    let mut table = Table::new("From the write's request to its answer, and to the receipt of the event", &columns);
    let conditions = ["one, SQLite", "two, Postgres and Redis"];
    for ((name, rounds), bound) in conditions.into_iter().zip([&one, &two]).zip([0.015, 0.025]) {
        let acknowledged = [50.0, 99.0].map(|percent| {
            Cell::from(measured(Unit::Seconds, rounds, |sweep: &Sweep| sweep.acknowledged.percentile(percent)))
        });
        let received = [50.0, 99.0, 100.0]
            .map(|percent| measured(Unit::Seconds, rounds, |sweep: &Sweep| sweep.from_request.percentile(percent)));
        let [_, p99, _] = &received;
        report.goals.push(Goal {
            what: "write → received, p99".to_owned(),
            conditions: format!("{streams} streams; servers: {name}"),
            bound: Bound::AtMost(bound),
            measured: p99.clone(),
        });
        let lost = measured(Unit::Count, rounds, |sweep: &Sweep| sweep.faults.lost as f64);
        table.row(name, acknowledged.into_iter().chain(received.map(Cell::from)).chain([lost.into()]));
    }
    report.tables.push(table);
    Ok(())
}

/// Writes to one server and receives from another, which may be the same.
fn single_changes(written: &Sidekick, read: &Sidekick, streams: usize, changes: u64) -> Outcome<Sweep> {
    let mut generator = Generator::new()?;
    let connection = generator.connect(written.address())?;
    generator.call(connection, &request("POST", "/api/flags", &[], &flag(FLAG)))?;
    await_flag(&mut generator, read.address())?;
    generator.open(&stream(read.address()), streams)?;
    let processes = if written.process() == read.process() {
        vec![written.process()]
    } else {
        vec![written.process(), read.process()]
    };
    let change = |number| {
        let body = format!(r#"{{"description":"change {number:09}"}}"#);
        request("PATCH", &format!("/api/flags/{FLAG}"), &[], &body)
    };
    sweep(&mut generator, connection, &processes, 1..1 + WARM_UP, change)?;
    sweep(&mut generator, connection, &processes, 1 + WARM_UP..1 + WARM_UP + changes, change)
}

/// Waits until a server has the flag: streams that open before would get its creation as a change.
fn await_flag(generator: &mut Generator, address: SocketAddr) -> Outcome<()> {
    let connection = generator.connect(address)?;
    let deadline = Instant::now() + PATIENCE;
    while !String::from_utf8_lossy(&generator.call(connection, &request("GET", "/api/flags", &[], ""))?).contains(FLAG)
    {
        if Instant::now() > deadline {
            return Err(format!("the other server does not have the flag after {PATIENCE:?}").into());
        }
    }
    Ok(())
}

/// Sidekick's stream there.
pub(super) fn stream(address: SocketAddr) -> Target {
    Target {
        address,
        path: "/stream".to_owned(),
        headers: Vec::new(),
        mark: Mark::Id,
        start: Start::Replay,
        receive_buffer: None,
    }
}
