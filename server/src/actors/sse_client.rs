//! The SSE actor, one for each client: replay or resume, then live changes and heartbeats, until either side ends it.
//! Where its bytes go, it does not know: that is the [`Outlet`].

use super::doorbell::Doorbell;
use super::{FlagStoreHandle, Streamed, StreamedChange, Subscription, View};
use crate::auth::KeyEnd;
use crate::chaos::{self, Defect, Point};
use crate::chunk::Chunk;
use crate::limits::StreamPermit;
use crate::metrics::Metrics;
use crate::shutdown::Shutdown;
use opentelemetry::Context as TraceContext;
use sidekick_core::{Digest, EventId, Revision, sse};
use std::future::poll_fn;
use std::pin::pin;
use std::slice;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::{Instant, sleep_until};

/// One client of the stream. What each change touches is in here; everything else is behind a pointer.
pub struct SseClient {
    opening: Box<Opening>,
    metrics: Arc<Metrics>,
    /// Of the key that opened the stream: its end is the stream's, wherever that is.
    key: KeyEnd,
    /// Revision and digest of what the client has been sent.
    sent: (Revision, Digest),
}

/// What a stream is opened with.
pub struct Opening {
    /// Where the flags come from.
    pub flags: FlagStoreHandle,
    /// What the client sees of them.
    pub view: View,
    /// Where the client stands; `None` where it has nothing yet.
    pub resume: Option<EventId>,
    /// When the actor acts by itself.
    pub pace: Pace,
    /// Counts the stream for as long as it is open.
    pub permit: StreamPermit,
    /// Says when the server ends.
    pub shutdown: Shutdown,
    /// The span of what the stream begins with, where its request is traced; it is let go with the last byte of that.
    pub replay: TraceContext,
}

/// Where a client's events go.
pub trait Outlet: Send {
    /// Hands over what is taken at once, in bytes of the framed chunks. `None`: the client has gone.
    fn try_send(&mut self, chunks: &[Chunk]) -> Option<usize>;

    /// Hands the chunks over from that byte on, all and in order. `None`: the client has gone, or has taken nothing for too
    /// long.
    fn send_rest(&mut self, chunks: &[Chunk], sent: usize) -> impl Future<Output = Option<()>> + Send;

    /// Ready when the client has gone.
    fn poll_closed(&mut self, context: &mut Context<'_>) -> Poll<()>;

    /// Ends the stream in order, so that the client can tell its end from a break.
    fn finish(self) -> impl Future<Output = ()> + Send;
}

/// When a client's actor acts by itself.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Between two heartbeats.
    pub heartbeat: Duration,
    /// Over which the ends of all streams are spread at shutdown.
    pub drain: Duration,
}

/// What has to be sent in place of the next change.
enum After {
    /// Everything.
    Replay,
    /// What was missed: the client was too slow, and no change is ever skipped.
    Missed,
    /// The end.
    Goodbye,
}

/// What a stream waits for.
enum Event {
    Received(Result<Streamed, RecvError>),
    Closed,
    BeatDue,
}

/// Counts a stream for as long as it is open.
struct OpenStream(Arc<Metrics>);

/// Changes that go into one write at most.
const BURST: usize = 256;
/// The longest that a client is asked to stay away at shutdown.
const MAX_RETRY_MILLIS: u32 = 5000;

impl SseClient {
    /// A client that is to be served.
    #[must_use]
    pub const fn new(opening: Box<Opening>, metrics: Arc<Metrics>, key: KeyEnd) -> Self {
        Self { opening, metrics, key, sent: (Revision::ZERO, Digest::EMPTY) }
    }

    /// Serves the client until it goes away, takes nothing any more, or the server ends.
    ///
    /// There are thousands of these futures, each looked at for each change: what is rare is kept in boxes of its own, and
    /// an `async fn` would hold its arguments twice.
    #[allow(clippy::manual_async_fn)]
    pub fn run(mut self, mut outlet: impl Outlet) -> impl Future<Output = ()> + Send {
        async move {
            let _open = OpenStream::new(Arc::clone(&self.metrics));
            if self.serve(&mut outlet).await.is_some() {
                Box::pin(outlet.finish()).await;
            }
        }
    }

