//! The server that a document's commands speak to, started as the README says: `cargo run -p server`.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::{Failure, Outcome};
use crate::tool::{self, tool};

/// What the server reads, none of which a test takes from its surroundings.
const VARIABLES: [&str; 24] = [
    "DATABASE_URL",
    "REDIS_URL",
    "SNAPSHOT_PATH",
    "HISTORY_MAX_DAYS",
    "HISTORY_MAX_CHANGES",
    "SDK_KEY",
    "CLIENT_KEY",
    "CLIENT_VISIBLE_DEFAULT",
    "HOST",
    "PORT",
    "ALLOWED_ORIGINS",
    "MAX_CONNECTIONS",
    "TRUSTED_PROXIES",
    "WRITE_RATE_PER_KEY",
    "WRITE_RATE_PER_ADDRESS",
    "STREAM_RATE_PER_KEY",
    "STREAM_RATE_PER_ADDRESS",
    "AUTH_FAILURE_RATE",
    "MAX_STREAMS",
    "MAX_STREAMS_PER_KEY",
    "MAX_FLAGS",
    "PUBLIC_DIR",
    "LOG_FORMAT",
    "LOG_LEVEL",
];

/// It may have to be linked first.
const START: Duration = Duration::from_secs(300);
/// The server promises ten seconds.
const END: Duration = Duration::from_secs(15);

/// A server that runs.
pub(super) struct Server {
    process: Child,
    /// Where it listens, with its port.
    pub(super) address: String,
}

impl Server {
    /// Starts it on a database in the folder.
    pub(super) fn start(folder: &Path) -> Outcome<Self> {
        let log = folder.join("server.log");
        let output = File::create(&log).map_err(|error| Failure::step(format!("{}: {error}", log.display())))?;
        let mut command = tool("cargo", &["run", "--quiet", "-p", "server"]);
        in_surroundings_of(&mut command, folder);
        command.env("PORT", "0").env("LOG_FORMAT", "json").stdout(output);
        let process = command
            .spawn()
            .map_err(|error| Failure::step(format!("`cargo run -p server` could not start: {error}")))?;
        let mut server = Self { process, address: String::new() };
        let end = Instant::now() + START;
        loop {
            let said = fs::read_to_string(&log).unwrap_or_default();
            if let Some(address) = address_in(&said) {
                address.clone_into(&mut server.address);
                return Ok(server);
            }
            if Instant::now() >= end || server.has_ended() {
                return Err(Failure::step(format!("`cargo run -p server` did not come to listen: {}", said.trim())));
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends it as a person would, by a signal, and waits until it has.
    pub(super) fn stop(mut self) -> Outcome {
        // Cargo becomes the program that it runs, so its number is the server's.
        tool::terminate(self.process.id())?;
        let end = Instant::now() + END;
        while !self.has_ended() {
            if Instant::now() >= end {
                return Err(Failure::step(format!("the server did not end within {} s of SIGTERM", END.as_secs())));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    fn has_ended(&mut self) -> bool {
        self.process.try_wait().is_ok_and(|status| status.is_some())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // One that ended by itself or by `stop` is as good as one that was ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Gives the command the folder's database and nothing else of what a server reads.
pub(super) fn in_surroundings_of(command: &mut Command, folder: &Path) {
    for name in VARIABLES {
        command.env_remove(name);
    }
    command.env("DATABASE_URL", format!("sqlite:{}", folder.join("sidekick.db").display())).stdin(Stdio::null());
}

fn address_in(log: &str) -> Option<&str> {
    let line = log.lines().find(|line| line.contains("\"message\":\"listening\""))?;
    line.split_once("\"address\":\"")?.1.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_that_of_the_line_about_listening() {
        let line =
            r#"{"timestamp":"x","level":"INFO","message":"listening","address":"127.0.0.1:4711","database":"d"}"#;
        assert_eq!(address_in(&format!("{{\"address\":\"1.2.3.4:1\"}}\n{line}\n")), Some("127.0.0.1:4711"));
        assert_eq!(address_in(""), None);
    }
}
