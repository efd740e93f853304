//! The socket of a stream over HTTP/1.1, taken out of hyper once the head of the answer is sent: what it costs a client
//! is the socket and its task, and each change is one write of bytes that all clients share.

use super::connection;
use crate::actors::{Outlet, SseClient};
use crate::chunk::{self, Chunk};
use socket2::SockRef;
use std::io::{self, ErrorKind, IoSlice};
use std::iter;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A stream whose head is sent, ready to run.
pub(super) struct TakenStream {
    pub(super) client: SseClient,
    pub(super) socket: EventSocket,
}

/// A client's socket, which carries nothing any more but the chunks of one stream.
pub(super) struct EventSocket {
    socket: TcpStream,
    /// How long the socket may take nothing.
    patience: Duration,
}

/// The most that the kernel holds for a client which does not read.
const SEND_BUFFER: usize = 64 << 10;
/// Chunks in one system call; Linux takes at most 1,024.
const WRITTEN_AT_ONCE: usize = 64;

impl TakenStream {
    /// Serves the stream to its end, and closes the socket.
    pub(super) fn run(self) -> impl Future<Output = ()> + Send {
        self.client.run(self.socket)
    }
}

impl EventSocket {
    pub(super) fn new(socket: TcpStream, patience: Duration) -> Self {
        // It only makes the server leaner: a socket that refuses it serves all the same.
        let _ = SockRef::from(&socket).set_send_buffer_size(SEND_BUFFER);
        Self { socket, patience }
    }

    /// Writes all chunks from the first one's byte `written` on, and waits for room where there is none.
    async fn write_all(&self, mut chunks: &[Chunk], mut written: usize) -> io::Result<()> {
        while let Some(first) = chunks.first() {
            let rest = first.framed().get(written..).unwrap_or_default();
            let others = chunks.iter().skip(1).take(WRITTEN_AT_ONCE - 1).map(|chunk| IoSlice::new(chunk.framed()));
            match self.socket.try_write_vectored(&iter::once(IoSlice::new(rest)).chain(others).collect::<Vec<_>>()) {
                Ok(count) => written += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    let Ok(writable) = timeout(self.patience, self.socket.writable()).await else {
                        // As in `TimedIo`: a reset drops what waits in the kernel.
                        let _ = SockRef::from(&self.socket).set_linger(Some(Duration::ZERO));
                        return Err(ErrorKind::TimedOut.into());
                    };
                    writable?;
                }
                Err(error) => return Err(error),
            }
            while let Some(first) = chunks.first().filter(|first| first.framed().len() <= written) {
                written -= first.framed().len();
                chunks = chunks.get(1..).unwrap_or_default();
            }
        }
        Ok(())
    }

    /// Whether the socket is at its end. What a client sends on top of its request is read and let go.
    fn has_ended(&self) -> bool {
        let mut unasked = [0; 512];
        match self.socket.try_read(&mut unasked) {
            Ok(count) => count == 0,
            Err(error) => error.kind() != ErrorKind::WouldBlock,
        }
    }
}

impl Outlet for EventSocket {
    fn try_send(&mut self, chunks: &[Chunk]) -> Option<usize> {
        // By far the most frequent case: the system call alone, for the kernel knows whether there is room.
        let [chunk] = chunks else { return Some(0) };
        match SockRef::from(&self.socket).send(chunk.framed()) {
            Ok(count) => Some(count),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Some(0),
            Err(_) => None,
        }
    }

    async fn send_rest(&mut self, chunks: &[Chunk], sent: usize) -> Option<()> {
        self.write_all(chunks, sent).await.ok()
    }

    fn poll_closed(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            match ready!(self.socket.poll_read_ready(context)) {
                Ok(()) if !self.has_ended() => {}
                Ok(()) | Err(_) => return Poll::Ready(()),
            }
        }
    }

    async fn finish(mut self) {
        // A client that is gone by now needs no end.
        if let Ok(Ok(())) = timeout(self.patience, self.socket.write_all(chunk::LAST)).await {
            connection::close(self.socket).await;
        }
    }
}
