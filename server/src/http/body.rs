//! What an answer carries: a whole document, or events as they come.

use super::timed_io::Busy;
use crate::actors::{Outlet, SseClient};
use crate::chunk::Chunk;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame as HttpFrame, SizeHint};
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// What an answer carries.
pub(super) struct Body {
    content: Content,
    /// Held until the last byte is handed over: the connection is not idle before.
    busy: Option<Busy>,
}

enum Content {
    Whole(Bytes),
    /// A stream that nobody serves yet, and how long it may be kept waiting for room.
    Unserved(Box<SseClient>, Duration),
    /// A stream whose socket is taken out of hyper: its bytes do not come this way.
    Taken,
    Stream(mpsc::Receiver<Bytes>),
}

/// A stream's way into a body, for HTTP/2 and HTTP/1.0, where the socket is not the stream's own.
struct BodyOutlet {
    events: mpsc::Sender<Bytes>,
    /// Done when nobody takes events any more.
    closed: Pin<Box<dyn Future<Output = ()> + Send>>,
    patience: Duration,
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

/// An answer that goes on until its client or the server ends it. A client that takes nothing for `patience` is gone.
pub(super) fn stream(client: SseClient, patience: Duration) -> Response<Body> {
    let mut response = Response::new(Body { content: Content::Unserved(Box::new(client), patience), busy: None });
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

    /// Takes the stream out, if this is one: whoever does it serves the stream on the connection's socket, once the head
    /// of the answer is sent.
    pub(super) fn take_stream(&mut self) -> Option<SseClient> {
        match std::mem::replace(&mut self.content, Content::Taken) {
            Content::Unserved(client, _) => Some(*client),
            other => {
                self.content = other;
                None
            }
        }
    }
}

impl Content {
    fn poll_events(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if let Self::Unserved(..) = self {
            // One frame waits here; what waits beyond it waits in the broadcast, which all clients share.
            let (events, received) = mpsc::channel(1);
            if let Self::Unserved(client, patience) = std::mem::replace(self, Self::Stream(received)) {
                let sender = events.clone();
                let closed = Box::pin(async move { sender.closed().await });
                tokio::spawn(client.run(BodyOutlet { events, closed, patience }));
            }
        }
        match self {
            Self::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Whole(bytes) => Poll::Ready(Some(std::mem::take(bytes))),
            Self::Stream(events) => events.poll_recv(context),
            Self::Unserved(..) | Self::Taken => Poll::Pending,
        }
    }
}

impl Outlet for BodyOutlet {
    fn try_send(&mut self, _: &[Chunk]) -> Option<usize> {
        Some(0)
    }

    async fn send_rest(&mut self, chunks: &[Chunk], _: usize) -> Option<()> {
        for chunk in chunks {
            timeout(self.patience, self.events.send(chunk.events())).await.ok()?.ok()?;
        }
        Some(())
    }

    fn poll_closed(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.closed.as_mut().poll(context)
    }

    async fn finish(self) {}
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<HttpFrame<Bytes>, Infallible>>> {
        self.content.poll_events(context).map(|bytes| bytes.map(|bytes| Ok(HttpFrame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        matches!(&self.content, Content::Whole(bytes) if bytes.is_empty())
    }

    fn size_hint(&self) -> SizeHint {
        match &self.content {
            Content::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Content::Unserved(..) | Content::Taken | Content::Stream(_) => SizeHint::default(),
        }
    }
}
