//! What stands around the library's batches: a bound that counts what is dropped, and a word in the log when the collector
//! goes away or comes back.

use super::collector::Collector;
use crate::metrics::Metrics;
use opentelemetry::Context;
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{BatchSpanProcessor, Span, SpanData, SpanProcessor};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// How many spans wait for the collector, those on their way to it included.
#[derive(Debug)]
pub(super) struct Queue {
    waiting: AtomicUsize,
    room: usize,
    metrics: Arc<Metrics>,
}

/// Takes spans as long as there is room. The library's queue has the same bound, but tells nobody what it drops.
#[derive(Debug)]
pub(super) struct BoundedProcessor {
    batches: BatchSpanProcessor,
    queue: Arc<Queue>,
}

/// Sends batches of spans.
#[derive(Debug)]
pub(super) struct WatchedExporter {
    exporter: SpanExporter,
    collector: Collector,
    queue: Arc<Queue>,
    has_failed: AtomicBool,
}

impl Queue {
    pub(super) const fn new(room: usize, metrics: Arc<Metrics>) -> Self {
        Self { waiting: AtomicUsize::new(0), room, metrics }
    }

    /// Whether there is room for one more, which then has it.
    fn enter(&self) -> bool {
        let more = |waiting: usize| (waiting < self.room).then_some(waiting + 1);
        let entered = self.waiting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok();
        if !entered {
            self.metrics.spans_dropped.inc();
        }
        entered
    }

    fn leave(&self, count: usize, are_lost: bool) {
        self.waiting.fetch_sub(count, Ordering::Relaxed);
        if are_lost {
            self.metrics.spans_dropped.inc_by(count as u64);
        }
    }
}

impl BoundedProcessor {
    pub(super) const fn new(batches: BatchSpanProcessor, queue: Arc<Queue>) -> Self {
        Self { batches, queue }
    }
}

impl SpanProcessor for BoundedProcessor {
    fn on_start(&self, span: &mut Span, context: &Context) {
        self.batches.on_start(span, context);
    }

    fn on_end(&self, span: SpanData) {
        if self.queue.enter() {
            self.batches.on_end(span);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.batches.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.batches.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.batches.set_resource(resource);
    }
}

impl WatchedExporter {
    pub(super) const fn new(exporter: SpanExporter, collector: Collector, queue: Arc<Queue>) -> Self {
        Self { exporter, collector, queue, has_failed: AtomicBool::new(false) }
    }
}

impl opentelemetry_sdk::trace::SpanExporter for WatchedExporter {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let count = batch.len();
        let result = self.exporter.export(batch).await;
        self.queue.leave(count, result.is_err());
        let had_failed = self.has_failed.swap(result.is_err(), Ordering::Relaxed);
        match (&result, had_failed) {
            (Err(error), false) => {
                let reason = self.collector.fault().unwrap_or_else(|| error.to_string());
                tracing::warn!(%reason, "the collector takes no traces; they are dropped until it does");
            }
            (Ok(()), true) => tracing::info!("the collector takes traces again"),
            _ => {}
        }
        result
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}
