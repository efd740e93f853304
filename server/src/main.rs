//! The server's process: command line, environment, log and signals.

use server::config::{Config, HELP, LogFormat};
use server::keys::command::Command as KeyCommand;
use server::{Error, clock, health_probe, open_storage, open_storage_for_keys, run, transfer};
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use tokio::net::{TcpListener, TcpSocket};
use tokio::signal::unix::{SignalKind, signal};

/// Connections that may wait to be accepted: all clients of a server that comes back. The system may allow fewer.
const BACKLOG: u32 = 1 << 16;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        [] => in_runtime(|config| async {
            // A task of the runtime, and not its starter, so that what accepts connections is where they are served.
            tokio::spawn(serve(config)).await?
        }),
        ["--help" | "-h" | "help"] => {
            print!("{HELP}");
            Ok(())
        }
        ["--version" | "-V"] => {
            println!("server {}", env!("CARGO_PKG_VERSION"));
            Ok(())
        }
        ["health"] => health(),
        ["export"] => in_runtime(|config| export(config, None)),
        ["export", file] => in_runtime(|config| export(config, Some(file))),
        ["import", file] => in_runtime(|config| import(config, file, false)),
        ["import", file, "--replace"] | ["import", "--replace", file] => {
            in_runtime(|config| import(config, file, true))
        }
        ["keys", words @ ..] => match KeyCommand::parse(words, clock::now()) {
            Ok(command) => in_runtime(|config| keys(config, command)),
            Err(problem) => {
                eprintln!("{problem}");
                return ExitCode::from(2);
            }
        },
        other => {
            eprintln!("{:?} is not known; see --help", other.join(" "));
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What the environment says.
fn configuration() -> Result<Config, Error> {
    // Bytes that are no text are kept as U+FFFD and refused: a key of such bytes must not count as none.
    Config::from_environment(|name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
}

fn health() -> Result<(), Failure> {
    Ok(health_probe::ask(configuration()?.address)?)
}

/// Runs a command with the environment's configuration.
fn in_runtime<F: Future<Output = Result<(), Failure>>>(command: impl FnOnce(Config) -> F) -> Result<(), Failure> {
    let config = configuration()?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(command(config))
}

async fn serve(config: Config) -> Result<(), Failure> {
    // Each client is an open file, and common defaults allow 1,024. Where it cannot be raised, the limit stays what it is.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let log = tracing_subscriber::fmt().with_max_level(config.log_level).with_target(false);
    match config.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let listener =
        listen(config.address).map_err(|error| Error::Listen { address: config.address.to_string(), error })?;
    let end = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    Ok(run(listener, config, end).await?)
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A server that comes back need not wait for the connections of the one before.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

async fn export(config: Config, file: Option<&str>) -> Result<(), Failure> {
    let storage = open_storage(&config.database)?;
    let document = transfer::export(&*storage).await?;
    match file {
        Some(file) => std::fs::write(file, document).map_err(|error| format!("{file}: {error}"))?,
        None => io::stdout().write_all(&document)?,
    }
    Ok(storage.close().await?)
}

async fn import(config: Config, file: &str, replace: bool) -> Result<(), Failure> {
    let mut document = Vec::new();
    match file {
        "-" => drop(io::stdin().read_to_end(&mut document)?),
        file => document = std::fs::read(file).map_err(|error| format!("{file}: {error}"))?,
    }
    let storage = open_storage(&config.database)?;
    let (visible, max_flags) = (config.client_visible_default, config.limits.max_flags);
    let imported = transfer::import(&*storage, &document, replace, visible, max_flags).await?;
    println!(
        "{} created, {} replaced, {} deleted, {} unchanged",
        imported.created, imported.replaced, imported.deleted, imported.unchanged
    );
    Ok(storage.close().await?)
}

async fn keys(config: Config, command: KeyCommand) -> Result<(), Failure> {
    let storage = open_storage_for_keys(&config.database)?;
    let said = command.run(&*storage).await?;
    print!("{}", said.output);
    eprint!("{}", said.remarks);
    Ok(storage.close().await?)
}
