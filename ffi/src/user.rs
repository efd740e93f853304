//! A user whose key and attributes are written across once, for many questions.

use crate::answer::TextAttributes;
use crate::fault::Fault;
use crate::view::{SidekickAttribute, SidekickText};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// A bound user. It belongs to no client, never changes, and may be used by many threads at once.
#[derive(Debug)]
pub struct SidekickUser {
    user_key: Option<Box<str>>,
    /// Sorted by name.
    attributes: Box<[(Box<str>, Box<str>)]>,
}

impl SidekickUser {
    /// Copies the texts.
    ///
    /// # Safety
    /// As for [`SidekickText::bytes`], for all of them.
    pub(crate) unsafe fn copy(user_key: SidekickText, attributes: &[SidekickAttribute]) -> Result<Self, Fault> {
        let copy = |view: SidekickText, what: &str| -> Result<Box<str>, Fault> {
            // SAFETY: the caller's promise is passed on.
            unsafe { view.text().map(Box::from).ok_or_else(|| view.fault(what)) }
        };
        let user_key = if user_key.is_absent() { None } else { Some(copy(user_key, "the user key")?) };
        let mut given = Vec::with_capacity(attributes.len());
        for SidekickAttribute { name, value } in attributes.iter().copied() {
            let name = copy(name, "an attribute's name")?;
            given.push((name, if value.is_absent() { None } else { Some(copy(value, "an attribute's value")?) }));
        }
        // Of two with one name the first counts, also where it is not given: equal ones stay in their order.
        given.sort_by(|(one, _), (other, _)| one.cmp(other));
        given.dedup_by(|(later, _), (first, _)| later == first);
        let attributes = given.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        Ok(Self { user_key, attributes })
    }

    #[inline]
    pub(crate) fn user_key(&self) -> SidekickText {
        self.user_key.as_deref().map_or(SidekickText::ABSENT, SidekickText::of)
    }
}

// SAFETY: the texts are this user's own, and live as long as it does.
unsafe impl TextAttributes for SidekickUser {
    #[inline]
    fn view_of(&self, _index: usize, name: &str) -> SidekickText {
        let found = self.attributes.binary_search_by(|(own, _)| (**own).cmp(name)).ok();
        let attribute = found.and_then(|place| self.attributes.get(place));
        attribute.map_or(SidekickText::ABSENT, |(_, value)| SidekickText::of(value))
    }
}
