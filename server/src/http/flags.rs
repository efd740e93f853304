//! Flags: list, read, create or replace, patch, delete.

use super::App;
use super::body::{self, Body};
use super::conditional::{self, tagged};
use super::problem::Problem;
use super::request_body;
use crate::actors::{Found, View};
use crate::auth::{Access, Principal};
use crate::clock;
use crate::limits::Limit;
use crate::storage::{Committed, Operation, Preconditions, Write, WriteError};
use hyper::body::Incoming;
use hyper::header::{HeaderMap, HeaderValue, LOCATION};
use hyper::{Request, Response, StatusCode};
use sidekick_core::{Change, Flag, FlagKey, FlagPatch, Mode};

pub(super) async fn list(headers: &HeaderMap, access: Access, app: &App) -> Result<Response<Body>, Problem> {
    let listing = app.flags.list(access.view()).await.ok_or_else(Problem::not_loaded)?;
    let response = body::answer(StatusCode::OK, "application/json", listing.json);
    Ok(tagged(response, &format!("\"{}\"", listing.id), headers))
}

pub(super) async fn get(
    headers: &HeaderMap,
    key: FlagKey,
    access: Access,
    app: &App,
) -> Result<Response<Body>, Problem> {
    let view = access.view();
    let found = app.flags.get(view, key).await.ok_or_else(Problem::not_loaded)?;
    // To whom a flag is hidden, it is none.
    let Found { flag, version } = found.ok_or_else(|| Problem::not_found("there is no such flag"))?;
    let response = body::answer(StatusCode::OK, "application/json", flag.document().to_owned());
    let tag = match view {
        // Writes ask for it by this one.
        View::All => conditional::tag(flag.revision()),
        // Hashes are others in another history.
        View::Public => format!("\"{version}\""),
    };
    Ok(tagged(response, &tag, headers))
}

pub(super) async fn put(
    request: &mut Request<Incoming>,
    principal: Principal,
    app: &App,
) -> Result<Response<Body>, Problem> {
    let json = request_body::read(request, &["application/json"], app.config.timeouts.body).await?;
    let flag = Flag::from_json(&json, Mode::Strict)?;
    let committed = write(request.headers(), Operation::Put(flag), principal, app).await?;
    let status = if committed.created { StatusCode::CREATED } else { StatusCode::OK };
    let mut response = written(&committed.change, status);
    if committed.created {
        // A flag key needs no escapes in a path, nor in a header.
        let location = format!("/api/flags/{}", committed.change.key());
        response.headers_mut().extend(HeaderValue::from_str(&location).ok().map(|value| (LOCATION, value)));
    }
    Ok(response)
}

pub(super) async fn patch(
    request: &mut Request<Incoming>,
    key: FlagKey,
    principal: Principal,
    app: &App,
) -> Result<Response<Body>, Problem> {
    let media_types = ["application/merge-patch+json", "application/json"];
    let json = request_body::read(request, &media_types, app.config.timeouts.body).await?;
    let patch = FlagPatch::from_json(&json)?;
    let committed = write(request.headers(), Operation::Patch(key, patch), principal, app).await?;
    Ok(written(&committed.change, StatusCode::OK))
}

pub(super) async fn delete(
    headers: &HeaderMap,
    key: FlagKey,
    principal: Principal,
    app: &App,
) -> Result<Response<Body>, Problem> {
    let committed = write(headers, Operation::Delete(key), principal, app).await?;
    Ok(written(&committed.change, StatusCode::NO_CONTENT))
}

async fn write(
    headers: &HeaderMap,
    operation: Operation,
    principal: Principal,
    app: &App,
) -> Result<Committed, Problem> {
    let max_flags = app.limits.max_flags();
    let preconditions = Preconditions { max_flags, ..conditional::preconditions(headers) };
    let write = Write {
        operation,
        preconditions,
        actor: principal.name.clone(),
        time: clock::now(),
        client_visible: app.config.client_visible_default,
    };
    let committed = app.flags.write(write).await.inspect_err(|error| {
        if matches!(error, WriteError::Full(_)) {
            app.limits.refused(Limit::MaxFlags);
        }
    })?;
    tracing::info!(key = %committed.change.key(), revision = %committed.id.revision, by = principal.name, "changed");
    Ok(committed)
}

fn written(change: &Change, status: StatusCode) -> Response<Body> {
    match change {
        Change::Upsert(flag) => {
            let response = body::answer(status, "application/json", flag.to_json());
            tagged(response, &conditional::tag(flag.revision), &HeaderMap::new())
        }
        Change::Delete(_) => body::empty(status),
    }
}
