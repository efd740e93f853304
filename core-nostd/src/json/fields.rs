//! The fields that an object may have, and what to do with others.

/// How a document with unexpected fields is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Unknown and duplicate fields and unknown operators are refused: for what people write.
    Strict,
    /// Unknown fields are skipped, of duplicates the last wins, unknown operators are kept and never match: for what a
    /// newer server may send.
    Lenient,
    /// As lenient; what of a flag is unknown is kept and written again: for who passes flags on that others have written.
    Keeping,
}

/// An object that is being read: its schema, and which fields were seen so far.
#[derive(Debug)]
pub struct Fields {
    pub(super) mode: Mode,
    pub(super) known: &'static str,
    /// How many of the known fields, from the first one on, must be there.
    required: usize,
    seen: u32,
    pub(super) start: usize,
}

impl Fields {
    pub(super) const fn new(known: &'static str, required: usize, mode: Mode, start: usize) -> Self {
        Self { mode, known, required, seen: 0, start }
    }

    /// The place of the first field that must be there and isn't.
    pub(super) const fn missing(&self) -> Option<usize> {
        let place = self.seen.trailing_ones() as usize;
        if place < self.required { Some(place) } else { None }
    }

    /// Notes the field with `number`; answers whether it was seen before.
    pub(super) const fn note(&mut self, number: usize) -> bool {
        let bit = 1_u32.wrapping_shl(number as u32);
        let was_seen = self.seen & bit != 0;
        self.seen |= bit;
        was_seen
    }
}
