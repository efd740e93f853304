//! Criterion's own figures as a report: it leaves the time of each sample in files.

use super::{Measured, Report, Table};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::process::Command;

/// A measurement of criterion's.
struct Benchmark {
    group: String,
    function: String,
    time: Measured,
}

#[derive(Deserialize)]
struct Names {
    group_id: String,
    function_id: Option<String>,
}

#[derive(Deserialize)]
struct Samples {
    iters: Vec<f64>,
    times: Vec<f64>,
}

/// Runs a criterion bench of this package and adds its figures to the report. A figure's three values are the medians of
/// the first, the second and the third part of its samples, so that what changed in between shows.
///
/// # Errors
/// Where the bench fails, or leaves no figures.
pub fn run(report: &mut Report) -> io::Result<()> {
    let is_quick = report.conditions.is_quick;
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench-results/criterion").join(&report.name);
    // What an earlier run left would pass for this one's.
    let _ = std::fs::remove_dir_all(&home);
    let times = if is_quick { ["0.1", "0.3", "10"] } else { ["1", "3", "100"] };
    let [warm_up, measurement, samples] = times;
    let words = ["bench", "--package", "benches", "--bench", &report.name, "--", "--noplot", "--warm-up-time", warm_up];
    let more = ["--measurement-time", measurement, "--sample-size", samples];
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let status = Command::new(cargo).args(words).args(more).env("CRITERION_HOME", &home).status()?;
    if !status.success() {
        return Err(io::Error::other(format!("the bench `{}` failed ({status})", report.name)));
    }
    report.conditions.command = format!("cargo {} {}", words.join(" "), more.join(" "));
    report.tables = tables(&report.title, &benchmarks(&home)?);
    Ok(())
}

/// In the order in which they ran.
fn benchmarks(home: &Path) -> io::Result<Vec<Benchmark>> {
    let mut found = Vec::new();
    for group in folders(home)? {
        for function in folders(&group)? {
            let folder = function.join("new");
            let file = folder.join("benchmark.json");
            if let Ok(ran) = std::fs::metadata(&file).and_then(|file| file.modified()) {
                let names: Names = read(&file)?;
                let samples: Samples = read(&folder.join("sample.json"))?;
                found.push((
                    ran,
                    Benchmark {
                        group: names.group_id,
                        function: names.function_id.unwrap_or_default(),
                        time: time(&samples),
                    },
                ));
            }
        }
    }
    found.sort_by_key(|(ran, _)| *ran);
    Ok(found.into_iter().map(|(_, benchmark)| benchmark).collect())
}

fn time(samples: &Samples) -> Measured {
    let each: Vec<f64> = samples.times.iter().zip(&samples.iters).map(|(nanos, count)| nanos / count * 1e-9).collect();
    let third = each.len().div_ceil(3).max(1);
    Measured::seconds(each.chunks(third).map(|part| Measured::seconds(part.iter().copied()).median()))
}

/// One table with a column for each group where all groups have the same functions, else one for each group.
fn tables(title: &str, benchmarks: &[Benchmark]) -> Vec<Table> {
    let mut groups: Vec<&str> = benchmarks.iter().map(|benchmark| benchmark.group.as_str()).collect();
    groups.dedup();
    let mut rows: BTreeMap<&str, Vec<&Benchmark>> = BTreeMap::new();
    for benchmark in benchmarks {
        rows.entry(&benchmark.function).or_default().push(benchmark);
    }
    if groups.len() > 1 && rows.values().all(|row| row.len() == groups.len()) {
        let columns: Vec<&str> = std::iter::once("").chain(groups).collect();
        let mut table = Table::new(title, &columns);
        for (function, row) in rows {
            table.row(function, row.iter().map(|benchmark| benchmark.time.clone().into()));
        }
        return vec![table];
    }
    let table = |group: &str| {
        let mut table = Table::new(group, &["", "time"]);
        for benchmark in benchmarks.iter().filter(|benchmark| benchmark.group == group) {
            table.row(&benchmark.function, [benchmark.time.clone().into()]);
        }
        table
    };
    groups.into_iter().map(table).collect()
}

fn folders(folder: &Path) -> io::Result<Vec<std::path::PathBuf>> {
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        folders.push(entry?.path());
    }
    folders.retain(|path| path.is_dir());
    Ok(folders)
}

fn read<T: DeserializeOwned>(path: &Path) -> io::Result<T> {
    let text = std::fs::read_to_string(path)?;
    serde_json::from_str(&text).map_err(|error| super::about(path, &error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn benchmark(group: &str, function: &str) -> Benchmark {
        Benchmark { group: group.to_owned(), function: function.to_owned(), time: Measured::seconds([1e-9]) }
    }

    #[test]
    fn a_figure_has_the_median_of_each_third_of_its_samples() {
        let samples = Samples { iters: vec![10.0; 6], times: vec![10.0, 30.0, 20.0, 20.0, 50.0, 50.0] };
        assert_eq!(time(&samples), Measured::seconds([2e-9, 2e-9, 5e-9]));
    }

    #[test]
    fn groups_of_the_same_functions_share_a_table() {
        let same =
            tables("both", &[benchmark("a", "x"), benchmark("a", "y"), benchmark("b", "x"), benchmark("b", "y")]);
        assert_eq!(same.len(), 1);
        assert_eq!(same[0].columns, ["", "a", "b"]);
        let different = tables("both", &[benchmark("a", "x"), benchmark("b", "y")]);
        assert_eq!(different.iter().map(|table| table.title.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    }
}
