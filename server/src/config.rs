//! What the environment says, checked.

use crate::actors::log_pruner::HistoryLimits;
use crate::error::Error;
use crate::keys::Secret;
use crate::limits::LimitSettings;
use crate::storage::PostgresAddress;
use crate::trace::TraceSettings;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

/// How the server runs.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen.
    pub address: SocketAddr,
    /// Where the flags are kept.
    pub database: Database,
    /// The Redis by which several instances tell each other of changes.
    pub redis: Option<RedisAddress>,
    /// The file from which the server starts while the database is away.
    pub snapshot_path: Option<PathBuf>,
    /// How much of the history is kept.
    pub history: HistoryLimits,
    /// Admin keys; without any, and without a stored one, authentication is off.
    pub sdk_keys: Vec<Secret>,
    /// Client keys.
    pub client_keys: Vec<Secret>,
    /// Whether public clients get a new flag of which nobody says so.
    pub client_visible_default: bool,
    /// A folder to serve in place of the embedded dashboard.
    pub public_dir: Option<PathBuf>,
    /// Who may call from a browser.
    pub origins: Origins,
    /// What a caller may take.
    pub limits: LimitSettings,
    /// Where traces go, if anywhere.
    pub traces: TraceSettings,
    /// The form of the log.
    pub log_format: LogFormat,
    /// The least level that is logged.
    pub log_level: tracing::Level,
    /// The most connections at a time; `None`: as many as the process may have files open, less a reserve.
    pub max_connections: Option<usize>,
    /// Time limits. Not to be set from the environment.
    pub timeouts: Timeouts,
}

/// Where the flags are kept.
#[derive(Clone, Debug)]
pub enum Database {
    /// An embedded SQLite file.
    Sqlite(PathBuf),
    /// A Postgres database.
    Postgres(Box<PostgresAddress>),
}

/// Where a Redis is. Its `Debug` shows no password.
#[derive(Clone)]
pub struct RedisAddress(String);

/// Which origins a browser may call from (CORS).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origins {
    /// Any for reading, none for writing.
    AnyForReading,
    /// These, for everything.
    Listed(Vec<String>),
}

/// The form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// How long the server waits.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For the rest of a request's head, once its first byte is there.
    pub head: Duration,
    /// For a request's body.
    pub body: Duration,
    /// For the next request of a connection.
    pub idle: Duration,
    /// For a socket to take a byte.
    pub write: Duration,
    /// For the answers about many users.
    pub evaluation: Duration,
    /// Between two heartbeats of a stream.
    pub heartbeat: Duration,
    /// Over which the ends of all streams are spread at shutdown.
    pub drain: Duration,
}

impl RedisAddress {
    fn parse(address: String) -> Result<Self, Error> {
        // The client checks the rest; what it says shows no password.
        redis::Client::open(address.as_str())
            .map_err(|error| problem("REDIS_URL", format!("{error}; redis://host or rediss://host is expected")))?;
        Ok(Self(address))
    }

    /// The address, password and all.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for RedisAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let host = self.0.rsplit_once('@').map_or(self.0.as_str(), |(_, host)| host);
        write!(f, "redis://{}", host.rsplit_once("//").map_or(host, |(_, host)| host))
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            body: Duration::from_secs(20),
            // Longer than the 60 s after which common load balancers drop a connection: the one who sends should.
            idle: Duration::from_secs(75),
            write: Duration::from_secs(30),
            evaluation: Duration::from_secs(5),
            heartbeat: Duration::from_millis(sidekick_core::sse::HEARTBEAT_MILLIS),
            drain: Duration::from_secs(3),
        }
    }
}

