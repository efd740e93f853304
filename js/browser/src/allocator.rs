//! A small allocator: blocks of a power of two, each size with a list of those that are free.
//!
//! General allocators were measured to add 2 kB (brotli) to this module. What this one trades for it is room: a block is
//! up to twice as large as what it holds, and blocks of one size never become blocks of another.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;

/// The smallest block: what a free block needs to point to the next one, and the alignment that is asked for at most.
const SMALLEST: usize = 8;
const PAGE: usize = 1 << 16;

struct Blocks(UnsafeCell<State>);

struct State {
    /// The first free block of each size, by the power of two; 0 where there is none.
    free: [usize; 32],
    /// Memory that was never given out.
    next: usize,
    end: usize,
}

// SAFETY: an instance has one thread: it shares no memory and has no atomics.
unsafe impl Sync for Blocks {}

#[global_allocator]
static BLOCKS: Blocks = Blocks(UnsafeCell::new(State { free: [0; 32], next: 0, end: 0 }));

/// The power of two that holds `layout`.
#[inline]
fn class(layout: Layout) -> u32 {
    let size = layout.size().max(layout.align()).max(SMALLEST);
    usize::BITS - (size - 1).leading_zeros()
}

// SAFETY: a block is given out once until it comes back, is at least as large as asked for, and is aligned to its own
// size up to a page, for it is cut off at a multiple of it.
unsafe impl GlobalAlloc for Blocks {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let class = class(layout);
        // SAFETY: allocation is not entered twice: this code allocates nothing.
        let state = unsafe { &mut *self.0.get() };
        let Some(free) = state.free.get_mut(class as usize) else {
            return core::ptr::null_mut();
        };
        if *free != 0 {
            let block = *free as *mut usize;
            // SAFETY: a free block holds the place of the next one, as `dealloc` wrote it.
            *free = unsafe { *block };
            return block.cast();
        }
        let size = 1_usize << class;
        let alignment = size.min(PAGE);
        let mut start = state.next.next_multiple_of(alignment);
        if state.end < start.saturating_add(size) {
            let pages = size.div_ceil(PAGE);
            let grown = core::arch::wasm32::memory_grow::<0>(pages);
            if grown == usize::MAX {
                return core::ptr::null_mut();
            }
            start = grown * PAGE;
            state.end = start + pages * PAGE;
        }
        state.next = start + size;
        start as *mut u8
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as in `alloc`.
        let state = unsafe { &mut *self.0.get() };
        if let Some(free) = state.free.get_mut(class(layout) as usize) {
            let block = block.cast::<usize>();
            // SAFETY: the block is no longer used by anybody, and holds at least a `usize`.
            unsafe { *block = *free };
            *free = block as usize;
        }
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
