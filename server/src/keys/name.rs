//! The name of a key, by which history, log and people call it.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A name: 1 to 64 of `A-Z a-z 0-9 . _ -`, and none that history uses for somebody else.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyName(String);

/// What history calls those who have no named key.
const TAKEN: [&str; 4] = ["anonymous", "import", "public", "cli"];
/// What history calls the keys of the environment starts so.
const TAKEN_STARTS: [&str; 2] = ["sdk_key", "client_key"];

impl KeyName {
    /// The longest name, in bytes.
    pub const MAX_LENGTH: usize = 64;

    /// Checks a name.
    ///
    /// # Errors
    /// What would be right. The text is not in it: it may be a key that was put in the wrong place.
    pub fn new(text: &str) -> Result<Self, String> {
        let is_usable = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        if text.is_empty() || text.len() > Self::MAX_LENGTH || !text.bytes().all(is_usable) {
            return Err(format!(
                "a key's name has 1 to {} characters of A-Z a-z 0-9 . _ -; this one has {} bytes",
                Self::MAX_LENGTH,
                text.len()
            ));
        }
        if let Some(start) = TAKEN_STARTS.into_iter().find(|start| text.starts_with(start)) {
            return Err(format!("names that start with {start} are those of the environment's keys; choose another"));
        }
        if let Some(taken) = TAKEN.into_iter().find(|taken| *taken == text) {
            return Err(format!("the history calls somebody else {taken}; choose another name"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl TryFrom<String> for KeyName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::new(&text)
    }
}

impl From<KeyName> for String {
    fn from(name: KeyName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_nobody_elses() {
        for good in ["a", "web.shop-1_x", &"n".repeat(64), "Anonymous", "cli2", "my_sdk_key"] {
            assert_eq!(KeyName::new(good).unwrap().as_str(), good);
        }
        for bad in
            ["", "a b", "a/b", "ü", "a:b", &"n".repeat(65), "sdk_key", "sdk_key:1", "client_key.x", "cli", "public"]
        {
            assert!(KeyName::new(bad).is_err(), "{bad}");
        }
    }
}
