//! Traces: what the server does for a request, told to an OpenTelemetry collector where the environment names one.
//!
//! A span's context is current while its future is looked at, and carries the tracer, so that whatever is done for a
//! traced request can begin a span without being handed anything. What no request asked for, the questions of every second
//! first of all, begins none. A span ends when the last of its context is let go.

mod collector;
mod exporter;
mod settings;
mod tracer;

pub use settings::TraceSettings;
pub use tracer::{Tracer, Traces};

use opentelemetry::trace::{FutureExt as _, SpanKind, Status, TraceContextExt as _};
use opentelemetry::{Context, KeyValue};
use std::borrow::Cow;

/// Begins a span under the current one, where that is traced; else the context is the current one.
#[must_use]
pub fn child(
    name: impl Into<Cow<'static, str>>,
    kind: SpanKind,
    attributes: impl IntoIterator<Item = KeyValue>,
) -> Context {
    let current = Context::current();
    match current.get::<Tracer>() {
        Some(tracer) => tracer.begin_under(&current, name, kind, attributes),
        None => current,
    }
}

/// A storage operation as a span under the current one, where that is traced. `has_failed` says whether a result is a
/// failure of the storage.
pub async fn storage<T>(
    operation: &'static str,
    pending: impl Future<Output = T>,
    has_failed: impl FnOnce(&T) -> bool,
) -> T {
    if Context::map_current(|current| current.get::<Tracer>().is_none()) {
        return pending.await;
    }
    let attributes = [KeyValue::new("db.operation.name", operation)];
    let span = child(format!("storage {operation}"), SpanKind::Internal, attributes);
    let result = pending.with_context(span.clone()).await;
    if has_failed(&result) {
        fail(&span, "storage");
    }
    result
}

/// Marks a span as failed. What exactly was wrong is for the log: a database's or a library's words may quote anything.
pub fn fail(span: &Context, kind: &'static str) {
    span.span().set_attribute(KeyValue::new("error.type", kind));
    span.span().set_status(Status::error(""));
}
