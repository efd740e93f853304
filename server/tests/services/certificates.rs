//! Certificates of a test's own: an authority, and a server's certificate that it has signed for `localhost`.

use std::path::{Path, PathBuf};
use std::process::Command;

/// PEM files in one folder.
#[derive(Clone, Debug)]
pub struct Certificates {
    /// What a client trusts.
    pub root: PathBuf,
    /// What the server shows. It names `localhost`, not 127.0.0.1.
    pub server: PathBuf,
    pub server_key: PathBuf,
    /// An authority that has signed nothing.
    pub other_root: PathBuf,
}

const AUTHORITY: &str = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n";
const SERVER: &str = "basicConstraints=CA:FALSE\nsubjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n";

impl Certificates {
    pub fn make(folder: &Path) -> Self {
        let root = authority(folder, "root");
        let other_root = authority(folder, "other-root");
        request(folder, "server", "localhost");
        sign(folder, "server", SERVER, &["-CA", "root.crt", "-CAkey", "root.key", "-CAcreateserial"]);
        Self { root, server: folder.join("server.crt"), server_key: folder.join("server.key"), other_root }
    }
}

fn authority(folder: &Path, name: &str) -> PathBuf {
    request(folder, name, name);
    sign(folder, name, AUTHORITY, &["-signkey", &format!("{name}.key")]);
    folder.join(format!("{name}.crt"))
}

/// A new key, and a request to have it signed.
fn request(folder: &Path, name: &str, subject: &str) {
    let (key, request, subject) = (format!("{name}.key"), format!("{name}.csr"), format!("/CN={subject}"));
    openssl(folder, &["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", &key]);
    openssl(folder, &["req", "-new", "-key", &key, "-subj", &subject, "-out", &request]);
}

fn sign(folder: &Path, name: &str, extensions: &str, signer: &[&str]) {
    let (request, certificate, file) = (format!("{name}.csr"), format!("{name}.crt"), format!("{name}.ext"));
    std::fs::write(folder.join(&file), extensions).unwrap();
    let common = ["x509", "-req", "-sha256", "-days", "2", "-in", &request, "-out", &certificate, "-extfile", &file];
    openssl(folder, &[&common[..], signer].concat());
}

fn openssl(folder: &Path, arguments: &[&str]) {
    let output = Command::new("openssl").args(arguments).current_dir(folder).output();
    let output = output.expect("openssl, which comes with Postgres' packages and with macOS");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}
