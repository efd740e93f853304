//! The flag: its fields, their limits and its JSON form.

use crate::error::Error;
use crate::event_id::Revision;
use crate::flag_fields::{self, FlagFields};
use crate::flag_key::FlagKey;
use crate::json::{Mode, Reader, Writer};
use crate::rollout::Percentage;
use crate::rule::{Operator, TargetingRule};
use crate::time::Timestamp;
use crate::unknown_fields::{self, UnknownFields};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// A named boolean with rules and a rollout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// Identity.
    pub key: FlagKey,
    /// The kill-switch: `false` ends the evaluation.
    pub is_enabled: bool,
    /// The share of users; `None` is everybody.
    pub rollout_percentage: Option<Percentage>,
    /// For people; at most [`Flag::MAX_DESCRIPTION`] bytes.
    pub description: Option<Box<str>>,
    /// Whether public clients get the flag at all. `None`, of a flag that nobody asked this about yet, counts as `true`.
    pub client_visible: Option<bool>,
    /// Tried in order; the first match enables the flag, whatever the rollout. At most [`Flag::MAX_RULES`].
    pub rules: Vec<TargetingRule>,
    /// The store revision at which this flag last changed; set by the server.
    pub revision: Revision,
    /// When the flag was made; set by the server.
    pub created_at: Timestamp,
    /// When the flag last changed; set by the server.
    pub updated_at: Timestamp,
    /// What a newer version has written beside these.
    pub unknown: UnknownFields,
}

impl Flag {
    /// The most bytes of a description.
    pub const MAX_DESCRIPTION: usize = flag_fields::MAX_DESCRIPTION;
    /// The most rules of a flag.
    pub const MAX_RULES: usize = flag_fields::MAX_RULES;

    /// A flag that is off, with every other field at its default.
    #[must_use]
    pub const fn new(key: FlagKey) -> Self {
        Self {
            key,
            is_enabled: false,
            rollout_percentage: None,
            description: None,
            client_visible: None,
            rules: Vec::new(),
            revision: Revision::ZERO,
            created_at: Timestamp::EPOCH,
            updated_at: Timestamp::EPOCH,
            unknown: UnknownFields::none(),
        }
    }

    /// Whether public clients get the flag.
    #[must_use]
    pub fn is_client_visible(&self) -> bool {
        self.client_visible.unwrap_or(true)
    }

    /// Reads a whole JSON document as a flag. Only `key` is required.
    ///
    /// # Errors
    /// What was wrong, with the field's path and the byte offset.
    pub fn from_json(json: &[u8], mode: Mode) -> Result<Self, Error> {
        Reader::document(json, |reader| Self::read(reader, mode))
    }

    /// Reads the JSON value at which `reader` stands as a flag.
    pub fn read(reader: &mut Reader<'_>, mode: Mode) -> Self {
        let start = reader.start();
        let mut flag = Self::new(FlagKey::placeholder());
        flag_fields::read(reader, mode, &mut flag);
        if mode == Mode::Keeping {
            unknown_fields::keep(reader.since(start), &mut flag);
        }
        flag
    }

    /// Takes over what this version does not know of the flag as it was, and of each rule that is still there just so.
    /// For a flag that was written anew by somebody who cannot know of it either.
    pub fn inherit_unknown(&mut self, before: &Self) {
        if self.unknown.is_empty() {
            self.unknown = before.unknown.clone();
        }
        unknown_fields::inherit(&mut self.rules, &before.rules);
    }

    /// The flag as compact JSON, all fields in the order of the struct, `client_visible` where it is known.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(256);
        self.write_json(&mut out);
        out
    }

    /// Appends what [`Flag::to_json`] gives.
    pub fn write_json(&self, out: &mut Vec<u8>) {
        let mut writer = Writer::new(out);
        writer.raw("{\"key\":");
        writer.string(self.key.as_str());
        writer.raw(",\"is_enabled\":");
        writer.boolean(self.is_enabled);
        writer.raw(",\"rollout_percentage\":");
        match self.rollout_percentage {
            Some(share) => writer.thousandths(share.thousandths()),
            None => writer.raw("null"),
        }
        writer.raw(",\"description\":");
        writer.string_or_null(self.description.as_deref());
        if let Some(client_visible) = self.client_visible {
            writer.raw(",\"client_visible\":");
            writer.boolean(client_visible);
        }
        writer.raw(",\"rules\":[");
        for (index, rule) in self.rules.iter().enumerate() {
            writer.comma_unless_first(index);
            rule.write(&mut writer);
        }
        writer.raw("],\"revision\":");
        writer.integer(self.revision.get());
        writer.raw(",\"created_at\":\"");
        writer.raw(self.created_at.as_str());
        writer.raw("\",\"updated_at\":\"");
        writer.raw(self.updated_at.as_str());
        writer.raw("\"");
        self.unknown.write(&mut writer);
        writer.raw("}");
    }
}

impl FlagFields for Flag {
    const IS_FOR_PEOPLE: bool = true;

    fn key(&mut self, key: FlagKey) {
        self.key = key;
    }

    fn is_enabled(&mut self, is_enabled: bool) {
        self.is_enabled = is_enabled;
    }

    fn rollout(&mut self, share: Option<Percentage>) {
        self.rollout_percentage = share;
    }

    fn revision(&mut self, revision: Revision) {
        self.revision = revision;
    }

    fn rules(&mut self) {
        self.rules.clear();
    }

    fn rule(&mut self) {
        self.rules.push(TargetingRule::new(Box::default(), Operator::Unknown(Box::default()), Vec::new()));
    }

    fn attribute(&mut self, name: &str) {
        if let Some(rule) = self.rules.last_mut() {
            rule.attribute = name.into();
        }
    }

    fn operator(&mut self, number: usize, name: &str) {
        if let Some(rule) = self.rules.last_mut() {
            rule.operator = Operator::new(number, name);
        }
    }

    fn values(&mut self) {
        if let Some(rule) = self.rules.last_mut() {
            rule.values.clear();
        }
    }

    fn value(&mut self, value: &str) {
        if let Some(rule) = self.rules.last_mut() {
            rule.values.push(value.into());
        }
    }

    fn hash_values(&mut self, hash_values: bool) {
        if let Some(rule) = self.rules.last_mut() {
            rule.hash_values = hash_values;
        }
    }

    fn salt(&mut self, salt: &str) {
        if let Some(rule) = self.rules.last_mut() {
            rule.salt = Some(salt.into());
        }
    }

    fn end_rule(&mut self) {}

    fn description(&mut self, description: Option<Box<str>>) {
        self.description = description;
    }

    fn client_visible(&mut self, client_visible: bool) {
        self.client_visible = Some(client_visible);
    }

    fn created_at(&mut self, time: Timestamp) {
        self.created_at = time;
    }

    fn updated_at(&mut self, time: Timestamp) {
        self.updated_at = time;
    }
}
