//! The fields of a flag's JSON, read in one place for all who keep them: the flag as people edit it, and the form that
//! is evaluated.

use crate::error::ErrorKind;
use crate::event_id::Revision;
use crate::flag_key::FlagKey;
use crate::json::{Mode, Reader};
use crate::rollout::Percentage;
use crate::rule::{Operator, TargetingRule};
use crate::time::Timestamp;
use alloc::boxed::Box;

/// First those that evaluation reads.
pub(crate) const FIELDS: &str =
    "key is_enabled rollout_percentage rules revision description client_visible created_at updated_at";
const EVALUATED_FIELDS: &str = "key is_enabled rollout_percentage rules revision";

/// The most bytes of a description.
pub(crate) const MAX_DESCRIPTION: usize = 1024;
/// The most rules of a flag.
pub(crate) const MAX_RULES: usize = 64;

/// Who keeps the fields. Each is told what stands in the document, in its order.
pub(crate) trait FlagFields {
    /// Whether what is for people alone is kept too, and so must be right.
    const IS_FOR_PEOPLE: bool;

    fn key(&mut self, key: FlagKey);
    fn is_enabled(&mut self, is_enabled: bool);
    fn rollout(&mut self, share: Option<Percentage>);
    fn revision(&mut self, revision: Revision);
    /// The list of rules starts; one that came before is forgotten.
    fn rules(&mut self);
    /// Another rule starts; what follows is of it until its end.
    fn rule(&mut self);
    fn attribute(&mut self, name: &str);
    /// By its number, and by its name where it is none of the known.
    fn operator(&mut self, number: usize, name: &str);
    /// The list of values starts; one that came before is forgotten.
    fn values(&mut self);
    fn value(&mut self, value: &str);
    fn hash_values(&mut self, hash_values: bool);
    fn salt(&mut self, salt: &str);
    fn end_rule(&mut self);
    fn description(&mut self, description: Option<Box<str>>);
    fn client_visible(&mut self, client_visible: bool);
    fn created_at(&mut self, time: Timestamp);
    fn updated_at(&mut self, time: Timestamp);
}

/// Reads the flag at which `reader` stands.
pub(crate) fn read<F: FlagFields>(reader: &mut Reader<'_>, mode: Mode, keeper: &mut F) {
    let known = if F::IS_FOR_PEOPLE { FIELDS } else { EVALUATED_FIELDS };
    let mut fields = reader.open_object(known, 1, mode);
    while let Some(field) = reader.next_field(&mut fields) {
        match field {
            0 => keeper.key(FlagKey::read(reader)),
            1 => keeper.is_enabled(reader.boolean()),
            2 => keeper.rollout(read_rollout(reader)),
            3 => {
                read_rules(reader, mode, keeper);
            }
            4 => keeper.revision(Revision::read(reader)),
            // No others are known then. Saying so spares their code.
            _ if !F::IS_FOR_PEOPLE => reader.skip(),
            5 => keeper.description(read_description(reader)),
            6 => keeper.client_visible(reader.boolean()),
            7 => keeper.created_at(read_timestamp(reader)),
            _ => keeper.updated_at(read_timestamp(reader)),
        }
    }
}

pub(crate) fn read_rollout(reader: &mut Reader<'_>) -> Option<Percentage> {
    if reader.null() {
        return None;
    }
    let start = reader.start();
    let share = Percentage::parse(reader.number());
    if share.is_none() {
        reader.fault_at(ErrorKind::InvalidPercentage, start);
    }
    share
}

pub(crate) fn read_rules<F: FlagFields>(reader: &mut Reader<'_>, mode: Mode, keeper: &mut F) {
    let start = reader.start();
    let mut count = 0;
    keeper.rules();
    reader.open_array();
    while reader.next_item() {
        if count == MAX_RULES {
            return reader.too_many(MAX_RULES, start);
        }
        count += 1;
        read_rule(reader, mode, keeper);
    }
}

/// As people write a rule.
const RULE_FIELDS: &str = "attribute operator values hash_values";
/// As any rule may be that somebody sends.
pub(crate) const SENT_RULE_FIELDS: &str = "attribute operator values hash_values salt";
const EVALUATED_RULE_FIELDS: &str = "attribute operator values salt";

fn read_rule<F: FlagFields>(reader: &mut Reader<'_>, mode: Mode, keeper: &mut F) {
    let start = reader.start();
    let mut operator = Operator::COUNT;
    let mut empty_value = None;
    let mut hash_values = false;
    keeper.rule();
    let known = match mode {
        _ if !F::IS_FOR_PEOPLE => EVALUATED_RULE_FIELDS,
        Mode::Strict => RULE_FIELDS,
        Mode::Lenient | Mode::Keeping => SENT_RULE_FIELDS,
    };
    let mut fields = reader.open_object(known, 3, mode);
    while let Some(field) = reader.next_field(&mut fields) {
        match field {
            0 => {
                let start = reader.short_string(TargetingRule::MAX_ATTRIBUTE);
                if reader.last_string().is_empty() {
                    reader.fault_at(ErrorKind::Empty, start);
                }
                keeper.attribute(reader.last_string());
            }
            1 => {
                let start = reader.short_string(usize::MAX);
                operator = Operator::number_of(reader.last_string());
                keeper.operator(operator, reader.last_string());
                if operator >= Operator::WRITABLE && mode == Mode::Strict {
                    reader.fault_at(ErrorKind::UnknownOperator, start);
                }
            }
            2 => empty_value = read_values(reader, keeper),
            3 if F::IS_FOR_PEOPLE => {
                hash_values = reader.boolean();
                keeper.hash_values(hash_values);
            }
            _ => keeper.salt(reader.string()),
        }
    }
    if hash_values && Operator::is_substring(operator) && mode == Mode::Strict {
        reader.fault_in(ErrorKind::NotHashable, start, "hash_values", None);
    }
    // The empty string stands in every attribute: such a rule would enable the flag for all.
    if empty_value.is_some() && Operator::is_substring(operator) {
        reader.fault_in(ErrorKind::Empty, start, "values", empty_value);
    }
    keeper.end_rule();
}

/// Gives the place of the first empty one.
fn read_values<F: FlagFields>(reader: &mut Reader<'_>, keeper: &mut F) -> Option<usize> {
    let start = reader.start();
    let mut count = 0;
    let mut empty = None;
    keeper.values();
    reader.open_array();
    while reader.next_item() {
        if count == TargetingRule::MAX_VALUES {
            reader.too_many(TargetingRule::MAX_VALUES, start);
            break;
        }
        reader.short_string(TargetingRule::MAX_VALUE);
        if reader.last_string().is_empty() {
            empty.get_or_insert(count);
        }
        keeper.value(reader.last_string());
        count += 1;
    }
    if count == 0 {
        reader.fault_at(ErrorKind::Empty, start);
    }
    empty
}

pub(crate) fn read_description(reader: &mut Reader<'_>) -> Option<Box<str>> {
    if reader.null() { None } else { Some(reader.bounded_string(MAX_DESCRIPTION)) }
}

pub(crate) fn read_timestamp(reader: &mut Reader<'_>) -> Timestamp {
    let start = reader.start();
    let time = Timestamp::from_text(reader.string());
    time.unwrap_or_else(|| {
        reader.fault_at(ErrorKind::InvalidTimestamp, start);
        Timestamp::EPOCH
    })
}
