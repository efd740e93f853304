//! What is still to happen, in the order of time.

use crate::line::Arrival;
use sidekick_core::EventId;
use std::collections::BTreeMap;

/// Something that happens. Numbers are those of connections.
#[derive(Debug)]
pub enum Event {
    Write,
    Request { number: u64, resume: Option<EventId> },
    Answer { number: u64, answer: Answer },
    Arrival { number: u64, arrival: Arrival },
    Heartbeat { number: u64 },
    Timer { process: u64, at: u64 },
}

/// An HTTP answer: status, content type and `Retry-After`.
pub type Answer = (u16, Option<&'static str>, Option<&'static str>);

pub const STREAM: Answer = (200, Some("Text/Event-Stream ; charset=utf-8"), None);
/// Answers that are no stream.
pub const ANSWERS: [Answer; 11] = [
    (200, Some("text/html"), None),
    (200, None, Some("7")),
    (204, Some("text/event-stream"), None),
    (401, Some("application/problem+json"), None),
    (403, None, Some("1")),
    (404, Some("text/event-stream"), None),
    (429, None, Some("2")),
    (500, None, Some("Wed, 21 Oct 2015 07:28:00 GMT")),
    (502, Some("text/html"), Some("-1")),
    (503, None, Some("1")),
    (503, None, Some("99999999999999999999999")),
];

/// The events to come; of two at one moment the one that was planned first comes first.
#[derive(Debug, Default)]
pub struct Schedule {
    events: BTreeMap<(u64, u64), Event>,
    planned: u64,
}

impl Schedule {
    pub fn plan(&mut self, time: u64, event: Event) {
        self.planned += 1;
        self.events.insert((time, self.planned), event);
    }

    /// The next event, if it comes by `until`, and its moment.
    pub fn next(&mut self, until: u64) -> Option<(u64, Event)> {
        let entry = self.events.first_entry().filter(|entry| entry.key().0 <= until)?;
        let ((time, _), event) = entry.remove_entry();
        Some((time, event))
    }
}
