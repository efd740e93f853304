//! The three ways in which attributes come: by name, in the order of a handle, or one by one when a rule asks.

use crate::answer::TextAttributes;
use crate::view::{SidekickAttribute, SidekickText};
use core::cell::Cell;
use core::ffi::c_void;
use heapless::Vec;

/// The user key, where `SidekickFetch` is asked for a text.
pub const SIDEKICK_USER_KEY: u32 = u32::MAX;

/// Gives a text that an evaluation needs: the user key where `index` is `SIDEKICK_USER_KEY`, else the value of the
/// attribute at `index` of those that the flag reads. It writes the text to `text`, or leaves it as it is, null, where
/// there is none. The text must stay where it is until `sidekick_evaluate_lazily` returns. It is asked for at most once.
/// No lock is held meanwhile: it may call every function but `sidekick_client_free`. It must return: no exception and no
/// `longjmp` may leave it.
pub type SidekickFetch = Option<unsafe extern "C" fn(context: *mut c_void, index: u32, text: *mut SidekickText)>;

/// Names and values; of two with one name the first counts.
pub(crate) struct Named<'a>(&'a [SidekickAttribute]);

/// Values in the order of a handle.
pub(crate) struct Indexed<'a>(&'a [SidekickText]);

/// The most texts of a question: the user key, and an attribute for each of a flag's rules.
const MOST: usize = 65;

/// What a function of the caller's has given, each with its index, and what is needed next.
pub(crate) struct Fetched {
    texts: Vec<(u32, SidekickText), MOST>,
    missing: Cell<Option<u32>>,
}

impl<'a> Named<'a> {
    /// # Safety
    /// As for [`SidekickText::bytes`], for every name and value.
    #[inline]
    pub(crate) const unsafe fn new(attributes: &'a [SidekickAttribute]) -> Self {
        Self(attributes)
    }
}

// SAFETY: `new` was promised so.
unsafe impl TextAttributes for Named<'_> {
    #[inline]
    fn view_of(&self, _index: usize, name: &str) -> SidekickText {
        // SAFETY: `new` was promised so. A name that is no text is no name of an attribute.
        let is_it = |own: &&SidekickAttribute| unsafe { own.name.bytes() } == Some(name.as_bytes());
        self.0.iter().find(is_it).map_or(SidekickText::ABSENT, |own| own.value)
    }
}

impl<'a> Indexed<'a> {
    /// # Safety
    /// As for [`SidekickText::bytes`], for every value.
    #[inline]
    pub(crate) const unsafe fn new(values: &'a [SidekickText]) -> Self {
        Self(values)
    }
}

// SAFETY: `new` was promised so.
unsafe impl TextAttributes for Indexed<'_> {
    #[inline]
    fn view_of(&self, index: usize, _name: &str) -> SidekickText {
        self.0.get(index).copied().unwrap_or(SidekickText::ABSENT)
    }
}

impl Fetched {
    /// # Safety
    /// The texts that will be fetched must stay where they are as long as this lives.
    pub(crate) const unsafe fn new() -> Self {
        Self { texts: Vec::new(), missing: Cell::new(None) }
    }

    /// The user key, if it was fetched.
    #[inline]
    pub(crate) fn user_key(&self) -> SidekickText {
        self.text(SIDEKICK_USER_KEY)
    }

    /// Asks for what the last evaluation lacked; answers whether there was such a thing. What that evaluation said is
    /// then of no use.
    ///
    /// # Safety
    /// `fetch` must do as [`SidekickFetch`] says.
    pub(crate) unsafe fn fetch(
        &mut self,
        fetch: unsafe extern "C" fn(*mut c_void, u32, *mut SidekickText),
        context: *mut c_void,
    ) -> bool {
        let Some(index) = self.missing.take() else {
            return false;
        };
        let mut text = SidekickText::ABSENT;
        // SAFETY: the caller's promise, and a place for the text.
        unsafe { fetch(context, index, &raw mut text) };
        self.texts.push((index, text)).is_ok()
    }

    /// The text with an index. Where it was not fetched yet, it is what is missing, unless something is already.
    #[inline]
    fn text(&self, index: u32) -> SidekickText {
        let found = self.texts.iter().find(|(own, _)| *own == index);
        found.map_or_else(
            || {
                self.missing.set(self.missing.get().or(Some(index)));
                SidekickText::ABSENT
            },
            |(_, text)| *text,
        )
    }
}

// SAFETY: `new` was promised so.
unsafe impl TextAttributes for Fetched {
    #[inline]
    fn view_of(&self, index: usize, _name: &str) -> SidekickText {
        match self.texts.last() {
            // The user key comes last: the rules were tried with all that they read, and none matched. Without attributes
            // none does either, and at once.
            Some((SIDEKICK_USER_KEY, _)) => SidekickText::ABSENT,
            _ => self.text(index as u32),
        }
    }
}
