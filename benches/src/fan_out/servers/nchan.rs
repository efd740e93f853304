//! nginx with the module nchan, of Debian: a server for events that others wrote, and that many use.

use super::Process;
use super::running::{Folder, Running};
use crate::fan_out::Outcome;
use crate::services::free_port;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const PROGRAM: &str = "/usr/sbin/nginx";
const MODULE: &str = "/usr/lib/nginx/modules/ngx_nchan_module.so";
const PATIENCE: Duration = Duration::from_secs(10);

/// Starts one with a single worker.
pub(super) fn start() -> Outcome<(Running, SocketAddr)> {
    if !Path::new(PROGRAM).exists() || !Path::new(MODULE).exists() {
        return Err(format!(
            "nginx with nchan is missing ({PROGRAM}, {MODULE}): `cargo xtask bench compare` gets it; Debian: apt-get \
             install nginx-light libnginx-mod-nchan"
        )
        .into());
    }
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
    let folder = Folder::new(&std::env::temp_dir())?;
    let path = folder.path().join("nginx.conf");
    std::fs::write(&path, configuration(folder.path(), address))?;
    let mut command = Command::new(PROGRAM);
    command.arg("-c").arg(&path).args(["-e", "stderr"]);
    let mut running = Running::start(command, address, Some(folder))?;
    running.process = worker(running.process)?;
    Ok((running, address))
}

/// The version of the module's package, where Debian's package manager is there to tell.
#[must_use]
pub fn version() -> Option<String> {
    let query = ["-W", "-f=${Version}", "libnginx-mod-nchan"];
    let output = Command::new("dpkg-query").args(query).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn configuration(folder: &Path, address: SocketAddr) -> String {
    let folder = folder.display();
    format!(
        "load_module {MODULE};
daemon off;
user root;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr error;
events {{ worker_connections 15000; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  keepalive_requests 1000000;
  server {{
    listen {address} backlog=4096;
    location = /publish {{
      nchan_publisher;
      nchan_channel_id bench;
      nchan_message_buffer_length 16;
    }}
    location = /subscribe {{
      nchan_subscriber eventsource;
      nchan_channel_id bench;
      nchan_subscriber_first_message newest;
      nchan_eventsource_ping_interval 0;
    }}
  }}
}}
"
    )
}

/// The process that serves: nginx's first one only watches it, and listens before it is there.
fn worker(master: Process) -> Outcome<Process> {
    let path = format!("/proc/{0}/task/{0}/children", master.0);
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let children = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        if let Some(child) = children.split_whitespace().next() {
            return Ok(Process(child.parse()?));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Err(format!("nginx has started no worker in {PATIENCE:?}").into())
}
