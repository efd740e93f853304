//! `GET /api/stats`: how this instance is doing, in numbers for a page. What machines watch is in `/metrics`.

use super::App;
use super::body::{self, Body};
use crate::activity::Minute;
use crate::config::Database;
use hyper::{Response, StatusCode};
use serde::Serialize;

#[derive(Serialize)]
struct Stats<'a> {
    version: &'static str,
    started_at: &'a str,
    uptime_seconds: u64,
    storage: Storage,
    redis: &'static str,
    /// The flags come from the snapshot file.
    is_stale: bool,
    revision: i64,
    flags: i64,
    /// Streams that are open.
    clients: i64,
    /// Since the start.
    changes: u64,
    /// Oldest first; the last one is still running.
    minutes: Vec<Minute>,
}

#[derive(Serialize)]
struct Storage {
    kind: &'static str,
    is_up: bool,
}

pub(super) fn stats(app: &App) -> Response<Body> {
    let (config, metrics, (started_at, started)) = (&app.config, &app.metrics, &app.started);
    let stats = Stats {
        version: env!("CARGO_PKG_VERSION"),
        started_at: started_at.as_str(),
        uptime_seconds: started.elapsed().as_secs(),
        storage: Storage {
            kind: match config.database {
                Database::Sqlite(_) => "sqlite",
                Database::Postgres(_) => "postgres",
            },
            is_up: app.flags.status().storage_error.is_none(),
        },
        redis: match (&config.redis, metrics.redis_up.get()) {
            (None, _) => "none",
            (Some(_), 1) => "up",
            (Some(_), _) => "away",
        },
        is_stale: app.flags.is_stale(),
        revision: metrics.revision.get(),
        flags: metrics.flags.get(),
        clients: metrics.streams.get(),
        changes: metrics.changes.get(),
        minutes: app.activity.minutes(),
    };
    body::answer(StatusCode::OK, "application/json", serde_json::to_vec(&stats).unwrap_or_default())
}
