//! BLAKE2s without a key (RFC 7693): what hashes the values of rules for public clients. Of the sound hashes it has the
//! smallest tables, and in a browser each byte counts.

/// RFC 7693, section 2.6.
const IV: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// RFC 7693, section 2.7: the order in which each round takes a block's words, the first one in the lowest four bits.
const SIGMA: [u64; 10] = [
    0xfedc_ba98_7654_3210,
    0x357b_20c1_6df9_84ae,
    0x4917_63ea_df25_0c8b,
    0x8f04_a562_ebcd_1397,
    0xd386_cb1e_fa42_7509,
    0x91ef_57d4_38b0_a6c2,
    0xb829_3670_a4de_f15c,
    0xa268_4f05_931c_e7bd,
    0x5a41_7d2c_803b_9ef6,
    0x0dc3_e9bf_5167_482a,
];

/// The hash of `head` and `tail` in a row, shorter than 4 GiB together, of which the first `length` bytes count (1 to
/// 32): the words are little-endian. Another length is another hash.
pub(crate) fn blake2s(length: u32, head: &[u8], tail: &[u8]) -> [u32; 8] {
    let total = head.len() + tail.len();
    let mut hash = IV;
    hash[0] ^= 0x0101_0000 ^ length;
    let mut start = 0;
    loop {
        let mut block = [0; 16];
        for place in 0..64 {
            let at = start + place;
            let byte = head.get(at).or_else(|| tail.get(at.wrapping_sub(head.len())));
            let byte = byte.copied().unwrap_or_default();
            let word = at_place(&block, place / 4) | u32::from(byte).wrapping_shl(8 * place as u32);
            set_place(&mut block, place / 4, word);
        }
        start += 64;
        let is_last = start >= total;
        compress(&mut hash, &block, start.min(total) as u32, is_last);
        if is_last {
            return hash;
        }
    }
}

/// RFC 7693, section 3.2.
fn compress(hash: &mut [u32; 8], block: &[u32; 16], count: u32, is_last: bool) {
    let mut state = [0; 16];
    let (low, high) = state.split_at_mut(8);
    low.copy_from_slice(hash);
    high.copy_from_slice(&IV);
    state[12] ^= count;
    state[14] ^= if is_last { u32::MAX } else { 0 };
    for order in &SIGMA {
        // First down the four columns of four rows, two words each, then down the diagonals.
        for step in 0..16_usize {
            let (line, half) = (step / 2, step % 2);
            let place = |row| row * 4 + (line + row * (line / 4)) % 4;
            let word = at_place(block, (order >> (4 * step)) as usize);
            let a = at_place(&state, place(0)).wrapping_add(at_place(&state, place(1))).wrapping_add(word);
            set_place(&mut state, place(0), a);
            let d = (at_place(&state, place(3)) ^ a).rotate_right(16 >> half);
            set_place(&mut state, place(3), d);
            let c = at_place(&state, place(2)).wrapping_add(d);
            set_place(&mut state, place(2), c);
            let b = (at_place(&state, place(1)) ^ c).rotate_right(12 - 5 * half as u32);
            set_place(&mut state, place(1), b);
        }
    }
    for (place, word) in hash.iter_mut().enumerate() {
        *word ^= at_place(&state, place) ^ at_place(&state, place + 8);
    }
}

fn at_place(words: &[u32; 16], place: usize) -> u32 {
    words.get(place % 16).copied().unwrap_or_default()
}

fn set_place(words: &mut [u32; 16], place: usize, value: u32) {
    if let Some(word) = words.get_mut(place % 16) {
        *word = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use blake2::{Blake2s128, Blake2s256, Digest};
    use proptest::prelude::*;

    fn bytes_of(length: u32, head: &[u8], tail: &[u8]) -> Vec<u8> {
        let words = blake2s(length, head, tail);
        words.iter().flat_map(|word| word.to_le_bytes()).take(length as usize).collect()
    }

    /// RFC 7693, appendix E: the generator of its inputs.
    fn sequence(length: usize, seed: u32) -> Vec<u8> {
        let (mut a, mut b) = (0xdead_4bad_u32.wrapping_mul(seed), 1_u32);
        let mut next = |_| {
            let sum = a.wrapping_add(b);
            (a, b) = (b, sum);
            (sum >> 24) as u8
        };
        (0..length).map(&mut next).collect()
    }

    #[test]
    fn abc_gives_the_hash_of_the_rfc() {
        // RFC 7693, appendix B.
        let expected = [
            0x50, 0x8c, 0x5e, 0x8c, 0x32, 0x7c, 0x14, 0xe2, 0xe1, 0xa7, 0x2b, 0xa3, 0x4e, 0xeb, 0x45, 0x2f, 0x37, 0x45,
            0x8b, 0x20, 0x9e, 0xd6, 0x3a, 0x29, 0x4d, 0x99, 0x9b, 0x4c, 0x86, 0x67, 0x59, 0x82,
        ];
        for cut in 0..=3 {
            let (head, tail) = b"abc".split_at(cut);
            assert_eq!(bytes_of(32, head, tail), expected);
        }
    }

    fn of_the_library(length: u32, input: &[u8]) -> Vec<u8> {
        if length == 16 { Blake2s128::digest(input).to_vec() } else { Blake2s256::digest(input).to_vec() }
    }

    #[test]
    fn the_inputs_of_the_rfcs_self_test_are_hashed_as_the_library_does() {
        for length in [16, 32] {
            for input in [0, 3, 64, 65, 255, 1024] {
                let input = sequence(input, input as u32);
                assert_eq!(bytes_of(length, &input, b""), of_the_library(length, &input), "{length}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_hashed_as_the_library_does(input: Vec<u8>, cut: prop::sample::Index, is_short: bool) {
            let length = if is_short { 16 } else { 32 };
            let (head, tail) = input.split_at(cut.index(input.len() + 1));
            prop_assert_eq!(bytes_of(length, head, tail), of_the_library(length, &input));
        }
    }
}
