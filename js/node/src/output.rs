//! What the core says, as JavaScript's objects.

use napi::bindgen_prelude::Object;
use napi::{Env, Result};
use sidekick_core::sync::{OutputKind, SyncClient};
use sidekick_core::{CompiledFlag, FlagStore, Revision};

/// The next output as `{ kind, text, number }`; `js/shared/src/engine.ts` says what each kind has in them.
pub(crate) fn next<'env>(env: &'env Env, sync: &mut SyncClient) -> Result<Option<Object<'env>>> {
    let mut text = Vec::new();
    let (kind, number) = sync.poll_text(&mut text);
    if kind == OutputKind::None {
        return Ok(None);
    }
    let mut object = Object::new(env)?;
    object.set("kind", kind as u32)?;
    object.set("text", String::from_utf8_lossy(&text).into_owned())?;
    object.set("number", number as f64)?;
    Ok(Some(object))
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
