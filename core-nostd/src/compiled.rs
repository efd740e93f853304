//! A flag made ready to evaluate, once, when it arrives.

use crate::client_form;
use crate::error::Error;
use crate::event_id::Revision;
use crate::flag::Flag;
use crate::flag_fields::{self, FlagFields};
use crate::flag_key::FlagKey;
use crate::json::{Mode, Reader};
use crate::murmur3::Murmur3;
use crate::rollout::{Bucket, Percentage};
use crate::rule::{Operator, TargetingRule};
use crate::time::Timestamp;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;

/// A flag with what its evaluation needs: the hash state after `flag_key:`, the attributes that its rules read, and the
/// rules' values in a row, large `Equals` lists sorted. What is for people alone it has in its document only.
#[derive(Clone, Debug)]
pub struct CompiledFlag {
    key: FlagKey,
    revision: Revision,
    document: Box<str>,
    prefix: Murmur3,
    is_enabled: bool,
    /// The share of users. None is everybody, and so is all.
    share: Percentage,
    attributes: Vec<Box<str>>,
    rules: Vec<CompiledRule>,
    values: Vec<Value>,
    /// The values' texts, one after the other.
    text: String,
}

/// Where a value's text lies, and by what most attributes are seen not to match it without a look there.
#[derive(Clone, Copy, Debug)]
struct Value {
    start: u32,
    length: u32,
    /// Its first and last byte; 0 where it is empty.
    first: u8,
    last: u8,
}

#[derive(Clone, Copy, Debug)]
struct CompiledRule {
    /// Which of the flag's attributes it reads.
    attribute: u32,
    /// By the operator's number.
    operator: u32,
    /// Which of the flag's values it has: from the first to before the last.
    values: (u32, u32),
    /// Where in the values' texts its salt lies, likewise.
    salt: (u32, u32),
    /// The bytes at the values' edge: an attribute with none of them there needs no look at the values. Bit `n` stands for
    /// the bytes that are `n` modulo 64.
    edges: u64,
}

/// Where the values have no edge in common with the attributes that they match.
const ANY_EDGE: u64 = u64::MAX;
/// In WebAssembly the values themselves are looked at, which spares 0.15 kB of the module (brotli).
const KNOWS_EDGES: bool = !cfg!(target_family = "wasm");

/// Up to this many values a scan is faster than a look-up. In WebAssembly all are scanned, which spares 0.24 kB of the
/// module (brotli): a thousand values, the most of a rule, take 0.5 to 2.3 µs in Node, and 8 µs where all are as long as
/// the attribute and end like it.
const SCANNED_VALUES: usize = if cfg!(target_family = "wasm") { usize::MAX } else { 8 };

impl CompiledFlag {
    /// Makes `flag` ready.
    #[must_use]
    pub fn new(flag: Flag) -> Self {
        let document = String::from_utf8(flag.to_json()).unwrap_or_default();
        let mut compiled = Self::empty();
        compiled.is_enabled = flag.is_enabled;
        compiled.rollout(flag.rollout_percentage);
        compiled.revision = flag.revision;
        for rule in &flag.rules {
            compiled.rule();
            compiled.attribute(&rule.attribute);
            compiled.operator(rule.operator.number(), rule.operator.name());
            for value in &rule.values {
                compiled.value(value);
            }
            if let Some(salt) = &rule.salt {
                compiled.salt(salt);
            }
            compiled.end_rule();
        }
        compiled.key = flag.key;
        compiled.finish(&document);
        compiled
    }

    /// Reads the JSON value at which `reader` stands, leniently. What is for people alone is kept as it is.
    pub(crate) fn read(reader: &mut Reader<'_>) -> Box<Self> {
        let start = reader.start();
        let mut compiled = Box::new(Self::empty());
        flag_fields::read(reader, Mode::Lenient, &mut *compiled);
        compiled.finish(reader.since(start));
        compiled
    }

    fn empty() -> Self {
        Self {
            key: FlagKey::placeholder(),
            revision: Revision::ZERO,
            document: Box::default(),
            prefix: Murmur3::new(0),
            is_enabled: false,
            share: Percentage::HUNDRED,
            attributes: Vec::new(),
            rules: Vec::new(),
            values: Vec::new(),
            text: String::new(),
        }
    }

    fn finish(&mut self, document: &str) {
        self.prefix = Murmur3::new(0).update(self.key.as_str().as_bytes()).update(b":");
        self.document = document.into();
    }

    /// The flag's key.
    #[must_use]
    pub const fn key(&self) -> &FlagKey {
        &self.key
    }

    /// The store revision at which the flag last changed.
    #[must_use]
    pub const fn revision(&self) -> Revision {
        self.revision
    }

    /// The flag as JSON, as it came.
    #[must_use]
    pub const fn document(&self) -> &str {
        &self.document
    }

