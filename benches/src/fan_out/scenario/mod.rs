//! What is measured: each scenario starts its servers by itself, prints its results and saves them as a report.

mod compare;
mod curve;
mod foreign;
mod listing;
mod overload;
mod replay;
mod stalled;
mod storm;
mod sweep;
mod write;

pub use foreign::{Foreign, run};
pub use sweep::{PATIENCE, Sweep, sweep};

use super::Outcome;
use super::options::Setting;
use crate::report::{Measured, Report, Unit};

/// A scenario by its name.
#[derive(Clone, Copy)]
pub struct Scenario {
    /// Names its command and its report.
    pub name: &'static str,
    /// What it is about, in a line.
    pub about: &'static str,
    measure: fn(&Setting, &mut Report) -> Outcome<()>,
}

/// All of them.
pub const ALL: [Scenario; 8] = [
    Scenario {
        name: "compare",
        about: "Fan-out of single changes: Sidekick, the least that any server can do, a naive server, nginx + nchan",
        measure: compare::measure,
    },
    Scenario {
        name: "write",
        about: "From a write to its receipt: one server on SQLite; two on Postgres and Redis",
        measure: write::measure,
    },
    Scenario { name: "replay", about: "All clients connect at once and get all flags", measure: replay::measure },
    Scenario {
        name: "storm",
        about: "The server is killed and started again, and all SDKs come back",
        measure: storm::measure,
    },
    Scenario {
        name: "overload",
        about: "A thousand changes a second to a thousand streams",
        measure: overload::measure,
    },
    Scenario {
        name: "stalled",
        about: "Clients that stop reading, among others that go on",
        measure: stalled::measure,
    },
    Scenario {
        name: "listing",
        about: "Reading all flags by the REST API, against serializing them for each request",
        measure: listing::measure,
    },
    Scenario {
        name: "curve",
        about: "Latency and memory over the number of streams, replay over that of flags",
        measure: curve::measure,
    },
];

impl Scenario {
    /// Measures, prints and saves.
    ///
    /// # Errors
    /// Where something cannot be measured.
    pub fn run(self, setting: &Setting) -> Outcome<()> {
        let mut report = Report::begin(self.name, self.about, "", setting.is_quick());
        (self.measure)(setting, &mut report)?;
        report.save()?;
        Ok(())
    }
}

/// A figure of each round.
fn measured<T>(unit: Unit, rounds: &[T], figure: impl Fn(&T) -> f64) -> Measured {
    Measured::new(unit, rounds.iter().map(figure))
}
