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
    let (mut digits, mut scale) = (0_u32, 3_i32);
    let mut is_right = true;
    let mut behind_point = 0;
    for (at, byte) in number.iter().enumerate() {
        match byte {
            b'-' => is_right = false,
            b'.' => behind_point = 1,
            b'0'..=b'9' if digits < 1 << 28 => {
                digits = digits * 10 + u32::from(byte & 15);
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
    if is_right && scale == 0 { Some(digits) } else { None }
}

/// The exponent of a JSON number; one that is beyond every share is as good as a hundred million.
fn exponent(text: &[u8]) -> i32 {
    let mut sign = 1;
    let mut value = 0_i32;
    for byte in text {
        match byte {
            b'-' => sign = -1,
            b'+' => {}
            digit => value = (value * 10 + i32::from(digit & 15)).min(100_000_000),
        }
    }
    sign * value
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use proptest::prelude::*;

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
            ("50.000000000000000000000000", 50_000),
            ("100000000000000000000000000e-24", 100_000),
            ("0.00000000000000000000001e24", 10_000),
            ("12.34500000000000000000000000000000", 12_345),
            ("0.00000000000000000000000012345e26", 12_345),
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
            "1e-18446744073709551617",
            "1.0000000000000000000000001",
            "100.00000000000000000000000001",
            "-0.00000000000000000000000000001",
            "72057594037927936",
            "72.057594037927936",
            "72.0570000000000000001",
            "100000000000000000000000001e-24",
        ] {
            assert_eq!(thousandths(text), None, "{text}");
        }
    }

    /// The same by decimal digits alone: no arithmetic that could overflow.
    fn oracle(number: &str) -> Option<u32> {
        let (is_negative, number) = number.strip_prefix('-').map_or((false, number), |rest| (true, rest));
        let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = [whole, fraction].concat();
        let digits = digits.trim_start_matches('0');
        let significant = digits.trim_end_matches('0');
        if significant.is_empty() {
            return Some(0);
        }
        let zeros = (digits.len() - significant.len()) as i128;
        let zeros = zeros + exponent.parse::<i128>().unwrap() - fraction.len() as i128 + 3;
        // Six digits are enough for 100,000 thousandths.
        if is_negative || !(0..=6 - significant.len() as i128).contains(&zeros) {
            return None;
        }
        let thousandths = [significant, &"0".repeat(zeros as usize)].concat();
        thousandths.parse().ok().filter(|thousandths| *thousandths <= 100_000)
    }

    /// A share, or what is a little above, as anybody may write it: with zeros behind, and the point somewhere else.
    fn spelling() -> impl Strategy<Value = String> {
        (1..110_000_u32, 0..40_usize, 0..45_usize).prop_map(|(thousandths, zeros, moved)| {
            let digits = alloc::format!("{thousandths}{}", "0".repeat(zeros));
            let digits = alloc::format!("{}{digits}", "0".repeat((moved + 1).saturating_sub(digits.len())));
            let (whole, fraction) = digits.split_at(digits.len() - moved);
            let point = if moved > 0 { "." } else { "" };
            alloc::format!("{whole}{point}{fraction}e{}", moved as i64 - zeros as i64 - 3)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(8_000) })]

        #[test]
        fn every_spelling_of_a_share_is_read_and_nothing_else(
            spelling in prop_oneof![
                spelling(),
                "-?(0|[1-9][0-9]{0,2})(\\.0{0,25}[0-9]{1,4}0{0,25})?([eE][+-]?[0-9]{1,2})?",
                "-?(0|[1-9][0-9]{0,30}0{0,30})(\\.[0-9]{1,40})?([eE][+-]?[0-9]{1,30})?",
                "(0|[1-9][0-9]{0,3}0{0,30})(\\.0{1,40})?[eE][+-]?[0-9]{1,2}",
            ],
        ) {
            prop_assert_eq!(Percentage::parse(&spelling).map(Percentage::thousandths), oracle(&spelling), "{}", spelling);
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
