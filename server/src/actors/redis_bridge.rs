//! The RedisBridge actor: publishes this instance's changes and takes in the others'.
//!
//! Redis is the fast path and nothing more. While it is away the instances follow storage; when it is back, storage is
//! asked first.

use crate::bus::{Hint, Message, message};
use crate::chaos::{self, Point};
use crate::metrics::Metrics;
use crate::trace;
use futures_util::StreamExt;
use opentelemetry::trace::SpanKind;
use opentelemetry::{Context as TraceContext, KeyValue};
use redis::aio::{MultiplexedConnection, PubSub};
use redis::{AsyncConnectionConfig, Client, RedisError};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{broadcast, mpsc};
use tokio::time::timeout;

/// A hint on its way to Redis, and what that is traced under.
#[derive(Debug)]
pub struct Outgoing {
    /// The hint.
    pub hint: Hint,
    /// The write that made the change.
    pub cause: TraceContext,
}

/// The actor itself.
pub struct RedisBridge {
    client: Client,
    hints: mpsc::Receiver<Outgoing>,
    incoming: broadcast::Sender<Message>,
    metrics: Arc<Metrics>,
}

/// The channel that all instances of all stores on one Redis share; an epoch tells the stores apart.
const CHANNEL: &str = "sidekick:changes";
/// How long Redis may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// The pause after a failure, doubled with each until `MAX_PAUSE`, and varied so that instances do not come at once.
const MIN_PAUSE: Duration = Duration::from_millis(100);
const MAX_PAUSE: Duration = Duration::from_secs(5);
/// How often the connections are tried where nothing else is said: a peer that is gone may leave them open.
const PING_EVERY: Duration = Duration::from_secs(2);

impl RedisBridge {
    /// Starts the actor.
    ///
    /// # Errors
    /// What is wrong with the address, without the password.
    pub fn start(
        address: &str,
        hints: mpsc::Receiver<Outgoing>,
        incoming: broadcast::Sender<Message>,
        metrics: Arc<Metrics>,
    ) -> Result<(), String> {
        let client = Client::open(address).map_err(|error| error.to_string())?;
        tokio::spawn(Self { client, hints, incoming, metrics }.run());
        Ok(())
    }

    async fn run(mut self) {
        let mut pause = MIN_PAUSE;
        loop {
            match self.connect().await {
                Ok((publisher, subscriber)) => {
                    tracing::info!("Redis is there");
                    self.metrics.redis_up.set(1);
                    pause = MIN_PAUSE;
                    // What was published while this instance did not listen is in storage.
                    let _ = self.incoming.send(Message::Reconnected);
                    let Err(error) = self.bridge(publisher, subscriber).await else { return };
                    tracing::warn!(%error, "Redis is away; instances follow the database meanwhile");
                }
                Err(error) => tracing::debug!(%error, "Redis is still away"),
            }
            self.metrics.redis_up.set(0);
            // Hints that waited are old news when Redis is back.
            while self.hints.try_recv().is_ok() {}
            tokio::time::sleep(pause.mul_f64(0.5 + fastrand::f64())).await;
            pause = (pause * 2).min(MAX_PAUSE);
        }
    }

    async fn connect(&self) -> Result<(MultiplexedConnection, PubSub), RedisError> {
        let config =
            AsyncConnectionConfig::new().set_connection_timeout(Some(PATIENCE)).set_response_timeout(Some(PATIENCE));
        let publisher = self.client.get_multiplexed_async_connection_with_config(&config).await?;
        let subscribe = async {
            let mut subscriber = self.client.get_async_pubsub().await?;
            subscriber.subscribe(CHANNEL).await?;
            Ok(subscriber)
        };
        let subscriber = timeout(PATIENCE, subscribe).await.unwrap_or_else(|_| Err(late()))?;
        Ok((publisher, subscriber))
    }

    /// Carries hints both ways until either connection breaks, or (`Ok`) nobody publishes any more.
    async fn bridge(&mut self, mut publisher: MultiplexedConnection, subscriber: PubSub) -> Result<(), RedisError> {
        let (mut control, mut messages) = subscriber.split();
        let mut ping = tokio::time::interval(PING_EVERY);
        loop {
            tokio::select! {
                hint = self.hints.recv() => {
                    let Some(Outgoing { hint, cause }) = hint else { return Ok(()) };
                    let span = publication(cause);
                    let bytes = message::encode(&hint);
                    let mut publish = redis::cmd("PUBLISH");
                    publish.arg(CHANNEL).arg(bytes);
                    publish.query_async::<()>(&mut publisher).await.inspect_err(|_| trace::fail(&span, "redis"))?;
                    chaos::die_at(Point::AfterPublish);
                }
                arrived = messages.next() => {
                    let arrived = arrived.ok_or_else(late)?;
                    match message::decode(arrived.get_payload_bytes()) {
                        // Nobody listening means that the server ends.
                        Some(hint) => drop(self.incoming.send(Message::Hint(hint))),
                        None => {
                            self.metrics.garbled_hints.inc();
                            let _ = self.incoming.send(Message::Reconnected);
                        }
                    }
                }
                _ = ping.tick() => {
                    redis::cmd("PING").query_async::<()>(&mut publisher).await?;
                    timeout(PATIENCE, control.ping::<redis::Value>()).await.unwrap_or_else(|_| Err(late()))?;
                }
            }
        }
    }
}

/// The span of a hint's publication. It ends when the context is let go.
fn publication(cause: TraceContext) -> TraceContext {
    let _under = cause.attach();
    let attributes = [
        KeyValue::new("messaging.system", "redis"),
        KeyValue::new("messaging.operation.name", "publish"),
        KeyValue::new("messaging.destination.name", CHANNEL),
    ];
    trace::child("publish sidekick:changes", SpanKind::Producer, attributes)
}

fn late() -> RedisError {
    RedisError::from((redis::ErrorKind::Io, "no answer in time"))
}
