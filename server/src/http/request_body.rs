//! A request's body: read whole, bounded in size and time.

use super::problem::Problem;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::Request;
use hyper::body::{Body, Incoming};
use hyper::header::CONTENT_TYPE;
use std::time::Duration;

/// The most bytes of a request's body.
const LIMIT: usize = 512 << 10;

/// Reads a request's body of one of the media types, the first of which is named to those who send another.
///
/// # Errors
/// 415, 413 or 408.
pub(super) async fn read(
    request: &mut Request<Incoming>,
    media_types: &[&str],
    patience: Duration,
) -> Result<Bytes, Problem> {
    let declared = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = declared.split(';').next().unwrap_or_default().trim();
    if !media_types.iter().any(|media_type| media_type.eq_ignore_ascii_case(essence)) {
        return Err(Problem::unsupported_media_type(media_types.first().copied().unwrap_or_default()));
    }
    let body = request.body_mut();
    if body.size_hint().lower() > LIMIT as u64 {
        return Err(Problem::content_too_large(LIMIT));
    }
    let collect = async {
        let mut collected = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| Problem::bad_request(format!("the body cannot be read: {error}")))?;
            if let Some(data) = frame.data_ref() {
                if collected.len() + data.len() > LIMIT {
                    return Err(Problem::content_too_large(LIMIT));
                }
                collected.extend_from_slice(data);
            }
        }
        Ok(collected.freeze())
    };
    let late = |_| Problem::request_timeout("the body did not arrive in time");
    tokio::time::timeout(patience, collect).await.map_err(late)?
}
