//! The figures of the JavaScript SDKs' benches as a report: both write the same form of JSON.

use super::{Bound, Cell, Goal, Measured, Report, Table, Unit};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::process::Command;

#[derive(Deserialize)]
struct Figures {
    engine: String,
    clock: String,
    sittings: usize,
    versions: BTreeMap<String, String>,
    results: Vec<Result>,
}

#[derive(Deserialize)]
struct Result {
    contestant: String,
    case: String,
    flags: usize,
    nanoseconds: Option<Nanoseconds>,
    #[serde(default)]
    fault: String,
}

#[derive(Deserialize)]
struct Nanoseconds {
    rounds: Vec<f64>,
}

/// Runs `bench.mjs` of `js/PACKAGE/bench` and adds its figures to the report. A figure's values are the medians of the
/// rounds of each sitting, that is, of fresh processes.
///
/// # Errors
/// Where the bench fails, or writes what cannot be read.
pub fn run(report: &mut Report, package: &str) -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let file = root.join("target/bench-results").join(format!("figures-{package}.json"));
    std::fs::create_dir_all(root.join("target/bench-results"))?;
    let sittings = if report.conditions.is_quick { "1" } else { "3" };
    let words = ["bench.mjs", "--sittings", sittings];
    let folder = root.join("js").join(package).join("bench");
    let status = Command::new("node").current_dir(folder).args(words).arg("--json").arg(&file).status()?;
    if !status.success() {
        return Err(io::Error::other(format!("the bench of js/{package} failed ({status})")));
    }
    let text = std::fs::read_to_string(&file).map_err(|error| super::about(&file, &error))?;
    let figures = serde_json::from_str(&text).map_err(|error| super::about(&file, &error.into()))?;
    report.conditions.command = format!("node {}", words.join(" "));
    fill(report, &figures);
    Ok(())
}

fn fill(report: &mut Report, figures: &Figures) {
    report.conditions.version(&figures.engine, "");
    figures.versions.iter().for_each(|(name, version)| report.conditions.version(name, version));
    let counts = distinct(figures.results.iter().map(|result| result.flags));
    for flags in counts {
        let results: Vec<&Result> = figures.results.iter().filter(|result| result.flags == flags).collect();
        let conditions =
            if flags == 1 { "1 flag".to_owned() } else { format!("{} flags", Unit::Count.show(flags as f64)) };
        report.tables.push(table(&format!("{conditions}, {} a call", figures.clock), &results, figures.sittings));
        report.goals.extend(goals(&conditions, &results, figures.sittings));
    }
}

fn table(title: &str, results: &[&Result], sittings: usize) -> Table {
    let cases = distinct(results.iter().map(|result| result.case.as_str()));
    let columns: Vec<&str> = std::iter::once("").chain(cases.iter().copied()).collect();
    let mut table = Table::new(title, &columns);
    for name in distinct(results.iter().map(|result| result.contestant.as_str())) {
        let cell = |case: &&str| -> Cell {
            let found = results.iter().find(|result| result.contestant == name && result.case == **case);
            found.and_then(|result| time(result, sittings)).map_or_else(|| "not run".into(), Cell::from)
        };
        table.row(name, cases.iter().map(cell));
    }
    let faults = distinct(results.iter().filter(|result| !result.fault.is_empty()).map(|result| {
        // The first line says what happened; the rest may name folders of this machine.
        format!("{}: {}", result.contestant, result.fault.lines().next().unwrap_or_default())
    }));
    table.note = faults.join("; ");
    table
}

/// `isEnabled` against the quickest peer, by the rounds that were timed in turn.
fn goals(conditions: &str, results: &[&Result], sittings: usize) -> Vec<Goal> {
    let is_ours =
        |result: &&&Result| result.contestant.starts_with("sidekick") || result.contestant.starts_with("engine");
    let ours = results.iter().filter(|result| result.contestant == "sidekick");
    let goal = |own: &&Result| {
        let peers = results.iter().filter(|peer| peer.case == own.case && !is_ours(peer));
        let ratios = peers.filter_map(|peer| ratio(peer, own, sittings));
        let quickest = ratios.min_by(|one, other| one.median().total_cmp(&other.median()))?;
        let what = format!("{}: the quickest peer's time against `isEnabled`", own.case);
        Some(Goal { what, conditions: conditions.to_owned(), bound: Bound::AtLeast(1.0), measured: quickest })
    };
    ours.filter_map(goal).collect()
}

fn time(result: &Result, sittings: usize) -> Option<Measured> {
    let rounds = &result.nanoseconds.as_ref()?.rounds;
    Some(Measured::seconds(medians(rounds.iter().map(|nanos| nanos * 1e-9), sittings)))
}

fn ratio(peer: &Result, own: &Result, sittings: usize) -> Option<Measured> {
    let (peer, own) = (&peer.nanoseconds.as_ref()?.rounds, &own.nanoseconds.as_ref()?.rounds);
    Some(Measured::new(Unit::Ratio, medians(peer.iter().zip(own).map(|(peer, own)| peer / own), sittings)))
}

/// The median of the rounds of each sitting.
fn medians(rounds: impl Iterator<Item = f64>, sittings: usize) -> Vec<f64> {
    let rounds: Vec<f64> = rounds.collect();
    let each = rounds.len().div_ceil(sittings.max(1)).max(1);
    rounds.chunks(each).map(|sitting| Measured::seconds(sitting.iter().copied()).median()).collect()
}

fn distinct<T: PartialEq>(values: impl Iterator<Item = T>) -> Vec<T> {
    values.fold(Vec::new(), |mut distinct, value| {
        if !distinct.contains(&value) {
            distinct.push(value);
        }
        distinct
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_become_tables_by_the_number_of_flags_and_goals_against_the_quickest_peer() {
        let result = |contestant: &str, rounds: [f64; 4]| serde_json::json!({ "contestant": contestant, "case": "off", "flags": 1, "nanoseconds": { "rounds": rounds } });
        let figures = serde_json::json!({
            "engine": "Node 20", "clock": "processor time", "sittings": 2, "versions": { "flagd": "4" },
            "results": [
                result("flagd", [20.0, 20.0, 30.0, 30.0]), result("unleash", [90.0; 4]), result("sidekick", [2.0; 4]),
                { "contestant": "statsig", "case": "off", "flags": 1, "fault": "no library\nmore" },
            ],
        });
        let mut report = Report::begin("node", "Node", "", true);
        fill(&mut report, &serde_json::from_value(figures).unwrap());
        let [table] = report.tables.as_slice() else { panic!("one table") };
        assert_eq!(table.rows[0].cells[0].to_string(), "25 ns (20–30)");
        assert_eq!(table.note, "statsig: no library");
        assert_eq!(report.goals[0].measured.rounds, [10.0, 15.0]);
    }
}
