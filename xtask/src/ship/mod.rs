//! The part `ship`: the files for images, releases and operation are what the programs that will read them take.

mod dockerfile;
mod image;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::tool::{output, run, tool};
use crate::{python, repository, setup, tidy};
use dockerfile::Dockerfile;

pub(crate) use image::build as build_image;

const REQUIREMENTS: &str = "xtask/ship/requirements.txt";
const SERVER: &str = "docker/Dockerfile.server";
const FULL: &str = "docker/Dockerfile.full";
const ALERTS: &str = "docker/monitoring/alerts.yml";
const DASHBOARD: &str = "docker/monitoring/grafana-dashboard.json";

/// The oldest Kubernetes that the manifests are for, and the newest that the checker knows.
const KUBERNETES: [&str; 2] = ["1.30", "1.37"];

/// Checks all of them.
pub(crate) fn test() -> Outcome {
    let programs = Programs::ensure()?;
    images(&programs)?;
    compose(&programs)?;
    workflows(&programs)?;
    kubernetes(&programs)?;
    monitoring(&programs)
}

/// Installs what the part needs.
pub(crate) fn ensure_all() -> Outcome {
    Programs::ensure().map(drop)
}

/// The folder of the Python environment's programs.
struct Programs(PathBuf);

impl Programs {
    fn ensure() -> Outcome<Self> {
        setup::ensure(&setup::PROMTOOL)?;
        setup::ensure(&setup::ACTIONLINT)?;
        let python = python::ensure_environment("ship", REQUIREMENTS)?;
        let folder = python.parent().ok_or_else(|| Failure::step("the Python environment has no folder"))?;
        Ok(Self(folder.to_owned()))
    }

    fn program(&self, name: &str, arguments: &[&str]) -> Command {
        tool(self.0.join(name), arguments)
    }
}

fn images(programs: &Programs) -> Outcome {
    for path in [SERVER, FULL] {
        run(&mut programs.program("hadolint", &[path]))?;
    }
    let build = |path| Dockerfile::read(path)?.stage("build").map(<[_]>::to_vec);
    let (server, full) = (build(SERVER)?, build(FULL)?);
    // The small image has steps of its own after those that build the server.
    match full.iter().zip(&server).find(|(one, other)| one.text() != other.text()) {
        _ if full.len() > server.len() => {
            Err(Failure::step(format!("{FULL} builds the server in more steps than {SERVER}")))
        }
        None => Ok(()),
        Some((one, other)) => Err(Failure::step(format!(
            "{FULL}:{} and {SERVER}:{} build the server in different ways; one build makes both images",
            one.line, other.line
        ))),
    }
}

fn compose(programs: &Programs) -> Outcome {
    for path in ["docker/docker-compose.yml", "docker/docker-compose.full.yml"] {
        let mut config = programs.program("docker-compose", &["--file", path, "config", "--quiet"]);
        // Any value will do.
        run(config.env("SDK_KEY", "key").env("POSTGRES_PASSWORD", "password"))?;
    }
    Ok(())
}

fn workflows(programs: &Programs) -> Outcome {
    run(programs.program("shellcheck", &[]).args(files_with(".ci", "")?))?;
    // It lets shellcheck look at the scripts in them.
    let shellcheck = programs.0.join("shellcheck");
    run(tool(setup::actionlint(), &["-shellcheck"]).arg(shellcheck))?;
    run(&mut programs.program("zizmor", &["--offline", "--no-progress", "--quiet", ".github"]))
}

fn kubernetes(programs: &Programs) -> Outcome {
    // kubectl reads that one itself; it is no resource of a cluster.
    let manifests: Vec<String> = files_with("docker/kubernetes", ".yaml")?
        .into_iter()
        .filter(|path| !path.ends_with("kustomization.yaml"))
        .collect();
    for version in KUBERNETES {
        let arguments = ["--strict", "--quiet", "--kubernetes-version", version];
        run(programs.program("kubernetes-validate", &arguments).args(&manifests))?;
    }
    Ok(())
}

fn monitoring(programs: &Programs) -> Outcome {
    run(&mut tool("promtool", &["check", "rules", ALERTS]))?;
    run(&mut tool("promtool", &["test", "rules", "docker/monitoring/alerts_test.yml"]))?;
    run(&mut tool("promtool", &["check", "config", "--syntax-only", "docker/monitoring/prometheus.yml"]))?;
    let queries = output(&mut programs.program("python", &["xtask/ship/dashboard_queries.py", DASHBOARD]))?;
    let rules = repository::scratch("ship").join("dashboard-queries.yml");
    write(&rules, &queries)?;
    run(tool("promtool", &["check", "rules"]).arg(rules))?;
    runbook()
}

/// Every alert leads to a section of the runbook.
fn runbook() -> Outcome {
    let alerts = read(ALERTS)?;
    let links: Vec<&str> = alerts.lines().filter_map(|line| line.trim().strip_prefix("runbook: ")).collect();
    let count = alerts.matches("- alert: ").count();
    if links.len() != count {
        return Err(Failure::step(format!(
            "{ALERTS} has {count} alerts and {} links; each alert has one",
            links.len()
        )));
    }
    for link in links {
        let (path, heading) = link.split_once('#').unwrap_or((link, ""));
        if !tidy::anchors(&read(path)?).iter().any(|anchor| anchor == heading) {
            return Err(Failure::step(format!("{ALERTS}: `{link}` leads nowhere; {path} has no such heading")));
        }
    }
    println!("{count} alerts lead to their sections");
    Ok(())
}

fn read(path: &str) -> Outcome<String> {
    fs::read_to_string(repository::root().join(path))
        .map_err(|error| Failure::step(format!("{path} cannot be read: {error}")))
}

fn write(path: &Path, text: &str) -> Outcome {
    path.parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(path, text))
        .map_err(|error| Failure::step(format!("{} cannot be written: {error}", path.display())))
}

/// The paths of a folder's files whose names end so, sorted.
fn files_with(folder: &str, end: &str) -> Outcome<Vec<String>> {
    let unreadable = |error| Failure::step(format!("{folder} cannot be read: {error}"));
    let mut paths = Vec::new();
    for entry in fs::read_dir(repository::root().join(folder)).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name().to_string_lossy().into_owned();
        if name.ends_with(end) {
            paths.push(format!("{folder}/{name}"));
        }
    }
    paths.sort();
    Ok(paths)
}
