//! The guard round every export: no client, no panic and no unusable argument gets past it.

use crate::client::SidekickClient;
use crate::fault::{Fault, SidekickError};

/// Lets `act` use the client; where it cannot, notes why in the client and gives `instead`.
///
/// # Safety
/// `client` must be null, or come from `sidekick_client_create` and not be freed before the call ends.
#[inline]
pub(crate) unsafe fn with<T>(
    client: *const SidekickClient,
    instead: impl FnOnce(SidekickError) -> T,
    act: impl FnOnce(&SidekickClient) -> Result<T, Fault>,
) -> T {
    // SAFETY: the caller's promise; a client is shared, never borrowed for writing.
    let Some(client) = (unsafe { client.as_ref() }) else {
        return instead(SidekickError::Pointer);
    };
    caught(|| act(client)).unwrap_or_else(|fault| {
        let code = fault.code;
        client.note(fault);
        instead(code)
    })
}

/// As [`with`], for what only succeeds or fails.
///
/// # Safety
/// As for [`with`].
pub(crate) unsafe fn run(
    client: *const SidekickClient,
    act: impl FnOnce(&SidekickClient) -> Result<(), Fault>,
) -> SidekickError {
    // SAFETY: the caller's promise is passed on.
    unsafe { with(client, |code| code, |client| act(client).map(|()| SidekickError::None)) }
}

/// The result of `act`, or a fault where it panicked.
#[cfg(feature = "std")]
#[inline]
pub(crate) fn caught<T>(act: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    // What a panic leaves half done lies behind a lock, which it poisons.
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(act)).unwrap_or_else(|_| Err(Fault::panicked()))
}

/// The result of `act`; a panic has ended the process.
#[cfg(not(feature = "std"))]
#[inline]
pub(crate) fn caught<T>(act: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    act()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(
        client: *const SidekickClient,
        act: impl FnOnce(&SidekickClient) -> Result<i32, Fault>,
    ) -> Result<i32, SidekickError> {
        // SAFETY: null, or a client that lives.
        unsafe { with(client, Err, |client| act(client).map(Ok)) }
    }

    #[test]
    fn without_a_client_nothing_is_done() {
        assert_eq!(answer(core::ptr::null(), |_| unreachable!()), Err(SidekickError::Pointer));
    }

    #[test]
    fn a_fault_is_noted_in_the_client() {
        let client = SidekickClient::new(1);
        assert_eq!(answer(&raw const client, |_| Ok(5)), Ok(5));
        assert_eq!(client.last_message(), "");
        assert_eq!(answer(&raw const client, |_| Err(Fault::stale_handle())), Err(SidekickError::StaleHandle));
        assert!(client.last_message().contains("resolve it again"));
    }

    #[test]
    #[cfg(feature = "std")]
    fn a_panic_ends_at_the_guard() {
        let client = SidekickClient::new(1);
        assert_eq!(answer(&raw const client, |_| panic!("on purpose")), Err(SidekickError::Panic));
        assert!(client.last_message().contains("use another client"));
        assert_eq!(answer(&raw const client, |client| client.sync.read(|_| 1)), Ok(1));
    }

    #[test]
    #[cfg(feature = "std")]
    fn a_client_whose_flags_are_half_written_answers_no_more() {
        let client = SidekickClient::new(1);
        let torn = answer(&raw const client, |client| client.sync.write(|_| panic!("on purpose")));
        assert_eq!(torn, Err(SidekickError::Panic));
        assert_eq!(answer(&raw const client, |client| client.sync.read(|_| 1)), Err(SidekickError::Panic));
        assert_eq!(answer(&raw const client, |client| client.sync.write(|_| 1)), Err(SidekickError::Panic));
    }
}
