//! The JSON form of flags, changes and patches, held against serde_json and the schema spelt out a second time.
#![allow(clippy::indexing_slicing, reason = "a panic fails the test")]

mod random;

use proptest::collection::vec;
use proptest::prelude::*;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use sidekick_core::{
    Change, ErrorKind, Flag, FlagKey, FlagPatch, Mode, Operator, Percentage, Revision, TargetingRule, Timestamp,
};

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

/// The flag that a document is, by serde_json and the schema; `None` where it is to be refused.
fn oracle(json: &[u8], mode: Mode) -> Option<Flag> {
    let node = Node::read(std::str::from_utf8(json).ok()?, 32)?;
    oracle_flag(&node, mode)
}

fn oracle_flag(node: &Node, mode: Mode) -> Option<Flag> {
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
        Mode::Lenient => &["attribute", "operator", "values", "hash_values", "salt"],
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
    let rule = TargetingRule { attribute: attribute?.into(), operator: operator?, values: values?, hash_values, salt };
    let is_substring = matches!(rule.operator, Operator::Contains | Operator::StartsWith | Operator::EndsWith);
    let is_refused =
        is_substring && (rule.values.iter().any(|value| value.is_empty()) || rule.hash_values && mode == Mode::Strict);
    (!is_refused).then_some(rule)
}

