//! Eppo's engine. What its client does besides is left out: it reads the clock and takes a lock at every question, and
//! makes an event of the answer.

use crate::contestant::{Contestant, lap, version};
use benches::questions::{Case, KEY, User};
use chrono::Utc;
use eppo_core::eval::get_assignment;
use eppo_core::ufc::{AssignmentValue, UniversalFlagConfig, VariationType};
use eppo_core::{Attributes, Configuration, SdkMetadata, Str};
use serde_json::{Map, Value, json};
use sidekick_core::{Flag, Operator, TargetingRule};
use std::sync::Arc;

pub(crate) fn contestant(case: Case, flags: usize) -> Result<Contestant, String> {
    let flags: Map<String, Value> =
        case.flags(flags).iter().map(|flag| (flag.key.as_str().to_owned(), document(flag))).collect();
    let document = json!({
        "createdAt": "2026-01-01T00:00:00Z", "format": "SERVER", "environment": { "name": "bench" }, "flags": flags,
    });
    let metadata = SdkMetadata { name: "bench", version: "0" };
    let flags = UniversalFlagConfig::from_json(metadata, document.to_string().into_bytes());
    let configuration = Arc::new(Configuration::from_server_response(flags.map_err(|error| error.to_string())?, None));
    let now = Utc::now();
    let ask = move |(key, attributes): &(Str, Arc<Attributes>)| {
        let wanted = Some(VariationType::Boolean);
        let assignment = get_assignment(Some(&configuration), KEY, key, attributes, wanted, now);
        assignment.ok().flatten().is_some_and(|assignment| assignment.value == AssignmentValue::Boolean(true))
    };
    let (answering, keeping) = (ask.clone(), ask.clone());
    Ok(Contestant {
        name: "eppo_core",
        version: version("eppo_core"),
        answer: Box::new(move |user| answering(&subject(user))),
        kept: lap(case.users().iter().map(subject).collect(), keeping),
        fresh: lap(case.users(), move |user: &User| ask(&subject(user))),
    })
}

fn subject(user: &User) -> (Str, Arc<Attributes>) {
    let attributes =
        user.attributes.iter().map(|(name, value)| (Str::from_static_str(name), value.as_str().into())).collect();
    (Str::new(&user.key), Arc::new(attributes))
}

/// One allocation for the rules, of which one must hold, and one for the rollout. Who is in neither gets no assignment,
/// which is the caller's default.
fn document(flag: &Flag) -> Value {
    let rules: Vec<Value> = flag.rules.iter().map(|rule| json!({ "conditions": [condition(rule)] })).collect();
    let targeted = json!({
        "key": "targeted", "rules": rules, "doLog": false, "splits": [{ "variationKey": "on", "shards": [] }],
    });
    let half = json!({ "salt": flag.key.as_str(), "ranges": [{ "start": 0, "end": 5_000 }] });
    let rollout = json!({ "key": "rollout", "doLog": false, "splits": [{ "variationKey": "on", "shards": [half] }] });
    // An allocation without rules is for everyone.
    let allocations = if rules.is_empty() { vec![rollout] } else { vec![targeted, rollout] };
    json!({
        "key": flag.key.as_str(), "enabled": flag.is_enabled, "variationType": "BOOLEAN", "totalShards": 10_000,
        "variations": { "on": { "key": "on", "value": true } }, "allocations": allocations,
    })
}

/// It has no operators for parts of texts but regular expressions.
fn condition(rule: &TargetingRule) -> Value {
    let values: Vec<&str> = rule.values.iter().map(AsRef::as_ref).collect();
    let any = values.iter().map(|value| value.replace('.', "\\.")).collect::<Vec<_>>().join("|");
    let (operator, value) = match rule.operator {
        Operator::Contains => ("MATCHES", json!(any)),
        Operator::StartsWith => ("MATCHES", json!(format!("^(?:{any})"))),
        Operator::EndsWith => ("MATCHES", json!(format!("(?:{any})$"))),
        _ => ("ONE_OF", json!(values)),
    };
    json!({ "attribute": &*rule.attribute, "operator": operator, "value": value })
}
