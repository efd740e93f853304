//! An answer in one integer, which every foreign-function interface passes in a register.

use crate::fault::{Fault, SidekickError};
use crate::view::SidekickText;
use core::cell::Cell;
use sidekick_core::{Attributes, CompiledFlag, Evaluation};

/// Why an answer was given, in bits 1 to 3 of it.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SidekickReason {
    /// There is no such flag: the answer is the caller's default.
    FlagNotFound = 0,
    /// The flag is off.
    Disabled = 1,
    /// A rule matched. From bit 4 on stands its place, from 0.
    TargetingMatch = 2,
    /// The user's bucket was held against the rollout. From bit 4 on stands the bucket in thousandths, 0 to 99999.
    Split = 3,
    /// The rollout is none or all.
    Static = 4,
    /// The question could not be answered: the answer is the caller's default. From bit 4 on stands a `SidekickError`.
    Error = 5,
}

/// The caller's default, and why it is that.
#[inline]
pub(crate) fn error(default_value: bool, code: SidekickError) -> u32 {
    u32::from(default_value) | (SidekickReason::Error as u32) << 1 | (code as u32) << 4
}

/// The answer of no flag.
#[inline]
pub(crate) const fn flag_not_found(default_value: bool) -> u32 {
    Evaluation::flag_not_found(default_value).to_bits()
}

/// Evaluates a flag for texts of the caller's. They are looked at where the answer depends on them.
///
/// # Safety
/// As for [`SidekickText::bytes`], for the text that `user_key` gives.
#[inline]
pub(crate) unsafe fn of<A: TextAttributes>(
    flag: &CompiledFlag,
    user_key: impl FnOnce() -> SidekickText,
    attributes: &A,
) -> Result<u32, Fault> {
    let watched = Watched { attributes, unusable: Cell::new(None) };
    let user_key = || {
        let view = user_key();
        // SAFETY: the caller's promise is passed on.
        let text = if view.is_absent() { None } else { unsafe { view.text() } };
        text.unwrap_or_else(|| {
            watched.note(USER_KEY, view);
            ""
        })
    };
    let bits = flag.evaluate_lazily(user_key, &watched).to_bits();
    match watched.unusable.get() {
        None => Ok(bits),
        Some((_, view)) if view.is_absent() => Err(no_user_key()),
        // SAFETY: it was given as a text of the caller's, as the user key or by `TextAttributes`.
        Some((what, view)) => Err(unsafe { view.fault(what) }),
    }
}

const USER_KEY: &str = "the user key";

#[cold]
fn no_user_key() -> Fault {
    Fault::new(SidekickError::NoUserKey, "the flag's rollout asks for a user key, and none is given")
}

/// Attributes that may turn out to be no texts.
///
/// # Safety
/// As for [`SidekickText::bytes`], for every text that it gives, as long as it lives.
pub(crate) unsafe trait TextAttributes {
    /// The value of the attribute `name`, at `index` of those that the flag reads; absent where it is not given.
    fn view_of(&self, index: usize, name: &str) -> SidekickText;
}

/// Notes the first text that was asked for and cannot be used.
struct Watched<'a, A> {
    attributes: &'a A,
    unusable: Cell<Option<(&'static str, SidekickText)>>,
}

impl<A> Watched<'_, A> {
    #[cold]
    fn note(&self, what: &'static str, view: SidekickText) {
        let first = self.unusable.get().unwrap_or((what, view));
        self.unusable.set(Some(first));
    }
}

impl<A: TextAttributes> Attributes for Watched<'_, A> {
    #[inline]
    fn value_of(&self, index: usize, name: &str) -> Option<&str> {
        let view = self.attributes.view_of(index, name);
        if view.is_absent() {
            return None;
        }
        // SAFETY: `view_of` gives what can be looked at.
        let text = unsafe { view.text() };
        if text.is_none() {
            self.note("an attribute's value", view);
        }
        text
    }
}
