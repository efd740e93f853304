//! One change of the store, as the stream and the log carry it.

use crate::compiled::CompiledFlag;
use crate::error::Error;
use crate::flag::Flag;
use crate::flag_key::FlagKey;
use crate::json::{Mode, Reader, Writer};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// What happened to one flag. The revision that the change makes travels beside it, in the event's id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change<F = Flag> {
    /// The flag was made or replaced.
    Upsert(F),
    /// The flag is gone.
    Delete(FlagKey),
}

const FIELDS: &str = "type flag key";

/// Reads the change at which `reader` stands, and its flag by `read_flag`. Of a type that this version does not know
/// the answer is `None`.
pub(crate) fn read<F>(reader: &mut Reader<'_>, read_flag: impl Fn(&mut Reader<'_>) -> F) -> Option<Change<F>> {
    let (mut kind, mut flag, mut key) = (None, None, None);
    let mut fields = reader.open_object(FIELDS, 1, Mode::Lenient);
    while let Some(field) = reader.next_field(&mut fields) {
        match field {
            0 => kind = Some(Kind::of(reader.string())),
            // The `flag` of a type to come may have another form.
            1 if kind.is_none_or(|kind| kind == Kind::Upsert) => flag = Some(read_flag(reader)),
            2 if kind.is_none_or(|kind| kind == Kind::Delete) => key = Some(FlagKey::read(reader)),
            _ => reader.skip(),
        }
    }
    let (change, field) = match kind {
        Some(Kind::Upsert) => (flag.map(Change::Upsert), "flag"),
        Some(Kind::Delete) => (key.map(Change::Delete), "key"),
        _ => return None,
    };
    if change.is_none() {
        reader.missing_field(&fields, field);
    }
    change
}

/// The types of changes that this version knows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Upsert,
    Delete,
    Other,
}

impl Kind {
    fn of(name: &str) -> Self {
        match name {
            "UPSERT" => Self::Upsert,
            "DELETE" => Self::Delete,
            _ => Self::Other,
        }
    }
}

/// A flag that can be written as JSON: as people edit it, or made ready and as it came.
pub trait FlagJson {
    /// The flag's key.
    fn key(&self) -> &FlagKey;

    /// Appends the flag as compact JSON.
    fn write_json(&self, out: &mut Vec<u8>);
}

impl FlagJson for Flag {
    fn key(&self) -> &FlagKey {
        &self.key
    }

    fn write_json(&self, out: &mut Vec<u8>) {
        self.write_json(out);
    }
}

impl FlagJson for Box<CompiledFlag> {
    fn key(&self) -> &FlagKey {
        CompiledFlag::key(self)
    }

    fn write_json(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.document().as_bytes());
    }
}

impl Change {
    /// Reads `{"type":"UPSERT","flag":{…}}` or `{"type":"DELETE","key":"…"}`. Of a type that this version does not
    /// know the answer is `None`; `type` should come first, so that what follows is read by it.
    ///
    /// # Errors
    /// What was wrong, with the field's path and the byte offset.
    pub fn from_json(json: &[u8]) -> Result<Option<Self>, Error> {
        Reader::document(json, |reader| read(reader, |reader| Flag::read(reader, Mode::Keeping)))
    }

    /// The change with its flag made ready to evaluate.
    #[must_use]
    pub fn compiled(self) -> Change<Box<CompiledFlag>> {
        match self {
            Self::Upsert(flag) => Change::Upsert(Box::new(CompiledFlag::new(flag))),
            Self::Delete(key) => Change::Delete(key),
        }
    }
}

impl<F: FlagJson> Change<F> {
    /// The key of the flag that changed.
    #[must_use]
    pub fn key(&self) -> &FlagKey {
        match self {
            Self::Upsert(flag) => flag.key(),
            Self::Delete(key) => key,
        }
    }

    /// Appends the change as compact JSON.
    pub fn write_json(&self, out: &mut Vec<u8>) {
        match self {
            Self::Upsert(flag) => {
                out.extend_from_slice(UPSERT.as_bytes());
                flag.write_json(out);
                out.push(b'}');
            }
            Self::Delete(key) => {
                let mut writer = Writer::new(out);
                writer.raw("{\"type\":\"DELETE\",\"key\":");
                writer.string(key.as_str());
                writer.raw("}");
            }
        }
    }
}

/// How an UPSERT starts; the flag and a brace follow.
pub(crate) const UPSERT: &str = "{\"type\":\"UPSERT\",\"flag\":";
