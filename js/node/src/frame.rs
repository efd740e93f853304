//! A piece of memory to which JavaScript writes the small parts of a question, and from which it reads the answer: a
//! store costs less than an argument does. `ts/frame.ts` is the other end and has the same layout.

use napi::bindgen_prelude::Unknown;
use napi::{Env, Result, check_status, sys};
use sidekick_core::FlagHandle;
use std::ffi::c_void;
use std::ptr;

/// What lies where. Numbers are of 32 bits, in the machine's order.
#[repr(C)]
pub(crate) struct Layout {
    slot: u32,
    generation: u32,
    answer: i32,
    /// Of the user key and then of each value: how many bytes of its text stand in `texts`, or one of the two below.
    lengths: [i32; TEXTS],
    texts: [[u8; TEXT_BYTES]; TEXTS],
}

/// Places for texts.
const TEXTS: usize = 17;
/// The most bytes of a text that stands here: a longer one is cheaper as an argument.
const TEXT_BYTES: usize = 12;
/// As a length: there is no text.
const ABSENT: i32 = -1;

/// The memory of one client. It belongs to JavaScript; the reference keeps it alive.
pub(crate) struct Frame {
    env: sys::napi_env,
    reference: sys::napi_ref,
    layout: *mut Layout,
}

/// Where a text is.
pub(crate) enum Place<'a> {
    Here(&'a str),
    Absent,
    Argument,
}

impl Frame {
    /// Makes the memory, and what JavaScript sees it by.
    pub(crate) fn new(env: &Env) -> Result<(Self, Unknown<'_>)> {
        let env = env.raw();
        let (mut start, mut buffer, mut reference) = (ptr::null_mut::<c_void>(), ptr::null_mut(), ptr::null_mut());
        // SAFETY: places for the results are all that these calls need. An array buffer of V8 is aligned for every type,
        // filled with zeros, and stays where it is until it is collected, which the reference prevents, or handed over
        // to another thread, which `ts/frame.ts` does not do.
        unsafe {
            check_status!(sys::napi_create_arraybuffer(env, size_of::<Layout>(), &raw mut start, &raw mut buffer))?;
            check_status!(sys::napi_create_reference(env, buffer, 1, &raw mut reference))?;
            Ok((Self { env, reference, layout: start.cast() }, Unknown::from_raw_unchecked(env, buffer)))
        }
    }

    /// The flag that is asked about.
    #[inline]
    pub(crate) fn handle(&self) -> FlagHandle {
        // SAFETY: the memory lives, and nobody writes to it while Rust runs on JavaScript's thread.
        unsafe { FlagHandle { slot: (*self.layout).slot, generation: (*self.layout).generation } }
    }

    /// The answer is written.
    #[inline]
    pub(crate) fn answer(&self, answer: i32) {
        // SAFETY: as above.
        unsafe { (*self.layout).answer = answer };
    }

    /// Where the text is: the first is the user key, and then come the values.
    #[inline]
    pub(crate) fn text(&self, index: usize) -> Place<'_> {
        // SAFETY: as above. Nothing is written to the texts while the reference lives: `answer` is another field.
        let (lengths, texts) = unsafe { (&(*self.layout).lengths, &(*self.layout).texts) };
        let (Some(length), Some(text)) = (lengths.get(index), texts.get(index)) else {
            return Place::Argument;
        };
        match (usize::try_from(*length).ok().and_then(|length| text.get(..length)), *length) {
            (Some(bytes), _) => ascii(bytes).map_or(Place::Argument, Place::Here),
            (None, ABSENT) => Place::Absent,
            _ => Place::Argument,
        }
    }
}

/// The text, where it is ASCII, as `ts/frame.ts` writes it.
#[inline]
fn ascii(bytes: &[u8]) -> Option<&str> {
    // SAFETY: ASCII is UTF-8.
    bytes.is_ascii().then(|| unsafe { std::str::from_utf8_unchecked(bytes) })
}

impl Drop for Frame {
    fn drop(&mut self) {
        // SAFETY: the reference is this frame's own and is given up once. A failure leaves it to the end of the thread.
        unsafe { sys::napi_delete_reference(self.env, self.reference) };
    }
}
