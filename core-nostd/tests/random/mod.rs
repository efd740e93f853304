//! Random flags, users and attributes for the property tests: few names and a short alphabet, so that rules match often.
#![allow(dead_code, reason = "each test file is a program of its own and uses a part of this")]

use proptest::collection::vec;
use proptest::prelude::*;
use sidekick_core::{Flag, FlagKey, Operator, Percentage, Revision, TargetingRule, Timestamp, UnknownFields};

/// The names of attributes that rules read and users have.
pub(crate) const ATTRIBUTES: [&str; 4] = ["email", "plan", "région", "\"\\\n"];

/// A flag as a server may hold it, of any key.
pub(crate) fn flag() -> impl Strategy<Value = Flag> {
    key().prop_flat_map(flag_with_key)
}

/// A flag of a given key.
pub(crate) fn flag_with_key(key: FlagKey) -> impl Strategy<Value = Flag> {
    let times = (0..=Timestamp::MAX.millis(), 0..=Timestamp::MAX.millis());
    let visible = prop_oneof![3 => Just(None), 1 => any::<bool>().prop_map(Some)];
    (prop::bool::weighted(0.9), rollout(), description(), visible, vec(rule(), 0..5), revision(), times).prop_map(
        move |(is_enabled, rollout_percentage, description, client_visible, rules, revision, (created, updated))| {
            Flag {
                key: key.clone(),
                is_enabled,
                rollout_percentage,
                description,
                client_visible,
                rules,
                revision,
                created_at: Timestamp::from_millis(created),
                updated_at: Timestamp::from_millis(updated),
                unknown: UnknownFields::none(),
            }
        },
    )
}

/// Any flag key.
pub(crate) fn key() -> impl Strategy<Value = FlagKey> {
    prop_oneof![6 => "[a-c]", 3 => "[A-Za-z0-9._-]{1,20}", 1 => "[A-Za-z0-9._-]{120,128}"]
        .prop_map(|key| FlagKey::new(&key).unwrap_or_else(|error| unreachable!("{error}")))
}

/// A user's key: short, empty, long, or of any characters.
pub(crate) fn user_key() -> impl Strategy<Value = String> {
    prop_oneof!["user-[0-9]{1,4}", "[aé日😀]{0,9}", any::<String>(), "[ -~]{60,70}"]
}

/// A user's attributes; a name may come twice or be one that no rule reads.
pub(crate) fn attributes() -> impl Strategy<Value = Vec<(String, String)>> {
    let name = prop_oneof![8 => prop::sample::select(&ATTRIBUTES[..]), 1 => Just("other")];
    vec((name.prop_map(str::to_owned), text()), 0..5)
}

/// A rollout: everybody, none, all, whole or fractional.
pub(crate) fn rollout() -> impl Strategy<Value = Option<Percentage>> {
    let thousandths =
        prop_oneof![Just(0), Just(100_000), (0..=100_u32).prop_map(|whole| whole * 1000), 0..=100_000_u32];
    prop_oneof![1 => Just(None), 5 => thousandths.prop_map(Percentage::from_thousandths)]
}

/// Any revision.
pub(crate) fn revision() -> impl Strategy<Value = Revision> {
    prop_oneof![0..10_u64, 0..=Revision::MAX.get()].prop_map(|number| Revision::new(number).unwrap_or(Revision::MAX))
}

fn description() -> impl Strategy<Value = Option<Box<str>>> {
    prop_oneof![Just(None), text().prop_map(Some), any::<String>().prop_map(Some)]
        .prop_map(|text| text.filter(|text: &String| text.len() <= Flag::MAX_DESCRIPTION).map(String::into_boxed_str))
}

fn rule() -> impl Strategy<Value = TargetingRule> {
    // Look-ups replace scans somewhere between these lengths.
    let values = prop_oneof![4 => vec(text(), 1..5), 1 => vec(text(), 6..12), 1 => vec(text(), 30..60)];
    let fields = (prop::sample::select(&ATTRIBUTES[..]), operator(), values, prop::bool::weighted(0.2));
    fields.prop_map(|(attribute, operator, values, hash_values)| {
        let is_substring = matches!(operator, Operator::Contains | Operator::StartsWith | Operator::EndsWith);
        let value = |text: String| if text.is_empty() && is_substring { "a".into() } else { text.into() };
        let hash_values = hash_values && !is_substring;
        let values = values.into_iter().map(value).collect();
        TargetingRule { hash_values, ..TargetingRule::new(attribute.into(), operator, values) }
    })
}

fn operator() -> impl Strategy<Value = Operator> {
    prop::sample::select(vec![
        Operator::Equals,
        Operator::NotEquals,
        Operator::Contains,
        Operator::StartsWith,
        Operator::EndsWith,
        Operator::Unknown("Later".into()),
    ])
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[ab]{0,3}", "[abé]{1,6}", "[a日😀\"\\\\\\n\\x00\\x1f]{0,4}"]
}
