//! A small allocator: blocks of a few sizes for each power of two, each size with a list of those that are free.
//!
//! General allocators were measured to add 2 kB (brotli) to this module. What this one trades for it is room: a block is
//! up to a quarter larger than what it holds, and blocks of one size never become blocks of another.

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32::{memory_grow, memory_size};
use core::cell::UnsafeCell;

/// What every block is aligned to, and the most alignment that is given.
const ALIGNMENT: usize = 8;
const PAGE: usize = 1 << 16;
/// Four sizes for each power of two that an address has.
const SIZES: usize = 128;

struct Blocks(UnsafeCell<State>);

struct State {
    /// The first free block of each size; 0 where there is none.
    free: [usize; SIZES],
    /// Memory that was never given out; both are 0 at first.
    next: usize,
    end: usize,
}

// SAFETY: an instance has one thread: it shares no memory and has no atomics.
unsafe impl Sync for Blocks {}

#[global_allocator]
static BLOCKS: Blocks = Blocks(UnsafeCell::new(State { free: [0; SIZES], next: 0, end: 0 }));

unsafe extern "C" {
    /// Where the memory begins that the linker has put nothing into.
    static __heap_base: u8;
}

/// The number of the smallest size that holds `bytes`, and that size: 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, …
#[inline]
const fn size_of_block(bytes: usize) -> (usize, usize) {
    let last = bytes - 1;
    let bits = usize::BITS - last.leading_zeros();
    let step = if bits > 6 { bits - 3 } else { 3 };
    ((last >> step) + 4 * (step as usize - 3), ((last >> step) + 1) << step)
}

// SAFETY: a block is given out once until it comes back, is at least as large as asked for, and lies at a multiple of 8,
// for the first one does and all sizes are such. More alignment is refused.
unsafe impl GlobalAlloc for Blocks {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (number, size) = size_of_block(layout.size());
        // SAFETY: allocation is not entered twice: this code allocates nothing.
        let state = unsafe { &mut *self.0.get() };
        let Some(free) = state.free.get_mut(number).filter(|_| layout.align() <= ALIGNMENT) else {
            return core::ptr::null_mut();
        };
        if *free != 0 {
            let block = *free as *mut usize;
            // SAFETY: a free block holds the place of the next one, as `dealloc` wrote it.
            *free = unsafe { *block };
            return block.cast();
        }
        if state.next == 0 {
            state.next = (&raw const __heap_base as usize).next_multiple_of(ALIGNMENT);
        }
        if state.end < state.next + size {
            // Nobody else uses memory that lies behind, whoever added it.
            state.end = memory_size::<0>() * PAGE;
            let missing = (state.next + size).saturating_sub(state.end).div_ceil(PAGE);
            if missing > 0 && memory_grow::<0>(missing) == usize::MAX {
                return core::ptr::null_mut();
            }
            state.end += missing * PAGE;
        }
        let block = state.next;
        state.next += size;
        block as *mut u8
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as in `alloc`.
        let state = unsafe { &mut *self.0.get() };
        if let Some(free) = state.free.get_mut(size_of_block(layout.size()).0) {
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
