//! The evaluations, which JavaScript calls thousands of times a request: no allocation, and nothing crosses but a handle
//! for the flag, the values that its rules read, and an integer back (`Evaluation::to_bits`).

use crate::arguments;
use crate::bound_users::BoundUser;
use crate::frame::{Frame, Place};
use crate::shared::Shared;
use crate::text::{LazyText, Text};
use napi::bindgen_prelude::JsObjectValue;
use napi::{Env, Result, check_status, sys};
use sidekick_core::Attributes;
use std::array;
use std::cell::Cell;
use std::ffi::{CStr, c_void};
use std::ptr;
use std::rc::Rc;

/// The answer depends on something that is not usable: a handle that went stale, or a user key that is no string.
const UNUSABLE: i32 = -1;
/// The user has no place, not yet or not any more, and must be bound.
const UNBOUND: i32 = -2;

/// As many attributes are read without asking for memory.
const FEW: usize = 5;

/// Gives `object` the functions `evaluate`, `bind` and `evaluateBound`.
pub(crate) fn define<'env>(env: &Env, object: &mut impl JsObjectValue<'env>, shared: &Rc<Shared>) -> Result<()> {
    let functions: [(&CStr, sys::napi_callback); 3] =
        [(c"evaluate", Some(evaluate)), (c"bind", Some(bind)), (c"evaluateBound", Some(evaluate_bound))];
    for (name, callback) in functions {
        let data = Rc::into_raw(Rc::clone(shared)).cast_mut().cast::<c_void>();
        let mut function = ptr::null_mut();
        // SAFETY: the name ends with a zero; `release` takes the count of `data` back once the function is gone, and
        // until then `data` lives.
        unsafe {
            let length = name.count_bytes() as isize;
            check_status!(sys::napi_create_function(
                env.raw(),
                name.as_ptr(),
                length,
                callback,
                data,
                &raw mut function
            ))?;
            check_status!(sys::napi_add_finalizer(
                env.raw(),
                function,
                data,
                Some(release),
                ptr::null_mut(),
                ptr::null_mut()
            ))?;
            check_status!(sys::napi_set_named_property(env.raw(), object.raw(), name.as_ptr(), function))?;
        }
    }
    Ok(())
}

unsafe extern "C" fn release(_env: sys::napi_env, data: *mut c_void, _hint: *mut c_void) {
    // SAFETY: `define` took this count, and Node calls each finalizer once.
    drop(unsafe { Rc::from_raw(data.cast::<Shared>()) });
}

/// `evaluate(userKey, ...values)`, with the flag in the frame, and each text there or as an argument: the values in the
/// order of the handle's attributes. The answer is in the frame.
unsafe extern "C" fn evaluate(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let act = |shared: &Shared, arguments: &[sys::napi_value]| {
        let (user_key, values) = arguments.split_first().map_or((None, arguments), |(key, rest)| (Some(*key), rest));
        let (few, many): ([LazyText; FEW], Vec<LazyText>);
        let texts = if values.is_empty() {
            [].as_slice()
        } else if values.len() <= FEW {
            few = array::from_fn(|_| LazyText::new());
            few.as_slice()
        } else {
            many = values.iter().map(|_| LazyText::new()).collect();
            &many
        };
        let mut key = Text::new();
        let key = &mut key;
        let values = Values { env, frame: &shared.frame, values, texts };
        answer(
            shared,
            || match shared.frame.text(0) {
                Place::Here(text) => Some(text),
                Place::Absent => None,
                // SAFETY: Node makes this call, and these are its arguments.
                Place::Argument => unsafe { key.read(env, user_key?) },
            },
            &values,
        )
    };
    // SAFETY: Node makes this call, of a function that `define` made.
    unsafe { arguments::with(env, info, act) }
}

/// `evaluateBound(user)`, for a user that `bind` has placed, with the flag in the frame. So is the answer.
unsafe extern "C" fn evaluate_bound(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let act = |shared: &Shared, arguments: &[sys::napi_value]| {
        // SAFETY: Node makes this call, and these are its arguments.
        let number = arguments.first().and_then(|user| unsafe { arguments::i64(env, *user) });
        let Ok(users) = shared.users.try_borrow() else {
            return UNUSABLE;
        };
        let Some(user) = number.and_then(|number| users.get(number)) else {
            return UNBOUND;
        };
        answer(shared, || user.user_key.as_deref(), user)
    };
    // SAFETY: Node makes this call, of a function that `define` made.
    unsafe { arguments::with(env, info, act) }
}

/// `bind(user, userKey, name, value, name, value, …)`: places a user, by a number that no other has.
unsafe extern "C" fn bind(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let act = |shared: &Shared, arguments: &[sys::napi_value]| {
        let [number, user_key, attributes @ ..] = arguments else {
            return UNUSABLE;
        };
        // SAFETY: Node makes this call, and these are its arguments.
        let text = |value: sys::napi_value| unsafe { Text::new().read(env, value).map(Box::from) };
        let pairs = attributes.chunks_exact(2).filter_map(|pair| match pair {
            [name, value] => Some((text(*name)?, text(*value)?)),
            _ => None,
        });
        let attributes = pairs.collect();
        // SAFETY: as above.
        let number = unsafe { arguments::i64(env, *number) };
        match (number, shared.users.try_borrow_mut()) {
            (Some(number), Ok(mut users)) => {
                users.put(BoundUser::new(number, text(*user_key), attributes));
                0
            }
            _ => UNUSABLE,
        }
    };
    // SAFETY: Node makes this call, of a function that `define` made.
    unsafe { arguments::with(env, info, act) }
}

/// The attribute values of a call, fetched when a rule asks for them.
struct Values<'a> {
    env: sys::napi_env,
    frame: &'a Frame,
    values: &'a [sys::napi_value],
    texts: &'a [LazyText],
}

impl Attributes for Values<'_> {
    #[inline]
    fn value_of(&self, index: usize, _name: &str) -> Option<&str> {
        match self.frame.text(index + 1) {
            Place::Here(text) => Some(text),
            Place::Absent => None,
            Place::Argument => {
                let (text, value) = (self.texts.get(index)?, self.values.get(index)?);
                // SAFETY: these are the arguments of the call that Node is making.
                unsafe { text.read(self.env, *value) }
            }
        }
    }
}

#[inline]
fn answer<'u, A: Attributes>(shared: &Shared, user_key: impl FnOnce() -> Option<&'u str>, attributes: &A) -> i32 {
    let Ok(sync) = shared.sync.try_borrow() else {
        return UNUSABLE;
    };
    let Some(flag) = sync.store().get_by_handle(shared.frame.handle()) else {
        return UNUSABLE;
    };
    let is_usable = Cell::new(true);
    let user_key = || {
        user_key().unwrap_or_else(|| {
            is_usable.set(false);
            ""
        })
    };
    let bits = flag.evaluate_lazily(user_key, attributes).to_bits();
    // At most 21 bits.
    if is_usable.get() { bits as i32 } else { UNUSABLE }
}