    /// `None` is the end of a stream whose client is not there any more.
    async fn serve(&mut self, outlet: &mut impl Outlet) -> Option<()> {
        let Some(mut subscription) = Box::pin(self.subscribe(outlet)).await? else {
            return Box::pin(self.say_goodbye(outlet)).await;
        };
        loop {
            let mut changes = Box::pin(self.open(subscription, outlet)).await?;
            self.opening.replay = TraceContext::new();
            match self.follow(&mut changes, outlet).await? {
                After::Replay => subscription = Box::pin(self.opening.flags.subscribe(self.opening.view, None)).await?,
                After::Missed => subscription = Box::pin(self.subscribe_after_lag()).await?,
                After::Goodbye => return Box::pin(self.say_goodbye(outlet)).await,
            }
        }
    }

    /// An instance that is behind its client catches up first, which takes as long as storage is away. No subscription:
    /// the server is ending.
    async fn subscribe(&mut self, outlet: &mut impl Outlet) -> Option<Option<Subscription>> {
        let Opening { flags, view, resume, shutdown, .. } = &mut *self.opening;
        tokio::select! {
            biased;
            subscription = flags.subscribe(*view, resume.take()) => subscription.map(Some),
            () = poll_fn(|context| outlet.poll_closed(context)) => None,
            () = shutdown.begun() => Some(None),
            () = self.key.come() => None,
        }
    }

    /// What the client has missed, or everything where that is too much.
    async fn subscribe_after_lag(&mut self) -> Option<Subscription> {
        let Opening { flags, view, resume, .. } = &mut *self.opening;
        let seen = resume.take().map(|id| EventId { revision: self.sent.0, ..id });
        let mut subscription = flags.subscribe(*view, seen).await?;
        if subscription.is_resumed {
            // A stream says so at its beginning alone; in its middle these are changes like others.
            subscription.opening.remove(0);
        }
        Some(subscription)
    }

    /// Sends what happens until something else than the next change has to be sent.
    async fn follow(&mut self, changes: &mut Receiver<Streamed>, outlet: &mut impl Outlet) -> Option<After> {
        if self.opening.shutdown.has_begun() {
            // The word may have been given before there was a receiver to hear it.
            return Some(After::Goodbye);
        }
        // A random first beat spreads the beats of clients that came at once.
        let first = self.opening.pace.heartbeat.mul_f64(fastrand::f64().max(0.1));
        let mut beat = Box::pin(sleep_until(Instant::now() + first));
        let mut key_end = Box::pin(self.key.clone().over());
        let mut doorbell = Doorbell::new();
        loop {
            let event = {
                let mut next = pin!(changes.recv());
                poll_fn(|context| {
                    let seldom = doorbell.poll(context, |context| {
                        if outlet.poll_closed(context).is_ready() || key_end.as_mut().poll(context).is_ready() {
                            return Poll::Ready(Event::Closed);
                        }
                        beat.as_mut().poll(context).map(|()| Event::BeatDue)
                    });
                    if seldom.is_ready() {
                        return seldom;
                    }
                    next.as_mut().poll(context).map(Event::Received)
                })
                .await
            };
            match event {
                Event::Received(Ok(Streamed::Change(first))) => {
                    if let Some(after) = self.send_changes(first, changes, outlet).await? {
                        return Some(after);
                    }
                }
                Event::Received(Ok(Streamed::Replaced)) => return Some(After::Replay),
                Event::Received(Ok(Streamed::Ending) | Err(RecvError::Closed)) => return Some(After::Goodbye),
                Event::Received(Err(RecvError::Lagged(_))) => return Some(self.note_lag()),
                Event::Closed => return None,
                Event::BeatDue => {
                    beat.as_mut().reset(Instant::now() + self.opening.pace.heartbeat);
                    let (revision, digest) = self.sent;
                    let beat = Chunk::encode(96, |out| sse::heartbeat(revision, digest, out));
                    self.send(slice::from_ref(&beat), outlet).await?;
                }
            }
        }
    }

