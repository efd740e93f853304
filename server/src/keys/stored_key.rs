//! Keys as storage has them.

use super::{KeyDigest, KeyKind, KeyName};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sidekick_core::Timestamp;

/// One secret of a named key. A rotation adds another one of the same name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredKey {
    /// What is kept of the secret.
    pub digest: KeyDigest,
    /// The key's name.
    pub name: KeyName,
    /// What it is for.
    pub kind: KeyKind,
    /// 1 for a key's first secret, and one more for each rotation.
    pub generation: u32,
    /// When it was made.
    #[serde(with = "time")]
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: String,
    /// When a rotation put another one in its place.
    #[serde(with = "optional_time", default)]
    pub rotated_at: Option<Timestamp>,
    /// From when on it is refused.
    #[serde(with = "optional_time", default)]
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    #[serde(with = "optional_time", default)]
    pub revoked_at: Option<Timestamp>,
    /// Who revoked it.
    #[serde(default)]
    pub revoked_by: Option<String>,
    /// When a request last came with it, to about a minute. Kept beside the rest: it changes all the time.
    #[serde(skip)]
    pub last_used_at: Option<Timestamp>,
    /// What a newer version has written beside these, which stays.
    #[serde(flatten)]
    pub unknown: Map<String, Value>,
}

/// Every key at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    /// The moment.
    pub version: KeysVersion,
    /// Whether keys are asked for. It stays so once the first admin key was stored: the end of the last one must not
    /// open the server to everybody.
    pub is_required: bool,
    /// The secrets, in no order.
    pub secrets: Vec<StoredKey>,
}

/// Which state the keys are in. Each change gives them another, at random: so a database that was put back to an older
/// state, or a copy that took another way, cannot be taken for the newer one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeysVersion(i64);

impl StoredKey {
    /// When it ended; `None` while it is good.
    #[must_use]
    pub fn ended_at(&self, now: Timestamp) -> Option<Timestamp> {
        match (self.revoked_at, self.expired_at(now)) {
            (Some(revoked), Some(expired)) => Some(revoked.min(expired)),
            (revoked, expired) => revoked.or(expired),
        }
    }

    /// When its time was over; `None` while it is not. A rotation without overlap counts at once, even on a machine
    /// whose clock is behind that of the one which rotated.
    #[must_use]
    pub fn expired_at(&self, now: Timestamp) -> Option<Timestamp> {
        let is_over = |end: &Timestamp| *end <= now || self.rotated_at.is_some_and(|rotated_at| *end <= rotated_at);
        self.expires_at.filter(is_over)
    }
}

impl KeysVersion {
    /// Another one than any before.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn random() -> Result<Self, getrandom::Error> {
        Ok(Self(getrandom::u64()?.cast_signed()))
    }

    pub(crate) const fn from_stored(version: i64) -> Self {
        Self(version)
    }

    pub(crate) const fn stored(self) -> i64 {
        self.0
    }
}

mod time {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use sidekick_core::Timestamp;

    pub(super) fn serialize<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(time.as_str())
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(deserializer: D) -> Result<Timestamp, D::Error> {
        Timestamp::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

mod optional_time {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
    use sidekick_core::Timestamp;

    pub(super) fn serialize<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
        time.as_ref().map(Timestamp::as_str).serialize(serializer)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| Timestamp::parse(&text)).transpose().map_err(D::Error::custom)
    }
}
