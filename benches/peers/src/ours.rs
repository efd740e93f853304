//! Sidekick's core. Its attributes are borrowed, so there is hardly anything to keep of a user.

use crate::contestant::{Contestant, lap, version};
use benches::questions::{Case, KEY, User, store_of};
use sidekick_core::{CompiledFlag, FlagStore, IndexedAttributes};
use std::rc::Rc;

/// Values in the order in which the flag's rules know their attributes. No case has more.
type Values<'u> = [Option<&'u str>; 5];

/// As the SDKs ask: by a handle, which the flag's key was resolved to before, and with nothing but the values that the
/// flag's rules read.
pub(crate) fn by_handle(case: Case, flags: usize) -> Contestant {
    let store = Rc::new(store_of(case.flags(flags)));
    let handle = store.resolve(KEY);
    let users: &'static [User] = case.users().leak();
    let in_order = store.get(KEY).map(|flag| users.iter().map(|user| (&*user.key, values_of(flag, user))).collect());
    let (answering, keeping) = (Rc::clone(&store), Rc::clone(&store));
    Contestant {
        name: "sidekick-core, by handle",
        version: version("sidekick-core"),
        answer: Box::new(move |user| {
            let flag = handle.and_then(|handle| answering.get_by_handle(handle));
            flag.is_some_and(|flag| flag.evaluate(&user.key, &IndexedAttributes(&values_of(flag, user))).enabled)
        }),
        kept: lap(in_order.unwrap_or_default(), move |(key, values)| {
            let flag = handle.and_then(|handle| keeping.get_by_handle(handle));
            flag.is_some_and(|flag| flag.evaluate(key, &IndexedAttributes(values)).enabled)
        }),
        fresh: lap(users.iter().collect(), move |user: &&User| {
            let flag = handle.and_then(|handle| store.get_by_handle(handle));
            flag.is_some_and(|flag| flag.evaluate(&user.key, &IndexedAttributes(&values_of(flag, user))).enabled)
        }),
    }
}

/// What a binding fetches of the caller's attributes.
fn values_of<'u>(flag: &CompiledFlag, user: &'u User) -> Values<'u> {
    let mut values = Values::default();
    for (value, name) in values.iter_mut().zip(flag.attributes()) {
        let given = user.attributes.iter().find(|(own, _)| *own == name);
        *value = given.map(|(_, value)| value.as_str());
    }
    values
}

/// By the flag's key and with all attributes, as the peers are asked.
pub(crate) fn by_key(case: Case, flags: usize) -> Contestant {
    let store = Rc::new(store_of(case.flags(flags)));
    let users: &'static [User] = case.users().leak();
    let (answering, keeping) = (Rc::clone(&store), Rc::clone(&store));
    Contestant {
        name: "sidekick-core, by key",
        version: version("sidekick-core"),
        answer: Box::new(move |user| answering.is_enabled(KEY, &user.key, &*user.borrowed(), false)),
        kept: lap(users.iter().map(|user| (&*user.key, user.borrowed())).collect(), move |(key, attributes)| {
            keeping.is_enabled(KEY, key, &**attributes, false)
        }),
        fresh: lap(users.iter().collect(), move |user: &&User| {
            let mut attributes = [("", ""); 5];
            let given = attributes.iter_mut().zip(&user.attributes);
            given.for_each(|(attribute, (name, value))| *attribute = (name, value));
            store.is_enabled(KEY, &user.key, &attributes[..user.attributes.len()], false)
        }),
    }
}
