//! Whether a stream got every change once and in order.

use std::ops::AddAssign;

/// What one stream has got.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// The highest number so far. Until a replay or a first change there is none.
    last: Option<u64>,
    /// Numbers that were passed over.
    missing: Vec<u64>,
    faults: Faults,
    replays: u32,
}

/// What is wrong with streams: all zero where nothing is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Changes that did not arrive.
    pub lost: u64,
    /// Changes that arrived again.
    pub duplicates: u64,
    /// Changes that arrived after a later one.
    pub reordered: u64,
}

impl Ledger {
    /// What comes next is the change behind `number`.
    pub fn begin_behind(&mut self, number: u64) {
        self.last = Some(number);
    }

    /// A change arrived.
    pub fn change(&mut self, number: u64) {
        let last = self.last.unwrap_or_else(|| number.saturating_sub(1));
        if number > last {
            self.missing.extend(last + 1..number);
            self.last = Some(number);
        } else if let Some(place) = self.missing.iter().position(|missing| *missing == number) {
            self.missing.swap_remove(place);
            self.faults.reordered += 1;
        } else {
            self.faults.duplicates += 1;
        }
    }

    /// A replay of everything up to `number` arrived: what was passed over before is there.
    pub fn replay(&mut self, number: u64) {
        self.missing.retain(|missing| *missing > number);
        self.last = Some(self.last.map_or(number, |last| last.max(number)));
        self.replays += 1;
    }

    /// The highest number that arrived.
    #[must_use]
    pub const fn last(&self) -> Option<u64> {
        self.last
    }

    /// How many replays arrived.
    #[must_use]
    pub const fn replays(&self) -> u32 {
        self.replays
    }

    /// What is wrong, if `end` was the last change.
    #[must_use]
    pub fn faults(&self, end: u64) -> Faults {
        let behind = end.saturating_sub(self.last.unwrap_or_default());
        Faults { lost: self.missing.len() as u64 + behind, ..self.faults }
    }
}

impl AddAssign for Faults {
    fn add_assign(&mut self, other: Self) {
        self.lost += other.lost;
        self.duplicates += other.duplicates;
        self.reordered += other.reordered;
    }
}

impl Faults {
    /// Whether anything is wrong.
    #[must_use]
    pub fn is_any(&self) -> bool {
        *self != Self::default()
    }
}

/// `nothing lost, doubled or out of order`, or how many of each.
impl std::fmt::Display for Faults {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_any() {
            write!(formatter, "{} lost, {} doubled, {} out of order", self.lost, self.duplicates, self.reordered)
        } else {
            formatter.write_str("nothing lost, doubled or out of order")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(changes: &[u64]) -> Faults {
        let mut ledger = Ledger::default();
        ledger.replay(3);
        changes.iter().for_each(|change| ledger.change(*change));
        ledger.faults(6)
    }

    #[test]
    fn a_stream_in_order_has_no_faults() {
        assert_eq!(faults(&[4, 5, 6]), Faults::default());
    }

    #[test]
    fn a_change_that_is_missing_is_lost_wherever_it_was() {
        for changes in [&[5, 6][..], &[4, 6], &[4, 5]] {
            assert_eq!(faults(changes), Faults { lost: 1, ..Faults::default() }, "{changes:?}");
        }
        assert_eq!(faults(&[]), Faults { lost: 3, ..Faults::default() });
    }

    #[test]
    fn a_change_that_comes_again_is_a_duplicate() {
        assert_eq!(faults(&[4, 5, 5, 6]), Faults { duplicates: 1, ..Faults::default() });
        assert_eq!(faults(&[4, 3, 5, 6]), Faults { duplicates: 1, ..Faults::default() });
    }

    #[test]
    fn a_change_behind_a_later_one_is_out_of_order_and_not_lost() {
        assert_eq!(faults(&[5, 4, 6]), Faults { reordered: 1, ..Faults::default() });
        assert_eq!(faults(&[5, 4, 4, 6]), Faults { reordered: 1, duplicates: 1, ..Faults::default() });
    }

    #[test]
    fn a_replay_brings_what_was_passed_over() {
        let mut ledger = Ledger::default();
        ledger.replay(3);
        ledger.change(5);
        ledger.replay(8);
        ledger.change(9);
        assert_eq!(ledger.faults(9), Faults::default());
        assert_eq!(ledger.replays(), 2);
    }

    #[test]
    fn a_stream_without_a_replay_begins_where_it_is_told_or_with_its_first_change() {
        let mut ledger = Ledger::default();
        ledger.change(70);
        assert_eq!(ledger.faults(70), Faults::default());
        let mut ledger = Ledger::default();
        ledger.begin_behind(0);
        ledger.change(2);
        assert_eq!(ledger.faults(2), Faults { lost: 1, ..Faults::default() });
    }
}
