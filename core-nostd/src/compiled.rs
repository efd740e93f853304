//! A flag made ready to evaluate, once, when it arrives.

use crate::flag::Flag;
use crate::murmur3::Murmur3;
use crate::rollout::{Bucket, Percentage};
use crate::rule::{Operator, TargetingRule};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// A flag with what its evaluation needs: the hash state after `flag_key:`, the attributes that its rules read, and an
/// index of each large `Equals` list.
#[derive(Clone, Debug)]
pub struct CompiledFlag {
    flag: Flag,
    prefix: Murmur3,
    attributes: Vec<Box<str>>,
    rules: Vec<CompiledRule>,
}

/// What a rule's evaluation needs beside the rule.
#[derive(Clone, Debug)]
struct CompiledRule {
    /// Where the rule's attribute stands in `CompiledFlag::attributes`.
    attribute: usize,
    /// The places of the values in their sorted order, for lists that are longer than `SCANNED_VALUES` and looked up
    /// as a whole; otherwise empty.
    sorted: Box<[u16]>,
}

/// Up to this many values a scan is faster than a look-up.
const SCANNED_VALUES: usize = 8;

impl CompiledFlag {
    /// Makes `flag` ready.
    #[must_use]
    pub fn new(flag: Flag) -> Self {
        let mut attributes: Vec<Box<str>> = Vec::new();
        let rules = flag.rules.iter().map(|rule| CompiledRule::new(rule, &mut attributes)).collect();
        let prefix = Murmur3::new(0).update(flag.key.as_str().as_bytes()).update(b":");
        Self { flag, prefix, attributes, rules }
    }

    /// The flag as it was given.
    #[inline]
    #[must_use]
    pub const fn flag(&self) -> &Flag {
        &self.flag
    }

    /// The names of the attributes that the rules read, each once. A binding needs to fetch no others.
    #[must_use]
    pub fn attributes(&self) -> &[Box<str>] {
        &self.attributes
    }

    /// The bucket of a user: from MurmurHash3_x86_32 (seed 0) of `flag_key:user_key`.
    #[inline]
    #[must_use]
    pub fn bucket(&self, user_key: &str) -> Bucket {
        Bucket::from_hash(self.prefix.update(user_key.as_bytes()).finish())
    }

    /// The answer where it is the same for everyone: the flag is off, or has no rules and a rollout of none or all.
    #[must_use]
    pub fn static_answer(&self) -> Option<bool> {
        match self.flag.is_enabled {
            false => Some(false),
            true if self.rules.is_empty() => self.static_rollout(),
            true => None,
        }
    }

    /// How much memory the flag takes, by an estimate.
    pub(crate) fn heap_bytes(&self) -> usize {
        Self::heap_bytes_of(&self.flag)
    }

    /// How much memory `flag` would take once it is made ready.
    pub(crate) fn heap_bytes_of(flag: &Flag) -> usize {
        let text = |text: &str| size_of::<Box<str>>() + text.len();
        let rule = |rule: &TargetingRule| {
            let values: usize = rule.values.iter().map(|value| text(value) + size_of::<u16>()).sum();
            // No limit holds the name of an operator that a newer server knows.
            let operator = if let Operator::Unknown(name) = &rule.operator { name.len() } else { 0 };
            size_of::<TargetingRule>() + size_of::<CompiledRule>() + 2 * text(&rule.attribute) + operator + values
        };
        let rules: usize = flag.rules.iter().map(rule).sum();
        let description = flag.description.as_deref().map_or(0, str::len);
        size_of::<Self>() + flag.key.as_str().len() + description + rules
    }

    /// The rollout's answer where it is the same for everyone.
    #[inline]
    pub(crate) fn static_rollout(&self) -> Option<bool> {
        match self.flag.rollout_percentage {
            None | Some(Percentage::HUNDRED) => Some(true),
            Some(Percentage::ZERO) => Some(false),
            Some(_) => None,
        }
    }

    /// The first rule that matches, where `attribute` gives an attribute's value by its place and name.
    #[inline]
    pub(crate) fn first_match<'a>(&self, attribute: impl Fn(usize, &str) -> Option<&'a str>) -> Option<usize> {
        // Rules in a row often read the same attribute: it is fetched once for them.
        let mut fetched: Option<(usize, Option<&str>)> = None;
        self.flag.rules.iter().zip(&self.rules).position(|(rule, compiled)| {
            let value = match fetched {
                Some((index, value)) if index == compiled.attribute => value,
                _ => attribute(compiled.attribute, &rule.attribute),
            };
            fetched = Some((compiled.attribute, value));
            value.is_some_and(|value| compiled.matches(rule, value))
        })
    }
}

impl CompiledRule {
    fn new(rule: &TargetingRule, attributes: &mut Vec<Box<str>>) -> Self {
        let known = attributes.iter().position(|name| *name == rule.attribute);
        let attribute = known.unwrap_or_else(|| {
            attributes.push(rule.attribute.clone());
            attributes.len() - 1
        });
        let looked_up = matches!(rule.operator, Operator::Equals | Operator::NotEquals);
        let mut sorted = Box::default();
        // A longer list than a decoded rule can have is scanned too: its places might not fit.
        if looked_up && (SCANNED_VALUES + 1..=TargetingRule::MAX_VALUES).contains(&rule.values.len()) {
            let mut order: Vec<(&str, u16)> = rule.values.iter().map(|value| &**value).zip(0..).collect();
            order.sort_unstable_by(|a, b| by_length(a.0, b.0));
            sorted = order.into_iter().map(|(_, place)| place).collect();
        }
        Self { attribute, sorted }
    }

    #[inline]
    fn matches(&self, rule: &TargetingRule, value: &str) -> bool {
        let mut values = rule.values.iter();
        match &rule.operator {
            Operator::Equals => self.is_listed(rule, value),
            Operator::NotEquals => !self.is_listed(rule, value),
            Operator::Contains => values.any(|part| value.contains(&**part)),
            Operator::StartsWith => values.any(|part| starts_with(value, part)),
            Operator::EndsWith => values.any(|part| ends_with(value, part)),
            Operator::Unknown(_) => false,
        }
    }

    #[inline]
    fn is_listed(&self, rule: &TargetingRule, value: &str) -> bool {
        if self.sorted.is_empty() {
            return rule.values.iter().any(|listed| listed.len() == value.len() && starts_with(value, listed));
        }
        let listed = |place: &u16| rule.values.get(usize::from(*place)).map_or("", |listed| listed);
        self.sorted.binary_search_by(|place| by_length(listed(place), value)).is_ok()
    }
}

/// As `str::starts_with`; a look at the first byte spares most texts the comparison, which is a call.
#[inline]
fn starts_with(text: &str, part: &str) -> bool {
    match part.as_bytes() {
        [] => true,
        [first, ..] => text.as_bytes().first() == Some(first) && text.starts_with(part),
    }
}

/// As `str::ends_with`, by way of the last byte.
#[inline]
fn ends_with(text: &str, part: &str) -> bool {
    match part.as_bytes() {
        [] => true,
        [.., last] => text.as_bytes().last() == Some(last) && text.ends_with(part),
    }
}

/// Shorter first: most comparisons then end at the length.
fn by_length(a: &str, b: &str) -> core::cmp::Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}
