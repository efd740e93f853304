//! What must hold of the flags at every moment of a run.

use crate::host::Host;
use crate::truth::{Flags, Truth, digest};
use sidekick_core::sync::Status;
use sidekick_core::{CompiledFlag, Digest, EventId, Flag, FlagStore};

/// Looks at what evaluations see.
#[derive(Debug, Default)]
pub struct Watch {
    /// What was seen last: the same is not looked at twice.
    seen: Option<(EventId, Digest)>,
}

impl Watch {
    /// What evaluations see is what the server had at some moment, or, where events were tampered with, made of it.
    pub fn look(&mut self, host: &Host, truth: &Truth) {
        let store = host.client.store();
        let Some(id) = store.id() else {
            return assert!(store.is_empty());
        };
        let seen = Some((id.clone(), store.digest()));
        if seen == self.seen {
            return;
        }
        if host.is_stream_sound {
            let moment = truth.moment(id).expect("a moment that the server had");
            assert!(shows(store, truth.state(moment)), "half of something is seen");
            assert_eq!(store.digest(), digest(truth.state(moment)));
        } else {
            let is_theirs =
                |held: &&CompiledFlag| held.flag().is_ok_and(|flag| truth.ever_held(&flag) && is_held_as(held, &flag));
            assert!(store.flags().iter().all(is_theirs), "a flag that the server never had");
        }
        self.seen = seen;
    }
}

/// Whether the client follows the server, and shows what it has.
pub fn is_in_step(host: &Host, truth: &Truth) -> bool {
    let (now, store) = (truth.now(), host.client.store());
    host.client.status() == Status::Ready && store.id() == Some(&truth.id(now)) && shows(store, truth.state(now))
}

fn shows(store: &FlagStore, state: &Flags) -> bool {
    let flags = store.flags();
    flags.len() == state.len()
        && flags.into_iter().zip(state.values()).all(|(held, flag)| is_held_as(held, flag))
        && state.values().all(|flag| store.get(flag.key.as_str()).is_some_and(|held| is_held_as(held, flag)))
}

fn is_held_as(held: &CompiledFlag, flag: &Flag) -> bool {
    held.key() == &flag.key && held.revision() == flag.revision && held.document().as_bytes() == flag.to_json()
}
