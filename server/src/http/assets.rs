//! Files: the embedded page or a folder of the operator's, and the API's description.

use super::App;
use super::body::{self, Body};
use super::problem::Problem;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use percent_encoding::percent_decode_str;
use std::path::{Component, Path, PathBuf};

const PAGE: &str = include_str!("../../assets/index.html");
const OPENAPI: &str = include_str!("../../openapi.json");

pub(super) fn openapi() -> Response<Body> {
    body::answer(StatusCode::OK, "application/json", OPENAPI)
}

/// The file at a path of the dashboard.
pub(super) async fn file(path: &str, app: &App) -> Result<Response<Body>, Problem> {
    let missing = || Problem::not_found(format!("there is nothing at {path}; GET /openapi.json lists what there is"));
    let Some(folder) = &app.config.public_dir else {
        let page = PAGE.replace("{version}", env!("CARGO_PKG_VERSION"));
        return if path == "/" {
            Ok(body::answer(StatusCode::OK, "text/html; charset=utf-8", page))
        } else {
            Err(missing())
        };
    };
    let file = within(folder, path).ok_or_else(missing)?;
    let file = if path.ends_with('/') { file.join("index.html") } else { file };
    let content = tokio::fs::read(&file).await.map_err(|_| missing())?;
    let mut response = body::answer(StatusCode::OK, "application/octet-stream", content);
    let media_type = mime_guess::from_path(&file).first_or_octet_stream();
    let essence = media_type.essence_str();
    // Without it a browser would guess.
    let charset = if essence.starts_with("text/") { "; charset=utf-8" } else { "" };
    if let Ok(media_type) = HeaderValue::from_str(&format!("{essence}{charset}")) {
        response.headers_mut().insert(CONTENT_TYPE, media_type);
    }
    Ok(response)
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
}
