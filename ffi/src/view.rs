//! Memory of the caller, seen for the time of a call: texts, bytes and arrays as pointer and length, and places to write to.

use crate::fault::{Fault, SidekickError};
use alloc::format;

/// A text of the caller's: UTF-8, without a zero at its end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SidekickText {
    /// Its first byte. Null with length 0 is no text: a user key or a value that is not given, else as the empty text.
    pub pointer: *const u8,
    /// How many bytes it has.
    pub length: usize,
}

/// An attribute of a user.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SidekickAttribute {
    /// Its name.
    pub name: SidekickText,
    /// Its value; one whose pointer is null is not given, and no rule matches it.
    pub value: SidekickText,
}

impl SidekickText {
    pub(crate) const ABSENT: Self = Self { pointer: core::ptr::null(), length: 0 };

    #[inline]
    pub(crate) const fn of(text: &str) -> Self {
        Self { pointer: text.as_ptr(), length: text.len() }
    }

    #[inline]
    pub(crate) const fn is_absent(self) -> bool {
        self.pointer.is_null() && self.length == 0
    }

    /// The bytes; `None` where it cannot be a text.
    ///
    /// # Safety
    /// A pointer that is not null must point to `length` bytes that nobody writes to during `'a`.
    #[inline]
    pub(crate) unsafe fn bytes<'a>(self) -> Option<&'a [u8]> {
        if self.pointer.is_null() {
            return if self.length == 0 { Some(&[]) } else { None };
        }
        // SAFETY: the length is one that memory can have; the rest is the caller's promise.
        isize::try_from(self.length).ok().map(|_| unsafe { core::slice::from_raw_parts(self.pointer, self.length) })
    }

    /// The text; `None` where it is none.
    ///
    /// # Safety
    /// As for [`bytes`](Self::bytes).
    #[inline]
    pub(crate) unsafe fn text<'a>(self) -> Option<&'a str> {
        // SAFETY: the caller's promise is passed on.
        let bytes = unsafe { self.bytes() }?;
        if bytes.is_ascii() {
            // SAFETY: ASCII is UTF-8. Most texts are, and this look is the quicker one.
            return Some(unsafe { core::str::from_utf8_unchecked(bytes) });
        }
        core::str::from_utf8(bytes).ok()
    }

    /// What is wrong with a text, where [`text`](Self::text) gave none.
    ///
    /// # Safety
    /// As for [`bytes`](Self::bytes).
    #[cold]
    pub(crate) unsafe fn fault(self, what: &str) -> Fault {
        // SAFETY: the caller's promise is passed on.
        let Some(bytes) = (unsafe { self.bytes() }) else {
            return unusable(what, self.pointer.is_null(), self.length);
        };
        let place = core::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
        Fault::new(SidekickError::Utf8, format!("{what} is not UTF-8 at its byte {place}; give it as UTF-8"))
    }
}

/// The text at a pointer; `what` it is goes into the message.
///
/// # Safety
/// As for [`SidekickText::bytes`].
#[inline]
pub(crate) unsafe fn text<'a>(what: &str, pointer: *const u8, length: usize) -> Result<&'a str, Fault> {
    let view = SidekickText { pointer, length };
    // SAFETY: the caller's promise is passed on.
    unsafe { view.text().ok_or_else(|| view.fault(what)) }
}

/// The elements at a pointer: none where it is null and `count` is 0.
///
/// # Safety
/// A pointer that is not null and aligned must point to `count` elements that nobody writes to during `'a`.
#[inline]
pub(crate) unsafe fn array<'a, T>(what: &str, pointer: *const T, count: usize) -> Result<&'a [T], Fault> {
    if count == 0 {
        return Ok(&[]);
    }
    let fits = count.checked_mul(size_of::<T>()).is_some_and(|bytes| isize::try_from(bytes).is_ok());
    if pointer.is_null() || !pointer.is_aligned() || !fits {
        return Err(unusable(what, pointer.is_null(), count));
    }
    // SAFETY: the pointer is one of such elements, and there can be so many; the rest is the caller's promise.
    Ok(unsafe { core::slice::from_raw_parts(pointer, count) })
}

