//! One connection's bytes on their way to the client: in order, in pieces, and not all of them.

use crate::dice::Dice;
use crate::fault::Plan;
use crate::server::Message;
use sidekick_core::{Digest, Revision, sse};

/// The way from the server to the client.
#[derive(Debug, Default)]
pub struct Line {
    /// When the last piece arrives: a later one does not overtake it.
    last: u64,
    /// An event that another one overtakes.
    held: Option<Vec<u8>>,
    is_silent: bool,
    is_broken: bool,
}

/// What arrives.
#[derive(Debug)]
pub enum Arrival {
    Bytes(Vec<u8>),
    End,
}

const GARBAGE: [&[u8]; 6] = [b"\xff\xfe", b"\n", b"data", b"id: 7\n", b"<html>", b"\r"];
/// What has no place in a stream, or that no one should believe.
const INTRUSIONS: [&str; 14] = [
    "event: connected\ndata: true\n\n",
    "retry: 99999999999999999999\n\n",
    "retry: 5\n\n",
    ": a comment\n\n",
    "event: later\ndata: {\"of\":\"a newer server\"}\n\n",
    "data: {\"type\":\"RENAMED\",\"key\":\"a\"}\n\n",
    "event: ready\ndata: {\"revision\":1,\"flags\":0}\n\n",
    "event: resumed\ndata: 1\n\n",
    "event: connected\ndata: true\n\nid: epoch-0:9\nevent: ready\ndata: {\"revision\":9,\"flags\":1}\n\n",
    "event: connected\ndata: true\n\ndata: {\"type\":\"DELETE\",\"key\":\"flag-1\"}\n\n",
    "event: connected\ndata: true\n\ndata: {\"type\":\"UPSERT\",\"flag\":{\"key\":\"intruder\"}}\n\nevent: resumed\ndata: 1\n\n",
    "id: another:1\ndata: {\"type\":\"DELETE\",\"key\":\"flag-1\"}\n\n",
    "event: heartbeat\ndata: {}\n\n",
    "data: \n\n",
];

impl Line {
    pub fn is_open(&self) -> bool {
        !self.is_broken
    }

    /// The moment at which the next thing arrives.
    pub fn arrival(&mut self, now: u64, delay: u64, dice: &mut Dice) -> u64 {
        self.last = self.last.max(now + dice.up_to(delay));
        self.last
    }

    /// Sends one event through this line and these misfortunes.
    pub fn send(&mut self, now: u64, message: Message, plan: &Plan, dice: &mut Dice) -> Vec<(u64, Arrival)> {
        let mut bytes = Vec::new();
        if dice.falls(plan.intrusions) {
            bytes.extend_from_slice(dice.pick(&INTRUSIONS).as_bytes());
        }
        self.tamper(message, plan, dice, &mut bytes);
        if self.is_silent || self.is_broken {
            return Vec::new();
        }
        if dice.falls(plan.silence) {
            self.is_silent = true;
            return Vec::new();
        }
        if dice.falls(plan.goodbyes) {
            sse::retry(dice.up_to(5_000) as u32, &mut bytes);
            self.is_broken = true;
        } else if dice.falls(plan.breaks) {
            bytes.truncate(dice.up_to(bytes.len() as u64) as usize);
            self.is_broken = true;
        }
        let mut arrivals = self.pieces(now, bytes, plan, dice);
        if self.is_broken {
            arrivals.push((self.arrival(now, plan.delay, dice), Arrival::End));
        }
        arrivals
    }

    /// What was held back arrives after all.
    pub fn release(&mut self, now: u64, dice: &mut Dice) -> Vec<(u64, Arrival)> {
        let held = self.held.take().filter(|_| !self.is_silent && !self.is_broken).unwrap_or_default();
        self.pieces(now, held, &Plan::default(), dice)
    }

    fn tamper(&mut self, message: Message, plan: &Plan, dice: &mut Dice, out: &mut Vec<u8>) {
        let is_lie = message.is_heartbeat && dice.falls(plan.lies);
        let bytes = if is_lie { lie(dice) } else { message.bytes };
        let overtaken = self.held.take().unwrap_or_default();
        if dice.falls(plan.tampering) {
            match dice.up_to(3) {
                0 => out.extend_from_slice(dice.pick::<&[u8]>(&GARBAGE)),
                1 => out.extend_from_slice(&bytes),
                2 => return self.held = Some([overtaken, bytes].concat()),
                _ => return out.extend_from_slice(&overtaken),
            }
        }
        out.extend_from_slice(&bytes);
        out.extend_from_slice(&overtaken);
    }

    fn pieces(&mut self, now: u64, bytes: Vec<u8>, plan: &Plan, dice: &mut Dice) -> Vec<(u64, Arrival)> {
        let mut arrivals = Vec::new();
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            let length = if plan.single_bytes { 1 } else { 1 + dice.up_to(rest.len() as u64 - 1) as usize };
            let (piece, later) = rest.split_at(length);
            arrivals.push((self.arrival(now, plan.delay / 4, dice), Arrival::Bytes(piece.to_vec())));
            rest = later;
        }
        arrivals
    }
}

fn lie(dice: &mut Dice) -> Vec<u8> {
    let mut bytes = Vec::new();
    let digest = Digest::parse(&format!("{:016x}", dice.next())).unwrap();
    match dice.up_to(2) {
        0 => sse::heartbeat(Revision::new(dice.up_to(400)).unwrap(), digest, &mut bytes),
        1 => bytes.extend_from_slice(b"event: heartbeat\ndata: {\"revision\":1,\"digest\":\"FFFFFFFFFFFFFFFF\"}\n\n"),
        _ => bytes.extend_from_slice(b"event: heartbeat\ndata: nothing\n\n"),
    }
    bytes
}
