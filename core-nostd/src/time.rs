//! Points in time as texts. The core has no clock: a host reads it and passes the number in.

use crate::error::{Error, ErrorKind};
use core::fmt;

/// A time in UTC, to the millisecond, as RFC 3339 writes it; years 1970 to 9999.
///
/// It is kept as its text: flags bring it as one, and only a server ever asks for the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp([u8; LENGTH]);

const LENGTH: usize = 24;
const START: [u8; LENGTH] = *b"1970-01-01T00:00:00.000Z";
const DAY: u64 = 86_400_000;
/// The last millisecond of the year 9999.
const LAST: u64 = 2_932_897 * DAY - 1;

impl Default for Timestamp {
    fn default() -> Self {
        Self::EPOCH
    }
}

impl Timestamp {
    /// The start of 1970.
    pub const EPOCH: Self = Self(START);
    /// The last millisecond of the year 9999.
    pub const MAX: Self = Self(*b"9999-12-31T23:59:59.999Z");

    /// `millis` after the start of 1970, at most [`Timestamp::MAX`].
    #[must_use]
    pub fn from_millis(millis: u64) -> Self {
        let millis = millis.min(LAST);
        let (year, month, day) = civil_from_days(millis / DAY);
        let time = millis % DAY;
        let (hour, minute, second) = (time / 3_600_000, time / 60_000 % 60, time / 1000 % 60);
        let mut text = START;
        let parts = [
            (0, 4, year),
            (5, 2, month),
            (8, 2, day),
            (11, 2, hour),
            (14, 2, minute),
            (17, 2, second),
            (20, 3, time % 1000),
        ];
        for (at, digits, mut value) in parts {
            for digit in text.iter_mut().skip(at).take(digits).rev() {
                *digit = b'0' + (value % 10) as u8;
                value /= 10;
            }
        }
        Self(text)
    }

    /// Milliseconds since the start of 1970.
    #[must_use]
    pub fn millis(self) -> u64 {
        let date = days_from_civil(self.number(0, 4), self.number(5, 2), self.number(8, 2));
        let seconds = (self.number(11, 2) * 60 + self.number(14, 2)) * 60 + self.number(17, 2);
        date * DAY + seconds * 1000 + self.number(20, 3)
    }

    /// The time as RFC 3339 writes it, with three decimals and `Z`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Nothing but ASCII was ever put there.
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Reads `YYYY-MM-DDTHH:MM:SS[.digits]Z`; digits beyond milliseconds are cut off.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidTimestamp`] for other forms, dates that no calendar has, and years before 1970.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::from_text(text).ok_or_else(|| Error::new(ErrorKind::InvalidTimestamp, text))
    }

    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let [head @ .., b'Z'] = text.as_bytes() else {
            return None;
        };
        // A second, or a second, a point and one to nine digits.
        if !matches!(head.len(), 19 | 21..=29) {
            return None;
        }
        let mut time = Self(START);
        for (at, byte) in head.iter().enumerate() {
            let place = time.0.get_mut(at).filter(|place| **place != b'Z');
            let is_digit = place.as_ref().is_none_or(|place| place.is_ascii_digit());
            if if is_digit { !byte.is_ascii_digit() } else { place.as_deref() != Some(byte) } {
                return None;
            }
            if let Some(place) = place {
                *place = *byte;
            }
        }
        let is_right = time.number(0, 4) >= 1970
            && (1..=month_length(time.number(0, 4), time.number(5, 2))).contains(&time.number(8, 2))
            && time.number(11, 2) < 24
            && time.number(14, 2) < 60
            && time.number(17, 2) < 60;
        is_right.then_some(time)
    }

    /// The number that so many digits from a place on are.
    fn number(&self, at: usize, digits: usize) -> u64 {
        self.0.iter().skip(at).take(digits).fold(0, |value, digit| value * 10 + u64::from(digit & 15))
    }
}

/// The days of a month of the proleptic Gregorian calendar; none where there is no such month.
const fn month_length(year: u64, month: u64) -> u64 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

/// Days from 1970-01-01 to a date (Howard Hinnant, `days_from_civil`).
const fn days_from_civil(year: u64, month: u64, day: u64) -> u64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    year * 365 + year / 4 + year / 400 + day_of_year - year / 100 - 719_468
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
        f.write_str(self.as_str())
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
    fn a_time_is_its_text_and_texts_are_in_the_order_of_time() {
        assert_eq!((Timestamp::EPOCH.as_str(), Timestamp::EPOCH.millis()), ("1970-01-01T00:00:00.000Z", 0));
        assert_eq!(Timestamp::from_millis(LAST).as_str(), Timestamp::MAX.as_str());
        assert_eq!(Timestamp::MAX.millis(), LAST);
        for beyond in [LAST + 1, u64::MAX] {
            assert_eq!(Timestamp::from_millis(beyond), Timestamp::MAX);
        }
        for (text, kept) in [
            ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000Z"),
            ("2026-01-02T03:04:05.6Z", "2026-01-02T03:04:05.600Z"),
            ("2026-01-02T03:04:05.123456789Z", "2026-01-02T03:04:05.123Z"),
        ] {
            assert_eq!(Timestamp::parse(text).unwrap().as_str(), kept);
        }
        let mut before = Timestamp::EPOCH;
        let mut millis = 0_u64;
        while millis < LAST {
            // Steps that meet every part of a time, from milliseconds to years.
            millis += millis / 997 + 7_919;
            let time = Timestamp::from_millis(millis);
            assert_eq!(time.millis(), millis.min(LAST));
            assert_eq!(Timestamp::parse(time.as_str()), Ok(time));
            assert!(before < time, "{before} before {time}");
            before = time;
        }
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
