//! Where in a document a reader stands.

use super::MAX_DEPTH;
#[cfg(feature = "messages")]
use {super::Reader, super::Writer, crate::error::excerpt, alloc::string::String, alloc::vec::Vec};

/// The objects and arrays that are open, and where each of them is: how many there are, and with the feature `messages`
/// what leads to each.
#[derive(Debug)]
pub(super) struct Path {
    depth: usize,
    /// Nothing of the innermost one was read yet.
    is_first: bool,
    #[cfg(feature = "messages")]
    steps: heapless::Vec<Step, MAX_DEPTH>,
}

/// Of an array the item's index; of an object the place of the field's name in the text.
#[cfg(feature = "messages")]
#[derive(Clone, Copy, Debug)]
enum Step {
    Opened,
    Field { start: usize, end: usize },
    Item(usize),
}

impl Path {
    pub(super) const fn new() -> Self {
        Self {
            depth: 0,
            is_first: false,
            #[cfg(feature = "messages")]
            steps: heapless::Vec::new(),
        }
    }

    /// Notes that an object or array was opened; answers whether it may be so deep.
    pub(super) fn open(&mut self) -> bool {
        self.depth += 1;
        self.is_first = true;
        #[cfg(feature = "messages")]
        let _ = self.steps.push(Step::Opened);
        self.depth <= MAX_DEPTH
    }

    pub(super) fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        #[cfg(feature = "messages")]
        self.steps.pop();
    }

    /// Whether what comes next is the first field or item; the next one is not.
    pub(super) const fn take_first(&mut self) -> bool {
        core::mem::replace(&mut self.is_first, false)
    }

    /// Goes to a field, by the place of its name.
    #[cfg_attr(not(feature = "messages"), expect(unused_variables, reason = "nobody is told where a fault is"))]
    pub(super) fn next_field(&mut self, start: usize, end: usize) {
        #[cfg(feature = "messages")]
        if let Some(step) = self.steps.last_mut() {
            *step = Step::Field { start, end };
        }
    }

    /// Goes to the next item.
    pub(super) fn next_item(&mut self) {
        #[cfg(feature = "messages")]
        if let Some(step) = self.steps.last_mut() {
            *step = Step::Item(if let Step::Item(index) = *step { index + 1 } else { 0 });
        }
    }

    /// The path as people write it: `rules[0].values[2]`. `field` is one more field, and `item` one of its items.
    #[cfg(feature = "messages")]
    pub(super) fn text(&self, document: &str, field: &str, item: Option<usize>) -> String {
        let mut path = Vec::new();
        for step in &self.steps {
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

#[cfg(all(test, feature = "messages"))]
mod tests {
    use super::super::{MAX_DEPTH, Reader};
    use crate::error::ErrorKind;
    use alloc::format;
    use alloc::string::{String, ToString};

    /// The path at which a document is wrong that must be `{"a":…}` of arrays and such objects, and `1` within.
    fn path(document: &str) -> String {
        fn read(reader: &mut Reader<'_>) {
            match reader.kind() {
                "an object" => {
                    reader.open_map();
                    while reader.next_name().is_some() {
                        read(reader);
                    }
                }
                "an array" => {
                    reader.open_array();
                    while reader.next_item() {
                        read(reader);
                    }
                }
                _ => {
                    let start = reader.start();
                    if reader.number() != "1" {
                        reader.fault_at(ErrorKind::Empty, start);
                    }
                }
            }
        }
        Reader::text(document, read).map_or_else(|error| error.path().to_string(), |()| "nowhere".into())
    }

    #[test]
    fn a_value_is_named_by_the_fields_and_items_that_lead_to_it() {
        for (document, expected) in [
            ("2", ""),
            ("[2]", "[0]"),
            ("[1,1,2]", "[2]"),
            ("[[1],[1,[2]]]", "[1][1][0]"),
            (r#"{"a":2}"#, "a"),
            (r#"{"a":1,"b":{"c":2}}"#, "b.c"),
            (r#"{"a":[1,{"b":1,"c":[1,1,2]}]}"#, "a[1].c[2]"),
            (r#"[{"a":2}]"#, "[0].a"),
            (r#"{"a":[],"b":{},"c":2}"#, "c"),
            (r#"{ "a" : [ 1 , 2 ] }"#, "a[1]"),
        ] {
            assert_eq!(path(document), expected, "{document}");
        }
        let items = format!("[{}2]", "1,".repeat(12_345));
        assert_eq!(path(&items), "[12345]");
    }

    #[test]
    fn a_name_is_given_without_its_escapes_and_cut_to_a_readable_length() {
        assert_eq!(path(r#"{"\u0061\n\ud83d\udea9":2}"#), "a\n🚩");
        assert_eq!(path(r#"{"\"":{"\\":2}}"#), "\".\\");
        let long = "é".repeat(100);
        assert_eq!(path(&format!(r#"{{"{long}":2}}"#)), format!("{}…", "é".repeat(64)));
    }

    #[test]
    fn between_two_fields_or_items_the_fault_is_of_what_they_stand_in() {
        for (document, expected) in [
            (r#"{"a":1"#, ""),
            (r#"{"a":1,}"#, ""),
            (r#"{"a":1 "b":1}"#, ""),
            (r#"{"a":1,"b" 1}"#, ""),
            (r#"{"a":{"b":1]}"#, "a"),
            ("[1 1]", ""),
            ("[[1,1}]", "[0]"),
            (r#"{"a":[1,1"#, "a"),
            // Where a value is missing, its field or item is known.
            (r#"{"a":}"#, "a"),
            ("[1,]", "[1]"),
            (r#"{"a":[1,tru]}"#, "a[1]"),
        ] {
            assert_eq!(path(document), expected, "{document}");
        }
    }

    #[test]
    fn the_path_of_what_is_nested_too_deep_leads_to_it() {
        assert_eq!(path(&"[".repeat(MAX_DEPTH + 1)), "[0]".repeat(MAX_DEPTH));
        assert_eq!(path(&r#"{"a":"#.repeat(MAX_DEPTH + 1)), vec_of("a", MAX_DEPTH).join("."));
    }

    fn vec_of(name: &str, times: usize) -> alloc::vec::Vec<&str> {
        alloc::vec![name; times]
    }
}
