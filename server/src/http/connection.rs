//! One connection: HTTP/1.1 or HTTP/2, as its first bytes say, one request after the other. A stream over HTTP/1.1 takes
//! the socket over once the head of its answer is sent: hyper's buffers would cost each client more than all the rest.

use super::event_socket::{EventSocket, TakenStream};
use super::problem::Problem;
use super::timed_io::{Requests, TimedIo};
use super::{App, handler};
use crate::actors::SseClient;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{Request, Version};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use socket2::SockRef;
use std::convert::Infallible;
use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::net::IpAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

/// The most that the kernel holds for a peer which does not read. Its own choice would be up to 4 MB each. It is enough
/// for an ordinary list of flags at once; a stream takes less.
const SEND_BUFFER: usize = 256 << 10;
/// The most bytes of a request's head.
const HEAD_LIMIT: usize = 32 << 10;
/// How many requests of one HTTP/2 connection may be answered at a time.
const REQUESTS_AT_ONCE: u32 = 100;
/// How often a quiet HTTP/2 connection is asked whether it is still there, and how long it may take to say so.
const PING_INTERVAL: Duration = Duration::from_secs(30);
/// How many unread bytes of a request are read after its last answer, and for how long.
const LINGER_BYTES: u64 = 1 << 20;
const LINGER: Duration = Duration::from_secs(1);
/// What an HTTP/2 connection begins with (RFC 9113, section 3.4).
const HTTP2_PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Serves a connection to its end, or until a stream takes its socket over.
pub(super) async fn serve(socket: TcpStream, peer: IpAddr, app: Arc<App>) -> Option<TakenStream> {
    // Both only make it faster or leaner: a socket that refuses them serves all the same.
    let _ = socket.set_nodelay(true);
    let _ = SockRef::from(&socket).set_send_buffer_size(SEND_BUFFER);
    let mut io = TimedIo::new(socket, app.config.timeouts);
    let mut shutdown = app.shutdown.clone();
    let mut first = Vec::with_capacity(HTTP2_PREFACE.len());
    let read = tokio::select! {
        read = read_preface(&mut io, &mut first) => read,
        // Nobody waits for an answer yet; who has begun a request gets one.
        () = shutdown.begun() => Ok(()),
    };
    let is_http2 = first == HTTP2_PREFACE;
    let has_begun = !first.is_empty();
    io.put_back(first);
    match read {
        Ok(()) if is_http2 => serve_http2(io, peer, app).await,
        Ok(()) if has_begun => return serve_http1(io, peer, app).await,
        Ok(()) => close(io).await,
        Err(error) => end_early(io, error.kind() == ErrorKind::TimedOut).await,
    }
    None
}

/// Reads the first bytes, as long as they may be those of HTTP/2.
async fn read_preface(io: &mut TimedIo, first: &mut Vec<u8>) -> io::Result<()> {
    while HTTP2_PREFACE.starts_with(first) && first.len() < HTTP2_PREFACE.len() {
        let room = HTTP2_PREFACE.len() - first.len();
        if (&mut *io).take(room as u64).read_buf(first).await? == 0 {
            break;
        }
    }
    Ok(())
}

