//! A run: what happens to the server, the lines and the host as time goes by.

use crate::dice::Dice;
use crate::fault::Plan;
use crate::host::{Host, held, import};
use crate::line::{Arrival, Line};
use crate::schedule::{ANSWERS, Event, STREAM, Schedule};
use crate::server::{Message, Server};
use crate::truth::Truth;
use crate::watch::{Watch, is_in_step};
use sidekick_core::EventId;
use sidekick_core::sse::HEARTBEAT_MILLIS;
use sidekick_core::sync::{Output, SyncClient};
use std::collections::BTreeMap;

/// Everything, at one moment.
#[derive(Debug)]
pub struct World {
    pub now: u64,
    pub host: Host,
    pub server: Server,
    pub plan: Plan,
    pub dice: Dice,
    /// When faults and writes end.
    end: u64,
    lines: BTreeMap<u64, Line>,
    schedule: Schedule,
    /// Connections of a process that ended are told apart from those of its heir.
    process: u64,
    watch: Watch,
}

/// Connections of one process have numbers below this; each process has numbers of its own.
const PROCESS: u64 = 1 << 32;

impl World {
    /// A world whose faults and writes go on for so many milliseconds.
    pub fn new(seed: u64, plan: Plan, end: u64) -> Self {
        let mut dice = Dice::new(seed);
        let mut truth = Truth::new();
        (0..dice.up_to(30)).for_each(|_| truth.write(&mut dice));
        let mut host = Host::new(dice.next());
        host.is_stream_sound = plan.is_exact();
        let mut world = Self {
            now: 0,
            host,
            server: Server::new(truth),
            plan,
            dice,
            end,
            lines: BTreeMap::new(),
            schedule: Schedule::default(),
            process: 0,
            watch: Watch::default(),
        };
        world.at(0, Event::Write);
        let outputs = world.host.start(0);
        world.act(outputs);
        world
    }

    /// Lets the faults do what they do, ends them, and lets what is on its way arrive.
    pub fn suffer(&mut self) {
        while self.step(self.end) {}
        self.now = self.end;
        let last_arrival = self.end + 2 * self.plan.delay;
        self.plan = Plan { delay: self.plan.delay.min(100), ..Plan::default() };
        self.server.mend();
        let numbers: Vec<u64> = self.lines.keys().copied().collect();
        for number in numbers {
            let released = self.lines.get_mut(&number).map(|line| line.release(self.now, &mut self.dice));
            self.arrive(number, released.unwrap_or_default());
            self.tell(number);
        }
        self.pass(last_arrival);
    }

    /// Goes on until the client follows the server, which must be so by `deadline`; gives the moment.
    pub fn converge(&mut self, deadline: u64) -> u64 {
        while !self.is_converged() {
            let goes_on = self.step(deadline);
            assert!(goes_on, "not in step by {deadline}: {}, the server at {:?}", self.host, self.server.truth.now());
        }
        self.now
    }

    pub fn is_converged(&self) -> bool {
        is_in_step(&self.host, &self.server.truth)
    }

    /// The host asks not to wait any longer.
    pub fn hurry(&mut self) {
        let outputs = self.host.hurry(self.now);
        self.act(outputs);
    }

    /// Lets time pass, until a moment.
    pub fn pass(&mut self, until: u64) {
        while self.step(until) {}
        self.now = until;
    }

    fn at(&mut self, time: u64, event: Event) {
        self.schedule.plan(time.max(self.now), event);
    }

