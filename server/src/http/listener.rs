//! Accepts connections and serves HTTP/1.1 on each, until the server ends.

use super::body::Body;
use super::problem::Problem;
use super::timed_io::TimedIo;
use super::{App, handler};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use socket2::SockRef;
use std::convert::Infallible;
use std::future::poll_fn;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// The most that the kernel holds for a peer which does not read. Its own choice would be up to 4 MB each.
const SEND_BUFFER: usize = 64 << 10;
/// The most bytes of a request's head.
const HEAD_LIMIT: usize = 32 << 10;
/// How many unread bytes of a request are read after its last answer, and for how long.
const LINGER_BYTES: u64 = 1 << 20;
const LINGER: Duration = Duration::from_secs(1);
/// How long connections may take to end, beyond the drain of the streams.
const GRACE: Duration = Duration::from_secs(5);

/// Serves `listener` until shutdown; returns when every connection has ended or had its time to.
pub async fn serve(listener: TcpListener, app: Arc<App>) {
    let mut shutdown = app.shutdown.clone();
    let mut ending = pin!(shutdown.begun());
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = &mut ending => break,
            // Takes the results of connections that ended, so that they do not pile up.
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((socket, peer)) => {
                    connections.spawn(serve_connection(socket, peer.ip(), Arc::clone(&app)));
                }
                Err(error) => {
                    // Out of file descriptors, say. Trying at once again would only burn the processor.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
        }
    }
    drop(listener);
    let ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(app.config.timeouts.drain + GRACE, ended).await.is_err() {
        tracing::warn!(connections = connections.len(), "connections are cut off: they did not end in time");
    }
}

async fn serve_connection(socket: TcpStream, peer: IpAddr, app: Arc<App>) {
    // Both only make it faster or leaner: a socket that refuses them serves all the same.
    let _ = socket.set_nodelay(true);
    let _ = SockRef::from(&socket).set_send_buffer_size(SEND_BUFFER);
    let io = TimedIo::new(socket, app.config.timeouts);
    let requests = io.requests();
    let mut shutdown = app.shutdown.clone();
    let service = service_fn(move |request| {
        let (app, busy) = (Arc::clone(&app), requests.begin());
        // Boxed, because the connection must be movable to be taken apart at its end.
        Box::pin(async move {
            let mut response = handler::handle(request, peer, &app).await;
            Body::keep_busy(response.body_mut(), busy);
            Ok::<_, Infallible>(response)
        })
    });
    let mut connection = http1::Builder::new()
        // Time limits are the socket's own.
        .header_read_timeout(None)
        .max_buf_size(HEAD_LIMIT)
        .serve_connection(TokioIo::new(io), service);
    let result = tokio::select! {
        result = poll_fn(|context| connection.poll_without_shutdown(context)) => result,
        () = shutdown.begun() => {
            Pin::new(&mut connection).graceful_shutdown();
            poll_fn(|context| connection.poll_without_shutdown(context)).await
        }
    };
    let mut io = connection.into_parts().io.into_inner();
    if let Err(error) = result {
        tracing::debug!(%error, "a connection ended early");
        if io.head_begun() && timed_out(&error) {
            // hyper has given up on the request: the answer is written by hand. The peer may not read it.
            let _ = io.write_all(&late_head()).await;
        }
    }
    close(io).await;
}

/// Closes a socket such that the peer can read the last answer: one that is closed with unread bytes resets the
/// connection, and the answer with it.
async fn close(mut io: TimedIo) {
    if io.shutdown().await.is_ok() {
        let unread = async { tokio::io::copy(&mut (&mut io).take(LINGER_BYTES), &mut tokio::io::sink()).await };
        // Whatever comes of it, the socket is closed then.
        let _ = tokio::time::timeout(LINGER, unread).await;
    }
}

fn timed_out(error: &hyper::Error) -> bool {
    let source = std::error::Error::source(error);
    source
        .and_then(|source| source.downcast_ref::<std::io::Error>())
        .is_some_and(|error| error.kind() == std::io::ErrorKind::TimedOut)
}

fn late_head() -> Vec<u8> {
    let document = Problem::request_timeout("the request's head did not arrive in time").document();
    let mut answer = format!(
        "HTTP/1.1 408 Request Timeout\r\ncontent-type: application/problem+json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        document.len()
    )
    .into_bytes();
    answer.extend_from_slice(&document);
    answer
}
