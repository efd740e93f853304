//! The keys that clients open their streams with: one, and two while it is rotated.

use std::sync::Arc;
use std::time::{Duration, Instant};

#[derive(Clone)]
pub struct ClientKeys {
    pub current: Arc<str>,
    old: Option<Old>,
}

/// The one that is on its way out.
#[derive(Clone)]
struct Old {
    key: Arc<str>,
    /// Until when servers must take it; `None` as long as nobody has ended it.
    good_until: Option<Instant>,
}

/// No stream is opened with a key that ends within this time: the answer must come before the end.
pub const LAST_CALL: Duration = Duration::from_secs(2);

impl ClientKeys {
    /// One for all.
    pub fn one(key: &str) -> Self {
        Self { current: key.into(), old: None }
    }

    /// Another one beside it, which it makes way for.
    pub fn change_to(&mut self, key: &str, good_until: Option<Instant>) {
        let old = std::mem::replace(&mut self.current, key.into());
        self.old = Some(Old { key: old, good_until });
    }

    /// The old one may end from now on.
    pub fn end_old(&mut self) {
        if let Some(old) = &mut self.old {
            old.good_until = Some(Instant::now());
        }
    }

    /// One to open a stream with.
    pub fn pick(&self) -> Arc<str> {
        let is_offered = |old: &&Old| old.good_until.is_none_or(|until| Instant::now() + LAST_CALL < until);
        match self.old.as_ref().filter(is_offered) {
            Some(old) if fastrand::bool() => Arc::clone(&old.key),
            _ => Arc::clone(&self.current),
        }
    }

    /// Whether servers must take it now.
    pub fn is_good(&self, key: &Arc<str>) -> bool {
        let is_old = |old: &Old| old.key == *key && old.good_until.is_none_or(|until| Instant::now() < until);
        self.current == *key || self.old.as_ref().is_some_and(is_old)
    }
}
