//! A server's process, which ends with what holds it.

use super::super::Outcome;
use super::super::process::Process;
use crate::services::free_port;
use std::ffi::OsStr;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// A process that was started, and its folder.
#[derive(Debug)]
pub struct Running {
    child: Child,
    /// The process to watch, which may be a child of that one.
    pub process: Process,
    _folder: Option<Folder>,
}

/// An empty folder that goes with what holds it.
#[derive(Debug)]
pub struct Folder(PathBuf);

const PATIENCE: Duration = Duration::from_secs(30);

impl Running {
    /// Starts a program and waits until it listens there.
    ///
    /// # Errors
    /// Where it does not start, or ends at once.
    pub fn start(mut command: Command, address: SocketAddr, folder: Option<Folder>) -> Outcome<Self> {
        let program = command.get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let child = command.spawn().map_err(|error| format!("{program} does not start: {error}"))?;
        let mut running = Self { process: Process(child.id()), child, _folder: folder };
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            if let Some(status) = running.child.try_wait()? {
                return Err(format!("{program} ended before it listened on {address}: {status}").into());
            }
            if begun.elapsed() > PATIENCE {
                return Err(format!("{program} does not listen on {address} after {PATIENCE:?}").into());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(running)
    }

    /// The same process, which holds a folder too.
    pub(super) fn keeping(mut self, folder: Option<Folder>) -> Self {
        self._folder = folder;
        self
    }

    /// Kills it (SIGKILL) and waits for its end.
    ///
    /// # Errors
    /// Where the system refuses.
    pub fn kill(&mut self) -> Outcome<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks it to end (SIGTERM), for one that has children.
    pub(super) fn end(&mut self) {
        if let Some(id) = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw) {
            let _ = rustix::process::kill_process(id, rustix::process::Signal::TERM);
        }
        let begun = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) && begun.elapsed() < Duration::from_secs(2) {
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that has children must end them; the others would only take their time.
        if self.process.0 != self.child.id() {
            self.end();
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Folder {
    /// A new one below `parent`.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn new(parent: &Path) -> Outcome<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("sidekick-bench-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = parent.join(name);
        std::fs::create_dir_all(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self(path))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Starts this program as a server; the port follows its arguments.
pub(super) fn start_own(program: &Path, arguments: &[&OsStr]) -> Outcome<(Running, SocketAddr)> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
    let mut command = Command::new(program);
    command.args(arguments).arg(address.port().to_string());
    Ok((Running::start(command, address, None)?, address))
}
