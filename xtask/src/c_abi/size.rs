//! How large the C library for a phone is: held against its budget, and against the last size that was written down.

use std::fs;

use super::{library, phones};
use crate::failure::{Failure, Outcome};
use crate::repository;
use crate::tool::{output, tool};

/// The one that is measured.
const TARGET: &str = "aarch64-linux-android";
/// The most bytes of its archive, stripped.
const BUDGET: u64 = 120_000;
/// One row a size, the last one at the end.
const HISTORY: &str = "ffi/SIZE.md";

/// Fails where the archive is over its budget, or differs by more than 1 % from what is written down of the same compiler.
pub(super) fn check() -> Outcome {
    let (bytes, compiler) = (measure()?, library::compiler()?);
    println!("{TARGET}: {bytes} bytes of at most {BUDGET}, by {compiler}");
    let history = super::read(&repository::root().join(HISTORY))?;
    judge(bytes, &compiler, &history).map_err(Failure::step)
}

/// Writes the size of today down.
pub(crate) fn record(why: &str) -> Outcome {
    if why.trim().is_empty() || why.contains('|') {
        return Err(Failure::usage("cargo xtask c-size --record needs the reason, in words without `|`"));
    }
    let (bytes, compiler) = (measure()?, library::compiler()?);
    let today = output(&mut tool("date", &["+%F"]))?;
    let path = repository::root().join(HISTORY);
    let history = super::read(&path)?;
    super::write(&path, &format!("{history}| {} | {compiler} | {bytes} | {} |\n", today.trim(), why.trim()))
}

fn judge(bytes: u64, compiler: &str, history: &str) -> Result<(), String> {
    if bytes > BUDGET {
        return Err(format!("{TARGET}: {bytes} bytes; its budget is {BUDGET}"));
    }
    let last = history.lines().rev().find_map(row).ok_or_else(|| format!("{HISTORY} has no size"))?;
    // Another compiler makes other code, and every change of the core some bytes.
    if last.0 == compiler && bytes.abs_diff(last.1) * 100 > last.1 {
        return Err(format!(
            "{TARGET}: {bytes} bytes, where {HISTORY} has {}; more than 1 % is written down: cargo xtask c-size --record \"why\"",
            last.1
        ));
    }
    Ok(())
}

/// The compiler and the bytes of a row.
fn row(line: &str) -> Option<(&str, u64)> {
    let cells: Vec<&str> = line.split('|').map(str::trim).collect();
    Some((cells.get(2)?, cells.get(3)?.parse().ok()?))
}

/// The bytes of what an app links.
fn measure() -> Outcome<u64> {
    let stripped = phones::stripped(TARGET)?;
    let size = fs::metadata(&stripped).map(|file| file.len());
    size.map_err(|error| Failure::step(format!("{} cannot be read: {error}", stripped.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HISTORY: &str = "| date | compiler | bytes | why |\n|---|---|---:|---|\n| 2026-01-01 | rustc 1.0 | 7 | x |\n\
                           | 2026-01-02 | rustc 1.1 | 100 | y |\n";

    #[test]
    fn a_size_is_held_against_the_last_one_of_the_same_compiler() {
        assert_eq!(judge(101, "rustc 1.1", HISTORY), Ok(()));
        assert!(judge(102, "rustc 1.1", HISTORY).unwrap_err().contains("has 100"));
        assert!(judge(98, "rustc 1.1", HISTORY).is_err());
        assert_eq!(judge(102, "rustc 1.2", HISTORY), Ok(()));
    }

    #[test]
    fn the_budget_holds_for_every_compiler() {
        assert!(judge(BUDGET + 1, "rustc 1.2", HISTORY).unwrap_err().contains("budget"));
    }

    #[test]
    fn a_history_without_a_size_is_refused() {
        assert!(judge(1, "rustc 1.2", "| date | compiler | bytes | why |\n").is_err());
    }

    #[test]
    fn nothing_is_written_down_without_a_reason() {
        assert!(matches!(record(" "), Err(Failure::Usage(_))));
    }
}
