//! The one client of this instance.

use crate::exchange::Exchange;
use core::cell::UnsafeCell;
use sidekick_core::sync::SyncClient;

/// The client, and the memory that it shares with JavaScript.
pub(crate) struct Engine {
    pub(crate) sync: SyncClient,
    pub(crate) exchange: Exchange,
}

struct OneAtATime(UnsafeCell<Engine>);

// SAFETY: an instance has one thread: it shares no memory and has no atomics.
unsafe impl Sync for OneAtATime {}

static ENGINE: OneAtATime = OneAtATime(UnsafeCell::new(Engine { sync: SyncClient::new(0), exchange: Exchange::new() }));

/// Lets an export use the engine.
#[inline]
pub(crate) fn with<T>(act: impl FnOnce(&mut Engine) -> T) -> T {
    // SAFETY: JavaScript calls one export at a time, no export calls another, and nothing here calls JavaScript: so this
    // is the only reference while it lives.
    act(unsafe { &mut *ENGINE.0.get() })
}
