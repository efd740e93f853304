//! Sidekick's engine behind a C ABI: the exports, and nothing else. `include/sidekick.h` is made of this file and of the
//! types beside it; what holds for all functions stands at the head of that file, in `cbindgen.toml`.
#![cfg_attr(not(any(feature = "std", test)), no_std)]
#![allow(clippy::missing_safety_doc, reason = "one text for all of them: the head of the header")]

extern crate alloc;

#[cfg(not(any(feature = "std", feature = "libc")))]
compile_error!("sidekick-ffi needs its feature `std` or, without Rust's standard library, `libc`");

mod answer;
mod attributes;
#[cfg(not(any(feature = "std", test)))]
mod bare;
mod client;
mod fault;
mod guard;
mod handle;
mod lock;
mod output;
#[cfg(test)]
mod tests;
mod user;
mod view;

pub use answer::SidekickReason;
pub use attributes::{SIDEKICK_USER_KEY, SidekickFetch};
pub use client::SidekickClient;
pub use fault::SidekickError;
pub use handle::SidekickFlag;
pub use output::{
    SidekickBytes, SidekickEvent, SidekickExport, SidekickOutput, SidekickOutputKind, SidekickState, SidekickStatus,
};
pub use user::SidekickUser;
pub use view::{SidekickAttribute, SidekickText};

use alloc::boxed::Box;
use attributes::{Fetched, Indexed, Named};
use core::ffi::c_void;
use fault::Fault;

/// The version of this interface. It is another where a program that was compiled for one cannot use the other.
pub const SIDEKICK_ABI_VERSION: u32 = 1;

/// The version of the interface that this library has, to be held against `SIDEKICK_ABI_VERSION`, the one that the program
/// was compiled for.
#[unsafe(no_mangle)]
pub extern "C" fn sidekick_abi_version() -> u32 {
    SIDEKICK_ABI_VERSION
}

/// Makes a client without flags that has not started. `seed` spreads the delays of many clients: it should be random.
/// Never null. To be freed with `sidekick_client_free`.
#[unsafe(no_mangle)]
pub extern "C" fn sidekick_client_create(seed: u64) -> *mut SidekickClient {
    Box::into_raw(Box::new(SidekickClient::new(seed)))
}

/// Frees a client; null is nothing. No other call with this client may be going on or come after.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidekick_client_free(client: *mut SidekickClient) {
    let free = || {
        if !client.is_null() {
            // SAFETY: `sidekick_client_create` made it, and the caller gives it back once.
            drop(unsafe { Box::from_raw(client) });
        }
        Ok(())
    };
    // Nobody is left to be told.
    let _ = guard::caught(free);
}

/// Something happened: `event` is a `SidekickEvent`, at the time `now`. Poll the outputs afterwards.
///
/// Errors: `SIDEKICK_ERROR_NUMBER` where there is no such event.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidekick_handle_event(client: *const SidekickClient, event: u32, now: u64) -> SidekickError {
    let act = |client: &SidekickClient| {
        let event = SidekickEvent::from_number(event)?;
        client.sync.write(|sync| event.hand_in(sync, now))
    };
    // SAFETY: the client is null or lives.
    unsafe { guard::run(client, act) }
}

/// The server's answer arrived: its HTTP status and its headers `Content-Type` and `Retry-After`, each null where the answer
/// has none. Poll the outputs afterwards.
///
/// Errors: `SIDEKICK_ERROR_UTF8` where a header is no text; then the answer was not taken.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidekick_handle_connected(
    client: *const SidekickClient,
    now: u64,
    http_status: u16,
    content_type: *const u8,
    content_type_length: usize,
    retry_after: *const u8,
    retry_after_length: usize,
) -> SidekickError {
    let act = |client: &SidekickClient| {
        // SAFETY: they are null or point to so many bytes.
        let (content_type, retry_after) = unsafe {
            (
                view::text("the content type", content_type, content_type_length)?,
                view::text("Retry-After", retry_after, retry_after_length)?,
            )
        };
        // An empty header means as little as none. Programs in C may have them with the blanks that stood around them.
        client.sync.write(|sync| {
            sync.handle_connected(now, http_status, Some(content_type.trim_ascii()), Some(retry_after.trim_ascii()))
        })
    };
    // SAFETY: the client is null or lives.
    unsafe { guard::run(client, act) }
}

