//! How latency and memory grow with the number of streams, and a replay with that of flags.

use super::super::Outcome;
use super::super::options::Setting;
use super::super::servers::Kind;
use super::compare::{self, Round};
use super::measured;
use super::replay::{self, with_flags};
use crate::report::{Axis, Chart, Point, Report, Scale, Series, Unit};

const CLIENTS: usize = 100;

pub(super) fn measure(setting: &Setting, report: &mut Report) -> Outcome<()> {
    let counts: &[usize] = setting.size(&[100, 300, 1000, 3000, 10_000], &[30, 100, 300]);
    let flags: &[usize] = setting.size(&[10, 30, 100, 300, 1000, 3000, 10_000], &[10, 100, 300]);
    let changes = setting.changes(50, 10);
    report.about = format!(
        "As in `compare`, {changes} single changes for each number of streams; and replays of all flags to {CLIENTS} \
         clients that ask at once. {}; the database lies in memory.",
        setting.cores
    );
    let kinds = [Kind::Sidekick, Kind::EpollLimit];
    let mut latency: Vec<Series> = Vec::new();
    let (mut memory, mut processor) = (Vec::new(), Vec::new());
    for kind in kinds {
        let (mut p50, mut p99, mut resident, mut spent) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for &streams in counts {
            eprintln!("{}, {streams} streams …", kind.name());
            let rounds = (0..setting.repeats())
                .map(|_| compare::round(setting, kind, streams, changes))
                .collect::<Outcome<Vec<Round>>>()?;
            let point = |unit, figure: fn(&Round) -> f64| Point::new(streams as f64, &measured(unit, &rounds, figure));
            p50.push(point(Unit::Seconds, |round| round.sweep.from_request.percentile(50.0)));
            p99.push(point(Unit::Seconds, |round| round.sweep.from_request.percentile(99.0)));
            resident.push(point(Unit::Bytes, |round| round.resident));
            spent.push(point(Unit::Seconds, |round| round.sweep.processor_per_million()));
        }
        let name = kind.name();
        latency.push(Series { name: format!("{name}, p50"), points: p50 });
        latency.push(Series { name: format!("{name}, p99"), points: p99 });
        memory.push(Series { name: name.to_owned(), points: resident });
        processor.push(Series { name: name.to_owned(), points: spent });
    }
    let streams = || axis("streams", Unit::Count, Scale::Log);
    let charts = [
        (
            "latency",
            "From a write's request to the receipt of its event",
            axis("latency", Unit::Seconds, Scale::Log),
            latency,
        ),
        ("memory", "Memory of an idle stream", axis("memory a stream", Unit::Bytes, Scale::Linear), memory),
        (
            "processor",
            "Processor time for a million events",
            axis("processor time", Unit::Seconds, Scale::Linear),
            processor,
        ),
    ];
    for (name, title, y, series) in charts {
        report.charts.push(chart(&format!("streams-{name}"), title, streams(), y, series));
    }
    let mut points = Vec::new();
    for &count in flags {
        eprintln!("replay of {count} flags …");
        let (server, _writer) = with_flags(setting, count)?;
        let rounds = (0..setting.repeats())
            .map(|_| replay::round(&server, CLIENTS, count))
            .collect::<Outcome<Vec<replay::Round>>>()?;
        let ready = measured(Unit::Seconds, &rounds, |round| round.ready.as_secs_f64());
        points.push(Point::new(count as f64, &ready));
    }
    let series = vec![Series { name: format!("{CLIENTS} clients at once"), points }];
    let (x, y) = (axis("flags", Unit::Count, Scale::Log), axis("until all are ready", Unit::Seconds, Scale::Log));
    report.charts.push(chart("replay-flags", "Replay of all flags", x, y, series));
    Ok(())
}

fn axis(label: &str, unit: Unit, scale: Scale) -> Axis {
    Axis { label: label.to_owned(), unit, scale }
}

fn chart(name: &str, title: &str, x: Axis, y: Axis, series: Vec<Series>) -> Chart {
    Chart { name: name.to_owned(), title: title.to_owned(), x, y, series, note: String::new() }
}
