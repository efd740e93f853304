//! What operators and their machines ask.

use super::App;
use super::body::{self, Body};
use super::problem::Problem;
use hyper::{Response, StatusCode};

/// The process answers.
pub(super) fn healthz() -> Response<Body> {
    body::answer(StatusCode::OK, "application/json", r#"{"status":"ok"}"#)
}

/// The server should get requests: its flags are loaded, and it is not about to end.
pub(super) fn readyz(app: &App) -> Result<Response<Body>, Problem> {
    if app.shutdown.has_begun() {
        return Err(Problem::ending());
    }
    Ok(body::answer(StatusCode::OK, "application/json", r#"{"status":"ready"}"#))
}

pub(super) fn metrics(app: &App) -> Response<Body> {
    let media_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    body::answer(StatusCode::OK, media_type, app.metrics.encode())
}
