//! The servers that are measured: each a process of its own on the servers' processor, with what the generator has to
//! know of it.

pub mod epoll_limit;
pub mod hyper_foil;
mod nchan;
mod running;
mod sidekick;

pub use nchan::version as nchan_version;
pub use running::{Folder, Running};
pub use sidekick::{FLAG, Sidekick, flag};

use super::Outcome;
use super::exchange::request;
use super::generator::{Start, Target};
use super::machine::Cores;
use super::process::Process;
use super::recognizer::Mark;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// A contestant of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Our server.
    Sidekick,
    /// The least that a server can do: one thread, one write a socket and change, no clock.
    EpollLimit,
    /// What one writes first: hyper, with a channel for each client.
    HyperFoil,
    /// nginx with the module nchan.
    Nchan,
}

/// Where the programs are.
#[derive(Clone, Debug)]
pub struct Programs {
    /// Our server's binary.
    pub sidekick: PathBuf,
    /// This program, which is also the limit and the foil.
    pub own: PathBuf,
}

/// A contestant that runs, and has not been asked for anything.
#[derive(Debug)]
pub struct Contestant {
    kind: Kind,
    running: Running,
    address: SocketAddr,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Sidekick, Self::EpollLimit, Self::HyperFoil, Self::Nchan];

    /// Its name in a table.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sidekick => "sidekick",
            Self::EpollLimit => "epoll limit",
            Self::HyperFoil => "hyper, channel per client",
            Self::Nchan => "nginx + nchan",
        }
    }

    /// Starts it.
    ///
    /// # Errors
    /// Where its program is missing or does not start.
    pub fn start(self, programs: &Programs, cores: &Cores) -> Outcome<Contestant> {
        cores.for_servers(|| {
            let (running, address) = match self {
                Self::Sidekick => Sidekick::in_memory(&programs.sidekick)?.into_parts(),
                Self::EpollLimit => running::start_own(&programs.own, &["serve-limit".as_ref()])?,
                Self::HyperFoil => running::start_own(&programs.own, &["serve-foil".as_ref()])?,
                Self::Nchan => nchan::start()?,
            };
            Ok(Contestant { kind: self, running, address })
        })
    }
}

impl Contestant {
    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The process that serves the streams.
    #[must_use]
    pub const fn process(&self) -> Process {
        self.running.process
    }

    /// Its stream.
    #[must_use]
    pub fn target(&self) -> Target {
        let (path, mark, start) = match self.kind {
            Kind::Sidekick => ("/stream", Mark::Id, Start::Replay),
            Kind::EpollLimit | Kind::HyperFoil => ("/stream", Mark::Id, Start::Behind(0)),
            Kind::Nchan => ("/subscribe", Mark::Data, Start::Behind(0)),
        };
        let headers = vec![("Accept".to_owned(), "text/event-stream".to_owned())];
        Target { address: self.address, path: path.to_owned(), headers, mark, start, receive_buffer: None }
    }

    /// What has to be asked before the first change.
    #[must_use]
    pub fn preparation(&self) -> Option<Vec<u8>> {
        (self.kind == Kind::Sidekick).then(|| request("POST", "/api/flags", &[], &flag(FLAG)))
    }

    /// The request that makes the `number`th change, the first being 1.
    #[must_use]
    pub fn change(&self, number: u64) -> Vec<u8> {
        let description = format!(r#"{{"description":"change {number:09}"}}"#);
        match self.kind {
            Kind::Sidekick => request("PATCH", &format!("/api/flags/{FLAG}"), &[], &description),
            Kind::EpollLimit | Kind::HyperFoil | Kind::Nchan => request("POST", "/publish", &[], &event(number)),
        }
    }
}

/// The data of an event as Sidekick would send it for the same change, byte for byte as long.
fn event(number: u64) -> String {
    format!(
        r#"{{"type":"UPSERT","flag":{{"key":"{FLAG}","is_enabled":true,"rollout_percentage":25,"description":"change {number:09}","rules":[{{"attribute":"country","operator":"Equals","values":["DE","FR"]}}],"revision":{number},"created_at":"2026-01-01T00:00:00.000Z","updated_at":"2026-01-01T00:00:00.000Z"}}}}"#
    )
}

/// Starts the foil with flags to list, those of a JSON file.
///
/// # Errors
/// Where it does not start.
pub fn start_foil(programs: &Programs, cores: &Cores, flags: &Path) -> Outcome<(Running, SocketAddr)> {
    cores.for_servers(|| {
        running::start_own(&programs.own, &["serve-foil".as_ref(), "--flags".as_ref(), flags.as_os_str()])
    })
}

/// An event's text as Sidekick writes it.
fn event_text(number: u64, data: &str) -> String {
    format!("id: 5e1f0a2b3c4d:{number}\ndata: {data}\n\n")
}
