//! The form in which public clients get a flag: what evaluation needs and nothing else, with hashes where a rule's values
//! are not for everybody.

use crate::blake2s::blake2s;
use crate::change::Change;
use crate::compiled::CompiledFlag;
use crate::event_id::Epoch;
use crate::flag::Flag;
use crate::flag_key::FlagKey;
use crate::json::{Reader, Writer};
use crate::rule::{Operator, TargetingRule};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::LazyCell;
use core::str::from_utf8;

/// How many bytes of a hash are kept.
const HASH_LENGTH: u32 = 16;

/// The first 128 bits of BLAKE2s (RFC 7693, digest size 16) of `salt` and `value` in a row, in lower-case hexadecimal
/// digits.
///
/// Who has the salt can try values, so it hides no value that can be guessed; it only keeps tables made beforehand, or
/// for another flag, from helping.
pub(crate) fn hash(salt: &[u8], value: &[u8]) -> [u8; 32] {
    let words = blake2s(HASH_LENGTH, salt, value);
    let mut digits = [0; 32];
    for (digits, word) in digits.chunks_exact_mut(8).zip(words) {
        let mut rest = word.swap_bytes();
        for digit in digits {
            rest = rest.rotate_left(4);
            let value = (rest & 15) as u8;
            *digit = value + if value < 10 { b'0' } else { b'a' - 10 };
        }
    }
    digits
}

/// The salt of a flag's hashed values: the same wherever the history is, and another for each flag and each history.
fn salt(epoch: &Epoch, key: &FlagKey) -> [u8; 32] {
    hash(epoch.as_str().as_bytes(), [":", key.as_str()].concat().as_bytes())
}

impl Change {
    /// What public clients see of the change, who so far had the flag or not: nothing of flags that are hidden from them,
    /// not even their deletion.
    #[must_use]
    pub fn for_clients(&self, epoch: &Epoch, had_flag: bool) -> Option<Change<Box<CompiledFlag>>> {
        match self {
            Self::Upsert(flag) if flag.is_client_visible() => {
                Some(Change::Upsert(Box::new(CompiledFlag::for_clients(flag, epoch))))
            }
            Self::Upsert(Flag { key, .. }) | Self::Delete(key) if had_flag => Some(Change::Delete(key.clone())),
            _ => None,
        }
    }
}

impl CompiledFlag {
    /// A flag of the history `epoch` as public clients get it: without what is for people alone, and with hashes in place
    /// of values that are to be hashed.
    #[must_use]
    pub fn for_clients(flag: &Flag, epoch: &Epoch) -> Self {
        let mut json = Vec::with_capacity(256);
        write(flag, epoch, &mut json);
        let json = String::from_utf8(json).unwrap_or_default();
        // What was just written can be read.
        *Reader::text(&json, Self::read).unwrap_or_else(|_| Box::new(Self::new(Flag::new(flag.key.clone()))))
    }
}

fn write(flag: &Flag, epoch: &Epoch, out: &mut Vec<u8>) {
    // Most flags have nothing to hash.
    let salt = LazyCell::new(|| salt(epoch, &flag.key));
    let mut writer = Writer::new(out);
    writer.raw("{\"key\":");
    writer.string(flag.key.as_str());
    writer.raw(",\"is_enabled\":");
    writer.boolean(flag.is_enabled);
    writer.raw(",\"rollout_percentage\":");
    match flag.rollout_percentage {
        Some(share) => writer.thousandths(share.thousandths()),
        None => writer.raw("null"),
    }
    writer.raw(",\"rules\":[");
    for (index, rule) in flag.rules.iter().enumerate() {
        writer.comma_unless_first(index);
        if rule.hash_values { hashed(rule, &*salt).write_known(&mut writer) } else { rule.write_known(&mut writer) }
    }
    writer.raw("],\"revision\":");
    writer.integer(flag.revision.get());
    writer.raw("}");
}

