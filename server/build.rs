//! Makes the table of the dashboard's files that the server carries: each as it is, and compressed once and for all.
//!
//! The files are built by `js/dashboard` and committed, so that this needs no Node. What it compresses is not committed:
//! compressed bytes would make every new build of the page weigh again as much in the history.

use sha2::{Digest, Sha256};
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// Where the build of the page lies, from this file on.
const FOLDER: &str = "assets/dashboard";

fn main() -> Outcome {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={FOLDER}");
    let folder = Path::new(&std::env::var("CARGO_MANIFEST_DIR")?).join(FOLDER);
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let mut paths = Vec::new();
    collect(&folder, "", &mut paths)?;
    paths.sort();
    if !paths.iter().any(|path| path == "/index.html") {
        return Err(format!("server/{FOLDER} has no index.html; `npm run build` in js/dashboard makes it").into());
    }
    let mut table = "&[\n".to_owned();
    for (index, path) in paths.iter().enumerate() {
        let file = folder.join(path.trim_start_matches('/'));
        let content = fs::read(&file)?;
        let compressed = |kind: &str, bytes: Vec<u8>| -> Outcome<String> {
            if bytes.len() >= content.len() {
                return Ok("None".to_owned());
            }
            let name = out.join(format!("{index}.{kind}"));
            fs::write(&name, bytes)?;
            Ok(format!("Some(include_bytes!({name:?}))"))
        };
        let tag: String = Sha256::digest(&content).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let (brotli, gzip) = (compressed("br", brotli(&content)?)?, compressed("gz", gzip(&content)?)?);
        writeln!(table, "    EmbeddedFile {{")?;
        writeln!(table, "        path: {path:?},\n        tag: {tag:?},\n        plain: include_bytes!({file:?}),")?;
        writeln!(table, "        brotli: {brotli},\n        gzip: {gzip},\n    }},")?;
    }
    table.push(']');
    fs::write(out.join("dashboard.rs"), table)?;
    Ok(())
}

/// Adds the path of every file in `folder`, as a browser asks for it.
fn collect(folder: &Path, prefix: &str, paths: &mut Vec<String>) -> Outcome {
    let entries = fs::read_dir(folder).map_err(|error| format!("{} cannot be read: {error}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let path = format!("{prefix}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &path, paths)?;
        } else {
            paths.push(path);
        }
    }
    Ok(())
}

fn brotli(content: &[u8]) -> Outcome<Vec<u8>> {
    let mut out = Vec::new();
    let best = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut &*content, &mut out, &best)?;
    Ok(out)
}

fn gzip(content: &[u8]) -> Outcome<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}