impl Config {
    /// Reads the configuration, where `variable` gives the value of an environment variable. An empty value counts as
    /// none.
    ///
    /// # Errors
    /// [`Error::Config`] names the variable and what would be right.
    pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let variable = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        let sdk_keys = keys("SDK_KEY", variable("SDK_KEY"))?;
        let client_keys = keys("CLIENT_KEY", variable("CLIENT_KEY"))?;
        if sdk_keys.is_empty() && !client_keys.is_empty() {
            return Err(problem(
                "CLIENT_KEY",
                "it needs SDK_KEY too: without that one, authentication is off".to_owned(),
            ));
        }
        if let Some(both) = client_keys.iter().position(|key| sdk_keys.contains(key)) {
            return Err(problem(
                "CLIENT_KEY",
                format!("key {} is also an SDK_KEY: it would have full access", both + 1),
            ));
        }
        let open_host = if sdk_keys.is_empty() { Ipv4Addr::LOCALHOST } else { Ipv4Addr::UNSPECIFIED };
        let host = parsed("HOST", variable("HOST"), IpAddr::V4(open_host), "an IP address such as 0.0.0.0 or ::1")?;
        let port = parsed("PORT", variable("PORT"), 3000_u16, "a number from 0 to 65535")?;
        Ok(Self {
            address: SocketAddr::new(host, port),
            database: database(variable("DATABASE_URL"))?,
            redis: variable("REDIS_URL").map(RedisAddress::parse).transpose()?,
            snapshot_path: variable("SNAPSHOT_PATH").map(PathBuf::from),
            history: HistoryLimits {
                age: count("HISTORY_MAX_DAYS", variable("HISTORY_MAX_DAYS"))?
                    .map(|days| Duration::from_secs(days.saturating_mul(86_400))),
                changes: count("HISTORY_MAX_CHANGES", variable("HISTORY_MAX_CHANGES"))?,
            },
            sdk_keys,
            client_keys,
            client_visible_default: parsed(
                "CLIENT_VISIBLE_DEFAULT",
                variable("CLIENT_VISIBLE_DEFAULT"),
                true,
                "true or false",
            )?,
            public_dir: public_dir(variable("PUBLIC_DIR"))?,
            origins: origins(variable("ALLOWED_ORIGINS"))?,
            limits: LimitSettings::from_environment(variable)?,
            traces: TraceSettings::from_environment(variable),
            log_format: match variable("LOG_FORMAT").as_deref() {
                None | Some("text") => LogFormat::Text,
                Some("json") => LogFormat::Json,
                Some(other) => return Err(problem("LOG_FORMAT", format!("{other:?} is not known; text or json is"))),
            },
            log_level: parsed(
                "LOG_LEVEL",
                variable("LOG_LEVEL"),
                tracing::Level::INFO,
                "error, warn, info, debug or trace",
            )?,
            max_connections: count("MAX_CONNECTIONS", variable("MAX_CONNECTIONS"))?
                .map(|connections| usize::try_from(connections).unwrap_or(usize::MAX)),
            timeouts: Timeouts::default(),
        })
    }
}

fn problem(variable: &'static str, problem: String) -> Error {
    Error::Config { variable, problem }
}

fn parsed<T: std::str::FromStr>(
    variable: &'static str,
    value: Option<String>,
    default: T,
    expected: &str,
) -> Result<T, Error> {
    match value {
        None => Ok(default),
        Some(value) => value
            .trim()
            .parse()
            .map_err(|_| problem(variable, format!("{value:?} cannot be used; {expected} is expected"))),
    }
}

/// A number above zero.
fn count(variable: &'static str, value: Option<String>) -> Result<Option<u64>, Error> {
    if value.is_none() {
        return Ok(None);
    }
    parsed(variable, value, NonZeroU64::MIN, "a whole number above 0").map(|number| Some(number.get()))
}

fn keys(variable: &'static str, value: Option<String>) -> Result<Vec<Secret>, Error> {
    let Some(value) = value else { return Ok(Vec::new()) };
    let keys: Vec<String> = value.split(',').map(str::trim).filter(|key| !key.is_empty()).map(str::to_owned).collect();
    if keys.is_empty() {
        // Taking it for none would switch authentication off.
        return Err(problem(variable, "it has commas and no key; give a key, or leave the variable unset".to_owned()));
    }
    // A key travels in a header: RFC 6750 allows it these characters, and the message must not show it.
    let usable = |key: &String| key.bytes().all(|byte| byte.is_ascii_graphic());
    match keys.iter().position(|key| !usable(key)) {
        Some(index) => Err(problem(
            variable,
            format!("key {} has blanks or other than ASCII characters; a header cannot carry it", index + 1),
        )),
        None => Ok(keys.into_iter().map(Secret::chosen).collect()),
    }
}

fn database(value: Option<String>) -> Result<Database, Error> {
    let expected = "sqlite:PATH or postgres://user:password@host/database is expected";
    let Some(value) = value else { return Ok(Database::Sqlite(PathBuf::from("sidekick.db"))) };
    match value.split_once(':') {
        Some(("sqlite", path)) if path.contains(char::REPLACEMENT_CHARACTER) => {
            Err(problem("DATABASE_URL", format!("the path is not UTF-8; {expected}")))
        }
        Some(("sqlite", path)) if !path.is_empty() => {
            // `sqlite:///var/lib/sidekick.db` is written as often as `sqlite:/var/lib/sidekick.db`.
            Ok(Database::Sqlite(PathBuf::from(path.strip_prefix("//").unwrap_or(path))))
        }
        Some(("sqlite", _)) => Err(problem("DATABASE_URL", format!("the path is missing; {expected}"))),
        Some(("postgres" | "postgresql", _)) => PostgresAddress::parse(&value)
            .map(Box::new)
            .map(Database::Postgres)
            .map_err(|error| problem("DATABASE_URL", error)),
        // The value may hold a password: it is not shown.
        _ => Err(problem("DATABASE_URL", expected.to_owned())),
    }
}

fn public_dir(value: Option<String>) -> Result<Option<PathBuf>, Error> {
    match value.map(PathBuf::from) {
        Some(folder) if !folder.is_dir() => Err(problem("PUBLIC_DIR", format!("{} is no folder", folder.display()))),
        folder => Ok(folder),
    }
}

fn origins(value: Option<String>) -> Result<Origins, Error> {
    let Some(value) = value else { return Ok(Origins::AnyForReading) };
    let listed: Vec<String> =
        value.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect();
    let is_origin = |text: &String| {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        rest.is_some_and(|host| !host.is_empty() && !host.contains(['/', '*', '?', ' ']))
    };
    match listed.iter().find(|origin| !is_origin(origin)) {
        Some(other) => Err(problem(
            "ALLOWED_ORIGINS",
            format!(
                "{other:?} is no origin; https://app.example.com is one (no path, no wildcard), several are parted by commas"
            ),
        )),
        None => Ok(Origins::Listed(listed)),
    }
}