    fn step(&mut self, until: u64) -> bool {
        let Some((now, event)) = self.schedule.next(until) else {
            return false;
        };
        self.now = now;
        self.happen(event);
        self.watch.look(&self.host, &self.server.truth);
        true
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Write if self.now < self.end => self.write(),
            Event::Write => {}
            Event::Request { number, resume } => self.serve(number, resume),
            Event::Answer { number, answer: (status, content_type, retry_after) } => {
                if self.is_current(number) {
                    if (status, content_type) != (STREAM.0, STREAM.1) {
                        self.lines.remove(&number);
                    }
                    let outputs = self.host.answer(self.now, status, content_type, retry_after);
                    self.act(outputs);
                }
            }
            Event::Arrival { number, arrival } => {
                if self.is_current(number) {
                    let outputs = match arrival {
                        Arrival::Bytes(bytes) => self.host.bytes(self.now, &bytes),
                        Arrival::End => self.host.gone(self.now),
                    };
                    self.act(outputs);
                }
            }
            Event::Heartbeat { number } => {
                if let Some(message) = self.server.heartbeat(number) {
                    self.send(number, message);
                    self.at(self.now + HEARTBEAT_MILLIS, Event::Heartbeat { number });
                }
            }
            // Of a timer that was set anew, or of a process that is gone, nothing is heard.
            Event::Timer { process, at } => {
                if process == self.process && self.host.timer == Some(at) {
                    let outputs = self.host.wake(self.now);
                    self.act(outputs);
                }
            }
        }
    }

    fn write(&mut self) {
        if self.dice.falls(self.plan.histories) {
            self.server.truth.restore(&mut self.dice);
        } else {
            self.server.truth.write(&mut self.dice);
        }
        for number in self.server.numbers() {
            self.tell(number);
        }
        if self.dice.falls(self.plan.restarts) {
            self.restart();
        }
        if self.dice.falls(self.plan.hurries) {
            self.hurry();
        }
        let pause = self.dice.up_to(3_000);
        self.at(self.now + pause, Event::Write);
    }

    fn tell(&mut self, number: u64) {
        for message in self.server.news(number) {
            self.send(number, message);
        }
    }

    /// An attempt reaches the server, or does not.
    fn serve(&mut self, number: u64, resume: Option<EventId>) {
        let mut line = Line::default();
        let arrival = line.arrival(self.now, self.plan.delay, &mut self.dice);
        if self.dice.falls(self.plan.attempts) {
            // Half of them are never heard of again.
            if self.dice.falls(500) {
                self.at(arrival, Event::Arrival { number, arrival: Arrival::End });
            }
            return;
        }
        if self.dice.falls(self.plan.answers) {
            let answer = *self.dice.pick(&ANSWERS);
            return self.at(arrival, Event::Answer { number, answer });
        }
        self.at(arrival, Event::Answer { number, answer: STREAM });
        let is_stuck = self.dice.falls(self.plan.behind);
        let view = if is_stuck { self.server.truth.earlier(&mut self.dice) } else { self.server.truth.now() };
        self.lines.insert(number, line);
        for message in self.server.open(number, resume.as_ref(), view, is_stuck) {
            self.send(number, message);
        }
        let first = self.dice.up_to(HEARTBEAT_MILLIS);
        self.at(self.now + first, Event::Heartbeat { number });
    }

    fn send(&mut self, number: u64, message: Message) {
        let Some(line) = self.lines.get_mut(&number) else { return };
        let arrivals = line.send(self.now, message, &self.plan, &mut self.dice);
        if !line.is_open() {
            self.server.close(number);
        }
        self.arrive(number, arrivals);
    }

    fn arrive(&mut self, number: u64, arrivals: Vec<(u64, Arrival)>) {
        for (time, arrival) in arrivals {
            self.at(time, Event::Arrival { number, arrival });
        }
    }

    /// What is on its way from a connection that was dropped is not handed in.
    fn is_current(&self, number: u64) -> bool {
        self.host.connection.map(|connection| self.process * PROCESS + connection) == Some(number)
    }

    fn act(&mut self, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::Connect { last_event_id: resume } => {
                    let number = self.process * PROCESS + self.host.connects.len() as u64 - 1;
                    let arrival = self.now + self.dice.up_to(self.plan.delay);
                    self.at(arrival, Event::Request { number, resume });
                }
                // Timers go off late, and in some hosts a little early.
                Output::WakeAt(at) => {
                    let late = self.dice.up_to(20);
                    let time = if self.dice.falls(100) { at.saturating_sub(1) } else { at + late };
                    self.at(time, Event::Timer { process: self.process, at });
                }
                _ => {}
            }
        }
        let current = self.host.connection.map(|connection| self.process * PROCESS + connection);
        self.lines.retain(|number, _| Some(*number) == current);
        for number in self.server.numbers() {
            if Some(number) != current {
                self.server.close(number);
            }
        }
    }

    /// The process ends without a word. Its heir starts from the snapshot.
    fn restart(&mut self) {
        self.process += 1;
        let mut client = SyncClient::new(self.dice.next());
        if let Some(snapshot) = self.host.client.export_snapshot() {
            assert_eq!(import(&mut client, &snapshot), Ok(true));
            assert_eq!(client.store().id(), self.host.client.store().id());
            assert_eq!(held(client.store()), held(self.host.client.store()));
            assert_eq!(client.store().digest(), self.host.client.store().digest());
        }
        self.host = Host::with(client);
        self.host.is_stream_sound = self.plan.is_exact();
        self.host.take_outputs(self.now);
        let outputs = self.host.start(self.now);
        self.act(outputs);
    }
}
