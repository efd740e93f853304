//! A JSON reader that the caller's schema drives, value by value.

use super::MAX_DEPTH;
use crate::error::{Error, ErrorKind};
use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// Reads one JSON text from its start to its end.
///
/// ```
/// use sidekick_core::json::Reader;
/// let mut reader = Reader::new(br#"{"name":"Ada","tags":["a","b"]}"#)?;
/// let (mut name, mut tags) = (String::new(), Vec::new());
/// reader.object(|reader, field| match field {
///     "name" => Ok(name = reader.string()?.into_owned()),
///     "tags" => Ok(tags = reader.list(8, |reader| reader.bounded_string(16))?),
///     _ => reader.skip(),
/// })?;
/// reader.end()?;
/// assert_eq!((name.as_str(), tags.len()), ("Ada", 2));
/// # Ok::<(), sidekick_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
}

impl<'a> Reader<'a> {
    /// A reader at the start of `json`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidUtf8`].
    pub fn new(json: &'a [u8]) -> Result<Self, Error> {
        match core::str::from_utf8(json) {
            Ok(text) => Ok(Self { text, at: 0, depth: 0 }),
            Err(error) => Err(Error::new(ErrorKind::InvalidUtf8).at(error.valid_up_to())),
        }
    }

    /// The offset at which the next value starts.
    ///
    /// # Errors
    /// [`ErrorKind::Syntax`] where the text ends before one.
    pub fn start(&mut self) -> Result<usize, Error> {
        self.skip_blanks();
        if self.peek().is_some() { Ok(self.at) } else { Err(self.syntax("a value")) }
    }

    /// Checks that nothing but blanks follows.
    ///
    /// # Errors
    /// [`ErrorKind::Syntax`].
    pub fn end(mut self) -> Result<(), Error> {
        self.skip_blanks();
        if self.peek().is_none() { Ok(()) } else { Err(self.syntax("the end")) }
    }

    /// Reads an object; `field` gets each name and must read (or [skip](Self::skip)) its value.
    ///
    /// # Errors
    /// What is wrong with the object, or the error of `field` with the name put before its path.
    pub fn object(&mut self, mut field: impl FnMut(&mut Self, &str) -> Result<(), Error>) -> Result<(), Error> {
        self.open(b'{', "an object")?;
        let mut first = true;
        while self.another(b'}', first, "`,` or `}`")? {
            if self.peek() != Some(b'"') {
                return Err(self.syntax(if first { "a field's name or `}`" } else { "a field's name" }));
            }
            first = false;
            let start = self.at;
            let name = self.string()?;
            self.skip_blanks();
            if !self.take(b':') {
                return Err(self.syntax("`:`"));
            }
            field(self, &name).map_err(|error| error.at(start).in_field(&name))?;
        }
        Ok(())
    }

    /// Reads an array; `item` must read each item, whose index it gets.
    ///
    /// # Errors
    /// What is wrong with the array, or the error of `item` with the index put before its path.
    pub fn array(&mut self, mut item: impl FnMut(&mut Self, usize) -> Result<(), Error>) -> Result<(), Error> {
        self.open(b'[', "an array")?;
        let mut index = 0;
        while self.another(b']', index == 0, "`,` or `]`")? {
            let start = self.at;
            item(self, index).map_err(|error| error.at(start).in_item(index))?;
            index += 1;
        }
        Ok(())
    }

    /// Reads an array of at most `limit` items into a list.
    ///
    /// # Errors
    /// As [`Reader::array`], and [`ErrorKind::TooMany`].
    pub fn list<T>(
        &mut self,
        limit: usize,
        mut item: impl FnMut(&mut Self) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let start = self.start()?;
        let mut items = Vec::new();
        let mut too_many = false;
        self.array(|reader, index| {
            // The rest is read on, so that a document that is not JSON is called so.
            if index < limit {
                items.push(item(reader)?);
                Ok(())
            } else {
                too_many = true;
                reader.skip()
            }
        })?;
        if too_many { Err(Error::new(ErrorKind::TooMany { limit }).at(start)) } else { Ok(items) }
    }