/// Bytes of the stream arrived, cut anywhere. Poll the outputs afterwards. They are taken in pieces of 4 KiB, between which
/// waiting evaluations come in.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidekick_handle_bytes(
    client: *const SidekickClient,
    now: u64,
    bytes: *const u8,
    length: usize,
) -> SidekickError {
    let act = |client: &SidekickClient| {
        // SAFETY: it is null or points to so many bytes.
        client.feed(now, unsafe { view::array("the bytes", bytes, length) }?)
    };
    // SAFETY: the client is null or lives.
    unsafe { guard::run(client, act) }
}

/// Writes what is to be done or known next to `output`; its kind is `SIDEKICK_OUTPUT_KIND_NONE` when there is nothing more.
/// The text is the caller's: give it to `sidekick_bytes_free`. After an error there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidekick_poll_output(
    client: *const SidekickClient,
    output: *mut SidekickOutput,
) -> SidekickError {
    let nothing = SidekickOutput { kind: SidekickOutputKind::None, number: 0, text: SidekickBytes::NONE };
    let act = |client: &SidekickClient| {
        // The place is tried first: an output that was polled and not taken would be lost.
        // SAFETY: it is null or a place for an output.
        unsafe { view::write("the output", output, nothing) }?;
        let next = client.sync.write(SidekickOutput::next)?;
        // SAFETY: as above.
        unsafe { view::write("the output", output, next) }
    };
    // SAFETY: the client is null or lives.
    unsafe { guard::run(client, act) }
}

/// Writes where the client stands to `state`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidekick_state(client: *const SidekickClient, state: *mut SidekickState) -> SidekickError {
    let act = |client: &SidekickClient| {
        let now = client.sync.read(SidekickState::of)?;
        // SAFETY: it is null or a place for a state.
        unsafe { view::write("the state", state, now) }
    };
    // SAFETY: the client is null or lives.
    unsafe { guard::run(client, act) }
}

/// Writes the flags to `bytes`, in the form that `what`, a `SidekickExport`, names. They are the caller's: give them to
/// `sidekick_bytes_free`. Feeding waits meanwhile, and what asks after it has begun to wait.
///
/// Errors: `SIDEKICK_ERROR_NUMBER` where there is no such form.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidekick_export(
    client: *const SidekickClient,
    what: u32,
    bytes: *mut SidekickBytes,
) -> SidekickError {
    let act = |client: &SidekickClient| {
        let what = SidekickExport::from_number(what)?;
        // SAFETY: it is null or a place for bytes. Tried first, so that nothing is made that nobody takes.
        unsafe { view::write("the bytes", bytes, SidekickBytes::NONE) }?;
        let exported = client.sync.read(|sync| what.write(sync))?;
        // SAFETY: as above.
        unsafe { view::write("the bytes", bytes, SidekickBytes::of(exported)) }
    };
    // SAFETY: the client is null or lives.
    unsafe { guard::run(client, act) }
}

/// Takes the flags of a snapshot, if the client has none yet or older ones of the same history and reads no stream, which
/// brings newer ones; writes to `is_taken`, if that is not null, whether it did. Poll the outputs afterwards. Evaluations wait until the snapshot is read.
///
/// Errors: `SIDEKICK_ERROR_SNAPSHOT` where it is damaged or none, in words by `sidekick_last_error`. The flags stay as they
/// were.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidekick_import_snapshot(
    client: *const SidekickClient,
    snapshot: *const u8,
    length: usize,
    is_taken: *mut bool,
) -> SidekickError {
    let act = |client: &SidekickClient| {
        // SAFETY: it is null or points to so many bytes.
        let snapshot = unsafe { view::text("the snapshot", snapshot, length) }?;
        let taken =
            client.sync.write(|sync| sync.import_snapshot(snapshot))?.map_err(|error| Fault::snapshot(&error))?;
        if is_taken.is_null() {
            return Ok(());
        }
        // SAFETY: it is a place for a truth value.
        unsafe { view::write("the place for what came of it", is_taken, taken) }
    };
    // SAFETY: the client is null or lives.
    unsafe { guard::run(client, act) }
}

/// Gives bytes back that the library gave, and makes them null, so that a second time does no harm. Null is nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidekick_bytes_free(bytes: *mut SidekickBytes) {
    let free = || {
        // SAFETY: it is null or points to bytes that the library gave.
        if let Some(bytes) = unsafe { bytes.as_mut() } {
            // SAFETY: as above.
            unsafe { bytes.free() };
        }
        Ok(())
    };
    // Nobody is left to be told.
    let _ = guard::caught(free);
}

