//! A service's process and folder, neither of which outlives the test, however the test ends.

use super::PATIENCE;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// A folder, and at most one process that works in it.
pub struct Daemon {
    folder: PathBuf,
    child: Option<Child>,
    guard: Child,
}

/// What the guard does: it keeps the id of the process, and when its input ends it stops that and removes the folder.
/// The input ends with the test's process, even where that is killed. A line without an id means that nothing runs.
const GUARD: &str = r#"
    while read -r line; do id=$line; done
    if [ -n "$id" ]; then
        kill -QUIT "$id"; kill -CONT "$id"
        tries=0
        while kill -0 "$id" && [ $tries -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
        kill -KILL "$id"
    fi
    rm -rf -- "$1"
"#;

impl Daemon {
    /// An empty folder, without a process yet.
    pub fn new(kind: &str) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("sidekick-{kind}-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir(&folder).unwrap();
        give_away(&folder);
        let guard = Command::new("sh")
            .args(["-c", GUARD, "sh"])
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Ctrl-C ends the test, not the guard.
            .process_group(0)
            .spawn()
            .unwrap();
        Self { folder, child: None, guard }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A command that runs in the folder as the folder's owner.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.current_dir(&self.folder).stdin(Stdio::null()).process_group(0);
        if let Some((user, group)) = plain_user() {
            command.uid(user).gid(group);
        }
        command
    }

    /// Starts the process, whose output goes to the log.
    pub fn start(&mut self, mut command: Command) {
        assert!(self.child.is_none(), "it runs");
        let log = OpenOptions::new().create(true).append(true).open(self.folder.join("log")).unwrap();
        let child = command.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        self.tell_guard(&child.id().to_string());
        self.child = Some(child);
    }

    pub fn id(&self) -> u32 {
        self.child.as_ref().expect("it does not run").id()
    }

    pub fn is_started(&self) -> bool {
        self.child.is_some()
    }

    /// Whether the process goes on.
    pub fn is_running(&mut self) -> bool {
        self.child.as_mut().is_some_and(|child| child.try_wait().unwrap().is_none())
    }

    /// Waits until the process is of use. `false` where it has ended.
    pub fn wait_until(&mut self, mut is_ready: impl FnMut(&Self) -> bool) -> bool {
        let start = Instant::now();
        while !is_ready(self) {
            if !self.is_running() {
                self.wait();
                return false;
            }
            assert!(start.elapsed() < PATIENCE, "not ready within {PATIENCE:?}; its log:\n{}", self.log());
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        true
    }

    /// Waits for the end of the process.
    pub fn wait(&mut self) {
        if let Some(mut child) = self.child.take() {
            let start = Instant::now();
            while child.try_wait().unwrap().is_none() {
                if start.elapsed() > PATIENCE {
                    let _ = child.kill();
                }
                std::thread::sleep(std::time::Duration::from_millis(2));
            }
            self.tell_guard("");
        }
    }

    pub fn signal(&self, signal: &str) {
        send(signal, &[self.id()]);
    }

    /// All that the process has written.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    fn tell_guard(&mut self, id: &str) {
        let input = self.guard.stdin.as_mut().unwrap();
        writeln!(input, "{id}").and_then(|()| input.flush()).expect("the guard is there");
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if self.is_running() {
            self.signal("QUIT");
            self.signal("CONT");
        }
        self.wait();
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

/// Sends a signal to processes, of which some may have ended already.
pub fn send(signal: &str, ids: &[u32]) {
    if ids.is_empty() {
        return;
    }
    kill(signal).args(ids.iter().map(u32::to_string)).status().unwrap();
}

/// A shell's own command, without the processes: not every machine has it as a program.
fn kill(signal: &str) -> Command {
    let mut kill = Command::new("sh");
    kill.args(["-c", "kill -s \"$0\" \"$@\"", signal]).stderr(Stdio::null());
    kill
}

/// The processes that `parent` has started.
pub fn children(parent: u32) -> Vec<u32> {
    let of_stat = |stat: &str| {
        // `id (name) state parent …`, where the name may be anything.
        let (head, tail) = stat.rsplit_once(')')?;
        let id: u32 = head.split_once(' ')?.0.parse().ok()?;
        (tail.split_whitespace().nth(1)?.parse() == Ok(parent)).then_some(id)
    };
    if let Ok(processes) = std::fs::read_dir("/proc") {
        let stats = processes.flatten().filter_map(|entry| std::fs::read_to_string(entry.path().join("stat")).ok());
        return stats.filter_map(|stat| of_stat(&stat)).collect();
    }
    let listing = Command::new("ps").args(["-A", "-o", "pid=,ppid="]).output().unwrap();
    let lines = String::from_utf8(listing.stdout).unwrap();
    let pairs = lines.lines().filter_map(|line| line.trim().split_once(char::is_whitespace));
    let own = pairs.filter(|(_, own_parent)| own_parent.trim().parse() == Ok(parent));
    own.filter_map(|(id, _)| id.parse().ok()).collect()
}

/// Whether a process, which need not be a child, is there and not merely waiting to be reaped.
pub fn is_alive(id: u32) -> bool {
    if Path::new("/proc/self").exists() {
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        return stat.rsplit_once(')').is_some_and(|(_, tail)| !tail.trim_start().starts_with('Z'));
    }
    kill("0").arg(id.to_string()).status().unwrap().success()
}

/// Lets the user that services run as own a file or folder.
pub fn give_away(path: &Path) {
    if let Some((user, group)) = plain_user() {
        chown(path, Some(user), Some(group)).unwrap();
    }
}

/// Whom services run as where the tests run as root, which Postgres refuses.
fn plain_user() -> Option<(u32, u32)> {
    static USER: OnceLock<Option<(u32, u32)>> = OnceLock::new();
    *USER.get_or_init(|| {
        let id = |arguments: &[&str]| {
            let output = Command::new("id").args(arguments).output().unwrap();
            String::from_utf8(output.stdout).unwrap().trim().parse::<u32>().ok()
        };
        if id(&["-u"]) != Some(0) {
            return None;
        }
        let user = ["postgres", "nobody"].into_iter().find_map(|name| Some((id(&["-u", name])?, id(&["-g", name])?)));
        Some(user.expect("a user `postgres` or `nobody`, for Postgres refuses to run as root"))
    })
}
