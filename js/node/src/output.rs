//! What the core says, as JavaScript's objects.

use napi::bindgen_prelude::Object;
use napi::{Env, Result};
use sidekick_core::sync::Output;
use sidekick_core::{CompiledFlag, FlagKey, FlagStore, Revision};

/// An output as `{ kind, … }`.
pub(crate) fn to_object(env: &Env, output: Output) -> Result<Object<'_>> {
    let mut object = Object::new(env)?;
    match output {
        Output::Disconnect => object.set("kind", "disconnect")?,
        Output::Connect { last_event_id } => {
            object.set("kind", "connect")?;
            object.set("lastEventId", last_event_id.map(|id| id.to_string()))?;
        }
        Output::Error(error) => {
            object.set("kind", "error")?;
            object.set("code", error.code())?;
            object.set("message", error.to_string())?;
            object.set("status", error.http_status())?;
        }
        Output::FlagsChanged { keys } => {
            object.set("kind", "flagsChanged")?;
            object.set("keys", keys.iter().map(FlagKey::as_str).collect::<Vec<_>>())?;
        }
        Output::StatusChanged(status) => {
            object.set("kind", "statusChanged")?;
            object.set("status", status.name())?;
        }
        Output::WakeAt(at) => {
            object.set("kind", "wakeAt")?;
            object.set("at", at as f64)?;
        }
    }
    Ok(object)
}

/// What JavaScript keeps of a flag: how to name it, and its answer where that is the same for everyone.
pub(crate) fn handle<'env>(env: &'env Env, store: &FlagStore, flag_key: &str) -> Result<Option<Object<'env>>> {
    let Some((handle, flag)) = store.resolve(flag_key).and_then(|handle| Some((handle, store.get_by_handle(handle)?)))
    else {
        return Ok(None);
    };
    let mut object = Object::new(env)?;
    object.set("slot", handle.slot)?;
    object.set("generation", handle.generation)?;
    object.set("fixed", fixed_bits(flag))?;
    object.set("revision", number(flag.flag().revision))?;
    object.set("attributes", flag.attributes().iter().map(|name| &**name).collect::<Vec<_>>())?;
    Ok(Some(object))
}

/// A revision as JavaScript's number, which holds every revision exactly.
pub(crate) fn number(revision: Revision) -> f64 {
    revision.get() as f64
}

/// The evaluation's bits where they are the same for everyone, else -1.
fn fixed_bits(flag: &CompiledFlag) -> i32 {
    // What is the same for everyone is so for a user of whom nothing is known.
    flag.static_answer().map_or(-1, |_| flag.evaluate("", &[]).to_bits() as i32)
}
