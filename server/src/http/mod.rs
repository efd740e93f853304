//! The HTTP side: it knows routes, headers and documents, and no SQL.

mod assets;
mod body;
mod conditional;
mod cors;
mod evaluate;
mod flags;
mod handler;
mod health;
mod history;
mod listener;
mod problem;
mod question;
mod request_body;
mod route;
mod session;
mod stream;
mod timed_io;

pub use listener::serve;
pub use route::ROUTES;

use crate::actors::FlagStoreHandle;
use crate::auth::Keyring;
use crate::config::Config;
use crate::metrics::Metrics;
use crate::shutdown::Shutdown;
use std::sync::Arc;

/// What every request may need.
pub struct App {
    /// How the server runs.
    pub config: Config,
    /// Who may do what.
    pub keyring: Keyring,
    /// The flags.
    pub flags: FlagStoreHandle,
    /// The counters.
    pub metrics: Arc<Metrics>,
    /// Says when the server is to end.
    pub shutdown: Shutdown,
}
