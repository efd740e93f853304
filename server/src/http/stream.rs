//! `GET /stream`: an answer with an SSE actor in it.

use super::App;
use super::body::{self, Body};
use super::problem::Problem;
use crate::actors::{Opening, Pace, SseClient};
use crate::auth::{KeyEnd, Principal};
use crate::chaos::{self, Defect};
use crate::limits::ClientAddress;
use crate::trace;
use hyper::body::Incoming;
use hyper::header::HeaderMap;
use hyper::{Request, Response};
use opentelemetry::trace::SpanKind;
use sidekick_core::EventId;
use std::sync::Arc;

pub(super) fn open(
    request: &Request<Incoming>,
    principal: &Principal,
    address: ClientAddress,
    app: &App,
) -> Result<Response<Body>, Problem> {
    if app.shutdown.has_begun() {
        return Err(Problem::ending());
    }
    if app.flags.status().id.is_none() {
        return Err(Problem::not_loaded());
    }
    let permit = app.limits.open_stream(principal, address)?;
    let resume = last_event_id(request.headers(), request.uri().query());
    let pace = Pace { heartbeat: app.config.timeouts.heartbeat, drain: app.config.timeouts.drain };
    let (flags, view, shutdown) = (app.flags.clone(), principal.access.view(), app.shutdown.clone());
    let replay = trace::child("stream replay", SpanKind::Internal, []);
    let opening = Box::new(Opening { flags, view, resume, pace, permit, shutdown, replay });
    let end = if chaos::has(Defect::DeathlessStreams) { KeyEnd::NEVER } else { principal.end.clone() };
    let client = SseClient::new(opening, Arc::clone(&app.metrics), end);
    Ok(body::stream(client, app.config.timeouts.write))
}

/// Where the client stands, by `Last-Event-ID` or `?last_event_id=`. An id that this server cannot read is one that it does
/// not cover: the client gets everything.
pub(super) fn last_event_id(headers: &HeaderMap, query: Option<&str>) -> Option<EventId> {
    let header = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let parameter = query_parameter(query, "last_event_id");
    header.or(parameter.as_deref()).and_then(|id| EventId::parse(id).ok())
}

/// The key in `?sdk_key=`, for browsers' `EventSource`, which cannot send headers.
pub(super) fn query_key(query: Option<&str>) -> Option<String> {
    query_parameter(query, "sdk_key")
}

fn query_parameter(query: Option<&str>, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(query?.as_bytes());
    pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}
