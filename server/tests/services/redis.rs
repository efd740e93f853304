//! A Redis of a test's own.

use super::daemon::{Daemon, give_away};
use super::{Certificates, free_port, programs};
use std::io::Write;
use std::net::{Ipv4Addr, TcpStream};
use std::process::{Command, Stdio};

/// A running Redis that keeps nothing on disk. It is stopped when the test lets go of it, and also when the test's
/// process is killed.
pub struct Redis {
    daemon: Daemon,
    port: u16,
    options: RedisOptions,
    certificates: Option<Certificates>,
}

/// How a Redis is to run.
#[derive(Clone, Debug, Default)]
pub struct RedisOptions {
    /// Without it, everybody may connect.
    pub password: Option<&'static str>,
    /// Whether it speaks TLS only, with a certificate for `localhost`.
    pub tls: bool,
}

impl Redis {
    /// One without a password and without TLS.
    pub fn start() -> Self {
        Self::start_with(RedisOptions::default())
    }

    pub fn start_with(options: RedisOptions) -> Self {
        let daemon = Daemon::new("redis");
        let certificates = options.tls.then(|| {
            let certificates = Certificates::make(daemon.folder());
            give_away(&certificates.server_key);
            certificates
        });
        let mut redis = Self { daemon, port: 0, options, certificates };
        loop {
            redis.port = free_port();
            if redis.try_start() {
                return redis;
            }
            let log = redis.daemon.log();
            assert!(log.contains("Address already in use"), "Redis does not start; its log:\n{log}");
            std::fs::remove_file(redis.daemon.folder().join("log")).unwrap();
        }
    }

    /// Its address, with the password, if any. A database number may be put behind it: `/3`.
    pub fn url(&self) -> String {
        let user = self.options.password.map(|password| format!(":{password}@")).unwrap_or_default();
        if self.options.tls {
            format!("rediss://{user}localhost:{}", self.port)
        } else {
            format!("redis://{user}127.0.0.1:{}", self.port)
        }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The files of one with TLS.
    pub fn certificates(&self) -> &Certificates {
        self.certificates.as_ref().expect("a Redis with TLS")
    }

    /// Runs a command, such as `["PUBSUB", "CHANNELS"]`, and gives what `redis-cli` prints.
    pub fn command(&self, words: &[&str]) -> String {
        let output = self.client().args(words).output().unwrap();
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// Publishes any bytes on a channel and tells how many received them.
    pub fn publish(&self, channel: &str, message: &[u8]) -> usize {
        let mut client = self.client();
        client.args(["-x", "PUBLISH", channel]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut client = client.spawn().unwrap();
        client.stdin.take().unwrap().write_all(message).unwrap();
        let output = client.wait_with_output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
    }

    pub fn flush_all(&self) {
        assert_eq!(self.command(&["FLUSHALL"]), "OK");
    }

    /// Kills it (SIGKILL).
    pub fn kill(&mut self) {
        self.daemon.signal("KILL");
        self.daemon.wait();
    }

    /// Starts it again, on the same port, after a kill.
    pub fn start_again(&mut self) {
        assert!(self.try_start(), "Redis does not start again; its log:\n{}", self.daemon.log());
    }

    /// Kills it and starts it again.
    pub fn restart(&mut self) {
        self.kill();
        self.start_again();
    }

    /// Lets it stand still (SIGSTOP): connections stay open, and nothing answers.
    pub fn pause(&self) {
        self.daemon.signal("STOP");
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.daemon.signal("CONT");
    }

    /// All that it has logged.
    pub fn log(&self) -> String {
        self.daemon.log()
    }

    /// Answers `false` where it ended instead.
    fn try_start(&mut self) -> bool {
        let port = self.port.to_string();
        let mut command = self.daemon.command(programs::redis_program("redis-server"));
        command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no"]);
        if let Some(certificates) = &self.certificates {
            command.args(["--port", "0", "--tls-port", &port, "--tls-auth-clients", "no"]);
            command.arg("--tls-cert-file").arg(&certificates.server);
            command.arg("--tls-key-file").arg(&certificates.server_key);
            command.arg("--tls-ca-cert-file").arg(&certificates.root);
        } else {
            command.args(["--port", &port]);
        }
        if let Some(password) = self.options.password {
            command.args(["--requirepass", password]);
        }
        self.daemon.start(command);
        let port = self.port;
        self.daemon.wait_until(|daemon| {
            daemon.log().contains("Ready to accept connections")
                && TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
        })
    }

    fn client(&self) -> Command {
        let mut client = Command::new(programs::redis_program("redis-cli"));
        client.args(["-p", &self.port.to_string()]).stdin(Stdio::null());
        if let Some(certificates) = &self.certificates {
            client.args(["-h", "localhost", "--tls", "--cacert"]).arg(&certificates.root);
        } else {
            client.args(["-h", "127.0.0.1"]);
        }
        if let Some(password) = self.options.password {
            client.env("REDISCLI_AUTH", password);
        }
        client
    }
}
