//! Requests that schemathesis makes of the OpenAPI document, right ones and wrong ones: the server answers as the document
//! says, and takes what it should and nothing else.

use crate::is_long;
use crate::support::Server;
use std::path::Path;
use std::process::Command;

/// Requests for each operation and phase.
const EXAMPLES: (&str, &str) = ("15", "1500");

#[test]
fn the_server_is_what_its_document_says() {
    let python = std::env::var_os("ABUSE_PYTHON").expect("ABUSE_PYTHON; `cargo xtask test abuse` sets it");
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/abuse/tools");
    let server = Server::start_with(&[("SDK_KEY", "full-key"), ("CLIENT_KEY", "read-key"), ("LOG_LEVEL", "info")]);
    let output = Command::new(Path::new(&python).with_file_name("schemathesis"))
        .arg("--config-file")
        .arg(tools.join("schemathesis.toml"))
        .args(["run", &format!("http://{}/openapi.json", server.address), "--checks", "all", "--no-color"])
        .args(["--header", "Authorization: Bearer full-key", "--request-timeout", "5", "--continue-on-failure"])
        .args(["--max-examples", if is_long() { EXAMPLES.1 } else { EXAMPLES.0 }, "--seed", "1"])
        .env("SCHEMATHESIS_HOOKS", "hooks")
        .env("PYTHONPATH", &tools)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        // It keeps what it found in its working folder.
        .current_dir(&*server.folder)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    println!("{}", text.lines().filter(|line| line.contains(" generated, ")).collect::<String>().trim());
    assert_eq!(server.request("GET", "/readyz", "").status, 200);
}
