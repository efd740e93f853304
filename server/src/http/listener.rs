//! Accepts connections, no more than there is room for, until the server ends.

use super::event_socket::TakenStream;
use super::problem::Problem;
use super::{App, connection};
use crate::metrics::LimitLabels;
use futures_util::FutureExt;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinError, JoinSet, unconstrained};

/// How long connections may take to end, beyond the drain of the streams.
const GRACE: Duration = Duration::from_secs(5);
/// Open files that connections leave for everything else.
const RESERVED_FILES: usize = 128;
/// Connections that are accepted before anything else is done.
const ACCEPTED_AT_ONCE: usize = 512;
/// Connections that may be turned away at a time with an answer; beyond them they are just closed.
const REFUSALS: usize = 64;

/// Serves `listener` until shutdown; returns when every connection has ended or had its time to.
pub async fn serve(listener: TcpListener, app: Arc<App>) {
    let mut shutdown = app.shutdown.clone();
    let mut ending = pin!(shutdown.begun());
    let most = most_connections(app.config.max_connections);
    let (mut connections, mut refusals) = (JoinSet::new(), JoinSet::new());
    loop {
        tokio::select! {
            () = &mut ending => break,
            // Connections that ended must not pile up.
            Some(ended) = connections.join_next() => go_on(&mut connections, ended),
            Some(_) = refusals.join_next() => {}
            accepted = accept(&listener) => match accepted {
                Ok(accepted) => for (socket, peer) in accepted {
                    if connections.len() < most {
                        connections.spawn(connection::serve(socket, peer.ip(), Arc::clone(&app)));
                        continue;
                    }
                    app.metrics.rejected.get_or_create(&LimitLabels { limit: "max_connections" }).inc();
                    if refusals.len() < REFUSALS {
                        let problem = Problem::full("the server has no room for another connection");
                        refusals.spawn(connection::refuse(socket, problem));
                    }
                },
                Err(error) => {
                    // Out of file descriptors, say. Trying at once again would only burn the processor.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
        }
    }
    drop(listener);
    let ended = async {
        while let Some(ended) = connections.join_next().await {
            go_on(&mut connections, ended);
        }
    };
    if tokio::time::timeout(app.config.timeouts.drain + GRACE, ended).await.is_err() {
        tracing::warn!("connections are cut off: they did not end in time");
    }
}

/// Waits for a connection, and takes all that are there: when thousands of clients come back at once, those that the
/// kernel's queue has no room for try again only after a second, then after two more, then four.
async fn accept(listener: &TcpListener) -> io::Result<Vec<(TcpStream, SocketAddr)>> {
    let mut sockets = vec![listener.accept().await?];
    while sockets.len() < ACCEPTED_AT_ONCE
        && let Some(Ok(accepted)) = unconstrained(listener.accept()).now_or_never()
    {
        sockets.push(accepted);
    }
    Ok(sockets)
}

/// Goes on with a stream that has taken over its connection's socket, in a task of its own: it is as small as a stream
/// is, while that of the connection held a request and its answer.
fn go_on(connections: &mut JoinSet<Option<TakenStream>>, ended: Result<Option<TakenStream>, JoinError>) {
    if let Ok(Some(stream)) = ended {
        connections.spawn(stream.run().map(|()| None));
    }
}

/// As many as were asked for, and no more than the process may have files open.
fn most_connections(asked: Option<usize>) -> usize {
    let files = rlimit::getrlimit(rlimit::Resource::NOFILE).map_or(u64::MAX, |(soft, _)| soft);
    let possible = usize::try_from(files).unwrap_or(usize::MAX).saturating_sub(RESERVED_FILES);
    if let Some(asked) = asked.filter(|asked| *asked > possible) {
        tracing::warn!(asked, possible, "MAX_CONNECTIONS is more than the process may have files open");
    }
    asked.map_or(possible, |asked| asked.min(possible))
}
