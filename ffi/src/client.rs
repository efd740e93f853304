//! The client behind the pointer: the core's sync client under a lock, and the last error.

use crate::fault::Fault;
use crate::lock::Lock;
use alloc::borrow::Cow;
use alloc::string::String;
use sidekick_core::sync::SyncClient;

/// How many bytes of the stream are taken at once, so that an evaluation that comes meanwhile need not wait for more.
const PIECE: usize = 4096;

/// A client of one server. Its memory is the library's.
#[derive(Debug)]
pub struct SidekickClient {
    pub(crate) sync: Lock<SyncClient>,
    last_message: Lock<Cow<'static, str>>,
}

impl SidekickClient {
    pub(crate) const fn new(seed: u64) -> Self {
        Self { sync: Lock::new(SyncClient::new(seed)), last_message: Lock::new(Cow::Borrowed("")) }
    }

    /// Keeps the message of an error.
    #[cold]
    pub(crate) fn note(&self, fault: Fault) {
        // Nobody panics while writing it, so there is nothing to be told.
        let _ = self.last_message.write(|last| *last = fault.message);
    }

    /// The message of the last error; empty before the first.
    pub(crate) fn last_message(&self) -> String {
        self.last_message.read(|last| last.clone().into_owned()).unwrap_or_default()
    }

    /// Bytes of the stream arrived.
    pub(crate) fn feed(&self, now: u64, bytes: &[u8]) -> Result<(), Fault> {
        let mut pieces = bytes.chunks(PIECE).peekable();
        while let Some(piece) = pieces.next() {
            self.sync.write(|sync| sync.handle_bytes(now, piece))?;
            if pieces.peek().is_some() {
                self.sync.let_readers_in();
            }
        }
        Ok(())
    }
}
