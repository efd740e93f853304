//! Who is asking, and what they may do.

mod key_end;
mod keyring;

pub use key_end::{KeyEnd, KeyLife};
pub use keyring::{Denied, Keyring};

use crate::actors::View;
use crate::keys::KeyKind;
use sidekick_core::Timestamp;

/// What a caller may do. Whoever may do more may do all of the less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// What needs no key.
    Public,
    /// Read flags and the stream: what browsers and apps carry.
    Client,
    /// Read everything but the keys: history, evaluation, statistics, metrics.
    Server,
    /// Everything.
    Admin,
}

impl Access {
    /// What of the flags it sees.
    #[must_use]
    pub const fn view(self) -> View {
        match self {
            Self::Server | Self::Admin => View::All,
            Self::Public | Self::Client => View::Public,
        }
    }
}

/// A caller who is let in.
#[derive(Clone, Debug)]
pub struct Principal {
    /// What the history and the log call it: the key's name.
    pub name: String,
    /// What it may do.
    pub access: Access,
    /// The kind of its key; none where no key was asked for.
    pub kind: Option<KeyKind>,
    /// When its key ends by itself.
    pub expires_at: Option<Timestamp>,
    /// Comes when it is not let in any more: what it holds open is to be closed then.
    pub end: KeyEnd,
}

impl Principal {
    /// Whoever asks for what needs no key.
    #[must_use]
    pub fn public() -> Self {
        Self { name: "public".to_owned(), access: Access::Public, kind: None, expires_at: None, end: KeyEnd::NEVER }
    }
}

impl From<KeyKind> for Access {
    fn from(kind: KeyKind) -> Self {
        match kind {
            KeyKind::Client => Self::Client,
            KeyKind::Server => Self::Server,
            KeyKind::Admin => Self::Admin,
        }
    }
}
