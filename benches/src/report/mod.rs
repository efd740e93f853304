//! What a bench found: its results as `benches/results/NAME.json` keeps them, with the conditions they came under.
//!
//! A bench fills a [`Report`] and saves it. Documents and pictures are rendered from the saved files alone.

mod chart;
mod conditions;
pub mod criterion;
mod goal;
pub mod javascript;
mod measured;
mod page;
mod ruler;
mod svg;
mod table;

pub use chart::{Axis, Chart, Point, Scale, Series};
pub use conditions::Conditions;
pub use goal::{Bound, Goal};
pub use measured::{Measured, Unit};
pub use page::{Rendered, render};
pub use table::{Cell, Row, Table};

use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};

/// A bench's results.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Names the bench and its files: lower case, digits, `_`.
    pub name: String,
    /// Above its tables, for people.
    pub title: String,
    /// What was done, in a few sentences of Markdown.
    pub about: String,
    /// What it was measured on.
    pub conditions: Conditions,
    /// What was hoped for and what came of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub goals: Vec<Goal>,
    /// What is shown as tables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<Table>,
    /// What is shown as pictures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub charts: Vec<Chart>,
}

impl Report {
    /// A report without results, whose conditions are those of this moment. Begin it before anything is measured.
    #[must_use]
    pub fn begin(name: &str, title: &str, about: &str, is_quick: bool) -> Self {
        Self {
            name: name.to_owned(),
            title: title.to_owned(),
            about: about.to_owned(),
            conditions: Conditions::now(is_quick),
            goals: Vec::new(),
            tables: Vec::new(),
            charts: Vec::new(),
        }
    }

    /// Notes how the machine was left, prints the results and writes them to `benches/results/NAME.json`; answers where
    /// they are. A quick run never takes the place of a full one: its results then go to `target/bench-results/`.
    ///
    /// # Errors
    /// Where a file cannot be read or written; the text names it.
    pub fn save(mut self) -> io::Result<PathBuf> {
        self.conditions.end();
        let mut folder = results_folder();
        let earlier = Self::load(&folder.join(self.file_name()));
        if self.conditions.is_quick && earlier.is_ok_and(|earlier| !earlier.conditions.is_quick) {
            folder = folder.join("../../target/bench-results");
        }
        let path = folder.join(self.file_name());
        let json = serde_json::to_string_pretty(&self)? + "\n";
        std::fs::create_dir_all(&folder)
            .and_then(|()| std::fs::write(&path, json))
            .map_err(|error| about(&path, &error))?;
        println!("{self}");
        println!("written to {}", path.display());
        Ok(path)
    }

    /// Reads a file that [`Report::save`] wrote.
    ///
    /// # Errors
    /// Where there is no such file, or it is no report; the text names it.
    pub fn load(path: &Path) -> io::Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|error| about(path, &error))?;
        serde_json::from_str(&text).map_err(|error| about(path, &error.into()))
    }

    /// All results that are committed, by name.
    ///
    /// # Errors
    /// As [`Report::load`].
    pub fn load_all() -> io::Result<Vec<Self>> {
        let folder = results_folder();
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(&folder).map_err(|error| about(&folder, &error))? {
            paths.push(entry?.path());
        }
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        paths.sort();
        paths.iter().map(|path| Self::load(path)).collect()
    }

    fn file_name(&self) -> String {
        format!("{}.json", self.name)
    }
}

/// The results for a terminal.
impl std::fmt::Display for Report {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(formatter, "{}\n{}\n", self.title, self.conditions)?;
        self.tables.iter().try_for_each(|table| writeln!(formatter, "{}\n{table}", table.title))?;
        self.charts.iter().try_for_each(|chart| writeln!(formatter, "{chart}"))?;
        self.goals.iter().try_for_each(|goal| writeln!(formatter, "{goal}"))
    }
}

/// Where results are committed.
#[must_use]
pub fn results_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("results")
}

fn about(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
