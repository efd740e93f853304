//! Points in time as integers. The core has no clock: a host reads it and passes the number in.

use crate::error::{Error, ErrorKind, excerpt};
use core::fmt;

/// Milliseconds since 1970-01-01T00:00:00Z, written as RFC 3339 with three decimals; years 1970 to 9999.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

const DAY: u64 = 86_400_000;

impl Timestamp {
    /// The last millisecond of the year 9999.
    pub const MAX: Self = Self(2_932_897 * DAY - 1);

    /// `millis` after the start of 1970, at most [`Timestamp::MAX`].
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        if millis < Self::MAX.0 { Self(millis) } else { Self::MAX }
    }

    /// Milliseconds since the start of 1970.
    #[must_use]
    pub const fn millis(self) -> u64 {
        self.0
    }

    /// Reads `YYYY-MM-DDTHH:MM:SS[.digits]Z`; digits beyond milliseconds are cut off.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidTimestamp`] for other forms, dates that no calendar has, and years before 1970.
    pub fn parse(text: &str) -> Result<Self, Error> {
        read(text.as_bytes()).ok_or_else(|| ErrorKind::InvalidTimestamp { found: excerpt(text) }.into())
    }
}

fn read(text: &[u8]) -> Option<Timestamp> {
    let (head, tail) = text.split_at_checked(19)?;
    let punctuated = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if !punctuated.iter().all(|(at, byte)| head.get(*at) == Some(byte)) {
        return None;
    }
    let part = |start, end| number(head.get(start..end)?);
    let (year, month, day) = (part(0, 4)?, part(5, 7)?, part(8, 10)?);
    let (hour, minute, second) = (part(11, 13)?, part(14, 16)?, part(17, 19)?);
    let fraction = match tail.strip_suffix(b"Z")? {
        [] => 0,
        [b'.', digits @ ..] if (1..=9).contains(&digits.len()) => {
            number(digits)?;
            digits.iter().chain(b"00").take(3).fold(0, |millis, digit| millis * 10 + u64::from(digit - b'0'))
        }
        _ => return None,
    };
    let days = days_from_civil(year, month, day)?;
    if year < 1970 || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some(Timestamp(days * DAY + ((hour * 60 + minute) * 60 + second) * 1000 + fraction))
}

fn number(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0_u64, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u64::from(byte - b'0')))
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar (Howard Hinnant, `days_from_civil`).
fn days_from_civil(year: u64, month: u64, day: u64) -> Option<u64> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let length = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    let (year, month) = if month > 2 { (year, month - 3) } else { (year.checked_sub(1)?, month + 9) };
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    (year * 365 + year / 4 + year / 400 + day_of_year).checked_sub(year / 100 + 719_468)
}

/// The inverse (Howard Hinnant, `civil_from_days`): year, month, day.
const fn civil_from_days(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let year = year_of_era + era * 400;
    if month < 10 { (year, month + 3, day) } else { (year + 1, month - 9, day) }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_from_days(self.0 / DAY);
        let millis = self.0 % DAY;
        let (hour, minute, second) = (millis / 3_600_000, millis / 60_000 % 60, millis / 1000 % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", millis % 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn known_times_read_and_write() {
        for (text, millis) in [
            ("1970-01-01T00:00:00.000Z", 0),
            ("2000-02-29T23:59:59.999Z", 951_868_799_999),
            ("2026-01-02T03:04:05.678Z", 1_767_323_045_678),
            ("9999-12-31T23:59:59.999Z", Timestamp::MAX.millis()),
        ] {
            assert_eq!(Timestamp::parse(text).unwrap().millis(), millis, "{text}");
            assert_eq!(Timestamp::from_millis(millis).to_string(), text);
        }
        assert_eq!(Timestamp::parse("2026-01-02T03:04:05Z").unwrap().millis(), 1_767_323_045_000);
        assert_eq!(Timestamp::parse("2026-01-02T03:04:05.6789Z").unwrap().millis(), 1_767_323_045_678);
        assert_eq!(Timestamp::parse("2026-01-02T03:04:05.6Z").unwrap().millis(), 1_767_323_045_600);
    }

    #[test]
    fn every_day_until_2400_survives_the_round_trip() {
        for day in 0..157_054 {
            let time = Timestamp::from_millis(day * DAY);
            assert_eq!(Timestamp::parse(&time.to_string()), Ok(time));
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "2026-01-02",
            "2026-01-02 03:04:05Z",
            "2026-01-02T03:04:05",
            "2026-01-02T03:04:05+01:00",
            "2026-01-02T03:04:05.Z",
            "2026-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "1969-12-31T23:59:59Z",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z",
            "2026-01-01T00:00:60Z",
            "2026-01-01T00:00:0éZ",
        ] {
            assert!(Timestamp::parse(text).is_err(), "{text}");
        }
    }
}
