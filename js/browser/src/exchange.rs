//! The memory in which JavaScript and Rust hand each other what is more than a few numbers. `ts/engine.ts` is the other
//! end and has the same layout.

use alloc::vec::Vec;

/// The most texts of a question: the user key, and an attribute for each of a flag's rules.
const TEXTS: usize = 65;

/// What lies where.
#[repr(C)]
pub(crate) struct Exchange {
    /// A number that an answer consists of, beside the returned one.
    pub(crate) number: f64,
    /// Where the text of an answer starts, and how many bytes it has.
    text: usize,
    text_length: usize,
    /// Of a flag that was resolved: where it lies, and its answer where that is the same for everyone, else -1.
    pub(crate) slot: u32,
    pub(crate) generation: u32,
    pub(crate) fixed: i32,
    /// Of a question's texts: where in the input each starts and ends. A start below 0 stands for no text.
    spans: [(i32, i32); TEXTS],
    /// Behind what JavaScript sees: the texts and bytes that it writes, and those that it reads.
    input: Vec<u8>,
    pub(crate) output: Vec<u8>,
}

impl Exchange {
    pub(crate) const fn new() -> Self {
        Self {
            number: 0.0,
            text: 0,
            text_length: 0,
            slot: 0,
            generation: 0,
            fixed: 0,
            spans: [(0, 0); TEXTS],
            input: Vec::new(),
            output: Vec::new(),
        }
    }

    /// Makes room for so many bytes of input; gives the place where they are to be written.
    pub(crate) fn reserve(&mut self, bytes: usize) -> *mut u8 {
        if self.input.len() < bytes {
            self.input.resize(bytes, 0);
        }
        self.input.as_mut_ptr()
    }

    /// The first `length` bytes of the input.
    pub(crate) fn bytes(&self, length: usize) -> &[u8] {
        self.input.get(..length).unwrap_or_default()
    }

    /// The first `length` bytes of the input, which JavaScript wrote as UTF-8.
    pub(crate) fn input_text(&self, length: usize) -> &str {
        utf8(self.bytes(length))
    }

    /// A text of a question.
    #[inline]
    pub(crate) fn question_text(&self, index: usize) -> Option<&str> {
        let (start, end) = *self.spans.get(index)?;
        let bytes = self.input.get(usize::try_from(start).ok()?..usize::try_from(end).ok()?)?;
        Some(utf8(bytes))
    }

    /// Lets go of the output's memory where all flags were in it, and have been read.
    pub(crate) fn release(&mut self) {
        if self.output.capacity() > 1 << 12 {
            self.output = Vec::new();
        }
    }

    /// Shows JavaScript what stands in the output.
    pub(crate) fn show_output(&mut self) {
        self.text = self.output.as_ptr() as usize;
        self.text_length = self.output.len();
    }

    /// Shows JavaScript a text, as a copy.
    pub(crate) fn show(&mut self, text: &str) {
        self.output.clear();
        self.output.extend_from_slice(text.as_bytes());
        self.show_output();
    }
}

/// Bytes that JavaScript wrote as a text.
#[inline]
fn utf8(bytes: &[u8]) -> &str {
    // SAFETY: `ts/engine.ts` writes single ASCII characters or what `TextEncoder` gives, which is UTF-8, and names no
    // other places than those that it wrote.
    unsafe { core::str::from_utf8_unchecked(bytes) }
}
