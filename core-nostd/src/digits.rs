//! Decimal digits as a number.

/// The number that `text` writes with nothing but digits, at least one; of one that 64 bits do not hold, or hardly, their
/// greatest.
pub(crate) fn digits(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0_u64, |value, byte| {
        // A saturating multiplication would be one of 128 bits where there is none of 64 that tells.
        let next = if value < u64::MAX / 10 { value * 10 + u64::from(byte.wrapping_sub(b'0')) } else { u64::MAX };
        byte.is_ascii_digit().then_some(next)
    })
}
