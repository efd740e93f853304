//! The model server: what each connection has been sent, and which events come next. Bytes by the core's encoder, what
//! they say by the model.

use crate::truth::{Moment, Truth, digest};
use sidekick_core::{CompiledFlag, EventId, sse};
use std::collections::BTreeMap;

/// One event on the wire.
#[derive(Clone, Debug)]
pub struct Message {
    pub is_heartbeat: bool,
    pub bytes: Vec<u8>,
}

/// The server's end of each connection.
#[derive(Debug)]
pub struct Server {
    pub truth: Truth,
    connections: BTreeMap<u64, Connection>,
}

#[derive(Debug)]
struct Connection {
    sent: Moment,
    /// The instance behind it has stopped following.
    is_stuck: bool,
}

impl Server {
    pub fn new(truth: Truth) -> Self {
        Self { truth, connections: BTreeMap::new() }
    }

    /// Opens a stream at an instance that stands at `view`; a stuck one stays there.
    pub fn open(&mut self, number: u64, resume: Option<&EventId>, view: Moment, is_stuck: bool) -> Vec<Message> {
        self.connections.insert(number, Connection { sent: view, is_stuck });
        let from = resume.and_then(|id| self.truth.moment(id));
        match from.filter(|from| self.truth.leads_on_from(*from, view)) {
            Some(from) => {
                let mut bytes = Vec::new();
                sse::resumed(self.truth.id(from).revision, &mut bytes);
                let mut messages = vec![Message { is_heartbeat: false, bytes }];
                messages.extend(self.changes(from, view));
                messages
            }
            None => self.replay(view),
        }
    }

    pub fn numbers(&self) -> Vec<u64> {
        self.connections.keys().copied().collect()
    }

    pub fn close(&mut self, number: u64) {
        self.connections.remove(&number);
    }

    /// Instances that were stuck follow again.
    pub fn mend(&mut self) {
        self.connections.values_mut().for_each(|connection| connection.is_stuck = false);
    }

    /// What the connection has not been sent yet.
    pub fn news(&mut self, number: u64) -> Vec<Message> {
        let now = self.truth.now();
        let Some(connection) = self.connections.get_mut(&number).filter(|connection| !connection.is_stuck) else {
            return Vec::new();
        };
        let from = std::mem::replace(&mut connection.sent, now);
        if self.truth.leads_on_from(from, now) { self.changes(from, now).collect() } else { self.replay(now) }
    }

    pub fn heartbeat(&self, number: u64) -> Option<Message> {
        let at = self.connections.get(&number)?.sent;
        let mut bytes = Vec::new();
        sse::heartbeat(self.truth.id(at).revision, digest(self.truth.state(at)), &mut bytes);
        Some(Message { is_heartbeat: true, bytes })
    }

    fn replay(&self, at: Moment) -> Vec<Message> {
        let flags = self.truth.state(at);
        let mut messages = vec![Message { is_heartbeat: false, bytes: Vec::new() }];
        sse::connected(&mut messages[0].bytes);
        for flag in flags.values() {
            let mut bytes = Vec::new();
            sse::replay_upsert(&CompiledFlag::new(flag.clone()), &mut bytes);
            messages.push(Message { is_heartbeat: false, bytes });
        }
        let mut bytes = Vec::new();
        sse::ready(&self.truth.id(at), flags.len(), &mut bytes);
        messages.push(Message { is_heartbeat: false, bytes });
        messages
    }

    fn changes(&self, from: Moment, to: Moment) -> impl Iterator<Item = Message> + '_ + use<'_> {
        (from.revision + 1..=to.revision).map(move |revision| {
            let at = Moment { revision, ..to };
            let EventId { epoch, revision } = self.truth.id(at);
            let mut bytes = Vec::new();
            sse::change(&epoch, revision, self.truth.change(at), &mut bytes);
            Message { is_heartbeat: false, bytes }
        })
    }
}
