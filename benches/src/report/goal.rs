//! A goal: what a figure should be, held against what it is.

use super::Measured;
use serde::{Deserialize, Serialize};

/// What was hoped for and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    /// What was measured, such as `write → received, p99`.
    pub what: String,
    /// Under which conditions, such as `1,000 streams, one instance, SQLite`.
    pub conditions: String,
    /// What it should be.
    pub bound: Bound,
    /// What it is.
    pub measured: Measured,
}

/// What a figure should be, in its own unit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// No more than this.
    AtMost(f64),
    /// No less than this.
    AtLeast(f64),
}

impl Goal {
    /// Whether the median is within the bound.
    #[must_use]
    pub fn is_met(&self) -> bool {
        match self.bound {
            Bound::AtMost(most) => self.measured.median() <= most,
            Bound::AtLeast(least) => self.measured.median() >= least,
        }
    }

    /// The bound with its unit, such as `≤ 15 ms`.
    #[must_use]
    pub fn bound_text(&self) -> String {
        match self.bound {
            Bound::AtMost(most) => format!("≤ {}", self.measured.unit.show(most)),
            Bound::AtLeast(least) => format!("≥ {}", self.measured.unit.show(least)),
        }
    }
}

/// One line, for a terminal.
impl std::fmt::Display for Goal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let verdict = if self.is_met() { "met" } else { "MISSED" };
        let (bound, Self { what, conditions, measured, .. }) = (self.bound_text(), self);
        write!(formatter, "  goal {verdict}: {what}, {conditions}: {measured}, wanted {bound}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goal(bound: Bound) -> Goal {
        let measured = Measured::seconds([0.010, 0.020, 0.012]);
        Goal { what: "p99".to_owned(), conditions: "10 streams".to_owned(), bound, measured }
    }

    #[test]
    fn a_goal_is_held_against_the_median() {
        assert!(goal(Bound::AtMost(0.015)).is_met());
        assert!(!goal(Bound::AtMost(0.011)).is_met());
        assert!(goal(Bound::AtLeast(0.012)).is_met());
        assert!(!goal(Bound::AtLeast(0.013)).is_met());
    }

    #[test]
    fn a_goal_says_what_was_wanted() {
        let text = goal(Bound::AtMost(0.011)).to_string();
        assert_eq!(text, "  goal MISSED: p99, 10 streams: 12 ms (10–20), wanted ≤ 11 ms");
    }
}
