//! HTTP/1.1's chunked framing (RFC 9112, section 7.1), taken off bytes that arrive cut anywhere.

use super::{Failure, Outcome};

/// Where in the framing a body stands.
#[derive(Clone, Debug, Default)]
pub struct Chunks(State);

#[derive(Clone, Copy, Debug)]
enum State {
    /// In a size, of which this was read.
    Size(usize),
    /// Behind a size, before the line's end.
    Extension(usize),
    /// Before so many bytes of data.
    Data(usize),
    /// Behind a chunk's data.
    DataEnd,
    /// In trailers, whose current line is empty so far or not.
    Trailer { is_empty: bool },
    /// Behind the end.
    Ended,
}

impl Default for State {
    fn default() -> Self {
        Self::Size(0)
    }
}

impl Chunks {
    /// The next piece of data at the front of `bytes`, which goes on behind it; `None` where more bytes are needed or the
    /// body has ended.
    ///
    /// # Errors
    /// Where the framing is broken.
    pub fn next<'b>(&mut self, bytes: &mut &'b [u8]) -> Outcome<Option<&'b [u8]>> {
        loop {
            if let State::Data(left) = self.0 {
                let (data, rest) = bytes.split_at(left.min(bytes.len()));
                *bytes = rest;
                self.0 = if data.len() == left { State::DataEnd } else { State::Data(left - data.len()) };
                if !data.is_empty() {
                    return Ok(Some(data));
                }
            }
            let Some((&byte, rest)) = bytes.split_first() else { return Ok(None) };
            if matches!(self.0, State::Ended) {
                return Ok(None);
            }
            *bytes = rest;
            self.0 = self.0.after(byte)?;
        }
    }

    /// Whether the last chunk was read.
    #[must_use]
    pub const fn has_ended(&self) -> bool {
        matches!(self.0, State::Ended)
    }
}

impl State {
    fn after(self, byte: u8) -> Outcome<Self> {
        Ok(match (self, byte) {
            (Self::Size(0) | Self::Extension(0), b'\n') => Self::Trailer { is_empty: true },
            (Self::Size(size) | Self::Extension(size), b'\n') => Self::Data(size),
            (Self::Size(size), b';' | b' ' | b'\r') => Self::Extension(size),
            (Self::Size(size), digit) => match char::from(digit).to_digit(16) {
                Some(digit) if size < 1 << 40 => Self::Size(size * 16 + digit as usize),
                _ => return Err(broken("a hexadecimal size", byte)),
            },
            (Self::Extension(size), _) => Self::Extension(size),
            (Self::DataEnd, b'\r') => Self::DataEnd,
            (Self::DataEnd, b'\n') => Self::Size(0),
            (Self::DataEnd, _) => return Err(broken("a line's end behind a chunk", byte)),
            (Self::Trailer { is_empty: true }, b'\n') => Self::Ended,
            (Self::Trailer { .. }, b'\n') => Self::Trailer { is_empty: true },
            (Self::Trailer { is_empty }, byte) => Self::Trailer { is_empty: is_empty && byte == b'\r' },
            (Self::Data(_) | Self::Ended, _) => self,
        })
    }
}

fn broken(expected: &str, byte: u8) -> Failure {
    format!("broken chunked framing: {expected} was expected, not {:?}", char::from(byte)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = b"5\r\nhello\r\n1;name=value\r\n \r\n0B\r\nwide world!\r\n0\r\nTrailer: 1\r\n\r\n";

    fn read(pieces: &[&[u8]]) -> Outcome<(String, bool)> {
        let (mut chunks, mut text) = (Chunks::default(), Vec::new());
        for piece in pieces {
            let mut bytes = *piece;
            while let Some(data) = chunks.next(&mut bytes)? {
                text.extend_from_slice(data);
            }
        }
        Ok((String::from_utf8(text)?, chunks.has_ended()))
    }

    #[test]
    fn data_comes_out_whole_wherever_the_bytes_are_cut() {
        for first in 0..BODY.len() {
            for second in first..BODY.len() {
                let pieces = [&BODY[..first], &BODY[first..second], &BODY[second..]];
                assert_eq!(read(&pieces).unwrap(), ("hello wide world!".to_owned(), true), "{first} {second}");
            }
        }
    }

    #[test]
    fn a_body_without_its_last_chunk_has_not_ended() {
        assert_eq!(read(&[b"5\r\nhello\r\n"]).unwrap(), ("hello".to_owned(), false));
        assert_eq!(read(&[b"5\r\nhel"]).unwrap(), ("hel".to_owned(), false));
    }

    #[test]
    fn what_is_no_framing_is_refused() {
        for broken in ["x\r\n", "5\r\nhello!", "fffffffffffffffff\r\n"] {
            assert!(read(&[broken.as_bytes()]).is_err(), "{broken:?}");
        }
    }
}
