//! What a browser is told to refuse on behalf of the dashboard: a page that can change flags runs no foreign code.

use hyper::header::{CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY};

/// Nothing but the server's own files and API; no inline code or style, no frames, no forms, and no script that makes
/// markup of a text (Trusted Types). WebAssembly may be compiled, for the page has the engine as a module, and browsers
/// count that as evaluation.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; \
                      font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";

/// Adds the headers of a page's file.
pub(super) fn add(headers: &mut HeaderMap) {
    let all = [
        (CONTENT_SECURITY_POLICY, POLICY),
        // The address of a flag is nobody else's.
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ];
    headers.extend(all.map(|(name, value)| (name, HeaderValue::from_static(value))));
}
