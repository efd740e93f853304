//! The real server binary as a child process, on a free port and in a folder of its own.

use super::http::{self, Response};
use super::{DEADLINE, EventStream};
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A running server. It is killed, and its folder removed, when the test lets go of it.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    pub folder: PathBuf,
    variables: Vec<(String, String)>,
    log: Arc<Mutex<String>>,
    key: Option<String>,
}

impl Server {
    /// A server without keys and with an empty database.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// A server with more environment variables. The first `SDK_KEY`, if any, is sent with every request.
    pub fn start_with(variables: &[(&str, &str)]) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("sidekick-test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let variables: Vec<_> = variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Self::launch(folder, variables)
    }

    fn launch(folder: PathBuf, variables: Vec<(String, String)>) -> Self {
        let mut child = command(&folder, &variables).spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let address = listen_to(&mut child, &log);
        let sdk_key = variables.iter().find(|(name, _)| name == "SDK_KEY");
        let key = sdk_key.and_then(|(_, value)| value.split(',').next()).map(str::to_owned);
        Self { child, address, folder, variables, log, key }
    }

    /// Kills the process as a power cut would (SIGKILL) and starts it again on the same folder.
    pub fn kill_and_restart(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.restart();
    }

    /// Asks the process to end (SIGTERM).
    pub fn terminate(&self) {
        let status = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// Waits for the process to end by itself.
    pub fn wait(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < DEADLINE, "the server did not end; its log:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Starts the process again, after it has ended, on the same folder.
    pub fn restart(&mut self) {
        self.child = command(&self.folder, &self.variables).spawn().unwrap();
        self.address = listen_to(&mut self.child, &self.log);
    }

    /// Everything that the process has logged.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    pub fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// A connection with a deadline on every read and write.
    pub fn connect(&self) -> TcpStream {
        let socket = TcpStream::connect(self.address).unwrap();
        socket.set_read_timeout(Some(DEADLINE)).unwrap();
        socket.set_write_timeout(Some(DEADLINE)).unwrap();
        socket
    }

    /// Sends a request with the server's own key, and `Content-Type: application/json` where there is a body.
    pub fn request(&self, method: &str, path: &str, body: &str) -> Response {
        let mut headers = Vec::new();
        if !body.is_empty() {
            headers.push(("Content-Type", "application/json"));
        }
        self.request_with(method, path, &headers, body.as_bytes())
    }

    /// Sends a request with the server's own key unless `headers` have an `Authorization`.
    pub fn request_with(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Response {
        let bearer = self.key.as_ref().map(|key| format!("Bearer {key}"));
        let mut headers = headers.to_vec();
        if let Some(bearer) = &bearer
            && !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization"))
        {
            headers.push(("Authorization", bearer));
        }
        http::exchange(self.connect(), method, path, &headers, body)
    }

    /// Opens `/stream` with the server's own key and, perhaps, a `Last-Event-ID`.
    pub fn stream(&self, last_event_id: Option<&str>) -> EventStream {
        let bearer = self.key.as_ref().map(|key| format!("Bearer {key}"));
        let mut headers = Vec::new();
        headers.extend(bearer.as_deref().map(|bearer| ("Authorization", bearer)));
        headers.extend(last_event_id.map(|id| ("Last-Event-ID", id)));
        EventStream::open(self.connect(), "/stream", &headers)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn command(folder: &Path, variables: &[(String, String)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
    command
        .env_clear()
        .env("PORT", "0")
        .env("LOG_LEVEL", "debug")
        .env("DATABASE_URL", format!("sqlite:{}", folder.join("sidekick.db").display()))
        .envs(variables.iter().cloned())
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    command
}

/// Keeps the log and answers the address in it.
fn listen_to(child: &mut Child, log: &Arc<Mutex<String>>) -> SocketAddr {
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut address = None;
    while address.is_none() {
        let line = lines.next().expect("the server ended before it listened").unwrap();
        address = address_in(&line);
        log.lock().unwrap().extend([line.as_str(), "\n"]);
    }
    let log = Arc::clone(log);
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            log.lock().unwrap().extend([line.as_str(), "\n"]);
        }
    });
    address.unwrap()
}

/// The address in the line of the text or the JSON log that says where the server listens.
fn address_in(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("listening").filter(|_| line.contains("address"))?;
    let start = rest.find(|character: char| character.is_ascii_digit() || character == '[')?;
    let end = rest[start..].find([' ', '"']).map_or(rest.len(), |length| start + length);
    rest[start..end].parse().ok()
}
