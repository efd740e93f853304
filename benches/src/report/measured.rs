//! A figure with its spread: the value of each repetition, and how it is written for people.

use serde::{Deserialize, Serialize};

/// What was measured, once a repetition. Three are usual; a figure that is what it is (a count of bytes) has one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// What the values count.
    pub unit: Unit,
    /// In the order in which they were measured, rounded to four digits.
    pub rounds: Vec<f64>,
}

/// What a figure counts. Values are in the unit itself; prefixes (ns, KiB) are for showing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Time, by the clock or of a processor.
    Seconds,
    /// Memory or traffic; shown in KiB and MiB.
    Bytes,
    /// How many.
    Count,
    /// How many a second.
    PerSecond,
    /// How many times as much.
    Ratio,
}

impl Measured {
    /// A figure of the values of all repetitions.
    #[must_use]
    pub fn new(unit: Unit, rounds: impl IntoIterator<Item = f64>) -> Self {
        Self { unit, rounds: rounds.into_iter().map(four_digits).collect() }
    }

    /// Times.
    #[must_use]
    pub fn seconds(rounds: impl IntoIterator<Item = f64>) -> Self {
        Self::new(Unit::Seconds, rounds)
    }

    /// How many times `of` is as much as `to`, each repetition with its own.
    #[must_use]
    pub fn ratio(of: &Self, to: &Self) -> Self {
        Self::new(Unit::Ratio, of.rounds.iter().zip(&to.rounds).map(|(of, to)| of / to))
    }

    /// The middle one; of an even number the mean of the middle two; 0 where nothing was measured.
    #[must_use]
    pub fn median(&self) -> f64 {
        let sorted = self.sorted();
        let middle = sorted.iter().skip(sorted.len().saturating_sub(1) / 2).take(2 - sorted.len() % 2);
        let (sum, count) = middle.fold((0.0, 0_u8), |(sum, count), value| (sum + value, count + 1));
        if count == 0 { 0.0 } else { sum / f64::from(count) }
    }

    /// The least.
    #[must_use]
    pub fn least(&self) -> f64 {
        self.sorted().first().copied().unwrap_or_default()
    }

    /// The greatest.
    #[must_use]
    pub fn most(&self) -> f64 {
        self.sorted().last().copied().unwrap_or_default()
    }

    fn sorted(&self) -> Vec<f64> {
        let mut sorted = self.rounds.clone();
        sorted.sort_by(f64::total_cmp);
        sorted
    }
}

/// `12 ns (11–14)`: the median, then least and most where they differ.
impl std::fmt::Display for Measured {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.rounds.is_empty() {
            return formatter.write_str("–");
        }
        let (factor, name) = self.unit.prefix(self.median());
        let [median, least, most] = [self.median(), self.least(), self.most()].map(|value| number(value / factor));
        let text = if least == most { format!("{median}{name}") } else { format!("{median}{name} ({least}–{most})") };
        formatter.pad(&text)
    }
}

impl Unit {
    /// A single value with its unit, such as `1.5 ms`.
    #[must_use]
    pub fn show(self, value: f64) -> String {
        let (factor, name) = self.prefix(value);
        format!("{}{name}", number(value / factor))
    }

    /// What to divide by, and what then stands behind the number.
    fn prefix(self, value: f64) -> (f64, &'static str) {
        let value = value.abs();
        match self {
            Self::Seconds if value == 0.0 => (1.0, " s"),
            Self::Seconds if value < 999.5e-9 => (1e-9, " ns"),
            Self::Seconds if value < 999.5e-6 => (1e-6, " µs"),
            Self::Seconds if value < 999.5e-3 => (1e-3, " ms"),
            Self::Seconds => (1.0, " s"),
            Self::Bytes if value < 1000.0 => (1.0, " B"),
            Self::Bytes if value < 1_023_500.0 => (1024.0, " KiB"),
            Self::Bytes => (1_048_576.0, " MiB"),
            Self::Count => (1.0, ""),
            Self::PerSecond => (1.0, "/s"),
            Self::Ratio => (1.0, " ×"),
        }
    }
}

/// Three digits that mean something, thousands apart: `0.0123`, `1.23`, `12.3`, `1,230`.
fn number(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude >= 1000.0 {
        let digits = format!("{:.0}", value.round());
        let mut text = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        return text;
    }
    let decimals = match magnitude {
        _ if (value - value.round()).abs() < 1e-6 => 0,
        99.95.. => 0,
        9.995.. => 1,
        0.9995.. => 2,
        _ => 3,
    };
    format!("{value:.decimals$}")
}

/// More digits than these are noise, and make files that nobody can read.
fn four_digits(value: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_shows_its_median_and_its_spread() {
        assert_eq!(Measured::seconds([14e-9, 11e-9, 12e-9]).to_string(), "12 ns (11–14)");
        assert_eq!(Measured::seconds([1.5e-3]).to_string(), "1.50 ms");
        assert_eq!(Measured::new(Unit::Count, [3.0, 3.0]).to_string(), "3");
        assert_eq!(Measured::seconds([]).to_string(), "–");
    }

    #[test]
    fn the_median_of_an_even_number_is_between_the_middle_two() {
        assert_eq!(Measured::seconds([4.0, 1.0, 2.0, 3.0]).median(), 2.5);
        assert_eq!(Measured::seconds([4.0, 1.0, 3.0]).median(), 3.0);
        assert_eq!(Measured::seconds([2.0]).median(), 2.0);
    }

    #[test]
    fn a_ratio_compares_what_was_measured_together() {
        let ratio = Measured::ratio(&Measured::seconds([2.0, 9.0]), &Measured::seconds([1.0, 3.0]));
        assert_eq!(ratio, Measured::new(Unit::Ratio, [2.0, 3.0]));
    }

    #[test]
    fn units_take_the_prefix_that_is_read_easily() {
        assert_eq!(Unit::Seconds.show(0.000_999_7), "1.00 ms");
        assert_eq!(Unit::Bytes.show(3_145_728.0), "3 MiB");
        assert_eq!(Unit::Bytes.show(2_560.0), "2.50 KiB");
        assert_eq!(Unit::PerSecond.show(512_345.0), "512,345/s");
        assert_eq!(Unit::Ratio.show(1.2), "1.20 ×");
        assert_eq!(Unit::Count.show(1_000_000.0), "1,000,000");
    }

    #[test]
    fn values_keep_four_digits() {
        assert_eq!(Measured::seconds([1.234_567e-9]).rounds, [1.235e-9]);
    }
}
