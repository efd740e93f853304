//! The real server binary as a child process, on a free port and in a folder of its own.

use super::http::{self, Response};
use super::{DEADLINE, EventStream, Folder};
use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A running server. It is killed, and its folder removed, when the test lets go of it; one that has panicked fails
/// the test.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    pub folder: Folder,
    variables: Vec<(String, String)>,
    log: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
    key: Option<String>,
}

impl Server {
    /// A server without keys and with an empty database.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// A server with more environment variables. The first `SDK_KEY`, if any, is sent with every request.
    pub fn start_with(variables: &[(&str, &str)]) -> Self {
        let folder = Folder::new();
        let variables: Vec<_> = variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let mut child = command(&folder, &variables).spawn().unwrap();
        let (log, mut readers) = (Arc::default(), Vec::new());
        let address = listen_to(&mut child, &log, &mut readers);
        let sdk_key = variables.iter().find(|(name, _)| name == "SDK_KEY");
        let key = sdk_key.and_then(|(_, value)| value.split(',').next()).map(str::to_owned);
        Self { child, address, folder, variables, log, readers, key }
    }

    /// Kills the process as a power cut would (SIGKILL) and starts it again on the same folder.
    pub fn kill_and_restart(&mut self) {
        self.kill();
        self.restart();
    }

    /// Kills the process (SIGKILL).
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.finish_log();
    }

    /// Asks the process to end (SIGTERM).
    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// Sends the process a signal, by a shell: not every machine has `kill` as a program.
    pub fn signal(&self, name: &str) {
        let words = ["-c", "kill -s \"$0\" \"$1\"", name, &self.child.id().to_string()];
        assert!(Command::new("sh").args(words).status().unwrap().success());
    }

    /// Waits for the process to end by itself. The log is complete then.
    pub fn wait(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                self.finish_log();
                return status;
            }
            assert!(start.elapsed() < DEADLINE, "the server did not end; its log:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Starts the process again, after it has ended, on the same folder.
    pub fn restart(&mut self) {
        self.child = command(&self.folder, &self.variables).spawn().unwrap();
        self.address = listen_to(&mut self.child, &self.log, &mut self.readers);
    }

    /// Takes in the rest of what a process that has ended wrote.
    fn finish_log(&mut self) {
        for reader in self.readers.drain(..) {
            let _ = reader.join();
        }
    }

    /// Everything that the process has logged, and written to its standard error.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Waits until the log has `text`: the server does not wait with its answers until somebody has read its log.
    pub fn wait_for_log(&self, text: &str) {
        let start = Instant::now();
        while !self.log().contains(text) {
            assert!(start.elapsed() < DEADLINE, "no `{text}` in the log within {DEADLINE:?}:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// A connection with a deadline on every read and write.
    pub fn connect(&self) -> TcpStream {
        http::connect(self.address)
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

    /// The value of a series in `/metrics`.
    pub fn metric(&self, series: &str) -> f64 {
        super::metric_in(self.request("GET", "/metrics", "").text(), series)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        let panicked = self.log().contains("panicked at");
        assert!(!panicked || std::thread::panicking(), "the server panicked; its log:\n{}", self.log());
    }
}

/// How a process that was not meant to go on has ended.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub output: String,
    pub errors: String,
}

/// Runs the server with arguments and environment variables where it must end by itself.
pub fn run_to_end(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Ended {
    let variables: Vec<_> = variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let mut child = command(folder, &variables).args(arguments).spawn().unwrap();
    let (mut output, mut errors) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if start.elapsed() > DEADLINE {
            let _ = child.kill();
            let _ = child.wait();
            panic!("the server goes on with {arguments:?} {variables:?}");
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let mut ended = Ended { code: status.code(), output: String::new(), errors: String::new() };
    output.read_to_string(&mut ended.output).unwrap();
    errors.read_to_string(&mut ended.errors).unwrap();
    ended
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
        .stderr(Stdio::piped());
    command
}

/// Keeps the log and answers the address in it.
fn listen_to(child: &mut Child, log: &Arc<Mutex<String>>, readers: &mut Vec<JoinHandle<()>>) -> SocketAddr {
    readers.push(keep(BufReader::new(child.stderr.take().unwrap()), log));
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut address = None;
    while address.is_none() {
        let mut line = String::new();
        let count = output.read_line(&mut line).unwrap();
        log.lock().unwrap().push_str(&line);
        assert!(count > 0, "the server ended before it listened; its log:\n{}", log.lock().unwrap());
        address = address_in(&line);
    }
    readers.push(keep(output, log));
    address.unwrap()
}

fn keep(mut output: impl BufRead + Send + 'static, log: &Arc<Mutex<String>>) -> JoinHandle<()> {
    let log = Arc::clone(log);
    std::thread::spawn(move || {
        let mut line = String::new();
        while output.read_line(&mut line).is_ok_and(|count| count > 0) {
            log.lock().unwrap().push_str(&line);
            line.clear();
        }
    })
}

/// The address in the line of the text or the JSON log that says where the server listens.
fn address_in(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("listening").filter(|_| line.contains("address"))?;
    let rest = rest.trim_start_matches(|character: char| !character.is_ascii_digit() && character != '[');
    rest.split([' ', '"', '\n']).next()?.parse().ok()
}
