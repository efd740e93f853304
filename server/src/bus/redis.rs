//! A bus among instances on any machines, through Redis. The [`RedisBridge`] does the work.

use super::{Bus, Hint, Message};
use crate::actors::{Outgoing, RedisBridge};
use crate::metrics::Metrics;
use opentelemetry::Context as TraceContext;
use std::sync::Arc;
use tokio::sync::{broadcast, mpsc};

/// How to reach the bridge.
#[derive(Clone, Debug)]
pub struct RedisBus {
    outgoing: mpsc::Sender<Outgoing>,
    incoming: broadcast::Sender<Message>,
}

/// Hints that may wait for Redis. More are lost, which does no harm.
const WAITING_HINTS: usize = 1024;

impl RedisBus {
    /// Starts the bridge to the Redis at `address`, which need not be there yet.
    ///
    /// # Errors
    /// What is wrong with the address, without the password.
    pub fn start(address: &str, metrics: Arc<Metrics>) -> Result<Self, String> {
        let (outgoing, hints) = mpsc::channel(WAITING_HINTS);
        let incoming = broadcast::Sender::new(WAITING_HINTS);
        RedisBridge::start(address, hints, incoming.clone(), metrics)?;
        Ok(Self { outgoing, incoming })
    }
}

impl Bus for RedisBus {
    fn publish(&self, hint: Hint) {
        // A full queue loses the hint.
        let _ = self.outgoing.try_send(Outgoing { hint, cause: TraceContext::current() });
    }

    fn subscribe(&self) -> broadcast::Receiver<Message> {
        self.incoming.subscribe()
    }
}
