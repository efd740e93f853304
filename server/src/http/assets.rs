//! Files: the dashboard that the server carries or a folder of the operator's, and the API's description.

use super::App;
use super::body::{self, Body};
use super::conditional::tagged;
use super::content_coding::{self, Coding};
use super::embedded;
use super::page_headers;
use super::problem::Problem;
use bytes::Bytes;
use hyper::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, VARY};
use hyper::{Response, StatusCode};
use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};
use std::path::{Component, Path, PathBuf};

const OPENAPI: &str = include_str!("../../openapi.json");

/// A file in the coding in which it is sent.
struct File {
    content: Bytes,
    coding: Coding,
    /// What tells it from every other content of the file.
    tag: String,
    /// Other requests for it would be answered in another coding.
    varies: bool,
}

pub(super) fn openapi() -> Response<Body> {
    body::answer(StatusCode::OK, "application/json", OPENAPI)
}

/// The file at a path of the dashboard.
pub(super) async fn file(path: &str, headers: &HeaderMap, app: &App) -> Result<Response<Body>, Problem> {
    let file_path = if path.ends_with('/') { format!("{path}index.html") } else { path.to_owned() };
    let file = match &app.config.public_dir {
        Some(folder) => in_folder(folder, &file_path).await,
        None => in_binary(&file_path, headers),
    };
    let file = file.ok_or_else(|| {
        Problem::not_found(format!("there is nothing at {path}; GET /openapi.json lists what there is"))
    })?;
    Ok(answer(file, &file_path, headers))
}

fn in_binary(path: &str, headers: &HeaderMap) -> Option<File> {
    let file = embedded::file(path)?;
    let coding = content_coding::best(headers, file.codings());
    let content = Bytes::from_static(file.content(coding)?);
    // Each coding is other bytes, so it has another tag.
    let tag = if coding == Coding::Identity { file.tag.to_owned() } else { format!("{}-{}", file.tag, coding.name()) };
    Some(File { content, coding, tag, varies: file.codings().count() > 1 })
}

async fn in_folder(folder: &Path, path: &str) -> Option<File> {
    let content = tokio::fs::read(within(folder, path)?).await.ok()?;
    let tag = Sha256::digest(&content).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Some(File { content: content.into(), coding: Coding::Identity, tag, varies: false })
}

fn answer(file: File, path: &str, request: &HeaderMap) -> Response<Body> {
    let mut response = body::answer(StatusCode::OK, "application/octet-stream", file.content);
    let headers = response.headers_mut();
    let media_type = mime_guess::from_path(path).first_or_octet_stream();
    let essence = media_type.essence_str();
    // Without it a browser would guess.
    let charset = if essence.starts_with("text/") { "; charset=utf-8" } else { "" };
    if let Ok(media_type) = HeaderValue::from_str(&format!("{essence}{charset}")) {
        headers.insert(CONTENT_TYPE, media_type);
    }
    if file.coding != Coding::Identity {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(file.coding.name()));
    }
    if is_named_by_content(path) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    }
    let mut response = tagged(response, &format!("\"{}\"", file.tag), request);
    if file.varies {
        response.headers_mut().insert(VARY, HeaderValue::from_name(ACCEPT_ENCODING));
    }
    page_headers::add(response.headers_mut());
    response
}

/// Whether other content would have another name, so that a browser may keep the file for good: in `assets`, with a
/// hash as Vite writes it, `name-<8 characters>.ext`. A word of eight small letters is not taken for one.
fn is_named_by_content(path: &str) -> bool {
    let Some((stem, _)) = path.strip_prefix("/assets/").and_then(|name| name.rsplit_once('.')) else { return false };
    let Some((_, hash)) = stem.len().checked_sub(9).and_then(|at| stem.split_at_checked(at)) else { return false };
    let Some(hash) = hash.strip_prefix('-') else { return false };
    hash.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        && hash.bytes().any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
}

/// The file of `folder` that a path names; `None` for a path that would lead out of the folder.
fn within(folder: &Path, path: &str) -> Option<PathBuf> {
    let decoded = percent_decode_str(path.trim_start_matches('/')).decode_utf8().ok()?;
    let relative = Path::new(&*decoded);
    let inside = relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    (inside && !decoded.contains('\0')).then(|| folder.join(relative))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out_of_the_folder() {
        let folder = Path::new("public");
        assert_eq!(within(folder, "/app.js"), Some(folder.join("app.js")));
        assert_eq!(within(folder, "/a%20b/c.css"), Some(folder.join("a b/c.css")));
        for outside in ["/../secret", "/a/../../secret", "/%2e%2e/secret", "/..%2fsecret", "/a\0b", "/%00", "/%ff"] {
            assert_eq!(within(folder, outside), None, "{outside}");
        }
        // Leading slashes are dropped, so an absolute path stays inside.
        assert_eq!(within(folder, "//etc/passwd"), Some(folder.join("etc/passwd")));
        assert_eq!(within(folder, "/%2fetc/passwd"), None);
    }

    #[test]
    fn what_is_kept_for_good_is_named_by_its_content() {
        for name in ["/assets/index-D3adB33f.js", "/assets/index-a_b-c1d2.css", "/assets/lazy/edit-00000000.js"] {
            assert!(is_named_by_content(name), "{name}");
        }
        for name in [
            "/index-D3adB33f.js",
            "/assets/index.js",
            "/assets/my-settings.js",
            "/assets/index-D3adB33.js",
            "/assets/indexD3adB33f.js",
            "/assets/-D3adB33f",
            "/assets/üüüüüüüü.js",
            "/assets/",
            "/",
        ] {
            assert!(!is_named_by_content(name), "{name}");
        }
    }
}
