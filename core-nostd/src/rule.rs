//! A targeting rule: one attribute, one operator, the values it is held against.

use crate::json::Writer;
use crate::unknown_fields::UnknownFields;
use crate::words;
use alloc::boxed::Box;
use alloc::vec::Vec;

/// Enables a flag for users whose attribute matches any of the values. An attribute that the caller did not give
/// never matches, [`Operator::NotEquals`] included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetingRule {
    /// The attribute's name, 1 to [`TargetingRule::MAX_ATTRIBUTE`] bytes.
    pub attribute: Box<str>,
    /// How the attribute is held against the values.
    pub operator: Operator,
    /// 1 to [`TargetingRule::MAX_VALUES`] values of at most [`TargetingRule::MAX_VALUE`] bytes.
    pub values: Vec<Box<str>>,
    /// Whether public clients get hashes in place of the values. For [`Operator::Equals`] and [`Operator::NotEquals`]
    /// alone: a part of a value cannot be found in its hash.
    pub hash_values: bool,
    /// What stood before each value when it was hashed; with the hashed operators, which only public clients get.
    pub salt: Option<Box<str>>,
    /// What a newer version has written beside these.
    pub unknown: UnknownFields,
}

/// How an attribute is held against a rule's values: byte by byte, upper and lower case distinct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operator {
    /// The attribute is one of the values.
    Equals,
    /// The attribute is none of the values.
    NotEquals,
    /// One of the values stands somewhere in the attribute.
    Contains,
    /// The attribute starts with one of the values.
    StartsWith,
    /// The attribute ends with one of the values.
    EndsWith,
    /// The attribute's hash is one of the values. Nobody writes such a rule: it is what public clients get of
    /// [`Operator::Equals`] where the values are hashed.
    EqualsHashed,
    /// The attribute's hash is none of the values; what public clients get of [`Operator::NotEquals`].
    NotEqualsHashed,
    /// An operator of a newer server, by its name. It never matches.
    Unknown(Box<str>),
}

impl TargetingRule {
    /// A rule whose values everybody gets as they are.
    #[must_use]
    pub const fn new(attribute: Box<str>, operator: Operator, values: Vec<Box<str>>) -> Self {
        Self { attribute, operator, values, hash_values: false, salt: None, unknown: UnknownFields::none() }
    }

    /// The most bytes of an attribute's name.
    pub const MAX_ATTRIBUTE: usize = 128;
    /// The most values of a rule.
    pub const MAX_VALUES: usize = 1000;
    /// The most bytes of a value.
    pub const MAX_VALUE: usize = 512;

    /// Whether the other one differs in nothing that this version knows.
    pub(crate) fn is_same_as_known(&self, other: &Self) -> bool {
        let Self { attribute, operator, values, hash_values, salt, unknown: _ } = self;
        *attribute == other.attribute
            && *operator == other.operator
            && *values == other.values
            && *hash_values == other.hash_values
            && *salt == other.salt
    }

    pub(crate) fn write(&self, writer: &mut Writer<'_>) {
        self.write_known_fields(writer);
        self.unknown.write(writer);
        writer.raw("}");
    }

    /// Without what is unknown, which may not be for everybody.
    pub(crate) fn write_known(&self, writer: &mut Writer<'_>) {
        self.write_known_fields(writer);
        writer.raw("}");
    }

    fn write_known_fields(&self, writer: &mut Writer<'_>) {
        writer.raw("{\"attribute\":");
        writer.string(&self.attribute);
        writer.raw(",\"operator\":");
        writer.string(self.operator.name());
        writer.raw(",\"values\":[");
        for (index, value) in self.values.iter().enumerate() {
            writer.comma_unless_first(index);
            writer.string(value);
        }
        writer.raw("]");
        if self.hash_values {
            writer.raw(",\"hash_values\":true");
        }
        if let Some(salt) = &self.salt {
            writer.raw(",\"salt\":");
            writer.string(salt);
        }
    }
}

const NAMES: &str = "Equals NotEquals Contains StartsWith EndsWith EqualsHashed NotEqualsHashed";

impl Operator {
    /// The operator's name as JSON carries it.
    #[must_use]
    pub fn name(&self) -> &str {
        if let Self::Unknown(name) = self { name } else { NAMES.split(' ').nth(self.number()).unwrap_or_default() }
    }

    /// The place among the known operators, behind which the unknown ones stand.
    pub(crate) const fn number(&self) -> usize {
        match self {
            Self::Equals => 0,
            Self::NotEquals => 1,
            Self::Contains => 2,
            Self::StartsWith => 3,
            Self::EndsWith => 4,
            Self::EqualsHashed => 5,
            Self::NotEqualsHashed => 6,
            Self::Unknown(_) => Self::COUNT,
        }
    }

    /// How many operators are known.
    pub(crate) const COUNT: usize = 7;

    /// How many of them, the first ones, people may write.
    pub(crate) const WRITABLE: usize = 5;

    /// The number of the operator with a name; [`COUNT`](Self::COUNT) for an unknown one.
    pub(crate) fn number_of(name: &str) -> usize {
        words::place(NAMES, name.as_bytes()).unwrap_or(Self::COUNT)
    }

    /// Whether the operator with a number looks for a part of the attribute.
    pub(crate) const fn is_substring(number: usize) -> bool {
        number >= Self::Contains.number() && number < Self::WRITABLE
    }

    /// The operator with a number and, where that is unknown, a name.
    pub(crate) fn new(number: usize, name: &str) -> Self {
        match number {
            0 => Self::Equals,
            1 => Self::NotEquals,
            2 => Self::Contains,
            3 => Self::StartsWith,
            4 => Self::EndsWith,
            5 => Self::EqualsHashed,
            6 => Self::NotEqualsHashed,
            _ => Self::Unknown(name.into()),
        }
    }
}
