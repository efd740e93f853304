//! `POST /api/evaluate`: the answer for a user and why, for a stored flag or for one that is not saved yet.

use super::App;
use super::body::{self, Body};
use super::problem::Problem;
use super::request_body;
use crate::metrics::ReasonLabels;
use hyper::body::Incoming;
use hyper::{Request, Response, StatusCode};
use serde::Serialize;
use serde_json::value::RawValue;
use sidekick_core::json::Reader;
use sidekick_core::{CompiledFlag, Evaluation, Flag, FlagKey, Mode, Reason};

/// The most bytes of a user key and of an attribute's value.
const VALUE_LIMIT: usize = 4096;
/// The most bytes of an attribute's name: rules cannot name longer ones.
const NAME_LIMIT: usize = sidekick_core::TargetingRule::MAX_ATTRIBUTE;
/// The most attributes.
const ATTRIBUTES: usize = 256;
const FIELDS: &str = "flag_key flag user_key attributes";

/// What is asked.
#[derive(Debug)]
struct Question {
    subject: Subject,
    user_key: Box<str>,
    attributes: Vec<Attribute>,
}

#[derive(Debug)]
enum Subject {
    /// A stored flag. Any text may be asked for: one that can be no key is an unknown flag.
    Stored(Box<str>),
    /// A flag that is not saved.
    Preview(Box<Flag>),
}

/// Name and value; null counts as not given.
type Attribute = (String, Option<String>);

#[derive(Serialize)]
struct Answer {
    enabled: bool,
    reason: &'static str,
    rule_index: Option<usize>,
    bucket: Option<Box<RawValue>>,
    rollout_percentage: Option<Box<RawValue>>,
    revision: Option<u64>,
}

pub(super) async fn evaluate(request: &mut Request<Incoming>, app: &App) -> Result<Response<Body>, Problem> {
    let json = request_body::read(request, &["application/json"], app.config.timeouts.body).await?;
    let Question { subject, user_key, attributes } = Question::from_json(&json)?;
    let flag = match subject {
        Subject::Preview(flag) => Some(CompiledFlag::new(*flag)),
        Subject::Stored(key) => match FlagKey::new(&key) {
            Ok(key) => app.flags.get(key).await.ok_or_else(Problem::not_loaded)?,
            Err(_) => None,
        },
    };
    let attributes: Vec<(&str, &str)> =
        attributes.iter().filter_map(|(name, value)| Some((&**name, value.as_deref()?))).collect();
    let evaluation = match &flag {
        Some(flag) => flag.evaluate(&user_key, attributes.as_slice()),
        None => Evaluation::flag_not_found(false),
    };
    app.metrics.evaluations.get_or_create(&ReasonLabels { reason: evaluation.reason.name() }).inc();
    let answer = Answer::new(evaluation, flag.as_ref(), &user_key);
    Ok(body::answer(StatusCode::OK, "application/json", serde_json::to_vec(&answer).unwrap_or_default()))
}

impl Answer {
    fn new(evaluation: Evaluation, flag: Option<&CompiledFlag>, user_key: &str) -> Self {
        let rule_index = match evaluation.reason {
            Reason::TargetingMatch { rule_index } => Some(rule_index),
            _ => None,
        };
        // The core's decimal text is a JSON number.
        let number = |decimal: String| RawValue::from_string(decimal).ok();
        Self {
            enabled: evaluation.enabled,
            reason: evaluation.reason.name(),
            rule_index,
            // Given for every flag, so that a person sees what the rollout would say behind a rule or a kill-switch.
            bucket: flag.and_then(|flag| number(flag.bucket(user_key).to_string())),
            rollout_percentage: flag
                .and_then(|flag| flag.flag().ok()?.rollout_percentage)
                .and_then(|share| number(share.to_string())),
            revision: flag.map(|flag| flag.revision().get()),
        }
    }
}