    /// Reads a string; borrowed where it has no escapes.
    ///
    /// # Errors
    /// [`ErrorKind::WrongType`], [`ErrorKind::Syntax`].
    pub fn string(&mut self) -> Result<Cow<'a, str>, Error> {
        self.expect(b'"', "a string")?;
        let mut unescaped: Option<String> = None;
        loop {
            let start = self.at;
            // Only these bytes end a run; all of them are ASCII, so the run is cut between characters.
            let run = self.rest().iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f));
            self.at = run.map_or(self.text.len(), |length| start + length);
            let run = self.text.get(start..self.at).unwrap_or_default();
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(match unescaped {
                        Some(text) => Cow::Owned(text + run),
                        None => Cow::Borrowed(run),
                    });
                }
                Some(b'\\') => {
                    let text = unescaped.get_or_insert_default();
                    text.push_str(run);
                    self.at += 1;
                    let character = self.escape()?;
                    text.push(character);
                }
                Some(_) => {
                    return Err(self.syntax("an escape (control characters must be escaped)"));
                }
                None => return Err(self.syntax("`\"`")),
            }
        }
    }

    /// Reads a string of at most `limit` bytes.
    ///
    /// # Errors
    /// As [`Reader::string`], and [`ErrorKind::TooLong`].
    pub fn bounded_string(&mut self, limit: usize) -> Result<Box<str>, Error> {
        let start = self.start()?;
        let text = self.string()?;
        if text.len() > limit {
            return Err(Error::new(ErrorKind::TooLong { limit, length: text.len() }).at(start));
        }
        Ok(text.into_owned().into_boxed_str())
    }

    /// Reads `true` or `false`.
    ///
    /// # Errors
    /// [`ErrorKind::WrongType`], [`ErrorKind::Syntax`].
    pub fn boolean(&mut self) -> Result<bool, Error> {
        match self.expect_any("true or false", |byte| matches!(byte, b't' | b'f'))? {
            b't' => self.word("true").map(|()| true),
            _ => self.word("false").map(|()| false),
        }
    }

    /// Reads `null` where it stands next; answers whether it did.
    ///
    /// # Errors
    /// [`ErrorKind::Syntax`].
    pub fn null(&mut self) -> Result<bool, Error> {
        self.start()?;
        if self.peek() == Some(b'n') { self.word("null").map(|()| true) } else { Ok(false) }
    }

    /// Reads a number as its text.
    ///
    /// # Errors
    /// [`ErrorKind::WrongType`], [`ErrorKind::Syntax`].
    pub fn number(&mut self) -> Result<&'a str, Error> {
        self.expect_any("a number", |byte| matches!(byte, b'-' | b'0'..=b'9'))?;
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Ok(self.text.get(start..self.at).unwrap_or_default())
    }

    /// Reads any value and drops it.
    ///
    /// # Errors
    /// [`ErrorKind::Syntax`], [`ErrorKind::TooDeep`].
    pub fn skip(&mut self) -> Result<(), Error> {
        match self.kind()? {
            "an object" => self.object(|reader, _| reader.skip()),
            "an array" => self.array(|reader, _| reader.skip()),
            "a string" => self.string().map(drop),
            "a number" => self.number().map(drop),
            "null" => self.null().map(drop),
            _ => self.boolean().map(drop),
        }
    }

    /// The type of the value that stands next: `an object`, `an array`, `a string`, `a number`, `null`, or
    /// `true or false`.
    ///
    /// # Errors
    /// [`ErrorKind::Syntax`] where no value starts here.
    pub fn kind(&mut self) -> Result<&'static str, Error> {
        self.start()?;
        Ok(match self.peek() {
            Some(b'{') => "an object",
            Some(b'[') => "an array",
            Some(b'"') => "a string",
            Some(b'-' | b'0'..=b'9') => "a number",
            Some(b'n') => "null",
            Some(b't' | b'f') => "true or false",
            _ => return Err(self.syntax("a value")),
        })
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn syntax(&self, expected: &'static str) -> Error {
        let found = self.text.get(self.at..).and_then(|rest| rest.chars().next());
        Error::new(ErrorKind::Syntax { expected, found }).at(self.at)
    }

    /// The next byte, where it starts a value of the expected type.
    fn expect_any(&mut self, expected: &'static str, starts: impl Fn(u8) -> bool) -> Result<u8, Error> {
        self.start()?;
        match self.peek() {
            Some(byte) if starts(byte) => Ok(byte),
            _ => Err(Error::new(ErrorKind::WrongType { expected, found: self.kind()? }).at(self.at)),
        }
    }

    fn expect(&mut self, byte: u8, expected: &'static str) -> Result<(), Error> {
        self.expect_any(expected, |next| next == byte)?;
        self.at += 1;
        Ok(())
    }

    fn open(&mut self, byte: u8, expected: &'static str) -> Result<(), Error> {
        self.expect(byte, expected)?;
        if self.depth == MAX_DEPTH {
            return Err(Error::new(ErrorKind::TooDeep { limit: MAX_DEPTH }).at(self.at - 1));
        }
        self.depth += 1;
        Ok(())
    }

    /// Whether the object or array that was opened has another item; otherwise it is closed.
    fn another(&mut self, close: u8, first: bool, expected: &'static str) -> Result<bool, Error> {
        self.skip_blanks();
        if self.take(close) {
            self.depth -= 1;
            return Ok(false);
        }
        if !first {
            if !self.take(b',') {
                return Err(self.syntax(expected));
            }
            self.skip_blanks();
        }
        Ok(true)
    }

    fn word(&mut self, word: &'static str) -> Result<(), Error> {
        if self.rest().starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(())
        } else {
            Err(self.syntax(word))
        }
    }

    fn digits(&mut self) -> Result<(), Error> {
        let count = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        if count > 0 { Ok(()) } else { Err(self.syntax("a digit")) }
    }

    /// The character of the escape whose backslash was just read.
    fn escape(&mut self) -> Result<char, Error> {
        let start = self.at;
        let character = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                let mut code = self.hex4()?;
                if (0xd800..0xdc00).contains(&code) && self.rest().starts_with(b"\\u") {
                    self.at += 2;
                    let low = self.hex4()?;
                    if (0xdc00..0xe000).contains(&low) {
                        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                    }
                }
                return char::from_u32(code).ok_or_else(|| {
                    Error::new(ErrorKind::Syntax { expected: "a whole surrogate pair", found: Some('u') }).at(start)
                });
            }
            _ => return Err(self.syntax("an escape such as \\n or \\u00e9")),
        };
        self.at += 1;
        Ok(character)
    }

    fn hex4(&mut self) -> Result<u32, Error> {
        let mut value = 0;
        for _ in 0..4 {
            match self.peek().and_then(|byte| char::from(byte).to_digit(16)) {
                Some(digit) => value = value * 16 + digit,
                None => return Err(self.syntax("four hexadecimal digits")),
            }
            self.at += 1;
        }
        Ok(value)
    }
}
