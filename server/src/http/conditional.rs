//! Entity tags and the conditions that requests put on them (RFC 9110, sections 8.8 and 13.1).

use super::body::{self, Body};
use crate::storage::{EntityTags, Preconditions};
use hyper::header::{CACHE_CONTROL, ETAG, HeaderMap, HeaderName, HeaderValue, IF_MATCH, IF_NONE_MATCH};
use hyper::{Response, StatusCode};
use sidekick_core::Revision;

/// The conditions of a write.
pub(super) fn preconditions(headers: &HeaderMap) -> Preconditions {
    Preconditions {
        if_match: tags(headers, &IF_MATCH),
        if_none_match: tags(headers, &IF_NONE_MATCH),
        ..Preconditions::default()
    }
}

/// A flag's entity tag.
pub(super) fn tag(revision: Revision) -> String {
    format!("\"{revision}\"")
}

/// `response` with the entity tag; 304 instead where the caller has that version already.
pub(super) fn tagged(mut response: Response<Body>, tag: &str, request: &HeaderMap) -> Response<Body> {
    let known =
        values(request, &IF_NONE_MATCH).any(|value| value == "*" || value.strip_prefix("W/").unwrap_or(value) == tag);
    if known {
        // RFC 9110, section 15.4.5: what the full answer says of caching, this one says too.
        let caching = response.headers_mut().remove(CACHE_CONTROL).map(|value| (CACHE_CONTROL, value));
        response = body::empty(StatusCode::NOT_MODIFIED);
        response.headers_mut().extend(caching);
    }
    if let Ok(tag) = HeaderValue::from_str(tag) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

fn tags(headers: &HeaderMap, name: &HeaderName) -> Option<EntityTags> {
    headers.contains_key(name).then(|| {
        if values(headers, name).any(|value| value == "*") {
            return EntityTags::Any;
        }
        // Weak tags never match strongly, and foreign ones match nothing.
        let revision = |value: &str| Revision::parse(value.strip_prefix('"')?.strip_suffix('"')?).ok();
        EntityTags::Revisions(values(headers, name).filter_map(revision).collect())
    })
}

fn values<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'h str> {
    let lists = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    lists.flat_map(|list| list.split(',')).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags_of(value: &'static str) -> Option<EntityTags> {
        let headers = HeaderMap::from_iter([(IF_MATCH, HeaderValue::from_static(value))]);
        tags(&headers, &IF_MATCH)
    }

    #[test]
    fn a_known_version_is_not_sent_again_and_says_of_caching_what_the_full_answer_says() {
        let headers = HeaderMap::from_iter([(IF_NONE_MATCH, HeaderValue::from_static("\"16\", W/\"17\""))]);
        let answer = |tag| tagged(body::answer(StatusCode::OK, "application/json", "[]"), tag, &headers);
        assert_eq!((answer("\"17\"").status(), answer("\"18\"").status()), (StatusCode::NOT_MODIFIED, StatusCode::OK));
        for header in [CACHE_CONTROL, ETAG] {
            assert!(answer("\"17\"").headers().contains_key(&header), "{header}");
        }
    }

    #[test]
    fn tags_are_revisions_in_quotes() {
        let revisions = |numbers: &[u64]| {
            Some(EntityTags::Revisions(numbers.iter().map(|number| Revision::new(*number).unwrap()).collect()))
        };
        assert_eq!(tags_of("\"17\""), revisions(&[17]));
        assert_eq!(tags_of("\"17\", \"x\" ,\"4\""), revisions(&[17, 4]));
        assert_eq!(tags_of("W/\"17\""), revisions(&[]));
        assert_eq!(tags_of("17"), revisions(&[]));
        assert_eq!(tags_of("*"), Some(EntityTags::Any));
        assert_eq!(tags(&HeaderMap::new(), &IF_MATCH), None);
    }
}
