//! A server that runs already, whoever wrote it: `fan_out run`.

use super::super::Outcome;
use super::super::exchange::request;
use super::super::generator::{Generator, Target};
use super::super::process::{Process, socket_memory};
use super::sweep::patient_sweep;
use crate::report::{Measured, Table, Unit};
use std::time::Duration;

/// What is asked of it.
#[derive(Clone, Debug)]
pub struct Foreign {
    /// Its stream.
    pub target: Target,
    /// Method and path of the request that makes a change.
    pub publish: (String, String),
    /// Headers of that request.
    pub headers: Vec<(String, String)>,
    /// The body of that request; `{n}` stands for the change's number.
    pub body: String,
    /// How many streams.
    pub streams: usize,
    /// How many changes.
    pub changes: u64,
    /// The process to watch, where it is known.
    pub process: Option<Process>,
    /// How long a change may take before what is missing counts as lost.
    pub patience: Duration,
}

/// Measures it once and prints what it found.
///
/// # Errors
/// Where it cannot be measured, and where a stream did not get every change once and in order.
pub fn run(foreign: &Foreign) -> Outcome<()> {
    let mut generator = Generator::new()?;
    let connection = generator.connect(foreign.target.address)?;
    let memory = || foreign.process.map(Process::memory).transpose();
    let (before, sockets_before) = (memory()?, socket_memory()?);
    let opened = generator.open(&foreign.target, foreign.streams)?;
    generator.poll_for(Duration::from_secs(1))?;
    let (after, sockets_after) = (memory()?, socket_memory()?);
    let (method, path) = &foreign.publish;
    let change =
        |number: u64| request(method, path, &foreign.headers, &foreign.body.replace("{n}", &number.to_string()));
    let processes: Vec<Process> = foreign.process.into_iter().collect();
    let numbers = 1..1 + foreign.changes;
    let sweep = patient_sweep(&mut generator, connection, &processes, numbers, foreign.patience, change)?;
    let each = |grown: u64| Measured::new(Unit::Bytes, [grown as f64 / foreign.streams as f64]).into();
    let seconds = |value: f64| Measured::seconds([value]).into();
    let mut table = Table::new("", &["figure", "value"]);
    table.row("all open", [seconds(opened.heads.as_secs_f64())]);
    table.row("all ready", [seconds(opened.ready.as_secs_f64())]);
    for percent in [50.0, 90.0, 99.0, 99.9, 100.0] {
        table.row(&format!("request → received p{percent}"), [seconds(sweep.from_request.percentile(percent))]);
    }
    table.row("request → answered p50", [seconds(sweep.acknowledged.percentile(50.0))]);
    table.row("first receipt → received p99", [seconds(sweep.from_first.percentile(99.0))]);
    if let Some((before, after)) = before.zip(after) {
        table.row("memory an idle stream (RSS)", [each(after.resident.saturating_sub(before.resident))]);
        table.row("memory an idle stream (PSS)", [each(after.proportional.saturating_sub(before.proportional))]);
        table.row("processor time for a million events", [seconds(sweep.processor_per_million())]);
    }
    table.row("kernel's memory a socket, both ends", [each(sockets_after.saturating_sub(sockets_before))]);
    println!("{} streams × {} changes: {}\n{table}", foreign.streams, foreign.changes, sweep.faults);
    if sweep.faults.is_any() { Err(sweep.faults.to_string().into()) } else { Ok(()) }
}
