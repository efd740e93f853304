//! The word that the server is to end, as every task hears it.

use tokio::sync::watch;

/// Hears the word. Clones hear the same.
#[derive(Clone, Debug)]
pub struct Shutdown(watch::Receiver<bool>);

/// Gives the word.
#[derive(Debug)]
pub struct ShutdownSender(watch::Sender<bool>);

impl Shutdown {
    /// One who gives the word and one who hears it.
    #[must_use]
    pub fn new() -> (ShutdownSender, Self) {
        let (sender, receiver) = watch::channel(false);
        (ShutdownSender(sender), Self(receiver))
    }

    /// Whether the word was given.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits for the word; it counts as given when nobody can give it any more.
    pub async fn begun(&mut self) {
        // Both outcomes mean the end.
        let _ = self.0.wait_for(|begun| *begun).await;
    }
}

impl ShutdownSender {
    /// Gives the word to all.
    pub fn begin(&self) {
        self.0.send_replace(true);
    }
}