fn hashed(rule: &TargetingRule, salt: &[u8]) -> TargetingRule {
    let text = |bytes: &[u8]| -> Box<str> { from_utf8(bytes).unwrap_or_default().into() };
    let mut values: Vec<_> = rule.values.iter().map(|value| text(&hash(salt, value.as_bytes()))).collect();
    // Their order would help to guess them.
    values.sort_unstable();
    let operator = match &rule.operator {
        Operator::Equals => Operator::EqualsHashed,
        Operator::NotEquals => Operator::NotEqualsHashed,
        // Of a later version. No engine may hold an attribute itself against these values.
        other => Operator::Unknown([other.name(), "Hashed"].concat().into()),
    };
    TargetingRule { salt: Some(text(salt)), ..TargetingRule::new(rule.attribute.clone(), operator, values) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Mode;

    fn flag(json: &str) -> Flag {
        Flag::from_json(json.as_bytes(), Mode::Keeping).unwrap()
    }

    fn sent(epoch: &str, json: &str) -> String {
        CompiledFlag::for_clients(&flag(json), &Epoch::new(epoch).unwrap()).document().into()
    }

    fn rule(operator: &str) -> String {
        let values = r#"["b@acme.com","a@acme.com"]"#;
        alloc::format!(r#"[{{"attribute":"a","operator":"{operator}","values":{values},"hash_values":true}}]"#)
    }

    #[test]
    fn what_is_for_people_alone_or_unknown_is_not_sent() {
        let json = r#"{"key":"a","is_enabled":true,"rollout_percentage":0.5,"description":"x","client_visible":true,
            "rules":[{"attribute":"a","operator":"Contains","values":["b"],"note":"x"}],"revision":7,"owner":"x"}"#;
        let expected = r#"{"key":"a","is_enabled":true,"rollout_percentage":0.5,"rules":[{"attribute":"a","operator":"Contains","values":["b"]}],"revision":7}"#;
        assert_eq!(sent("e", json), expected);
    }

    #[test]
    fn hashes_are_sorted_and_differ_by_flag_and_history() {
        let json = |key| alloc::format!(r#"{{"key":"{key}","rules":{}}}"#, rule("Equals"));
        let one = sent("e", &json("a"));
        let rules = flag(&one).rules;
        assert!(rules[0].operator == Operator::EqualsHashed && rules[0].values.is_sorted() && rules[0].salt.is_some());
        assert!(!one.contains("acme"));
        assert_eq!(one, sent("e", &json("a")));
        for other in [sent("e", &json("b")), sent("f", &json("a"))] {
            assert!(flag(&other).rules[0].values.iter().all(|value| !one.contains(&**value)), "{other}");
        }
    }

    #[test]
    fn values_of_an_operator_that_nobody_knows_are_hashed_and_match_nobody() {
        let one = sent("e", &alloc::format!(r#"{{"key":"a","is_enabled":true,"rules":{}}}"#, rule("Later")));
        assert!(one.contains("LaterHashed") && !one.contains("acme"), "{one}");
    }

    #[test]
    fn a_change_of_what_clients_never_had_is_nothing_to_them() {
        let epoch = Epoch::new("e").unwrap();
        let hidden = || Change::Upsert(flag(r#"{"key":"a","client_visible":false}"#));
        let gone = || Change::Delete(FlagKey::new("a").unwrap());
        for change in [hidden(), gone()] {
            assert!(change.for_clients(&epoch, false).is_none());
            assert!(matches!(change.for_clients(&epoch, true), Some(Change::Delete(key)) if key.as_str() == "a"));
        }
        for had_flag in [false, true] {
            let shown = Change::Upsert(flag(r#"{"key":"a"}"#)).for_clients(&epoch, had_flag);
            assert!(matches!(shown, Some(Change::Upsert(flag)) if flag.key().as_str() == "a"));
        }
    }
}
