//! Times evaluations of Sidekick's core beside those of other engines in Rust, in one process and in turn. `--quick` takes
//! a few seconds and shows that it works.

mod contestant;
mod eppo;
mod launchdarkly;
mod ours;
mod race;
mod summary;
mod yggdrasil;

use benches::questions::Case;
use benches::report::Report;
use race::Times;

const ABOUT: &str = "The four questions of `benches/src/questions.rs` about 1,000 users in turn, asked of engines that \
    evaluate in the process. Processor time a question, with the loop's own. Each engine is asked by the key of the flag, \
    by the quickest call of its public interface; ours by a handle, as our SDKs ask, and by the key too. All have the same flags, and \
    their answers are checked first. Engines hash differently, so they disagree who is in a rollout, not how many are.";

fn main() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let is_quick = match words.as_slice() {
        [] => false,
        ["--quick"] => true,
        _ => return Err(format!("`{}` means nothing here; give nothing or --quick", words.join(" "))),
    };
    let mut report = Report::begin("peers", "Evaluation against other engines in Rust", ABOUT, is_quick);
    let times = if is_quick { Times::QUICK } else { Times::FULL };
    let mut races = Vec::new();
    for case in Case::ALL {
        for flags in [1, 1_000] {
            races.push(race::run(case, flags, &times)?);
        }
    }
    summary::fill(&mut report, &races);
    report.save().map(drop).map_err(|error| error.to_string())
}