    /// The flag as people edit it, read from its document.
    ///
    /// # Errors
    /// What is wrong with a part that evaluation does not read.
    pub fn flag(&self) -> Result<Flag, Error> {
        Flag::from_json(self.document.as_bytes(), Mode::Keeping)
    }

    /// The names of the attributes that the rules read, each once. A binding needs to fetch no others.
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = &str> {
        self.attributes.iter().map(|name| &**name)
    }

    /// The bucket of a user: from MurmurHash3_x86_32 (seed 0) of `flag_key:user_key`.
    #[inline]
    #[must_use]
    pub fn bucket(&self, user_key: &str) -> Bucket {
        Bucket::from_hash(self.prefix.update(user_key.as_bytes()).finish())
    }

    /// How much memory the flag takes, by an estimate.
    pub(crate) fn heap_bytes(&self) -> usize {
        let texts = self.key.as_str().len() + self.document.len() + self.text.len();
        let spans = self.attributes.len() * size_of::<Box<str>>() + self.values.len() * size_of::<Value>();
        size_of::<Self>() + texts + spans + self.rules.len() * size_of::<CompiledRule>()
    }

    #[inline]
    pub(crate) const fn is_on(&self) -> bool {
        self.is_enabled
    }

    pub(crate) const fn has_rules(&self) -> bool {
        !self.rules.is_empty()
    }

    #[inline]
    pub(crate) const fn share(&self) -> Percentage {
        self.share
    }

    /// The rollout's answer where it is the same for everyone.
    #[inline]
    pub(crate) fn static_rollout(&self) -> Option<bool> {
        match self.share {
            Percentage::HUNDRED => Some(true),
            Percentage::ZERO => Some(false),
            _ => None,
        }
    }

    /// The first rule that matches, where `attribute` gives an attribute's value by its place and name.
    #[inline]
    pub(crate) fn first_match<'a>(&self, attribute: impl Fn(usize, &str) -> Option<&'a str>) -> Option<usize> {
        // Rules in a row often read the same attribute: it is fetched once for them.
        let mut fetched = u32::MAX;
        let mut value = None;
        self.rules.iter().position(|rule| {
            if fetched != rule.attribute {
                fetched = rule.attribute;
                let index = fetched as usize;
                value = attribute(index, self.attributes.get(index).map_or("", |name| name));
            }
            value.is_some_and(|value| self.matches(*rule, value.as_bytes()))
        })
    }

    #[inline]
    fn matches(&self, rule: CompiledRule, value: &[u8]) -> bool {
        let may_match = !KNOWS_EDGES || rule.edges >> (edge(rule.operator, value) % 64) & 1 != 0;
        let last = if may_match { rule.values.1 } else { rule.values.0 };
        let values = self.values.get(rule.values.0 as usize..last as usize).unwrap_or_default();
        let text = self.text.as_bytes();
        match rule.operator {
            EQUALS => is_listed(values, value, text),
            NOT_EQUALS => !is_listed(values, value, text),
            EQUALS_HASHED | NOT_EQUALS_HASHED => {
                let salt = text.get(rule.salt.0 as usize..rule.salt.1 as usize).unwrap_or_default();
                // No value is longer, so neither is what must be hashed.
                let is_listed =
                    value.len() <= TargetingRule::MAX_VALUE && is_listed(values, &client_form::hash(salt, value), text);
                is_listed == (rule.operator == EQUALS_HASHED)
            }
            CONTAINS | STARTS_WITH | ENDS_WITH => values.iter().any(|part| {
                // The places at which the part may stand: the start, the end, or anywhere between them.
                let Some(end) = value.len().checked_sub(part.length as usize) else {
                    return false;
                };
                let first = if rule.operator == ENDS_WITH { end } else { 0 };
                let last = if rule.operator == STARTS_WITH { 0 } else { end };
                let mut places = value.get(first..last + part.length as usize).unwrap_or_default();
                loop {
                    if part.length == 0 || places.first() == Some(&part.first) && places.starts_with(part.text(text)) {
                        return true;
                    }
                    if places.len() <= part.length as usize {
                        return false;
                    }
                    places = places.get(1..).unwrap_or_default();
                }
            }),
            _ => false,
        }
    }
}

impl Value {
    #[inline]
    fn text<'a>(&self, all: &'a [u8]) -> &'a [u8] {
        all.get(self.start as usize..(self.start + self.length) as usize).unwrap_or_default()
    }

    /// Which edges an attribute may have that matches this value.
    fn edge_bits(&self, operator: u32) -> u64 {
        match operator {
            EQUALS | NOT_EQUALS => 1 << (self.last % 64),
            STARTS_WITH if self.length > 0 => 1 << (self.first % 64),
            ENDS_WITH if self.length > 0 => 1 << (self.last % 64),
            _ => ANY_EDGE,
        }
    }
}