impl Question {
    fn from_json(json: &[u8]) -> Result<Self, Problem> {
        let (mut flag_key, mut flag, mut user_key) = (None, None, None);
        let mut attributes = Ok(Vec::new());
        Reader::document(json, |reader| {
            let mut fields = reader.open_object(FIELDS, 0, Mode::Strict);
            while let Some(field) = reader.next_field(&mut fields) {
                match field {
                    0 => flag_key = Some(reader.bounded_string(VALUE_LIMIT)),
                    1 => flag = Some(Flag::read(reader, Mode::Strict)),
                    2 => user_key = Some(reader.bounded_string(VALUE_LIMIT)),
                    _ => attributes = read_attributes(reader),
                }
            }
        })?;
        let attributes = attributes?;
        let subject = match (flag_key, flag) {
            (Some(key), None) => Subject::Stored(key),
            (None, Some(flag)) => Subject::Preview(Box::new(flag)),
            (None, None) => {
                return Err(Problem::bad_field("flag_key", "flag_key: missing; give it, or an unsaved flag as flag"));
            }
            (Some(_), Some(_)) => {
                return Err(Problem::bad_field("flag", "flag: give either flag_key or flag, not both"));
            }
        };
        let user_key = user_key.ok_or_else(|| Problem::bad_field("user_key", "user_key: missing"))?;
        Ok(Self { subject, user_key, attributes })
    }
}

/// Strings, numbers and booleans as the SDKs turn them into strings. What is wrong with one is said of the first; the
/// others are read on, so that a document that is not JSON is called so.
fn read_attributes(reader: &mut Reader<'_>) -> Result<Vec<Attribute>, Problem> {
    let mut attributes = Ok(Vec::new());
    reader.open_map();
    while let Some(name) = reader.next_name() {
        let name = name.to_owned();
        let value = match reader.kind() {
            "a string" => Ok(Some(reader.string().to_owned())),
            "a number" => Ok(Some(number_text(reader.number()))),
            "true or false" => Ok(Some(reader.boolean().to_string())),
            "null" => {
                reader.null();
                Ok(None)
            }
            other => {
                reader.skip();
                Err(format!("a string, a number, true, false or null is expected, not {other}"))
            }
        };
        if let Ok(known) = &mut attributes
            && let Err(problem) = value.and_then(|value| add(known, &name, value))
        {
            let field = format!("attributes.{name}");
            attributes = Err(Problem::bad_field(field.clone(), format!("{field}: {problem}")));
        }
    }
    attributes
}

/// Adds an attribute, or says what is wrong with it.
fn add(attributes: &mut Vec<Attribute>, name: &str, value: Option<String>) -> Result<(), String> {
    if name.len() > NAME_LIMIT {
        return Err(format!("the name is longer than {NAME_LIMIT} bytes"));
    }
    if value.as_ref().is_some_and(|value| value.len() > VALUE_LIMIT) {
        return Err(format!("longer than {VALUE_LIMIT} bytes"));
    }
    if attributes.iter().any(|(known, _)| known == name) {
        return Err("given twice".to_owned());
    }
    if attributes.len() == ATTRIBUTES {
        return Err(format!("more than {ATTRIBUTES} attributes"));
    }
    attributes.push((name.to_owned(), value));
    Ok(())
}

/// A number's text as JavaScript gives it (ECMA-262, Number::toString), so that `1.0` and `1e0` are `1` to every SDK.
/// Whole numbers that JSON writes plainly keep all their digits.
fn number_text(json: &str) -> String {
    match (json.parse::<i64>(), json.parse::<f64>()) {
        (Ok(whole), _) => whole.to_string(),
        (Err(_), Ok(number)) => ryu_js::Buffer::new().format(number).to_owned(),
        // JSON's grammar of numbers is a part of Rust's.
        (Err(_), Err(_)) => json.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attribute_is_given_once_and_null_counts() {
        for attributes in [r#"{"a":null,"a":"x"}"#, r#"{"a":"x","a":null}"#, r#"{"a":null,"a":null}"#] {
            let json = format!(r#"{{"flag_key":"f","user_key":"u","attributes":{attributes}}}"#);
            assert_eq!(Question::from_json(json.as_bytes()).unwrap_err().status(), StatusCode::BAD_REQUEST, "{json}");
        }
    }

    #[test]
    fn numbers_are_written_as_javascript_does() {
        for (json, text) in [
            ("42", "42"),
            ("-0", "0"),
            ("1.0", "1"),
            ("1.50", "1.5"),
            ("1e2", "100"),
            ("1e21", "1e+21"),
            ("0.0000001", "1e-7"),
            ("9007199254740993", "9007199254740993"),
        ] {
            assert_eq!(number_text(json), text);
        }
    }
}
