//! Where the hash puts a user, and the share of users that a flag is on for.

use crate::error::{Error, ErrorKind, excerpt};
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
    pub(crate) fn parse(number: &str) -> Result<Self, Error> {
        exact_thousandths(number)
            .and_then(Self::from_thousandths)
            .ok_or_else(|| ErrorKind::InvalidPercentage { found: excerpt(number) }.into())
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
    write!(f, "{}", value / 1000)?;
    let (mut fraction, mut scale) = (value % 1000, 100);
    if fraction > 0 {
        f.write_str(".")?;
    }
    while fraction > 0 {
        write!(f, "{}", fraction / scale)?;
        fraction %= scale;
        scale /= 10;
    }
    Ok(())
}

/// The value of a JSON number in thousandths, where it is whole, not negative and has at most six digits.
fn exact_thousandths(number: &str) -> Option<u32> {
    let (negative, number) = match number.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, number),
    };
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));

    // The value is `significant` × 10^`scale` thousandths, where `significant` neither starts nor ends with a zero.
    let digits = || whole.bytes().chain(fraction.bytes());
    let leading = digits().take_while(|digit| *digit == b'0').count();
    let trailing = digits().rev().take_while(|digit| *digit == b'0').count();
    let count = whole.len() + fraction.len();
    if leading == count {
        return Some(0);
    }
    let scale = saturating_exponent(exponent)
        .saturating_add(3)
        .saturating_sub(i64::try_from(fraction.len()).ok()?)
        .saturating_add(i64::try_from(trailing).ok()?);
    let significant = count - leading - trailing;
    if negative || scale < 0 || scale.saturating_add(i64::try_from(significant).ok()?) > 6 {
        return None;
    }
    let value = digits().skip(leading).take(significant).fold(0, |value, digit| value * 10 + u32::from(digit - b'0'));
    Some((0..scale).fold(value, |value, _| value * 10))
}

/// The exponent of a JSON number; one too large for `i64` is as good as its limit.
fn saturating_exponent(text: &str) -> i64 {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let magnitude = digits
        .bytes()
        .fold(0_i64, |value, digit| value.saturating_mul(10).saturating_add(i64::from(digit - b'0')).min(1 << 40));
    sign * magnitude
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_exactly() {
        let thousandths = |text| Percentage::parse(text).map(Percentage::thousandths).ok();
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
