//! What `POST /api/evaluate` is asked: a stored flag or one that is not saved, and one user or up to a thousand.

use super::problem::Problem;
use sidekick_core::json::Reader;
use sidekick_core::{Flag, Mode};

/// The most bytes of a user key and of an attribute's value.
const VALUE_LIMIT: usize = 4096;
/// The most bytes of an attribute's name: rules cannot name longer ones.
const NAME_LIMIT: usize = sidekick_core::TargetingRule::MAX_ATTRIBUTE;
/// The most attributes of a user.
const ATTRIBUTES: usize = 256;
/// The most users of a question.
const USERS: usize = 1000;
const FIELDS: &str = "flag_key flag user_key attributes users";
const USER_FIELDS: &str = "user_key attributes";

/// What is asked.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) subject: Subject,
    pub(super) about: About,
}

#[derive(Debug)]
pub(super) enum Subject {
    /// A stored flag. Any text may be asked for: one that can be no key is an unknown flag.
    Stored(Box<str>),
    /// A flag that is not saved.
    Preview(Box<Flag>),
}

/// About whom.
#[derive(Debug)]
pub(super) enum About {
    One(User),
    Many(Vec<User>),
}

#[derive(Debug)]
pub(super) struct User {
    pub(super) key: Box<str>,
    /// Sorted by name.
    attributes: Vec<Attribute>,
}

/// Name and value; null counts as not given.
type Attribute = (String, Option<String>);

impl User {
    /// The attributes that are given.
    pub(super) fn attributes(&self) -> Vec<(&str, &str)> {
        self.attributes.iter().filter_map(|(name, value)| Some((&**name, value.as_deref()?))).collect()
    }
}

impl Question {
    pub(super) fn from_json(json: &[u8]) -> Result<Self, Problem> {
        let (mut flag_key, mut flag, mut user_key, mut attributes, mut users) = (None, None, None, None, None);
        Reader::document(json, |reader| {
            let mut fields = reader.open_object(FIELDS, 0, Mode::Strict);
            while let Some(field) = reader.next_field(&mut fields) {
                match field {
                    0 => flag_key = Some(reader.bounded_string(VALUE_LIMIT)),
                    1 => flag = Some(Flag::read(reader, Mode::Strict)),
                    2 => user_key = Some(reader.bounded_string(VALUE_LIMIT)),
                    3 => attributes = Some(read_attributes(reader, "")),
                    _ => users = Some(read_users(reader)),
                }
            }
        })?;
        let attributes = attributes.transpose()?;
        let users = users.transpose()?;
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
        let about = match (user_key, attributes, users) {
            (Some(key), attributes, None) => About::One(User { key, attributes: attributes.unwrap_or_default() }),
            (None, None, Some(users)) => About::Many(users),
            (None, _, None) => {
                return Err(Problem::bad_field("user_key", "user_key: missing; give it, or several users as users"));
            }
            (_, _, Some(_)) => {
                return Err(Problem::bad_field(
                    "users",
                    "users: give either users or user_key with attributes, not both",
                ));
            }
        };
        Ok(Self { subject, about })
    }
}

fn read_users(reader: &mut Reader<'_>) -> Result<Vec<User>, Problem> {
    let mut users = Ok(Vec::new());
    let start = reader.start();
    reader.open_array();
    let mut index = 0;
    while reader.next_item() {
        if index == USERS {
            reader.too_many(USERS, start);
            break;
        }
        let (mut key, mut attributes) = (Box::default(), Ok(Vec::new()));
        let mut fields = reader.open_object(USER_FIELDS, 1, Mode::Strict);
        while let Some(field) = reader.next_field(&mut fields) {
            match field {
                0 => key = reader.bounded_string(VALUE_LIMIT),
                _ => attributes = read_attributes(reader, &format!("users[{index}].")),
            }
        }
        if let Ok(known) = &mut users {
            match attributes {
                Ok(attributes) => known.push(User { key, attributes }),
                Err(problem) => users = Err(problem),
            }
        }
        index += 1;
    }
    users
}

/// Strings, numbers and booleans as the SDKs turn them into strings. What is wrong with one is said of the first; the
/// others are read on, so that a document that is not JSON is called so. `path` leads to the field.
fn read_attributes(reader: &mut Reader<'_>, path: &str) -> Result<Vec<Attribute>, Problem> {
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
            let field = format!("{path}attributes.{name}");
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
    let Err(place) = attributes.binary_search_by(|(known, _)| known.as_str().cmp(name)) else {
        return Err("given twice".to_owned());
    };
    if attributes.len() == ATTRIBUTES {
        return Err(format!("more than {ATTRIBUTES} attributes"));
    }
    attributes.insert(place, (name.to_owned(), value));
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
    use hyper::StatusCode;

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
