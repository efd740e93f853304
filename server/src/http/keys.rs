//! API keys: list, create, rotate, revoke. A secret is in the answer that made it and nowhere else.

use super::App;
use super::body::{self, Body};
use super::problem::Problem;
use super::request_body;
use crate::auth::Principal;
use crate::clock;
use crate::keys::{DEFAULT_OVERLAP, KeyChange, KeyKind, KeyName, KeyOperation, MAX_OVERLAP, NamedKey, Secret};
use hyper::body::{Body as _, Incoming};
use hyper::header::{CACHE_CONTROL, HeaderValue, LOCATION};
use hyper::{Request, Response, StatusCode};
use serde::Serialize;
use sidekick_core::json::Reader;
use sidekick_core::{Mode, Timestamp};
use std::time::Duration;

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    key: NamedKey,
    secret: String,
}

pub(super) async fn list(app: &App) -> Result<Response<Body>, Problem> {
    let keys = app.keys.list().await?;
    Ok(body::answer(StatusCode::OK, "application/json", serde_json::to_vec(&keys).unwrap_or_default()))
}

pub(super) async fn create(
    request: &mut Request<Incoming>,
    principal: Principal,
    app: &App,
) -> Result<Response<Body>, Problem> {
    let json = request_body::read(request, &["application/json"], app.config.timeouts.body).await?;
    let (mut name, mut kind, mut expires_at) = (None, None, None);
    Reader::document(&json, |reader| {
        let mut fields = reader.open_object("name kind expires_at", 2, Mode::Strict);
        while let Some(field) = reader.next_field(&mut fields) {
            match field {
                0 => name = Some(KeyName::new(reader.string())),
                1 => kind = Some(KeyKind::parse(reader.string())),
                _ => expires_at = Some(read_time(reader)),
            }
        }
    })?;
    // The reader has refused a document without them.
    let name = name.unwrap_or_else(|| KeyName::new(""));
    let name = name.map_err(|problem| Problem::bad_field("name", format!("name: {problem}")))?;
    let kind = kind.flatten();
    let kind = kind.ok_or_else(|| Problem::bad_field("kind", "kind: admin, server or client is expected"))?;
    let expires_at = expires_at.transpose()?.flatten();
    let secret = new_secret(kind)?;
    let operation = KeyOperation::Create { kind, digest: secret.digest(), expires_at };
    let key = change(name, operation, principal, app).await?;
    let location = format!("/api/keys/{}", key.name);
    let mut response = shown(key, secret, StatusCode::CREATED);
    response.headers_mut().extend(HeaderValue::from_str(&location).ok().map(|value| (LOCATION, value)));
    Ok(response)
}

pub(super) async fn rotate(
    request: &mut Request<Incoming>,
    name: KeyName,
    principal: Principal,
    app: &App,
) -> Result<Response<Body>, Problem> {
    let (mut overlap, mut expires_at) = (None, None);
    if !request.body().is_end_stream() {
        let json = request_body::read(request, &["application/json"], app.config.timeouts.body).await?;
        Reader::document(&json, |reader| {
            let mut fields = reader.open_object("overlap_seconds expires_at", 0, Mode::Strict);
            while let Some(field) = reader.next_field(&mut fields) {
                match field {
                    0 => overlap = Some(read_overlap(reader)),
                    _ => expires_at = Some(read_time(reader)),
                }
            }
        })?;
    }
    let (overlap, expires_at) = (overlap.transpose()?.unwrap_or(DEFAULT_OVERLAP), expires_at.transpose()?);
    let keys = app.keys.list().await?;
    let kind = keys.iter().find(|key| key.name == name).map(|key| key.kind);
    let secret = new_secret(kind.ok_or_else(|| Problem::not_found("there is no such key"))?)?;
    let operation = KeyOperation::Rotate { digest: secret.digest(), overlap, expires_at };
    Ok(shown(change(name, operation, principal, app).await?, secret, StatusCode::OK))
}

pub(super) async fn revoke(name: KeyName, principal: Principal, app: &App) -> Result<Response<Body>, Problem> {
    // A key of the environment can make another admin key.
    let operation = KeyOperation::Revoke { even_last_admin: app.keyring.has_own_admin() };
    change(name, operation, principal, app).await?;
    Ok(body::empty(StatusCode::NO_CONTENT))
}

async fn change(name: KeyName, operation: KeyOperation, principal: Principal, app: &App) -> Result<NamedKey, Problem> {
    let change = KeyChange { name, operation, actor: principal.name, time: clock::now() };
    Ok(app.keys.change(change).await?)
}

fn new_secret(kind: KeyKind) -> Result<Secret, Problem> {
    Secret::random(kind).map_err(|error| {
        tracing::error!(%error, "the system gives no random numbers");
        Problem::unavailable("no key can be made now")
    })
}

fn shown(key: NamedKey, secret: Secret, status: StatusCode) -> Response<Body> {
    let shown = Shown { key, secret: secret.reveal() };
    let mut response = body::answer(status, "application/json", serde_json::to_vec(&shown).unwrap_or_default());
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A time, or null for never.
fn read_time(reader: &mut Reader<'_>) -> Result<Option<Timestamp>, Problem> {
    if reader.kind() == "null" {
        reader.null();
        return Ok(None);
    }
    Timestamp::parse(reader.string()).map(Some).map_err(|_| {
        let right = "expires_at: RFC 3339 in UTC is expected, 2030-01-31T00:00:00Z say, or null for never";
        Problem::bad_field("expires_at", right)
    })
}

fn read_overlap(reader: &mut Reader<'_>) -> Result<Duration, Problem> {
    let seconds = reader.number().parse().ok().map(Duration::from_secs).filter(|overlap| *overlap <= MAX_OVERLAP);
    seconds.ok_or_else(|| {
        let most = MAX_OVERLAP.as_secs();
        Problem::bad_field("overlap_seconds", format!("overlap_seconds: a whole number from 0 to {most} is expected"))
    })
}
