//! `GET /api/session`: what a caller may do here, so that a page can offer that and no more.

use super::App;
use super::body::{self, Body};
use crate::auth::{Access, Principal};
use hyper::{Response, StatusCode};
use serde::Serialize;

#[derive(Serialize)]
struct Session<'p> {
    /// Whether keys are asked for at all.
    authentication: bool,
    access: &'static str,
    /// What the history will call the caller.
    actor: &'p str,
    /// The server's.
    version: &'static str,
    /// Whether client keys get a new flag that does not say so itself.
    client_visible_default: bool,
}

pub(super) fn session(principal: &Principal, app: &App) -> Response<Body> {
    let session = Session {
        authentication: app.keyring.is_on(),
        access: match principal.access {
            Access::Full => "full",
            Access::Read | Access::Public => "read",
        },
        actor: &principal.name,
        version: env!("CARGO_PKG_VERSION"),
        client_visible_default: app.config.client_visible_default,
    };
    body::answer(StatusCode::OK, "application/json", serde_json::to_vec(&session).unwrap_or_default())
}
