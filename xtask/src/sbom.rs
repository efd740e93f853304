//! Bills of materials (CycloneDX): what is in each package that somebody runs, installs or loads.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};
use crate::tool::{self, tool};
use crate::{npm, python, repository, setup};

/// Where they are put.
const FOLDER: &str = "target/sbom";
/// The crates that are shipped, with their folders: the server, and what the SDKs carry.
const CRATES: [(&str, &str); 4] =
    [("server", "server"), ("ffi", "ffi"), ("node-addon", "js/node"), ("browser-module", "js/browser")];
/// The folders of npm's packages.
const NPM: [(&str, &str); 2] = [("javascript", "js"), ("react-native", "mobile")];
/// What cargo-cyclonedx calls its file in the folder of each crate.
const WRITTEN: &str = "sidekick-sbom";

/// Writes all of them anew, and holds each against CycloneDX's schema.
pub(crate) fn write() -> Outcome {
    setup::ensure(&setup::CYCLONEDX)?;
    let folder = repository::root().join(FOLDER);
    fs::create_dir_all(&folder).map_err(|error| Failure::step(format!("{}: {error}", folder.display())))?;
    let mut bills = of_crates(&folder)?;
    for (name, package) in NPM {
        let bill = folder.join(format!("{name}.cdx.json"));
        let text = npm::bill_of_materials(package)?;
        fs::write(&bill, text).map_err(|error| Failure::step(format!("{}: {error}", bill.display())))?;
        bills.push(bill);
    }
    let python = python::ensure_environment("sbom-venv", "xtask/sbom/requirements.txt")?;
    tool::run(tool(python, &["xtask/sbom/validate.py"]).args(bills))
}

/// The tool puts one beside the manifest of every crate of the workspace: those that are shipped are moved, none stays.
fn of_crates(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let words = ["cyclonedx", "--format", "json", "--spec-version", "1.5", "--target", "all", "--override-filename"];
    let outcome = tool::run(tool("cargo", &words).arg(WRITTEN));
    let written = |package: &str| repository::root().join(package).join(format!("{WRITTEN}.json"));
    let bills = CRATES.iter().map(|(name, package)| {
        let bill = folder.join(format!("{name}.cdx.json"));
        match fs::rename(written(package), &bill) {
            Ok(()) => Ok(bill),
            Err(error) => Err(Failure::step(format!("no bill of materials of {package}: {error}"))),
        }
    });
    let bills = bills.collect();
    for package in ["core-nostd", "benches", "xtask"] {
        // Where it was not written there is nothing to remove.
        let _ = fs::remove_file(written(package));
    }
    outcome.and(bills)
}
