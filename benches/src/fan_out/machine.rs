//! What the generator asks of the machine: a processor of its own, another one for servers, and enough open files.

use super::Outcome;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// The processors that a run uses: one for the servers and all that belongs to them, another one for the generator.
#[derive(Clone, Copy, Debug)]
pub struct Cores {
    both: Option<(usize, usize)>,
}

impl Cores {
    /// Takes the first two processors that this process may use, and moves this thread to the second.
    ///
    /// # Errors
    /// Where the system does not allow it.
    pub fn take() -> Outcome<Self> {
        let allowed = sched_getaffinity(None)?;
        let mut allowed = (0..CpuSet::MAX_CPU).filter(|core| allowed.is_set(*core));
        let both = allowed.next().zip(allowed.next());
        let cores = Self { both };
        cores.stay(both.map(|(_, own)| own))?;
        Ok(cores)
    }

    /// Calls `start` such that the processes and threads it starts stay on the servers' processor.
    ///
    /// # Errors
    /// What `start` answers, or where the system does not allow it.
    pub fn for_servers<T>(&self, start: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        self.stay(self.both.map(|(servers, _)| servers))?;
        let started = start();
        self.stay(self.both.map(|(_, own)| own))?;
        started
    }

    fn stay(&self, core: Option<usize>) -> Outcome<()> {
        let Some(core) = core else { return Ok(()) };
        let mut set = CpuSet::new();
        set.set(core);
        Ok(sched_setaffinity(None, &set)?)
    }
}

/// Which processor does what, for a report.
impl std::fmt::Display for Cores {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.both {
            Some((servers, own)) => write!(formatter, "servers on processor {servers}, generator on {own}"),
            None => formatter.write_str("servers and generator share one processor"),
        }
    }
}

/// Makes sure that this process, and each that it starts, may have so many files open.
///
/// # Errors
/// Where the system allows fewer.
pub fn allow_open_files(count: u64) -> Outcome<()> {
    let now = getrlimit(Resource::Nofile);
    if now.current.is_none_or(|current| current >= count) {
        return Ok(());
    }
    let maximum = now.maximum.map(|maximum| maximum.max(count));
    setrlimit(Resource::Nofile, Rlimit { current: Some(count), maximum }).map_err(|error| {
        let allowed = now.maximum.unwrap_or_default();
        format!("{count} open files are needed, and {allowed} allowed (`ulimit -Hn`): {error}").into()
    })
}
