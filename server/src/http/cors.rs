//! Cross-origin calls: which pages may read an answer, and what a preflight is told.

use super::body::{self, Body};
use super::route;
use crate::config::Origins;
use hyper::body::Incoming;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderValue,
    ORIGIN, VARY,
};
use hyper::{Method, Request, Response, StatusCode};

/// The answer to a preflight, and to any other OPTIONS of a path that there is. The headers that allow the call are added as to any answer.
pub(super) fn preflight(request: &Request<Incoming>, origins: &Origins) -> Option<Response<Body>> {
    if request.method() != Method::OPTIONS {
        return None;
    }
    let methods = route::methods_of(request.uri().path())?;
    let mut response = body::empty(StatusCode::NO_CONTENT);
    let headers = response.headers_mut();
    if let Ok(allow) = HeaderValue::from_str(&methods) {
        headers.insert(hyper::header::ALLOW, allow);
    }
    let asked = request.headers().get(ACCESS_CONTROL_REQUEST_METHOD);
    let asked = asked.and_then(|method| Method::from_bytes(method.as_bytes()).ok());
    if asked.is_some_and(|method| allowed_origin(request.headers(), &method, origins).is_some()) {
        let readable = methods.split(", ").filter(|method| *origins != Origins::AnyForReading || *method == "GET");
        if let Ok(methods) = HeaderValue::from_str(&readable.collect::<Vec<_>>().join(", ")) {
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
        }
        let names = "authorization, content-type, if-match, if-none-match, last-event-id";
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(names));
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    }
    Some(response)
}

/// The headers by which a browser lets the page at `Origin` read the answer.
pub(super) fn headers(request: &HeaderMap, method: &Method, origins: &Origins) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if *origins != Origins::AnyForReading {
        headers.insert(VARY, HeaderValue::from_name(ORIGIN));
    }
    // A preflight asks for the method that it announces.
    let announced = request.get(ACCESS_CONTROL_REQUEST_METHOD).filter(|_| method == Method::OPTIONS);
    let announced = announced.and_then(|value| Method::from_bytes(value.as_bytes()).ok());
    if let Some(origin) = allowed_origin(request, announced.as_ref().unwrap_or(method), origins) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("etag, retry-after"));
    }
    headers
}

fn allowed_origin(request: &HeaderMap, method: &Method, origins: &Origins) -> Option<HeaderValue> {
    let origin = request.get(ORIGIN)?;
    match origins {
        Origins::AnyForReading => is_reading(method).then(|| HeaderValue::from_static("*")),
        Origins::Listed(listed) => {
            listed.iter().any(|listed| listed.as_bytes() == origin.as_bytes()).then(|| origin.clone())
        }
    }
}

/// Whether a method changes nothing.
fn is_reading(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}
