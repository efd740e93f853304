//! The server's process: command line, environment, log and signals.

use server::config::{Config, HELP, LogFormat};
use server::{Error, open_storage, run, transfer};
use std::io::{Read, Write};
use std::process::ExitCode;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        [] => in_runtime(serve),
        ["--help" | "-h" | "help"] => {
            print!("{HELP}");
            Ok(())
        }
        ["--version" | "-V"] => {
            println!("server {}", env!("CARGO_PKG_VERSION"));
            Ok(())
        }
        ["export"] => in_runtime(|config| export(config, None)),
        ["export", file] => in_runtime(|config| export(config, Some(file))),
        ["import", file] => in_runtime(|config| import(config, file, false)),
        ["import", file, "--replace"] | ["import", "--replace", file] => {
            in_runtime(|config| import(config, file, true))
        }
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

type Failure = Box<dyn std::error::Error>;

/// Runs a command with the environment's configuration.
fn in_runtime<F: Future<Output = Result<(), Failure>>>(command: impl FnOnce(Config) -> F) -> Result<(), Failure> {
    // Bytes that are no text are kept as U+FFFD and refused: a key of such bytes must not count as none.
    let variable = |name: &str| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
    let config = Config::from_environment(variable)?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(command(config))
}

async fn serve(config: Config) -> Result<(), Failure> {
    let log = tracing_subscriber::fmt().with_max_level(config.log_level).with_target(false);
    match config.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let listener = TcpListener::bind(config.address)
        .await
        .map_err(|error| Error::Listen { address: config.address.to_string(), error })?;
    let end = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    Ok(run(listener, config, end).await?)
}

async fn export(config: Config, file: Option<&str>) -> Result<(), Failure> {
    let storage = open_storage(&config.database)?;
    let document = transfer::export(&*storage).await?;
    match file {
        Some(file) => std::fs::write(file, document).map_err(|error| format!("{file}: {error}"))?,
        None => std::io::stdout().write_all(&document)?,
    }
    Ok(storage.close().await?)
}

async fn import(config: Config, file: &str, replace: bool) -> Result<(), Failure> {
    let mut document = Vec::new();
    match file {
        "-" => drop(std::io::stdin().read_to_end(&mut document)?),
        file => document = std::fs::read(file).map_err(|error| format!("{file}: {error}"))?,
    }
    let storage = open_storage(&config.database)?;
    let imported = transfer::import(&*storage, &document, replace, config.client_visible_default).await?;
    println!(
        "{} created, {} replaced, {} deleted, {} unchanged",
        imported.created, imported.replaced, imported.deleted, imported.unchanged
    );
    Ok(storage.close().await?)
}