    async fn open(&mut self, subscription: Subscription, outlet: &mut impl Outlet) -> Option<Receiver<Streamed>> {
        let Subscription { opening, id, digest, changes, .. } = subscription;
        if let Some(first) = opening.first()
            && chaos::is_due(Point::DuringReplay)
        {
            let events = first.events();
            let half = Chunk::encode(events.len(), |out| out.extend(events.iter().take(events.len() / 2)));
            self.send(&[half], outlet).await?;
            // The half is on its way to the client before the process ends.
            tokio::time::sleep(Duration::from_millis(100)).await;
            chaos::die();
        }
        self.send(&opening, outlet).await?;
        self.sent = (id.revision, digest);
        self.opening.resume = Some(id);
        Some(changes)
    }

    /// Sends a change and, in the same write, those that have come meanwhile; then perhaps something else is due.
    async fn send_changes(
        &mut self,
        first: Arc<StreamedChange>,
        changes: &mut Receiver<Streamed>,
        outlet: &mut impl Outlet,
    ) -> Option<Option<After>> {
        if changes.is_empty() {
            self.send(slice::from_ref(&first.event), outlet).await?;
            self.note_sent(&first);
            return Some(None);
        }
        Box::pin(self.send_burst(first, changes, outlet)).await
    }

    async fn send_burst(
        &mut self,
        first: Arc<StreamedChange>,
        changes: &mut Receiver<Streamed>,
        outlet: &mut impl Outlet,
    ) -> Option<Option<After>> {
        let mut burst = vec![first];
        let mut after = None;
        while burst.len() < BURST && after.is_none() {
            match changes.try_recv() {
                Ok(Streamed::Change(change)) => burst.push(change),
                Ok(Streamed::Replaced) => after = Some(After::Replay),
                Ok(Streamed::Ending) => after = Some(After::Goodbye),
                Err(TryRecvError::Lagged(_)) => after = Some(self.note_lag()),
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        let chunks: Vec<Chunk> = burst.iter().map(|change| change.event.clone()).collect();
        self.send(&chunks, outlet).await?;
        for change in &burst {
            self.note_sent(change);
        }
        Some(after)
    }

    fn note_lag(&self) -> After {
        self.metrics.lagged.inc();
        After::Missed
    }

    async fn send(&mut self, chunks: &[Chunk], outlet: &mut impl Outlet) -> Option<()> {
        let sent = outlet.try_send(chunks)?;
        if sent == chunks.iter().map(|chunk| chunk.framed().len()).sum::<usize>() {
            return Some(());
        }
        // Where the client is slow, the end of its key is not.
        let slowly = async {
            tokio::select! {
                biased;
                sent = outlet.send_rest(chunks, sent) => sent,
                () = self.key.come() => None,
            }
        };
        Box::pin(slowly).await
    }

    fn note_sent(&mut self, change: &StreamedChange) {
        self.metrics.lags.add(change.committed_at.elapsed());
        self.sent = (change.revision, change.digest);
    }

    /// Sends the client away at a random moment, to come back at another one.
    async fn say_goodbye(&mut self, outlet: &mut impl Outlet) -> Option<()> {
        tokio::time::sleep(self.opening.pace.drain.mul_f64(fastrand::f64())).await;
        let goodbye = Chunk::encode(16, |out| sse::retry(fastrand::u32(0..=MAX_RETRY_MILLIS), out));
        self.send(slice::from_ref(&goodbye), outlet).await
    }
}

impl OpenStream {
    fn new(metrics: Arc<Metrics>) -> Self {
        metrics.streams.inc();
        Self(metrics)
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.0.streams.dec();
        if chaos::has(Defect::Leak) {
            chaos::leak();
        }
    }
}