/// What `--help` prints.
pub const HELP: &str = "\
Sidekick: a feature-flag server. It stores flags and pushes every change to all connected SDKs.

Usage: server                         run the server
       server export [FILE]           write all flags as a JSON document, to standard output without FILE
       server import FILE [--replace] bring such a document in, all flags or none; `-` is standard input;
                                      with --replace, flags that are not in it are deleted
       server keys create NAME --kind admin|server|client [--expires WHEN]
                                      make an API key and write it to standard output, this once; WHEN is
                                      a span such as 90d or 12h, RFC 3339 in UTC, or never
       server keys list               all keys, without their secrets
       server keys rotate NAME [--overlap TIME] [--expires WHEN]
                                      give a key a new secret and write that; the old one works for TIME
                                      more, 24h without it, 0 ends it at once
       server keys revoke NAME        end a key, on every server within seconds
       server health                  ask the server that runs with the same HOST and PORT for /healthz;
                                      exit code 0 where it answers, for health checks of containers
       server --help | --version

Keys are changed on the database of DATABASE_URL, while servers run or none does. A client key reads flags and
the stream, a server key also history, evaluation, statistics and metrics, an admin key does everything.

It is configured by environment variables:

  DATABASE_URL     where the flags are kept: sqlite:PATH, a file that is made where it is missing, for one
                   instance; or postgres://user:password@host/database for any number, with ?sslmode=
                   disable, prefer, require or verify-full, and &sslrootcert=FILE for the last
                   [default: sqlite:sidekick.db, in the working directory]
  REDIS_URL        redis://… or rediss://… (TLS), by which instances tell each other of changes at once;
                   without it they ask the database every second [default: none]
  SNAPSHOT_PATH    a file that keeps the last flags, from which the server starts while the database is
                   away [default: none]
  HISTORY_MAX_DAYS
                   changes older than this are dropped from the history [default: kept for good]
  HISTORY_MAX_CHANGES
                   changes beyond the last so many are dropped likewise [default: kept for good]
  SDK_KEY          an admin key beside the stored ones; several, parted by commas, for rotation
                   [default: none: until an admin key is stored, authentication is off; the server
                   listens on loopback only unless HOST says otherwise]
  CLIENT_KEY       a client key beside the stored ones, for browsers and apps; several, parted by
                   commas, for rotation [default: none]
  CLIENT_VISIBLE_DEFAULT
                   true or false: whether client keys get new flags that do not say so themselves
                   by client_visible [default: true]
  HOST             the IP address to listen on [default: 0.0.0.0; without SDK_KEY 127.0.0.1]
  PORT             the port to listen on; 0 takes a free one [default: 3000]
  ALLOWED_ORIGINS  origins whose pages may call the API from a browser, parted by commas
                   [default: any for /stream and GET, none for writes]
  MAX_CONNECTIONS  connections beyond so many are turned away with 503; no more than the process may have
                   files open [default: as many as that, less 128]
  PUBLIC_DIR       a folder of files to serve in place of the embedded dashboard [default: none]
  TRUSTED_PROXIES  addresses and networks of the proxies in front, parted by commas: what they say in
                   X-Forwarded-For or Forwarded is who a request is from [default: none: it is the peer]
  LOG_FORMAT       text or json [default: text]
  LOG_LEVEL        error, warn, info, debug or trace [default: info]
  OTEL_EXPORTER_OTLP_ENDPOINT
                   http://HOST:PORT or https://HOST:PORT of an OpenTelemetry collector that gets traces by
                   OTLP over HTTP, not gRPC; OpenTelemetry's other variables count too, such as
                   OTEL_SERVICE_NAME and OTEL_TRACES_SAMPLER [default: none: nothing is traced]

Limits, which an honest fleet does not meet; 0 or `off` is none. Rates are a second, and ten times as many may
come at once. Beyond them a request is answered 429 with Retry-After, beyond MAX_STREAMS 503, beyond MAX_FLAGS 409.

  WRITE_RATE_PER_KEY
                   writes with one key [default: 1000]
  WRITE_RATE_PER_ADDRESS
                   writes from one address, which of IPv6 is one /64 [default: 1000]
  STREAM_RATE_PER_KEY
                   streams opened with one key [default: 10000]
  STREAM_RATE_PER_ADDRESS
                   streams opened from one address [default: 2000]
  AUTH_FAILURE_RATE
                   requests without a known key from one address; those with one always pass
                   [default: 100]
  MAX_STREAMS      streams that are open [default: 100000]
  MAX_STREAMS_PER_KEY
                   streams that are open with one key [default: nine tenths of MAX_STREAMS]
  MAX_FLAGS        flags in the store, for import too [default: 100000, as many as SDKs take]

SIGTERM and SIGINT end it within 10 seconds: requests are finished, streams are sent away.
";
