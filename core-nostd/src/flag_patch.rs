//! A JSON merge patch (RFC 7396) of a flag's writable fields.

use crate::error::{Error, ErrorKind};
use crate::event_id::Revision;
use crate::flag::Flag;
use crate::flag_fields;
use crate::flag_key::FlagKey;
use crate::json::{Mode, Reader};
use crate::rollout::Percentage;
use crate::rule::TargetingRule;
use crate::time::Timestamp;
use crate::unknown_fields;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::mem::replace;

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
    client_visible: Option<Option<bool>>,
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
        Reader::document(json, |reader| {
            let mut patch = Self::default();
            let mut fields = reader.open_object(flag_fields::FIELDS, 0, Mode::Strict);
            while let Some(field) = reader.next_field(&mut fields) {
                match field {
                    0 => patch.key = Some(FlagKey::read(reader)),
                    1 => patch.is_enabled = Some(!reader.null() && reader.boolean()),
                    2 => patch.rollout_percentage = Some(flag_fields::read_rollout(reader)),
                    3 => {
                        let mut listed = Flag::new(FlagKey::placeholder());
                        if !reader.null() {
                            flag_fields::read_rules(reader, Mode::Strict, &mut listed);
                        }
                        patch.rules = Some(listed.rules);
                    }
                    4 => patch.revision = Some(Revision::read(reader)),
                    5 => patch.description = Some(flag_fields::read_description(reader)),
                    6 => patch.client_visible = Some(if reader.null() { None } else { Some(reader.boolean()) }),
                    7 => patch.created_at = Some(flag_fields::read_timestamp(reader)),
                    _ => patch.updated_at = Some(flag_fields::read_timestamp(reader)),
                }
            }
            patch
        })
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
            return Err(Error::new(ErrorKind::NotWritable, "").in_field((*name).into()));
        }
        flag.is_enabled = self.is_enabled.unwrap_or(flag.is_enabled);
        flag.rollout_percentage = self.rollout_percentage.unwrap_or(flag.rollout_percentage);
        if let Some(description) = self.description {
            flag.description = description;
        }
        flag.client_visible = self.client_visible.unwrap_or(flag.client_visible);
        if let Some(rules) = self.rules {
            let before = replace(&mut flag.rules, rules);
            unknown_fields::inherit(&mut flag.rules, &before);
        }
        Ok(())
    }
}
