//! `GET /stream`: hands the connection's answer over to an SSE actor.

use super::App;
use super::body::{self, Body};
use super::problem::Problem;
use crate::actors::{Pace, SseClient};
use crate::auth::Access;
use hyper::body::Incoming;
use hyper::{Request, Response};
use sidekick_core::EventId;
use std::sync::Arc;

pub(super) fn open(request: &Request<Incoming>, access: Access, app: &App) -> Result<Response<Body>, Problem> {
    if app.shutdown.has_begun() {
        return Err(Problem::ending());
    }
    if app.flags.status().id.is_none() {
        return Err(Problem::not_loaded());
    }
    let header = request.headers().get("last-event-id").and_then(|value| value.to_str().ok());
    let parameter = query_parameter(request.uri().query(), "last_event_id");
    // An id that this server cannot read is one that it does not cover: the client gets everything.
    let resume = header.or(parameter.as_deref()).and_then(|id| EventId::parse(id).ok());
    let pace = Pace { heartbeat: app.config.timeouts.heartbeat, drain: app.config.timeouts.drain };
    let (view, shutdown) = (access.view(), app.shutdown.clone());
    let frames = SseClient::start(app.flags.clone(), view, Arc::clone(&app.metrics), resume, pace, shutdown);
    Ok(body::stream(frames, Arc::clone(&app.metrics)))
}

/// The key in `?sdk_key=`, for browsers' `EventSource`, which cannot send headers.
pub(super) fn query_key(query: Option<&str>) -> Option<String> {
    query_parameter(query, "sdk_key")
}

fn query_parameter(query: Option<&str>, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(query?.as_bytes());
    pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}
