//! How instances of the server tell each other of new changes.
//!
//! A message is a hint and nothing more: one that is lost, doubled, late or garbled does no harm, because revisions show
//! what is missing, and that is read from storage.

mod in_process;
pub mod message;
mod redis;

pub use in_process::InProcessBus;
pub use redis::RedisBus;

use sidekick_core::{Change, EventId};
use tokio::sync::broadcast;

/// A way to all instances, this one included.
pub trait Bus: Send + Sync + 'static {
    /// Tells the others of a change that is durable. It does not wait and cannot fail: the hint may be lost.
    fn publish(&self, hint: Hint);

    /// What comes from now on.
    fn subscribe(&self) -> broadcast::Receiver<Message>;
}

/// A change that an instance has made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The history, and the revision that the change made in it.
    pub id: EventId,
    /// The change.
    pub change: Change,
}

/// What a bus brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// An instance has made a change.
    Hint(Hint),
    /// The bus works again after a time in which hints were lost: storage knows what they said.
    Reconnected,
}
