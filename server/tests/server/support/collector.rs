//! A collector of traces: it takes what a server exports by OTLP over HTTP, and keeps it.

use super::DEADLINE;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value};
use prost::Message as _;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Instant;

/// A collector on a free port. Its thread ends with the process.
pub struct Collector {
    address: SocketAddr,
    is_tls: bool,
    taken: Arc<Taken>,
}

#[derive(Default)]
struct Taken {
    /// What requests are answered, if not that they are taken.
    refusal: AtomicU16,
    requests: Mutex<Vec<Exported>>,
    news: Condvar,
}

/// One request with spans, as it came.
#[derive(Clone, Debug)]
pub struct Exported {
    /// The request's line and its headers.
    pub head: String,
    pub body: Vec<u8>,
}

/// A span, with its ids in hexadecimal digits and its attributes as texts.
#[derive(Clone, Debug)]
pub struct Span {
    pub name: String,
    pub trace: String,
    pub id: String,
    pub parent: String,
    /// `Server`, say.
    pub kind: String,
    pub attributes: BTreeMap<String, String>,
    pub has_failed: bool,
    /// From its start to its end, in nanoseconds.
    pub nanos: u64,
    /// The attributes of the service that it is from.
    pub resource: BTreeMap<String, String>,
}

impl Collector {
    pub fn start() -> Self {
        Self::start_with(None)
    }

    /// One that is spoken to by TLS, with this certificate and its key, PEM files: for tests that can make those.
    #[allow(dead_code)]
    pub fn start_with_tls(certificate: &Path, key: &Path) -> Self {
        let chain = CertificateDer::pem_file_iter(certificate).unwrap().map(Result::unwrap).collect();
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, PrivateKeyDer::from_pem_file(key).unwrap());
        Self::start_with(Some(Arc::new(config.unwrap())))
    }

    fn start_with(tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let is_tls = tls.is_some();
        let taken = Arc::new(Taken::default());
        let takes = Arc::clone(&taken);
        std::thread::spawn(move || {
            for socket in listener.incoming() {
                let socket = socket.unwrap();
                match &tls {
                    Some(config) => {
                        let session = ServerConnection::new(Arc::clone(config)).unwrap();
                        take(&mut BufReader::new(StreamOwned::new(session, socket)), &takes);
                    }
                    None => take(&mut BufReader::new(socket), &takes),
                }
            }
        });
        Self { address, is_tls, taken }
    }

    /// The environment's word for it.
    pub fn url(&self) -> String {
        // The tests' certificates name `localhost` and no address.
        if self.is_tls {
            format!("https://localhost:{}", self.address.port())
        } else {
            format!("http://{}", self.address)
        }
    }

    /// Refuses all that comes with this status from now on; 0 takes it again.
    pub fn refuse_with(&self, status: u16) {
        self.taken.refusal.store(status, Ordering::SeqCst);
    }

    /// All requests that were taken.
    pub fn requests(&self) -> Vec<Exported> {
        self.taken.requests.lock().unwrap().clone()
    }

    /// All spans that were taken.
    pub fn spans(&self) -> Vec<Span> {
        self.requests().iter().flat_map(spans_of).collect()
    }

    /// Waits for a span of this name, or that begins with it, and gives the first.
    pub fn wait_for(&self, name: &str) -> Span {
        self.wait_until(name, |span| span.name.starts_with(name))
    }

    /// Waits for a span for which `is_it` holds.
    pub fn wait_until(&self, what: &str, is_it: impl Fn(&Span) -> bool) -> Span {
        let start = Instant::now();
        let mut requests = self.taken.requests.lock().unwrap();
        loop {
            if let Some(span) = requests.iter().flat_map(spans_of).find(&is_it) {
                return span;
            }
            let names: Vec<String> = requests.iter().flat_map(spans_of).map(|span| span.name).collect();
            let left = DEADLINE.checked_sub(start.elapsed()).unwrap_or_else(|| panic!("no span {what} in {names:?}"));
            requests = self.taken.news.wait_timeout(requests, left).unwrap().0;
        }
    }
}

/// Takes or refuses one request.
fn take(socket: &mut BufReader<impl Read + Write>, taken: &Taken) {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if socket.read_line(&mut head).unwrap_or(0) == 0 {
            return;
        }
    }
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap()];
    socket.read_exact(&mut body).unwrap();
    let refusal = taken.refusal.load(Ordering::SeqCst);
    if refusal == 0 {
        taken.requests.lock().unwrap().push(Exported { head, body });
        taken.news.notify_all();
    }
    let status = if refusal == 0 { 200 } else { refusal };
    let answer = format!("HTTP/1.1 {status} So\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    // Who asked may have ended meanwhile.
    let _ = socket.get_mut().write_all(answer.as_bytes());
}

fn spans_of(exported: &Exported) -> Vec<Span> {
    let request = ExportTraceServiceRequest::decode(exported.body.as_slice()).unwrap();
    let mut spans = Vec::new();
    for of_resource in request.resource_spans {
        let resource = attributes(of_resource.resource.unwrap().attributes);
        for span in of_resource.scope_spans.into_iter().flat_map(|of_scope| of_scope.spans) {
            spans.push(Span {
                kind: format!("{:?}", span.kind()),
                name: span.name,
                trace: hexadecimal(&span.trace_id),
                id: hexadecimal(&span.span_id),
                parent: hexadecimal(&span.parent_span_id),
                attributes: attributes(span.attributes),
                has_failed: span.status.is_some_and(|status| status.code == 2),
                nanos: span.end_time_unix_nano - span.start_time_unix_nano,
                resource: resource.clone(),
            });
        }
    }
    spans
}

fn attributes(attributes: Vec<KeyValue>) -> BTreeMap<String, String> {
    let text = |value| match value {
        any_value::Value::StringValue(text) => text,
        any_value::Value::IntValue(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    let value = |attribute: KeyValue| (attribute.key, attribute.value.unwrap().value.map(text).unwrap());
    attributes.into_iter().map(value).collect()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
