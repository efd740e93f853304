//! What an answer carries: a whole document, or frames as they come.

use super::timed_io::Busy;
use crate::actors::Frame;
use crate::metrics::Metrics;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame as HttpFrame, SizeHint};
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::sync::mpsc;

/// What an answer carries.
pub(super) struct Body {
    content: Content,
    /// Held until the last byte is handed over: the connection is not idle before.
    busy: Option<Busy>,
}

enum Content {
    Whole(Bytes),
    Stream { frames: mpsc::Receiver<Frame>, metrics: Arc<Metrics> },
}

/// An answer with a whole body.
pub(super) fn answer(status: StatusCode, media_type: &'static str, content: impl Into<Bytes>) -> Response<Body> {
    let mut response = Response::new(Body { content: Content::Whole(content.into()), busy: None });
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    // Answers depend on the key and change at any time: whoever keeps one asks with its ETag.
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// An answer without a body.
pub(super) fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body { content: Content::Whole(Bytes::new()), busy: None });
    *response.status_mut() = status;
    response
}

/// An answer that goes on until its frames end.
pub(super) fn stream(frames: mpsc::Receiver<Frame>, metrics: Arc<Metrics>) -> Response<Body> {
    let mut response = Response::new(Body { content: Content::Stream { frames, metrics }, busy: None });
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform"));
    // nginx and those like it would otherwise hold events back to fill a buffer.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

impl Body {
    /// Keeps the connection busy for as long as the body lives.
    pub(super) fn keep_busy(&mut self, busy: Busy) {
        self.busy = Some(busy);
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<HttpFrame<Bytes>, Infallible>>> {
        match &mut self.content {
            Content::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Content::Whole(bytes) => Poll::Ready(Some(Ok(HttpFrame::data(std::mem::take(bytes))))),
            Content::Stream { frames, metrics } => frames.poll_recv(context).map(|frame| {
                frame.map(|Frame { bytes, committed_at }| {
                    if let Some(committed_at) = committed_at {
                        metrics.delivered(committed_at.elapsed());
                    }
                    Ok(HttpFrame::data(bytes))
                })
            }),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(&self.content, Content::Whole(bytes) if bytes.is_empty())
    }

    fn size_hint(&self) -> SizeHint {
        match &self.content {
            Content::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Content::Stream { .. } => SizeHint::default(),
        }
    }
}
