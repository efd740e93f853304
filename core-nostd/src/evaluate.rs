//! The evaluation: a pure function of a flag, a user key and attributes, which allocates nothing.

use crate::compiled::CompiledFlag;
use crate::event_id::Revision;
use crate::rollout::Bucket;

/// An answer and why it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// The answer.
    pub enabled: bool,
    /// Why.
    pub reason: Reason,
    /// The revision at which the flag last changed; zero for an unknown flag.
    pub revision: Revision,
}

/// Why an answer was given, in OpenFeature's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// `FLAG_NOT_FOUND`: no such flag; the answer is the caller's default.
    FlagNotFound,
    /// `DISABLED`: the flag is off.
    Disabled,
    /// `TARGETING_MATCH`: a rule matched.
    TargetingMatch {
        /// The place of the first rule that matched, from 0.
        rule_index: usize,
    },
    /// `SPLIT`: the user's bucket was held against the rollout.
    Split {
        /// Where the hash put the user.
        bucket: Bucket,
    },
    /// `STATIC`: the rollout is none or all.
    Static,
}

/// Gives an evaluation the attributes of a user.
pub trait Attributes {
    /// The value of the attribute `name`, which stands at `index` of [`CompiledFlag::attributes`]; `None` where the
    /// caller did not give it.
    fn value_of(&self, index: usize, name: &str) -> Option<&str>;
}

/// Names and values; of two with one name the first counts.
impl Attributes for [(&str, &str)] {
    #[inline]
    fn value_of(&self, _index: usize, name: &str) -> Option<&str> {
        self.iter().find(|(own, _)| is_same(own.as_bytes(), name.as_bytes())).map(|(_, value)| *value)
    }
}

/// No attributes, or as many as the array holds.
impl<const N: usize> Attributes for [(&str, &str); N] {
    #[inline]
    fn value_of(&self, index: usize, name: &str) -> Option<&str> {
        self.as_slice().value_of(index, name)
    }
}

/// Values in the order of [`CompiledFlag::attributes`], as a binding fetches them.
#[derive(Clone, Copy, Debug)]
pub struct IndexedAttributes<'a>(pub &'a [Option<&'a str>]);

impl Attributes for IndexedAttributes<'_> {
    #[inline]
    fn value_of(&self, index: usize, _name: &str) -> Option<&str> {
        self.0.get(index).copied().flatten()
    }
}

/// Whether two names are the same. Most are of 4 to 16 bytes: their ends, which overlap, are compared as numbers, while a
/// call of the library's comparison would cost more than all the rest.
#[inline]
fn is_same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len()
        && match a.len() {
            4..=8 => have_same_ends::<4>(a, b),
            9..=16 => have_same_ends::<8>(a, b),
            _ => a == b,
        }
}

#[inline]
fn have_same_ends<const N: usize>(a: &[u8], b: &[u8]) -> bool {
    a.first_chunk::<N>() == b.first_chunk::<N>() && a.last_chunk::<N>() == b.last_chunk::<N>()
}

impl Reason {
    /// The reason's name as the API and the SDKs give it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FlagNotFound => "FLAG_NOT_FOUND",
            Self::Disabled => "DISABLED",
            Self::TargetingMatch { .. } => "TARGETING_MATCH",
            Self::Split { .. } => "SPLIT",
            Self::Static => "STATIC",
        }
    }
}

impl Evaluation {
    /// The answer and its reason in one integer of at most 21 bits, for bindings to which integers are cheap. Bit 0 is
    /// the answer; bits 1 to 3 are the reason, in the order of [`Reason`]; from bit 4 on stands the rule's index or the
    /// bucket in thousandths.
    #[must_use]
    pub const fn to_bits(self) -> u32 {
        let (reason, detail) = match self.reason {
            Reason::FlagNotFound => (0, 0),
            Reason::Disabled => (1, 0),
            Reason::TargetingMatch { rule_index } => (2, rule_index as u32),
            Reason::Split { bucket } => (3, bucket.thousandths()),
            Reason::Static => (4, 0),
        };
        self.enabled as u32 | reason << 1 | detail << 4
    }

    /// The answer for a flag that does not exist: the caller's default.
    #[must_use]
    pub const fn flag_not_found(default_value: bool) -> Self {
        Self { enabled: default_value, reason: Reason::FlagNotFound, revision: Revision::ZERO }
    }
}

impl CompiledFlag {
    /// The answer where it is the same for everyone: the flag is off, or has no rules and a rollout of none or all.
    #[must_use]
    pub fn static_evaluation(&self) -> Option<Evaluation> {
        let (enabled, reason) = match self.is_on() {
            false => (false, Reason::Disabled),
            true if self.has_rules() => return None,
            true => (self.static_rollout()?, Reason::Static),
        };
        Some(Evaluation { enabled, reason, revision: self.revision() })
    }

    /// Evaluates the flag for a user: off, else the first matching rule, else the rollout.
    #[inline]
    #[must_use]
    pub fn evaluate<A: Attributes + ?Sized>(&self, user_key: &str, attributes: &A) -> Evaluation {
        self.evaluate_lazily(|| user_key, attributes)
    }

    /// As [`evaluate`](Self::evaluate), with a user key that is asked for only where the answer depends on it: fetching
    /// it from another language costs more than the evaluation.
    #[inline]
    #[must_use]
    pub fn evaluate_lazily<'u, A>(&self, user_key: impl FnOnce() -> &'u str, attributes: &A) -> Evaluation
    where
        A: Attributes + ?Sized,
    {
        let (enabled, reason) = self.decide(user_key, attributes);
        Evaluation { enabled, reason, revision: self.revision() }
    }

    #[inline]
    fn decide<'u, A>(&self, user_key: impl FnOnce() -> &'u str, attributes: &A) -> (bool, Reason)
    where
        A: Attributes + ?Sized,
    {
        if !self.is_on() {
            return (false, Reason::Disabled);
        }
        if let Some(rule_index) = self.first_match(|index, name| attributes.value_of(index, name)) {
            return (true, Reason::TargetingMatch { rule_index });
        }
        if let Some(answer) = self.static_rollout() {
            return (answer, Reason::Static);
        }
        let bucket = self.bucket(user_key());
        (self.share().includes(bucket), Reason::Split { bucket })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    #[test]
    fn attributes_are_found_by_names_of_all_lengths_and_by_nothing_that_differs() {
        for length in 0..40 {
            let name: String = ('a'..='z').cycle().take(length).collect();
            assert_eq!([("other", "1"), (name.as_str(), "2")].value_of(0, &name), Some("2"), "{name}");
            for place in 0..length {
                let mut other = name.clone().into_bytes();
                other[place] = b'-';
                assert_eq!([(core::str::from_utf8(&other).unwrap(), "1")].value_of(0, &name), None, "{name}, {place}");
            }
            assert_eq!([(alloc::format!("{name}x").as_str(), "1")].value_of(0, &name), None, "{name}");
        }
    }
}
