//! What a document is as a flag, by serde_json and the schema spelt out a second time: what the codec is held against.
#![allow(dead_code, reason = "each program that includes this uses a part of it")]

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use sidekick_core::{Flag, FlagKey, Mode, Operator, Percentage, Revision, TargetingRule, Timestamp, UnknownFields};

/// A JSON value as serde_json reads it, but with duplicate names kept and numbers as text.
///
/// serde_json differs from RFC 8259 in two ways that matter here. Its own values refuse numbers that `f64` cannot hold,
/// which the grammar allows: so numbers are taken as raw text. And it refuses escaped surrogates without a partner only
/// in strings that it decodes: so every string and name is decoded. Both sides refuse those, as the RFC's section 8.2
/// permits.
#[derive(Clone, Debug, PartialEq)]
enum Node {
    Null,
    Boolean(bool),
    Number(String),
    Text(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

impl Node {
    /// Reads a document nested at most `levels` deep.
    fn read(json: &str, levels: u32) -> Option<Self> {
        let raw: &RawValue = serde_json::from_str(json).ok()?;
        let json = raw.get();
        match json.as_bytes().first()? {
            b'{' => {
                let members: Members<'_> = serde_json::from_str(json).ok()?;
                let inside = levels.checked_sub(1)?;
                let member = |(name, value): (String, &RawValue)| Some((name, Self::read(value.get(), inside)?));
                members.0.into_iter().map(member).collect::<Option<_>>().map(Self::Object)
            }
            b'[' => {
                let items: Vec<&RawValue> = serde_json::from_str(json).ok()?;
                let inside = levels.checked_sub(1)?;
                items.into_iter().map(|item| Self::read(item.get(), inside)).collect::<Option<_>>().map(Self::List)
            }
            b'"' => serde_json::from_str(json).ok().map(Self::Text),
            b't' | b'f' => serde_json::from_str(json).ok().map(Self::Boolean),
            b'n' => Some(Self::Null),
            _ => Some(Self::Number(json.to_owned())),
        }
    }

    fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    fn number(&self) -> Option<&str> {
        if let Self::Number(number) = self { Some(number) } else { None }
    }

    fn list(&self) -> Option<&[Self]> {
        if let Self::List(items) = self { Some(items) } else { None }
    }

    /// The members; in strict mode only where all names are known and none comes twice.
    fn members(&self, known: &[&str], mode: Mode) -> Option<&[(String, Self)]> {
        let Self::Object(members) = self else {
            return None;
        };
        let mut names: Vec<&String> = members.iter().map(|(name, _)| name).collect();
        names.sort();
        let has_unknown = names.iter().any(|name| !known.contains(&name.as_str()));
        let has_twins = names.windows(2).any(|pair| pair[0] == pair[1]);
        if mode == Mode::Strict && (has_unknown || has_twins) { None } else { Some(members) }
    }
}

/// A flag's fields.
const KNOWN: [&str; 9] = [
    "key",
    "is_enabled",
    "rollout_percentage",
    "description",
    "client_visible",
    "rules",
    "revision",
    "created_at",
    "updated_at",
];

/// The flag that a document is, by serde_json and the schema; `None` where it is to be refused.
pub(crate) fn oracle(json: &[u8], mode: Mode) -> Option<Flag> {
    let node = Node::read(std::str::from_utf8(json).ok()?, 32)?;
    oracle_flag(&node, mode)
}

fn oracle_flag(node: &Node, mode: Mode) -> Option<Flag> {
    let mut has_key = false;
    let mut flag = Flag::new(FlagKey::new("none").ok()?);
    for (name, value) in node.members(&KNOWN, mode)? {
        match name.as_str() {
            "key" => (flag.key, has_key) = (FlagKey::new(value.text()?).ok()?, true),
            "is_enabled" => {
                let Node::Boolean(is_enabled) = value else {
                    return None;
                };
                flag.is_enabled = *is_enabled;
            }
            "rollout_percentage" if *value == Node::Null => flag.rollout_percentage = None,
            "rollout_percentage" => flag.rollout_percentage = Some(oracle_percentage(value.number()?)?),
            "description" if *value == Node::Null => flag.description = None,
            "description" => flag.description = Some(value.text().filter(|text| text.len() <= 1024)?.into()),
            "client_visible" => {
                let Node::Boolean(client_visible) = value else {
                    return None;
                };
                flag.client_visible = Some(*client_visible);
            }
            "rules" => {
                let rules = value.list().filter(|rules| rules.len() <= 64)?;
                flag.rules = rules.iter().map(|rule| oracle_rule(rule, mode)).collect::<Option<_>>()?;
            }
            "revision" => flag.revision = oracle_revision(value.number()?)?,
            "created_at" => flag.created_at = oracle_time(value.text()?)?,
            "updated_at" => flag.updated_at = oracle_time(value.text()?)?,
            _ => {}
        }
    }
    has_key.then_some(flag)
}

fn oracle_rule(node: &Node, mode: Mode) -> Option<TargetingRule> {
    let (mut attribute, mut operator, mut values) = (None, None, None);
    let (mut hash_values, mut salt) = (false, None);
    let known = match mode {
        Mode::Strict => &["attribute", "operator", "values", "hash_values"][..],
        Mode::Lenient | Mode::Keeping => &["attribute", "operator", "values", "hash_values", "salt"],
    };
    for (name, value) in node.members(known, mode)? {
        match name.as_str() {
            "attribute" => attribute = Some(value.text().filter(|text| (1..=128).contains(&text.len()))?),
            "operator" => {
                operator = Some(match value.text()? {
                    "Equals" => Operator::Equals,
                    "NotEquals" => Operator::NotEquals,
                    "Contains" => Operator::Contains,
                    "StartsWith" => Operator::StartsWith,
                    "EndsWith" => Operator::EndsWith,
                    "EqualsHashed" if mode == Mode::Lenient => Operator::EqualsHashed,
                    "NotEqualsHashed" if mode == Mode::Lenient => Operator::NotEqualsHashed,
                    other if mode == Mode::Lenient => Operator::Unknown(other.into()),
                    _ => return None,
                });
            }
            "values" => {
                let items = value.list().filter(|items| (1..=1000).contains(&items.len()))?;
                let item = |item: &Node| Some(item.text().filter(|text| text.len() <= 512)?.into());
                values = Some(items.iter().map(item).collect::<Option<Vec<Box<str>>>>()?);
            }
            "hash_values" => {
                let Node::Boolean(is_on) = value else {
                    return None;
                };
                hash_values = *is_on;
            }
            "salt" => salt = Some(value.text()?.into()),
            _ => {}
        }
    }
    let rule = TargetingRule::new(attribute?.into(), operator?, values?);
    let rule = TargetingRule { hash_values, salt, ..rule };
    let is_substring = matches!(rule.operator, Operator::Contains | Operator::StartsWith | Operator::EndsWith);
    let is_refused =
        is_substring && (rule.values.iter().any(|value| value.is_empty()) || rule.hash_values && mode == Mode::Strict);
    (!is_refused).then_some(rule)
}

/// A percentage by its decimal digits alone: no arithmetic that a long number could overflow.
fn oracle_percentage(number: &str) -> Option<Percentage> {
    let (is_negative, number) = number.strip_prefix('-').map_or((false, number), |rest| (true, rest));
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = [whole, fraction].concat();
    let digits = digits.trim_start_matches('0');
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() {
        return Some(Percentage::ZERO);
    }
    // An exponent that no `i128` holds is far beyond what the digits of a document make up for.
    let zeros = exponent.parse::<i128>().ok()?.checked_add((digits.len() - significant.len()) as i128)?;
    let zeros = zeros - fraction.len() as i128 + 3;
    // Six digits are enough for 100,000 thousandths.
    if is_negative || !(0..=6 - significant.len() as i128).contains(&zeros) {
        return None;
    }
    [significant, &"0".repeat(zeros as usize)].concat().parse().ok().and_then(Percentage::from_thousandths)
}

fn oracle_revision(number: &str) -> Option<Revision> {
    let is_plain = number.chars().all(|digit| digit.is_ascii_digit());
    number.parse().ok().filter(|_| is_plain).filter(|value| *value <= 9_007_199_254_740_991_u64).and_then(Revision::new)
}

/// A time by counting the days one by one.
fn oracle_time(text: &str) -> Option<Timestamp> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (clock, decimals) = time.split_once('.').unwrap_or((time, "0"));
    let parts = |text: &str, separator: char, lengths: [usize; 3]| -> Option<[u64; 3]> {
        let parts: Vec<&str> = text.split(separator).collect();
        let is_plain = parts.len() == 3
            && parts
                .iter()
                .zip(lengths)
                .all(|(part, length)| part.len() == length && part.chars().all(|digit| digit.is_ascii_digit()));
        let numbers: Vec<u64> = parts.iter().filter_map(|part| part.parse().ok()).collect();
        numbers.try_into().ok().filter(|_| is_plain)
    };
    let [year, month, day] = parts(date, '-', [4, 2, 2])?;
    let [hour, minute, second] = parts(clock, ':', [2, 2, 2])?;
    let is_decimal = (1..=9).contains(&decimals.len()) && decimals.chars().all(|digit| digit.is_ascii_digit());
    let leap = |year: u64| (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
    let months = |year| [31, if leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    if !is_decimal || year < 1970 || !(1..=12).contains(&month) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let past = months(year);
    let (past, from_here) = past.split_at(month as usize - 1);
    if day < 1 || day > *from_here.first()? {
        return None;
    }
    let years: u64 = (1970..year).map(|year| if leap(year) { 366 } else { 365 }).sum();
    let days = years + past.iter().sum::<u64>() + day - 1;
    let millis: u64 = format!("{decimals:0<3}").get(..3)?.parse().ok()?;
    Some(Timestamp::from_millis((((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 + millis))
}

/// The flag that a merge patch of `flag` makes, by RFC 7396 and the schema; `None` where the patch is to be refused.
pub(crate) fn oracle_patched(flag: &Flag, patch: &[u8]) -> Option<Flag> {
    let patch = Node::read(std::str::from_utf8(patch).ok()?, 32)?;
    let Node::Object(mut merged) = Node::read(std::str::from_utf8(&flag.to_json()).ok()?, 32)? else {
        return None;
    };
    for (name, value) in patch.members(&KNOWN, Mode::Strict)? {
        merged.retain(|(known, _)| known != name);
        let is_writable =
            ["is_enabled", "rollout_percentage", "description", "rules", "client_visible"].contains(&name.as_str());
        match value {
            // What is removed is at its default.
            Node::Null if is_writable => {}
            _ => merged.push((name.clone(), value.clone())),
        }
    }
    let patched = oracle_flag(&Node::Object(merged), Mode::Strict)?;
    let is_allowed = (&patched.key, patched.revision, patched.created_at, patched.updated_at)
        == (&flag.key, flag.revision, flag.created_at, flag.updated_at);
    is_allowed.then_some(patched)
}

/// Both modes of the codec answer as the oracle does.
pub(crate) fn agrees(json: &[u8]) {
    for mode in [Mode::Strict, Mode::Lenient] {
        let read = Flag::from_json(json, mode);
        assert_eq!(read.clone().ok(), oracle(json, mode), "{mode:?} {read:?} {}", String::from_utf8_lossy(json));
    }
    keeps_what_is_unknown(json);
}

/// Who keeps what is unknown reads what is known as all others do, and writes everything again.
fn keeps_what_is_unknown(json: &[u8]) {
    let Ok(kept) = Flag::from_json(json, Mode::Keeping) else {
        assert!(Flag::from_json(json, Mode::Lenient).is_err());
        return;
    };
    assert_eq!(Flag::from_json(&kept.to_json(), Mode::Keeping).as_ref(), Ok(&kept));
    let members = |json: &[u8]| match Node::read(std::str::from_utf8(json).unwrap_or_default(), 32) {
        Some(Node::Object(members)) => members.into_iter().filter(|(name, _)| !KNOWN.contains(&&**name)).collect(),
        _ => Vec::new(),
    };
    assert_eq!(members(&kept.to_json()), members(json));
    let rules = kept.rules.into_iter().map(|rule| TargetingRule { unknown: UnknownFields::none(), ..rule }).collect();
    let known = Flag { unknown: UnknownFields::none(), rules, ..kept };
    assert_eq!(Flag::from_json(json, Mode::Lenient), Ok(known));
}

/// The flag as serde_json writes it.
pub(crate) fn value_of(flag: &Flag) -> Value {
    let rule = |rule: &TargetingRule| {
        let mut json = json!({"attribute": rule.attribute, "operator": rule.operator.name(), "values": rule.values});
        if rule.hash_values {
            json["hash_values"] = true.into();
        }
        if let Some(salt) = &rule.salt {
            json["salt"] = (**salt).into();
        }
        json
    };
    let share = |share: Percentage| f64::from(share.thousandths()) / 1000.0;
    let mut json = json!({
        "key": flag.key.as_str(),
        "is_enabled": flag.is_enabled,
        "rollout_percentage": flag.rollout_percentage.map(share),
        "description": flag.description,
        "rules": flag.rules.iter().map(rule).collect::<Vec<_>>(),
        "revision": flag.revision.get(),
        "created_at": flag.created_at.to_string(),
        "updated_at": flag.updated_at.to_string(),
    });
    if let Some(client_visible) = flag.client_visible {
        json["client_visible"] = client_visible.into();
    }
    json
}

/// Whole percentages as integers on both sides: serde_json tells 50 and 50.0 apart.
pub(crate) fn with_float_rollout(mut value: Value) -> Value {
    if let Some(share) = value.get("rollout_percentage").and_then(Value::as_f64) {
        value["rollout_percentage"] = json!(share);
    }
    value
}
