//! MurmurHash3_x86_32, fed in parts.
//!
//! Source: Austin Appleby's `MurmurHash3.cpp` (public domain). Not for untrusted keys of a hash table: collisions are
//! easy to make. It decides buckets, and orders an index whose look-up stays logarithmic under collisions.

/// A MurmurHash3_x86_32 in progress. It is `Copy`, so a prefix hashed once can be continued many times.
///
/// ```
/// use sidekick_core::{Murmur3, murmur3_x86_32};
/// let prefix = Murmur3::new(0).update(b"dark_mode:");
/// assert_eq!(prefix.update(b"user-1").finish(), murmur3_x86_32(b"dark_mode:user-1", 0));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Murmur3 {
    hash: u32,
    /// Bytes that do not fill a block yet, the first in the lowest bits.
    tail: u32,
    tail_bits: u32,
    length: u32,
}

/// The hash of `bytes` in one call.
#[must_use]
pub fn murmur3_x86_32(bytes: &[u8], seed: u32) -> u32 {
    Murmur3::new(seed).update(bytes).finish()
}

impl Murmur3 {
    /// An empty hash with `seed`.
    #[must_use]
    pub const fn new(seed: u32) -> Self {
        Self { hash: seed, tail: 0, tail_bits: 0, length: 0 }
    }

    /// The hash with `bytes` appended.
    #[cfg_attr(not(target_family = "wasm"), inline)]
    #[cfg_attr(target_family = "wasm", inline(never))]
    #[must_use]
    pub fn update(mut self, bytes: &[u8]) -> Self {
        let (blocks, rest) = bytes.as_chunks::<4>();
        for block in blocks {
            // A block straddles the kept tail: its low bytes complete the tail, its high bytes become the new one.
            let joined = u64::from(self.tail) | (u64::from(u32::from_le_bytes(*block)) << self.tail_bits);
            self.hash = mix_block(self.hash, joined as u32);
            self.tail = (joined >> 32) as u32;
        }
        for byte in rest {
            self.tail |= u32::from(*byte) << self.tail_bits;
            self.tail_bits += 8;
            if self.tail_bits == 32 {
                self.hash = mix_block(self.hash, self.tail);
                self.tail = 0;
                self.tail_bits = 0;
            }
        }
        // The algorithm counts the length in 32 bits and lets it wrap.
        self.length = self.length.wrapping_add(bytes.len() as u32);
        self
    }

    /// The hash of all bytes so far.
    #[inline]
    #[must_use]
    pub const fn finish(self) -> u32 {
        let mut hash = self.hash ^ scramble(self.tail) ^ self.length;
        hash ^= hash >> 16;
        hash = hash.wrapping_mul(0x85eb_ca6b);
        hash ^= hash >> 13;
        hash = hash.wrapping_mul(0xc2b2_ae35);
        hash ^ (hash >> 16)
    }
}

#[inline]
const fn scramble(block: u32) -> u32 {
    block.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593)
}

#[inline]
const fn mix_block(hash: u32, block: u32) -> u32 {
    (hash ^ scramble(block)).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_murmurhash3_x86_32() {
        // Published values (SMHasher and its ports).
        assert_eq!(murmur3_x86_32(b"", 0), 0);
        assert_eq!(murmur3_x86_32(b"", 1), 0x514e_28b7);
        assert_eq!(murmur3_x86_32(b"test", 0), 0xba6b_d213);
        assert_eq!(murmur3_x86_32(b"Hello, world!", 0), 0xc036_3e43);
        assert_eq!(murmur3_x86_32(b"The quick brown fox jumps over the lazy dog", 0), 0x2e4f_f723);
    }

    #[test]
    fn parts_hash_like_the_whole_however_they_are_cut() {
        let bytes: alloc::vec::Vec<u8> = (0..40).collect();
        for first in 0..bytes.len() {
            for second in first..bytes.len() {
                let hash = Murmur3::new(7)
                    .update(&bytes[..first])
                    .update(&bytes[first..second])
                    .update(&bytes[second..])
                    .finish();
                assert_eq!(hash, murmur3_x86_32(&bytes, 7), "cut at {first} and {second}");
            }
        }
    }
}
