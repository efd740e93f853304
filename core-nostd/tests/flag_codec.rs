//! The JSON form of flags, changes and patches, held against serde_json and the schema spelt out a second time.
#![allow(clippy::indexing_slicing, reason = "a panic fails the test")]

mod flag_oracle;
mod random;

use flag_oracle::{agrees, value_of, with_float_rollout};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use sidekick_core::{Change, ErrorKind, Flag, FlagPatch, Mode, Operator, TargetingRule};

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
