//! Where the hash puts a user, and the share of users that a flag is on for.

use crate::json::Writer;
use alloc::vec::Vec;
use core::fmt;

/// A share of users in thousandths of a percent, from 0 to 100 %.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percentage(u32);

/// Where the hash puts a user, in thousandths: 0 to 99,999 for 0 to 99.999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bucket(u32);

impl Percentage {
    /// Nobody.
    pub const ZERO: Self = Self(0);
    /// Everybody.
    pub const HUNDRED: Self = Self(100_000);

    /// `thousandths` of a percent; `None` above 100,000.
    #[must_use]
    pub const fn from_thousandths(thousandths: u32) -> Option<Self> {
        if thousandths <= Self::HUNDRED.0 { Some(Self(thousandths)) } else { None }
    }

    /// The share in thousandths of a percent.
    #[must_use]
    pub const fn thousandths(self) -> u32 {
        self.0
    }

    /// Reads a number whose JSON grammar is already checked, exactly and without floating point.
    pub(crate) fn parse(number: &str) -> Option<Self> {
        exact_thousandths(number.as_bytes()).and_then(Self::from_thousandths)
    }

    /// Whether a user in `bucket` is within this share.
    #[inline]
    #[must_use]
    pub const fn includes(self, bucket: Bucket) -> bool {
        bucket.0 < self.0
    }
}

impl Bucket {
    /// The bucket of a hash `h`: `h % 100` and, as three decimals, `(h / 100) % 1000`.
    ///
    /// Whole percentages so select exactly `h % 100 < p`, and raising a rollout only ever adds users.
    #[inline]
    #[must_use]
    pub const fn from_hash(hash: u32) -> Self {
        Self(hash % 100 * 1000 + hash / 100 % 1000)
    }

    /// The bucket in thousandths.
    #[must_use]
    pub const fn thousandths(self) -> u32 {
        self.0
    }
}

/// A decimal number without trailing zeros: `50`, `0.1`, `12.345`.
impl fmt::Display for Percentage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_thousandths(self.0, f)
    }
}

/// A decimal number without trailing zeros: `7`, `41.07`.
impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_thousandths(self.0, f)
    }
}

fn write_thousandths(value: u32, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut text = Vec::new();
    Writer::new(&mut text).thousandths(value);
    f.write_str(core::str::from_utf8(&text).unwrap_or_default())
}

/// The value of a JSON number in thousandths, where that is whole and at most 100 %.
fn exact_thousandths(number: &[u8]) -> Option<u32> {
    // The value is `digits` × 10^`scale` thousandths.
    let (mut digits, mut scale) = (0_u64, 3_i64);
    let mut is_right = true;
    let mut behind_point = 0;
    for (at, byte) in number.iter().enumerate() {
        match byte {
            b'-' => is_right = false,
            b'.' => behind_point = 1,
            b'0'..=b'9' if digits < 1 << 56 => {
                digits = digits * 10 + u64::from(byte & 15);
                scale -= behind_point;
            }
            // So many digits are only right where those that follow are zeros.
            b'0'..=b'9' => {
                is_right &= *byte == b'0';
                scale += 1 - behind_point;
            }
            _ => {
                scale += exponent(number.get(at + 1..).unwrap_or_default());
                break;
            }
        }
    }
    if digits == 0 {
        return Some(0);
    }
    while scale < 0 && digits.is_multiple_of(10) {
        digits /= 10;
        scale += 1;
    }
    while scale > 0 && digits < 100_000 {
        digits *= 10;
        scale -= 1;
    }
    if is_right && scale == 0 { u32::try_from(digits).ok() } else { None }
}

/// The exponent of a JSON number; one that is beyond every share is as good as a billion.
fn exponent(text: &[u8]) -> i64 {
    let mut sign = 1;
    let mut value = 0_i64;
    for byte in text {
        match byte {
            b'-' => sign = -1,
            b'+' => {}
            digit => value = (value * 10 + i64::from(digit & 15)).min(1_000_000_000),
        }
    }
    sign * value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_exactly() {
        let thousandths = |text| Percentage::parse(text).map(Percentage::thousandths);
        for (text, expected) in [
            ("0", 0),
            ("-0", 0),
            ("0.000000000000", 0),
            ("0e99999999999999999999", 0),
            ("50", 50_000),
            ("50.000000", 50_000),
            ("5e1", 50_000),
            ("1E+2", 100_000),
            ("0.001", 1),
            ("1e-3", 1),
            ("99.999", 99_999),
            ("12345e-3", 12_345),
            ("0.0000000001e10", 1_000),
        ] {
            assert_eq!(thousandths(text), Some(expected), "{text}");
        }
        for text in [
            "-1",
            "-0.001",
            "100.001",
            "101",
            "12.3456",
            "1e400",
            "1e-4",
            "1e-99999999999999999999",
            "1e18446744073709551617",
        ] {
            assert_eq!(thousandths(text), None, "{text}");
        }
    }

    #[test]
    fn a_percentage_is_written_without_trailing_zeros() {
        for (value, text) in
            [(0, "0"), (1, "0.001"), (50_000, "50"), (100, "0.1"), (12_345, "12.345"), (99_050, "99.05")]
        {
            assert_eq!(alloc::format!("{}", Percentage(value)), text);
        }
    }

    #[test]
    fn whole_percentages_are_the_hash_modulo_100() {
        for hash in (0..u32::MAX).step_by(7_919_123) {
            for percent in 0..=100 {
                let share = Percentage::from_thousandths(percent * 1000).unwrap();
                assert_eq!(share.includes(Bucket::from_hash(hash)), hash % 100 < percent);
            }
        }
    }
}
