//! A Postgres of a test's own.

use super::daemon::{Daemon, children, give_away, is_alive, send};
use super::{Certificates, PATIENCE, free_port, programs};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// A running Postgres with an empty database. It is stopped, and its folder removed, when the test lets go of it, and
/// also when the test's process is killed.
pub struct Postgres {
    daemon: Daemon,
    port: u16,
    options: PostgresOptions,
    certificates: Option<Certificates>,
}

/// How a Postgres is to run.
#[derive(Clone, Debug, Default)]
pub struct PostgresOptions {
    /// Whether a commit waits for the disk, as in production. Without it, only a crash of the machine loses commits; a
    /// killed Postgres does not.
    pub fsync: bool,
    /// Whether TLS is offered, with a certificate for `localhost`.
    pub tls: bool,
    /// Whether connections without TLS are refused.
    pub tls_only: bool,
    /// More settings, as `("log_statement", "all")`.
    pub settings: Vec<(&'static str, &'static str)>,
}

/// The password of the user in every URL, as it is, not as a URL has it.
pub const PASSWORD: &str = "se/cr@t:1";
const PASSWORD_IN_URL: &str = "se%2Fcr%40t%3A1";
/// The server's user, who owns its databases and is no superuser.
const USER: &str = "sidekick";
/// The password of the superuser `postgres`.
const ADMIN_PASSWORD: &str = "admin";

impl Postgres {
    /// One without TLS whose commits do not wait for the disk.
    pub fn start() -> Self {
        Self::start_with(PostgresOptions::default())
    }

    /// One whose commits wait for the disk, as in production.
    pub fn start_durable() -> Self {
        Self::start_with(PostgresOptions { fsync: true, ..PostgresOptions::default() })
    }

    /// One with TLS.
    pub fn start_with_tls() -> Self {
        Self::start_with(PostgresOptions { tls: true, ..PostgresOptions::default() })
    }

