//! What a host keeps of a flag between two questions: its handle, and its answer where that is the same for everyone.

use crate::fault::{Fault, SidekickError};
use alloc::format;
use alloc::vec::Vec;
use sidekick_core::{CompiledFlag, FlagHandle, FlagStore};

/// A flag as `sidekick_resolve` found it. It is worth keeping until the flag changes.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SidekickFlag {
    /// Finds the flag faster than its key does, until the flag changes.
    pub handle: u64,
    /// The revision at which the flag last changed.
    pub revision: u64,
    /// The answer where it is the same for everyone, so that nobody need ask; else -1.
    pub fixed: i32,
    /// How many attributes the flag's rules read, at most 64.
    pub attribute_count: u32,
}

impl SidekickFlag {
    pub(crate) fn resolve(store: &FlagStore, key: &str) -> Result<Self, Fault> {
        let found = store.resolve(key).and_then(|handle| Some((handle, store.get_by_handle(handle)?)));
        let (handle, flag) = found.ok_or_else(|| {
            Fault::new(SidekickError::FlagNotFound, format!("there is no flag `{key}`; the caller's default counts"))
        })?;
        Ok(Self {
            handle: pack(handle),
            revision: flag.revision().get(),
            fixed: flag.static_evaluation().map_or(-1, |answer| answer.to_bits() as i32),
            attribute_count: flag.attributes().len() as u32,
        })
    }
}

/// The flag of a handle.
#[inline]
pub(crate) fn find(store: &FlagStore, handle: u64) -> Result<&CompiledFlag, Fault> {
    store.get_by_handle(unpack(handle)).ok_or_else(Fault::stale_handle)
}

/// The name of an attribute that the flag of a handle reads.
pub(crate) fn attribute_name(store: &FlagStore, handle: u64, index: u32) -> Result<Vec<u8>, Fault> {
    let mut names = find(store, handle)?.attributes();
    let count = names.len();
    let name = names.nth(index as usize).ok_or_else(|| {
        Fault::new(SidekickError::Number, format!("the attribute's index is {index}; the flag reads {count}, from 0"))
    })?;
    Ok(name.as_bytes().to_vec())
}

const fn pack(handle: FlagHandle) -> u64 {
    (handle.generation as u64) << 32 | handle.slot as u64
}

const fn unpack(handle: u64) -> FlagHandle {
    FlagHandle { slot: handle as u32, generation: (handle >> 32) as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_one_integer() {
        let handle = FlagHandle { slot: 0xffff_fffe, generation: 0x8000_0001 };
        assert_eq!(unpack(pack(handle)), handle);
    }
}
