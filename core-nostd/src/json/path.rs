//! Where in a document a reader stands.

use super::MAX_DEPTH;
#[cfg(feature = "messages")]
use {super::Reader, super::Writer, crate::error::excerpt, alloc::string::String, alloc::vec::Vec};

/// The objects and arrays that are open, and where each of them is.
#[derive(Debug)]
pub(super) struct Path(heapless::Vec<Step, MAX_DEPTH>);

/// Of an array the item's index; of an object the place of the field's name in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Opened,
    Field { start: usize, end: usize },
    Item(usize),
}

impl Path {
    pub(super) const fn new() -> Self {
        Self(heapless::Vec::new())
    }

    /// Notes that an object or array was opened; answers whether it may be so deep.
    pub(super) fn open(&mut self) -> bool {
        self.0.push(Step::Opened).is_ok()
    }

    pub(super) fn close(&mut self) {
        self.0.pop();
    }

    pub(super) fn is_first_field(&self) -> bool {
        self.0.last() == Some(&Step::Opened)
    }

    pub(super) fn next_field(&mut self, start: usize, end: usize) {
        if let Some(step) = self.0.last_mut() {
            *step = Step::Field { start, end };
        }
    }

    /// Goes to the next item; answers whether it is the first.
    pub(super) fn next_item(&mut self) -> bool {
        let Some(step) = self.0.last_mut() else {
            return true;
        };
        *step = Step::Item(if let Step::Item(index) = *step { index + 1 } else { 0 });
        *step == Step::Item(0)
    }

    /// The path as people write it: `rules[0].values[2]`. `field` is one more field, and `item` one of its items.
    #[cfg(feature = "messages")]
    pub(super) fn text(&self, document: &str, field: &str, item: Option<usize>) -> String {
        let mut path = Vec::new();
        for step in &self.0 {
            match *step {
                Step::Opened => {}
                Step::Field { start, end } => push_field(&mut path, &name(document, start, end)),
                Step::Item(index) => push_item(&mut path, index),
            }
        }
        push_field(&mut path, field);
        if let Some(index) = item {
            push_item(&mut path, index);
        }
        String::from_utf8(path).unwrap_or_default()
    }
}

/// The name between two quotation marks, as its escapes have it.
#[cfg(feature = "messages")]
fn name(document: &str, start: usize, end: usize) -> String {
    let quoted = document.get(start.saturating_sub(1)..=end).unwrap_or_default();
    Reader::text(quoted, |reader| reader.string().into()).unwrap_or_default()
}

#[cfg(feature = "messages")]
fn push_field(path: &mut Vec<u8>, name: &str) {
    if !path.is_empty() && !name.is_empty() {
        path.push(b'.');
    }
    path.extend_from_slice(excerpt(name).as_bytes());
}

#[cfg(feature = "messages")]
fn push_item(path: &mut Vec<u8>, index: usize) {
    path.push(b'[');
    Writer::new(path).integer(index as u64);
    path.push(b']');
}
