//! The end of a key, as everything hears it that was opened with the key.

use std::sync::Arc;
use tokio::sync::watch;

/// Hears of the end of a key. Clones hear the same.
#[derive(Clone, Debug)]
pub struct KeyEnd(Option<watch::Receiver<()>>);

/// A key is good for as long as somebody has its life.
#[derive(Clone, Debug)]
pub struct KeyLife(Arc<watch::Sender<()>>);

impl KeyEnd {
    /// Of what goes on as long as the server does.
    pub const NEVER: Self = Self(None);

    /// Done when the end has come.
    pub async fn over(mut self) {
        self.come().await;
    }

    /// Waits for the end.
    pub async fn come(&mut self) {
        match &mut self.0 {
            // Nothing is ever sent: an error says that the life is over.
            Some(life) => while life.changed().await.is_ok() {},
            None => std::future::pending().await,
        }
    }
}

impl KeyLife {
    /// A life that begins.
    #[must_use]
    pub fn begin() -> Self {
        Self(Arc::new(watch::Sender::new(())))
    }

    /// Its end.
    #[must_use]
    pub fn end(&self) -> KeyEnd {
        KeyEnd(Some(self.0.subscribe()))
    }
}
