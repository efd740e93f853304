//! A targeting rule: one attribute, one operator, the values it is held against.

use crate::error::{Error, ErrorKind, excerpt};
use crate::json::{Fields, Mode, Reader, Writer};
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
    /// An operator of a newer server, by its name. It never matches.
    Unknown(Box<str>),
}

const FIELDS: &str = "attribute, operator, values";

impl TargetingRule {
    /// The most bytes of an attribute's name.
    pub const MAX_ATTRIBUTE: usize = 128;
    /// The most values of a rule.
    pub const MAX_VALUES: usize = 1000;
    /// The most bytes of a value.
    pub const MAX_VALUE: usize = 512;

    pub(crate) fn read(reader: &mut Reader<'_>, mode: Mode) -> Result<Self, Error> {
        let start = reader.start()?;
        let (mut attribute, mut operator, mut values) = (None, None, None);
        let mut fields = Fields::new(mode);
        reader.object(|reader, name| {
            match name {
                "attribute" => {
                    fields.once(0)?;
                    attribute = Some(read_attribute(reader)?);
                }
                "operator" => {
                    fields.once(1)?;
                    operator = Some(Operator::read(reader, mode)?);
                }
                "values" => {
                    fields.once(2)?;
                    values = Some(read_values(reader)?);
                }
                _ => return fields.unknown(reader, FIELDS),
            }
            Ok(())
        })?;
        let missing = |name| Error::new(ErrorKind::MissingField).in_field(name).at(start);
        let rule = Self {
            attribute: attribute.ok_or_else(|| missing("attribute"))?,
            operator: operator.ok_or_else(|| missing("operator"))?,
            values: values.ok_or_else(|| missing("values"))?,
        };
        // The empty string stands in every attribute: such a rule would enable the flag for all.
        match rule.values.iter().position(|value| value.is_empty() && rule.operator.is_substring()) {
            Some(index) => Err(Error::new(ErrorKind::Empty).in_item(index).in_field("values").at(start)),
            None => Ok(rule),
        }
    }

    pub(crate) fn write(&self, writer: &mut Writer<'_>) {
        writer.raw("{\"attribute\":");
        writer.string(&self.attribute);
        writer.raw(",\"operator\":");
        writer.string(self.operator.name());
        writer.raw(",\"values\":[");
        for (index, value) in self.values.iter().enumerate() {
            writer.comma_unless_first(index);
            writer.string(value);
        }
        writer.raw("]}");
    }
}

fn read_attribute(reader: &mut Reader<'_>) -> Result<Box<str>, Error> {
    let start = reader.start()?;
    let attribute = reader.bounded_string(TargetingRule::MAX_ATTRIBUTE)?;
    if attribute.is_empty() { Err(Error::new(ErrorKind::Empty).at(start)) } else { Ok(attribute) }
}

fn read_values(reader: &mut Reader<'_>) -> Result<Vec<Box<str>>, Error> {
    let start = reader.start()?;
    let values = reader.list(TargetingRule::MAX_VALUES, |reader| reader.bounded_string(TargetingRule::MAX_VALUE))?;
    if values.is_empty() { Err(Error::new(ErrorKind::Empty).at(start)) } else { Ok(values) }
}

impl Operator {
    /// The operator's name as JSON carries it.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Equals => "Equals",
            Self::NotEquals => "NotEquals",
            Self::Contains => "Contains",
            Self::StartsWith => "StartsWith",
            Self::EndsWith => "EndsWith",
            Self::Unknown(name) => name,
        }
    }

    const fn is_substring(&self) -> bool {
        matches!(self, Self::Contains | Self::StartsWith | Self::EndsWith)
    }

    fn read(reader: &mut Reader<'_>, mode: Mode) -> Result<Self, Error> {
        let start = reader.start()?;
        let name = reader.string()?;
        Ok(match &*name {
            "Equals" => Self::Equals,
            "NotEquals" => Self::NotEquals,
            "Contains" => Self::Contains,
            "StartsWith" => Self::StartsWith,
            "EndsWith" => Self::EndsWith,
            other if mode == Mode::Strict => {
                return Err(Error::new(ErrorKind::UnknownOperator { found: excerpt(other) }).at(start));
            }
            other => Self::Unknown(other.into()),
        })
    }
}
