//! Sidekick's flag server: it stores flags and pushes every change to all connected SDKs.
//!
//! [`run`] is the whole of it; the binary only reads the environment and waits for signals.

pub mod activity;
pub mod actors;
pub mod auth;
pub mod bus;
mod chaos;
pub mod chunk;
pub mod clock;
pub mod config;
mod error;
pub mod health_probe;
pub mod http;
pub mod keys;
pub mod lag;
pub mod limits;
pub mod metrics;
pub mod shutdown;
pub mod storage;
pub mod trace;
pub mod transfer;

pub use config::Config;
pub use error::Error;

use crate::activity::Activity;
use crate::actors::{FlagStoreActor, KeyKeeper, follower, log_pruner, snapshot_file};
use crate::auth::Keyring;
use crate::bus::{Bus, InProcessBus, RedisBus};
use crate::config::Database;
use crate::http::App;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::shutdown::Shutdown;
use crate::storage::{PostgresStorage, SqliteStorage, Storage};
use crate::trace::Traces;
use std::sync::Arc;
use std::time::Instant;
use tokio::net::TcpListener;

/// Opens the storage that the configuration names.
///
/// # Errors
/// What keeps it from being opened. A Postgres that is away does not.
pub fn open_storage(database: &Database) -> Result<Arc<dyn Storage>, Error> {
    Ok(match database {
        Database::Sqlite(path) => Arc::new(SqliteStorage::open(path)?),
        Database::Postgres(address) => Arc::new(PostgresStorage::new(address)?),
    })
}

/// Opens the storage that the configuration names for a command that reads and changes keys alone, which it may do while
/// servers run.
///
/// # Errors
/// What keeps it from being opened.
pub fn open_storage_for_keys(database: &Database) -> Result<Arc<dyn Storage>, Error> {
    match database {
        Database::Sqlite(path) => Ok(Arc::new(SqliteStorage::open_beside(path)?)),
        Database::Postgres(_) => open_storage(database),
    }
}

/// Runs a server on `listener` until `shutdown` is done, and then at most 10 seconds more.
///
/// # Errors
/// What keeps the server from starting.
pub async fn run(listener: TcpListener, config: Config, shutdown: impl Future<Output = ()>) -> Result<(), Error> {
    let metrics = Arc::new(Metrics::new());
    let storage = open_storage(&config.database)?;
    let bus: Arc<dyn Bus> = match &config.redis {
        Some(address) => {
            let bus = RedisBus::start(address.as_str(), Arc::clone(&metrics));
            Arc::new(bus.map_err(|problem| Error::Config { variable: "REDIS_URL", problem })?)
        }
        None => Arc::new(InProcessBus::new()),
    };
    run_with(listener, config, storage, bus, metrics, shutdown).await
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
    metrics: Arc<Metrics>,
    shutdown: impl Future<Output = ()>,
) -> Result<(), Error> {
    let (end, ending) = Shutdown::new();
    let traces = Traces::start(&config.traces, &metrics);
    let tracer = traces.tracer();
    let snapshot = config.snapshot_path.as_deref().and_then(snapshot_file::load);
    let keyring = Arc::new(Keyring::new(&config.sdk_keys, &config.client_keys));
    let path = config.snapshot_path.as_deref();
    // At once: a database that is away is waited for once.
    let (flags, keys) = tokio::try_join!(
        FlagStoreActor::start(Arc::clone(&storage), Arc::clone(&bus), Arc::clone(&metrics), tracer.clone(), snapshot),
        KeyKeeper::load(Arc::clone(&keyring), Arc::clone(&storage), Arc::clone(&metrics), path),
    )?;
    let keeping = keys.start(follower::start(&bus, flags.clone()), ending.clone());
    log_pruner::start(Arc::clone(&storage), config.history);
    let snapshots = config.snapshot_path.clone().map(|path| snapshot_file::start(path, flags.clone(), ending.clone()));
    if !keyring.is_on() {
        tracing::warn!(
            "SDK_KEY is not set and no admin key is stored: authentication is off, whoever reaches the server may \
             change flags"
        );
    }
    tracing::info!(address = %listener.local_addr()?, database = ?config.database, redis = ?config.redis, "listening");
    let started = (clock::now(), Instant::now());
    let activity = Activity::start(Arc::clone(&metrics), activity::MINUTE);
    let streams = flags.clone();
    let limits = Limits::new(&config.limits, Arc::clone(&metrics));
    let app =
        Arc::new(App { config, keyring, keys, limits, flags, metrics, tracer, activity, started, shutdown: ending });
    let serving = http::serve(listener, app);
    let announce = async {
        shutdown.await;
        tracing::info!("shutting down");
        end.begin();
        streams.end_streams().await;
    };
    tokio::join!(serving, announce);
    if let Some(snapshots) = snapshots {
        // A file that cannot be written is no reason to stay.
        let _ = snapshots.await;
    }
    // It notes the last uses, for which it needs the storage.
    let _ = keeping.await;
    let closed = storage.close().await;
    traces.close().await;
    Ok(closed?)
}
