//! What operators and their machines ask.

use super::App;
use super::body::{self, Body};
use super::problem::Problem;
use crate::actors::Status;
use crate::auth::Denied;
use hyper::{Response, StatusCode};

/// The process answers.
pub(super) fn healthz() -> Response<Body> {
    body::answer(StatusCode::OK, "application/json", r#"{"status":"ok"}"#)
}

/// The server should get requests: its flags and the keys of its callers are loaded, and it is not about to end.
pub(super) fn readyz(app: &App) -> Result<Response<Body>, Problem> {
    if app.shutdown.has_begun() {
        return Err(Problem::ending());
    }
    let status = app.flags.status();
    // Why storage is away is in the log: it may name hosts and users.
    match status {
        Status { id: None, .. } => Err(Problem::not_loaded()),
        Status { is_stale: true, .. } => Err(Problem::unavailable(
            "stale: the flags come from the snapshot file, the database has been away since the start",
        )),
        Status { storage_error: Some(_), .. } => {
            Err(Problem::unavailable("the database is away: flags are served from memory, writes are refused"))
        }
        // A file's keys are those of some time ago.
        Status { .. } if app.keyring.version().is_none() => Err(Problem::unavailable(Denied::NotLoaded.to_string())),
        Status { .. } => Ok(body::answer(StatusCode::OK, "application/json", r#"{"status":"ready"}"#)),
    }
}

pub(super) fn metrics(app: &App) -> Response<Body> {
    let media_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    body::answer(StatusCode::OK, media_type, app.metrics.encode())
}
