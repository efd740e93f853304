//! A second evaluation, plain and slow, written from the definition; the fast one must agree with it on everything.

mod random;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;
use sidekick_core::sync::{Status, SyncClient};
use sidekick_core::{
    CompiledFlag, Epoch, Evaluation, EventId, Flag, FlagKey, FlagStore, IndexedAttributes, Operator, Percentage,
    Reason, TargetingRule, murmur3_x86_32, sse,
};
use std::collections::BTreeMap;

/// Answer, reason, rule and bucket.
type Answer = (bool, &'static str, Option<usize>, Option<u32>);

fn oracle(flag: &Flag, user_key: &str, attributes: &[(&str, &str)]) -> Answer {
    if !flag.is_enabled {
        return (false, "DISABLED", None, None);
    }
    for (index, rule) in flag.rules.iter().enumerate() {
        if rule_matches(rule, attributes) {
            return (true, "TARGETING_MATCH", Some(index), None);
        }
    }
    let rollout = flag.rollout_percentage.map_or(100_000, |share| share.thousandths());
    if rollout == 0 || rollout == 100_000 {
        return (rollout == 100_000, "STATIC", None, None);
    }
    let hash = murmur3(format!("{}:{user_key}", flag.key).as_bytes(), 0);
    let bucket = (hash % 100) * 1000 + (hash / 100) % 1000;
    (bucket < rollout, "SPLIT", None, Some(bucket))
}

fn rule_matches(rule: &TargetingRule, attributes: &[(&str, &str)]) -> bool {
    let Some((_, given)) = attributes.iter().find(|(name, _)| **name == *rule.attribute) else {
        return false;
    };
    let given = given.as_bytes();
    let mut any = false;
    for value in &rule.values {
        let value = value.as_bytes();
        any |= match rule.operator {
            Operator::Equals | Operator::NotEquals => given == value,
            Operator::Contains => (0..=given.len()).any(|start| starts_at(given, start, value)),
            Operator::StartsWith => starts_at(given, 0, value),
            Operator::EndsWith => given.len() >= value.len() && starts_at(given, given.len() - value.len(), value),
            Operator::Unknown(_) => false,
            Operator::EqualsHashed | Operator::NotEqualsHashed => unreachable!("nobody writes these"),
        };
    }
    if rule.operator == Operator::NotEquals { !any } else { any }
}

fn starts_at(given: &[u8], start: usize, value: &[u8]) -> bool {
    given.iter().skip(start).take(value.len()).eq(value.iter())
}

/// MurmurHash3_x86_32 of a whole text, from the published algorithm.
fn murmur3(bytes: &[u8], seed: u32) -> u32 {
    let mix = |k: u32| k.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593);
    let mut h = seed;
    let mut position = 0;
    while position + 4 <= bytes.len() {
        let mut k = 0;
        for offset in 0..4 {
            k |= byte(bytes, position + offset) << (8 * offset);
        }
        h = (h ^ mix(k)).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64);
        position += 4;
    }
    let mut k = 0;
    for offset in 0..bytes.len() - position {
        k |= byte(bytes, position + offset) << (8 * offset);
    }
    h ^= mix(k);
    h ^= bytes.len() as u32;
    h = (h ^ (h >> 16)).wrapping_mul(0x85eb_ca6b);
    h = (h ^ (h >> 13)).wrapping_mul(0xc2b2_ae35);
    h ^ (h >> 16)
}

fn byte(bytes: &[u8], position: usize) -> u32 {
    bytes.get(position).copied().unwrap_or_default().into()
}

fn answer(evaluation: Evaluation) -> Answer {
    let (rule, bucket) = match evaluation.reason {
        Reason::TargetingMatch { rule_index } => (Some(rule_index), None),
        Reason::Split { bucket } => (None, Some(bucket.thousandths())),
        _ => (None, None),
    };
    (evaluation.enabled, evaluation.reason.name(), rule, bucket)
}

/// The flags as a client has them from its stream.
fn streamed(documents: &[(FlagKey, String)]) -> SyncClient {
    let last: BTreeMap<&FlagKey, &String> = documents.iter().map(|(key, document)| (key, document)).collect();
    let mut stream = Vec::new();
    sse::connected(&mut stream);
    for document in last.values() {
        stream.extend_from_slice(format!("data: {{\"type\":\"UPSERT\",\"flag\":{document}}}\n\n").as_bytes());
    }
    let id = EventId::parse("history:1").unwrap_or_else(|error| unreachable!("{error}"));
    sse::ready(&id, last.len(), &mut stream);
    let mut client = SyncClient::new(1);
    client.start(0);
    client.handle_connected(0, 200, Some("text/event-stream"), None);
    client.handle_bytes(0, &stream);
    assert_eq!(client.status(), Status::Ready);
    client
}

/// The flag with its fields, and those of its rules, in another order and among others.
fn shuffled(flag: &Flag, turn: usize) -> String {
    let rules = flag.rules.iter().map(|rule| {
        let mut fields = [
            format!("\"attribute\":{}", json!(rule.attribute)),
            format!("\"operator\":{}", json!(rule.operator.name())),
            format!("\"values\":{}", json!(rule.values)),
            "\"later\":{\"values\":[\"b\"]}".to_owned(),
            format!("\"hash_values\":{}", rule.hash_values),
        ];
        fields.rotate_left(turn % 5);
        if turn.is_multiple_of(2) {
            fields.reverse();
        }
        format!("{{{}}}", fields.join(" , "))
    });
    let rules: Vec<String> = rules.collect();
    let mut fields = [
        format!("\"key\":\"{}\"", flag.key),
        format!("\"is_enabled\":{}", flag.is_enabled),
        format!("\"rollout_percentage\":{}", flag.rollout_percentage.map_or("null".into(), |share| share.to_string())),
        format!("\"rules\":[{}]", rules.join(", ")),
        format!("\"revision\":{}", flag.revision),
        "\"description\":[\"for people\"]".to_owned(),
    ];
    fields.rotate_left(turn % 6);
    format!("{{ {} }}", fields.join(","))
}

