//! Reading all flags by the REST API, against a server that serializes them for each request.

use super::super::Outcome;
use super::super::exchange::request;
use super::super::generator::Generator;
use super::super::latency::Latencies;
use super::super::options::Setting;
use super::super::servers::{Folder, start_foil};
use super::measured;
use super::replay::with_flags;
use crate::report::{Bound, Cell, Goal, Measured, Report, Table, Unit};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

struct Round {
    per_second: f64,
    times: Latencies,
    length: usize,
}

const FLAGS: usize = 350;
const CONNECTIONS: usize = 16;

pub(super) fn measure(setting: &Setting, report: &mut Report) -> Outcome<()> {
    let time = setting.size(Duration::from_secs(5), Duration::from_millis(500));
    report.about = format!(
        "`GET /api/flags` with {FLAGS} flags over {CONNECTIONS} connections that are kept, each of which asks again as soon \
         as it has its answer. The foil is hyper and serde_json on a `Vec` of structs, serialized for each request. {}.",
        setting.cores
    );
    let (server, mut writer) = with_flags(setting, FLAGS)?;
    let listing = writer.call(0, &request("GET", "/api/flags", &[], ""))?;
    let folder = Folder::new(&std::env::temp_dir())?;
    let file = folder.path().join("flags.json");
    std::fs::write(&file, &listing)?;
    let (_foil, foil_address) = start_foil(&setting.programs, &setting.cores, &file)?;
    let (mut own, mut foil) = (Vec::new(), Vec::new());
    for number in 0..setting.repeats() {
        let mut contestants = [(server.address(), &mut own), (foil_address, &mut foil)];
        contestants.rotate_left(number % 2);
        for (address, rounds) in contestants {
            rounds.push(round(address, time)?);
        }
    }
    let columns = ["server", "requests", "p50", "p95", "p99", "length"];
    let mut table = Table::new("Answers", &columns);
    let rate = |rounds: &[Round]| measured(Unit::PerSecond, rounds, |round| round.per_second);
    for (name, rounds) in [("sidekick", &own), ("hyper, serde_json", &foil)] {
        let percentiles = [50.0, 95.0, 99.0]
            .map(|percent| Cell::from(measured(Unit::Seconds, rounds, |round| round.times.percentile(percent))));
        let length = measured(Unit::Bytes, rounds, |round| round.length as f64);
        table.row(name, [rate(rounds).into()].into_iter().chain(percentiles).chain([length.into()]));
    }
    report.tables.push(table);
    report.goals.push(Goal {
        what: "requests a second against the foil".to_owned(),
        conditions: format!("{FLAGS} flags, {CONNECTIONS} connections"),
        bound: Bound::AtLeast(3.0),
        measured: Measured::ratio(&rate(&own), &rate(&foil)),
    });
    Ok(())
}

fn round(address: SocketAddr, time: Duration) -> Outcome<Round> {
    let mut generator = Generator::new()?;
    let ask = request("GET", "/api/flags", &[], "");
    for _ in 0..CONNECTIONS {
        let connection = generator.connect(address)?;
        generator.call(connection, &ask)?;
    }
    generator.take_answers();
    let begun = Instant::now();
    (0..CONNECTIONS).try_for_each(|connection| generator.send(connection, &ask))?;
    let (mut times, mut length) = (Vec::new(), 0);
    while begun.elapsed() < time {
        generator.poll(Duration::ZERO)?;
        for answer in generator.take_answers() {
            times.push(answer.at - answer.sent_at);
            length = answer.length;
            generator.send(answer.connection, &ask)?;
        }
    }
    Ok(Round { per_second: times.len() as f64 / begun.elapsed().as_secs_f64(), times: Latencies::new(times), length })
}
