//! The collector: where it is, and one request to it at a time, by the HTTP library that the server has anyway.

use super::TraceSettings;
use super::settings::CollectorAddress;
use async_trait::async_trait;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper::header::{HOST, HeaderValue};
use hyper::rt::{Read, Write};
use hyper::{Request, Response, Uri};
use hyper_util::rt::TokioIo;
use opentelemetry_http::{HttpClient, HttpError};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// How to reach the collector. Clones are the same one.
#[derive(Clone, Debug)]
pub(super) struct Collector {
    tls: Option<Arc<ClientConfig>>,
    patience: Duration,
    runtime: Handle,
    /// Why it could not be reached when that was last tried.
    fault: Arc<Mutex<Option<String>>>,
}

/// The most bytes of an answer, which says no more than how many spans were refused.
const ANSWER_LIMIT: usize = 64 << 10;

impl Collector {
    pub(super) fn new(address: &CollectorAddress, settings: &TraceSettings) -> Result<Self, String> {
        let tls = address.is_https().then(|| client_config(settings.certificate.as_deref())).transpose()?;
        Ok(Self { tls, patience: settings.timeout, runtime: Handle::current(), fault: Arc::default() })
    }

    /// Why the collector could not be reached; `None` where it answered, whatever that was.
    pub(super) fn fault(&self) -> Option<String> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (tls, patience) = (self.tls.clone(), self.patience);
        // Who asks is a thread of the library's, outside of the runtime.
        let asked = self.runtime.spawn(async move {
            let late = |_| HttpError::from(format!("no answer within {patience:?}"));
            timeout(patience, send(request, tls)).await.unwrap_or_else(|error| Err(late(error)))
        });
        let answered = asked.await.unwrap_or_else(|_| Err("the server is ending".into()));
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) =
            answered.as_ref().err().map(|error| error.to_string());
        answered
    }
}

/// Sends a request over a connection of its own: batches are seconds apart.
async fn send(request: Request<Bytes>, tls: Option<Arc<ClientConfig>>) -> Result<Response<Bytes>, HttpError> {
    let host = request.uri().host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let port = request.uri().port_u16().unwrap_or(if tls.is_some() { 443 } else { 80 });
    let socket = TcpStream::connect((host.as_str(), port)).await?;
    match tls {
        Some(config) => {
            let name = ServerName::try_from(host)?;
            exchange(TokioIo::new(TlsConnector::from(config).connect(name, socket).await?), request).await
        }
        None => exchange(TokioIo::new(socket), request).await,
    }
}

async fn exchange(
    io: impl Read + Write + Send + Unpin + 'static,
    mut request: Request<Bytes>,
) -> Result<Response<Bytes>, HttpError> {
    let host = request.uri().authority().map(|authority| HeaderValue::from_str(authority.as_str())).transpose()?;
    request.headers_mut().extend(host.map(|host| (HOST, host)));
    let path = request.uri().path_and_query().cloned();
    *request.uri_mut() = path.map_or_else(Uri::default, Uri::from);
    let (mut sender, connection) = http1::handshake(io).await?;
    // It ends with its sender, and what goes wrong the sender says.
    tokio::spawn(async { drop(connection.await) });
    let (head, body) = sender.send_request(request.map(Full::new)).await?.into_parts();
    Ok(Response::from_parts(head, Limited::new(body, ANSWER_LIMIT).collect().await?.to_bytes()))
}

/// Trusts the certificates of a PEM file, or those of the system.
fn client_config(file: Option<&Path>) -> Result<Arc<ClientConfig>, String> {
    let mut roots = RootCertStore::empty();
    match file {
        Some(file) => {
            let unusable = |what: String| format!("OTEL_EXPORTER_OTLP_CERTIFICATE={}: {what}", file.display());
            for certificate in CertificateDer::pem_file_iter(file).map_err(|error| unusable(error.to_string()))? {
                let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
                roots.add(certificate).map_err(|error| unusable(error.to_string()))?;
            }
            if roots.is_empty() {
                return Err(unusable("it holds no PEM certificate".to_owned()));
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    Ok(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))
}
