//! What an evaluation answers, and why: off, then rules, then the rollout.

use sidekick_core::{
    Attributes, CompiledFlag, EventId, Flag, FlagStore, IndexedAttributes, Mode, Percentage, Reason, murmur3_x86_32,
};

const NOBODY: [(&str, &str); 0] = [];

fn flag(json: &str) -> Flag {
    Flag::from_json(json.as_bytes(), Mode::Lenient).unwrap_or_else(|error| unreachable!("{error}: {json}"))
}

fn reason(json: &str, attributes: &impl Attributes) -> Reason {
    CompiledFlag::new(flag(json)).evaluate("user-1", attributes).reason
}

fn store(json: &str) -> FlagStore {
    let mut store = FlagStore::new();
    store.begin_replay();
    store.stage(flag(json));
    store.commit_replay(EventId::parse("history:1").unwrap_or_else(|error| unreachable!("{error}")));
    store
}

fn with_rule(operator: &str, values: &str) -> String {
    format!(
        r#"{{"key":"a","is_enabled":true,"rollout_percentage":0,
            "rules":[{{"attribute":"plan","operator":"{operator}","values":{values}}}]}}"#
    )
}

fn matches(operator: &str, values: &str, plan: &str) -> bool {
    let answer = CompiledFlag::new(flag(&with_rule(operator, values))).evaluate("user-1", &[("plan", plan)]);
    assert_eq!(answer.enabled, answer.reason == Reason::TargetingMatch { rule_index: 0 });
    answer.enabled
}

#[test]
fn test_flag_disabled() {
    let off = r#"{"key":"a","is_enabled":false,"rollout_percentage":100,
        "rules":[{"attribute":"plan","operator":"Equals","values":["pro"]}]}"#;
    let answer = store(off).evaluate("a", "user-1", &[("plan", "pro")], true);
    assert!(!answer.enabled);
    assert_eq!(answer.reason, Reason::Disabled);
}

