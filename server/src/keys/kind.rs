//! The kinds of keys.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What a key is for, which says what it may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyKind {
    /// For browsers and apps, which cannot keep it secret: reads flags and the stream.
    Client,
    /// For services: reads everything but the keys.
    Server,
    /// For people and their tools: does everything.
    Admin,
}

impl KeyKind {
    /// All of them, from the least to the most.
    pub const ALL: [Self; 3] = [Self::Client, Self::Server, Self::Admin];

    /// Reads a kind; `None` where the text is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// The kind as a word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
            Self::Admin => "admin",
        }
    }

    /// What every secret of the kind starts with, so that scanners for leaked secrets find it.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Client => "sk_client_",
            Self::Server => "sk_server_",
            Self::Admin => "sk_admin_",
        }
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
