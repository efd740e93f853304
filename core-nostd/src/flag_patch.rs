//! A JSON merge patch (RFC 7396) of a flag's writable fields.

use crate::error::{Error, ErrorKind};
use crate::event_id::Revision;
use crate::flag::{self, Flag};
use crate::flag_key::FlagKey;
use crate::json::{Fields, Mode, Reader};
use crate::rollout::Percentage;
use crate::rule::TargetingRule;
use crate::time::Timestamp;
use alloc::boxed::Box;
use alloc::vec::Vec;

/// The fields that a patch sets; what is absent stays. `null` resets a field to its default, and a list is replaced
/// as a whole, as RFC 7396 says.
///
/// ```
/// use sidekick_core::{Flag, FlagKey, FlagPatch, Mode};
/// let mut flag = Flag::from_json(br#"{"key":"a","is_enabled":true,"rollout_percentage":10}"#, Mode::Strict)?;
/// FlagPatch::from_json(br#"{"rollout_percentage":null,"description":"now for all"}"#)?.apply(&mut flag)?;
/// assert_eq!((flag.is_enabled, flag.rollout_percentage), (true, None));
/// # Ok::<(), sidekick_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlagPatch {
    is_enabled: Option<bool>,
    rollout_percentage: Option<Option<Percentage>>,
    description: Option<Option<Box<str>>>,
    rules: Option<Vec<TargetingRule>>,
    key: Option<FlagKey>,
    revision: Option<Revision>,
    created_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
}

impl FlagPatch {
    /// Reads a whole JSON document as a patch, strictly.
    ///
    /// # Errors
    /// What was wrong, with the field's path and the byte offset.
    pub fn from_json(json: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(json)?;
        let mut patch = Self::default();
        let mut fields = Fields::new(Mode::Strict);
        reader.object(|reader, name| {
            match name {
                "is_enabled" => {
                    fields.once(0)?;
                    patch.is_enabled = Some(if reader.null()? { false } else { reader.boolean()? });
                }
                "rollout_percentage" => {
                    fields.once(1)?;
                    patch.rollout_percentage = Some(flag::read_rollout(reader)?);
                }
                "description" => {
                    fields.once(2)?;
                    patch.description = Some(flag::read_description(reader)?);
                }
                "rules" => {
                    fields.once(3)?;
                    let reset = reader.null()?;
                    patch.rules = Some(if reset { Vec::new() } else { flag::read_rules(reader, Mode::Strict)? });
                }
                "key" => {
                    fields.once(4)?;
                    patch.key = Some(FlagKey::read(reader)?);
                }
                "revision" => {
                    fields.once(5)?;
                    patch.revision = Some(Revision::read(reader)?);
                }
                "created_at" => {
                    fields.once(6)?;
                    patch.created_at = Some(flag::read_timestamp(reader)?);
                }
                "updated_at" => {
                    fields.once(7)?;
                    patch.updated_at = Some(flag::read_timestamp(reader)?);
                }
                _ => return fields.unknown(reader, flag::FIELDS),
            }
            Ok(())
        })?;
        reader.end()?;
        Ok(patch)
    }

    /// Sets the fields in `flag`.
    ///
    /// # Errors
    /// [`ErrorKind::NotWritable`] where the patch would change the key or a field that the server sets; `flag` is then
    /// as it was.
    pub fn apply(self, flag: &mut Flag) -> Result<(), Error> {
        let fixed = [
            ("key", self.key.is_some_and(|key| key != flag.key)),
            ("revision", self.revision.is_some_and(|revision| revision != flag.revision)),
            ("created_at", self.created_at.is_some_and(|time| time != flag.created_at)),
            ("updated_at", self.updated_at.is_some_and(|time| time != flag.updated_at)),
        ];
        if let Some((name, _)) = fixed.iter().find(|(_, changed)| *changed) {
            return Err(Error::new(ErrorKind::NotWritable).in_field(name));
        }
        flag.is_enabled = self.is_enabled.unwrap_or(flag.is_enabled);
        flag.rollout_percentage = self.rollout_percentage.unwrap_or(flag.rollout_percentage);
        if let Some(description) = self.description {
            flag.description = description;
        }
        if let Some(rules) = self.rules {
            flag.rules = rules;
        }
        Ok(())
    }
}
