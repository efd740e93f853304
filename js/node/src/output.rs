//! What the core says, as JavaScript's objects.

use napi::bindgen_prelude::Object;
use napi::{Env, Result};
use sidekick_core::sync::{Output, Status};
use sidekick_core::{CompiledFlag, FlagKey, FlagStore, Revision};

/// An output as `{ kind, text, number }`; `js/shared/src/engine.ts` says what each kind has in them.
pub(crate) fn to_object(env: &Env, output: Output) -> Result<Object<'_>> {
    let (kind, text, number) = match output {
        Output::Disconnect => (1, String::new(), 0.0),
        Output::Connect { last_event_id } => (2, last_event_id.map_or_else(String::new, |id| id.to_string()), 0.0),
        Output::Error(error) => {
            (3, format!("{} {error}", error.code()), error.http_status().unwrap_or_default().into())
        }
        Output::FlagsChanged { keys } => (4, keys.iter().map(FlagKey::as_str).collect::<Vec<_>>().join(","), 0.0),
        Output::StatusChanged(status) => (5, String::new(), status_number(status).into()),
        Output::WakeAt(at) => (6, String::new(), at as f64),
    };
    let mut object = Object::new(env)?;
    object.set("kind", kind)?;
    object.set("text", text)?;
    object.set("number", number)?;
    Ok(object)
}

/// A status by its place among those of `js/shared/src/engine.ts`.
pub(crate) const fn status_number(status: Status) -> u32 {
    match status {
        Status::Connecting => 0,
        Status::Ready => 1,
        Status::Stale => 2,
        Status::Closed => 3,
    }
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
    object.set("revision", number(flag.revision()))?;
    object.set("attributes", flag.attributes().collect::<Vec<_>>())?;
    Ok(Some(object))
}

/// A revision as JavaScript's number, which holds every revision exactly.
pub(crate) fn number(revision: Revision) -> f64 {
    revision.get() as f64
}

/// The evaluation's bits where they are the same for everyone, else -1.
fn fixed_bits(flag: &CompiledFlag) -> i32 {
    flag.static_evaluation().map_or(-1, |answer| answer.to_bits() as i32)
}
