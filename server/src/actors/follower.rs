//! Follows what other instances write: by their hints, and by asking storage every second, which alone would do.

use super::FlagStoreHandle;
use crate::bus::{Bus, Message};
use crate::chaos::{self, Defect};
use crate::keys::KeysVersion;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Notify, watch};
use tokio::time::{MissedTickBehavior, interval};

/// How often storage is asked where it stands.
const POLL: Duration = Duration::from_secs(1);

/// Starts two tasks, because storage may take its time to answer and hints do not wait for it. Each answer of storage
/// says which state the keys are in, too; whoever keeps them hears it from the receiver.
pub fn start(bus: &Arc<dyn Bus>, flags: FlagStoreHandle) -> watch::Receiver<Option<KeysVersion>> {
    let (keys, seen) = watch::channel(None);
    let ask_now = Arc::new(Notify::new());
    tokio::spawn(pass_hints_on(bus.subscribe(), flags.clone(), Arc::clone(&ask_now)));
    tokio::spawn(ask_storage(flags, ask_now, keys));
    seen
}

async fn pass_hints_on(
    mut messages: tokio::sync::broadcast::Receiver<Message>,
    flags: FlagStoreHandle,
    ask_now: Arc<Notify>,
) {
    loop {
        match messages.recv().await {
            Ok(Message::Hint(hint)) => flags.hint(hint).await,
            // Hints were lost; what they said is in storage.
            Ok(Message::Reconnected) | Err(RecvError::Lagged(_)) => ask_now.notify_one(),
            Err(RecvError::Closed) => return,
        }
    }
}

async fn ask_storage(flags: FlagStoreHandle, ask_now: Arc<Notify>, keys: watch::Sender<Option<KeysVersion>>) {
    if chaos::has(Defect::NoPoll) {
        return;
    }
    let mut poll = interval(POLL);
    poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = ask_now.notified() => {}
            _ = poll.tick() => {}
        }
        if let Some(version) = flags.follow_storage().await {
            // Sent each time: where the keys could not be read, that is tried again.
            keys.send_replace(Some(version));
        }
    }
}
