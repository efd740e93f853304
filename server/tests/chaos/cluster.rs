//! The server processes.

use super::holdings::Holdings;
use super::services::{Daemon, free_port};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What the clients of the stream send, in a soak until they have a named key: they see all flags whole, as the log has
/// them.
pub const READER_KEY: &str = WRITER_KEYS[0];
/// What the writers send: the log then tells who wrote.
pub const WRITER_KEYS: [&str; 4] = ["writer-0", "writer-1", "writer-2", "writer-3"];

/// How long a server may take to start, or to end when it is asked to.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Cluster {
    servers: Vec<Server>,
    variables: Vec<(&'static str, String)>,
}

struct Server {
    daemon: Mutex<Daemon>,
    address: SocketAddr,
    /// Whether a balancer would send somebody here.
    is_up: AtomicBool,
}

impl Cluster {
    /// Starts so many servers at once, on an empty database.
    pub fn start(servers: usize, database: &str, redis: &str, sabotage: Option<&str>) -> Self {
        let mut variables = vec![
            ("HOST", "127.0.0.1".to_owned()),
            ("DATABASE_URL", database.to_owned()),
            ("REDIS_URL", redis.to_owned()),
            ("SDK_KEY", WRITER_KEYS.join(",")),
            ("LOG_LEVEL", "warn".to_owned()),
        ];
        variables.extend(sabotage.map(|defect| ("SIDEKICK_SABOTAGE", defect.to_owned())));
        let server = |_| Server {
            daemon: Mutex::new(Daemon::new("chaos")),
            address: (Ipv4Addr::LOCALHOST, free_port()).into(),
            is_up: AtomicBool::new(false),
        };
        let cluster = Self { servers: (0..servers).map(server).collect(), variables };
        for server in 0..servers {
            cluster.spawn(server, None);
        }
        for server in 0..servers {
            cluster.wait_until_ready(server);
        }
        cluster
    }

    pub fn len(&self) -> usize {
        self.servers.len()
    }

    pub fn address(&self, server: usize) -> SocketAddr {
        self.servers[server].address
    }

    /// What the process of a server holds now.
    pub fn holdings(&self, server: usize, flags: u64) -> Holdings {
        Holdings::of(self.servers[server].daemon.lock().unwrap().id(), flags)
    }

    /// One of the servers that are up.
    pub fn any(&self) -> Option<SocketAddr> {
        let up: Vec<_> = self.servers.iter().filter(|server| server.is_up.load(Ordering::Relaxed)).collect();
        (!up.is_empty()).then(|| up[fastrand::usize(..up.len())].address)
    }

    /// Starts a server that is down; with a plan such as `after_commit:3` it will die by itself.
    pub fn launch(&self, server: usize, die_at: Option<&str>) {
        self.spawn(server, die_at);
        self.wait_until_ready(server);
    }

    fn spawn(&self, server: usize, die_at: Option<&str>) {
        let Server { daemon, address, .. } = &self.servers[server];
        let mut daemon = daemon.lock().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
        command.env_clear().envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.env("PORT", address.port().to_string()).env("SNAPSHOT_PATH", daemon.folder().join("snapshot.json"));
        command.envs(die_at.map(|plan| ("SIDEKICK_DIE_AT", plan))).current_dir(daemon.folder());
        daemon.start(command);
    }

    fn wait_until_ready(&self, server: usize) {
        let Server { daemon, address, is_up } = &self.servers[server];
        let start = Instant::now();
        while TcpStream::connect(address).is_err() {
            let mut daemon = daemon.lock().unwrap();
            assert!(daemon.is_running(), "server {server} does not start; its log:\n{}", daemon.log());
            assert!(start.elapsed() < PATIENCE, "server {server} does not listen; its log:\n{}", daemon.log());
            drop(daemon);
            std::thread::sleep(Duration::from_millis(5));
        }
        is_up.store(true, Ordering::Relaxed);
    }

    /// Kills a server (SIGKILL).
    pub fn kill(&self, server: usize) {
        self.servers[server].is_up.store(false, Ordering::Relaxed);
        let mut daemon = self.servers[server].daemon.lock().unwrap();
        daemon.signal("KILL");
        daemon.wait();
    }

    /// Asks a server to end (SIGTERM), and tells how long it took.
    pub fn terminate(&self, server: usize) -> Duration {
        let start = Instant::now();
        self.servers[server].is_up.store(false, Ordering::Relaxed);
        let mut daemon = self.servers[server].daemon.lock().unwrap();
        daemon.signal("TERM");
        daemon.wait();
        start.elapsed()
    }

    /// Sends a signal to a server that goes on all the same.
    pub fn signal(&self, server: usize, signal: &str) {
        self.servers[server].daemon.lock().unwrap().signal(signal);
    }

    /// Waits until a server that was launched to die has died; `false` where it lives on.
    pub fn wait_for_death(&self, server: usize, patience: Duration) -> bool {
        let start = Instant::now();
        while self.is_running(server) {
            if start.elapsed() > patience {
                return false;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        self.servers[server].is_up.store(false, Ordering::Relaxed);
        self.servers[server].daemon.lock().unwrap().wait();
        true
    }

    pub fn is_running(&self, server: usize) -> bool {
        self.servers[server].daemon.lock().unwrap().is_running()
    }

    pub fn log(&self, server: usize) -> String {
        self.servers[server].daemon.lock().unwrap().log()
    }
}
