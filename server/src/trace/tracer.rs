//! Who begins traces, and the way of their spans to the collector.

use super::TraceSettings;
use super::collector::Collector;
use super::exporter::{BoundedProcessor, Queue, WatchedExporter};
use crate::metrics::Metrics;
use hyper::HeaderMap;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::{SpanKind, TraceContextExt as _, Tracer as _, TracerProvider as _};
use opentelemetry::{Context, InstrumentationScope, Key, KeyValue};
use opentelemetry_http::HeaderExtractor;
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, SdkTracer, SdkTracerProvider};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

/// Begins traces. Without a collector it begins none. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct Tracer(Option<Arc<Beginner>>);

#[derive(Debug)]
struct Beginner {
    tracer: SdkTracer,
    /// Whether a caller's `traceparent` is the parent of its request.
    hears_callers: bool,
}

/// The way of the spans to the collector; whoever has it closes it.
#[derive(Debug)]
pub struct Traces {
    provider: Option<SdkTracerProvider>,
    hears_callers: bool,
}

/// How long the end of the server waits for the last spans to be taken.
const FLUSH: Duration = Duration::from_millis(1500);

impl Traces {
    /// Opens the way that the settings name. Needs the runtime. Nothing in the settings keeps a server from starting: flags
    /// matter more than traces, and the variables are often set for a whole platform. The log says what is wrong.
    #[must_use]
    pub fn start(settings: &TraceSettings, metrics: &Arc<Metrics>) -> Self {
        for remark in &settings.remarks {
            tracing::warn!("{remark}");
        }
        let provider = provider(settings, metrics).unwrap_or_else(|problem| {
            tracing::warn!(%problem, "no traces are exported");
            None
        });
        Self { provider, hears_callers: settings.hears_callers }
    }

    /// Who begins the traces that go this way.
    #[must_use]
    pub fn tracer(&self) -> Tracer {
        let scope = || InstrumentationScope::builder("sidekick").with_version(env!("CARGO_PKG_VERSION")).build();
        let beginner = self.provider.as_ref().map(|provider| {
            Arc::new(Beginner { tracer: provider.tracer_with_scope(scope()), hears_callers: self.hears_callers })
        });
        Tracer(beginner)
    }

    /// Hands the last spans over, as long as that takes no longer than it may.
    pub async fn close(self) {
        if let Some(provider) = self.provider {
            // It blocks, and the spans need the runtime. A collector that does not take them has been told of.
            let _ = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(FLUSH)).await;
        }
    }
}

impl Tracer {
    /// Whether there is a collector.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Begins the span of a request, under the span that its caller names (W3C Trace Context). `None` without a collector.
    #[must_use]
    pub fn request(
        &self,
        name: String,
        headers: &HeaderMap,
        attributes: impl IntoIterator<Item = KeyValue>,
    ) -> Option<Context> {
        let mut parent = Context::new().with_value(self.clone());
        if self.0.as_ref()?.hears_callers {
            parent = TraceContextPropagator::new().extract_with_context(&parent, &HeaderExtractor(headers));
        }
        Some(self.begin_under(&parent, name, SpanKind::Server, attributes))
    }

    /// Begins a trace of the server's own. The context is an empty one without a collector.
    #[must_use]
    pub fn begin(&self, name: &'static str, kind: SpanKind, attributes: impl IntoIterator<Item = KeyValue>) -> Context {
        match self.is_on() {
            true => self.begin_under(&Context::new().with_value(self.clone()), name, kind, attributes),
            false => Context::new(),
        }
    }

    /// Begins a span under the one of `parent`, if it has one.
    pub(super) fn begin_under(
        &self,
        parent: &Context,
        name: impl Into<Cow<'static, str>>,
        kind: SpanKind,
        attributes: impl IntoIterator<Item = KeyValue>,
    ) -> Context {
        let Some(beginner) = &self.0 else { return parent.clone() };
        let builder = beginner.tracer.span_builder(name).with_kind(kind).with_attributes(attributes);
        parent.with_span(beginner.tracer.build_with_context(builder, parent))
    }
}

/// `None` where nothing is to be exported. The library reads the variables for headers, sampling, batches and the resource
/// itself.
fn provider(settings: &TraceSettings, metrics: &Arc<Metrics>) -> Result<Option<SdkTracerProvider>, String> {
    let Some(address) = &settings.collector else { return Ok(None) };
    let collector = Collector::new(address, settings)?;
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(collector.clone())
        .with_endpoint(address.as_str())
        .with_timeout(settings.timeout)
        .build()
        .map_err(|error| error.to_string())?;
    let queue = Arc::new(Queue::new(settings.queue, Arc::clone(metrics)));
    let exporter = WatchedExporter::new(exporter, collector, Arc::clone(&queue));
    let batches = BatchConfigBuilder::default().with_max_queue_size(settings.queue).build();
    let processor = BatchSpanProcessor::builder(exporter).with_batch_config(batches).build();
    let processor = BoundedProcessor::new(processor, queue);
    tracing::info!(collector = %address, "traces are exported");
    Ok(Some(SdkTracerProvider::builder().with_resource(resource()).with_span_processor(processor).build()))
}

/// What the environment says of the service, or else what it is.
fn resource() -> Resource {
    const NAME: &str = "service.name";
    let detected = Resource::builder().build();
    let is_named = detected.get(&Key::new(NAME)).is_some_and(|name| !name.as_str().starts_with("unknown_service"));
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let name = (!is_named).then(|| KeyValue::new(NAME, "sidekick"));
    // What is detected comes last and counts.
    let own = [version].into_iter().chain(name);
    let named = detected.iter().filter(|(key, _)| is_named || key.as_str() != NAME);
    let said = named.map(|(key, value)| KeyValue::new(key.clone(), value.clone()));
    Resource::builder_empty().with_attributes(own.chain(said)).build()
}
