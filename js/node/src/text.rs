//! JavaScript's strings, copied out as UTF-8: short ones to the stack.

use napi::sys;
use std::cell::{OnceCell, UnsafeCell};
use std::mem::MaybeUninit;
use std::ptr;

/// The bytes that are kept on the stack. V8 writes a string of up to a third as many characters without counting bytes.
const SHORT: usize = 256;
/// The most bytes of one character, and the zero that Node-API writes behind the text: a text that leaves fewer bytes
/// may have been cut.
const MARGIN: usize = 5;

/// A place for one string.
pub(crate) struct Text {
    short: MaybeUninit<[u8; SHORT]>,
    long: String,
}

/// Where in a [`Text`] the string is.
#[derive(Clone, Copy)]
enum Place {
    /// In `short`, which holds so many bytes of valid UTF-8.
    Short(usize),
    Long,
}

impl Text {
    #[inline]
    pub(crate) const fn new() -> Self {
        Self { short: MaybeUninit::uninit(), long: String::new() }
    }

    /// The string `value`, with U+FFFD for each half of a character; `None` where it is no string.
    ///
    /// # Safety
    /// `env` and `value` must be those of the call that Node is making.
    #[inline]
    pub(crate) unsafe fn read(&mut self, env: sys::napi_env, value: sys::napi_value) -> Option<&str> {
        // SAFETY: the caller's promise is passed on; the place is the one that was just filled.
        unsafe {
            let place = self.fill(env, value)?;
            Some(self.at(place))
        }
    }

    /// # Safety
    /// As for [`Text::read`].
    #[inline]
    unsafe fn fill(&mut self, env: sys::napi_env, value: sys::napi_value) -> Option<Place> {
        let mut length = 0;
        let short = self.short.as_mut_ptr();
        // SAFETY: the buffer has `SHORT` bytes.
        let status = unsafe { sys::napi_get_value_string_utf8(env, value, short.cast(), SHORT, &raw mut length) };
        if status != sys::Status::napi_ok {
            return None;
        }
        if length > SHORT - MARGIN {
            // SAFETY: the caller's promise is passed on.
            return unsafe { self.fill_long(env, value) };
        }
        // SAFETY: Node-API has just written so many bytes there.
        let bytes = unsafe { std::slice::from_raw_parts(short.cast::<u8>(), length) };
        // V8 writes valid UTF-8; a look makes sure, and is quicker where it finds nothing but ASCII.
        (bytes.is_ascii() || std::str::from_utf8(bytes).is_ok()).then_some(Place::Short(length))
    }

    /// # Safety
    /// As for [`Text::read`].
    #[cold]
    unsafe fn fill_long(&mut self, env: sys::napi_env, value: sys::napi_value) -> Option<Place> {
        let mut length = 0;
        // SAFETY: without a buffer the call only tells the length.
        unsafe { sys::napi_get_value_string_utf8(env, value, ptr::null_mut(), 0, &raw mut length) };
        let mut bytes = vec![0_u8; length + 1];
        // SAFETY: the buffer has as many bytes as the call is told.
        unsafe {
            sys::napi_get_value_string_utf8(env, value, bytes.as_mut_ptr().cast(), bytes.len(), &raw mut length);
        }
        bytes.truncate(length);
        self.long = String::from_utf8(bytes).ok()?;
        Some(Place::Long)
    }

    /// # Safety
    /// `place` must be what the last `fill` gave.
    #[inline]
    unsafe fn at(&self, place: Place) -> &str {
        match place {
            // SAFETY: `fill` wrote so many bytes and checked that they are UTF-8.
            Place::Short(length) => unsafe {
                std::str::from_utf8_unchecked(std::slice::from_raw_parts(self.short.as_ptr().cast(), length))
            },
            Place::Long => &self.long,
        }
    }
}

/// A string that is copied out when it is first asked for, and then kept.
pub(crate) struct LazyText {
    place: OnceCell<Option<Place>>,
    text: UnsafeCell<Text>,
}

impl LazyText {
    #[inline]
    pub(crate) const fn new() -> Self {
        Self { place: OnceCell::new(), text: UnsafeCell::new(Text::new()) }
    }

    /// As [`Text::read`]. The first call decides what this holds.
    ///
    /// # Safety
    /// As for [`Text::read`].
    #[inline]
    pub(crate) unsafe fn read(&self, env: sys::napi_env, value: sys::napi_value) -> Option<&str> {
        // SAFETY: `fill` runs once and before anything refers to the text; after it nobody writes to it. It cannot come
        // back to this place, for it runs no JavaScript. The rest is the caller's promise.
        unsafe {
            let place = self.place.get_or_init(|| (*self.text.get()).fill(env, value));
            place.map(|place| (*self.text.get()).at(place))
        }
    }
}
