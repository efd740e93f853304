//! The socket of a stream over HTTP/1.1, taken out of hyper once the head of the answer is sent: what it costs a client
//! is the socket and its task, and each change is one write of bytes that all clients share.

use super::connection;
use crate::actors::{Outlet, SseClient};
use crate::chunk::{self, Chunk};
use std::future::poll_fn;
use std::io::{self, ErrorKind, IoSlice};
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

/// Chunks in one system call; Linux takes at most 1,024.
const WRITTEN_AT_ONCE: usize = 64;

impl TakenStream {
    /// Serves the stream to its end, and closes the socket.
    pub(super) fn run(self) -> impl Future<Output = ()> + Send {
        self.client.run(self.socket)
    }
}

impl EventSocket {
    pub(super) const fn new(socket: TcpStream, patience: Duration) -> Self {
        Self { socket, patience }
    }

    /// Writes what the kernel takes at once; the chunks that are left and how much of their first is written.
    fn try_write_all<'c>(&self, mut chunks: &'c [Chunk], mut written: usize) -> io::Result<(&'c [Chunk], usize)> {
        while let Some(first) = chunks.first() {
            match self.try_write(first, chunks, written) {
                Ok(count) => written += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
            while let Some(first) = chunks.first().filter(|first| first.framed().len() <= written) {
                written -= first.framed().len();
                chunks = chunks.get(1..).unwrap_or_default();
            }
        }
        Ok((chunks, written))
    }

    fn try_write(&self, first: &Chunk, chunks: &[Chunk], written: usize) -> io::Result<usize> {
        let rest = first.framed().get(written..).unwrap_or_default();
        if chunks.len() == 1 {
            return self.socket.try_write(rest);
        }
        let others = chunks.iter().skip(1).take(WRITTEN_AT_ONCE - 1).map(|chunk| IoSlice::new(chunk.framed()));
        let parts: Vec<IoSlice<'_>> = std::iter::once(IoSlice::new(rest)).chain(others).collect();
        self.socket.try_write_vectored(&parts)
    }

    /// Waits for room, and writes, until everything is written.
    async fn write_the_rest(&self, mut chunks: &[Chunk], mut written: usize) -> io::Result<()> {
        while !chunks.is_empty() {
            timeout(self.patience, poll_fn(|context| self.socket.poll_write_ready(context))).await??;
            (chunks, written) = self.try_write_all(chunks, written)?;
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
    async fn send(&mut self, chunks: &[Chunk]) -> Option<()> {
        match self.try_write_all(chunks, 0) {
            Ok(([], _)) => Some(()),
            Ok((rest, written)) => Box::pin(self.write_the_rest(rest, written)).await.ok(),
            Err(_) => None,
        }
    }

    async fn closed(&mut self) {
        loop {
            let ready = poll_fn(|context| self.socket.poll_read_ready(context)).await;
            if ready.is_err() || self.has_ended() {
                return;
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
