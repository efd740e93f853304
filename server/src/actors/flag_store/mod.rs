//! The FlagStore actor: the only owner of the flags in memory, its handle, the recent changes it keeps,
//! and the streams that it tells.

mod actor;
mod documents;
mod handle;
mod recent_changes;
mod subscribers;
mod view;

pub use actor::FlagStoreActor;
pub(super) use handle::timed;
pub use handle::{FlagStoreHandle, Found, Listing, Status, Streamed, StreamedChange, Subscription};
pub use view::View;
