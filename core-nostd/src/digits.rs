//! Decimal digits as a number.

/// The number that `text` writes with nothing but digits, at least one; of one that 64 bits do not hold, or hardly, their
/// greatest.
pub(crate) fn digits(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    let mut value = 0;
    for byte in text {
        if !byte.is_ascii_digit() {
            return None;
        }
        // A saturating multiplication would be one of 128 bits in WebAssembly.
        value = if value < u64::MAX / 10 { value * 10 + u64::from(byte - b'0') } else { u64::MAX };
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_exactly_until_64_bits_hardly_hold_it() {
        assert_eq!(digits(b"0"), Some(0));
        assert_eq!(digits(b"007"), Some(7));
        assert_eq!(digits(b"18446744073709551609"), Some(18_446_744_073_709_551_609));
        for greatest in ["18446744073709551610", "18446744073709551615", "18446744073709551616", "99999999999999999999"]
        {
            assert_eq!(digits(greatest.as_bytes()), Some(u64::MAX), "{greatest}");
        }
    }

    #[test]
    fn what_is_not_digits_alone_is_no_number() {
        for text in ["", "-1", "+1", " 1", "1 ", "1x", "1844674407370955160x", "99999999999999999999x", "1.0"] {
            assert_eq!(digits(text.as_bytes()), None, "{text}");
        }
    }
}
