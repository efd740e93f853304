//! Single changes, one after the other: each is awaited in all streams before the next is made.

use super::super::Outcome;
use super::super::generator::Generator;
use super::super::latency::Latencies;
use super::super::ledger::Faults;
use super::super::process::Process;
use std::ops::Range;
use std::time::{Duration, Instant};

/// What they took.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// From just before the request is written to the event's receipt, for each event.
    pub from_request: Latencies,
    /// From a change's first receipt, for each event: the fan-out alone.
    pub from_first: Latencies,
    /// From just before the request is written to its answer, for each change.
    pub acknowledged: Latencies,
    /// What is wrong.
    pub faults: Faults,
    /// Events that arrived.
    pub delivered: usize,
    /// The processor time of all watched processes.
    pub processor_time: Duration,
    /// The number of the last change.
    pub last: u64,
}

/// Between two changes, so that each one finds the server at rest.
const PAUSE: Duration = Duration::from_millis(5);
/// How long a change may take before what is missing counts as lost, where nobody says otherwise.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Makes changes with what `request` gives for each number, and awaits each.
///
/// # Errors
/// Where a request fails, or a stream breaks.
pub fn sweep(
    generator: &mut Generator,
    connection: usize,
    processes: &[Process],
    numbers: Range<u64>,
    request: impl Fn(u64) -> Vec<u8>,
) -> Outcome<Sweep> {
    patient_sweep(generator, connection, processes, numbers, PATIENCE, request)
}

/// As [`sweep`], with the time that a change may take before what is missing counts as lost.
///
/// # Errors
/// As [`sweep`].
pub(super) fn patient_sweep(
    generator: &mut Generator,
    connection: usize,
    processes: &[Process],
    numbers: Range<u64>,
    patience: Duration,
    request: impl Fn(u64) -> Vec<u8>,
) -> Outcome<Sweep> {
    let spent = || processes.iter().map(|process| process.processor_time()).sum::<Outcome<Duration>>();
    let streams = generator.streams();
    generator.take_arrivals();
    generator.take_answers();
    let before = spent()?;
    let (mut from_request, mut from_first, mut acknowledged) = (Vec::new(), Vec::new(), Vec::new());
    let mut last = 0;
    for own in numbers {
        generator.poll_for(PAUSE)?;
        // What comes now belongs to no change of these.
        generator.take_arrivals();
        generator.send(connection, &request(own))?;
        let deadline = Instant::now() + patience;
        generator.poll_until(deadline, |own| !own.answers().is_empty() && own.arrivals() >= streams)?;
        let answered = generator.take_answers().pop().ok_or_else(|| format!("no answer in {patience:?}"))?;
        last = answered.revision.unwrap_or(own);
        acknowledged.push(answered.at - answered.sent_at);
        let mut arrivals = generator.take_arrivals();
        arrivals.retain(|arrival| arrival.number == last);
        let first = arrivals.iter().map(|arrival| arrival.at).min().unwrap_or(answered.at);
        from_request.extend(arrivals.iter().map(|arrival| arrival.at - answered.sent_at));
        from_first.extend(arrivals.iter().map(|arrival| arrival.at - first));
    }
    Ok(Sweep {
        delivered: from_request.len(),
        processor_time: spent()?.saturating_sub(before),
        from_request: Latencies::new(from_request),
        from_first: Latencies::new(from_first),
        acknowledged: Latencies::new(acknowledged),
        faults: generator.faults(last),
        last,
    })
}

impl Sweep {
    /// Processor time of the servers for each million events that arrived, in seconds.
    #[must_use]
    pub fn processor_per_million(&self) -> f64 {
        self.processor_time.as_secs_f64() * 1e6 / self.delivered.max(1) as f64
    }
}
