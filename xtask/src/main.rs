//! `cargo xtask`: the repository's own commands. This file only chooses one.

mod abuse;
mod advisories;
mod bench;
mod browser_sdk;
mod c_abi;
mod chaos;
mod clients;
mod dashboard;
mod debian_rust;
mod doc_commands;
mod failure;
mod flutter_sdk;
mod fuzz;
mod mobile_sdk;
mod node_sdk;
mod npm;
mod python;
mod release;
mod repository;
mod rustup;
mod sbom;
mod setup;
mod ship;
mod size;
mod suite;
mod targets;
mod tidy;
mod tool;
mod transcript;
mod vectors;
mod wasm;

use std::process::ExitCode;

use failure::{Failure, Outcome};

const USAGE: &str = "\
cargo xtask <command>

  setup              install what the tests need, or say what to install and how
  test [part…]       run every part of the tests, or the named ones, each with its time
  test --list        name the parts
  chaos [--minutes N] [--seed S]
                     break servers, Redis and Postgres while clients and writers go on, and check what comes of it
  chaos --prove      take each safeguard away in turn: the fault test must notice
  abuse [--long]     let others' collections of bad input, requests made of the OpenAPI document and slow clients at
                     the server; the long form makes 10,000 requests and times healthy clients beside the slow ones
  soak [--minutes N] [--seed S]
                     let two servers go on under faults, and check that they keep no more in the end than at the start
  fuzz [target] [seconds]
                     run the fuzz targets, or one, for ten seconds each or as many as you say; with a released compiler
                     this sets RUSTC_BOOTSTRAP=1 for that build, because its instruments are unstable options
  bench [NAME…|all] [--quick]
                     list the benches, or run some: their results go to benches/results, and docs/BENCHMARKS.md with its
                     pictures is written anew; --quick only shows that they work
  bench --render     write that document from the results that are there
  advisories [--db PATH]
                     ask RustSec's database, or a copy of it that you have, about all Rust dependencies
  advisories --npm   ask npm's registry about those of the JavaScript packages
  sbom               write bills of materials (CycloneDX) into target/sbom, each checked against its schema
  tidy               check the repository's rules
  links              list the addresses outside that documents link to, for whoever has a network to try them
  vectors [--check]  write the test vectors anew, or check that the committed ones are what the generator gives
  size               build the browser SDK and hold the bytes that a page loads against js/browser/size.json
  size --record WHY  write them down there, with the reason why they changed
  header             make the C ABI's header, ffi/include/sidekick.h, anew of its sources
  c-size --record WHY
                     write down how large the C library for a phone is, with the reason why that changed
  mobile-libs        build the C library for Android and iOS and put it into the packages for Flutter and React Native
  flutter-bench      time evaluations from Dart, and count what they and clients leave behind
  mobile-bench       time questions through JSI beside a host function that does nothing
  image              do what docker/Dockerfile.server says without Docker, and start the server in the image's root
  release X.Y.Z      give everything that is published this version, and date what is unreleased in the changelog
  release --check    tell whether everything has one version
  dashboard          build the dashboard's page and put it where the server takes it from
  screenshots        make the pictures of the dashboard that documents show, in docs/images
  wasm               build the browser's module and put it where its package and its tests look for it
  help               this text";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            failure.exit_code()
        }
    }
}

fn run(words: &[&str]) -> Outcome {
    match words {
        [] | ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        ["setup"] => setup::run(),
        ["test", "--list"] => {
            suite::list();
            Ok(())
        }
        ["test", parts @ ..] => suite::run(parts),
        ["chaos", "--prove"] => chaos::prove(),
        ["chaos", words @ ..] => chaos::run(words),
        ["abuse"] => abuse::test(),
        ["abuse", "--long"] => abuse::test_long(),
        ["soak", words @ ..] => chaos::soak(words),
        ["advisories"] => advisories::check(None),
        ["advisories", "--db", path] => advisories::check(Some(path)),
        ["advisories", "--npm"] => advisories::check_npm(),
        ["sbom"] => sbom::write(),
        ["fuzz", words @ ..] => fuzz::run(words),
        ["bench", words @ ..] => bench::run(words),
        ["tidy"] => tidy::run(),
        ["links"] => tidy::list_addresses(),
        ["size"] => size::check(),
        ["size", "--record", why] => size::record(why),
        ["header"] => c_abi::write_header(),
        ["c-size", "--record", why] => c_abi::record_size(why),
        ["mobile-libs"] => c_abi::build_mobile_libs(),
        ["flutter-bench"] => flutter_sdk::bench(),
        ["mobile-bench"] => mobile_sdk::bench(),
        ["dashboard"] => dashboard::write(),
        ["screenshots"] => dashboard::screenshots(),
        ["wasm"] => wasm::build().map(drop),
        ["image"] => ship::build_image(),
        ["release", "--check"] => release::check(),
        ["release", version] => release::set(version),
        ["vectors"] => vectors::write(),
        ["vectors", "--check"] => vectors::check(),
        _ => Err(Failure::usage(format!("no command `{}`\n\n{USAGE}", words.join(" ")))),
    }
}

/// Whether there is such a command, for whoever does not want to run it: its name, options and what it is to run.
fn knows(words: &[&str]) -> Outcome {
    let (options, names): (Vec<&str>, Vec<&str>) = words.iter().partition(|word| word.starts_with("--"));
    let [name, names @ ..] = names.as_slice() else { return Ok(()) };
    let about: Vec<&str> = USAGE.lines().filter(|line| line.split_whitespace().next() == Some(name)).collect();
    if about.is_empty() {
        return Err(Failure::usage(format!("is no command of xtask: it has no `{name}`")));
    }
    if let Some(option) = options.iter().find(|option| !about.iter().any(|line| line.contains(**option))) {
        return Err(Failure::usage(format!("is no command of xtask: `{name}` has no option `{option}`")));
    }
    match *name {
        "test" => suite::knows(names),
        "bench" => bench::knows(names),
        "fuzz" => fuzz::knows(names),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_that_are_there_are_known() {
        for words in [
            &["test"][..],
            &["test", "unit", "fmt"],
            &["test", "--list"],
            &["bench", "all", "--quick"],
            &["bench", "peers", "stream"],
            &["fuzz", "sync_client", "120"],
            &["chaos", "--minutes", "30", "--seed", "7"],
            &["release", "1.2.3"],
            &["size", "--record", "why"],
        ] {
            assert!(knows(words).is_ok(), "{words:?}");
        }
    }

    #[test]
    fn others_are_not() {
        for words in
            [&["tests"][..], &["test", "uint"], &["bench", "piers"], &["fuzz", "sync"], &["soak", "--hours", "2"]]
        {
            assert!(knows(words).is_err(), "{words:?}");
        }
    }
}
