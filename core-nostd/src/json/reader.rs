//! A JSON reader that the caller's schema drives, value by value.

use super::MAX_DEPTH;
use super::fields::{Fields, Mode};
use super::path::Path;
use crate::error::{Error, ErrorKind};
use crate::words;
use alloc::boxed::Box;
use alloc::string::String;

/// Reads one JSON text from its start to its end.
///
/// The first fault ends it: the reader keeps the error, finds nothing any more, and what it gives from then on is empty.
/// So a schema asks for one value after the other without a look at errors, and [`document`](Self::document) says in the
/// end whether what came of it counts.
///
/// ```
/// use sidekick_core::Mode;
/// use sidekick_core::json::Reader;
/// let person = Reader::document(br#"{"name":"Ada","tags":["a","b"]}"#, |reader| {
///     let (mut name, mut tags) = (None, Vec::new());
///     let mut fields = reader.open_object("name tags", 1, Mode::Lenient);
///     while let Some(field) = reader.next_field(&mut fields) {
///         match field {
///             0 => name = Some(reader.bounded_string(16)),
///             _ => {
///                 reader.open_array();
///                 while reader.next_item() {
///                     tags.push(reader.bounded_string(16));
///                 }
///             }
///         }
///     }
///     (name, tags.len())
/// })?;
/// assert_eq!(person, (Some("Ada".into()), 2));
/// # Ok::<(), sidekick_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Reader<'a> {
    text: &'a str,
    at: usize,
    path: Path,
    /// The string that was read last.
    string: String,
    fault: Option<Error>,
}

impl<'a> Reader<'a> {
    /// What `read` makes of a whole document.
    ///
    /// # Errors
    /// The first fault that was found, with the field's path and the byte offset.
    pub fn document<T>(json: &'a [u8], read: impl FnOnce(&mut Self) -> T) -> Result<T, Error> {
        match core::str::from_utf8(json) {
            Ok(text) => Self::text(text, read),
            Err(error) => Err(Error::new(ErrorKind::InvalidUtf8, "").at(error.valid_up_to())),
        }
    }

    /// As [`document`](Self::document), of a text.
    ///
    /// # Errors
    /// As there.
    pub fn text<T>(text: &'a str, read: impl FnOnce(&mut Self) -> T) -> Result<T, Error> {
        let mut reader = Self::new(text);
        let value = read(&mut reader);
        match reader.finish() {
            Some(error) => Err(error),
            None => Ok(value),
        }
    }

    #[cfg_attr(target_family = "wasm", inline(never))]
    const fn new(text: &'a str) -> Self {
        Self { text, at: 0, path: Path::new(), string: String::new(), fault: None }
    }

    /// The first fault, or that something follows.
    #[cfg_attr(target_family = "wasm", inline(never))]
    fn finish(&mut self) -> Option<Error> {
        self.next();
        if !self.is_at_end() {
            self.syntax("the end");
        }
        self.fault.take()
    }

    /// The offset at which the next value starts.
    pub fn start(&mut self) -> usize {
        self.next();
        self.at
    }

    /// The text from an offset to here.
    #[must_use]
    pub fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Opens an object of the `known` fields, at most 32 with blanks between them, of which the first `required` must be
    /// there.
    pub fn open_object(&mut self, known: &'static str, required: usize, mode: Mode) -> Fields {
        let start = self.start();
        self.open(b'{', "an object");
        Fields::new(known, required, mode, start)
    }

    /// The place of the next field among the known ones; its value must then be read. At the object's end none. In
    /// strict mode an unknown field and one that comes twice are faults, in lenient mode unknown ones are skipped.
    pub fn next_field(&mut self, fields: &mut Fields) -> Option<usize> {
        while self.another_name() {
            let start = self.at;
            let known = fields.known;
            let name = self.name();
            let place = words::place(known, name.as_bytes());
            let fault = match place {
                Some(place) if fields.note(place) => ErrorKind::DuplicateField,
                Some(_) => return place,
                None => ErrorKind::UnknownField { known },
            };
            if fields.mode == Mode::Strict {
                self.fault_at(fault, start);
            } else if place.is_some() {
                return place;
            }
            self.skip();
        }
        if let Some(place) = fields.missing() {
            let name = if cfg!(feature = "messages") { fields.known.split(' ').nth(place) } else { None };
            self.missing_field(fields, name.unwrap_or_default());
        }
        None
    }

    /// Says that the object lacks a field.
    #[cold]
    pub(crate) fn missing_field(&mut self, fields: &Fields, name: &str) {
        self.fault_in(ErrorKind::MissingField, fields.start, name, None);
    }

    /// Opens an object whose names are values too, for [`next_name`](Self::next_name).
    pub fn open_map(&mut self) {
        self.open(b'{', "an object");
    }

    /// The next name of an object; its value must then be read. At the object's end none.
    pub fn next_name(&mut self) -> Option<&str> {
        if self.another_name() { Some(self.name()) } else { None }
    }

