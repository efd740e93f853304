//! The arguments of one call from JavaScript, read with raw Node-API, for the conversions of generated code cost more
//! than the evaluation.

use crate::shared::Shared;
use napi::sys;
use std::ptr;

/// As many arguments are fetched at once. Node-API fills the places that a call leaves, so more would cost.
const FEW: usize = 6;

/// Calls `act` with the call's arguments and with what its function was made with, and puts the answer into the frame.
///
/// # Safety
/// `env` and `info` must be what Node called a function with that [`crate::evaluate::define`] made.
#[inline]
pub(crate) unsafe fn with(
    env: sys::napi_env,
    info: sys::napi_callback_info,
    act: impl Fn(&Shared, &[sys::napi_value]) -> i32,
) -> sys::napi_value {
    let mut few = [ptr::null_mut(); FEW];
    let mut count = FEW;
    let mut data = ptr::null_mut();
    // SAFETY: the buffers are as long as the call is told.
    let status =
        unsafe { sys::napi_get_cb_info(env, info, &raw mut count, few.as_mut_ptr(), ptr::null_mut(), &raw mut data) };
    if status != sys::Status::napi_ok {
        return ptr::null_mut();
    }
    // SAFETY: `define` put a `Shared` there, which lives as long as the function does.
    let shared = unsafe { &*data.cast::<Shared>() };
    let answer = match few.get(..count) {
        Some(arguments) => act(shared, arguments),
        // SAFETY: the caller's promise is passed on.
        None => act(shared, &unsafe { all(env, info, count) }),
    };
    shared.frame.answer(answer);
    ptr::null_mut()
}

/// # Safety
/// As for [`with`].
#[cold]
unsafe fn all(env: sys::napi_env, info: sys::napi_callback_info, mut count: usize) -> Vec<sys::napi_value> {
    let mut arguments = vec![ptr::null_mut(); count];
    // SAFETY: the buffer is as long as the call is told.
    unsafe {
        sys::napi_get_cb_info(env, info, &raw mut count, arguments.as_mut_ptr(), ptr::null_mut(), ptr::null_mut())
    };
    arguments
}

/// An argument that should be a number; what is none is `None`.
///
/// # Safety
/// `env` and `value` must be those of the call that Node is making.
#[inline]
pub(crate) unsafe fn i64(env: sys::napi_env, value: sys::napi_value) -> Option<i64> {
    let mut number = 0;
    // SAFETY: a place for the number is all that the call needs.
    let status = unsafe { sys::napi_get_value_int64(env, value, &raw mut number) };
    (status == sys::Status::napi_ok).then_some(number)
}
