//! A table of results: what a document or a terminal shows in rows and columns.

use super::Measured;
use serde::{Deserialize, Serialize};

/// Figures in rows and columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Above the table.
    pub title: String,
    /// Heads of all columns; the first is that of the rows' names.
    pub columns: Vec<String>,
    /// In the order in which they are shown.
    pub rows: Vec<Row>,
    /// What must be known to read it, below the table; Markdown, may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// A line of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Who or what the figures are of.
    pub name: String,
    /// One for each column but the first.
    pub cells: Vec<Cell>,
}

/// What stands in a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cell {
    /// A figure.
    Measured(Measured),
    /// Words, such as why there is no figure.
    Text(String),
}

impl Table {
    /// A table without rows.
    #[must_use]
    pub fn new(title: &str, columns: &[&str]) -> Self {
        Self {
            title: title.to_owned(),
            columns: columns.iter().map(|&column| column.to_owned()).collect(),
            rows: Vec::new(),
            note: String::new(),
        }
    }

    /// Adds a line below the others.
    pub fn row(&mut self, name: &str, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(Row { name: name.to_owned(), cells: cells.into_iter().collect() });
    }

    /// All texts as they are shown, the heads first.
    pub(super) fn texts(&self) -> Vec<Vec<String>> {
        let rows = self.rows.iter().map(|row| {
            let cells = row.cells.iter().map(ToString::to_string);
            std::iter::once(row.name.clone()).chain(cells).collect()
        });
        std::iter::once(self.columns.clone()).chain(rows).collect()
    }
}

/// In columns, for a terminal.
impl std::fmt::Display for Table {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let lines = self.texts();
        let width = |column: usize| {
            lines.iter().filter_map(|line| line.get(column)).map(|text| text.chars().count()).max().unwrap_or_default()
        };
        for line in &lines {
            for (column, text) in line.iter().enumerate() {
                let width = width(column);
                if column == 0 {
                    write!(formatter, "  {text:<width$}")?;
                } else {
                    write!(formatter, "   {text:>width$}")?;
                }
            }
            writeln!(formatter)?;
        }
        Ok(())
    }
}

impl From<Measured> for Cell {
    fn from(measured: Measured) -> Self {
        Self::Measured(measured)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl std::fmt::Display for Cell {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Measured(measured) => measured.fmt(formatter),
            Self::Text(text) => formatter.pad(text),
        }
    }
}
