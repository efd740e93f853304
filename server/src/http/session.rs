//! `GET /api/session`: what a caller may do here, so that a page can offer that and no more.

use super::App;
use super::body::{self, Body};
use crate::auth::{Access, Principal};
use crate::keys::KeyKind;
use hyper::{Response, StatusCode};
use serde::Serialize;
use sidekick_core::Timestamp;

#[derive(Serialize)]
struct Session<'p> {
    /// Whether keys are asked for at all.
    authentication: bool,
    access: &'static str,
    /// What the history will call the caller: the key's name.
    actor: &'p str,
    /// The kind of the key; null where no key is asked for.
    kind: Option<KeyKind>,
    /// When the key ends by itself.
    expires_at: Option<&'p str>,
    /// The server's.
    version: &'static str,
    /// Whether client keys get a new flag that does not say so itself.
    client_visible_default: bool,
}

pub(super) fn session(principal: &Principal, app: &App) -> Response<Body> {
    let session = Session {
        authentication: app.keyring.is_on(),
        access: match principal.access {
            Access::Admin => "full",
            Access::Server | Access::Client | Access::Public => "read",
        },
        actor: &principal.name,
        kind: principal.kind,
        expires_at: principal.expires_at.as_ref().map(Timestamp::as_str),
        version: env!("CARGO_PKG_VERSION"),
        client_visible_default: app.config.client_visible_default,
    };
    body::answer(StatusCode::OK, "application/json", serde_json::to_vec(&session).unwrap_or_default())
}
