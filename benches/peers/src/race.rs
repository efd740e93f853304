//! All contestants in one case, in turn: what disturbs the machine hits all alike.

use crate::contestant::{Contestant, Lap};
use crate::{eppo, launchdarkly, ours, yggdrasil};
use benches::processor_time;
use benches::questions::{Case, USERS};
use std::time::Duration;

/// How long and how often.
pub(crate) struct Times {
    /// All rounds again so many times; the spread is over these.
    repetitions: usize,
    /// Of each contestant in a repetition, of which the median counts.
    rounds: usize,
    /// The least time of a round.
    round: Duration,
}

impl Times {
    pub(crate) const FULL: Self = Self { repetitions: 3, rounds: 9, round: Duration::from_millis(10) };
    pub(crate) const QUICK: Self = Self { repetitions: 3, rounds: 3, round: Duration::from_millis(1) };
}

/// What came of a case.
pub(crate) struct Race {
    pub(crate) case: Case,
    pub(crate) flags: usize,
    /// In the order of the start.
    pub(crate) runners: Vec<Runner>,
}

/// A contestant's figures.
pub(crate) struct Runner {
    pub(crate) name: &'static str,
    pub(crate) version: String,
    /// With what is kept of a user made before.
    pub(crate) kept: Figures,
    /// With that made for each question.
    pub(crate) fresh: Figures,
}

/// One value a repetition.
#[derive(Default)]
pub(crate) struct Figures {
    /// Seconds a question.
    pub(crate) seconds: Vec<f64>,
    /// How many times as long as the first contestant.
    pub(crate) ratio: Vec<f64>,
}

/// Checks all answers, then times them.
pub(crate) fn run(case: Case, flags: usize, times: &Times) -> Result<Race, String> {
    let mut contestants = vec![
        ours::by_handle(case, flags),
        ours::by_key(case, flags),
        yggdrasil::contestant(case, flags)?,
        eppo::contestant(case, flags)?,
        launchdarkly::contestant(case, flags)?,
    ];
    for contestant in &mut contestants {
        let on = checked(contestant, case)?;
        if (contestant.kept)() != on || (contestant.fresh)() != on {
            return Err(format!("{}, {}: not the answers that were checked", contestant.name, case.name()));
        }
    }
    let kept = timed(&mut contestants, times, |contestant| &mut contestant.kept);
    let fresh = timed(&mut contestants, times, |contestant| &mut contestant.fresh);
    let runners = contestants.into_iter().zip(kept.into_iter().zip(fresh)).map(|(contestant, (kept, fresh))| Runner {
        name: contestant.name,
        version: contestant.version,
        kept,
        fresh,
    });
    Ok(Race { case, flags, runners: runners.collect() })
}

/// For how many users the flag is on.
fn checked(contestant: &mut Contestant, case: Case) -> Result<usize, String> {
    let name = contestant.name;
    case.check(&mut contestant.answer).map_err(|fault| format!("{name}, {fault}"))?;
    Ok(case.users().iter().filter(|user| (contestant.answer)(user)).count())
}

fn timed(contestants: &mut [Contestant], times: &Times, lap: fn(&mut Contestant) -> &mut Lap) -> Vec<Figures> {
    let laps: Vec<usize> = contestants.iter_mut().map(|contestant| enough_laps(lap(contestant), times.round)).collect();
    let mut figures: Vec<Figures> = contestants.iter().map(|_| Figures::default()).collect();
    for _ in 0..times.repetitions {
        let mut turns: Vec<Vec<f64>> = vec![Vec::new(); contestants.len()];
        for _ in 0..times.rounds {
            for ((contestant, laps), rounds) in contestants.iter_mut().zip(&laps).zip(&mut turns) {
                rounds.push(seconds(lap(contestant), *laps));
            }
        }
        let first = turns[0].clone();
        for (figures, rounds) in figures.iter_mut().zip(turns) {
            figures.ratio.push(median(rounds.iter().zip(&first).map(|(own, first)| own / first).collect()));
            figures.seconds.push(median(rounds));
        }
    }
    figures
}

/// Warms up, too: caches, branch predictors, the processor's clock.
fn enough_laps(lap: &mut Lap, time: Duration) -> usize {
    let mut laps = 1;
    while seconds(lap, laps) * (laps * USERS) as f64 <= time.as_secs_f64() {
        laps *= 2;
    }
    laps
}

/// Processor time of one question.
fn seconds(lap: &mut Lap, laps: usize) -> f64 {
    let before = processor_time();
    for _ in 0..laps {
        lap();
    }
    (processor_time() - before).as_secs_f64() / (laps * USERS) as f64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
