//! LaunchDarkly's engine, with its flags in a map. What its client does besides is left out: it copies the flag out of its
//! store at every question, and makes events.

use crate::contestant::{Contestant, lap, version};
use benches::questions::{Case, KEY, User};
use launchdarkly::{Context, ContextBuilder, FlagValue, Segment};
use launchdarkly_server_sdk_evaluation as launchdarkly;
use serde_json::{Value, json};
use sidekick_core::{Flag, Operator, TargetingRule};
use std::collections::HashMap;
use std::rc::Rc;

struct Store(HashMap<String, launchdarkly::Flag>);

impl launchdarkly::Store for Store {
    fn flag(&self, key: &str) -> Option<launchdarkly::Flag> {
        self.0.get(key).cloned()
    }

    fn segment(&self, _key: &str) -> Option<Segment> {
        None
    }
}

pub(crate) fn contestant(case: Case, flags: usize) -> Result<Contestant, String> {
    let flags = case.flags(flags).into_iter().map(|flag| {
        let document = serde_json::from_value(document(&flag)).map_err(|error| error.to_string())?;
        Ok((flag.key.as_str().to_owned(), document))
    });
    let store = Rc::new(Store(flags.collect::<Result<_, String>>()?));
    let ask = move |context: &Context| {
        let flag = store.0.get(KEY);
        let detail = flag.map(|flag| launchdarkly::evaluate(&*store, flag, context, None));
        matches!(detail.and_then(|detail| detail.value), Some(FlagValue::Bool(true)))
    };
    let (answering, keeping) = (ask.clone(), ask.clone());
    Ok(Contestant {
        name: "launchdarkly-server-sdk-evaluation",
        version: version("launchdarkly-server-sdk-evaluation"),
        answer: Box::new(move |user| context(user).is_some_and(|context| answering(&context))),
        kept: lap(case.users().iter().filter_map(context).collect(), keeping),
        fresh: lap(case.users(), move |user: &User| context(user).is_some_and(|context| ask(&context))),
    })
}

fn context(user: &User) -> Option<Context> {
    let mut builder = ContextBuilder::new(user.key.as_str());
    for (name, value) in &user.attributes {
        builder.set_string(name, value.as_str());
    }
    builder.build().ok()
}

fn document(flag: &Flag) -> Value {
    let rules: Vec<Value> = flag.rules.iter().enumerate().map(|(number, rule)| target(number, rule)).collect();
    let halves = json!([{ "variation": 0, "weight": 50_000 }, { "variation": 1, "weight": 50_000 }]);
    json!({
        "key": flag.key.as_str(), "version": 1, "on": flag.is_enabled, "salt": "bench", "offVariation": 0,
        "variations": [false, true], "targets": [], "prerequisites": [], "rules": rules,
        "fallthrough": { "rollout": { "contextKind": "user", "variations": halves } },
    })
}

fn target(number: usize, rule: &TargetingRule) -> Value {
    let operator = match rule.operator {
        Operator::Contains => "contains",
        Operator::StartsWith => "startsWith",
        Operator::EndsWith => "endsWith",
        _ => "in",
    };
    let values: Vec<&str> = rule.values.iter().map(AsRef::as_ref).collect();
    let clause = json!({
        "contextKind": "user", "attribute": &*rule.attribute, "op": operator, "values": values, "negate": false,
    });
    json!({ "id": number.to_string(), "variation": 1, "clauses": [clause], "trackEvents": false })
}
