//! The repository's rules, as checks over every file that is, or could be, committed.

mod dependencies;
mod finding;
mod first_line;
mod length;
mod links;
mod lock_files;
mod machine_paths;
mod marks;
mod no_std_core;
mod readmes;
mod registries;
mod rust_code;
mod skipped_tests;
mod tree;
mod unsafe_code;
mod versions;

use finding::Finding;
pub(crate) use links::anchors;
use tree::Tree;

use crate::failure::{Failure, Outcome};

/// One rule.
struct Rule {
    /// What holds when nothing is found.
    holds: &'static str,
    check: fn(&Tree) -> Vec<Finding>,
}

const RULES: &[Rule] = &[
    Rule { holds: "every source file begins by saying what it is", check: first_line::check },
    Rule { holds: "no source file is too long", check: length::check },
    Rule { holds: "lock files name the official registries only", check: lock_files::check },
    Rule { holds: "no file chooses another registry", check: registries::check },
    Rule { holds: "no file names a path of one machine", check: machine_paths::check },
    Rule { holds: "the core is free of std", check: no_std_core::check },
    Rule { holds: "unsafe code stays where a boundary forces it", check: unsafe_code::check },
    Rule { holds: "our packages depend on each other as designed", check: dependencies::check },
    Rule { holds: "no source file leaves work behind", check: marks::check },
    Rule { holds: "no test is skipped", check: skipped_tests::check },
    Rule { holds: "every link in a document leads somewhere", check: links::check },
    Rule { holds: "everything that is published has one version", check: versions::check },
    Rule { holds: "every package says in a README what it is", check: readmes::check },
];

/// Lists the addresses outside that documents link to, for whoever has a network to try them.
pub(crate) fn list_addresses() -> Outcome {
    for (address, places) in links::outside(&Tree::read()?) {
        println!("{address}  {}", places.join(" "));
    }
    Ok(())
}

/// Checks all rules and prints every finding.
pub(crate) fn run() -> Outcome {
    let tree = Tree::read()?;
    let mut count = 0;
    for rule in RULES {
        let findings = (rule.check)(&tree);
        println!("{:<8} {}", if findings.is_empty() { "ok" } else { "BROKEN" }, rule.holds);
        for finding in &findings {
            println!("  {finding}");
        }
        count += findings.len();
    }
    if count == 0 {
        Ok(())
    } else {
        Err(Failure::step(format!("the repository's rules are broken in {count} place(s)")))
    }
}
