//! What a person asks a bench for on its command line.

use super::Outcome;
use super::machine::{Cores, allow_open_files};
use super::servers::Programs;
use crate::build_server;
use std::path::PathBuf;

/// The options that all scenarios take.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Small counts, to see that it works.
    pub is_quick: bool,
    /// The server's binary; that of this checkout where it is not given.
    pub server: Option<PathBuf>,
    /// Streams, in place of the scenario's own count.
    pub streams: Option<usize>,
    /// Changes, in place of the scenario's own count.
    pub changes: Option<u64>,
    /// How often everything is repeated.
    pub repeats: Option<usize>,
}

/// What a scenario works with.
#[derive(Clone, Debug)]
pub struct Setting {
    options: Options,
    /// Where the servers' programs are.
    pub programs: Programs,
    /// Who runs where.
    pub cores: Cores,
}

/// Sockets on either side of the greatest scenario, and some more.
const OPEN_FILES: u64 = 16_000;

impl Setting {
    /// Builds the server where no binary is given, and takes the machine's processors and open files.
    ///
    /// # Errors
    /// Where the machine does not allow what is needed.
    pub fn new(options: Options) -> Outcome<Self> {
        let open_files = options.streams.map_or(OPEN_FILES, |streams| OPEN_FILES.max(streams as u64 + 1000));
        allow_open_files(open_files)?;
        // Before this process keeps to one processor, and the compiler with it.
        let sidekick = options.server.clone().unwrap_or_else(build_server);
        let programs = Programs { sidekick, own: std::env::current_exe()? };
        Ok(Self { options, programs, cores: Cores::take()? })
    }

    /// Whether counts are small.
    #[must_use]
    pub const fn is_quick(&self) -> bool {
        self.options.is_quick
    }

    /// How many streams: as given, or else the scenario's count.
    #[must_use]
    pub fn streams(&self, full: usize, quick: usize) -> usize {
        self.options.streams.unwrap_or_else(|| self.size(full, quick))
    }

    /// How many changes: as given, or else the scenario's count.
    #[must_use]
    pub fn changes(&self, full: u64, quick: u64) -> u64 {
        self.options.changes.unwrap_or_else(|| self.size(full, quick))
    }

    /// How often: as given, or else three times, and once where it is quick.
    #[must_use]
    pub fn repeats(&self) -> usize {
        self.options.repeats.unwrap_or_else(|| self.size(3, 1)).max(1)
    }

    /// The one or the other.
    #[must_use]
    pub fn size<T>(&self, full: T, quick: T) -> T {
        if self.options.is_quick { quick } else { full }
    }
}
