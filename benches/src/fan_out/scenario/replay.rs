//! All clients ask for all flags at once.

use super::super::Outcome;
use super::super::exchange::request;
use super::super::generator::Generator;
use super::super::options::Setting;
use super::super::servers::{Sidekick, flag};
use super::measured;
use super::write::stream;
use crate::report::{Bound, Goal, Report, Table, Unit};
use std::time::{Duration, Instant};

/// What one round showed.
pub(super) struct Round {
    pub(super) heads: Duration,
    pub(super) ready: Duration,
    /// The server's processor time.
    processor_time: Duration,
    /// How much the server's memory grew, in bytes.
    growth: u64,
}

const PATIENCE: Duration = Duration::from_secs(30);

pub(super) fn measure(setting: &Setting, report: &mut Report) -> Outcome<()> {
    let (streams, flags) = (setting.streams(10_000, 300), setting.size(1000, 100));
    report.about = format!(
        "{streams} clients are connected and then ask for the stream, all at once; {flags} flags of ordinary size are \
         replayed to each. The time counts from the first request to the last client's `ready`. {}; the database lies in \
         memory.",
        setting.cores
    );
    let (server, mut writer) = with_flags(setting, flags)?;
    let length = writer.call(0, &request("GET", "/api/flags", &[], ""))?.len();
    let rounds = (0..setting.repeats()).map(|_| round(&server, streams, flags)).collect::<Outcome<Vec<_>>>()?;
    let ready = measured(Unit::Seconds, &rounds, |round| round.ready.as_secs_f64());
    let mut table = Table::new(
        "From the first request",
        &["replay", "all heads", "all ready", "processor time", "server's memory grew by", "listing's length"],
    );
    table.row(
        &format!("{streams} clients × {flags} flags"),
        [
            measured(Unit::Seconds, &rounds, |round| round.heads.as_secs_f64()).into(),
            ready.clone().into(),
            measured(Unit::Seconds, &rounds, |round| round.processor_time.as_secs_f64()).into(),
            measured(Unit::Bytes, &rounds, |round| round.growth as f64).into(),
            measured(Unit::Bytes, &[length], |length| *length as f64).into(),
        ],
    );
    report.tables.push(table);
    report.goals.push(Goal {
        what: "replay, all ready".to_owned(),
        conditions: format!("{streams} clients × {flags} flags"),
        bound: Bound::AtMost(1.5),
        measured: ready,
    });
    Ok(())
}

/// A server with so many flags, and a generator whose first connection leads to it.
pub(super) fn with_flags(setting: &Setting, flags: usize) -> Outcome<(Sidekick, Generator)> {
    let server = setting.cores.for_servers(|| Sidekick::in_memory(&setting.programs.sidekick))?;
    let mut generator = Generator::new()?;
    let connection = generator.connect(server.address())?;
    for number in 0..flags {
        generator.call(connection, &request("POST", "/api/flags", &[], &flag(&format!("team.feature-{number:05}"))))?;
    }
    Ok((server, generator))
}

/// Opens streams at once, and closes them again.
pub(super) fn round(server: &Sidekick, streams: usize, flags: usize) -> Outcome<Round> {
    let process = server.process();
    let (files, spent, memory) = (process.open_files()?, process.processor_time()?, process.memory()?);
    let mut generator = Generator::new()?;
    let opened = generator.open_at_once(&stream(server.address()), streams)?;
    if generator.flags() != streams * flags {
        return Err(format!("{} flags arrived, not {streams} × {flags}", generator.flags()).into());
    }
    let round = Round {
        heads: opened.heads,
        ready: opened.ready,
        processor_time: process.processor_time()?.saturating_sub(spent),
        growth: process.memory()?.resident.saturating_sub(memory.resident),
    };
    drop(generator);
    let deadline = Instant::now() + PATIENCE;
    // The next round must not find the server busy with the end of this one.
    while process.open_files()? > files {
        if Instant::now() > deadline {
            return Err(format!("the server holds ended streams for more than {PATIENCE:?}").into());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(round)
}
