//! One request from its arrival to its answer: route, key, endpoint, headers, log.

use super::body::Body;
use super::problem::Problem;
use super::route::{self, Endpoint, Matched};
use super::{App, assets, cors, evaluate, flags, health, history, session, stats, stream};
use crate::auth::{Access, Principal};
use crate::metrics::ResponseLabels;
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, HOST, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use hyper::{Request, Response, Version};
use sidekick_core::FlagKey;
use std::time::Instant;

/// Answers a request. It always has an answer.
pub(super) async fn handle(mut request: Request<Incoming>, app: &App) -> Response<Body> {
    let start = Instant::now();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let preflight = cors::preflight(&request, &app.config.origins);
    let cors = cors::headers(request.headers(), &method, &app.config.origins);
    let mut pattern = "none";
    let mut response = match preflight {
        Some(response) => response,
        None => {
            let matched = check_host(&request).and_then(|()| route::find(&method, &path));
            if let Ok(matched) = &matched {
                pattern = matched.route.path;
            }
            match matched {
                Ok(matched) => answer(&mut request, matched, app).await.unwrap_or_else(Problem::into_response),
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
    app.metrics.responses.get_or_create(&ResponseLabels { route: pattern, status }).inc();
    // The path and never the query, which may hold a key.
    tracing::debug!(%method, path, status, micros = start.elapsed().as_micros(), "answered");
    response
}

async fn answer(request: &mut Request<Incoming>, matched: Matched, app: &App) -> Result<Response<Body>, Problem> {
    let Matched { route, key } = matched;
    let principal = authorize(request, route, app)?;
    // The routes with a key in their path have one.
    let key = || key.clone().ok_or_else(|| Problem::not_found("there is no key in the path"));
    match route.endpoint {
        Endpoint::ListFlags => flags::list(request.headers(), principal.access, app).await,
        Endpoint::PutFlag => flags::put(request, principal, app).await,
        Endpoint::GetFlag => flags::get(request.headers(), key()?, principal.access, app).await,
        Endpoint::PatchFlag => flags::patch(request, key()?, principal, app).await,
        Endpoint::DeleteFlag => flags::delete(request.headers(), key()?, principal, app).await,
        Endpoint::FlagHistory => flag_history(request, key()?, app).await,
        Endpoint::History => history::list(request.uri().query(), None, app).await,
        Endpoint::Evaluate => evaluate::evaluate(request, app).await,
        Endpoint::Session => Ok(session::session(&principal, app)),
        Endpoint::Stats => Ok(stats::stats(app)),
        Endpoint::Stream => stream::open(request, principal.access, app),
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

/// RFC 9112, section 3.2: exactly one `Host` in HTTP/1.1. Two may mean two things to two servers in a row.
fn check_host(request: &Request<Incoming>) -> Result<(), Problem> {
    match (request.headers().get_all(HOST).iter().count(), request.version()) {
        (1, _) | (0, Version::HTTP_10) => Ok(()),
        (count, _) => {
            Err(Problem::bad_field("Host", format!("the request has {count} Host headers; exactly one is right")))
        }
    }
}

fn authorize(request: &Request<Incoming>, route: &route::Route, app: &App) -> Result<Principal, Problem> {
    if route.access == Access::Public {
        return Ok(Principal { name: "public".to_owned(), access: Access::Public });
    }
    let query_key = stream::query_key(request.uri().query());
    let key = match bearer(request) {
        Some(key) => Some(key),
        None if route.endpoint == Endpoint::Stream => query_key,
        None => None,
    };
    let Some(principal) = app.keyring.authenticate(key.as_deref()) else {
        return Err(Problem::unauthorized(match key {
            Some(_) => "the key is not known",
            None if route.endpoint == Endpoint::Stream => {
                "a key is needed: Authorization: Bearer <key>, or ?sdk_key=<key>"
            }
            None => "a key is needed: Authorization: Bearer <key>",
        }));
    };
    if principal.access < route.access {
        return Err(Problem::forbidden("this key may only read flags and the stream; an SDK_KEY is needed"));
    }
    Ok(principal)
}

/// The token of `Authorization: Bearer`; the scheme's case does not matter (RFC 9110, section 11.1).
fn bearer(request: &Request<Incoming>) -> Option<String> {
    let value = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}
