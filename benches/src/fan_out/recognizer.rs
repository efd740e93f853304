//! Recognises numbered events in the text of an event stream. It reads no JSON and keeps no text: a generator that shares
//! a machine with the server must cost less than it.

use memchr::memchr;
use memchr::memmem::Finder;
use std::sync::LazyLock;

/// Where an event bears its number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mark {
    /// Behind the last colon of its `id`, as Sidekick's revisions.
    #[default]
    Id,
    /// Behind `"revision":` in its data, for servers whose ids are their own.
    Data,
}

/// What was recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// A change with its number.
    Change(u64),
    /// A flag of a replay.
    Flag,
    /// The end of a replay, with the number that it stands at.
    Ready(u64),
    /// A stream that goes on where another one ended.
    Resumed,
}

/// Recognises the events of one stream.
#[derive(Clone, Debug, Default)]
pub struct Recognizer {
    mark: Mark,
    /// A line whose end has not come yet.
    cut_line: Vec<u8>,
    event: Event,
}

/// An event whose end has not come yet.
#[derive(Clone, Copy, Debug, Default)]
struct Event {
    kind: Kind,
    has_data: bool,
    number: Option<u64>,
}

#[derive(Clone, Copy, Debug, Default)]
enum Kind {
    #[default]
    Message,
    Ready,
    Resumed,
    /// One that says nothing of changes, such as a heartbeat.
    Other,
}

static REVISION: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\"revision\":"));

impl Recognizer {
    /// For a stream whose events bear their numbers there.
    #[must_use]
    pub fn new(mark: Mark) -> Self {
        Self { mark, ..Self::default() }
    }

    /// Reads text that is cut anywhere, and gives what it recognises in order.
    pub fn read(&mut self, mut text: &[u8], mut on_seen: impl FnMut(Seen)) {
        while let Some(end) = memchr(b'\n', text) {
            let (line, rest) = text.split_at(end);
            let seen = if self.cut_line.is_empty() {
                self.line(line)
            } else {
                let mut whole = std::mem::take(&mut self.cut_line);
                whole.extend_from_slice(line);
                let seen = self.line(&whole);
                whole.clear();
                // Keeps its memory for the next one.
                self.cut_line = whole;
                seen
            };
            if let Some(seen) = seen {
                on_seen(seen);
            }
            text = rest.get(1..).unwrap_or_default();
        }
        self.cut_line.extend_from_slice(text);
    }

    fn line(&mut self, line: &[u8]) -> Option<Seen> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            return std::mem::take(&mut self.event).seen();
        }
        if let Some(data) = line.strip_prefix(b"data:") {
            self.event.has_data = true;
            if self.mark == Mark::Data {
                self.event.number = number_in_data(data);
            }
        } else if let Some(id) = line.strip_prefix(b"id:") {
            if self.mark == Mark::Id {
                self.event.number = number_in_id(id);
            }
        } else if let Some(kind) = line.strip_prefix(b"event:") {
            self.event.kind = match kind.trim_ascii() {
                b"ready" => Kind::Ready,
                b"resumed" => Kind::Resumed,
                b"message" => Kind::Message,
                _ => Kind::Other,
            };
        }
        None
    }
}

impl Event {
    fn seen(self) -> Option<Seen> {
        match (self.kind, self.number) {
            _ if !self.has_data => None,
            (Kind::Message, Some(number)) => Some(Seen::Change(number)),
            (Kind::Message, None) => Some(Seen::Flag),
            (Kind::Ready, number) => Some(Seen::Ready(number.unwrap_or_default())),
            (Kind::Resumed, _) => Some(Seen::Resumed),
            (Kind::Other, _) => None,
        }
    }
}

fn number_in_id(id: &[u8]) -> Option<u64> {
    let id = id.trim_ascii();
    let digits = id.rsplit(|byte| *byte == b':').next()?;
    number(digits)
}

/// The number behind the first `"revision":` in a text.
#[must_use]
pub fn number_in_data(data: &[u8]) -> Option<u64> {
    let start = REVISION.find(data)? + REVISION.needle().len();
    number(data.get(start..)?.trim_ascii_start())
}

fn number(text: &[u8]) -> Option<u64> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    std::str::from_utf8(text.get(..digits)?).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &str = "event: connected\ndata: true\n\ndata: {\"type\":\"UPSERT\",\"flag\":{\"key\":\"a\"}}\n\n\
        id: f00d:7\nevent: ready\ndata: {\"revision\":7,\"flags\":1}\n\n: a comment\n\n\
        id: f00d:8\ndata: {\"type\":\"UPSERT\",\"flag\":{\"key\":\"a\",\"revision\":8}}\n\n\
        event: heartbeat\ndata: {\"revision\":8,\"digest\":\"0\"}\n\nretry: 5\n\n\
        id: f00d:9\r\ndata: {\"type\":\"DELETE\",\"key\":\"a\"}\r\n\r\n";

    fn seen(mark: Mark, pieces: &[&[u8]]) -> Vec<Seen> {
        let (mut recognizer, mut seen) = (Recognizer::new(mark), Vec::new());
        for piece in pieces {
            recognizer.read(piece, |one| seen.push(one));
        }
        seen
    }

    #[test]
    fn events_are_recognised_wherever_their_bytes_are_cut() {
        let text = STREAM.as_bytes();
        let expected = [Seen::Flag, Seen::Ready(7), Seen::Change(8), Seen::Change(9)];
        for cut in 0..text.len() {
            assert_eq!(seen(Mark::Id, &[&text[..cut], &text[cut..]]), expected, "{cut}");
        }
        let single: Vec<&[u8]> = text.chunks(1).collect();
        assert_eq!(seen(Mark::Id, &single), expected);
    }

    #[test]
    fn a_number_in_the_data_counts_where_ids_are_foreign() {
        let text = b": hi\n\nid: 1700000000:0\ndata: {\"flag\":{\"revision\": 41}}\n\nid: 1700000000:1\ndata: {}\n\n";
        assert_eq!(seen(Mark::Data, &[text]), [Seen::Change(41), Seen::Flag]);
    }

    #[test]
    fn a_resumed_stream_is_recognised() {
        assert_eq!(seen(Mark::Id, &[b"event: resumed\ndata: {\"revision\":7}\n\n"]), [Seen::Resumed]);
    }
}
