//! How instances of the server tell each other of new revisions.
//!
//! A message is a hint and nothing more: one that is lost, doubled or late does no harm, because the receiver reads
//! what it lacks from storage. The bus carries no flags.

mod in_process;

pub use in_process::InProcessBus;

use sidekick_core::EventId;
use tokio::sync::broadcast;

/// A way to all instances, this one included.
pub trait Bus: Send + Sync + 'static {
    /// Tells the others that the store has reached `id`. It does not wait and cannot fail: the hint may be lost.
    fn publish(&self, id: EventId);

    /// The hints from now on.
    fn subscribe(&self) -> broadcast::Receiver<EventId>;
}
