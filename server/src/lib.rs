//! Sidekick's flag server: it stores flags and pushes every change to all connected SDKs.
//!
//! [`run`] is the whole of it; the binary only reads the environment and waits for signals.

pub mod actors;
pub mod auth;
pub mod bus;
mod clock;
pub mod config;
mod error;
pub mod http;
pub mod metrics;
pub mod shutdown;
pub mod storage;

pub use config::Config;
pub use error::Error;

use crate::actors::FlagStoreActor;
use crate::auth::Keyring;
use crate::bus::{Bus, InProcessBus};
use crate::config::Database;
use crate::http::App;
use crate::metrics::Metrics;
use crate::shutdown::Shutdown;
use crate::storage::{SqliteStorage, Storage};
use std::sync::Arc;
use tokio::net::TcpListener;

/// Runs a server on `listener` until `shutdown` is done, and then at most 10 seconds more.
///
/// # Errors
/// What keeps the server from starting.
pub async fn run(listener: TcpListener, config: Config, shutdown: impl Future<Output = ()>) -> Result<(), Error> {
    let storage: Arc<dyn Storage> = match &config.database {
        Database::Sqlite(path) => Arc::new(SqliteStorage::open(path)?),
    };
    run_with(listener, config, storage, Arc::new(InProcessBus::new()), shutdown).await
}

/// As [`run`], on a storage and a bus of the caller's.
///
/// # Errors
/// What keeps the server from starting.
pub async fn run_with(
    listener: TcpListener,
    config: Config,
    storage: Arc<dyn Storage>,
    bus: Arc<dyn Bus>,
    shutdown: impl Future<Output = ()>,
) -> Result<(), Error> {
    let metrics = Arc::new(Metrics::new());
    let flags = FlagStoreActor::start(Arc::clone(&storage), bus, Arc::clone(&metrics)).await?;
    let (end, ending) = Shutdown::new();
    let keyring = Keyring::new(&config.sdk_keys, &config.client_keys);
    if !keyring.is_on() {
        tracing::warn!("SDK_KEY is not set: authentication is off, whoever reaches the server may change flags");
    }
    tracing::info!(address = %listener.local_addr()?, database = ?config.database, "listening");
    let app = Arc::new(App { config, keyring, flags, metrics, shutdown: ending });
    let serving = http::serve(listener, app);
    let announce = async {
        shutdown.await;
        tracing::info!("shutting down");
        end.begin();
    };
    tokio::join!(serving, announce);
    storage.close().await?;
    Ok(())
}
