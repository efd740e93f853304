//! A server in this process, for what the environment cannot set: time limits short enough for a test.

use super::http::{self, Response};
use super::{DEADLINE, EventStream, Folder};
use server::bus::InProcessBus;
use server::config::Timeouts;
use server::metrics::Metrics;
use server::storage::SqliteStorage;
use server::{Config, run_with};
use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// A running server. It is shut down when the test lets go of it.
pub struct InProcess {
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl InProcess {
    /// A server without keys.
    pub fn start(timeouts: Timeouts) -> Self {
        Self::start_with(timeouts, &[])
    }

    /// A server with these environment variables.
    pub fn start_with(timeouts: Timeouts, variables: &[(&str, &str)]) -> Self {
        let variables: BTreeMap<String, String> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let (report, address) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            let folder = Folder::new();
            let config = Config { timeouts, ..Config::from_environment(|name| variables.get(name).cloned()).unwrap() };
            let storage = Arc::new(SqliteStorage::open(&folder.join("sidekick.db")).unwrap());
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                report.send(listener.local_addr().unwrap()).unwrap();
                let shutdown = async { drop(stopped.await) };
                let (bus, metrics) = (Arc::new(InProcessBus::new()), Arc::new(Metrics::new()));
                run_with(listener, config, storage, bus, metrics, shutdown).await.unwrap();
            });
        });
        Self { address: address.recv_timeout(DEADLINE).unwrap(), stop: Some(stop), thread: Some(thread) }
    }

    /// A connection with a deadline on every read and write.
    pub fn connect(&self) -> TcpStream {
        http::connect(self.address)
    }

    /// Sends a request, with `Content-Type: application/json` where there is a body.
    pub fn request(&self, method: &str, path: &str, body: &str) -> Response {
        let json = [("Content-Type", "application/json")];
        let headers = if body.is_empty() { &[][..] } else { &json[..] };
        http::exchange(self.connect(), method, path, headers, body.as_bytes())
    }

    pub fn stream(&self) -> EventStream {
        EventStream::open(self.connect(), "/stream", &[])
    }

    /// The value of a series in `/metrics`.
    pub fn metric(&self, series: &str) -> f64 {
        super::metric_in(self.request("GET", "/metrics", "").text(), series)
    }
}

impl Drop for InProcess {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().is_none_or(|thread| thread.join().is_ok());
        assert!(ended || std::thread::panicking(), "the server panicked");
    }
}
