//! Error answers as problem documents (RFC 9457).

use super::body::{self, Body};
use crate::keys::{KeyError, KeyRefusal};
use crate::limits::{Limit, Refusal};
use crate::storage::{StorageError, WriteError};
use hyper::header::{ALLOW, CONNECTION, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use hyper::{Method, Response, StatusCode};
use serde::Serialize;
use sidekick_core::{Error as CoreError, ErrorKind};
use std::time::Duration;

const MEDIA_TYPE: &str = "application/problem+json";
/// The longest that a client is asked to stay away where there is no room for it.
const FULL_RETRY_SECONDS: u32 = 30;

/// An answer that says what was wrong, with what value, and what would be right.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    detail: String,
    field: Option<String>,
    /// Boxed, so that results with a problem stay small.
    header: Option<Box<(HeaderName, HeaderValue)>>,
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
}

impl Problem {
    fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), field: None, header: None }
    }

    fn with_header(self, name: HeaderName, value: &str) -> Self {
        Self { header: HeaderValue::from_str(value).ok().map(|value| Box::new((name, value))), ..self }
    }

    pub(super) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// A field, a parameter or a header with a wrong value.
    pub(super) fn bad_field(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..Self::bad_request(detail) }
    }

    pub(super) fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, detail).with_header(WWW_AUTHENTICATE, "Bearer")
    }

    pub(super) fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, detail)
    }

    pub(super) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    pub(super) fn method_not_allowed(method: &Method, allowed: &str) -> Self {
        let detail = format!("{method} is not allowed here; {allowed} are");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, detail).with_header(ALLOW, allowed)
    }

    /// The connection is closed after it: the rest of the request is still under way.
    pub(super) fn request_timeout(detail: &str) -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, detail).with_header(CONNECTION, "close")
    }

    /// The connection is closed after it, so that the rest of the body need not be read.
    pub(super) fn content_too_large(limit: usize) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, format!("the body is larger than {limit} bytes"))
            .with_header(CONNECTION, "close")
    }

    pub(super) fn unsupported_media_type(expected: &str) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("the body must be sent as Content-Type: {expected}"))
    }

    /// The flag's rules are too long for so many users at once.
    pub(super) fn too_much_work(answered: usize, asked: usize, patience: Duration) -> Self {
        let detail = format!(
            "users: {answered} of {asked} were answered for within {} s, for the flag's rules are long; ask about fewer",
            patience.as_secs_f32()
        );
        Self { field: Some("users".to_owned()), ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail) }
    }

    pub(super) fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, detail).with_header(RETRY_AFTER, "1")
    }

    /// The server has no room for another client. All who are turned away come back at moments of their own.
    pub(super) fn full(detail: impl Into<String>) -> Self {
        let seconds = fastrand::u32(1..=FULL_RETRY_SECONDS).to_string();
        Self::new(StatusCode::SERVICE_UNAVAILABLE, detail).with_header(RETRY_AFTER, &seconds)
    }

    /// There are no flags to answer from.
    pub(super) fn not_loaded() -> Self {
        Self::unavailable("the flags are not loaded: the database was away since the start, or the server is ending")
    }

    /// The server is about to end.
    pub(super) fn ending() -> Self {
        Self::unavailable("the server is shutting down")
    }

    #[cfg(test)]
    pub(super) const fn status(&self) -> StatusCode {
        self.status
    }

    pub(super) fn document(&self) -> Vec<u8> {
        let document = Document {
            kind: "about:blank",
            title: self.status.canonical_reason().unwrap_or_default(),
            status: self.status.as_u16(),
            detail: &self.detail,
            field: self.field.as_deref(),
        };
        serde_json::to_vec(&document).unwrap_or_default()
    }

    /// The answer as bytes of HTTP/1.1, for a connection that ends with it and that hyper does not serve.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let document = self.document();
        let mut head = format!("HTTP/1.1 {}\r\ncontent-type: {MEDIA_TYPE}\r\n", self.status);
        if let Some((name, value)) = self.header.as_deref().filter(|(name, _)| name != CONNECTION) {
            head += &format!("{name}: {}\r\n", value.to_str().unwrap_or_default());
        }
        head += &format!("content-length: {}\r\nconnection: close\r\n\r\n", document.len());
        [head.into_bytes(), document].concat()
    }

    pub(super) fn into_response(self) -> Response<Body> {
        let mut response = body::answer(self.status, MEDIA_TYPE, self.document());
        if let Some(header) = self.header {
            let (name, value) = *header;
            response.headers_mut().insert(name, value);
        }
        response
    }
}

impl From<CoreError> for Problem {
    fn from(error: CoreError) -> Self {
        let status = match error.kind() {
            // The document is right in itself; it asks for something that cannot be.
            ErrorKind::NotWritable => StatusCode::UNPROCESSABLE_ENTITY,
            _ => StatusCode::BAD_REQUEST,
        };
        let field = Some(error.path().to_owned()).filter(|path| !path.is_empty());
        Self { field, ..Self::new(status, error.to_string()) }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal.limit {
            // Nobody in particular has asked for too much.
            Limit::MaxStreams => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::TOO_MANY_REQUESTS,
        };
        Self::new(status, refusal.detail()).with_header(RETRY_AFTER, &refusal.retry_after.to_string())
    }
}

impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        tracing::error!(%error, "storage failed");
        // What storage says may name files and hosts: it is for the log, not for callers.
        Self::unavailable("the database cannot be used now")
    }
}

impl From<WriteError> for Problem {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::NotFound => Self::not_found("there is no such flag"),
            WriteError::PreconditionFailed(_) => {
                Self::new(StatusCode::PRECONDITION_FAILED, format!("{error}; read it again, then decide"))
            }
            WriteError::Refused(error) => error.into(),
            // A conflict with what there is, and not the server's fault: deleting a flag resolves it, trying again does not.
            WriteError::Full(_) => {
                let detail = format!("{error}: MAX_FLAGS of the server allows no more; delete one that is not used");
                Self::new(StatusCode::CONFLICT, detail)
            }
            // The connection may break after the commit and before the answer to it.
            WriteError::Storage(error) => {
                let problem = Self::from(error);
                let detail = format!("{}; a write may have happened all the same: read, then decide", problem.detail);
                Self { detail, ..problem }
            }
        }
    }
}

impl From<KeyError> for Problem {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Refused(KeyRefusal::NotFound) => Self::not_found("there is no such key"),
            // Right in itself; only the time is over.
            KeyError::Refused(KeyRefusal::Expired(_)) => Self {
                field: Some("expires_at".to_owned()),
                ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, format!("expires_at: {error}"))
            },
            KeyError::Refused(refusal) => Self::new(StatusCode::CONFLICT, refusal.to_string()),
            KeyError::Storage(error) => WriteError::Storage(error).into(),
        }
    }
}
