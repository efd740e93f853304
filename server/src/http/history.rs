//! The log of changes, newest first.

use super::App;
use super::body::{self, Body};
use super::problem::Problem;
use crate::storage::HistoryQuery;
use hyper::{Response, StatusCode};
use sidekick_core::{FlagKey, Revision};

/// Entries in an answer where the caller does not say.
const DEFAULT_LIMIT: u32 = 100;
/// The most entries in an answer.
const MAX_LIMIT: u32 = 1000;

pub(super) async fn list(query: Option<&str>, key: Option<FlagKey>, app: &App) -> Result<Response<Body>, Problem> {
    let (limit, before) = parameters(query.unwrap_or_default())?;
    let of_flag = key.is_some();
    let entries = app.flags.history(HistoryQuery { key, before, limit }).await?;
    if of_flag && before.is_none() && entries.is_empty() {
        return Err(Problem::not_found("there never was such a flag"));
    }
    Ok(body::answer(StatusCode::OK, "application/json", serde_json::to_vec(&entries).unwrap_or_default()))
}

/// What the query asks for: how many entries, and before which revision.
pub(super) fn parameters(query: &str) -> Result<(u32, Option<Revision>), Problem> {
    let (mut limit, mut before) = (None, None);
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let twice = match &*name {
            "limit" => {
                let number = value.parse().ok().filter(|number| (1..=MAX_LIMIT).contains(number));
                let expected =
                    || Problem::bad_field("limit", format!("limit: {value:?} is none; 1 to {MAX_LIMIT} is expected"));
                limit.replace(number.ok_or_else(expected)?).is_some()
            }
            "before" => {
                let revision = Revision::parse(&value)
                    .map_err(|error| Problem::bad_field("before", format!("before: {error}")))?;
                before.replace(revision).is_some()
            }
            other => {
                return Err(Problem::bad_field(other, format!("{other}: unknown parameter; known are limit, before")));
            }
        };
        if twice {
            return Err(Problem::bad_field(&*name, format!("{name}: given twice")));
        }
    }
    Ok((limit.unwrap_or(DEFAULT_LIMIT), before))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_checked() {
        assert_eq!(parameters("").unwrap(), (100, None));
        assert_eq!(parameters("limit=7&before=12").unwrap(), (7, Revision::new(12)));
        for wrong in ["limit=0", "limit=1001", "limit=x", "limit=", "before=-1", "befor=1", "limit=1&limit=2"] {
            assert_eq!(parameters(wrong).unwrap_err().status(), StatusCode::BAD_REQUEST, "{wrong}");
        }
    }
}
