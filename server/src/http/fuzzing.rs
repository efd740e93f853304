//! What reads a request, opened to the fuzz targets: they call it a hundred thousand times a second, which no socket allows.
//!
//! The parts stay private to [`super`] otherwise, so the library promises no more than it did.

use super::content_coding::{self, Coding};
use super::question::{About, Question};
use super::{body, conditional, handler, history, problem::Problem, route, stream};
use crate::storage::Preconditions;
use hyper::{HeaderMap, Method, StatusCode};
use sidekick_core::{EventId, Revision};

/// An answer that refuses something.
#[derive(Debug)]
pub struct Refusal {
    /// The status of the answer.
    pub status: u16,
    /// The problem document.
    pub document: Vec<u8>,
}

/// What a request's head says, to every endpoint that asks.
#[derive(Debug)]
pub struct Head {
    /// The path of the route, as `openapi.json` names it, and the flag's key or the name in the request's.
    pub route: Result<(&'static str, Option<String>), Refusal>,
    /// The methods of the path, as `Allow` names them.
    pub methods: Option<String>,
    /// How many entries of the history, and before which revision.
    pub history: Result<(u32, Option<Revision>), Refusal>,
    /// The key of `Authorization`.
    pub bearer: Option<String>,
    /// The key of `?sdk_key=`.
    pub query_key: Option<String>,
    /// Where a client of the stream stands.
    pub resume: Option<EventId>,
    /// The conditions of a write.
    pub preconditions: Preconditions,
    /// The coding of a file that there is in every coding.
    pub coding: &'static str,
    /// Whether an answer with the entity tag `"7"` would not be sent again.
    pub is_known: bool,
}

/// Reads a request's head.
#[must_use]
pub fn read_head(method: &Method, path: &str, query: Option<&str>, headers: &HeaderMap) -> Head {
    let answer = body::answer(StatusCode::OK, "application/json", "{}");
    let named = |found: route::Matched| {
        let flag = found.flag.map(|key| key.as_str().to_owned());
        (found.route.path, flag.or_else(|| found.name.map(|name| name.as_str().to_owned())))
    };
    Head {
        route: route::find(method, path).map(named).map_err(Refusal::of),
        methods: route::methods_of(path),
        history: history::parameters(query.unwrap_or_default()).map_err(Refusal::of),
        bearer: handler::bearer(headers),
        query_key: stream::query_key(query),
        resume: stream::last_event_id(headers, query),
        preconditions: conditional::preconditions(headers),
        coding: content_coding::best(headers, [Coding::Brotli, Coding::Gzip, Coding::Identity].into_iter()).name(),
        is_known: conditional::tagged(answer, "\"7\"", headers).status() == StatusCode::NOT_MODIFIED,
    }
}

/// A user that `POST /api/evaluate` is asked about: the key and the attributes.
pub type User = (String, Vec<(String, String)>);

/// Reads the document of `POST /api/evaluate`.
///
/// # Errors
/// The answer that refuses it.
pub fn read_question(json: &[u8]) -> Result<Vec<User>, Refusal> {
    let question = Question::from_json(json).map_err(Refusal::of)?;
    let users = match question.about {
        About::One(user) => vec![user],
        About::Many(users) => users,
    };
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    Ok(users.iter().map(|user| (user.key.to_string(), user.attributes().into_iter().map(owned).collect())).collect())
}

impl Refusal {
    fn of(problem: Problem) -> Self {
        let document = problem.document();
        Self { status: problem.into_response().status().as_u16(), document }
    }
}