/// Copies the message of this client's last error, whichever thread it happened to, to `buffer`: as many bytes of it as
/// `capacity` lets in, without a zero at the end. Gives the length of the whole message, 0 where there was no error yet. A
/// null buffer with capacity 0 asks for the length alone. A call that succeeds leaves the message as it is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidekick_last_error(client: *const SidekickClient, buffer: *mut u8, capacity: usize) -> usize {
    let act = |client: &SidekickClient| {
        let message = client.last_message();
        if !buffer.is_null() {
            // SAFETY: there is room for `capacity` bytes, and the message is not there.
            unsafe { core::ptr::copy_nonoverlapping(message.as_ptr(), buffer, message.len().min(capacity)) };
        }
        Ok(message.len())
    };
    // SAFETY: the client is null or lives.
    unsafe { guard::with(client, |_| 0, act) }
}

/// The answer for a user, by the flag's key and the attributes' names; of two with one name the first counts. See
/// `SIDEKICK_ENABLED`, `SIDEKICK_REASON` and `SIDEKICK_DETAIL`; a text that is not UTF-8 makes an error of the answer only
/// where it is read. It allocates nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidekick_evaluate(
    client: *const SidekickClient,
    flag_key: *const u8,
    flag_key_length: usize,
    user_key: *const u8,
    user_key_length: usize,
    attributes: *const SidekickAttribute,
    attribute_count: usize,
    default_value: bool,
) -> u32 {
    let act = |client: &SidekickClient| {
        let user_key = SidekickText { pointer: user_key, length: user_key_length };
        // SAFETY: they are null or point to so many bytes or attributes, whose texts can be looked at.
        let (flag_key, attributes) = unsafe {
            let attributes = view::array("the attributes", attributes, attribute_count)?;
            (view::text("the flag key", flag_key, flag_key_length)?, Named::new(attributes))
        };
        client.sync.read(|sync| match sync.store().get(flag_key) {
            // SAFETY: the user key is as the others.
            Some(flag) => unsafe { answer::of(flag, || user_key, &attributes) },
            None => Ok(answer::flag_not_found(default_value)),
        })?
    };
    // SAFETY: the client is null or lives.
    unsafe { guard::with(client, |code| answer::error(default_value, code), act) }
}

/// Looks a flag up by its key and writes what is worth keeping of it to `flag`. What was found holds until any flag changes:
/// then every function that takes the handle says `SIDEKICK_ERROR_STALE_HANDLE`.
///
/// Errors: `SIDEKICK_ERROR_FLAG_NOT_FOUND`, which holds until `SIDEKICK_OUTPUT_KIND_FLAGS_CHANGED` names the key.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidekick_resolve(
    client: *const SidekickClient,
    flag_key: *const u8,
    flag_key_length: usize,
    flag: *mut SidekickFlag,
) -> SidekickError {
    let act = |client: &SidekickClient| {
        // SAFETY: it is null or points to so many bytes.
        let flag_key = unsafe { view::text("the flag key", flag_key, flag_key_length) }?;
        let found = client.sync.read(|sync| SidekickFlag::resolve(sync.store(), flag_key))??;
        // SAFETY: it is null or a place for a flag.
        unsafe { view::write("the flag", flag, found) }
    };
    // SAFETY: the client is null or lives.
    unsafe { guard::run(client, act) }
}

/// Writes the name of the attribute at `index` of those that the flag's rules read to `name`, which is the caller's: give it
/// to `sidekick_bytes_free`.
///
/// Errors: `SIDEKICK_ERROR_STALE_HANDLE`; `SIDEKICK_ERROR_NUMBER` where the flag reads fewer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidekick_attribute_name(
    client: *const SidekickClient,
    handle: u64,
    index: u32,
    name: *mut SidekickBytes,
) -> SidekickError {
    let act = |client: &SidekickClient| {
        // SAFETY: it is null or a place for bytes.
        unsafe { view::write("the name", name, SidekickBytes::NONE) }?;
        let found = client.sync.read(|sync| handle::attribute_name(sync.store(), handle, index))??;
        // SAFETY: as above.
        unsafe { view::write("the name", name, SidekickBytes::of(found)) }
    };
    // SAFETY: the client is null or lives.
    unsafe { guard::run(client, act) }
}

