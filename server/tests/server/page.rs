//! The page's files: those that the binary carries, and those of a folder in their place.

use crate::support::{Folder, Response, Server};
use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;

const KEPT_FOR_GOOD: &str = "public, max-age=31536000, immutable";
const ASKED_AGAIN: &str = "no-cache";
/// The most bytes of the first load, with brotli.
const FIRST_LOAD: usize = 120_000;

/// The committed build, by the paths at which it is served.
fn committed() -> Vec<(String, Vec<u8>)> {
    fn collect(folder: &Path, prefix: &str, files: &mut Vec<(String, Vec<u8>)>) {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = format!("{prefix}/{}", entry.file_name().to_str().unwrap());
            match entry.path().is_dir() {
                true => collect(&entry.path(), &path, files),
                false => files.push((path, std::fs::read(entry.path()).unwrap())),
            }
        }
    }
    let mut files = Vec::new();
    collect(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/dashboard")), "", &mut files);
    assert!(files.iter().any(|(path, _)| path == "/index.html"));
    files
}

/// A browser that has these refuses to run what the server does not send.
fn assert_page_headers(answer: &Response, path: &str) {
    let policy = answer.header("content-security-policy").unwrap_or_else(|| panic!("{path} has no policy"));
    let directives: Vec<&str> = policy.split("; ").collect();
    for directive in [
        "default-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ] {
        assert!(directives.contains(&directive), "{path}: {policy}");
    }
    for refused in ["'unsafe-inline'", "'unsafe-eval'", "data:", "http", "*"] {
        assert!(!policy.contains(refused), "{path}: {policy}");
    }
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{path}");
    }
    assert!(answer.header("permissions-policy").unwrap().contains("camera=()"), "{path}");
}

/// The server has neither an environment nor a working directory in which a page could be found.
#[test]
fn the_binary_carries_the_page() {
    let server = Server::start_with(&[("SDK_KEY", "full")]);
    for (path, content) in committed() {
        // The door is open to those without a key.
        let answer = server.request_with("GET", &path, &[("Authorization", "")], b"");
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.body == content, "{path} is another file than the committed one");
        assert_eq!(answer.header("content-encoding"), None, "{path}");
        let media_type = match path.rsplit_once('.').unwrap().1 {
            "html" => "text/html; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "svg" => "image/svg+xml",
            "wasm" => "application/wasm",
            "md" => "text/markdown; charset=utf-8",
            other => panic!("what is {other}?"),
        };
        assert_eq!(answer.header("content-type"), Some(media_type), "{path}");
        assert_page_headers(&answer, &path);
        let kept = if path.starts_with("/assets/") { KEPT_FOR_GOOD } else { ASKED_AGAIN };
        assert_eq!(answer.header("cache-control"), Some(kept), "{path}");
    }
    let page = server.request("GET", "/", "");
    assert_eq!(page.text(), server.request("GET", "/index.html", "").text());
    for missing in ["/missing.js", "/assets/", "/assets", "/index.html/", "/assets/../index.html", "//index.html"] {
        assert_eq!(server.request("GET", missing, "").status, 404, "{missing}");
    }
}

