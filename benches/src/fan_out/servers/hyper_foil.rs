//! What one writes first: hyper with a streaming body and a channel for each client, and a listing that is serialized
//! anew for each request. The foil that Sidekick's own path is held against.

use super::event_text;
use crate::fan_out::Outcome;
use bytes::Bytes;
use http_body_util::channel::{Channel, Sender};
use http_body_util::{BodyExt, Either, Full};
use hyper::body::{Frame, Incoming};
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::{TcpListener, TcpStream};

/// Serves on a port of 127.0.0.1 until it is killed: `GET /stream`, `POST /publish`, and `GET /api/flags` with the flags
/// of the JSON file, if one is given.
///
/// # Errors
/// Where it cannot listen, or the file cannot be read.
pub fn serve(port: u16, flags: Option<&Path>) -> Outcome<()> {
    let flags = flags.map(std::fs::read).transpose()?;
    let flags = flags.map_or(Ok(Vec::new()), |json| serde_json::from_slice(&json))?;
    let foil = Arc::new(Foil { flags, state: Mutex::default() });
    tokio::runtime::Builder::new_multi_thread().enable_io().build()?.block_on(async move {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        loop {
            let (socket, _) = listener.accept().await?;
            tokio::spawn(serve_connection(socket, Arc::clone(&foil)));
        }
    })
}

struct Foil {
    flags: Vec<Flag>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    clients: Vec<Sender<Bytes>>,
    changes: u64,
}

/// A flag as a server keeps it that knows nothing better.
#[derive(Deserialize, Serialize)]
struct Flag {
    key: String,
    is_enabled: bool,
    rollout_percentage: Option<f64>,
    description: Option<String>,
    rules: Vec<Rule>,
    revision: u64,
    created_at: String,
    updated_at: String,
}

#[derive(Deserialize, Serialize)]
struct Rule {
    attribute: String,
    operator: String,
    values: Vec<String>,
}

type Body = Either<Full<Bytes>, Channel<Bytes>>;

/// Events that may wait for a client before it is cut off.
const WAITING: usize = 128;

async fn serve_connection(socket: TcpStream, foil: Arc<Foil>) {
    let _ = socket.set_nodelay(true);
    let service = service_fn(move |request| {
        let foil = Arc::clone(&foil);
        async move { Ok::<_, Infallible>(foil.answer(request).await) }
    });
    // A client that goes away is no matter of its server's.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(socket), service).await;
}

impl Foil {
    async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        match (request.method(), request.uri().path()) {
            (&Method::GET, "/stream") => self.subscribe(),
            (&Method::GET, "/api/flags") => json(serde_json::to_vec(&self.flags).unwrap_or_default()),
            (&Method::POST, "/publish") => match request.into_body().collect().await {
                Ok(body) => self.publish(&String::from_utf8_lossy(&body.to_bytes())),
                Err(_) => with_status(StatusCode::BAD_REQUEST),
            },
            _ => with_status(StatusCode::NOT_FOUND),
        }
    }

    fn subscribe(&self) -> Response<Body> {
        let (sender, body) = Channel::new(WAITING);
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clients.push(sender);
        let mut response = Response::new(Either::Right(body));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static("text/event-stream"));
        headers.insert(CACHE_CONTROL, hyper::header::HeaderValue::from_static("no-store"));
        response
    }

    fn publish(&self, data: &str) -> Response<Body> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.changes += 1;
        let number = state.changes;
        let event = Bytes::from(event_text(number, data));
        state.clients.retain_mut(|client| client.try_send(Frame::data(event.clone())).is_ok());
        json(format!("{{\"revision\":{number}}}").into_bytes())
    }
}

fn json(document: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Either::Left(Full::new(document.into())));
    response.headers_mut().insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static("application/json"));
    response
}

fn with_status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Either::Left(Full::default()));
    *response.status_mut() = status;
    response
}
