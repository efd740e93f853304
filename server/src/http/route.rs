//! The routes: which path and method is which endpoint, and who may call it.

use super::problem::Problem;
use crate::auth::Access;
use crate::keys::{KeyName, conceal};
use hyper::Method;
use percent_encoding::percent_decode_str;
use sidekick_core::FlagKey;

/// Every route of the API. `openapi.json` documents the same ones; a test holds the two together.
pub const ROUTES: &[Route] = &[
    Route::new("GET", "/api/flags", Access::Client, Endpoint::ListFlags),
    Route::new("POST", "/api/flags", Access::Admin, Endpoint::PutFlag),
    Route::new("GET", "/api/flags/{key}", Access::Client, Endpoint::GetFlag),
    Route::new("PATCH", "/api/flags/{key}", Access::Admin, Endpoint::PatchFlag),
    Route::new("DELETE", "/api/flags/{key}", Access::Admin, Endpoint::DeleteFlag),
    Route::new("GET", "/api/flags/{key}/history", Access::Server, Endpoint::FlagHistory),
    Route::new("GET", "/api/history", Access::Server, Endpoint::History),
    Route::new("POST", "/api/evaluate", Access::Server, Endpoint::Evaluate),
    Route::new("GET", "/api/keys", Access::Admin, Endpoint::ListKeys),
    Route::new("POST", "/api/keys", Access::Admin, Endpoint::CreateKey),
    Route::new("POST", "/api/keys/{name}/rotate", Access::Admin, Endpoint::RotateKey),
    Route::new("DELETE", "/api/keys/{name}", Access::Admin, Endpoint::RevokeKey),
    Route::new("GET", "/api/session", Access::Client, Endpoint::Session),
    Route::new("GET", "/api/stats", Access::Server, Endpoint::Stats),
    Route::new("GET", "/stream", Access::Client, Endpoint::Stream),
    Route::new("GET", "/healthz", Access::Public, Endpoint::Healthz),
    Route::new("GET", "/readyz", Access::Public, Endpoint::Readyz),
    Route::new("GET", "/metrics", Access::Server, Endpoint::Metrics),
    Route::new("GET", "/openapi.json", Access::Client, Endpoint::OpenApi),
];

/// A path that is none of [`ROUTES`] is a file of the dashboard.
const ASSETS: Route = Route::new("GET", "/{file}", Access::Public, Endpoint::Asset);

/// What stands for a flag's key in a path.
const FLAG: &str = "{key}";
/// What stands for the name of an API key.
const NAME: &str = "{name}";

/// One method of one path.
#[derive(Debug)]
pub struct Route {
    /// The method; GET answers HEAD too.
    pub method: &'static str,
    /// The path; `{key}` stands for a flag's key, `{name}` for the name of an API key.
    pub path: &'static str,
    /// What a key must allow.
    pub access: Access,
    pub(super) endpoint: Endpoint,
}

/// What a route does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    ListFlags,
    PutFlag,
    GetFlag,
    PatchFlag,
    DeleteFlag,
    FlagHistory,
    History,
    Evaluate,
    ListKeys,
    CreateKey,
    RotateKey,
    RevokeKey,
    Session,
    Stats,
    Stream,
    Healthz,
    Readyz,
    Metrics,
    OpenApi,
    Asset,
}

/// A route that a request fits, and what its path names: a flag, or an API key.
#[derive(Debug)]
pub(super) struct Matched {
    pub(super) route: &'static Route,
    pub(super) flag: Option<FlagKey>,
    pub(super) name: Option<KeyName>,
}

impl Endpoint {
    /// Whether it changes what is stored.
    pub(super) const fn writes(self) -> bool {
        matches!(
            self,
            Self::PutFlag | Self::PatchFlag | Self::DeleteFlag | Self::CreateKey | Self::RotateKey | Self::RevokeKey
        )
    }
}

impl Route {
    const fn new(method: &'static str, path: &'static str, access: Access, endpoint: Endpoint) -> Self {
        Self { method, path, access, endpoint }
    }

    fn takes(&self, method: &Method) -> bool {
        let method = if method == Method::HEAD && self.endpoint != Endpoint::Stream { "GET" } else { method.as_str() };
        self.method == method
    }

