//! An evaluation allocates nothing, whatever its reason, its operators and the length of its strings.

use allocation_counter::measure;
use sidekick_core::{EventId, Flag, FlagStore, IndexedAttributes, Mode, Reason};
use std::hint::black_box;

fn store(flags: &[String]) -> FlagStore {
    let mut store = FlagStore::new();
    store.begin_replay();
    for json in flags {
        store.stage(Flag::from_json(json.as_bytes(), Mode::Lenient).unwrap_or_else(|error| unreachable!("{error}")));
    }
    store.commit_replay(EventId::parse("history:1").unwrap_or_else(|error| unreachable!("{error}")));
    store
}

fn with_rule(key: &str, operator: &str, values: usize, value: &str) -> String {
    let values: Vec<String> = (0..values).map(|number| format!("\"{value}{number}\"")).collect();
    format!(
        r#"{{"key":"{key}","is_enabled":true,"rollout_percentage":50,
            "rules":[{{"attribute":"email","operator":"{operator}","values":[{}]}}]}}"#,
        values.join(",")
    )
}

#[test]
fn the_counter_counts() {
    assert_eq!(measure(|| drop(black_box(Box::new(1)))).count_total, 1);
}

#[test]
fn no_evaluation_allocates() {
    let operators =
        ["Equals", "NotEquals", "Contains", "StartsWith", "EndsWith", "EqualsHashed", "NotEqualsHashed", "Later"];
    let long = "é".repeat(200);
    let mut flags = vec![
        r#"{"key":"off"}"#.to_owned(),
        r#"{"key":"all","is_enabled":true}"#.to_owned(),
        r#"{"key":"none","is_enabled":true,"rollout_percentage":0}"#.to_owned(),
        r#"{"key":"half","is_enabled":true,"rollout_percentage":50}"#.to_owned(),
    ];
    for operator in operators {
        for count in [1, 1_000] {
            flags.push(with_rule(&format!("{operator}-{count}-short"), operator, count, "@acme"));
            flags.push(with_rule(&format!("{operator}-{count}-long"), operator, count, &long));
        }
    }
    let store = store(&flags);
    let keys: Vec<String> = store.flags().iter().map(|flag| flag.key().to_string()).collect();
    let users = [String::new(), "user-1".to_owned(), "日".repeat(10_000)];
    let emails =
        ["@acme0".to_owned(), "x@acme7".to_owned(), format!("{long}999"), format!("{long}{long}7"), "e".repeat(10_000)];

    let mut reasons = [0_u32; 5];
    for key in keys.iter().map(String::as_str).chain(["unknown"]) {
        for user in &users {
            for email in emails.iter().map(|email| Some(email.as_str())).chain([None]) {
                let named = [("email", email.unwrap_or_default())];
                let named = if email.is_some() { named.as_slice() } else { &[] };
                let mut reason = Reason::FlagNotFound;
                let allocations = measure(|| {
                    reason = black_box(store.evaluate(key, user, named, false)).reason;
                    black_box(store.is_enabled(key, user, named, true));
                    if let Some(flag) = store.resolve(key).and_then(|handle| store.get_by_handle(handle)) {
                        black_box(flag.evaluate(user, named));
                        black_box(flag.evaluate(user, &IndexedAttributes(&[email])));
                        black_box(flag.static_evaluation());
                    }
                });
                assert_eq!(allocations.count_total, 0, "{key}: {reason:?}");
                reasons[match reason {
                    Reason::FlagNotFound => 0,
                    Reason::Disabled => 1,
                    Reason::TargetingMatch { .. } => 2,
                    Reason::Split { .. } => 3,
                    Reason::Static => 4,
                }] += 1;
            }
        }
    }
    assert!(reasons.iter().all(|count| *count > 0), "every reason was given: {reasons:?}");
}