/// The answer for a user, by a handle and the values of the attributes that the flag reads, in its order: one that is null
/// or left away at the end is not given. Otherwise as `sidekick_evaluate`; a stale handle is an error of the answer. It calls
/// nothing of the host's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidekick_evaluate_handle(
    client: *const SidekickClient,
    handle: u64,
    user_key: *const u8,
    user_key_length: usize,
    values: *const SidekickText,
    value_count: usize,
    default_value: bool,
) -> u32 {
    let act = |client: &SidekickClient| {
        let user_key = SidekickText { pointer: user_key, length: user_key_length };
        // SAFETY: it is null or points to so many values, whose texts can be looked at.
        let values = unsafe { Indexed::new(view::array("the values", values, value_count)?) };
        // SAFETY: the user key is as the others.
        client.sync.read(|sync| unsafe { answer::of(handle::find(sync.store(), handle)?, || user_key, &values) })?
    };
    // SAFETY: the client is null or lives.
    unsafe { guard::with(client, |code| answer::error(default_value, code), act) }
}

/// The answer for a user, by a handle and a function that gives the user key and values when they are needed: for hosts to
/// which every text costs. Otherwise as `sidekick_evaluate_handle`. `context` goes to the function as it is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidekick_evaluate_lazily(
    client: *const SidekickClient,
    handle: u64,
    fetch: SidekickFetch,
    context: *mut c_void,
    default_value: bool,
) -> u32 {
    let act = |client: &SidekickClient| {
        let fetch = fetch
            .ok_or_else(|| Fault::new(SidekickError::Pointer, "the function is null; give one that fetches texts"))?;
        // SAFETY: the texts stay where they are until this call ends.
        let mut fetched = unsafe { Fetched::new() };
        loop {
            let answer = client.sync.read(|sync| {
                let flag = handle::find(sync.store(), handle)?;
                // SAFETY: as above, for the user key too.
                unsafe { answer::of(flag, || fetched.user_key(), &fetched) }
            })?;
            // No lock is held here, so the function may call into this library.
            // SAFETY: the function does as it should.
            if !unsafe { fetched.fetch(fetch, context) } {
                return answer;
            }
        }
    };
    // SAFETY: the client is null or lives.
    unsafe { guard::with(client, |code| answer::error(default_value, code), act) }
}

/// Binds a user, for many questions: copies key and attributes and writes the user to `user`. A null user key is none. To be
/// freed with `sidekick_user_free`.
///
/// Errors: `SIDEKICK_ERROR_POINTER` and `SIDEKICK_ERROR_UTF8`, without a message, for there is no client; `user` is then null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidekick_user_create(
    user_key: *const u8,
    user_key_length: usize,
    attributes: *const SidekickAttribute,
    attribute_count: usize,
    user: *mut *mut SidekickUser,
) -> SidekickError {
    let create = || {
        // SAFETY: it is null or a place for a pointer.
        unsafe { view::write("the user", user, core::ptr::null_mut()) }?;
        // SAFETY: they are null or point to so many bytes or attributes, whose texts can be looked at.
        let bound = unsafe {
            let attributes = view::array("the attributes", attributes, attribute_count)?;
            SidekickUser::copy(SidekickText { pointer: user_key, length: user_key_length }, attributes)?
        };
        // SAFETY: as above.
        unsafe { view::write("the user", user, Box::into_raw(Box::new(bound))) }
    };
    guard::caught(create).map_or_else(|fault| fault.code, |()| SidekickError::None)
}

/// Frees a bound user; null is nothing. No other call with this user may be going on or come after.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidekick_user_free(user: *mut SidekickUser) {
    let free = || {
        if !user.is_null() {
            // SAFETY: `sidekick_user_create` made it, and the caller gives it back once.
            drop(unsafe { Box::from_raw(user) });
        }
        Ok(())
    };
    // Nobody is left to be told.
    let _ = guard::caught(free);
}

/// The answer for a bound user, by a handle. Otherwise as `sidekick_evaluate_handle`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidekick_evaluate_user(
    client: *const SidekickClient,
    handle: u64,
    user: *const SidekickUser,
    default_value: bool,
) -> u32 {
    let act = |client: &SidekickClient| {
        // SAFETY: it is null or a user that is not freed before the call ends.
        let user = unsafe { user.as_ref() };
        let user = user.ok_or_else(|| Fault::new(SidekickError::Pointer, "the user is null; bind one"))?;
        // SAFETY: the texts are the user's own.
        client.sync.read(|sync| unsafe { answer::of(handle::find(sync.store(), handle)?, || user.user_key(), user) })?
    };
    // SAFETY: the client is null or lives.
    unsafe { guard::with(client, |code| answer::error(default_value, code), act) }
}