#[test]
fn test_flag_rollout() {
    let store = store(r#"{"key":"checkout","is_enabled":true,"rollout_percentage":50}"#);
    let on = (0..1_000).filter(|user| store.is_enabled("checkout", &format!("user-{user}"), &NOBODY, false)).count();
    assert!((450..=550).contains(&on), "{on} of 1,000 users");
}

#[test]
fn test_flag_rules_match() {
    let store = store(&with_rule("Equals", r#"["pro"]"#));
    let pro = store.evaluate("a", "user-1", &[("plan", "pro")], false);
    assert!(pro.enabled);
    assert_eq!(pro.reason, Reason::TargetingMatch { rule_index: 0 });
    let free = store.evaluate("a", "user-1", &[("plan", "free")], true);
    assert!(!free.enabled);
    assert_eq!(free.reason, Reason::Static);
}

#[test]
fn an_unknown_flag_answers_the_callers_default() {
    let store = store(r#"{"key":"a","is_enabled":true}"#);
    for default_value in [true, false] {
        let answer = store.evaluate("b", "user-1", &NOBODY, default_value);
        assert_eq!((answer.enabled, answer.reason), (default_value, Reason::FlagNotFound));
        assert_eq!(store.is_enabled("b", "user-1", &NOBODY, default_value), default_value);
    }
}

#[test]
fn an_answer_bears_the_flags_revision() {
    let store = store(r#"{"key":"a","revision":17}"#);
    assert_eq!(store.evaluate("a", "user-1", &NOBODY, true).revision.get(), 17);
    assert_eq!(store.evaluate("b", "user-1", &NOBODY, true).revision.get(), 0);
}

#[test]
fn the_first_rule_that_matches_is_named() {
    let rules = r#"{"key":"a","is_enabled":true,"rules":[
        {"attribute":"plan","operator":"Equals","values":["free"]},
        {"attribute":"email","operator":"EndsWith","values":["@acme.com"]},
        {"attribute":"plan","operator":"StartsWith","values":["p"]}]}"#;
    assert_eq!(reason(rules, &[("plan", "free"), ("email", "x@acme.com")]), Reason::TargetingMatch { rule_index: 0 });
    assert_eq!(reason(rules, &[("plan", "pro"), ("email", "x@acme.com")]), Reason::TargetingMatch { rule_index: 1 });
    assert_eq!(reason(rules, &[("plan", "pro")]), Reason::TargetingMatch { rule_index: 2 });
    assert_eq!(reason(rules, &NOBODY), Reason::Static);
}

#[test]
fn a_rollout_of_none_or_all_is_static_and_any_other_a_split() {
    let rollout = |share: &str| {
        let json = format!(r#"{{"key":"a","is_enabled":true,"rollout_percentage":{share}}}"#);
        CompiledFlag::new(flag(&json)).evaluate("user-1", &NOBODY)
    };
    for (share, enabled) in [("null", true), ("100", true), ("0", false)] {
        let answer = rollout(share);
        assert_eq!((answer.enabled, answer.reason), (enabled, Reason::Static), "{share}");
    }
    for share in ["0.001", "50", "99.999"] {
        assert!(matches!(rollout(share).reason, Reason::Split { .. }), "{share}");
    }
}

#[test]
fn each_operator_matches_as_its_name_says() {
    assert!(matches("Equals", r#"["free","pro"]"#, "pro"));
    assert!(!matches("Equals", r#"["free","pro"]"#, "Pro"));
    assert!(matches("Equals", r#"[""]"#, ""));
    assert!(matches("NotEquals", r#"["free","pro"]"#, "team"));
    assert!(!matches("NotEquals", r#"["free","pro"]"#, "pro"));
    assert!(matches("Contains", r#"["x","ro"]"#, "pro-2"));
    assert!(!matches("Contains", r#"["x","RO"]"#, "pro-2"));
    assert!(matches("StartsWith", r#"["x","pr"]"#, "pro"));
    assert!(!matches("StartsWith", r#"["x","ro"]"#, "pro"));
    assert!(matches("EndsWith", r#"["x","ro"]"#, "pro"));
    assert!(!matches("EndsWith", r#"["x","pr"]"#, "pro"));
    assert!(!matches("EndsWith", r#"["a longer value"]"#, "value"));
}

#[test]
fn values_match_byte_by_byte() {
    // é as one character and as e with a combining accent are different bytes.
    assert!(matches("Equals", r#"["caf\u00e9"]"#, "caf\u{e9}"));
    assert!(!matches("Equals", r#"["caf\u00e9"]"#, "cafe\u{301}"));
    assert!(matches("EndsWith", r#"["\ud83d\ude00"]"#, "so 😀"));
    assert!(matches("Contains", r#"["日"]"#, "今日は"));
}

#[test]
fn a_list_that_is_looked_up_answers_like_one_that_is_scanned() {
    for length in [1, 8, 9, 10, 100, 1_000] {
        let values: Vec<String> = (0..length).map(|number| format!("\"value-{number}\"")).collect();
        let values = format!("[{}]", values.join(","));
        for number in 0..length {
            let plan = format!("value-{number}");
            assert!(matches("Equals", &values, &plan), "{plan} of {length}");
            assert!(!matches("NotEquals", &values, &plan), "{plan} of {length}");
        }
        for stranger in ["", "value", "value-", "value-1000", "Value-0"] {
            assert!(!matches("Equals", &values, stranger), "{stranger} of {length}");
            assert!(matches("NotEquals", &values, stranger), "{stranger} of {length}");
        }
    }
}

#[test]
fn a_list_longer_than_any_document_may_have_still_answers() {
    let mut flag = flag(&with_rule("Equals", r#"["value"]"#));
    flag.rules[0].values = (0..70_000).map(|number| format!("value-{number}").into_boxed_str()).collect();
    let compiled = CompiledFlag::new(flag);
    for (plan, enabled) in [("value-0", true), ("value-69999", true), ("value-70000", false)] {
        assert_eq!(compiled.evaluate("user-1", &[("plan", plan)]).enabled, enabled, "{plan}");
    }
}

#[test]
fn an_attribute_that_was_not_given_never_matches() {
    for operator in ["Equals", "NotEquals", "Contains", "StartsWith", "EndsWith"] {
        let json = with_rule(operator, r#"["pro"]"#);
        assert_eq!(reason(&json, &NOBODY), Reason::Static, "{operator}");
        assert_eq!(reason(&json, &[("email", "pro")]), Reason::Static, "{operator}");
        assert_eq!(reason(&json, &IndexedAttributes(&[])), Reason::Static, "{operator}");
        assert_eq!(reason(&json, &IndexedAttributes(&[None])), Reason::Static, "{operator}");
    }
}

#[test]
fn a_rule_of_an_unknown_operator_never_matches_and_spoils_no_other() {
    let rules = r#"{"key":"a","is_enabled":true,"rollout_percentage":0,"rules":[
        {"attribute":"plan","operator":"MatchesRegex","values":["pro"]},
        {"attribute":"plan","operator":"Equals","values":["pro"]}]}"#;
    assert_eq!(reason(rules, &[("plan", "pro")]), Reason::TargetingMatch { rule_index: 1 });
    assert_eq!(reason(rules, &[("plan", "free")]), Reason::Static);
}

#[test]
fn of_two_attributes_with_one_name_the_first_counts() {
    let json = with_rule("Equals", r#"["pro"]"#);
    assert_eq!(reason(&json, &[("plan", "pro"), ("plan", "free")]), Reason::TargetingMatch { rule_index: 0 });
    assert_eq!(reason(&json, &[("plan", "free"), ("plan", "pro")]), Reason::Static);
}

#[test]
fn a_binding_fetches_each_attribute_that_the_rules_read_once() {
    let compiled = CompiledFlag::new(flag(
        r#"{"key":"a","is_enabled":true,"rollout_percentage":0,"rules":[
        {"attribute":"plan","operator":"Equals","values":["pro"]},
        {"attribute":"email","operator":"EndsWith","values":["@acme.com"]},
        {"attribute":"plan","operator":"Equals","values":["team"]}]}"#,
    ));
    let names: Vec<&str> = compiled.attributes().collect();
    assert_eq!(names, ["plan", "email"]);
    let answer = compiled.evaluate("user-1", &IndexedAttributes(&[Some("team"), None]));
    assert_eq!(answer.reason, Reason::TargetingMatch { rule_index: 2 });
}

#[test]
fn an_answer_is_static_only_where_it_is_the_same_for_everyone() {
    let rule = r#""rules":[{"attribute":"plan","operator":"Equals","values":["pro"]}]"#;
    for (fields, expected) in [
        (r#""is_enabled":false"#.to_owned(), Some(false)),
        (format!(r#""is_enabled":false,"rollout_percentage":50,{rule}"#), Some(false)),
        (r#""is_enabled":true"#.to_owned(), Some(true)),
        (r#""is_enabled":true,"rollout_percentage":100"#.to_owned(), Some(true)),
        (r#""is_enabled":true,"rollout_percentage":0"#.to_owned(), Some(false)),
        (r#""is_enabled":true,"rollout_percentage":0.001"#.to_owned(), None),
        (format!(r#""is_enabled":true,"rollout_percentage":0,{rule}"#), None),
        (format!(r#""is_enabled":true,{rule}"#), None),
    ] {
        let compiled = CompiledFlag::new(flag(&format!(r#"{{"key":"a",{fields}}}"#)));
        let fixed = compiled.static_evaluation();
        assert_eq!(fixed.map(|answer| answer.enabled), expected, "{fields}");
        assert!(fixed.is_none_or(|answer| answer == compiled.evaluate("user-1", &[("plan", "pro")])), "{fields}");
    }
}

#[test]
fn raising_a_rollout_only_adds_users() {
    let shares = [0, 1, 500, 1_000, 9_999, 10_000, 10_001, 50_000, 99_999, 100_000];
    let flags = shares.map(|share| {
        let mut flag = flag(r#"{"key":"checkout","is_enabled":true}"#);
        flag.rollout_percentage = Percentage::from_thousandths(share);
        CompiledFlag::new(flag)
    });
    for user in 0..5_000 {
        let answers = flags.each_ref().map(|flag| flag.evaluate(&format!("user-{user}"), &NOBODY).enabled);
        assert!(answers.is_sorted(), "user-{user}: {answers:?}");
    }
}

#[test]
fn a_rollout_in_thousandths_is_as_fine_as_it_says() {
    let mut flag = flag(r#"{"key":"canary","is_enabled":true}"#);
    flag.rollout_percentage = Percentage::from_thousandths(100);
    let compiled = CompiledFlag::new(flag);
    let on = (0..100_000).filter(|user| compiled.evaluate(&format!("user-{user}"), &NOBODY).enabled).count();
    assert!((60..=140).contains(&on), "0.1 % is {on} of 100,000 users");
}

/// What `docs/guides/migrating.md` promises to those who come from Unleash. The numbers are those that unleash-client 6.12.1 gives
/// (`normalizedStrategyValue(user, flag)`): from 1 to 100, and on where they are at most the percentage.
#[test]
fn a_whole_percentage_holds_the_users_that_it_holds_in_unleash() {
    for (key, user, number) in [
        ("new_checkout", "ann", 35),
        ("new_checkout", "ben", 33),
        ("dark-mode", "user-1", 76),
        ("dark-mode", "2f1c0a9e-5d0b-4a53-9a57-6b7f7a1de1c4", 80),
        ("a.b", "7", 98),
        ("Feature.flexibleRollout.userId.55", "123", 84),
    ] {
        for (percentage, expected) in [(number - 1, false), (number, true)] {
            let flag = flag(&format!(r#"{{"key":"{key}","is_enabled":true,"rollout_percentage":{percentage}}}"#));
            assert_eq!(
                CompiledFlag::new(flag).evaluate(user, &NOBODY).enabled,
                expected,
                "{key}, {user}, {percentage} %"
            );
        }
    }
}

#[test]
fn a_whole_percentage_is_the_hash_modulo_100() {
    let mut flag = flag(r#"{"key":"checkout","is_enabled":true}"#);
    flag.rollout_percentage = Percentage::from_thousandths(37_000);
    let compiled = CompiledFlag::new(flag);
    for user in 0..5_000 {
        let hash = murmur3_x86_32(format!("checkout:user-{user}").as_bytes(), 0);
        assert_eq!(compiled.evaluate(&format!("user-{user}"), &NOBODY).enabled, hash % 100 < 37, "user-{user}");
    }
}