/// A percentage by long hand: the number is written out without exponent, then its decimals are looked at.
fn oracle_percentage(number: &str) -> Option<Percentage> {
    let (negative, number) = number.strip_prefix('-').map_or((false, number), |rest| (true, rest));
    let number = number.to_lowercase();
    let (mantissa, exponent) = number.split_once('e').unwrap_or((&number, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_zero = !mantissa.contains(|digit| ('1'..='9').contains(&digit));
    if is_zero {
        return Some(Percentage::ZERO);
    }
    // Beyond a few hundred places no number written in a test comes back to a percentage.
    let exponent: i32 = exponent.parse().ok().filter(|exponent| (-600..=600).contains(exponent))?;
    let zeros = "0".repeat(exponent.unsigned_abs() as usize);
    let (whole, fraction) = if exponent >= 0 {
        let digits = format!("{fraction}{zeros}");
        let (moved, rest) = digits.split_at(exponent as usize);
        (format!("{whole}{moved}"), rest.to_owned())
    } else {
        let digits = format!("{zeros}{whole}");
        let (rest, moved) = digits.split_at(digits.len() - exponent.unsigned_abs() as usize);
        (rest.to_owned(), format!("{moved}{fraction}"))
    };
    let decimals = format!("{fraction}000");
    let (three, rest) = decimals.split_at(3);
    let is_exact = rest.chars().all(|digit| digit == '0');
    let thousandths: u32 = format!("{whole}{three}").trim_start_matches('0').parse().ok()?;
    if negative || !is_exact { None } else { Percentage::from_thousandths(thousandths) }
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

fn agrees(json: &[u8]) {
    for mode in [Mode::Strict, Mode::Lenient] {
        let read = Flag::from_json(json, mode);
        assert_eq!(read.clone().ok(), oracle(json, mode), "{mode:?} {read:?} {}", String::from_utf8_lossy(json));
    }
}

/// The flag as serde_json writes it.
fn value_of(flag: &Flag) -> Value {
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
fn with_float_rollout(mut value: Value) -> Value {
    if let Some(share) = value.get("rollout_percentage").and_then(Value::as_f64) {
        value["rollout_percentage"] = json!(share);
    }
    value
}

/// JSON text of some value, right or wrong for its place.
fn any_value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        number(),
        string(),
        prop::sample::select(vec![
            "null",
            "true",
            "false",
            "nul",
            "True",
            "",
            "'a'",
            "NaN",
            "{",
            "]",
            "[1,]",
            "{\"a\":1,}"
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            vec((string(), inner.clone()), 0..3).prop_map(|members| object(&members)),
            (inner, 28..34_usize).prop_map(|(inner, depth)| "[".repeat(depth) + &inner + &"]".repeat(depth)),
        ]
    })
}

fn object(members: &[(String, String)]) -> String {
    let members: Vec<String> = members.iter().map(|(name, value)| format!("{name}:{value}")).collect();
    format!("{{{}}}", members.join(","))
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "-?(0|[1-9][0-9]{0,3})(\\.[0-9]{1,5})?([eE][+-]?[0-9]{1,2})?",
        2 => "[0-9]{1,2}(\\.[0-9]{1,3}0{0,3})?",
        1 => "-?0?[0-9.eE+-]{1,6}",
        1 => "[1-9]0{0,8}e-?[0-9]{1,40}",
        1 => prop::sample::select(vec!["100", "100.0", "1e2", "100.001", "9007199254740991", "9007199254740992", "-0"])
            .prop_map(str::to_owned),
    ]
}

/// A string literal with any of its characters escaped, and sometimes ill-formed.
fn string() -> impl Strategy<Value = String> {
    literal_of(prop_oneof!["[a-z]{0,3}", "[aé日😀\"\\\\/\\n\\x00\\x7f\u{2028}]{0,3}", any::<String>()]).prop_union(
        prop::sample::select(vec![
            r#""\ud800""#,
            r#""\udc00\ud800""#,
            r#""\ud83d\u0041""#,
            r#""\uD83D\uDE00""#,
            r#""\x""#,
            r#""\u12g4""#,
            "\"\n\"",
            "\"\u{1f}\"",
            "\"\0\"",
            r#""a"#,
            r#""\""#,
            r#""\u""#,
            r#""\U0041""#,
            "\"\u{7f}\"",
        ])
        .prop_map(str::to_owned)
        .boxed(),
    )
}

/// `text` as a literal, in which characters are escaped as the bits of a random number say.
fn literal_of(text: impl Strategy<Value = String> + 'static) -> BoxedStrategy<String> {
    (text, any::<u64>())
        .prop_map(|(text, choice)| {
            let mut literal = String::from("\"");
            for (position, character) in text.chars().enumerate() {
                let escape = (choice >> (position * 2 % 64)) & 3;
                match character {
                    '"' | '\\' if escape < 3 => literal.extend(['\\', character]),
                    '/' if escape == 1 => literal.push_str("\\/"),
                    '\n' if escape < 3 => literal.push_str("\\n"),
                    '"' | '\\' | '\0'..='\u{1f}' => unicode_escape(character, &mut literal),
                    _ if escape == 0 => unicode_escape(character, &mut literal),
                    _ => literal.push(character),
                }
            }
            literal + "\""
        })
        .boxed()
}

fn unicode_escape(character: char, out: &mut String) {
    for unit in character.encode_utf16(&mut [0; 2]) {
        out.push_str(&format!("\\u{unit:04X}"));
    }
}

/// A field's name and value, mostly right.
fn field() -> impl Strategy<Value = (String, String)> {
    let or_any = |right: BoxedStrategy<String>| prop_oneof![19 => right, 1 => any_value()];
    let key = literal_of(prop_oneof![6 => "[a-zA-Z0-9._-]{1,9}", 1 => "[a-z]{127,130}", 1 => "[a-z é]{0,3}"]);
    let flags = prop::sample::select(vec!["true", "false"]).prop_map(str::to_owned).boxed();
    let rollout = prop_oneof![number(), Just("null".to_owned())].boxed();
    let description =
        prop_oneof![8 => string(), 1 => Just("null".to_owned()), 1 => literal_of("[a-zé]{500,1030}")].boxed();
    let rules = prop_oneof![
        12 => vec(rule(), 0..3),
        1 => (rule(), 63..67_usize).prop_map(|(rule, count)| vec![rule; count]),
    ];
    let rules = rules.prop_map(|rules| format!("[{}]", rules.join(","))).boxed();
    let time = || {
        prop_oneof![
            4 => "(1969|19[7-9][0-9]|20[0-9][0-9])-(0[1-9]|1[0-3])-(0[1-9]|[12][0-9]|3[01])T[01][0-9]:[0-5][0-9]:[0-6][0-9](\\.[0-9]{1,10})?Z",
            1 => "[0-9]{4}-(02)-(28|29|30)T(23|24):(59|60):(59|60)Z",
            1 => "[0-9TZ:.-]{18,26}",
        ]
    };
    prop_oneof![
        3 => or_any(key).prop_map(|value| ("key", value)),
        2 => or_any(flags.clone()).prop_map(|value| ("is_enabled", value)),
        3 => or_any(rollout).prop_map(|value| ("rollout_percentage", value)),
        2 => or_any(description).prop_map(|value| ("description", value)),
        2 => or_any(flags).prop_map(|value| ("client_visible", value)),
        4 => or_any(rules).prop_map(|value| ("rules", value)),
        2 => or_any(number().boxed()).prop_map(|value| ("revision", value)),
        1 => or_any(literal_of(time())).prop_map(|value| ("created_at", value)),
        1 => or_any(literal_of(time())).prop_map(|value| ("updated_at", value)),
        1 => any_value().prop_map(|value| ("is_enabeld", value)),
    ]
    .prop_flat_map(|(name, value)| {
        (prop_oneof![7 => Just(format!("\"{name}\"")), 1 => literal_of(Just(name.to_owned()))], Just(value))
    })
}

fn rule() -> impl Strategy<Value = String> {
    let operator = prop::sample::select(vec![
        "Equals",
        "NotEquals",
        "Contains",
        "StartsWith",
        "EndsWith",
        "EqualsHashed",
        "NotEqualsHashed",
        "equals",
        "Later",
        "",
    ]);
    let hashing = prop::sample::select(vec![
        None,
        None,
        None,
        Some(("\"hash_values\"", "true")),
        Some(("\"hash_values\"", "false")),
        Some(("\"hash_values\"", "null")),
        Some(("\"salt\"", "\"é\"")),
        Some(("\"salt\"", "1")),
    ]);
    let attribute = literal_of(prop_oneof![6 => "[a-zé]{1,5}", 1 => "[é]{63,66}", 1 => Just(String::new())]);
    let value = || prop_oneof![12 => literal_of("[a-cé]{1,3}"), 1 => Just("\"\"".to_owned()), 1 => literal_of("[a-zé]{300,520}")];
    let values = prop_oneof![
        12 => vec(value(), 1..4),
        1 => Just(Vec::new()),
        1 => (literal_of("[a-c]{0,1}"), 999..1_002_usize).prop_map(|(value, count)| vec![value; count]),
    ];
    let members =
        (attribute, literal_of(operator.prop_map(str::to_owned)), values).prop_map(|(attribute, operator, values)| {
            vec![
                ("\"attribute\"".to_owned(), attribute),
                ("\"operator\"".to_owned(), operator),
                ("\"values\"".to_owned(), format!("[{}]", values.join(","))),
            ]
        });
    let wrong = prop::option::weighted(0.15, (0..3_usize, any_value()));
    (members, hashing, wrong, prop::option::weighted(0.1, 0..3_usize)).prop_map(
        |(mut members, hashing, wrong, twin)| {
            members.extend(hashing.map(|(name, value)| (name.to_owned(), value.to_owned())));
            if let Some((place, wrong)) = wrong {
                members[place].1 = wrong;
            }
            if let Some(twin) = twin {
                members.push(members[twin].clone());
            }
            object(&members)
        },
    )
}

/// A document near a flag, with blanks between its tokens where there were commas and colons.
fn document() -> impl Strategy<Value = String> {
    let blank =
        || prop::sample::select(vec!["", "", "", " ", "\n", "\t\r\n ", "\u{b}", "\u{a0}"]).prop_map(str::to_owned);
    let usual = prop_oneof![19 => Just("".to_owned()), 1 => blank()];
    let members = (prop::option::weighted(0.9, Just(("\"key\"".to_owned(), "\"a\"".to_owned()))), vec(field(), 0..4));
    let tail = prop_oneof![19 => Just(""), 1 => prop::sample::select(vec!["x", "}", ",", "{}", "\0"])];
    (members, vec(usual, 8), tail).prop_map(|((first, mut rest), blanks, tail)| {
        rest.extend(first);
        let mut blank = blanks.iter().cycle().map(String::as_str);
        let mut next = || blank.next().unwrap_or_default();
        let mut out = format!("{}{{{}", next(), next());
        for (place, (name, value)) in rest.iter().enumerate() {
            out.push_str(if place > 0 { "," } else { "" });
            out.push_str(&[next(), name, next(), ":", next(), value, next()].concat());
        }
        out + "}" + next() + tail
    })
}

#[derive(Clone, Debug)]
enum Damage {
    Cut(prop::sample::Index),
    Set(prop::sample::Index, u8),
    Insert(prop::sample::Index, u8),
    Remove(prop::sample::Index),
    Repeat(prop::sample::Index, prop::sample::Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let place = any::<prop::sample::Index>;
    let byte = || prop_oneof![3 => prop::sample::select(b"\"\\{}[]:,0123456789eE+-.truefalsn u/ \n\x00\x1f\x80\xc3\xed".to_vec()), 1 => any::<u8>()];
    prop_oneof![
        place().prop_map(Damage::Cut),
        (place(), byte()).prop_map(|(place, byte)| Damage::Set(place, byte)),
        (place(), byte()).prop_map(|(place, byte)| Damage::Insert(place, byte)),
        place().prop_map(Damage::Remove),
        (place(), place()).prop_map(|(start, end)| Damage::Repeat(start, end)),
    ]
}

fn damaged(mut bytes: Vec<u8>, damages: &[Damage]) -> Vec<u8> {
    for damage in damages {
        let within = |place: &prop::sample::Index, bytes: &[u8]| place.index(bytes.len() + 1);
        match damage {
            Damage::Cut(place) => bytes.truncate(within(place, &bytes)),
            Damage::Set(place, byte) => {
                let place = within(place, &bytes);
                if let Some(old) = bytes.get_mut(place) {
                    *old = *byte;
                }
            }
            Damage::Insert(place, byte) => bytes.insert(within(place, &bytes), *byte),
            Damage::Remove(place) => {
                let place = within(place, &bytes);
                if place < bytes.len() {
                    bytes.remove(place);
                }
            }
            Damage::Repeat(one, other) => {
                let (one, other) = (within(one, &bytes), within(other, &bytes));
                let part = bytes[one.min(other)..one.max(other)].to_vec();
                bytes.splice(one..one, part);
            }
        }
    }
    bytes
}

/// RFC 7396 on the writable fields, with serde_json.
fn merged(flag: &Flag, patch: &Map<String, Value>) -> Value {
    let mut merged = value_of(flag);
    for (name, value) in patch {
        merged[name] = match (name.as_str(), value) {
            ("is_enabled", Value::Null) => json!(false),
            ("rules", Value::Null) => json!([]),
            _ => value.clone(),
        };
    }
    merged
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_flag_survives_the_round_trip(flag in random::flag()) {
        let json = flag.to_json();
        prop_assert_eq!(Flag::from_json(&json, Mode::Lenient), Ok(flag.clone()));
        let is_known = |rule: &TargetingRule| !matches!(rule.operator, Operator::Unknown(_));
        let strict = flag.rules.iter().all(is_known).then_some(flag.clone());
        prop_assert_eq!(Flag::from_json(&json, Mode::Strict).ok(), strict);
    }

    #[test]
    fn serde_json_reads_the_same_values(flag in random::flag()) {
        let read: Value = serde_json::from_slice(&flag.to_json()).unwrap();
        prop_assert_eq!(with_float_rollout(read), with_float_rollout(value_of(&flag)));
        let read = Flag::from_json(value_of(&flag).to_string().as_bytes(), Mode::Lenient);
        prop_assert_eq!(read, Ok(flag));
    }

    #[test]
    fn a_change_survives_the_round_trip(flag in random::flag(), key in random::key()) {
        for (change, expected) in [
            (Change::Delete(key.clone()), json!({"type": "DELETE", "key": key.as_str()})),
            (Change::Upsert(flag.clone()), json!({"type": "UPSERT", "flag": with_float_rollout(value_of(&flag))})),
        ] {
            let mut json = Vec::new();
            change.write_json(&mut json);
            let mut read: Value = serde_json::from_slice(&json).unwrap();
            if let Some(flag) = read.get_mut("flag") {
                *flag = with_float_rollout(flag.take());
            }
            prop_assert_eq!(read, expected);
            prop_assert_eq!(Change::from_json(&json), Ok(Some(change)));
        }
    }

    #[test]
    fn documents_near_flags_are_read_as_serde_json_and_the_schema_say(document in document()) {
        agrees(document.as_bytes());
    }

    #[test]
    fn damaged_documents_are_read_as_serde_json_and_the_schema_say(
        document in prop_oneof![document().prop_map(String::into_bytes), random::flag().prop_map(|flag| flag.to_json())],
        damages in vec(damage(), 1..4),
    ) {
        agrees(&damaged(document, &damages));
    }

    #[test]
    fn numbers_are_read_as_serde_json_and_the_schema_say(number in number()) {
        for field in ["rollout_percentage", "revision", "x"] {
            agrees(format!(r#"{{"key":"a","{field}":{number}}}"#).as_bytes());
        }
    }

    #[test]
    fn any_value_is_skipped_where_serde_json_reads_it(value in any_value(), name in string()) {
        agrees(format!(r#"{{"key":"a",{name}:{value}}}"#).as_bytes());
        agrees(value.as_bytes());
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in vec(any::<u8>(), 0..200), damages in vec(damage(), 0..4), flag in random::flag()) {
        let mut change = Vec::new();
        Change::Upsert(flag.clone()).write_json(&mut change);
        for json in [bytes, damaged(change, &damages), damaged(flag.to_json(), &damages)] {
            for mode in [Mode::Strict, Mode::Lenient] {
                if let Err(error) = Flag::from_json(&json, mode) {
                    prop_assert!(error.offset().is_none_or(|offset| offset <= json.len()));
                    prop_assert!(!error.to_string().is_empty());
                }
            }
            let _ = Change::from_json(&json);
            let _ = FlagPatch::from_json(&json);
        }
    }

    #[test]
    fn a_patch_merges_as_rfc_7396_says(
        flag in random::flag(),
        other in random::flag(),
        names in prop::sample::subsequence(vec!["is_enabled", "rollout_percentage", "description", "rules"], 0..=4),
        nulls in vec(prop::bool::weighted(0.3), 4),
    ) {
        let other = value_of(&other);
        let fields = names.iter().zip(nulls);
        let patch: Map<String, Value> =
            fields.map(|(name, null)| ((*name).to_owned(), if null { Value::Null } else { other[name].clone() })).collect();
        let expected = merged(&flag, &patch);
        let patch_json = Value::Object(patch).to_string();
        match FlagPatch::from_json(patch_json.as_bytes()) {
            Ok(patch) => {
                let mut patched = flag;
                patch.apply(&mut patched).unwrap();
                prop_assert_eq!(with_float_rollout(value_of(&patched)), with_float_rollout(expected));
            }
            Err(error) => prop_assert!(matches!(error.kind(), ErrorKind::UnknownOperator), "{error}"),
        }
    }
}

#[test]
fn a_patch_changes_no_field_that_the_server_sets() {
    let flag =
        Flag::from_json(br#"{"key":"a","revision":7,"created_at":"2026-01-02T03:04:05Z"}"#, Mode::Strict).unwrap();
    for (patch, path) in [
        (r#"{"key":"b"}"#, "key"),
        (r#"{"is_enabled":true,"revision":8}"#, "revision"),
        (r#"{"created_at":"2026-01-02T03:04:06Z"}"#, "created_at"),
        (r#"{"updated_at":"2026-01-02T03:04:06Z"}"#, "updated_at"),
    ] {
        let mut patched = flag.clone();
        let error = FlagPatch::from_json(patch.as_bytes()).unwrap().apply(&mut patched).unwrap_err();
        assert_eq!((error.path(), error.kind()), (path, &ErrorKind::NotWritable));
        assert_eq!(patched, flag);
    }
    let same = r#"{"key":"a","revision":7,"created_at":"2026-01-02T03:04:05.000Z","is_enabled":true}"#;
    let mut patched = flag.clone();
    FlagPatch::from_json(same.as_bytes()).unwrap().apply(&mut patched).unwrap();
    assert_eq!(patched, Flag { is_enabled: true, ..flag });
}

#[test]
fn an_error_names_field_and_byte() {
    for (json, path, offset) in [
        (r#"{"key":"a","is_enabeld":true}"#, "is_enabeld", 11),
        (r#"{"key":"a","key":"b"}"#, "key", 11),
        (r#"{"key":"a b"}"#, "key", 7),
        (r#"{"is_enabled":true}"#, "key", 0),
        (r#"{"key":"a","rollout_percentage":101}"#, "rollout_percentage", 32),
        (r#"{"key":"a","rollout_percentage":"50"}"#, "rollout_percentage", 32),
        (r#"{"key":"a","rules":[{"attribute":"b","operator":"equals","values":["c"]}]}"#, "rules[0].operator", 48),
        (r#"{"key":"a","rules":[{"attribute":"b","operator":"Equals","values":["c",1]}]}"#, "rules[0].values[1]", 71),
        (r#"{"key":"a","rules":[{"attribute":"b","operator":"Equals"}]}"#, "rules[0].values", 20),
        (r#"{"key":"a"} x"#, "", 12),
        (r#"{"key":"a""#, "", 10),
        ("[]", "", 0),
        ("", "", 0),
    ] {
        let error = Flag::from_json(json.as_bytes(), Mode::Strict).unwrap_err();
        assert_eq!((error.path(), error.offset()), (path, Some(offset)), "{json}: {error}");
    }
}

#[test]
fn limits_hold_to_the_byte() {
    let with = |field: &str, value: String| format!(r#"{{"key":"a","{field}":{value}}}"#);
    let rule = |attribute: usize, values: usize, value: usize| {
        let values = vec![format!("\"{}\"", "v".repeat(value)); values].join(",");
        format!(r#"{{"attribute":"{}","operator":"Equals","values":[{values}]}}"#, "é".repeat(attribute))
    };
    for (json, accepted) in [
        (format!(r#"{{"key":"{}"}}"#, "k".repeat(128)), true),
        (format!(r#"{{"key":"{}"}}"#, "k".repeat(129)), false),
        (r#"{"key":""}"#.into(), false),
        (with("description", format!("\"{}\"", "é".repeat(512))), true),
        (with("description", format!("\"{}a\"", "é".repeat(512))), false),
        (with("rules", format!("[{}]", vec![rule(1, 1, 1); 64].join(","))), true),
        (with("rules", format!("[{}]", vec![rule(1, 1, 1); 65].join(","))), false),
        (with("rules", format!("[{}]", rule(64, 1000, 512))), true),
        (with("rules", format!("[{}]", rule(65, 1, 1))), false),
        (with("rules", format!("[{}]", rule(0, 1, 1))), false),
        (with("rules", format!("[{}]", rule(1, 1001, 1))), false),
        (with("rules", format!("[{}]", rule(1, 1, 513))), false),
        (with("rules", format!("[{}]", rule(1, 0, 1))), false),
        (with("rules", format!("[{}]", rule(1, 1, 0))), true),
    ] {
        assert_eq!(Flag::from_json(json.as_bytes(), Mode::Strict).is_ok(), accepted, "{json:.60}");
        agrees(json.as_bytes());
    }
}

#[test]
fn of_duplicate_fields_the_last_counts_on_the_stream() {
    let flag =
        Flag::from_json(br#"{"key":"a","is_enabled":true,"key":"b","is_enabled":false}"#, Mode::Lenient).unwrap();
    assert_eq!((flag.key.as_str(), flag.is_enabled), ("b", false));
}

#[test]
fn a_change_of_an_unknown_type_is_none_and_one_without_its_part_is_refused() {
    let read = |json: &str| Change::from_json(json.as_bytes());
    assert_eq!(read(r#"{"type":"RENAME","from":"a","to":"b"}"#), Ok(None));
    assert_eq!(read(r#"{"type":"RENAME","flag":{"from":"a"},"key":["b"]}"#), Ok(None));
    assert_eq!(read(r#"{"flag":{"key":"a"},"at":[1],"type":"UPSERT"}"#).unwrap().unwrap().key().as_str(), "a");
    for (json, path) in [
        (r#"{"type":"UPSERT","key":"a"}"#, "flag"),
        (r#"{"type":"DELETE","flag":{"key":"a"}}"#, "key"),
        (r#"{"key":"a"}"#, "type"),
        (r#"{"type":"RENAME","key":}"#, "key"),
        (r#"{"type":"UPSERT","flag":{"key":"a","rules":{}}}"#, "flag.rules"),
    ] {
        assert_eq!(read(json).unwrap_err().path(), path, "{json}");
    }
}
