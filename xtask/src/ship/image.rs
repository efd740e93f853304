//! `cargo xtask image`: what `docker/Dockerfile.server` says, done without Docker, and the image's root started.
//!
//! The steps run in a folder in place of the container, on this machine's Rust and Debian in place of the base image's;
//! what comes of them is then alone in its root, as in a container.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use super::SERVER;
use super::dockerfile::{Dockerfile, Instruction};
use crate::failure::{Failure, Outcome};
use crate::tool::{self, output, run, succeeds, tool};
use crate::{repository, setup};

/// Where the build's steps run in the container.
const WORKDIR: &str = "/sidekick";
const USER: &str = "65532:65532";
const BINARY: &str = "/bin/sidekick-server";
/// How long the server may take to answer, and to end.
const DEADLINE: Duration = Duration::from_secs(15);

/// Builds the image's root, tells how large it is, and starts the server in it.
pub(crate) fn build() -> Outcome {
    setup::ensure(&setup::COMPILER)?;
    let dockerfile = Dockerfile::read(SERVER)?;
    let folder = repository::scratch("image");
    let (work, root) = (folder.join("build"), folder.join("root"));
    for path in [&work, &root] {
        // One that was not there is as good as one that was removed.
        let _ = fs::remove_dir_all(path);
        fs::create_dir_all(path).map_err(|error| failed(path, error))?;
    }
    for step in dockerfile.stage("build")? {
        take(step, &work)?;
    }
    for step in dockerfile.image()?.iter().filter(|step| step.keyword == "COPY") {
        copy_into_root(step, &work, &root)?;
    }
    println!("{} bytes in the image:", size(&root)?);
    run(tool("du", &["--bytes", "--all", "--max-depth=3"]).arg(&root))?;
    start(&root)
}

fn take(step: &Instruction, work: &Path) -> Outcome {
    match step.keyword.as_str() {
        // Each step's folder and shell are given here.
        "WORKDIR" | "SHELL" | "ARG" => Ok(()),
        "COPY" => copy_from_repository(step.operands(), work),
        // Cargo's own variables must not lead it to another folder.
        "RUN" => run(tool("bash", &["-euo", "pipefail", "-c", step.operands()])
            .current_dir(work)
            .env_remove("CARGO_TARGET_DIR")),
        other => Err(Failure::step(format!("{SERVER}:{}: `{other}` cannot be done without Docker", step.line))),
    }
}

/// `COPY a b folder/`, `COPY folder folder`; of a folder, its contents.
fn copy_from_repository(operands: &str, work: &Path) -> Outcome {
    let words: Vec<&str> = operands.split_whitespace().collect();
    let Some((to, sources)) = words.split_last() else { return Ok(()) };
    let target = work.join(to);
    for name in sources {
        let source = repository::root().join(name);
        let is_folder = source.is_dir();
        let parent = if is_folder || to.ends_with('/') { Some(target.as_path()) } else { target.parent() };
        parent.map_or(Ok(()), fs::create_dir_all).map_err(|error| failed(&target, error))?;
        let source = if is_folder { source.join(".") } else { source };
        run(tool("cp", &["--recursive", "--preserve=timestamps"]).args([&source, &target]))?;
    }
    Ok(())
}

/// `COPY --from=build [--chown=…] /sidekick/x /y`.
fn copy_into_root(step: &Instruction, work: &Path, root: &Path) -> Outcome {
    let wrong = || Failure::step(format!("{SERVER}:{}: a copy of something in {WORKDIR} is expected", step.line));
    let (from, to) = step.operands().split_once(' ').ok_or_else(wrong)?;
    let from = work.join(from.strip_prefix(WORKDIR).ok_or_else(wrong)?.trim_start_matches('/')).join(".");
    let to = root.join(to.trim_start_matches('/'));
    fs::create_dir_all(&to).map_err(|error| failed(&to, error))?;
    run(tool("cp", &["--archive"]).args([&from, &to]))?;
    match step.flag("chown") {
        Some(owner) => run(tool("chown", &["--recursive", owner]).arg(&to)),
        None => Ok(()),
    }
}

/// Runs it as a container would: nothing but the image, another user than root, the image's variables.
fn start(root: &Path) -> Outcome {
    let port = free_port()?;
    let variables =
        ["SDK_KEY=key".to_owned(), format!("PORT={port}"), "DATABASE_URL=sqlite:/data/sidekick.db".to_owned()];
    let inside = |arguments: &[&str]| {
        let mut command = tool("chroot", &[&format!("--userspec={USER}")]);
        command.arg(root).arg(BINARY).args(arguments).env_clear();
        command.envs(variables.iter().filter_map(|variable| variable.split_once('=')));
        // `chroot` itself is found by it.
        command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        command
    };
    let mut server = Running(inside(&[]).spawn().map_err(|error| failed(root, error))?);
    let begin = Instant::now();
    while !succeeds(&mut inside(&["health"])) {
        if begin.elapsed() > DEADLINE {
            return Err(Failure::step("the server in the image's root does not answer"));
        }
        thread::sleep(Duration::from_millis(20));
    }
    println!("it answers after {} ms", begin.elapsed().as_millis());
    let page = get(port)?;
    if !page.starts_with("HTTP/1.1 200") || !page.contains("text/html") {
        return Err(Failure::step(format!("the dashboard is not served: {}", page.lines().next().unwrap_or_default())));
    }
    println!("it serves the dashboard");
    tool::terminate(server.0.id())?;
    server.end()
}

/// A server that is ended when nobody waits for it.
struct Running(Child);

impl Running {
    fn end(&mut self) -> Outcome {
        let begin = Instant::now();
        loop {
            match self.0.try_wait() {
                Ok(Some(status)) if status.success() => break,
                Ok(Some(status)) => {
                    return Err(Failure::step(format!("the server ended with {status}; 0 is expected")));
                }
                Ok(None) if begin.elapsed() < DEADLINE => thread::sleep(Duration::from_millis(20)),
                Ok(None) => return Err(Failure::step("the server does not end after SIGTERM")),
                Err(error) => return Err(Failure::step(format!("the server was lost: {error}"))),
            }
        }
        println!("it ends {} ms after SIGTERM", begin.elapsed().as_millis());
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended already is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_port() -> Outcome<u16> {
    let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    address.map(|address| address.port()).map_err(|error| Failure::step(format!("no port is free: {error}")))
}

fn get(port: u16) -> Outcome<String> {
    let ask = || {
        let mut stream = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
        stream.set_read_timeout(Some(DEADLINE))?;
        stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        std::io::Result::Ok(String::from_utf8_lossy(&answer).into_owned())
    };
    ask().map_err(|error| Failure::step(format!("the page cannot be read: {error}")))
}

/// Of the files alone: what Docker counts.
fn size(root: &PathBuf) -> Outcome<u64> {
    let listed = output(tool("find", &[]).arg(root).args(["-type", "f", "-printf", "%s\\n"]))?;
    Ok(listed.lines().filter_map(|line| line.parse::<u64>().ok()).sum())
}

fn failed(path: &Path, error: std::io::Error) -> Failure {
    Failure::step(format!("{}: {error}", path.display()))
}
