//! What JavaScript calls. `ts/engine.ts` is the caller.
//!
//! A page loads each name twice, with the module and with the client. So those that are no names of the client's too have
//! one letter; the caller has the words for them.
//!
//! Times are milliseconds. A `length` says how many bytes of the input an argument is.

use crate::engine::with;
use sidekick_core::{Attributes, FlagHandle};
use wasm_bindgen::prelude::wasm_bindgen;

/// Instead of an evaluation: a handle of flags that have changed since, or a user key that was needed and not given.
const UNUSABLE: i32 = -1;

/// Sets the seed, in two halves that should be random. Gives the place of the exchange.
#[wasm_bindgen(js_name = l)]
pub fn create(seed_high: u32, seed_low: u32) -> *const u8 {
    with(|engine| {
        engine.sync.seed(u64::from(seed_high) << 32 | u64::from(seed_low));
        (&raw const engine.exchange).cast()
    })
}

/// Makes room for so many bytes of input; gives their place.
#[wasm_bindgen(js_name = j)]
pub fn reserve(bytes: usize) -> *mut u8 {
    with(|engine| engine.exchange.reserve(bytes))
}

/// Opens the stream.
#[wasm_bindgen]
pub fn start(now: f64) {
    with(|engine| engine.sync.start(now as u64));
}

/// The server's answer arrived. Its content type stands first in the input, `Retry-After` behind it.
#[wasm_bindgen(js_name = e)]
pub fn handle_connected(now: f64, status: u16, content_type_length: usize, length: usize) {
    with(|engine| {
        let text = engine.exchange.input_text(length);
        let (content_type, retry_after) = text.split_at_checked(content_type_length).unwrap_or_default();
        engine.sync.handle_connected(now as u64, status, Some(content_type), Some(retry_after));
    });
}

/// Bytes of the stream arrived.
#[wasm_bindgen(js_name = d)]
pub fn handle_bytes(now: f64, length: usize) {
    with(|engine| engine.sync.handle_text(now as u64, engine.exchange.input_text(length)));
}

/// The connection is gone.
#[wasm_bindgen(js_name = f)]
pub fn handle_disconnected(now: f64) {
    with(|engine| engine.sync.handle_disconnected(now as u64));
}

/// A moment came that `poll_output` named.
#[wasm_bindgen(js_name = g)]
pub fn handle_timeout(now: f64) {
    with(|engine| engine.sync.handle_timeout(now as u64));
}

/// The network is back, or somebody looks at the page again.
#[wasm_bindgen(js_name = k)]
pub fn retry_now(now: f64) {
    with(|engine| engine.sync.retry_now(now as u64));
}

/// Ends everything but the flags.
#[wasm_bindgen]
pub fn close() {
    with(|engine| engine.sync.close());
}

/// What is to be done or known next: 0 nothing, 1 disconnect, 2 connect (text: the last event id, or none), 3 an error
/// (text: code and message, with a space between; number: HTTP status or 0), 4 flags changed (text: their keys, with
/// commas between), 5 the status changed (number: as `status`), 6 wake at (number).
#[wasm_bindgen(js_name = i)]
pub fn poll_output() -> u32 {
    with(|engine| {
        let exchange = &mut engine.exchange;
        exchange.release();
        let (kind, number) = engine.sync.poll_text(&mut exchange.output);
        exchange.show_output();
        exchange.number = number as f64;
        kind as u32
    })
}

/// 0 connecting, 1 ready, 2 stale, 3 closed.
#[wasm_bindgen]
pub fn status() -> u32 {
    with(|engine| engine.sync.status() as u32)
}

/// The revision of the flags.
#[wasm_bindgen]
pub fn revision() -> f64 {
    with(|engine| engine.sync.store().revision().get() as f64)
}

/// Shows all flags as a JSON array.
#[wasm_bindgen(js_name = c)]
pub fn flags_json() {
    with(|engine| {
        engine.exchange.output.clear();
        engine.sync.store().write_json(&mut engine.exchange.output);
        engine.exchange.show_output();
    });
}

/// Shows the flags as a snapshot; answers whether there are any.
#[wasm_bindgen(js_name = b)]
pub fn export_snapshot() -> bool {
    with(|engine| match engine.sync.export_snapshot() {
        Some(snapshot) => {
            engine.exchange.output = snapshot;
            engine.exchange.show_output();
            true
        }
        None => false,
    })
}

/// Takes the flags of a snapshot: 1 taken, 0 not for those here are newer, -1 it is none.
#[wasm_bindgen(js_name = h)]
pub fn import_snapshot(length: usize) -> i32 {
    with(|engine| match engine.sync.import_snapshot(engine.exchange.input_text(length)) {
        Ok(is_taken) => is_taken.into(),
        Err(_) => -1,
    })
}

/// Shows where the flag lies whose key is the input, with its fixed answer and, as the number, its revision. Answers how
/// many attributes its rules read; -1 where there is no such flag.
#[wasm_bindgen(js_name = m)]
pub fn resolve(length: usize) -> i32 {
    with(|engine| {
        let exchange = &mut engine.exchange;
        let store = engine.sync.store();
        let handle = store.resolve(exchange.input_text(length));
        exchange.fixed = -1;
        let Some((handle, flag)) = handle.and_then(|handle| Some((handle, store.get_by_handle(handle)?))) else {
            return -1;
        };
        exchange.slot = handle.slot;
        exchange.generation = handle.generation;
        if let Some(answer) = flag.static_evaluation() {
            exchange.fixed = answer.to_bits() as i32;
        }
        exchange.number = flag.revision().get() as f64;
        flag.attributes().len() as i32
    })
}

/// Shows the name of an attribute that the flag resolved last reads.
#[wasm_bindgen(js_name = a)]
pub fn attribute(index: usize) {
    with(|engine| {
        let exchange = &mut engine.exchange;
        let handle = FlagHandle { slot: exchange.slot, generation: exchange.generation };
        let flag = engine.sync.store().get_by_handle(handle);
        exchange.show(flag.and_then(|flag| flag.attributes().nth(index)).unwrap_or_default());
    });
}

/// The answer for the user key and the attributes that stand in the exchange, as `Evaluation::to_bits` packs it, or
/// `UNUSABLE`.
#[wasm_bindgen(js_name = n)]
pub fn evaluate(slot: u32, generation: u32) -> i32 {
    with(|engine| {
        let Some(flag) = engine.sync.store().get_by_handle(FlagHandle { slot, generation }) else {
            return UNUSABLE;
        };
        let mut is_usable = true;
        let user_key = || {
            engine.exchange.question_text(0).unwrap_or_else(|| {
                is_usable = false;
                ""
            })
        };
        let bits = flag.evaluate_lazily(user_key, &Question(&engine.exchange)).to_bits();
        // At most 21 bits.
        if is_usable { bits as i32 } else { UNUSABLE }
    })
}

/// The attributes of a question, in the order in which the flag reads them.
struct Question<'a>(&'a crate::exchange::Exchange);

impl Attributes for Question<'_> {
    #[inline]
    fn value_of(&self, index: usize, _name: &str) -> Option<&str> {
        self.0.question_text(index + 1)
    }
}
