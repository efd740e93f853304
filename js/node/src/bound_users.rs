//! The users that JavaScript has bound: key and attributes, so that a call brings only a number.
//!
//! A fixed number of places, chosen by the user's number: nothing has to be freed when JavaScript forgets a user, and
//! the memory is bounded. JavaScript keeps the texts and brings them again when another user has taken the place.

use sidekick_core::Attributes;

/// How many users are kept at once, of those whose numbers differ in their last bits.
const PLACES: usize = 1024;

/// The users, by the last bits of their numbers.
#[derive(Default)]
pub(crate) struct BoundUsers {
    places: Vec<Option<BoundUser>>,
}

/// A user as bound.
pub(crate) struct BoundUser {
    number: i64,
    /// None where it was no string.
    pub(crate) user_key: Option<Box<str>>,
    attributes: Vec<(Box<str>, Box<str>)>,
}

impl BoundUser {
    pub(crate) const fn new(number: i64, user_key: Option<Box<str>>, attributes: Vec<(Box<str>, Box<str>)>) -> Self {
        Self { number, user_key, attributes }
    }
}

impl BoundUsers {
    /// The user with a number, where it still has its place.
    #[inline]
    pub(crate) fn get(&self, number: i64) -> Option<&BoundUser> {
        self.places.get(place(number))?.as_ref().filter(|user| user.number == number)
    }

    /// Gives the user its place, whoever had it.
    pub(crate) fn put(&mut self, user: BoundUser) {
        let place = place(user.number);
        if self.places.len() <= place {
            self.places.resize_with(place + 1, || None);
        }
        if let Some(kept) = self.places.get_mut(place) {
            *kept = Some(user);
        }
    }
}

const fn place(number: i64) -> usize {
    number.rem_euclid(PLACES as i64) as usize
}

impl Attributes for BoundUser {
    #[inline]
    fn value_of(&self, _index: usize, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| **own == *name).map(|(_, value)| &**value)
    }
}
