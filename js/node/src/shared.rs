//! What a client's class and its quick functions share. JavaScript calls them one at a time, on one thread.

use crate::bound_users::BoundUsers;
use crate::frame::Frame;
use sidekick_core::sync::SyncClient;
use std::cell::RefCell;

/// One client's state.
pub(crate) struct Shared {
    pub(crate) sync: RefCell<SyncClient>,
    pub(crate) users: RefCell<BoundUsers>,
    pub(crate) frame: Frame,
}

impl Shared {
    pub(crate) fn new(sync: SyncClient, frame: Frame) -> Self {
        Self { sync: RefCell::new(sync), users: RefCell::default(), frame }
    }
}
