//! The SSE actor, one for each client: replay or resume, then live changes and heartbeats, until either side ends it.

use super::{FlagStoreHandle, Streamed, StreamedChange, Subscription, View};
use crate::chaos::{self, Point};
use crate::metrics::Metrics;
use crate::shutdown::Shutdown;
use bytes::Bytes;
use sidekick_core::{Digest, EventId, Revision, sse};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{broadcast, mpsc};
use tokio::time::{MissedTickBehavior, interval_at};

/// Bytes for a client's socket.
#[derive(Debug)]
pub struct Frame {
    /// Whole events.
    pub bytes: Bytes,
    /// When the change in them was committed; none for a replay and a heartbeat.
    pub committed_at: Option<Instant>,
}

/// One client of the stream.
pub struct SseClient {
    flags: FlagStoreHandle,
    view: View,
    metrics: Arc<Metrics>,
    frames: mpsc::Sender<Frame>,
    /// Revision and digest of what the client has been sent.
    sent: (Revision, Digest),
}

/// When a client's actor acts by itself.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Between two heartbeats.
    pub heartbeat: Duration,
    /// Over which the ends of all streams are spread at shutdown.
    pub drain: Duration,
}

/// Frames that may wait for the socket. What waits beyond them waits in the broadcast, which all clients share.
const WAITING_FRAMES: usize = 8;
/// The longest that a client is asked to stay away at shutdown.
const MAX_RETRY_MILLIS: u32 = 5000;

impl SseClient {
    /// Starts the actor of a new client; its frames are to be written to the socket in order. It ends when the frames
    /// are not taken any more, or `shutdown` begins.
    pub fn start(
        flags: FlagStoreHandle,
        view: View,
        metrics: Arc<Metrics>,
        resume: Option<EventId>,
        pace: Pace,
        shutdown: Shutdown,
    ) -> mpsc::Receiver<Frame> {
        let (frames, body) = mpsc::channel(WAITING_FRAMES);
        let client = Self { flags, view, metrics, frames, sent: (Revision::ZERO, Digest::EMPTY) };
        tokio::spawn(async move {
            client.metrics.streams.inc();
            let metrics = Arc::clone(&client.metrics);
            client.run(resume, pace, shutdown).await;
            metrics.streams.dec();
        });
        body
    }

    /// `None` is the end of the stream, whatever brought it.
    async fn run(mut self, resume: Option<EventId>, pace: Pace, mut shutdown: Shutdown) -> Option<()> {
        // An instance that is behind its client catches up first, which takes as long as storage is away.
        let frames = self.frames.clone();
        let mut changes = tokio::select! {
            biased;
            changes = self.open(resume) => changes?,
            () = frames.closed() => return None,
            () = shutdown.begun() => return self.say_goodbye(pace.drain).await,
        };
        // A random first beat spreads the beats of clients that came at once.
        let first = pace.heartbeat.mul_f64(fastrand::f64().max(0.1));
        let mut heartbeat = interval_at(tokio::time::Instant::now() + first, pace.heartbeat);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = self.frames.closed() => return None,
                () = shutdown.begun() => return self.say_goodbye(pace.drain).await,
                change = changes.recv() => match change {
                    Ok(Streamed::Change(change)) => {
                        self.send_change(&change).await?;
                        // What has come meanwhile goes into the same write of the socket.
                        loop {
                            match changes.try_recv() {
                                Ok(Streamed::Change(change)) => self.send_change(&change).await?,
                                Ok(Streamed::Replaced) => changes = self.open(None).await?,
                                Err(TryRecvError::Lagged(_)) => changes = self.replay_after_lag().await?,
                                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
                            }
                        }
                    }
                    Ok(Streamed::Replaced) => changes = self.open(None).await?,
                    Err(RecvError::Lagged(_)) => changes = self.replay_after_lag().await?,
                    Err(RecvError::Closed) => return None,
                },
                _ = heartbeat.tick() => {
                    let mut beat = Vec::new();
                    sse::heartbeat(self.sent.0, self.sent.1, &mut beat);
                    self.send(beat.into(), None).await?;
                }
            }
        }
    }

    async fn open(&mut self, resume: Option<EventId>) -> Option<broadcast::Receiver<Streamed>> {
        let Subscription { opening, revision, digest, changes } = self.flags.subscribe(self.view, resume).await?;
        for bytes in opening {
            if chaos::is_due(Point::DuringReplay) {
                self.send(bytes.slice(..bytes.len() / 2), None).await?;
                // The half is on its way to the client before the process ends.
                tokio::time::sleep(Duration::from_millis(100)).await;
                chaos::die();
            }
            self.send(bytes, None).await?;
        }
        self.sent = (revision, digest);
        Some(changes)
    }

    /// The client was too slow: it gets everything anew, so that no change is ever skipped.
    async fn replay_after_lag(&mut self) -> Option<broadcast::Receiver<Streamed>> {
        self.metrics.lagged.inc();
        self.open(None).await
    }

    async fn send_change(&mut self, change: &StreamedChange) -> Option<()> {
        self.send(change.event.clone(), Some(change.committed_at)).await?;
        self.sent = (change.revision, change.digest);
        Some(())
    }

    async fn send(&self, bytes: Bytes, committed_at: Option<Instant>) -> Option<()> {
        self.frames.send(Frame { bytes, committed_at }).await.ok()
    }

    /// Sends the client away at a random moment, to come back at another one.
    async fn say_goodbye(self, drain: Duration) -> Option<()> {
        tokio::time::sleep(drain.mul_f64(fastrand::f64())).await;
        let mut goodbye = Vec::new();
        sse::retry(fastrand::u32(0..=MAX_RETRY_MILLIS), &mut goodbye);
        self.send(goodbye.into(), None).await
    }
}
