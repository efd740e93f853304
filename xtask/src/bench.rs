//! The benches: what there is, what each needs, and how it is run. Their results make docs/BENCHMARKS.md.

use std::time::Instant;

use crate::failure::{Failure, Outcome};
use crate::tool::{run as run_tool, tool};
use crate::{browser_sdk, node_sdk, npm, setup};

/// One bench.
struct Bench {
    name: &'static str,
    what: &'static str,
    /// What a full run takes, building left out.
    takes: &'static str,
    needs: &'static [&'static setup::Need],
    run: Run,
}

/// How a bench is run.
enum Run {
    /// A scenario of the load generator.
    FanOut,
    /// A bench of the package `benches` that saves its report itself.
    Cargo,
    /// A command of the binary `report`, which runs another program and saves what that measures.
    Report(fn() -> Outcome),
    /// The package of the other engines.
    Peers,
}

const BENCHES: &[Bench] = &[
    Bench {
        name: "peers",
        what: "evaluation beside other engines in Rust",
        takes: "1 min",
        needs: &[],
        run: Run::Peers,
    },
    bench("evaluation", "evaluation in the core, by criterion", "2 min", Run::Report(nothing)),
    bench("evaluation_cost", "evaluation over rules, values, flags and attributes", "1 min", Run::Cargo),
    bench("stream", "encoding, parsing and taking of streams in the core, by criterion", "2 min", Run::Report(nothing)),
    bench("server_start", "from the server's start to its first answer", "10 s", Run::Cargo),
    Bench {
        name: "many_instances",
        what: "two servers on one Postgres, with Redis and without",
        takes: "4 min",
        needs: &[&setup::POSTGRES, &setup::REDIS],
        run: Run::Cargo,
    },
    Bench { needs: &[&setup::NCHAN], ..bench("compare", "fan-out beside other servers", "5 min", Run::FanOut) },
    Bench {
        needs: &[&setup::POSTGRES, &setup::REDIS],
        ..bench("write", "from a write to its receipt", "1 min", Run::FanOut)
    },
    bench("replay", "all clients connect and get all flags", "1 min", Run::FanOut),
    bench("storm", "the server is killed, and all SDKs come back", "2 min", Run::FanOut),
    bench("overload", "a thousand changes a second to a thousand streams", "1 min", Run::FanOut),
    bench("stalled", "clients that stop reading, among others", "3 min", Run::FanOut),
    bench("listing", "reading all flags by the REST API", "1 min", Run::FanOut),
    bench("curve", "latency and memory over streams, replay over flags", "3 min", Run::FanOut),
    bench("node", "the Node SDK beside others", "5 min", Run::Report(prepare_node)),
    bench("browser", "the browser SDK in Node, beside others", "3 min", Run::Report(prepare_browser)),
];

const fn bench(name: &'static str, what: &'static str, takes: &'static str, run: Run) -> Bench {
    Bench { name, what, takes, needs: &[], run }
}

/// Whether all of these are benches.
pub(crate) fn knows(names: &[&str]) -> Outcome {
    names.iter().filter(|name| **name != "all").try_for_each(|name| find(name).map(drop))
}

/// Lists them, runs one or all, or only renders.
pub(crate) fn run(words: &[&str]) -> Outcome {
    let (options, names): (Vec<&str>, Vec<&str>) = words.iter().partition(|word| word.starts_with("--"));
    let is_quick = match options.as_slice() {
        [] => false,
        ["--quick"] => true,
        ["--render"] if names.is_empty() => return render(),
        _ => return Err(Failure::usage("cargo xtask bench [NAME…|all] [--quick], or cargo xtask bench --render")),
    };
    let chosen: Vec<&Bench> = match names.as_slice() {
        [] => {
            list();
            return Ok(());
        }
        ["all"] => BENCHES.iter().collect(),
        names => names.iter().map(|name| find(name)).collect::<Outcome<_>>()?,
    };
    let failures: Vec<String> = chosen.iter().filter_map(|bench| one(bench, is_quick).err()).collect();
    render()?;
    if failures.is_empty() { Ok(()) } else { Err(Failure::step(failures.join("\n"))) }
}

fn list() {
    for Bench { name, what, takes, .. } in BENCHES {
        println!("{name:<16} {what} ({takes})");
    }
}

fn find(name: &str) -> Outcome<&'static Bench> {
    let known = || BENCHES.iter().map(|bench| bench.name).collect::<Vec<_>>().join(", ");
    let found = BENCHES.iter().find(|bench| bench.name == name);
    found.ok_or_else(|| Failure::usage(format!("no bench `{name}`; there are {}, and all", known())))
}

/// The others go on where one fails, so a failure is a text that names it.
fn one(bench: &Bench, is_quick: bool) -> Result<(), String> {
    let begin = Instant::now();
    println!("\n== {} ==", bench.name);
    let outcome = start(bench, is_quick);
    println!("{}: {} s", bench.name, begin.elapsed().as_secs());
    outcome.map_err(|failure| format!("{}: {failure}", bench.name))
}

fn start(bench: &Bench, is_quick: bool) -> Outcome {
    setup::ensure(&setup::COMPILER)?;
    bench.needs.iter().try_for_each(|need| setup::ensure(need))?;
    let quick: &[&str] = if is_quick { &["--quick"] } else { &[] };
    let package = ["--package", "benches"];
    match bench.run {
        Run::FanOut => run_tool(
            tool("cargo", &["run", "--release"]).args(package).args(["--bin", "fan_out", "--", bench.name]).args(quick),
        ),
        Run::Cargo => run_tool(tool("cargo", &["bench"]).args(package).args(["--bench", bench.name, "--"]).args(quick)),
        Run::Report(prepare) => {
            prepare()?;
            report(&[&[bench.name], quick].concat())
        }
        Run::Peers => {
            let place = ["--manifest-path", "benches/peers/Cargo.toml", "--target-dir", "target/peers"];
            run_tool(tool("cargo", &["run", "--release", "--locked"]).args(place).arg("--").args(quick))
        }
    }
}

/// Writes docs/BENCHMARKS.md and its pictures from the results that are there.
fn render() -> Outcome {
    report(&["render"])
}

fn report(words: &[&str]) -> Outcome {
    run_tool(tool("cargo", &["run", "--quiet", "--package", "benches", "--bin", "report", "--"]).args(words))
}

fn nothing() -> Outcome {
    Ok(())
}

fn prepare_node() -> Outcome {
    node_sdk::build()?;
    npm::run_script("js/node", "build")?;
    npm::ensure_packages("js/node/bench")
}

fn prepare_browser() -> Outcome {
    browser_sdk::ensure_packages()?;
    browser_sdk::build()?;
    npm::ensure_packages("js/node/bench")?;
    npm::ensure_packages("js/browser/bench")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bench_that_is_none_is_named_with_those_that_are() {
        let failure = run(&["evaluaton"]).unwrap_err().to_string();
        assert!(failure.contains("no bench `evaluaton`") && failure.contains("evaluation_cost"), "{failure}");
        assert!(run(&["--fast"]).is_err() && run(&["peers", "--render"]).is_err());
    }
}
