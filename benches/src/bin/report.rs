//! Makes reports of what other programs measure, and renders all reports. `cargo xtask bench` calls it.

use benches::report::{Report, criterion, javascript, render, results_folder};
use std::io;

const USAGE: &str = "\
report render                          write docs/BENCHMARKS.md and its pictures from benches/results
report evaluation|stream [--quick]     run that criterion bench and save its figures
report node|browser [--quick]          run the bench of that JavaScript SDK and save its figures";

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["render"] => write(),
        [name] => measure(name, false),
        [name, "--quick"] => measure(name, true),
        _ => Err(io::Error::other(USAGE)),
    }
}

fn measure(name: &str, is_quick: bool) -> io::Result<()> {
    let begin = |title: &str, about: &str| Report::begin(name, title, about, is_quick);
    let report = match name {
        "evaluation" => {
            let about = "By criterion: one question over and over, so caches and branch predictors are warm. It is the cost \
                of the engine, not of a cold call. A user has five attributes.";
            let mut report = begin("Evaluation in the core", about);
            criterion::run(&mut report)?;
            report
        }
        "stream" => {
            let about = "By criterion: what becomes of flags between a server's memory and an SDK's. \"Take\" is all that \
                a client does with the bytes of a stream.";
            let mut report = begin("Streams in the core", about);
            criterion::run(&mut report)?;
            report
        }
        "node" => {
            let about = "The Node SDK beside five others: see [its bench](../js/node/bench/README.md).";
            let mut report = begin("Evaluation in Node", about);
            javascript::run(&mut report, name)?;
            report
        }
        "browser" => {
            let about = "The browser SDK in Node, beside two others: see [its bench](../js/browser/bench/README.md), which \
                runs in Chromium too.";
            let mut report = begin("Evaluation in WebAssembly", about);
            javascript::run(&mut report, name)?;
            report
        }
        _ => return Err(io::Error::other(format!("no bench `{name}`\n{USAGE}"))),
    };
    report.save().map(drop)
}

/// Writes all that the results give, and takes away pictures that they no longer give.
fn write() -> io::Result<()> {
    let root = results_folder().join("../..");
    let files = render(&Report::load_all()?);
    let images = root.join("docs/images");
    for entry in std::fs::read_dir(&images)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.starts_with("bench-") {
            std::fs::remove_file(images.join(name))?;
        }
    }
    for (path, text) in files {
        std::fs::write(root.join(&path), text)?;
        println!("{path}");
    }
    Ok(())
}
