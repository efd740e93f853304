//! The span of a request, as OpenTelemetry's semantic conventions for HTTP have it. It says what was asked of which route and
//! how that ended, and nothing of who asked, of the query or of the body.

use crate::keys::conceal;
use crate::trace::Tracer;
use hyper::{Method, Request, StatusCode, Version};
use opentelemetry::trace::{Status, TraceContextExt as _};
use opentelemetry::{Context, KeyValue};

/// What is asked by machines every few seconds, and would bury all else.
const UNTRACED: [&str; 3] = ["/healthz", "/readyz", "/metrics"];
/// The methods that a span may be named after: others are the caller's invention.
const METHODS: [Method; 9] = [
    Method::CONNECT,
    Method::DELETE,
    Method::GET,
    Method::HEAD,
    Method::OPTIONS,
    Method::PATCH,
    Method::POST,
    Method::PUT,
    Method::TRACE,
];

/// Begins the span of a request; `None` where it is not traced.
pub(super) fn begin<B>(request: &Request<B>, tracer: &Tracer) -> Option<Context> {
    if !tracer.is_on() || UNTRACED.contains(&request.uri().path()) {
        return None;
    }
    let known = METHODS.iter().find(|method| *method == request.method());
    let method = known.map_or("_OTHER", Method::as_str).to_owned();
    let attributes = [
        KeyValue::new("http.request.method", method.clone()),
        // Without a key that was put into it by mistake.
        KeyValue::new("url.path", conceal(request.uri().path()).into_owned()),
        KeyValue::new("url.scheme", "http"),
        KeyValue::new("network.protocol.version", version(request.version())),
    ];
    let name = if known.is_some() { method } else { "HTTP".to_owned() };
    tracer.request(name, request.headers(), attributes)
}

/// Ends the span when the head of the answer is made: a stream's own would else be open for hours.
pub(super) fn end(span: &Context, method: &Method, pattern: Option<&'static str>, status: StatusCode) {
    let span = span.span();
    if let Some(pattern) = pattern {
        span.update_name(format!("{method} {pattern}"));
        span.set_attribute(KeyValue::new("http.route", pattern));
    }
    span.set_attribute(KeyValue::new("http.response.status_code", i64::from(status.as_u16())));
    if status.is_server_error() {
        span.set_attribute(KeyValue::new("error.type", status.as_str().to_owned()));
        span.set_status(Status::error(""));
    }
    span.end();
}

const fn version(version: Version) -> &'static str {
    match version {
        Version::HTTP_2 => "2",
        Version::HTTP_10 => "1.0",
        _ => "1.1",
    }
}
