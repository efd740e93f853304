//! The core asked from Rust, in a loop: what `bench.c` holds the C ABI against.

use core::hint::black_box;
use sidekick_core::{EventId, Flag, FlagHandle, FlagStore, IndexedAttributes, Mode};
use std::sync::OnceLock;

static STORE: OnceLock<FlagStore> = OnceLock::new();

/// Takes a flag's document, in place of all before; answers whether it is one.
///
/// # Safety
/// `document` must point to `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn core_load(document: *const u8, length: usize) -> bool {
    // SAFETY: the caller's promise.
    let document = unsafe { core::slice::from_raw_parts(document, length) };
    let mut store = FlagStore::new();
    store.begin_replay();
    for line in document.split(|byte| *byte == b'\n') {
        match Flag::from_json(line, Mode::Lenient) {
            Ok(flag) => store.stage(flag),
            Err(_) => return false,
        };
    }
    EventId::parse("e:1").is_ok_and(|id| store.commit_replay(id) && STORE.set(store).is_ok())
}

/// Asks about one user `times` times, by the flag's key and the attribute's name or, where `is_by_handle`, by the flag's
/// handle and the value; gives the sum of the answers.
///
/// # Safety
/// The texts must be UTF-8, and as long as is said.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn core_run(
    times: u64,
    is_by_handle: bool,
    key: *const u8,
    key_length: usize,
    user: *const u8,
    user_length: usize,
    value: *const u8,
    value_length: usize,
) -> u64 {
    // SAFETY: the caller's promise.
    let text = |start, length| unsafe { core::str::from_utf8_unchecked(core::slice::from_raw_parts(start, length)) };
    let (key, user, value): (&str, &str, &str) =
        (text(key, key_length), text(user, user_length), text(value, value_length));
    let Some((store, handle)) = STORE.get().and_then(|store| Some((store, store.resolve(key)?))) else {
        return 0;
    };
    let mut sum = 0;
    for _ in 0..times {
        let bits = if is_by_handle {
            by_handle(store, black_box(handle), black_box(user), black_box(value))
        } else {
            store.evaluate(black_box(key), black_box(user), &[("email", black_box(value))], false).to_bits()
        };
        sum += u64::from(black_box(bits));
    }
    sum
}

fn by_handle(store: &FlagStore, handle: FlagHandle, user: &str, value: &str) -> u32 {
    let flag = black_box(store).get_by_handle(handle);
    flag.map_or(0, |flag| flag.evaluate(user, &IndexedAttributes(&[Some(value)])).to_bits())
}
