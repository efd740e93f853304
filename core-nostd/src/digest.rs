//! An order-free checksum over which flag stands at which revision.

use crate::error::ErrorKind;
use crate::event_id::Revision;
use crate::flag_key::FlagKey;
use crate::json::Reader;
use core::fmt;

/// The wrapping 64-bit sum over all flags of `fmix64(fnv1a64(key) ^ revision × 0x9E3779B97F4A7C15)`.
///
/// Both ends of a stream keep it incrementally and compare it at each heartbeat, so a change lost without a trace is
/// found within one heartbeat. It guards against faults, not against forgery. FNV-1a: Fowler, Noll, Vo; `fmix64`:
/// MurmurHash3's finalizer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Digest(u64);

impl Digest {
    /// The digest of no flags.
    pub const EMPTY: Self = Self(0);

    /// The digest as a number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The digest with one more flag.
    #[must_use]
    pub fn with(self, key: &FlagKey, revision: Revision) -> Self {
        Self(self.0.wrapping_add(term(key, revision)))
    }

    /// The digest with one flag less.
    #[must_use]
    pub fn without(self, key: &FlagKey, revision: Revision) -> Self {
        Self(self.0.wrapping_sub(term(key, revision)))
    }

    /// Reads 16 lower-case hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 16 {
            return None;
        }
        let digit = |byte| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        text.bytes().try_fold(0, |value, byte| Some(value << 4 | u64::from(digit(byte)?))).map(Self)
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Self {
        let start = reader.start();
        let digest = Self::parse(reader.string());
        digest.unwrap_or_else(|| {
            reader.fault_at(ErrorKind::InvalidDigest, start);
            Self::EMPTY
        })
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

fn term(key: &FlagKey, revision: Revision) -> u64 {
    let fnv1a = key
        .as_str()
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mut hash = fnv1a ^ revision.get().wrapping_mul(0x9e37_79b9_7f4a_7c15);
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}
