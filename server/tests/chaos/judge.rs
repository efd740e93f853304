//! Holds what clients saw and what writers were told against the log of changes.

use super::client::{Client, Clients};
use super::database::{Contents, Entry};
use super::history::History;
use super::violation::{Kind, Violation};
use super::writer::{Acknowledged, Doubtful, Notes};
use sidekick_core::{EventId, Flag, FlagPatch, Mode};
use std::collections::{BTreeMap, HashMap};

pub struct Judge {
    epochs: HashMap<String, History>,
    current: String,
    /// Entries that no write was found for yet.
    fresh: Vec<(String, Entry)>,
    doubtful: Doubtful,
    pub violations: BTreeMap<Kind, Vec<String>>,
    pub judged: Judged,
}

/// How much was looked at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Judged {
    pub entries: u64,
    pub acknowledged: u64,
    pub unknown: u64,
    pub refused: u64,
    pub moments: u64,
    pub listings: u64,
    pub epochs: u64,
}

/// More of a kind are counted, not kept.
const KEPT: usize = 1000;
/// More of a kind are not printed.
const SHOWN: usize = 5;

impl Judge {
    /// Of a store that was never written to.
    pub fn new(epoch: &str) -> Self {
        Self {
            epochs: HashMap::from([(epoch.to_owned(), History::new())]),
            current: epoch.to_owned(),
            fresh: Vec::new(),
            doubtful: Doubtful::default(),
            violations: BTreeMap::new(),
            judged: Judged { epochs: 1, ..Judged::default() },
        }
    }

    pub fn is_clean(&self) -> bool {
        self.violations.is_empty()
    }

    pub fn violate(&mut self, violation: Violation) {
        let kept = self.violations.entry(violation.kind).or_default();
        if kept.len() < KEPT {
            if kept.len() < SHOWN {
                println!("        VIOLATION {}: {}", violation.kind, violation.what);
            }
            kept.push(violation.what);
        }
    }

    /// The current epoch.
    pub fn history(&self) -> &History {
        &self.epochs[&self.current]
    }

    /// Takes in what the database says now.
    pub fn read(&mut self, contents: &Contents) {
        if contents.epoch != self.current {
            let what = format!("the epoch became {} where nothing was restored", contents.epoch);
            self.violate(Violation::new(Kind::Log, what));
            self.epochs.insert(contents.epoch.clone(), self.history().branch());
            self.current.clone_from(&contents.epoch);
        }
        self.add(&contents.entries);
        let history = self.history();
        let (revision, is_led_to) =
            (history.revision(), history.flags.iter().eq(contents.flags.iter().map(|(k, f)| (k, f))));
        if revision != contents.revision || !is_led_to {
            let what = format!(
                "the log leads to revision {revision}, the store stands at {}; its flags are {}",
                contents.revision,
                if is_led_to { "the same" } else { "others" }
            );
            self.violate(Violation::new(Kind::Log, what));
        }
    }

    /// The rest of the current epoch is `rest`; what comes now goes on from `branch`, under another name.
    pub fn restored(&mut self, rest: &[Entry], branch: History, epoch: &str) {
        self.add(rest);
        if self.epochs.contains_key(epoch) {
            self.violate(Violation::new(Kind::Log, format!("after a restore the epoch is {epoch} as before")));
        }
        self.epochs.insert(epoch.to_owned(), branch);
        epoch.clone_into(&mut self.current);
        self.judged.epochs += 1;
    }

    fn add(&mut self, entries: &[Entry]) {
        for entry in entries {
            let found = self.epochs.get_mut(&self.current).unwrap().push(entry);
            found.into_iter().for_each(|violation| self.violate(violation));
            self.fresh.push((self.current.clone(), entry.clone()));
            self.judged.entries += 1;
        }
    }

