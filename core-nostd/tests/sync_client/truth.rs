//! What the model server holds: every state there ever was, by history and revision, and a digest of its own.

use crate::dice::Dice;
use sidekick_core::{Change, Digest, Epoch, EventId, Flag, FlagKey, Operator, Percentage, Revision, TargetingRule};
use std::collections::BTreeMap;

/// The flags of one moment.
pub type Flags = BTreeMap<FlagKey, Flag>;

/// A moment: which history, and the revision in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub history: usize,
    pub revision: u64,
}

/// All histories, of which the last is the present one.
#[derive(Debug)]
pub struct Truth(Vec<History>);

#[derive(Debug)]
struct History {
    epoch: Epoch,
    first: u64,
    states: Vec<Flags>,
    /// What made each state after the first.
    changes: Vec<Change>,
}

const KEYS: u64 = 12;

impl Truth {
    pub fn new() -> Self {
        Self(vec![History::starting(0, 0, Flags::new())])
    }

    pub fn now(&self) -> Moment {
        let history = self.0.len() - 1;
        Moment { history, revision: self.last(history) }
    }

    /// One more change of the present history.
    pub fn write(&mut self, dice: &mut Dice) {
        let key = FlagKey::new(&format!("flag-{}", dice.up_to(KEYS - 1))).unwrap();
        let revision = Revision::new(self.now().revision + 1).unwrap();
        let change = if dice.falls(250) { Change::Delete(key) } else { Change::Upsert(flag(key, revision, dice)) };
        self.apply(change);
    }

    pub fn apply(&mut self, change: Change) {
        let history = self.0.last_mut().unwrap();
        let mut state = history.states.last().unwrap().clone();
        match &change {
            Change::Upsert(flag) => drop(state.insert(flag.key.clone(), flag.clone())),
            Change::Delete(key) => drop(state.remove(key)),
        }
        history.states.push(state);
        history.changes.push(change);
    }

    /// Another history begins at an earlier state, as after a restored dump.
    pub fn restore(&mut self, dice: &mut Dice) {
        let to = self.behind(dice.up_to(9));
        self.0.push(History::starting(self.0.len(), to.revision, self.state(to).clone()));
    }

    /// The moment so many changes ago, in the present history.
    pub fn behind(&self, changes: u64) -> Moment {
        let now = self.now();
        Moment { revision: now.revision.saturating_sub(changes).max(self.0[now.history].first), ..now }
    }

    /// Where an instance may stand that is behind: some changes ago, or at the end of the history before.
    pub fn earlier(&self, dice: &mut Dice) -> Moment {
        let now = self.now();
        match now.history.checked_sub(1).filter(|_| dice.falls(300)) {
            Some(history) => Moment { history, revision: self.last(history) },
            None => self.behind(dice.up_to(20)),
        }
    }

    fn last(&self, history: usize) -> u64 {
        self.0[history].first + self.0[history].changes.len() as u64
    }

    pub fn state(&self, at: Moment) -> &Flags {
        let history = &self.0[at.history];
        &history.states[(at.revision - history.first) as usize]
    }

    /// The change that made `at`.
    pub fn change(&self, at: Moment) -> &Change {
        let history = &self.0[at.history];
        &history.changes[(at.revision - history.first) as usize - 1]
    }

    /// Whether changes after `at` lead to the present.
    pub fn leads_on_from(&self, at: Moment, to: Moment) -> bool {
        at.history == to.history && at.revision <= to.revision && at.revision >= self.0[at.history].first
    }

    pub fn id(&self, at: Moment) -> EventId {
        EventId { epoch: self.0[at.history].epoch.clone(), revision: Revision::new(at.revision).unwrap() }
    }

    /// The moment that an id names, if it is one of this truth.
    pub fn moment(&self, id: &EventId) -> Option<Moment> {
        let history = self.0.iter().position(|history| history.epoch == id.epoch)?;
        let revision = id.revision.get();
        (self.0[history].first..=self.last(history)).contains(&revision).then_some(Moment { history, revision })
    }

    /// Whether the flag was as it is at some moment. Of any history: a change that is overtaken by the replay of the next
    /// history is taken for a part of it, until the next heartbeat.
    pub fn ever_held(&self, flag: &Flag) -> bool {
        let mut states = self.0.iter().flat_map(|history| &history.states);
        states.any(|state| state.get(&flag.key) == Some(flag))
    }
}

impl History {
    fn starting(number: usize, first: u64, state: Flags) -> Self {
        Self { epoch: Epoch::new(&format!("epoch-{number}")).unwrap(), first, states: vec![state], changes: Vec::new() }
    }
}

/// The digest from its definition: the sum of `fmix64(fnv1a64(key) ^ revision × 0x9E3779B97F4A7C15)`.
pub fn digest(flags: &Flags) -> Digest {
    let mut sum = 0_u64;
    for flag in flags.values() {
        let mut term = 0xcbf2_9ce4_8422_2325_u64;
        for byte in flag.key.as_str().bytes() {
            term = (term ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        term ^= flag.revision.get().wrapping_mul(0x9e37_79b9_7f4a_7c15);
        term = (term ^ (term >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        term = (term ^ (term >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        sum = sum.wrapping_add(term ^ (term >> 33));
    }
    Digest::parse(&format!("{sum:016x}")).unwrap()
}

fn flag(key: FlagKey, revision: Revision, dice: &mut Dice) -> Flag {
    let values = (0..=dice.up_to(3)).map(|value| format!("é{value}\n").into()).collect();
    let rule = TargetingRule::new("plan".into(), Operator::Equals, values);
    let rules = if dice.falls(500) { vec![rule] } else { Vec::new() };
    let rollout_percentage = Percentage::from_thousandths(dice.up_to(100_000) as u32);
    Flag { is_enabled: dice.falls(800), rollout_percentage, rules, revision, ..Flag::new(key) }
}