async fn serve_http1(io: TimedIo, peer: IpAddr, app: Arc<App>) -> Option<TakenStream> {
    let patience = app.config.timeouts.write;
    let mut shutdown = app.shutdown.clone();
    let requests = io.requests();
    let takeover = Arc::new(Takeover { requests: Arc::clone(&requests), client: Mutex::default() });
    let offers = Arc::clone(&takeover);
    let service = service_fn(move |request: Request<Incoming>| {
        let (app, busy, takeover) = (Arc::clone(&app), requests.begin(), Arc::clone(&offers));
        // Boxed, because the connection must be movable to be taken apart at its end.
        Box::pin(async move {
            let is_chunked = request.version() == Version::HTTP_11;
            let mut response = handler::handle(request, peer, &app).await;
            if is_chunked && let Some(client) = response.body_mut().take_stream() {
                takeover.offer(client);
            }
            response.body_mut().keep_busy(busy);
            Ok::<_, Infallible>(response)
        })
    });
    let mut connection = http1::Builder::new()
        // Time limits are the socket's own.
        .header_read_timeout(None)
        .max_buf_size(HEAD_LIMIT)
        .serve_connection(TokioIo::new(io), service);
    let mut is_ending = false;
    let outcome = loop {
        let next = poll_fn(|context| match connection.poll_without_shutdown(context) {
            Poll::Ready(result) => Poll::Ready(Outcome::Ended(result)),
            Poll::Pending => takeover.client_whose_head_is_sent().map_or(Poll::Pending, Poll::Ready),
        });
        tokio::select! {
            outcome = next => break outcome,
            () = shutdown.begun(), if !is_ending => {
                is_ending = true;
                Pin::new(&mut connection).graceful_shutdown();
            }
        }
    };
    let io = connection.into_parts().io.into_inner();
    match outcome {
        Outcome::Taken(client) => {
            return Some(TakenStream { client, socket: EventSocket::new(io.into_socket(), patience) });
        }
        Outcome::Ended(Ok(())) => close(io).await,
        Outcome::Ended(Err(error)) => {
            let is_late = std::error::Error::source(&error)
                .and_then(|source| source.downcast_ref::<io::Error>())
                .is_some_and(|error| error.kind() == ErrorKind::TimedOut);
            tracing::debug!(%error, "a connection ended early");
            end_early(io, is_late).await;
        }
    }
    None
}

async fn serve_http2(mut io: TimedIo, peer: IpAddr, app: Arc<App>) {
    // Between requests there are frames that concern the connection alone: they begin no head.
    io.wait_for_idle_peers_only();
    let mut shutdown = app.shutdown.clone();
    let requests = io.requests();
    let service = service_fn(move |request: Request<Incoming>| {
        let (app, busy) = (Arc::clone(&app), requests.begin());
        async move {
            let mut response = handler::handle(request, peer, &app).await;
            response.body_mut().keep_busy(busy);
            Ok::<_, Infallible>(response)
        }
    });
    let connection = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_concurrent_streams(REQUESTS_AT_ONCE)
        .max_header_list_size(HEAD_LIMIT as u32)
        .keep_alive_interval(PING_INTERVAL)
        .keep_alive_timeout(PING_INTERVAL)
        .serve_connection(TokioIo::new(io), service);
    let mut connection = pin!(connection);
    let result = tokio::select! {
        result = &mut connection => result,
        () = shutdown.begun() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// How a connection's time with hyper is over.
enum Outcome {
    Ended(hyper::Result<()>),
    Taken(SseClient),
}

/// A stream on its way from hyper to its socket.
struct Takeover {
    requests: Arc<Requests>,
    client: Mutex<Option<SseClient>>,
}

impl Takeover {
    /// Called when the stream is answered, before anything of the answer is written.
    fn offer(&self, client: SseClient) {
        self.requests.note_unsent();
        *self.client() = Some(client);
    }

    fn client_whose_head_is_sent(&self) -> Option<Outcome> {
        if self.requests.is_all_sent() { self.client().take().map(Outcome::Taken) } else { None }
    }

    fn client(&self) -> MutexGuard<'_, Option<SseClient>> {
        self.client.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends a connection that failed. One that was too slow with a head gets an answer, which hyper does not give any more.
async fn end_early(mut io: TimedIo, is_late: bool) {
    if is_late && io.head_begun() {
        // The peer may not read it.
        let _ = io.write_all(&Problem::request_timeout("the request's head did not arrive in time").to_bytes()).await;
    }
    close(io).await;
}

/// Turns a connection away.
pub(super) async fn refuse(mut socket: TcpStream, problem: Problem) {
    // Short enough for any socket's buffer; a peer that is gone needs no answer.
    if socket.write_all(&problem.to_bytes()).await.is_ok() {
        close(socket).await;
    }
}

/// Closes a socket such that the peer can read the last answer: one that is closed with unread bytes resets the
/// connection, and the answer with it.
pub(super) async fn close(mut io: impl AsyncRead + AsyncWrite + Unpin) {
    if io.shutdown().await.is_ok() {
        let unread = async { tokio::io::copy(&mut (&mut io).take(LINGER_BYTES), &mut tokio::io::sink()).await };
        // Whatever comes of it, the socket is closed then.
        let _ = tokio::time::timeout(LINGER, unread).await;
    }
}
