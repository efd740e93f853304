//! Unleash's engine. A flag's rules are strategies, of which one must hold; the rollout is the last one. Metrics, which its
//! clients count at every question, are left out.

use crate::contestant::{Contestant, lap, version};
use benches::questions::{Case, KEY, User};
use serde_json::{Value, json};
use sidekick_core::{Flag, Operator, TargetingRule};
use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;
use unleash_yggdrasil::state::{EnrichedContext, PropertiesCow, PropertiesRef};
use unleash_yggdrasil::{Context, EngineState, UpdateMessage};

pub(crate) fn contestant(case: Case, flags: usize) -> Result<Contestant, String> {
    let features: Vec<Value> = case.flags(flags).iter().map(feature).collect();
    let document = json!({ "version": 2, "features": features });
    let state = serde_json::from_value(document).map_err(|error| error.to_string())?;
    let engine = EngineState::default();
    if let Some(warnings) = engine.take_state(UpdateMessage::FullResponse(state)) {
        return Err(format!("{} flags could not be compiled", warnings.len()));
    }
    let engine = Rc::new(engine);
    let (answering, keeping) = (engine.clone(), engine.clone());
    Ok(Contestant {
        name: "unleash-yggdrasil",
        version: version("unleash-yggdrasil"),
        answer: Box::new(move |user| answering.is_enabled(KEY, &context(user), &None)),
        kept: lap(case.users().iter().map(context).collect(), move |context: &Context| {
            keeping.is_enabled(KEY, context, &None)
        }),
        // Its way to borrow texts, which is quicker than a `Context` of owned ones.
        fresh: lap(case.users(), move |user: &User| {
            let named = user.attributes.iter().map(|(name, value)| (Cow::from(*name), Cow::from(value)));
            let properties: PropertiesCow<'_> = named.collect();
            let context = EnrichedContext {
                user_id: Some(&user.key),
                session_id: None,
                environment: None,
                app_name: None,
                current_time: None,
                remote_address: None,
                properties: Some(PropertiesRef::Cows(&properties)),
                external_results: None,
                toggle_name: KEY,
                runtime_hostname: None,
            };
            engine.check_enabled(&context).unwrap_or_default()
        }),
    })
}

fn context(user: &User) -> Context {
    let properties: HashMap<String, String> =
        user.attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    Context { user_id: Some(user.key.clone()), properties: Some(properties), ..Context::default() }
}

fn feature(flag: &Flag) -> Value {
    let rules = flag.rules.iter().map(|rule| json!({ "name": "default", "constraints": [constraint(rule)] }));
    let rollout = json!({
        "name": "flexibleRollout",
        "parameters": { "rollout": "50", "stickiness": "userId", "groupId": flag.key.as_str() },
    });
    let strategies: Vec<Value> = rules.chain([rollout]).collect();
    json!({ "name": flag.key.as_str(), "enabled": flag.is_enabled, "strategies": strategies })
}

fn constraint(rule: &TargetingRule) -> Value {
    let operator = match rule.operator {
        Operator::Contains => "STR_CONTAINS",
        Operator::StartsWith => "STR_STARTS_WITH",
        Operator::EndsWith => "STR_ENDS_WITH",
        _ => "IN",
    };
    let values: Vec<&str> = rule.values.iter().map(AsRef::as_ref).collect();
    json!({ "contextName": &*rule.attribute, "operator": operator, "values": values })
}