#[test]
fn a_file_is_sent_compressed_where_that_is_liked() {
    let server = Server::start();
    let mut compressed = 0;
    for (path, content) in committed() {
        let get = |accepted: &str| server.request_with("GET", &path, &[("Accept-Encoding", accepted)], b"");
        let mut tags = BTreeSet::new();
        for (accepted, coding) in [("gzip, deflate, br", "br"), ("gzip, deflate", "gzip")] {
            let answer = get(accepted);
            // What would not become smaller is sent as it is.
            let Some(used) = answer.header("content-encoding") else {
                assert!(answer.body == content && content.len() < 200, "{path} is not compressed");
                continue;
            };
            assert_eq!(used, coding, "{path}");
            assert!(answer.body.len() < content.len(), "{path}");
            assert!(decompressed(used, &answer.body) == content, "{path} is another file in {coding}");
            assert_eq!(answer.header("vary"), Some("accept-encoding"), "{path}");
            tags.insert(answer.header("etag").unwrap().to_owned());
            let known = [("Accept-Encoding", accepted), ("If-None-Match", answer.header("etag").unwrap())];
            let unchanged = server.request_with("GET", &path, &known, b"");
            assert_eq!((unchanged.status, unchanged.body.len()), (304, 0), "{path}");
            for header in ["etag", "vary", "cache-control", "content-security-policy"] {
                assert_eq!(unchanged.header(header), answer.header(header), "{path}: {header}");
            }
            let head = server.request_with("HEAD", &path, &[("Accept-Encoding", accepted)], b"");
            assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
            for header in ["content-length", "content-encoding", "etag", "vary"] {
                assert_eq!(head.header(header), answer.header(header), "{path}: {header}");
            }
            compressed += 1;
        }
        let plain = get("identity");
        assert!(!tags.contains(plain.header("etag").unwrap()), "{path}: each coding is other bytes");
        assert!(tags.len() != 1, "{path}: each coding is other bytes");
    }
    assert!(compressed >= 2, "{compressed}");
}

#[test]
fn what_a_file_varies_by_is_all_named() {
    let server = Server::start_with(&[("ALLOWED_ORIGINS", "https://app.example.com")]);
    let page = server.request("GET", "/", "");
    let vary: Vec<&str> =
        page.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("vary")).map(|(_, value)| &**value).collect();
    assert_eq!(vary, ["accept-encoding", "origin"]);
}

/// What the policy would refuse, and what would not be found, shows nowhere but in a browser: it must not be there.
#[test]
fn the_page_needs_only_files_that_are_there() {
    let files = committed();
    let (_, page) = files.iter().find(|(path, _)| path == "/index.html").unwrap();
    let page = std::str::from_utf8(page).unwrap();
    for refused in ["<style", "style=", "javascript:", " onload=", " onclick=", "<base"] {
        assert!(!page.contains(refused), "{refused} in the page");
    }
    for (start, _) in page.match_indices("<script") {
        assert!(page[start..page[start..].find('>').unwrap() + start].contains(" src="), "a script within the page");
    }
    let loaded = loaded_by(page);
    for path in &loaded {
        assert!(files.iter().any(|(own, _)| own == path), "{path} is not there");
    }
    assert!(!loaded.is_empty(), "the page loads nothing");
}

/// What a browser fetches before the page can be used: the page, what it names, and the engine, which its script does.
#[test]
fn the_first_load_is_within_its_budget() {
    let server = Server::start();
    let fetch = |path: &str| server.request_with("GET", path, &[("Accept-Encoding", "br")], b"").body.len();
    let page = server.request("GET", "/", "");
    let paths = ["/".to_owned(), "/engine.wasm".to_owned()].into_iter().chain(loaded_by(page.text()));
    let sizes: Vec<(String, usize)> = paths.map(|path| (path.clone(), fetch(&path))).collect();
    let total: usize = sizes.iter().map(|(_, size)| size).sum();
    println!("{total} bytes with brotli: {sizes:?}");
    assert!(total <= FIRST_LOAD, "{total} bytes with brotli, {} too many: {sizes:?}", total - FIRST_LOAD);
}

/// The paths of scripts, styles and images that a page names.
fn loaded_by(page: &str) -> BTreeSet<String> {
    let addresses = ["src=\"", "href=\""].into_iter().flat_map(|attribute| {
        page.match_indices(attribute).map(|(start, _)| page[start + attribute.len()..].split('"').next().unwrap())
    });
    addresses.map(|address| format!("/{}", address.trim_start_matches("./").trim_start_matches('/'))).collect()
}

