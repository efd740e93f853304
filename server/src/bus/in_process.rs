//! A bus among the instances of one process: what a single server uses, and tests that run several.

use super::{Bus, Hint, Message};
use tokio::sync::broadcast;

/// A bus in memory. Clones are the same bus.
#[derive(Clone, Debug)]
pub struct InProcessBus {
    messages: broadcast::Sender<Message>,
}

impl InProcessBus {
    /// A bus that nobody listens to yet.
    #[must_use]
    pub fn new() -> Self {
        Self { messages: broadcast::Sender::new(256) }
    }
}

impl Default for InProcessBus {
    fn default() -> Self {
        Self::new()
    }
}

impl Bus for InProcessBus {
    fn publish(&self, hint: Hint) {
        // Nobody listening is no error.
        let _ = self.messages.send(Message::Hint(hint));
    }

    fn subscribe(&self) -> broadcast::Receiver<Message> {
        self.messages.subscribe()
    }
}
