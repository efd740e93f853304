//! One epoch, replayed from the log: which flags there were at each revision.

use super::client::checksum_of;
use super::database::Entry;
use super::violation::{Kind, Violation};
use sidekick_core::{Digest, Flag, FlagKey, Mode, Revision};
use std::collections::BTreeMap;

#[derive(Clone, Default)]
pub struct History {
    /// The flags after the last entry, as JSON.
    pub flags: BTreeMap<String, String>,
    /// The revision of the first moment.
    first: u64,
    moments: Vec<Moment>,
    digest: Digest,
}

/// What a client must see at a revision.
#[derive(Clone, Copy)]
pub struct Moment {
    pub digest: u64,
    /// The checksum of the change that led here.
    pub content: u64,
}

impl History {
    /// An empty store.
    pub fn new() -> Self {
        Self { moments: vec![Moment { digest: 0, content: 0 }], ..Self::default() }
    }

    pub fn revision(&self) -> u64 {
        self.first + self.moments.len() as u64 - 1
    }

    pub fn at(&self, revision: u64) -> Option<&Moment> {
        self.moments.get(usize::try_from(revision.checked_sub(self.first)?).ok()?)
    }

    /// As the history stands at its end, for one that goes on from there in another way.
    pub fn branch(&self) -> Self {
        let last = self.moments[self.moments.len() - 1];
        Self { flags: self.flags.clone(), first: self.revision(), moments: vec![last], digest: self.digest }
    }

    /// Adds the next entry. What is wrong with it is told, and it is taken all the same.
    pub fn push(&mut self, entry: &Entry) -> Vec<Violation> {
        let mut found = Vec::new();
        let mut wrong = |what: String| found.push(Violation::new(Kind::Log, what));
        let Entry { revision, key, before, after, .. } = entry;
        if *revision != self.revision() + 1 {
            wrong(format!("revision {revision} comes after {}", self.revision()));
        }
        let current = self.flags.get(key);
        if current != before.as_ref() {
            wrong(format!("revision {revision} has {before:?} before, the log led to {current:?}"));
        }
        let name = FlagKey::new(key).unwrap();
        if let Some(current) = current {
            self.digest = self.digest.without(&name, revision_of(current));
        }
        match after {
            Some(flag) => {
                if revision_of(flag).get() != *revision {
                    wrong(format!("revision {revision} made {flag}"));
                }
                self.digest = self.digest.with(&name, revision_of(flag));
                self.flags.insert(key.clone(), flag.clone());
            }
            None => drop(self.flags.remove(key)),
        }
        // A gap in the log leaves moments that nobody may see.
        while self.revision() + 1 < *revision {
            self.moments.push(Moment { digest: u64::MAX, content: u64::MAX });
        }
        let content = checksum_of(after.as_ref().unwrap_or(key).as_bytes());
        if self.revision() < *revision {
            self.moments.push(Moment { digest: self.digest.get(), content });
        }
        found
    }
}

fn revision_of(flag: &str) -> Revision {
    Flag::from_json(flag.as_bytes(), Mode::Lenient).expect("a flag of the log").revision
}