/// Lists that are looked up in, and short ones that are scanned: values of few lengths, which begin and end alike, some
/// of them twice.
fn listed() -> impl Strategy<Value = Vec<String>> {
    let value = prop_oneof![
        4 => "[ab]{0,2}tenant-[0-9]{1,3}[ab]?",
        2 => "[a-c]{1,4}",
        1 => Just(String::new()),
        1 => "[é日😀]{1,3}",
        1 => "[ -~]{500,512}",
    ];
    vec(value, 1..150)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn a_value_of_a_long_list_is_found_and_what_is_near_it_is_not(
        values in listed(),
        others in vec("[ab]{0,2}tenant-[0-9]{1,3}[ab]?", 0..30),
        turn in 0..12_usize,
    ) {
        let key = FlagKey::new("a").unwrap();
        let listed = || values.iter().map(|value| value.as_str().into()).collect();
        let rule = |operator| TargetingRule { hash_values: true, ..TargetingRule::new("tenant".into(), operator, listed()) };
        let near = values.iter().flat_map(|value| {
            let shorter: String = value.chars().skip(1).collect();
            [value.clone(), format!("{value}x"), format!("x{value}"), shorter, value.replacen('t', "u", 1)]
        });
        let asked: Vec<String> = near.chain(others).collect();
        for operator in [Operator::Equals, Operator::NotEquals] {
            let rules = vec![rule(Operator::Unknown("Later".into())), rule(operator)];
            let flag = Flag { is_enabled: true, rollout_percentage: Percentage::from_thousandths(0), rules, ..Flag::new(key.clone()) };
            let client = streamed(&[(key.clone(), shuffled(&flag, turn))]);
            let hashed = CompiledFlag::for_clients(&flag, &Epoch::new("history").unwrap());
            prop_assert!(hashed.document().contains("EqualsHashed"));
            let compiled = [&CompiledFlag::new(flag.clone()), client.store().get("a").unwrap(), &hashed];
            for value in &asked {
                let attributes = [("tenant", value.as_str())];
                let expected = oracle(&flag, "ada", &attributes);
                for compiled in compiled {
                    prop_assert_eq!(answer(compiled.evaluate("ada", &attributes)), expected, "{}", value);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn the_fast_evaluation_agrees_with_the_definition(
        flags in vec(random::flag(), 1..4),
        users in vec((random::user_key(), random::attributes()), 1..4),
        turn in 0..12_usize,
    ) {
        let documents: Vec<(FlagKey, String)> =
            flags.iter().map(|flag| (flag.key.clone(), shuffled(flag, turn))).collect();
        let client = streamed(&documents);
        let epoch = Epoch::new("history").unwrap();
        let public = |flag: &Flag| CompiledFlag::for_clients(flag, &epoch).document().to_owned();
        let documents: Vec<(FlagKey, String)> = flags.iter().map(|flag| (flag.key.clone(), public(flag))).collect();
        let clients = streamed(&documents);
        let mut store = FlagStore::new();
        store.begin_replay();
        for flag in &flags {
            store.stage(flag.clone());
        }
        store.commit_replay(EventId::parse("history:1").unwrap());

        for compiled in store.flags() {
            let flag = &compiled.flag().unwrap();
            let handle = store.resolve(flag.key.as_str()).unwrap();
            for (user, attributes) in &users {
                let attributes: Vec<(&str, &str)> = attributes.iter().map(|(name, value)| (&**name, &**value)).collect();
                let expected = oracle(flag, user, &attributes);

                let by_key = store.evaluate(flag.key.as_str(), user, attributes.as_slice(), !expected.0);
                prop_assert_eq!(answer(by_key), expected);
                prop_assert_eq!(by_key.revision, flag.revision);
                let is_enabled = store.is_enabled(flag.key.as_str(), user, attributes.as_slice(), !expected.0);
                prop_assert_eq!(is_enabled, expected.0);

                let by_handle = store.get_by_handle(handle).unwrap();
                prop_assert_eq!(answer(by_handle.evaluate(user, attributes.as_slice())), expected);

                let by_stream = client.store().get(flag.key.as_str()).unwrap();
                let given = by_stream.evaluate(user, attributes.as_slice());
                prop_assert_eq!((answer(given), given.revision), (expected, flag.revision));
                prop_assert!(by_stream.attributes().eq(compiled.attributes()));

                let value_of = |name: &str| attributes.iter().find(|(own, _)| *own == name).map(|(_, value)| *value);
                let indexed: Vec<Option<&str>> = compiled.attributes().map(value_of).collect();
                prop_assert_eq!(answer(compiled.evaluate(user, &IndexedAttributes(&indexed))), expected);

                let for_clients = clients.store().get(flag.key.as_str()).unwrap();
                let given = for_clients.evaluate(user, attributes.as_slice());
                prop_assert_eq!((answer(given), given.revision), (expected, flag.revision));
                prop_assert!(for_clients.attributes().eq(compiled.attributes()));

                if let Some(fixed) = compiled.static_evaluation() {
                    prop_assert_eq!((answer(fixed), fixed.revision), (expected, flag.revision));
                }
            }
        }
    }

    #[test]
    fn the_hash_agrees_with_the_published_algorithm(bytes in vec(any::<u8>(), 0..70), seed: u32) {
        prop_assert_eq!(murmur3_x86_32(&bytes, seed), murmur3(&bytes, seed));
    }
}