    /// The one that all tests of this process share, for those that stay within databases of their own.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(|| {
            Self::start_with(PostgresOptions {
                settings: vec![("max_connections", "300")],
                ..PostgresOptions::default()
            })
        })
    }

    pub fn start_with(options: PostgresOptions) -> Self {
        let daemon = Daemon::new("postgres");
        let data = daemon.folder().join("data");
        run(daemon.command("cp").arg("-R").arg(template().folder().join("data")).arg(&data));
        let certificates = options.tls.then(|| {
            let certificates = Certificates::make(daemon.folder());
            give_away(&certificates.server_key);
            std::fs::set_permissions(&certificates.server_key, PermissionsExt::from_mode(0o600)).unwrap();
            certificates
        });
        if options.tls_only {
            std::fs::write(data.join("pg_hba.conf"), "hostssl all all all scram-sha-256\n").unwrap();
        }
        let mut postgres = Self { daemon, port: 0, options, certificates };
        loop {
            postgres.port = free_port();
            if postgres.try_start() {
                return postgres;
            }
            let log = postgres.daemon.log();
            assert!(log.contains("Address already in use"), "Postgres does not start; its log:\n{log}");
            std::fs::remove_file(postgres.daemon.folder().join("log")).unwrap();
        }
    }

    /// The address of the database that is there from the start.
    pub fn url(&self) -> String {
        self.url_of(USER)
    }

    /// Creates an empty database and gives its address.
    pub fn database(&self, name: &str) -> String {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("{name}_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        self.admin_sql(&format!("CREATE DATABASE \"{name}\" OWNER {USER}"));
        self.url_of(&name)
    }

    fn url_of(&self, database: &str) -> String {
        let host = if self.options.tls { "localhost" } else { "127.0.0.1" };
        format!("postgres://{USER}:{PASSWORD_IN_URL}@{host}:{}/{database}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The files of one with TLS.
    pub fn certificates(&self) -> &Certificates {
        self.certificates.as_ref().expect("a Postgres with TLS")
    }

    /// Runs SQL in the database at `url`, as the server's user, and gives the rows: columns are parted by `|`.
    pub fn sql(&self, url: &str, sql: &str) -> String {
        let output = self.psql(database_in(url), USER, PASSWORD).args(["-c", sql]).output().unwrap();
        answer(&output, sql)
    }

    /// Runs SQL as the superuser, beside all databases that tests use.
    pub fn admin_sql(&self, sql: &str) -> String {
        self.admin_sql_in("postgres", sql)
    }

    /// Runs SQL as the superuser in the database at `url`, or with that name.
    pub fn admin_sql_in(&self, url: &str, sql: &str) -> String {
        let output = self.psql(database_in(url), "postgres", ADMIN_PASSWORD).args(["-c", sql]).output().unwrap();
        answer(&output, sql)
    }

    /// A program of Postgres' that connects to the database at `url`, as the server's user.
    pub fn client(&self, program: &str, url: &str) -> Command {
        let mut command = Command::new(programs::postgres_folder().join(program));
        self.connect_as(&mut command, database_in(url), USER, PASSWORD);
        command
    }

    /// What `pg_dump` makes of the database at `url`: SQL that drops what is there and builds it again.
    pub fn dump(&self, url: &str) -> String {
        let mut dump = self.client("pg_dump", url);
        answer(&dump.args(["--clean", "--if-exists"]).output().unwrap(), "pg_dump")
    }

    /// Runs a script that [`Self::dump`] made, in one transaction.
    pub fn restore(&self, url: &str, dump: &str) {
        let file = self.daemon.folder().join("dump.sql");
        std::fs::write(&file, dump).unwrap();
        let output = self.psql(database_in(url), USER, PASSWORD).arg("-1").arg("-f").arg(file).output().unwrap();
        answer(&output, "a dump");
    }

    /// Ends all connections to the database at `url` and tells how many there were.
    pub fn terminate_backends(&self, url: &str) -> usize {
        let ended = self.admin_sql(&format!(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{}'",
            database_in(url)
        ));
        ended.trim().parse().unwrap()
    }

    /// Stops at once, as a crash does: connections break, and the next start recovers from the log.
    pub fn stop_immediate(&mut self) {
        self.stop("QUIT");
    }

    /// Stops in an orderly way: connections break, and what is in memory is written.
    pub fn stop_fast(&mut self) {
        self.stop("INT");
    }

    fn stop(&mut self, signal: &str) {
        self.daemon.signal(signal);
        self.resume();
        self.daemon.wait();
    }

    /// Kills all of its processes (SIGKILL).
    pub fn kill(&mut self) {
        // One that stands still starts no more processes.
        self.daemon.signal("STOP");
        let mut ids = children(self.daemon.id());
        ids.push(self.daemon.id());
        send("KILL", &ids);
        self.daemon.wait();
        let start = Instant::now();
        while ids.iter().any(|id| is_alive(*id)) {
            assert!(start.elapsed() < PATIENCE, "a killed process goes on");
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
    }

    /// Starts again, on the same port and data, after a stop.
    pub fn start_again(&mut self) {
        assert!(self.try_start(), "Postgres does not start again; its log:\n{}", self.daemon.log());
    }

    /// Stops immediately and starts again.
    pub fn restart(&mut self) {
        self.stop_immediate();
        self.start_again();
    }

    /// Lets all of its processes stand still (SIGSTOP): connections stay open, and nothing answers.
    pub fn pause(&self) {
        self.daemon.signal("STOP");
        send("STOP", &children(self.daemon.id()));
    }

    /// Lets them go on.
    pub fn resume(&self) {
        send("CONT", &children(self.daemon.id()));
        self.daemon.signal("CONT");
    }

    /// All that it has logged.
    pub fn log(&self) -> String {
        self.daemon.log()
    }

    /// Answers `false` where it ended instead.
    fn try_start(&mut self) -> bool {
        let data = self.daemon.folder().join("data");
        let fsync = if self.options.fsync { "on" } else { "off" };
        let mut command = self.daemon.command(programs::postgres_folder().join("postgres"));
        command.arg("-D").arg(&data);
        let port = self.port.to_string();
        let settings = [
            ("port", &*port),
            ("listen_addresses", "127.0.0.1"),
            ("unix_socket_directories", ""),
            ("fsync", fsync),
            ("shared_buffers", "16MB"),
            // Files in the data folder in place of shared memory, which a kill would leave behind.
            ("dynamic_shared_memory_type", "mmap"),
        ];
        for (name, value) in settings.iter().chain(&self.options.settings) {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        if let Some(certificates) = &self.certificates {
            command.args(["-c", "ssl=on", "-c"]).arg(format!("ssl_cert_file={}", certificates.server.display()));
            command.arg("-c").arg(format!("ssl_key_file={}", certificates.server_key.display()));
        }
        self.daemon.start(command);
        let id = self.daemon.id().to_string();
        self.daemon.wait_until(|_| {
            // Its first line is the id of the process, its last one how far that is.
            let status = std::fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
            let mut lines = status.lines().map(str::trim);
            lines.next() == Some(&*id) && lines.next_back() == Some("ready")
        })
    }

    fn psql(&self, database: &str, user: &str, password: &str) -> Command {
        let mut psql = Command::new(programs::postgres_folder().join("psql"));
        self.connect_as(&mut psql, database, user, password);
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]);
        psql
    }

    fn connect_as(&self, command: &mut Command, database: &str, user: &str, password: &str) {
        command.env("PGPASSWORD", password).env("PGCONNECT_TIMEOUT", "20").stdin(Stdio::null());
        command.args(["-h", "127.0.0.1", "-U", user, "-d", database, "-p", &self.port.to_string()]);
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if self.daemon.is_running() {
            self.stop_immediate();
        }
    }
}

/// The data folder that every Postgres of this process begins with, made once.
fn template() -> &'static Daemon {
    static TEMPLATE: OnceLock<Daemon> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let daemon = Daemon::new("postgres-template");
        let (data, password) = (daemon.folder().join("data"), daemon.folder().join("password"));
        std::fs::write(&password, ADMIN_PASSWORD).unwrap();
        let programs = programs::postgres_folder();
        let mut initdb = daemon.command(programs.join("initdb"));
        initdb.arg("-D").arg(&data).arg("--pwfile").arg(&password);
        run(initdb.args([
            "-U",
            "postgres",
            "-A",
            "scram-sha-256",
            "-E",
            "UTF8",
            "--locale",
            "C",
            "--no-sync",
            "--wal-segsize",
            "1",
        ]));
        let sql = daemon.folder().join("template.sql");
        let statements =
            format!("CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}';\nCREATE DATABASE {USER} OWNER {USER};\n");
        std::fs::write(&sql, statements).unwrap();
        let mut single = daemon.command(programs.join("postgres"));
        single.args(["--single", "-F", "-c", "exit_on_error=true", "-D"]).arg(&data).arg("postgres");
        run(single.stdin(std::fs::File::open(sql).unwrap()));
        daemon
    })
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn answer(output: &std::process::Output, what: &str) -> String {
    assert!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The database that a URL names; a bare name is one already.
fn database_in(url: &str) -> &str {
    let path = url.split('?').next().unwrap();
    path.rsplit('/').next().unwrap()
}
