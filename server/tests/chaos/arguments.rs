//! What the run is asked to be.

use std::time::Duration;

/// The command line.
pub struct Arguments {
    pub duration: Duration,
    pub seed: u64,
    pub clients: usize,
    /// A soak: two servers, one of which is never ended, and what it holds must not grow.
    pub is_soak: bool,
    /// The safeguard that is taken away. The run then ends with the first check that finds a violation.
    pub sabotage: Option<String>,
}

pub const SABOTAGES: [&str; 10] = [
    "no-poll",
    "no-gap-check",
    "publish-only",
    "sequence",
    "clear-on-connect",
    "ids-on-replay",
    "lead-back",
    "leak",
    "deathless-streams",
    "cut-all-streams",
];

const USAGE: &str = "chaos [--seconds N | --soak SECONDS] [--seed N] [--clients N] [--sabotage NAME]";

impl Arguments {
    pub fn read() -> Result<Self, String> {
        let mut arguments =
            Self { duration: Duration::from_secs(60), seed: 1, clients: 50, is_soak: false, sabotage: None };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let value = words.next().ok_or_else(|| format!("{word} takes a value\n{USAGE}"))?;
            let number = || value.parse::<u64>().map_err(|_| format!("{word} {value}: a number is expected\n{USAGE}"));
            match word.as_str() {
                "--seconds" => arguments.duration = Duration::from_secs(number()?),
                "--soak" => (arguments.duration, arguments.is_soak) = (Duration::from_secs(number()?), true),
                "--seed" => arguments.seed = number()?,
                "--clients" => arguments.clients = number()? as usize,
                "--sabotage" if SABOTAGES.contains(&value.as_str()) => arguments.sabotage = Some(value),
                "--sabotage" => return Err(format!("no sabotage {value}; there are {}", SABOTAGES.join(", "))),
                _ => return Err(format!("{word} is not known\n{USAGE}")),
            }
        }
        Ok(arguments)
    }
}
