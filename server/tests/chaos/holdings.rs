//! What a server's process holds: memory, descriptors and threads, as Linux tells, for so many flags.

use std::fs;

/// At one moment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Holdings {
    /// Its own memory that is in use, in KiB: pages of files, such as its code, come and go with the system's cache.
    pub memory: u64,
    pub descriptors: u64,
    pub threads: u64,
    /// What it was given to hold.
    pub flags: u64,
}

impl Holdings {
    /// Of a process that runs, and says to have so many flags.
    pub fn of(id: u32, flags: u64) -> Self {
        let status = fs::read_to_string(format!("/proc/{id}/status")).expect("the state of a process that runs");
        let number = |name: &str| -> u64 {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).expect(name);
            line.trim_start_matches(':').trim().trim_end_matches(" kB").parse().expect(name)
        };
        let descriptors =
            fs::read_dir(format!("/proc/{id}/fd")).expect("the descriptors of a process that runs").count();
        Self { memory: number("RssAnon"), descriptors: descriptors as u64, threads: number("Threads"), flags }
    }
}