/// Writes to a place of the caller's, without a look at what was there.
///
/// # Safety
/// A pointer that is not null and aligned must point to memory for a `T` that nobody else uses during the call.
#[inline]
pub(crate) unsafe fn write<T>(what: &str, pointer: *mut T, value: T) -> Result<(), Fault> {
    if pointer.is_null() || !pointer.is_aligned() {
        return Err(unusable(what, pointer.is_null(), 1));
    }
    // SAFETY: there is room for a `T`, as the caller promises.
    unsafe { pointer.write(value) };
    Ok(())
}

#[cold]
fn unusable(what: &str, is_null: bool, length: usize) -> Fault {
    let why = if is_null { "is null" } else { "is not aligned or too long" };
    let message = format!("{what} {why} (length {length}); give a pointer to as many, or null with length 0");
    Fault::new(SidekickError::Pointer, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::ptr;

    fn text_of(bytes: &[u8]) -> Result<&str, Fault> {
        // SAFETY: the bytes live.
        unsafe { text("the text", bytes.as_ptr(), bytes.len()) }
    }

    #[test]
    fn texts_are_utf_8() {
        assert_eq!(text_of(b"plain").unwrap(), "plain");
        assert_eq!(text_of("zw\u{f6}lf".as_bytes()).unwrap(), "zw\u{f6}lf");
        let fault = text_of(b"ab\xff").unwrap_err();
        assert_eq!(fault.code, SidekickError::Utf8);
        assert_eq!(fault.message, "the text is not UTF-8 at its byte 2; give it as UTF-8");
    }

    #[test]
    fn null_is_the_empty_text_and_no_other() {
        // SAFETY: null needs no memory.
        let (empty, wrong) = unsafe { (text("it", ptr::null(), 0), text("it", ptr::null(), 3)) };
        assert_eq!(empty.unwrap(), "");
        let fault = wrong.unwrap_err();
        assert_eq!(fault.code, SidekickError::Pointer);
        assert!(fault.message.contains("it is null (length 3)"), "{}", fault.message);
    }

    #[test]
    fn a_length_that_memory_cannot_have_is_refused() {
        // SAFETY: the length is refused before anybody looks there.
        let (text, array) = unsafe {
            let odd = ptr::dangling::<u64>();
            (text("it", ptr::dangling(), usize::MAX), array("it", odd, usize::MAX / 8))
        };
        assert_eq!(text.unwrap_err().code, SidekickError::Pointer);
        assert_eq!(array.unwrap_err().code, SidekickError::Pointer);
    }

    #[test]
    fn arrays_are_aligned_and_may_be_empty() {
        let numbers = [1_u64, 2];
        // SAFETY: the array lives; what is misaligned is refused before anybody looks there.
        unsafe {
            assert_eq!(array("it", numbers.as_ptr(), 2).unwrap(), numbers);
            assert!(array::<u64>("it", ptr::null(), 0).unwrap().is_empty());
            let odd = numbers.as_ptr().byte_add(1);
            assert_eq!(array("it", odd, 1).unwrap_err().code, SidekickError::Pointer);
            assert_eq!(array::<u64>("it", ptr::null(), 1).unwrap_err().code, SidekickError::Pointer);
        }
    }

    #[test]
    fn nothing_is_written_to_a_place_that_is_none() {
        let mut numbers = [7_u64, 7];
        // SAFETY: the place lives; the others are refused.
        unsafe {
            write("it", numbers.as_mut_ptr(), 9).unwrap();
            assert_eq!(write::<u64>("it", ptr::null_mut(), 9).unwrap_err().code, SidekickError::Pointer);
            assert_eq!(write("it", numbers.as_mut_ptr().byte_add(4), 9).unwrap_err().code, SidekickError::Pointer);
        }
        assert_eq!(numbers, [9, 7]);
    }
}
