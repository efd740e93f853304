//! A chart of results: curves over one variable. How it is drawn is not decided here.

use super::{Measured, Unit};
use serde::{Deserialize, Serialize};

/// Curves in one picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chart {
    /// Names the picture's file, `docs/images/bench-NAME.svg`: lower case, digits, `-`.
    pub name: String,
    /// Above the picture.
    pub title: String,
    /// What is varied.
    pub x: Axis,
    /// What is measured.
    pub y: Axis,
    /// The curves.
    pub series: Vec<Series>,
    /// What must be known to read it, below the picture; Markdown, may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// What one direction of a picture shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Axis {
    /// What it counts, without the unit.
    pub label: String,
    /// The unit of its values.
    pub unit: Unit,
    /// How values are spread over its length.
    pub scale: Scale,
}

/// How values are spread over an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// From zero.
    Linear,
    /// In powers of ten; values are above zero.
    Log,
}

/// A curve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// In the legend.
    pub name: String,
    /// From left to right.
    pub points: Vec<Point>,
}

/// What was measured at one place of the x axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// Where, in the x axis's unit.
    pub x: f64,
    /// One value a repetition, in the y axis's unit: the curve goes through the median, least and most are shown.
    pub rounds: Vec<f64>,
}

impl Point {
    /// A point of a figure.
    #[must_use]
    pub fn new(x: f64, measured: &Measured) -> Self {
        Self { x, rounds: measured.rounds.clone() }
    }

    pub(super) fn measured(&self, unit: Unit) -> Measured {
        Measured::new(unit, self.rounds.iter().copied())
    }
}

/// One line a curve, for a terminal.
impl std::fmt::Display for Chart {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(formatter, "{} ({} over {})", self.title, self.y.label, self.x.label)?;
        for series in &self.series {
            write!(formatter, "  {}:", series.name)?;
            for point in &series.points {
                let median = point.measured(self.y.unit).median();
                write!(formatter, "  {} → {}", self.x.unit.show(point.x), self.y.unit.show(median))?;
            }
            writeln!(formatter)?;
        }
        Ok(())
    }
}
