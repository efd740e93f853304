//! One request from its arrival to its answer: route, key, endpoint, headers, log.

use super::body::Body;
use super::problem::Problem;
use super::route::{self, Endpoint, Matched};
use super::{App, assets, cors, evaluate, flags, health, history, keys, session, stats, stream, traced};
use crate::auth::{Access, Denied, Principal};
use crate::clock;
use crate::keys::{KeyKind, conceal};
use crate::limits::ClientAddress;
use crate::metrics::ResponseLabels;
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, HOST, HeaderMap, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use hyper::{Request, Response, Version};
use opentelemetry::trace::FutureExt as _;
use sidekick_core::FlagKey;
use std::net::IpAddr;
use std::time::Instant;

/// Answers a request. It always has an answer.
pub(super) async fn handle(request: Request<Incoming>, peer: IpAddr, app: &App) -> Response<Body> {
    match traced::begin(&request, &app.tracer) {
        Some(span) => {
            let method = request.method().clone();
            let (response, pattern) = respond(request, peer, app).with_context(span.clone()).await;
            traced::end(&span, &method, pattern, response.status());
            response
        }
        None => respond(request, peer, app).await.0,
    }
}

/// The answer, and the pattern of its route.
async fn respond(mut request: Request<Incoming>, peer: IpAddr, app: &App) -> (Response<Body>, Option<&'static str>) {
    let start = Instant::now();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let preflight = cors::preflight(&request, &app.config.origins);
    let cors = cors::headers(request.headers(), &method, &app.config.origins);
    let mut pattern = None;
    let mut response = match preflight {
        Some(response) => response,
        None => {
            let matched = check_host(&request).and_then(|()| route::find(&method, &path));
            if let Ok(matched) = &matched {
                pattern = Some(matched.route.path);
            }
            match matched {
                Ok(matched) => answer(&mut request, matched, peer, app).await.unwrap_or_else(Problem::into_response),
                Err(problem) => problem.into_response(),
            }
        }
    };
    for (name, value) in &cors {
        // A file may vary by what it is asked for, and by whom.
        response.headers_mut().append(name, value.clone());
    }
    if app.flags.is_stale() {
        response.headers_mut().insert("sidekick-stale", HeaderValue::from_static("true"));
    }
    response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let status = response.status().as_u16();
    app.metrics.responses.get_or_create(&ResponseLabels { route: pattern.unwrap_or("none"), status }).inc();
    // The path and never the query, which may hold a key; nor one that was put into the path by mistake.
    let path = conceal(&path);
    tracing::debug!(%method, %path, status, micros = start.elapsed().as_micros(), "answered");
    (response, pattern)
}

async fn answer(
    request: &mut Request<Incoming>,
    matched: Matched,
    peer: IpAddr,
    app: &App,
) -> Result<Response<Body>, Problem> {
    let Matched { route, flag, name } = matched;
    let address = app.limits.client(peer, request.headers());
    let principal = authorize(request, route, address, app)?;
    if route.endpoint.writes() {
        app.limits.write(&principal, address)?;
    }
    // The routes with a flag's key or a name in their path have one.
    let key = || flag.clone().ok_or_else(|| Problem::not_found("there is no flag's key in the path"));
    let name = || name.clone().ok_or_else(|| Problem::not_found("there is no key's name in the path"));
    match route.endpoint {
        Endpoint::ListFlags => flags::list(request.headers(), principal.access, app).await,
        Endpoint::PutFlag => flags::put(request, principal, app).await,
        Endpoint::GetFlag => flags::get(request.headers(), key()?, principal.access, app).await,
        Endpoint::PatchFlag => flags::patch(request, key()?, principal, app).await,
        Endpoint::DeleteFlag => flags::delete(request.headers(), key()?, principal, app).await,
        Endpoint::FlagHistory => flag_history(request, key()?, app).await,
        Endpoint::History => history::list(request.uri().query(), None, app).await,
        Endpoint::Evaluate => evaluate::evaluate(request, app).await,
        Endpoint::ListKeys => keys::list(app).await,
        Endpoint::CreateKey => keys::create(request, principal, app).await,
        Endpoint::RotateKey => keys::rotate(request, name()?, principal, app).await,
        Endpoint::RevokeKey => keys::revoke(name()?, principal, app).await,
        Endpoint::Session => Ok(session::session(&principal, app)),
        Endpoint::Stats => Ok(stats::stats(app)),
        Endpoint::Stream => stream::open(request, &principal, address, app),
        Endpoint::Healthz => Ok(health::healthz()),
        Endpoint::Readyz => health::readyz(app),
        Endpoint::Metrics => Ok(health::metrics(app)),
        Endpoint::OpenApi => Ok(assets::openapi()),
        Endpoint::Asset => assets::file(request.uri().path(), request.headers(), app).await,
    }
}

async fn flag_history(request: &Request<Incoming>, key: FlagKey, app: &App) -> Result<Response<Body>, Problem> {
    history::list(request.uri().query(), Some(key), app).await
}

/// RFC 9112, section 3.2: exactly one `Host` in HTTP/1.1, which in HTTP/2 the authority stands for. Two may mean two
/// things to two servers in a row.
fn check_host(request: &Request<Incoming>) -> Result<(), Problem> {
    let has_authority = request.version() == Version::HTTP_2 && request.uri().authority().is_some();
    match (request.headers().get_all(HOST).iter().count(), request.version()) {
        (1, _) | (0, Version::HTTP_10) => Ok(()),
        (0, _) if has_authority => Ok(()),
        (count, _) => {
            Err(Problem::bad_field("Host", format!("the request has {count} Host headers; exactly one is right")))
        }
    }
}

fn authorize(
    request: &Request<Incoming>,
    route: &route::Route,
    address: ClientAddress,
    app: &App,
) -> Result<Principal, Problem> {
    if route.access == Access::Public {
        return Ok(Principal::public());
    }
    let query_key = stream::query_key(request.uri().query());
    let key = match bearer(request.headers()) {
        Some(key) => Some(key),
        None if route.endpoint == Endpoint::Stream => query_key,
        None => None,
    };
    let principal = app.keyring.authenticate(key.as_deref(), clock::now());
    if route.endpoint == Endpoint::Metrics
        && matches!(principal, Err(Denied::NotLoaded))
        && !app.keyring.has_own_admin()
    {
        // Nobody can be told apart, no flags are served, and why that is so is what an operator has to see now.
        return Ok(Principal::public());
    }
    if matches!(&principal, Err(denied) if *denied != Denied::NotLoaded) {
        // Only now: a wrong key somewhere in an office must not keep those with a right one out.
        app.limits.fail_authentication(address)?;
    }
    let principal = principal.map_err(|denied| match denied {
        Denied::NotLoaded => Problem::unavailable(denied.to_string()),
        Denied::Missing if route.endpoint == Endpoint::Stream => {
            Problem::unauthorized(format!("{denied}, or ?sdk_key=<key>"))
        }
        denied => Problem::unauthorized(denied.to_string()),
    })?;
    if principal.access < route.access {
        let kind = principal.kind.map_or("no", KeyKind::as_str);
        let needed = if route.access == Access::Server { "a server or admin key" } else { "an admin key" };
        return Err(Problem::forbidden(format!("this is a {kind} key; {needed} is needed")));
    }
    Ok(principal)
}

/// The token of `Authorization: Bearer`; the scheme's case does not matter (RFC 9110, section 11.1).
pub(super) fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}
