//! Who is asking: bearer keys and what they may do.

use crate::actors::View;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// What a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Without a key.
    Public,
    /// Read flags and the stream: `CLIENT_KEY`.
    Read,
    /// Everything: `SDK_KEY`.
    Full,
}

impl Access {
    /// What of the flags it sees.
    #[must_use]
    pub const fn view(self) -> View {
        match self {
            Self::Full => View::All,
            Self::Public | Self::Read => View::Public,
        }
    }
}

/// A caller whose key is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// What the history calls it.
    pub name: String,
    /// What it may do.
    pub access: Access,
}

/// The keys that the server knows, as digests.
#[derive(Debug)]
pub struct Keyring {
    keys: Vec<(Sha256Digest, Principal)>,
}

type Sha256Digest = [u8; 32];

impl Keyring {
    /// The keys for full and for read-only access. Without any full key, authentication is off.
    #[must_use]
    pub fn new(sdk_keys: &[String], client_keys: &[String]) -> Self {
        if sdk_keys.is_empty() {
            return Self { keys: Vec::new() };
        }
        let named = |kind: &str, access, key: &String| {
            let digest: Sha256Digest = Sha256::digest(key.as_bytes()).into();
            // The start of the digest tells the keys of a rotation apart without giving them away.
            let id: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
            (digest, Principal { name: format!("{kind}:{id}"), access })
        };
        let full = sdk_keys.iter().map(|key| named("sdk_key", Access::Full, key));
        let read = client_keys.iter().map(|key| named("client_key", Access::Read, key));
        Self { keys: full.chain(read).collect() }
    }

    /// Whether keys are asked for at all.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        !self.keys.is_empty()
    }

    /// The caller with `key`; where authentication is off, anybody may do everything.
    ///
    /// Digests are compared, all of them and each in constant time, so the time taken tells nothing about a key.
    #[must_use]
    pub fn authenticate(&self, key: Option<&str>) -> Option<Principal> {
        if !self.is_on() {
            return Some(Principal { name: "anonymous".to_owned(), access: Access::Full });
        }
        let digest: Sha256Digest = Sha256::digest(key?.as_bytes()).into();
        let mut found = None;
        for (known, principal) in &self.keys {
            if bool::from(known.ct_eq(&digest)) && found.is_none() {
                found = Some(principal);
            }
        }
        found.cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyring() -> Keyring {
        Keyring::new(&["old".to_owned(), "new".to_owned()], &["public".to_owned()])
    }

    #[test]
    fn every_key_of_a_rotation_works_under_its_own_name() {
        let (old, new) = (keyring().authenticate(Some("old")).unwrap(), keyring().authenticate(Some("new")).unwrap());
        assert_eq!((old.access, new.access), (Access::Full, Access::Full));
        assert_ne!(old.name, new.name);
        assert!(!old.name.contains("old"), "a name must not give the key away");
        assert_eq!(keyring().authenticate(Some("public")).unwrap().access, Access::Read);
    }

    #[test]
    fn other_keys_and_none_are_refused() {
        for key in [None, Some(""), Some("ol"), Some("oldd"), Some("OLD"), Some("old,new")] {
            assert_eq!(keyring().authenticate(key), None, "{key:?}");
        }
    }

    #[test]
    fn without_a_full_key_everybody_may_do_everything() {
        let open = Keyring::new(&[], &["public".to_owned()]);
        assert!(!open.is_on());
        assert_eq!(open.authenticate(None).unwrap().access, Access::Full);
    }
}
