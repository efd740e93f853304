//! The HTTP side: it knows routes, headers and documents, and no SQL.

mod assets;
mod body;
mod conditional;
mod connection;
mod content_coding;
mod cors;
mod embedded;
mod evaluate;
mod event_socket;
mod flags;
#[cfg(feature = "fuzz")]
pub mod fuzzing;
mod handler;
mod health;
mod history;
mod keys;
mod listener;
mod page_headers;
mod problem;
mod question;
mod request_body;
mod route;
mod session;
mod stats;
mod stream;
mod timed_io;
mod traced;

pub use listener::serve;
pub use route::ROUTES;

use crate::activity::Activity;
use crate::actors::{FlagStoreHandle, KeyKeeper};
use crate::auth::Keyring;
use crate::config::Config;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::shutdown::Shutdown;
use crate::trace::Tracer;
use sidekick_core::Timestamp;
use std::sync::Arc;
use std::time::Instant;

/// What every request may need.
pub struct App {
    /// How the server runs.
    pub config: Config,
    /// Who may do what.
    pub keyring: Arc<Keyring>,
    /// What the stored ones of these are.
    pub keys: Arc<KeyKeeper>,
    /// Who may take how much.
    pub limits: Limits,
    /// The flags.
    pub flags: FlagStoreHandle,
    /// The counters.
    pub metrics: Arc<Metrics>,
    /// Who begins the traces of requests.
    pub tracer: Tracer,
    /// What went on in the last minutes.
    pub activity: Arc<Activity>,
    /// When the server started, by the machine's clock and by one that nobody sets.
    pub started: (Timestamp, Instant),
    /// Says when the server is to end.
    pub shutdown: Shutdown,
}
