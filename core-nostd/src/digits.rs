//! Decimal digits as a number.

/// The number that `text` writes with nothing but digits, at least one; of one that 64 bits do not hold, their greatest.
pub(crate) fn digits(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0_u64, |value, byte| {
        byte.is_ascii_digit().then(|| value.saturating_mul(10).saturating_add(u64::from(byte - b'0')))
    })
}