    /// Whether `path` fits the pattern; the inner value is what stands for `{key}` or `{name}`.
    fn fits<'p>(&self, path: &'p str) -> Option<Option<&'p str>> {
        let Some((before, after)) = self.path.split_once(FLAG).or_else(|| self.path.split_once(NAME)) else {
            return (path == self.path).then_some(None);
        };
        let named = path.strip_prefix(before)?.strip_suffix(after)?;
        (!named.is_empty() && !named.contains('/')).then_some(Some(named))
    }

    /// The match, where the pattern has `named` for its placeholder.
    fn matched(&'static self, named: Option<&str>) -> Result<Matched, Problem> {
        let (flag, name) = if self.path.contains(NAME) { (None, named) } else { (named, None) };
        let (flag, name) = (flag.map(flag_key).transpose()?, name.map(key_name).transpose()?);
        Ok(Matched { route: self, flag, name })
    }
}

/// The route for a request.
///
/// # Errors
/// 404, 405 with the methods that the path has, or 400 for a key that can be none.
pub(super) fn find(method: &Method, path: &str) -> Result<Matched, Problem> {
    let fitting = || ROUTES.iter().filter_map(|route| route.fits(path).map(|named| (route, named)));
    if let Some((route, named)) = fitting().find(|(route, _)| route.takes(method)) {
        return route.matched(named);
    }
    let mut allowed = methods(fitting().map(|(route, _)| route));
    if allowed.is_empty() && is_asset(path) {
        if ASSETS.takes(method) {
            return ASSETS.matched(None);
        }
        allowed = methods(std::iter::once(&ASSETS));
    }
    if allowed.is_empty() {
        return Err(Problem::not_found(format!(
            "there is nothing at {}; GET /openapi.json lists what there is",
            conceal(path)
        )));
    }
    Err(Problem::method_not_allowed(method, &allowed))
}

/// The methods that `path` has, for `Allow` and CORS; `None` where there is no such path.
pub(super) fn methods_of(path: &str) -> Option<String> {
    let allowed = methods(ROUTES.iter().filter(|route| route.fits(path).is_some()));
    match allowed.is_empty() {
        false => Some(allowed),
        true => is_asset(path).then(|| methods(std::iter::once(&ASSETS))),
    }
}

/// Whether a path that no route fits may be a file.
fn is_asset(path: &str) -> bool {
    !path.starts_with("/api/")
}

fn methods(routes: impl Iterator<Item = &'static Route>) -> String {
    let mut methods: Vec<&str> = routes
        .flat_map(|route| [route.method, if route.takes(&Method::HEAD) { "HEAD" } else { "OPTIONS" }])
        .chain(["OPTIONS"])
        .collect();
    methods.sort_unstable();
    methods.dedup();
    if methods == ["OPTIONS"] { String::new() } else { methods.join(", ") }
}

fn flag_key(escaped: &str) -> Result<FlagKey, Problem> {
    let key = percent_decode_str(escaped).decode_utf8_lossy();
    FlagKey::new(&key).map_err(|error| Problem::bad_field("key", format!("in the path, {error}")))
}

fn key_name(escaped: &str) -> Result<KeyName, Problem> {
    let name = percent_decode_str(escaped).decode_utf8_lossy();
    KeyName::new(&name).map_err(|error| Problem::bad_field("name", format!("in the path, {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_its_endpoint() {
        let endpoint = |method: Method, path| find(&method, path).map(|matched| matched.route.endpoint).unwrap();
        assert_eq!(endpoint(Method::GET, "/api/flags"), Endpoint::ListFlags);
        assert_eq!(endpoint(Method::HEAD, "/api/flags"), Endpoint::ListFlags);
        assert_eq!(endpoint(Method::GET, "/api/flags/a"), Endpoint::GetFlag);
        assert_eq!(endpoint(Method::GET, "/api/flags/history"), Endpoint::GetFlag);
        assert_eq!(endpoint(Method::GET, "/api/flags/a/history"), Endpoint::FlagHistory);
        assert_eq!(endpoint(Method::GET, "/"), Endpoint::Asset);
        let matched = find(&Method::GET, "/api/flags/dark%5Fmode").unwrap();
        assert_eq!(matched.flag.unwrap().as_str(), "dark_mode");
        let matched = find(&Method::POST, "/api/keys/web%2Dshop/rotate").unwrap();
        assert_eq!((matched.route.endpoint, matched.name.unwrap().as_str()), (Endpoint::RotateKey, "web-shop"));
    }

    #[test]
    fn allowed_methods_are_named() {
        let methods = |path| methods_of(path).unwrap_or_default();
        assert_eq!(methods("/api/flags"), "GET, HEAD, OPTIONS, POST");
        assert_eq!(methods("/api/flags/a"), "DELETE, GET, HEAD, OPTIONS, PATCH");
        assert_eq!(methods("/stream"), "GET, OPTIONS");
        assert_eq!(methods("/index.html"), "GET, HEAD, OPTIONS");
        assert_eq!(methods("/api/nothing"), "");
    }
}
