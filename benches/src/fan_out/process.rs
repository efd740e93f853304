//! What a process and its sockets cost, from Linux's `/proc`.

use super::Outcome;
use std::time::Duration;

/// A process that is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process(pub u32);

/// Memory in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Resident, what is shared with other processes included.
    pub resident: u64,
    /// Resident, where what is shared is divided among those that share it.
    pub proportional: u64,
}

/// The clock by which `/proc` counts processor time: Linux fixes it for programs at 100 Hz.
const TICKS_PER_SECOND: u64 = 100;
const PAGE: u64 = 4096;

impl Process {
    /// The memory that it holds.
    ///
    /// # Errors
    /// Where the process is gone.
    pub fn memory(self) -> Outcome<Memory> {
        memory(&self.read("smaps_rollup")?).ok_or_else(|| self.unreadable("smaps_rollup"))
    }

    /// The processor time that it has taken, in steps of 10 ms.
    ///
    /// # Errors
    /// Where the process is gone.
    pub fn processor_time(self) -> Outcome<Duration> {
        processor_time(&self.read("stat")?).ok_or_else(|| self.unreadable("stat"))
    }

    /// How many file descriptors it has open.
    ///
    /// # Errors
    /// Where the process is gone.
    pub fn open_files(self) -> Outcome<usize> {
        let folder = format!("/proc/{}/fd", self.0);
        Ok(std::fs::read_dir(&folder).map_err(|error| format!("{folder}: {error}"))?.count())
    }

    fn read(self, file: &str) -> Outcome<String> {
        let path = format!("/proc/{}/{file}", self.0);
        Ok(std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?)
    }

    fn unreadable(self, file: &str) -> super::Failure {
        format!("/proc/{}/{file} is not in the form that Linux writes", self.0).into()
    }
}

/// What the kernel holds for all TCP sockets of the machine, in bytes.
///
/// # Errors
/// Where the system does not say so.
pub fn socket_memory() -> Outcome<u64> {
    let text = std::fs::read_to_string("/proc/net/sockstat")?;
    tcp_memory(&text).ok_or_else(|| "/proc/net/sockstat names no memory of TCP".into())
}

fn memory(rollup: &str) -> Option<Memory> {
    let field = |name: &str| {
        let rest = rollup.lines().find_map(|line| line.strip_prefix(name))?;
        Some(rest.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
    };
    Some(Memory { resident: field("Rss:")?, proportional: field("Pss:")? })
}

fn processor_time(stat: &str) -> Option<Duration> {
    // `id (name) state …`, where the name may be anything.
    let (_, tail) = stat.rsplit_once(')')?;
    let mut fields = tail.split_whitespace().skip(11).map(str::parse::<u64>);
    let ticks = fields.next()?.ok()? + fields.next()?.ok()?;
    Some(Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND))
}

fn tcp_memory(sockstat: &str) -> Option<u64> {
    let mut words = sockstat.lines().find_map(|line| line.strip_prefix("TCP:"))?.split_whitespace();
    words.find(|word| *word == "mem")?;
    Some(words.next()?.parse::<u64>().ok()? * PAGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_in_bytes() {
        let rollup = "5581000-7ffd000 ---p 00000000 00:00 0   [rollup]\nRss:       1234 kB\nPss:        1000 kB\n\
                      Pss_Dirty:   10 kB\n";
        assert_eq!(memory(rollup), Some(Memory { resident: 1234 * 1024, proportional: 1000 * 1024 }));
        assert_eq!(memory("Rss: much"), None);
    }

    #[test]
    fn processor_time_is_that_of_user_and_system_whatever_the_name() {
        let stat = "42 (a) b (c) S 1 42 42 0 -1 4194304 100 0 0 0 150 25 7 8 20 0 4 0 12345 1000 200";
        assert_eq!(processor_time(stat), Some(Duration::from_millis(1750)));
        assert_eq!(processor_time("42 (a) S 1"), None);
    }

    #[test]
    fn socket_memory_is_counted_in_pages() {
        let text = "sockets: used 100\nTCP: inuse 5 orphan 0 tw 2 alloc 7 mem 3\nUDP: inuse 1 mem 9\n";
        assert_eq!(tcp_memory(text), Some(3 * 4096));
        assert_eq!(tcp_memory("UDP: inuse 1 mem 9\n"), None);
    }

    #[test]
    fn this_process_can_be_watched() {
        let own = Process(std::process::id());
        assert!(own.memory().unwrap().resident > 0);
        own.processor_time().unwrap();
        assert!(own.open_files().unwrap() > 2);
        socket_memory().unwrap();
    }
}
