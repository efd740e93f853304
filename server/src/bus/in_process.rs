//! A bus among the instances of one process: what a single server uses, and tests that run several.

use super::Bus;
use sidekick_core::EventId;
use tokio::sync::broadcast;

/// A bus in memory. Clones are the same bus.
#[derive(Clone, Debug)]
pub struct InProcessBus {
    hints: broadcast::Sender<EventId>,
}

impl InProcessBus {
    /// A bus that nobody listens to yet.
    #[must_use]
    pub fn new() -> Self {
        Self { hints: broadcast::Sender::new(256) }
    }
}

impl Default for InProcessBus {
    fn default() -> Self {
        Self::new()
    }
}

impl Bus for InProcessBus {
    fn publish(&self, id: EventId) {
        // Nobody listening is no error.
        let _ = self.hints.send(id);
    }

    fn subscribe(&self) -> broadcast::Receiver<EventId> {
        self.hints.subscribe()
    }
}