    /// Every acknowledged write is in the log as it was acknowledged, and nothing else is but what may have happened.
    pub fn judge_writes(&mut self, notes: Notes) {
        let Notes { acknowledged, unknown, odd, refused } = notes;
        self.judged.acknowledged += acknowledged.len() as u64;
        self.judged.unknown += unknown.len() as u64;
        self.judged.refused += refused;
        odd.into_iter().for_each(|what| self.violate(Violation::new(Kind::Protocol, what)));
        unknown.into_iter().for_each(|unknown| self.doubtful.add(unknown));
        let mut puts: HashMap<String, Acknowledged> = HashMap::new();
        let mut deletes: HashMap<(String, String), Vec<Acknowledged>> = HashMap::new();
        for write in acknowledged {
            match write.flag.clone() {
                Some(flag) => {
                    if let Some(other) = puts.insert(flag, write) {
                        let what = format!("two writes were acknowledged with {:?}", other.flag);
                        self.violate(Violation::new(Kind::Durability, what));
                    }
                }
                None => deletes.entry((write.actor.clone(), write.key.clone())).or_default().push(write),
            }
        }
        for (epoch, entry) in std::mem::take(&mut self.fresh) {
            let write = match &entry.after {
                Some(flag) => puts.remove(flag).filter(|write| write.key == entry.key && write.actor == entry.actor),
                None => {
                    let of_this = deletes.get_mut(&(entry.actor.clone(), entry.key.clone()));
                    of_this.filter(|writes| !writes.is_empty()).map(|writes| writes.remove(0))
                }
            };
            match write {
                Some(write) => self.judge_write(&epoch, &entry, &write),
                None => self.judge_doubtful(&entry),
            }
        }
        for write in puts.into_values().chain(deletes.into_values().flatten()) {
            self.violate(Violation::new(Kind::Durability, format!("acknowledged and not in the log: {write:?}")));
        }
    }

    fn judge_write(&mut self, epoch: &str, entry: &Entry, write: &Acknowledged) {
        if let (Some(patch), Some(before), Some(after)) = (&write.patch, &entry.before, &entry.after) {
            let flag = |json: &str| Flag::from_json(json.as_bytes(), Mode::Lenient).unwrap();
            let (mut wanted, after) = (flag(before), flag(after));
            FlagPatch::from_json(patch.as_bytes()).unwrap().apply(&mut wanted).unwrap();
            (wanted.revision, wanted.updated_at) = (after.revision, after.updated_at);
            if wanted != after {
                self.violate(Violation::new(Kind::Durability, format!("{patch} made of {before} {after:?}")));
            }
        }
        let Some(listed) = write.listed_at.as_deref().and_then(|id| EventId::parse(id).ok()) else { return };
        self.judged.listings += 1;
        if listed.epoch.as_str() == epoch && listed.revision.get() < entry.revision {
            let what = format!("a server acknowledged revision {} and then listed {listed}", entry.revision);
            self.violate(Violation::new(Kind::ReadYourWrites, what));
        }
    }

    fn judge_doubtful(&mut self, entry: &Entry) {
        let is_known = match &entry.after {
            Some(flag) => {
                let flag = Flag::from_json(flag.as_bytes(), Mode::Lenient).unwrap();
                self.doubtful.take_mark(flag.description.as_deref().unwrap_or_default())
            }
            None => self.doubtful.take_delete(&entry.actor, &entry.key),
        };
        if !is_known {
            self.violate(Violation::new(Kind::Durability, format!("nobody asked for {entry:?}, or not twice")));
        }
    }

    /// Every moment that a client saw is one of the log.
    pub fn judge_clients(&mut self, clients: &Clients) {
        for (number, client) in clients.all.iter().enumerate() {
            let (seen, violations) = {
                let mut client = client.lock().unwrap();
                (std::mem::take(&mut client.seen), std::mem::take(&mut client.violations))
            };
            for Violation { kind, what } in violations {
                self.violate(Violation::new(kind, format!("client {number}: {what}")));
            }
            self.judged.moments += seen.len() as u64;
            for moment in seen {
                let Some(history) = self.epochs.get(moment.id.epoch.as_str()) else {
                    self.violate(Violation::new(Kind::Atomicity, format!("client {number} saw epoch {}", moment.id)));
                    break;
                };
                let is_right = history.at(moment.id.revision.get()).is_some_and(|logged| {
                    logged.digest == moment.digest && moment.content.is_none_or(|content| content == logged.content)
                });
                if !is_right {
                    let what = format!("client {number} saw flags at {} that the log does not give", moment.id);
                    self.violate(Violation::new(Kind::Atomicity, what));
                    // What it sees after that is wrong for the same reason.
                    break;
                }
            }
        }
    }
}

/// Whether a client has what the database has, byte for byte.
pub fn agrees(client: &Client, contents: &Contents) -> bool {
    let stands_there = client
        .store
        .id()
        .is_some_and(|id| id.epoch.as_str() == contents.epoch && id.revision.get() == contents.revision);
    stands_there && {
        let flags = client.store.flags();
        flags.len() == contents.flags.len()
            && flags
                .iter()
                .zip(&contents.flags)
                .all(|(flag, (key, json))| flag.key().as_str() == key && flag.document() == json)
    }
}
