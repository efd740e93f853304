//! JSON (RFC 8259) as this crate needs it: a reader that a schema drives, and a writer. No tree of values is built.
//!
//! The reader knows the whole grammar (every escape, surrogate pairs, UTF-8 checked), bounds the depth, reads numbers as
//! text, and says at which field and byte a document is wrong.

mod fields;
mod path;
mod reader;
mod writer;

pub use fields::{Fields, Mode};
pub use reader::Reader;
pub(crate) use writer::Writer;

/// The deepest nesting of objects and arrays that is read.
pub const MAX_DEPTH: usize = 32;
