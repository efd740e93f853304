//! What to do with fields that a document should not have.

use super::Reader;
use crate::error::{Error, ErrorKind};

/// How a document with unexpected fields is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Unknown and duplicate fields and unknown operators are refused: for what people write.
    Strict,
    /// Unknown fields are skipped, of duplicates the last wins, unknown operators are kept and never match: for what a
    /// newer server may send.
    Lenient,
}

/// The fields of one object that were seen so far.
#[derive(Debug)]
pub struct Fields {
    mode: Mode,
    seen: u32,
}

impl Fields {
    /// None seen yet.
    #[must_use]
    pub const fn new(mode: Mode) -> Self {
        Self { mode, seen: 0 }
    }

    /// Notes the field with `number` (below 32).
    ///
    /// # Errors
    /// [`ErrorKind::DuplicateField`] where it was seen before, in strict mode.
    pub fn once(&mut self, number: u32) -> Result<(), Error> {
        let bit = 1_u32.wrapping_shl(number);
        if self.seen & bit != 0 && self.mode == Mode::Strict {
            return Err(ErrorKind::DuplicateField.into());
        }
        self.seen |= bit;
        Ok(())
    }

    /// Skips the value of a field that the schema does not have.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownField`] in strict mode; what is wrong with the value in lenient mode.
    pub fn unknown(&self, reader: &mut Reader<'_>, known: &'static str) -> Result<(), Error> {
        match self.mode {
            Mode::Strict => Err(ErrorKind::UnknownField { known }.into()),
            Mode::Lenient => reader.skip(),
        }
    }
}
