//! The tests, part by part: every part runs, each tells its time, and a table at the end tells what failed.

mod part;

use std::time::{Duration, Instant};

use part::{PARTS, Part};

use crate::failure::{Failure, Outcome};

/// Names the parts.
pub(crate) fn list() {
    for part in PARTS {
        println!("{:<10} {}", part.name, part.what);
    }
}

/// Runs the named parts, or all of them, in the table's order.
///
/// A part that fails doesn't stop the others: on a slow machine a person wants the whole list from one run.
pub(crate) fn run(names: &[&str]) -> Outcome {
    let results: Vec<Result> = chosen(names)?.into_iter().map(run_part).collect();
    print_failures(&results);
    print_table(&results);
    let failed: Vec<&str> = failures(&results).map(|(name, _)| name).collect();
    println!("parts: {} passed, {} failed", results.len() - failed.len(), failed.len());
    if failed.is_empty() { Ok(()) } else { Err(Failure::step(format!("failed: {}", failed.join(", ")))) }
}

/// Whether all of these are parts.
pub(crate) fn knows(names: &[&str]) -> Outcome {
    chosen(names).map(drop)
}

struct Result {
    name: &'static str,
    time: Duration,
    failure: Option<Failure>,
}

fn failures(results: &[Result]) -> impl Iterator<Item = (&'static str, &Failure)> {
    results.iter().filter_map(|result| Some((result.name, result.failure.as_ref()?)))
}

fn chosen(names: &[&str]) -> Outcome<Vec<&'static Part>> {
    let unknown = names.iter().find(|name| !PARTS.iter().any(|part| part.name == **name));
    if let Some(name) = unknown {
        let known: Vec<&str> = PARTS.iter().map(|part| part.name).collect();
        return Err(Failure::usage(format!("the tests have no part `{name}`; they have {}", known.join(", "))));
    }
    Ok(PARTS.iter().filter(|part| names.is_empty() || names.contains(&part.name)).collect())
}

fn run_part(part: &'static Part) -> Result {
    println!("\n=== {}: {}", part.name, part.what);
    let start = Instant::now();
    let outcome = (part.run)();
    let time = start.elapsed();
    match &outcome {
        Ok(()) => println!("=== {} ok in {}", part.name, seconds(time)),
        Err(failure) => println!("=== {} FAILED in {}: {failure}", part.name, seconds(time)),
    }
    Result { name: part.name, time, failure: outcome.err() }
}

/// What failed stands somewhere above, maybe thousands of lines: here it is again.
fn print_failures(results: &[Result]) {
    for (name, failure) in failures(results) {
        println!("\n=== {name} FAILED: {failure}");
        failure.said().iter().for_each(|line| println!("{line}"));
    }
}

fn print_table(results: &[Result]) {
    println!("\n{:<10} {:>9}", "part", "time");
    for result in results {
        println!(
            "{:<10} {:>9}  {}",
            result.name,
            seconds(result.time),
            if result.failure.is_none() { "ok" } else { "FAILED" }
        );
    }
    let total = results.iter().map(|result| result.time).sum();
    println!("{:<10} {:>9}\n", "in all", seconds(total));
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(parts: &[&str]) -> Vec<&'static str> {
        chosen(parts).unwrap().into_iter().map(|part| part.name).collect()
    }

    #[test]
    fn without_names_every_part_runs() {
        assert_eq!(names(&[]).len(), PARTS.len());
    }

    #[test]
    fn named_parts_run_in_the_order_of_the_table() {
        assert_eq!(names(&["unit", "fmt"]), ["fmt", "unit"]);
    }

    #[test]
    fn an_unknown_part_is_refused_with_the_names_that_exist() {
        let failure = chosen(&["fmt", "uint"]).err().unwrap();
        assert!(matches!(failure, Failure::Usage(_)));
        assert!(failure.to_string().contains("`uint`") && failure.to_string().contains("unit"));
    }

    #[test]
    fn a_failing_part_is_told_apart() {
        let part: &'static Part = &Part { name: "x", what: "always fails", run: || Err(Failure::step("no")) };
        assert!(run_part(part).failure.is_some());
    }
}
