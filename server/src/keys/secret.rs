//! A key itself, from its making to the one time that it is shown, or as the environment gives it.

use super::{KeyDigest, KeyKind};
use std::borrow::Cow;
use std::fmt;

/// A key that must not be shown by accident: its `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// The hexadecimal digits after the prefix.
const DIGITS: usize = 64;

impl Secret {
    /// A new key: the prefix of its kind and 256 random bits in hexadecimal digits.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn random(kind: KeyKind) -> Result<Self, getrandom::Error> {
        let mut bytes = [0_u8; DIGITS / 2];
        getrandom::fill(&mut bytes)?;
        let mut text = String::with_capacity(kind.prefix().len() + DIGITS);
        text.push_str(kind.prefix());
        text.extend(bytes.iter().map(|byte| format!("{byte:02x}")));
        Ok(Self(text))
    }

    /// A key that somebody has chosen.
    #[must_use]
    pub const fn chosen(text: String) -> Self {
        Self(text)
    }

    /// What is kept of it.
    #[must_use]
    pub fn digest(&self) -> KeyDigest {
        KeyDigest::of(&self.0)
    }

    /// Shows it, once, to the one who asked for it.
    #[must_use]
    pub fn reveal(self) -> String {
        self.0
    }

    /// Why `text`, which starts as a key does, can be none: part of it is missing, say. `None` where it may be one.
    #[must_use]
    pub fn fault_of(text: &str) -> Option<String> {
        let prefix = KeyKind::ALL.into_iter().map(KeyKind::prefix).find(|prefix| text.starts_with(prefix))?;
        let digits = text.get(prefix.len()..)?;
        let is_whole = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        (!is_whole).then(|| {
            format!(
                "the key is not a whole one: {prefix} and {DIGITS} hexadecimal digits are expected, it has {}",
                digits.len()
            )
        })
    }
}

/// A text, a path say, without the keys that somebody has put into it by mistake.
#[must_use]
pub fn conceal(text: &str) -> Cow<'_, str> {
    let mut shown = String::new();
    let mut rest = text;
    let next = |text: &str| {
        KeyKind::ALL.into_iter().filter_map(|kind| Some(text.find(kind.prefix())? + kind.prefix().len())).min()
    };
    while let Some((before, after)) = next(rest).and_then(|end| rest.split_at_checked(end)) {
        shown.push_str(before);
        shown.push('…');
        rest = after.trim_start_matches(|character: char| character.is_ascii_alphanumeric());
    }
    if shown.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(shown + rest) }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_in_a_text_are_not_shown() {
        let key = format!("sk_admin_{}", "0a".repeat(32));
        assert_eq!(conceal(&format!("/api/keys/{key}/rotate/{key}")), "/api/keys/sk_admin_…/rotate/sk_admin_…");
        assert_eq!(conceal("/x/sk_client_"), "/x/sk_client_…");
        assert!(matches!(conceal("/api/flags/a_sk"), Cow::Borrowed("/api/flags/a_sk")));
    }

    #[test]
    fn debug_shows_nothing_of_it() {
        assert_eq!(format!("{:?}", Secret::chosen("canary".to_owned())), "Secret(…)");
    }

    #[test]
    fn keys_are_long_recognisable_and_all_different() {
        for kind in KeyKind::ALL {
            let (one, other) = (Secret::random(kind).unwrap().reveal(), Secret::random(kind).unwrap().reveal());
            assert_ne!(one, other);
            assert!(one.starts_with(kind.prefix()) && one.len() == kind.prefix().len() + 64, "{one}");
            assert_eq!(Secret::fault_of(&one), None);
            let (mut short, _) = (one, other);
            short.pop();
            assert!(Secret::fault_of(&short).unwrap().contains("has 63"));
        }
        assert_eq!(Secret::fault_of("some key of the environment"), None);
    }
}
