//! What Rust needs where its standard library is left out: memory of the C library, and an end for what must not go on.

use core::alloc::{GlobalAlloc, Layout};
use core::ffi::c_void;

struct Malloc;

#[global_allocator]
static MALLOC: Malloc = Malloc;

/// What every block of `malloc` is aligned to, on all systems that this is built for.
const ALIGNMENT: usize = 2 * size_of::<usize>();

// SAFETY: blocks are the C library's. One with a greater alignment than its own is refused, so that `realloc` may move each.
unsafe impl GlobalAlloc for Malloc {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.align() > ALIGNMENT {
            return core::ptr::null_mut();
        }
        // SAFETY: any size may be asked for.
        unsafe { libc::malloc(layout.size()).cast() }
    }

    unsafe fn dealloc(&self, block: *mut u8, _layout: Layout) {
        // SAFETY: the caller gives back what `alloc` gave.
        unsafe { libc::free(block.cast::<c_void>()) };
    }

    unsafe fn realloc(&self, block: *mut u8, _layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        unsafe { libc::realloc(block.cast::<c_void>(), size).cast() }
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    // SAFETY: it ends the process.
    unsafe { libc::abort() }
}
