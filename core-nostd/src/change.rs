//! One change of the store, as the stream and the log carry it.

use crate::error::{Error, ErrorKind};
use crate::flag::Flag;
use crate::flag_key::FlagKey;
use crate::json::{Fields, Mode, Reader, Writer};
use alloc::vec::Vec;

/// What happened to one flag. The revision that the change makes travels beside it, in the event's id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The flag was made or replaced.
    Upsert(Flag),
    /// The flag is gone.
    Delete(FlagKey),
}

const FIELDS: &str = "type, flag, key";

impl Change {
    /// The key of the flag that changed.
    #[must_use]
    pub const fn key(&self) -> &FlagKey {
        match self {
            Self::Upsert(flag) => &flag.key,
            Self::Delete(key) => key,
        }
    }

    /// Reads `{"type":"UPSERT","flag":{…}}` or `{"type":"DELETE","key":"…"}`. Of a type that this version does not
    /// know the answer is `None`; `type` should come first, so that what follows is read by it.
    ///
    /// # Errors
    /// What was wrong, with the field's path and the byte offset.
    pub fn from_json(json: &[u8]) -> Result<Option<Self>, Error> {
        let mut reader = Reader::new(json)?;
        let (mut kind, mut flag, mut key) = (None, None, None);
        let mut fields = Fields::new(Mode::Lenient);
        reader.object(|reader, name| {
            match name {
                "type" => {
                    fields.once(0)?;
                    kind = Some(reader.string()?);
                }
                // The `flag` of a type to come may have another form.
                "flag" if kind.as_deref().is_none_or(|kind| kind == "UPSERT") => {
                    fields.once(1)?;
                    flag = Some(Flag::read(reader, Mode::Lenient)?);
                }
                "key" if kind.as_deref().is_none_or(|kind| kind == "DELETE") => {
                    fields.once(2)?;
                    key = Some(FlagKey::read(reader)?);
                }
                _ => return fields.unknown(reader, FIELDS),
            }
            Ok(())
        })?;
        reader.end()?;
        let missing = |name| Error::new(ErrorKind::MissingField).in_field(name);
        match kind.ok_or_else(|| missing("type"))?.as_ref() {
            "UPSERT" => flag.map(|flag| Some(Self::Upsert(flag))).ok_or_else(|| missing("flag")),
            "DELETE" => key.map(|key| Some(Self::Delete(key))).ok_or_else(|| missing("key")),
            _ => Ok(None),
        }
    }

    /// Appends the change as compact JSON.
    pub fn write_json(&self, out: &mut Vec<u8>) {
        match self {
            Self::Upsert(flag) => write_upsert(flag, out),
            Self::Delete(key) => {
                let mut writer = Writer::new(out);
                writer.raw("{\"type\":\"DELETE\",\"key\":");
                writer.string(key.as_str());
                writer.raw("}");
            }
        }
    }
}

/// Appends the UPSERT of `flag` as compact JSON.
pub(crate) fn write_upsert(flag: &Flag, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"type\":\"UPSERT\",\"flag\":");
    flag.write_json(out);
    out.push(b'}');
}
