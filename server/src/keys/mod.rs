//! Named API keys: what they are, how they are made, and what may become of them.
//!
//! Storage keeps digests alone. A key is 256 random bits, so SHA-256 is enough: a slow hash protects what can be guessed.

mod change;
pub mod command;
mod digest;
mod kind;
mod name;
mod named_key;
mod secret;
mod stored_key;

pub use change::{Decision, KeyChange, KeyError, KeyOperation, KeyRefusal};
pub use digest::KeyDigest;
pub use kind::KeyKind;
pub use name::KeyName;
pub use named_key::{KeyState, NamedKey, PreviousSecret};
pub use secret::{Secret, conceal};
pub use stored_key::{Keys, KeysVersion, StoredKey};

use std::time::Duration;

/// The most keys that a store holds, those included that have ended and are still remembered.
pub const MAX_KEYS: usize = 10_000;
/// How long an old secret goes on after a rotation, where nobody says otherwise.
pub const DEFAULT_OVERLAP: Duration = Duration::from_secs(24 * 3600);
/// The longest that an old secret goes on after a rotation.
pub const MAX_OVERLAP: Duration = Duration::from_secs(90 * 24 * 3600);
/// How long a key is remembered after its end: who still uses it is told why it is refused, and its name stays taken.
pub const REMEMBERED: Duration = Duration::from_secs(90 * 24 * 3600);
