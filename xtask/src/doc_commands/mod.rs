//! What the documents tell to do, done: each command of each Markdown file is run, or excused with a reason; JSON is
//! read, and JavaScript checked against our clients' types.
//!
//! Commands of `cargo xtask` would run the tests within the tests: of them, that there is such a command is checked.

mod block;
mod command;
mod exempt;
mod server;
mod session;
mod shown;
mod snippets;

use std::fs;
use std::path::Path;

use block::{Block, blocks};
use command::{Command, commands};
use exempt::{EXEMPT, Exempt};
use session::Session;
use snippets::{LANGUAGES, Snippets};

use crate::failure::{Failure, Outcome};
use crate::tool::{self, tool};
use crate::{repository, setup};

/// What else documents show, and who looks at it.
const OTHERS: [(&str, &str); 13] = [
    ("", "nobody: it is no code"),
    ("c", "the part `ffi` compiles and runs the program of ffi/README.md"),
    ("caddyfile", "nobody: an excerpt"),
    ("cpp", "the part `mobile` compiles the files that it is an excerpt of"),
    ("dart", "the part `flutter` has the same calls in its tests"),
    ("html", "nobody: an excerpt"),
    ("ini", "nobody: an excerpt"),
    ("mermaid", "nobody: a diagram, which whoever changes it looks at"),
    ("nginx", "nobody: an excerpt"),
    ("rust", "`cargo test` compiles and runs those of core-nostd/README.md"),
    ("text", "nobody: it is no code"),
    ("toml", "nobody: an excerpt"),
    ("yaml", "nobody: an excerpt"),
];

/// What was done, and what is wrong.
#[derive(Default)]
struct Report {
    run: usize,
    excused: usize,
    read: usize,
    snippets: Snippets,
    wrong: Vec<String>,
}

/// Does all of it.
pub(crate) fn test() -> Outcome {
    for need in [&setup::COMPILER, &setup::CURL, &setup::JQ, &setup::PYTHON, &setup::SQLITE] {
        setup::ensure(need)?;
    }
    tool::run(&mut tool("cargo", &["build", "--locked", "-p", "server"]))?;
    let mut report = Report::default();
    let mut excuses: Vec<&Exempt> = EXEMPT.iter().collect();
    for document in documents()? {
        check(&document, &mut excuses, &mut report)?;
    }
    let stale = excuses.iter().map(|excuse| {
        format!(
            "{} has no command `{}…`, which xtask/src/doc_commands/exempt.rs excuses",
            excuse.document, excuse.begins
        )
    });
    report.wrong.extend(stale);
    let Report { run, excused, read, snippets, mut wrong } = report;
    wrong.extend(snippets.check()?);
    let checked = snippets.len();
    println!("{run} commands run, {excused} excused; {checked} snippets checked for types, {read} of JSON read");
    if wrong.is_empty() { Ok(()) } else { Err(Failure::step(wrong.join("\n"))) }
}

/// The Markdown files that are, or could be, committed.
fn documents() -> Outcome<Vec<String>> {
    let listing = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"];
    let paths = tool::output(&mut tool("git", &listing))?;
    let root = repository::root();
    let mut paths: Vec<String> =
        paths.split('\0').filter(|path| root.join(path).is_file()).map(str::to_owned).collect();
    paths.sort();
    paths.dedup();
    Ok(paths)
}

fn check(document: &str, excuses: &mut Vec<&Exempt>, report: &mut Report) -> Outcome {
    let path = repository::root().join(document);
    let text = fs::read_to_string(&path).map_err(|error| Failure::step(format!("{}: {error}", path.display())))?;
    let mut session = None;
    for block in blocks(&text) {
        match block.language.as_str() {
            "sh" | "console" => {}
            "json" => read_json(document, &block, report)?,
            language if LANGUAGES.contains(&language) => report.snippets.add(document, &block),
            language if OTHERS.iter().any(|(other, _)| *other == language) => {}
            language => report.wrong.push(format!(
                "{document}:{}: a block of `{language}`, which nobody checks: say in xtask/src/doc_commands/mod.rs who does",
                block.line
            )),
        }
        for command in commands(&block) {
            if let Err(failure) = check_command(document, &command, excuses, &mut session, report) {
                report.wrong.push(format!("{document}:{}: `{}` {failure}", command.line, command.text));
            }
        }
    }
    session.map_or(Ok(()), Session::end)
}

fn check_command(
    document: &str,
    command: &Command,
    excuses: &mut Vec<&Exempt>,
    session: &mut Option<Session>,
    report: &mut Report,
) -> Outcome {
    if let Some(excuse) = EXEMPT.iter().find(|excuse| excuse.is_about(document, command)) {
        excuses.retain(|other| !std::ptr::eq(*other, excuse));
        println!("-  {document}:{} {}: {}", command.line, first_line(command), excuse.why);
        report.excused += 1;
        return Ok(());
    }
    println!("$  {document}:{} {}", command.line, first_line(command));
    report.run += 1;
    if let ["cargo", "xtask", words @ ..] = command.words().as_slice() {
        return crate::knows(words);
    }
    let session = match session {
        Some(session) => session,
        None => session.insert(Session::begin(document)?),
    };
    session.run(command)
}

fn first_line(command: &Command) -> &str {
    command.text.lines().next().unwrap_or_default()
}

/// By Python's reader, for xtask has none.
fn read_json(document: &str, block: &Block, report: &mut Report) -> Outcome {
    let file = repository::scratch("doc-commands").join("block.json");
    write(&file, &block.lines.join("\n"))?;
    report.read += 1;
    if let Err(failure) = tool::output(tool("python3", &["-m", "json.tool"]).arg(&file)) {
        report.wrong.push(format!("{document}:{}: no JSON: {failure}", block.line));
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Outcome {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, text))
        .map_err(|error| Failure::step(format!("{}: {error}", path.display())))
}