const EQUALS: u32 = Operator::Equals.number() as u32;
const NOT_EQUALS: u32 = Operator::NotEquals.number() as u32;
const CONTAINS: u32 = Operator::Contains.number() as u32;
const STARTS_WITH: u32 = Operator::StartsWith.number() as u32;
const ENDS_WITH: u32 = Operator::EndsWith.number() as u32;
const EQUALS_HASHED: u32 = Operator::EqualsHashed.number() as u32;
const NOT_EQUALS_HASHED: u32 = Operator::NotEqualsHashed.number() as u32;

impl FlagFields for CompiledFlag {
    const IS_FOR_PEOPLE: bool = false;

    fn key(&mut self, key: FlagKey) {
        self.key = key;
    }

    fn is_enabled(&mut self, is_enabled: bool) {
        self.is_enabled = is_enabled;
    }

    fn rollout(&mut self, share: Option<Percentage>) {
        self.share = share.unwrap_or(Percentage::HUNDRED);
    }

    fn revision(&mut self, revision: Revision) {
        self.revision = revision;
    }

    fn rules(&mut self) {
        self.rules.clear();
        self.attributes.clear();
    }

    fn rule(&mut self) {
        let start = self.values.len() as u32;
        self.rules.push(CompiledRule { attribute: 0, operator: 0, values: (start, start), salt: (0, 0), edges: 0 });
    }

    fn attribute(&mut self, name: &str) {
        let known = self.attributes().position(|known| known == name);
        let attribute = known.unwrap_or_else(|| {
            self.attributes.push(name.into());
            self.attributes.len() - 1
        });
        if let Some(rule) = self.rules.last_mut() {
            rule.attribute = attribute as u32;
        }
    }

    fn operator(&mut self, number: usize, _name: &str) {
        if let Some(rule) = self.rules.last_mut() {
            rule.operator = number as u32;
        }
    }

    fn values(&mut self) {
        if let Some(rule) = self.rules.last() {
            self.values.truncate(rule.values.0 as usize);
        }
    }

    fn value(&mut self, value: &str) {
        let bytes = value.as_bytes();
        self.values.push(Value {
            start: self.text.len() as u32,
            length: bytes.len() as u32,
            first: bytes.first().copied().unwrap_or_default(),
            last: bytes.last().copied().unwrap_or_default(),
        });
        self.text.push_str(value);
    }

    fn hash_values(&mut self, _hash_values: bool) {}

    fn salt(&mut self, salt: &str) {
        let start = self.text.len() as u32;
        self.text.push_str(salt);
        if let Some(rule) = self.rules.last_mut() {
            rule.salt = (start, self.text.len() as u32);
        }
    }

    fn end_rule(&mut self) {
        let Some(rule) = self.rules.last_mut() else {
            return;
        };
        rule.values.1 = self.values.len() as u32;
        let listed = self.values.get_mut(rule.values.0 as usize..).unwrap_or_default();
        if KNOWS_EDGES {
            rule.edges = listed.iter().fold(0, |edges, value| edges | value.edge_bits(rule.operator));
        }
        if listed.len() <= SCANNED_VALUES || matches!(rule.operator, CONTAINS..=ENDS_WITH) {
            return;
        }
        let text = self.text.as_bytes();
        listed.sort_unstable_by(|a, b| by_length(a, b.text(text), text));
    }

    fn description(&mut self, _description: Option<Box<str>>) {}

    fn client_visible(&mut self, _client_visible: bool) {}

    fn created_at(&mut self, _time: Timestamp) {}

    fn updated_at(&mut self, _time: Timestamp) {}
}

/// The byte by which most attributes are seen not to match a rule: the first for `StartsWith`, the last for all others; 0
/// where there is none.
#[inline]
fn edge(operator: u32, value: &[u8]) -> u8 {
    let edge = if operator == STARTS_WITH { value.first() } else { value.last() };
    edge.copied().unwrap_or_default()
}

/// Whether a value is among those of a list, which are sorted where they are many.
#[inline]
fn is_listed(values: &[Value], value: &[u8], text: &[u8]) -> bool {
    if values.len() > SCANNED_VALUES {
        return values.binary_search_by(|own| by_length(own, value, text)).is_ok();
    }
    // What is counted through, such as users' numbers, differs at the end.
    let last = value.last().copied().unwrap_or_default();
    values.iter().any(|own| own.length as usize == value.len() && own.last == last && own.text(text) == value)
}

/// Shorter ones come first: most comparisons then end at the length.
fn by_length(own: &Value, value: &[u8], text: &[u8]) -> Ordering {
    (own.length as usize).cmp(&value.len()).then_with(|| own.text(text).cmp(value))
}
