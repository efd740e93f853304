//! An HTTP/1.1 answer's head, and the body behind it, from bytes that arrive cut anywhere.

use super::Outcome;
use super::chunks::Chunks;

/// An answer that is being read.
#[derive(Debug, Default)]
pub struct Answer {
    /// The head's bytes, until all are there.
    head: Vec<u8>,
    status: u16,
    body: Body,
}

#[derive(Debug, Default)]
enum Body {
    /// Behind a head that is not complete.
    #[default]
    Unknown,
    Chunked(Chunks),
    /// So many bytes are to come.
    Length(usize),
    /// Until the connection ends.
    Endless,
}

const MOST_HEADERS: usize = 64;
const LONGEST_HEAD: usize = 64 << 10;

impl Answer {
    /// Reads bytes and hands on those of the body. Bytes behind the answer's end are left out.
    ///
    /// # Errors
    /// Where they are no HTTP answer, or its framing is broken.
    pub fn read(&mut self, bytes: &[u8], mut on_body: impl FnMut(&[u8])) -> Outcome<()> {
        let mut rest = bytes;
        let held;
        if matches!(self.body, Body::Unknown) {
            self.head.extend_from_slice(bytes);
            let Some(end) = self.read_head()? else { return Ok(()) };
            held = std::mem::take(&mut self.head);
            rest = held.get(end..).unwrap_or_default();
        }
        match &mut self.body {
            Body::Chunked(chunks) => {
                while let Some(data) = chunks.next(&mut rest)? {
                    on_body(data);
                }
            }
            Body::Length(left) => {
                let data = rest.get(..*left).unwrap_or(rest);
                *left -= data.len();
                on_body(data);
            }
            Body::Endless => on_body(rest),
            Body::Unknown => {}
        }
        Ok(())
    }

    /// The status, once the head is there.
    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        if matches!(self.body, Body::Unknown) { None } else { Some(self.status) }
    }

    /// Whether the whole answer was read. One without a length never ends by itself.
    #[must_use]
    pub const fn has_ended(&self) -> bool {
        match &self.body {
            Body::Chunked(chunks) => chunks.has_ended(),
            Body::Length(left) => *left == 0,
            Body::Unknown | Body::Endless => false,
        }
    }

    /// The length of the head, once it is complete.
    fn read_head(&mut self) -> Outcome<Option<usize>> {
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut response = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(end) = response.parse(&self.head)? else {
            if self.head.len() > LONGEST_HEAD {
                return Err(format!("an answer's head has more than {LONGEST_HEAD} bytes").into());
            }
            return Ok(None);
        };
        self.status = response.code.unwrap_or_default();
        self.body = if self.status == 204 { Body::Length(0) } else { Body::Endless };
        for header in response.headers.iter() {
            let value = std::str::from_utf8(header.value).unwrap_or_default().trim();
            if header.name.eq_ignore_ascii_case("transfer-encoding") && value.eq_ignore_ascii_case("chunked") {
                self.body = Body::Chunked(Chunks::default());
            } else if header.name.eq_ignore_ascii_case("content-length") {
                self.body = Body::Length(value.parse()?);
            }
        }
        Ok(Some(end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pieces: &[&[u8]]) -> (Option<u16>, String, bool) {
        let (mut answer, mut body) = (Answer::default(), Vec::new());
        for piece in pieces {
            answer.read(piece, |data| body.extend_from_slice(data)).unwrap();
        }
        (answer.status(), String::from_utf8(body).unwrap(), answer.has_ended())
    }

    #[test]
    fn an_answer_is_read_wherever_it_is_cut() {
        let texts: [&[u8]; 2] = [
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
        ];
        for text in texts {
            for cut in 0..text.len() {
                assert_eq!(read(&[&text[..cut], &text[cut..]]), (Some(200), "hello".to_owned(), true), "{cut}");
            }
        }
    }

    #[test]
    fn an_answer_without_a_length_goes_on() {
        assert_eq!(read(&[b"HTTP/1.1 200 OK\r\n\r\nda", b"ta: 1"]), (Some(200), "data: 1".to_owned(), false));
        assert_eq!(read(&[b"HTTP/1.1 204 No Content\r\n\r\n"]), (Some(204), String::new(), true));
        assert_eq!(read(&[b"HTTP/1.1 200 OK\r\nX: "]), (None, String::new(), false));
    }
}
