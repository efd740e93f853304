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
        for attribute in attributes {
            let name = copy(attribute.name, "an attribute's name")?;
            // Of two with one name the first counts, also where it is not given.
            let is_known = given.iter().any(|(known, _): &(Box<str>, Option<Box<str>>)| *known == name);
            if !is_known {
                let value = attribute.value;
                given.push((name, if value.is_absent() { None } else { Some(copy(value, "an attribute's value")?) }));
            }
        }
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
        let found = self.attributes.iter().find(|(own, _)| **own == *name);
        found.map_or(SidekickText::ABSENT, |(_, value)| SidekickText::of(value))
    }
}
