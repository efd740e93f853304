//! A socket that gives up on peers which keep it waiting: for a request's head, for the next request, or for room to
//! write. hyper's own timer would not tell a slow head from an idle connection, and does not watch writes.

use crate::config::Timeouts;
use bytes::Bytes;
use socket2::SockRef;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};

/// A connection's socket with its time limits.
pub(super) struct TimedIo {
    socket: TcpStream,
    /// What was read already, and is to be read again.
    put_back: Bytes,
    timeouts: Timeouts,
    requests: Arc<Requests>,
    /// How many requests had begun when the socket was last read.
    seen: usize,
    head_begun: bool,
    read_deadline: Deadline,
    write_deadline: Deadline,
}

/// The requests of one connection: how many have begun, and how many of them are being answered.
#[derive(Default)]
pub(super) struct Requests {
    begun: AtomicUsize,
    in_flight: AtomicUsize,
    /// Whether an answer, or a part of one, may still wait to be written.
    unsent: AtomicBool,
    /// The connection that waits for the end of the last one: hyper does not read again by itself then, so the wait for
    /// the next request would go on for ever.
    waiting: Mutex<Option<Waker>>,
}

/// Says that a request is being answered, as long as it lives.
pub(super) struct Busy(Arc<Requests>);

/// A timer that runs only while something is waited for.
#[derive(Default)]
struct Deadline {
    sleep: Option<Pin<Box<Sleep>>>,
    armed_for: Option<Duration>,
}

impl TimedIo {
    pub(super) fn new(socket: TcpStream, timeouts: Timeouts) -> Self {
        Self {
            socket,
            put_back: Bytes::new(),
            timeouts,
            requests: Arc::default(),
            seen: 0,
            head_begun: false,
            read_deadline: Deadline::default(),
            write_deadline: Deadline::default(),
        }
    }

    /// Where the requests of this connection are counted.
    pub(super) fn requests(&self) -> Arc<Requests> {
        Arc::clone(&self.requests)
    }

    /// Gives bytes back that were read, to be read again.
    pub(super) fn put_back(&mut self, bytes: impl Into<Bytes>) {
        self.put_back = bytes.into();
    }

    /// From now on bytes that come between requests do not begin a head.
    pub(super) const fn wait_for_idle_peers_only(&mut self) {
        self.timeouts.head = self.timeouts.idle;
    }

    /// The socket, without its limits.
    pub(super) fn into_socket(self) -> TcpStream {
        self.socket
    }

    /// Whether a head was begun and not finished.
    pub(super) const fn head_begun(&self) -> bool {
        self.head_begun
    }

    /// A write that has to wait too long fails.
    fn watch_write<T>(&mut self, written: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.write_deadline.disarm();
            return written;
        }
        self.write_deadline.poll(self.timeouts.write, context).map(|()| {
            // What waits in the kernel would stay there after the socket is closed for as long as the peer goes on not
            // reading it. A reset drops it.
            let _ = SockRef::from(&self.socket).set_linger(Some(Duration::ZERO));
            Err(io::ErrorKind::TimedOut.into())
        })
    }
}

impl Requests {
    /// Notes that a request has begun.
    pub(super) fn begin(self: &Arc<Self>) -> Busy {
        self.begun.fetch_add(1, Ordering::Relaxed);
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        Busy(Arc::clone(self))
    }

    /// Notes that there is an answer to write.
    pub(super) fn note_unsent(&self) {
        self.unsent.store(true, Ordering::Relaxed);
    }

    /// Whether everything that was answered is handed to the kernel.
    pub(super) fn is_all_sent(&self) -> bool {
        !self.unsent.load(Ordering::Relaxed)
    }

    fn waiting(&self) -> MutexGuard<'_, Option<Waker>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        if self.0.in_flight.fetch_sub(1, Ordering::Relaxed) == 1
            && let Some(waiting) = self.0.waiting().take()
        {
            waiting.wake();
        }
    }
}

impl Deadline {
    /// Ready once `patience` has passed since the deadline was armed for it.
    fn poll(&mut self, patience: Duration, context: &mut Context<'_>) -> Poll<()> {
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
        if self.armed_for.replace(patience) != Some(patience) {
            sleep.as_mut().reset(Instant::now() + patience);
        }
        sleep.as_mut().poll(context)
    }

    const fn disarm(&mut self) {
        self.armed_for = None;
    }
}

impl AsyncRead for TimedIo {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.put_back.is_empty() {
            let count = this.put_back.len().min(buffer.remaining());
            buffer.put_slice(&this.put_back.split_to(count));
            return Poll::Ready(Ok(()));
        }
        let filled = buffer.filled().len();
        let read = Pin::new(&mut this.socket).poll_read(context, buffer);
        let begun = this.requests.begun.load(Ordering::Relaxed);
        let busy = this.requests.in_flight.load(Ordering::Relaxed) > 0;
        if busy || begun != this.seen {
            this.seen = begun;
            this.head_begun = false;
            this.read_deadline.disarm();
        }
        if busy {
            *this.requests.waiting() = Some(context.waker().clone());
            return read;
        }
        if read.is_ready() {
            this.head_begun |= buffer.filled().len() > filled;
            return read;
        }
        let patience = if this.head_begun { this.timeouts.head } else { this.timeouts.idle };
        this.read_deadline.poll(patience, context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncWrite for TimedIo {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write(context, bytes);
        self.watch_write(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write_vectored(context, parts);
        self.watch_write(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // hyper flushes the socket when it has written all it has.
        self.requests.unsent.store(false, Ordering::Relaxed);
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}
