//! Our server, on a database of its own.

use super::running::{Folder, Running};
use crate::fan_out::Outcome;
use crate::services::free_port;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The flag that changes.
pub const FLAG: &str = "checkout.new-payment-form";

/// A server that can be killed and started again.
#[derive(Debug)]
pub struct Sidekick {
    program: PathBuf,
    variables: Vec<(&'static str, String)>,
    address: SocketAddr,
    running: Running,
    folder: Option<Folder>,
}

impl Sidekick {
    /// One whose SQLite file lies in memory, so that no change waits for a disk, where the system has a place for that.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn in_memory(program: &Path) -> Outcome<Self> {
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        Self::with_sqlite(program, Folder::new(&parent)?)
    }

    /// One whose SQLite file lies on the disk of the system's temporary files, and each commit waits for it.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn on_disk(program: &Path) -> Outcome<Self> {
        Self::with_sqlite(program, Folder::new(&std::env::temp_dir())?)
    }

    /// One of several on a Postgres and a Redis.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn with_services(program: &Path, database: &str, redis: &str) -> Outcome<Self> {
        let variables = vec![("DATABASE_URL", database.to_owned()), ("REDIS_URL", redis.to_owned())];
        Self::start(program, variables, None)
    }

    fn with_sqlite(program: &Path, folder: Folder) -> Outcome<Self> {
        let database = format!("sqlite:{}", folder.path().join("sidekick.db").display());
        Self::start(program, vec![("DATABASE_URL", database)], Some(folder))
    }

    fn start(program: &Path, variables: Vec<(&'static str, String)>, folder: Option<Folder>) -> Outcome<Self> {
        // Its own choice would be a port that clients get too, so that it might be taken after a restart.
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
        let running = run(program, &variables, address)?;
        Ok(Self { program: program.to_owned(), variables, address, running, folder })
    }

    /// Starts it again after a kill, on the same port and database.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn start_again(&mut self) -> Outcome<()> {
        self.running = run(&self.program, &self.variables, self.address)?;
        Ok(())
    }

    /// Kills it (SIGKILL).
    ///
    /// # Errors
    /// Where the system refuses.
    pub fn kill(&mut self) -> Outcome<()> {
        self.running.kill()
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process.
    #[must_use]
    pub const fn process(&self) -> super::Process {
        self.running.process
    }

    pub(super) fn into_parts(self) -> (Running, SocketAddr) {
        (self.running.keeping(self.folder), self.address)
    }
}

fn run(program: &Path, variables: &[(&'static str, String)], address: SocketAddr) -> Outcome<Running> {
    let mut command = Command::new(program);
    command.env_clear().envs(variables.iter().map(|(name, value)| (name, value)));
    command.env("PORT", address.port().to_string());
    Running::start(command, address, None)
}

/// A flag's document of ordinary size.
#[must_use]
pub fn flag(key: &str) -> String {
    format!(
        r#"{{"key":"{key}","is_enabled":true,"rollout_percentage":25,"description":"change 000000000","rules":[{{"attribute":"country","operator":"Equals","values":["DE","FR"]}}]}}"#
    )
}