#[test]
fn a_folder_of_files_takes_the_place_of_the_page() {
    let folder = Folder::new();
    let public = folder.join("public");
    std::fs::create_dir_all(public.join("assets")).unwrap();
    std::fs::write(folder.join("secret.txt"), "secret").unwrap();
    let files = [
        ("/", "index.html", "text/html; charset=utf-8"),
        ("/index.html", "index.html", "text/html; charset=utf-8"),
        ("/assets/app.js", "assets/app.js", "text/javascript; charset=utf-8"),
        ("/assets/app.css", "assets/app.css", "text/css; charset=utf-8"),
        ("/assets/app-D3adB33f.js", "assets/app-D3adB33f.js", "text/javascript; charset=utf-8"),
        ("/assets/engine.wasm", "assets/engine.wasm", "application/wasm"),
        ("/assets/logo.svg", "assets/logo.svg", "image/svg+xml"),
        ("/assets/a%20name.json", "assets/a name.json", "application/json"),
        ("/assets/%C3%BC.png", "assets/ü.png", "image/png"),
        ("/unknown-kind", "unknown-kind", "application/octet-stream"),
        ("/empty.txt?v=1", "empty.txt", "text/plain; charset=utf-8"),
    ];
    for (_, file, _) in files {
        std::fs::write(public.join(file), if file == "empty.txt" { "" } else { file }).unwrap();
    }
    let server = Server::start_with(&[("SDK_KEY", "full"), ("PUBLIC_DIR", public.to_str().unwrap())]);
    for (path, file, media_type) in files {
        let answer = server.request_with("GET", path, &[("Authorization", "")], b"");
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(media_type)), "{path}");
        assert_eq!(answer.text(), if file == "empty.txt" { "" } else { file });
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_page_headers(&answer, path);
        let kept = if file.contains("D3adB33f") { KEPT_FOR_GOOD } else { ASKED_AGAIN };
        assert_eq!(answer.header("cache-control"), Some(kept), "{path}");
        let unchanged = server.request_with("GET", path, &[("If-None-Match", answer.header("etag").unwrap())], b"");
        assert_eq!((unchanged.status, unchanged.text()), (304, ""), "{path}");
        assert_page_headers(&unchanged, path);
        let head = server.request("HEAD", path, "");
        assert_eq!((head.status, head.header("content-type"), head.text()), (200, Some(media_type), ""), "{path}");
    }
    for path in [
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/%2e%2e%2fsecret.txt",
        "/..%2fsecret.txt",
        "//secret.txt",
        "/assets",
        "/assets/",
        "/missing.js",
        "/index.html/",
        "/index.html%00.js",
        "/%ff",
        &format!("/{}", folder.join("secret.txt").display()),
        &format!("/%2f{}", folder.join("secret.txt").display()),
    ] {
        let answer = server.request("GET", path, "");
        assert_eq!((answer.status, answer.header("content-type")), (404, Some("application/problem+json")), "{path}");
        assert!(!answer.text().contains(folder.to_str().unwrap()) || path.contains(folder.to_str().unwrap()), "{path}");
    }
    // The API stays where it is.
    assert_eq!(server.request("GET", "/api/flags", "").text(), "[]");
    assert_eq!(server.request("POST", "/index.html", "x").status, 405);
    // A file that is put in another's place is another.
    let before = server.request("GET", "/assets/app.js", "");
    std::fs::write(public.join("assets/app.js"), "newer").unwrap();
    let after = server.request_with("GET", "/assets/app.js", &[("If-None-Match", before.header("etag").unwrap())], b"");
    assert_eq!((after.status, after.text()), (200, "newer"));
}

fn decompressed(coding: &str, bytes: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    match coding {
        "br" => brotli::Decompressor::new(bytes, 4096).read_to_end(&mut content).unwrap(),
        "gzip" => flate2::read::GzDecoder::new(bytes).read_to_end(&mut content).unwrap(),
        other => panic!("what is {other}?"),
    };
    content
}
