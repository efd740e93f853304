//! The flag: its fields, their limits and its JSON form.

use crate::error::{Error, ErrorKind};
use crate::event_id::Revision;
use crate::flag_key::FlagKey;
use crate::json::{Fields, Mode, Reader, Writer};
use crate::rollout::Percentage;
use crate::rule::TargetingRule;
use crate::time::Timestamp;
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
    /// Tried in order; the first match enables the flag, whatever the rollout. At most [`Flag::MAX_RULES`].
    pub rules: Vec<TargetingRule>,
    /// The store revision at which this flag last changed; set by the server.
    pub revision: Revision,
    /// When the flag was made; set by the server.
    pub created_at: Timestamp,
    /// When the flag last changed; set by the server.
    pub updated_at: Timestamp,
}

pub(crate) const FIELDS: &str =
    "key, is_enabled, rollout_percentage, description, rules, revision, created_at, updated_at";

impl Flag {
    /// The most bytes of a description.
    pub const MAX_DESCRIPTION: usize = 1024;
    /// The most rules of a flag.
    pub const MAX_RULES: usize = 64;

    /// A flag that is off, with every other field at its default.
    #[must_use]
    pub const fn new(key: FlagKey) -> Self {
        Self {
            key,
            is_enabled: false,
            rollout_percentage: None,
            description: None,
            rules: Vec::new(),
            revision: Revision::ZERO,
            created_at: Timestamp::from_millis(0),
            updated_at: Timestamp::from_millis(0),
        }
    }

    /// Reads a whole JSON document as a flag. Only `key` is required.
    ///
    /// # Errors
    /// What was wrong, with the field's path and the byte offset.
    pub fn from_json(json: &[u8], mode: Mode) -> Result<Self, Error> {
        let mut reader = Reader::new(json)?;
        let flag = Self::read(&mut reader, mode)?;
        reader.end()?;
        Ok(flag)
    }

    /// Reads the JSON value at which `reader` stands as a flag.
    ///
    /// # Errors
    /// What was wrong, with the field's path and the byte offset.
    pub fn read(reader: &mut Reader<'_>, mode: Mode) -> Result<Self, Error> {
        let start = reader.start()?;
        let mut key = None;
        let mut flag = Self::new(FlagKey::placeholder());
        let mut fields = Fields::new(mode);
        reader.object(|reader, name| {
            match name {
                "key" => {
                    fields.once(0)?;
                    key = Some(FlagKey::read(reader)?);
                }
                "is_enabled" => {
                    fields.once(1)?;
                    flag.is_enabled = reader.boolean()?;
                }
                "rollout_percentage" => {
                    fields.once(2)?;
                    flag.rollout_percentage = read_rollout(reader)?;
                }
                "description" => {
                    fields.once(3)?;
                    flag.description = read_description(reader)?;
                }
                "rules" => {
                    fields.once(4)?;
                    flag.rules = read_rules(reader, mode)?;
                }
                "revision" => {
                    fields.once(5)?;
                    flag.revision = Revision::read(reader)?;
                }
                "created_at" => {
                    fields.once(6)?;
                    flag.created_at = read_timestamp(reader)?;
                }
                "updated_at" => {
                    fields.once(7)?;
                    flag.updated_at = read_timestamp(reader)?;
                }
                _ => return fields.unknown(reader, FIELDS),
            }
            Ok(())
        })?;
        match key {
            Some(key) => Ok(Self { key, ..flag }),
            None => Err(Error::new(ErrorKind::MissingField).in_field("key").at(start)),
        }
    }

    /// The flag as compact JSON, all fields in the order of the struct.
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
        writer.raw(if self.is_enabled { "true" } else { "false" });
        writer.raw(",\"rollout_percentage\":");
        match self.rollout_percentage {
            Some(share) => writer.display(share),
            None => writer.raw("null"),
        }
        writer.raw(",\"description\":");
        match &self.description {
            Some(description) => writer.string(description),
            None => writer.raw("null"),
        }
        writer.raw(",\"rules\":[");
        for (index, rule) in self.rules.iter().enumerate() {
            writer.comma_unless_first(index);
            rule.write(&mut writer);
        }
        writer.raw("],\"revision\":");
        writer.integer(self.revision.get());
        writer.raw(",\"created_at\":\"");
        writer.display(self.created_at);
        writer.raw("\",\"updated_at\":\"");
        writer.display(self.updated_at);
        writer.raw("\"}");
    }
}

pub(crate) fn read_rollout(reader: &mut Reader<'_>) -> Result<Option<Percentage>, Error> {
    if reader.null()? {
        return Ok(None);
    }
    let start = reader.start()?;
    Percentage::parse(reader.number()?).map(Some).map_err(|error| error.at(start))
}

pub(crate) fn read_description(reader: &mut Reader<'_>) -> Result<Option<Box<str>>, Error> {
    if reader.null()? { Ok(None) } else { reader.bounded_string(Flag::MAX_DESCRIPTION).map(Some) }
}

pub(crate) fn read_rules(reader: &mut Reader<'_>, mode: Mode) -> Result<Vec<TargetingRule>, Error> {
    reader.list(Flag::MAX_RULES, |reader| TargetingRule::read(reader, mode))
}

pub(crate) fn read_timestamp(reader: &mut Reader<'_>) -> Result<Timestamp, Error> {
    let start = reader.start()?;
    Timestamp::parse(&reader.string()?).map_err(|error| error.at(start))
}
