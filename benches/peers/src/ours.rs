//! Sidekick's core. Its attributes are borrowed, so there is hardly anything to keep of a user.

use crate::contestant::{Contestant, lap, version};
use benches::questions::{Case, KEY, User, store_of};
use sidekick_core::FlagStore;
use std::rc::Rc;

/// Asked by the flag's key, as the peers are.
pub(crate) fn by_key(case: Case, flags: usize) -> Contestant {
    contestant("sidekick-core, by key", case, flags, |store| {
        move |key: &str, attributes: &[(&str, &str)]| store.is_enabled(KEY, key, attributes, false)
    })
}

/// Asked by a handle, which the flag's key was resolved to before.
pub(crate) fn by_handle(case: Case, flags: usize) -> Contestant {
    contestant("sidekick-core, by handle", case, flags, |store| {
        let handle = store.resolve(KEY);
        move |key: &str, attributes: &[(&str, &str)]| {
            let flag = handle.and_then(|handle| store.get_by_handle(handle));
            flag.is_some_and(|flag| flag.evaluate(key, attributes).enabled)
        }
    })
}

fn contestant<A>(name: &'static str, case: Case, flags: usize, asked: impl Fn(Rc<FlagStore>) -> A) -> Contestant
where
    A: Fn(&str, &[(&str, &str)]) -> bool + 'static,
{
    let store = Rc::new(store_of(case.flags(flags)));
    let users: &'static [User] = case.users().leak();
    let (answer, kept, fresh) = (asked(store.clone()), asked(store.clone()), asked(store));
    Contestant {
        name,
        version: version("sidekick-core"),
        answer: Box::new(move |user| answer(&user.key, &user.borrowed())),
        kept: lap(users.iter().map(|user| (&user.key, user.borrowed())).collect(), move |(key, attributes)| {
            kept(key, attributes)
        }),
        fresh: lap(users.iter().collect(), move |user: &&User| {
            let mut attributes = [("", ""); 5];
            let given = attributes.iter_mut().zip(&user.attributes);
            given.for_each(|(attribute, (name, value))| *attribute = (name, value));
            fresh(&user.key, &attributes[..user.attributes.len()])
        }),
    }
}
