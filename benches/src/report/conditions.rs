//! What a measurement was made on and under: the machine, its load, versions, the commit. From Linux's `/proc`; other
//! systems leave gaps.

use serde::{Deserialize, Serialize};
use sidekick_core::Timestamp;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

/// The conditions of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conditions {
    /// When it began, RFC 3339.
    pub date: String,
    /// How long it took, in seconds.
    pub seconds: u64,
    /// Whether it was made smaller than the bench is meant to be, to see that it works. Its figures mean little.
    pub is_quick: bool,
    /// What was called.
    pub command: String,
    /// The commit that was measured, with `+` behind it where files had been changed since.
    pub commit: String,
    /// The processor's model.
    pub processor: String,
    /// Processors that the system shows.
    pub cores: usize,
    /// Memory in bytes.
    pub memory: u64,
    /// The kernel's name and release.
    pub kernel: String,
    /// Versions by name: the compiler and whatever took part.
    pub versions: BTreeMap<String, String>,
    /// What other programs took of all processors in the second before, 0 to 1.
    pub busy_before: f64,
    /// Load averages (1, 5 and 15 minutes) before.
    pub load_before: [f64; 3],
    /// Load averages after, the run's own work included.
    pub load_after: [f64; 3],
}

impl Conditions {
    /// Those of this moment. Looks for a second how busy the machine is.
    #[must_use]
    pub fn now(is_quick: bool) -> Self {
        let since_1970 = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        let processors = read("/proc/cpuinfo");
        let field = |name: &str| processors.lines().filter(|line| line.starts_with(name)).collect::<Vec<_>>();
        let memory = read("/proc/meminfo");
        let kibibytes = memory.lines().find_map(|line| line.strip_prefix("MemTotal:")?.split_whitespace().next());
        let rustc = output("rustc", &["--version"]);
        Self {
            date: Timestamp::from_millis(u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX)).as_str().to_owned(),
            seconds: since_1970.as_secs(),
            is_quick,
            command: command(),
            commit: commit(),
            processor: field("model name")
                .first()
                .and_then(|line| line.split_once(": "))
                .map_or("", |(_, name)| name)
                .to_owned(),
            cores: field("processor").len(),
            memory: kibibytes.and_then(|text| text.parse::<u64>().ok()).unwrap_or_default() * 1024,
            kernel: output("uname", &["-sr"]),
            versions: BTreeMap::from([("rustc".to_owned(), rustc.trim_start_matches("rustc ").to_owned())]),
            busy_before: busy(Duration::from_secs(1)),
            load_before: load(),
            load_after: [0.0; 3],
        }
    }

    /// Whether its figures can be claims: a full run, on a machine that did hardly anything else.
    #[must_use]
    pub fn are_quiet(&self) -> bool {
        !self.is_quick && self.busy_before <= 0.1
    }

    /// Names something that takes part, with its version.
    pub fn version(&mut self, name: &str, version: &str) {
        self.versions.insert(name.to_owned(), version.trim().to_owned());
    }

    /// Notes how long it took and how the machine is left.
    pub(super) fn end(&mut self) {
        self.seconds = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_secs().saturating_sub(self.seconds);
        self.load_after = load();
    }
}

/// A few lines, for a terminal and for a document.
impl std::fmt::Display for Conditions {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let quick = if self.is_quick { "A quick run, which only shows that the bench works. " } else { "" };
        let versions: Vec<String> = self.versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
        let gibibytes = self.memory as f64 / f64::from(1 << 30);
        let ([before, _, _], [after, _, _]) = (self.load_before, self.load_after);
        write!(
            formatter,
            "{quick}{}, commit {}, {} s; {} ({} processors, {gibibytes:.0} GiB), {}; {}; other work before: {:.0} % of \
             all processors, load average {before:.2}, after {after:.2}",
            self.date.split('T').next().unwrap_or_default(),
            self.commit,
            self.seconds,
            self.processor,
            self.cores,
            self.kernel,
            versions.join(", "),
            self.busy_before * 100.0,
        )
    }
}

/// The program's name and what it was given, both without the folders of this machine.
fn command() -> String {
    let mut words = std::env::args();
    let program = words.next().unwrap_or_default();
    let name = Path::new(&program).file_name().unwrap_or_default().to_string_lossy();
    // Cargo puts a hash behind a bench's name.
    let is_hash = |hash: &str| hash.len() == 16 && hash.chars().all(|digit| digit.is_ascii_hexdigit());
    let name = name.rsplit_once('-').filter(|(_, hash)| is_hash(hash)).map_or(&*name, |(name, _)| name);
    let words = words.map(|word| match Path::new(&word).file_name() {
        Some(name) if word.starts_with('/') => name.to_string_lossy().into_owned(),
        _ => word,
    });
    std::iter::once(name.to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

fn commit() -> String {
    let commit = output("git", &["rev-parse", "--short=12", "HEAD"]);
    // A bench that writes its results must not count them as a change of what the next one measures.
    let changed =
        output("git", &["status", "--porcelain", "--untracked-files=no", "--", ".", ":!results", ":!../docs"]);
    if changed.is_empty() { commit } else { commit + "+" }
}

/// What processors did other than nothing in that time, of all that they could.
fn busy(time: Duration) -> f64 {
    let (idle_before, all_before) = ticks();
    std::thread::sleep(time);
    let (idle, all) = ticks();
    let (idle, all) = (idle.saturating_sub(idle_before), all.saturating_sub(all_before));
    if all == 0 { 0.0 } else { (100.0 - 100.0 * idle as f64 / all as f64).round() / 100.0 }
}

/// Ticks in which all processors did nothing, and all ticks.
fn ticks() -> (u64, u64) {
    let stat = read("/proc/stat");
    let fields = stat.lines().next().unwrap_or_default().split_whitespace().skip(1);
    let fields: Vec<u64> = fields.filter_map(|field| field.parse().ok()).collect();
    // user, nice, system, idle, iowait, …
    (fields.iter().skip(3).take(2).sum(), fields.iter().take(8).sum())
}

fn load() -> [f64; 3] {
    let text = read("/proc/loadavg");
    let mut fields = text.split_whitespace().map(|field| field.parse().unwrap_or_default());
    [(); 3].map(|()| fields.next().unwrap_or_default())
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

/// What a program of this checkout's tools says; nothing where there is no such program.
fn output(program: &str, arguments: &[&str]) -> String {
    let run = Command::new(program).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output();
    run.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_name_the_machine_and_the_commit() {
        let conditions = Conditions::now(true);
        assert!(!conditions.commit.is_empty());
        assert!(conditions.versions["rustc"].starts_with("1."));
        assert!((0.0..=1.0).contains(&conditions.busy_before));
        if cfg!(target_os = "linux") {
            assert!(conditions.cores > 0 && conditions.memory > 0, "{conditions}");
        }
        assert!(conditions.to_string().starts_with("A quick run"));
    }

    #[test]
    fn the_command_names_no_folder() {
        assert!(command().starts_with("benches") && !command().contains("target/"), "{}", command());
    }
}