    /// Opens an array.
    pub fn open_array(&mut self) {
        self.open(b'[', "an array");
    }

    /// Whether the array has another item, which must then be read.
    pub fn next_item(&mut self) -> bool {
        let is_first = self.path.take_first();
        self.path.next_item();
        self.another(b']', is_first, "`,` or `]`")
    }

    /// Skips the rest of an array that has too many items, so that a document that is not JSON is called so.
    #[cold]
    pub fn too_many(&mut self, limit: usize, start: usize) {
        // Without messages nobody is told which of the two it is.
        if cfg!(feature = "messages") {
            self.skip();
            while self.next_item() {
                self.skip();
            }
        }
        self.fault_at(ErrorKind::TooMany { limit }, start);
    }

    /// Reads a string, which the reader keeps until it reads on.
    pub fn string(&mut self) -> &str {
        self.short_string(usize::MAX);
        self.last_string()
    }

    /// Reads a string of at most `limit` bytes.
    pub fn bounded_string(&mut self, limit: usize) -> Box<str> {
        self.short_string(limit);
        self.last_string().into()
    }

    /// Reads a string of at most `limit` bytes, for [`last_string`](Self::last_string); gives its offset.
    pub(crate) fn short_string(&mut self, limit: usize) -> usize {
        let start = self.start();
        self.expect(b'"', "a string");
        self.string.clear();
        loop {
            let run = self.at;
            let rest = self.text.as_bytes().get(run..).unwrap_or_default();
            let end = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f));
            self.at += end.unwrap_or(rest.len());
            self.string.push_str(self.since(run));
            match self.peek() {
                b'"' => break,
                b'\\' => {
                    self.at += 1;
                    self.escape();
                }
                _ if self.is_at_end() => {
                    self.syntax("`\"`");
                    break;
                }
                _ => self.syntax("an escape (control characters must be escaped)"),
            }
        }
        self.at += 1;
        if self.string.len() > limit {
            self.fault_at(ErrorKind::TooLong { limit }, start);
        }
        start
    }

    /// The string that was read last.
    pub(crate) fn last_string(&self) -> &str {
        &self.string
    }

    /// Reads `true` or `false`.
    pub fn boolean(&mut self) -> bool {
        match self.next() {
            b't' => self.word("true"),
            b'f' => !self.word("false"),
            _ => {
                self.wrong_type("true or false");
                false
            }
        }
    }

    /// Reads `null` where it stands next; answers whether it did.
    pub fn null(&mut self) -> bool {
        self.next() == b'n' && self.word("null")
    }

    /// Reads a number as its text.
    pub fn number(&mut self) -> &'a str {
        let start = self.start();
        if !matches!(self.peek(), b'-' | b'0'..=b'9') {
            self.wrong_type("a number");
        }
        self.take(b'-');
        if !self.take(b'0') {
            self.digits();
        }
        if self.take(b'.') {
            self.digits();
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits();
        }
        self.since(start)
    }

    /// Reads any value and drops it.
    pub fn skip(&mut self) {
        match self.next() {
            b'{' => {
                self.open_map();
                while self.next_name().is_some() {
                    self.skip();
                }
            }
            b'[' => {
                self.open_array();
                while self.next_item() {
                    self.skip();
                }
            }
            b'"' => {
                self.string();
            }
            b'n' => {
                self.null();
            }
            b't' | b'f' => {
                self.boolean();
            }
            _ => {
                self.number();
            }
        }
    }

    /// The type of the value that stands next: `an object`, `an array`, `a string`, `a number`, `null`, or
    /// `true or false`; empty where no value starts here.
    pub fn kind(&mut self) -> &'static str {
        match self.next() {
            b'{' => "an object",
            b'[' => "an array",
            b'"' => "a string",
            b'-' | b'0'..=b'9' => "a number",
            b'n' => "null",
            b't' | b'f' => "true or false",
            _ => "",
        }
    }

    /// Says what is wrong with the value that was read since `start`.
    #[cold]
    #[inline(never)]
    pub fn fault_at(&mut self, kind: ErrorKind, start: usize) {
        self.fail(Error::new(kind, self.since(start)), start, "", None);
    }

    /// Says what is wrong with a field, or an item of it, in the object that was read last.
    #[cold]
    pub(crate) fn fault_in(&mut self, kind: ErrorKind, start: usize, name: &str, item: Option<usize>) {
        self.fail(Error::new(kind, ""), start, name, item);
    }

    #[cfg_attr(not(feature = "messages"), expect(unused_variables, reason = "there are no paths"))]
    fn fail(&mut self, error: Error, at: usize, field: &str, item: Option<usize>) {
        if self.fault.is_none() {
            let error = error.at(at);
            #[cfg(feature = "messages")]
            let error = error.in_field(self.path.text(self.text, field, item));
            self.fault = Some(error);
        }
        // Nothing is found from here on.
        self.text = "";
    }

    #[cold]
    #[inline(never)]
    fn syntax(&mut self, expected: &'static str) {
        let mut found = "";
        if cfg!(feature = "messages") {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let length = rest.chars().next().map_or(0, char::len_utf8);
            found = rest.get(..length).unwrap_or_default();
        }
        self.fail(Error::new(ErrorKind::Syntax { expected }, found), self.at, "", None);
    }

    #[cold]
    fn wrong_type(&mut self, expected: &'static str) {
        if cfg!(not(feature = "messages")) {
            return self.syntax(expected);
        }
        match self.kind() {
            "" => self.syntax("a value"),
            found => self.fail(Error::new(ErrorKind::WrongType { expected }, found), self.at, "", None),
        }
    }

    /// The byte that stands here; 0 at the end, for in JSON there is none.
    #[cfg_attr(target_family = "wasm", inline(never))]
    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or_default()
    }

    /// The next byte that is no blank, as [`peek`](Self::peek) gives it.
    fn next(&mut self) -> u8 {
        while matches!(self.peek(), b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
        self.peek()
    }

    const fn is_at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == byte;
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8, expected: &'static str) {
        self.next();
        if !self.take(byte) {
            self.wrong_type(expected);
        }
    }

    fn open(&mut self, byte: u8, expected: &'static str) {
        self.expect(byte, expected);
        if !self.path.open() {
            self.fault_at(ErrorKind::TooDeep { limit: MAX_DEPTH }, self.at.saturating_sub(1));
        }
    }

    /// Whether the object or array that was opened has another item; otherwise it is closed.
    fn another(&mut self, close: u8, is_first: bool, expected: &'static str) -> bool {
        self.next();
        if self.take(close) {
            self.path.close();
            return false;
        }
        if !is_first {
            if !self.take(b',') {
                // What is wrong is not the last field or item, but what they stand in.
                self.path.close();
                self.syntax(expected);
            }
            self.next();
        }
        self.fault.is_none()
    }

    /// Whether another name stands next.
    fn another_name(&mut self) -> bool {
        let is_first = self.path.take_first();
        if !self.another(b'}', is_first, "`,` or `}`") {
            return false;
        }
        let is_name = self.peek() == b'"';
        self.path.next_field(0, 0);
        if !is_name {
            self.syntax(if is_first { "a field's name or `}`" } else { "a field's name" });
        }
        is_name
    }

    /// The name that stands next, with its colon.
    fn name(&mut self) -> &str {
        let start = self.short_string(usize::MAX);
        let end = self.at.saturating_sub(1);
        self.next();
        if !self.take(b':') {
            self.syntax("`:`");
        }
        self.path.next_field(start + 1, end);
        self.last_string()
    }

    /// Reads a word; answers whether it stands here.
    fn word(&mut self, word: &'static str) -> bool {
        let is_here = self.text.as_bytes().get(self.at..).unwrap_or_default().starts_with(word.as_bytes());
        if is_here {
            self.at += word.len();
        } else {
            self.syntax(word);
        }
        is_here
    }

    fn digits(&mut self) {
        let start = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        if self.at == start {
            self.syntax("a digit");
        }
    }

    /// Keeps the character of the escape whose backslash was just read.
    fn escape(&mut self) {
        let start = self.at;
        let byte = self.peek();
        self.at += 1;
        let character = if byte == b'u' {
            let mut code = self.hex4();
            if (0xd800..0xdc00).contains(&code) && self.take(b'\\') {
                let is_pair = self.take(b'u');
                let low = if is_pair { self.hex4() } else { 0 };
                if (0xdc00..0xe000).contains(&low) {
                    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                }
            }
            char::from_u32(code)
        } else {
            ESCAPES.iter().find(|(letter, _)| *letter == byte).map(|(_, character)| char::from(*character))
        };
        match character {
            Some(character) => self.string.push(character),
            None if byte == b'u' => {
                self.fault_at(ErrorKind::Syntax { expected: "a whole surrogate pair" }, start);
            }
            None => {
                self.at = start;
                self.syntax("an escape such as \\n or \\u00e9");
            }
        }
    }

    fn hex4(&mut self) -> u32 {
        let mut value = 0;
        for _ in 0..4 {
            let digit = match self.peek() {
                digit @ b'0'..=b'9' => digit & 15,
                letter @ (b'A'..=b'F' | b'a'..=b'f') => (letter & 7) + 9,
                _ => {
                    self.syntax("four hexadecimal digits");
                    0
                }
            };
            value = value << 4 | u32::from(digit);
            self.at += 1;
        }
        value
    }
}

/// The letter behind a backslash, and the character that both stand for.
pub(super) const ESCAPES: [(u8, u8); 8] =
    [(b'"', b'"'), (b'\\', b'\\'), (b'/', b'/'), (b'b', 8), (b'f', 12), (b'n', b'\n'), (b'r', b'\r'), (b't', b'\t')];
