//! The memory of the program: what is freed is wiped, and the first of it lies in the program's own image.
//!
//! The libraries copy secrets and know nothing of them, so all memory is wiped that is freed (see `secret`).
//!
//! A cached answer takes a few thousand bytes, and ends. An allocator that is made for more prepares for it: musl's maps a
//! page and more for each size of block, a dozen in all, which is a tenth of the time of such a call. So the first blocks
//! are taken one after the other from an [`Arena`], whose pages the system gives when they are first touched. Only the last
//! block goes back to it. When it is full, the system's allocator serves.
//!
//! An allocator is `unsafe` by its nature: this one is small for that reason.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};

use zeroizing_alloc::ZeroAlloc;

/// Wipes all memory that is freed.
#[global_allocator]
static MEMORY: ZeroAlloc<Memory> = ZeroAlloc(Memory);

static ARENA: Arena = Arena {
    bytes: UnsafeCell::new([MaybeUninit::uninit(); SIZE]),
    used: AtomicUsize::new(0),
};

/// The size of the arena in bytes. A cached answer takes a tenth of it.
const SIZE: usize = 64 * 1024;
/// The alignment of each block of the arena, and the unit of its size.
const ALIGNMENT: usize = 16;

/// The arena, and the system's allocator after it.
struct Memory;

/// Blocks one after the other, each lent to one owner.
#[repr(C, align(16))]
struct Arena {
    bytes: UnsafeCell<[MaybeUninit<u8>; SIZE]>,
    /// How many of the bytes are lent: a multiple of [`ALIGNMENT`].
    used: AtomicUsize,
}

// SAFETY: No two blocks overlap, because the only change of `used` is a compare-and-swap: of what was the end of the last
// block to the end of a new one, or of the end of the last block to its start, by its owner.
#[expect(unsafe_code, reason = "threads share the arena")]
unsafe impl Sync for Arena {}

// SAFETY: A block is the arena's or the system's, and goes back to where it came from. The layout is the same both times.
#[expect(unsafe_code, reason = "an allocator is made of pointers")]
unsafe impl GlobalAlloc for Memory {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        match layout.align() <= ALIGNMENT {
            true => lend(layout.size()),
            // SAFETY: The layout is the caller's, who keeps the contract.
            false => unsafe { System.alloc(layout) },
        }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        match layout.align() <= ALIGNMENT {
            // SAFETY: `lend` gave it, for this size.
            true => unsafe { take_back(block, layout.size()) },
            // SAFETY: It is the system's.
            false => unsafe { System.dealloc(block, layout) },
        }
    }
}

/// Lends a block of at least `size` bytes, which are more than none; null if there is no memory. It is not inlined: each
/// place of the program that allocates would have all of it.
#[inline(never)]
#[expect(unsafe_code, reason = "the block is a pointer")]
fn lend(size: usize) -> *mut u8 {
    let Some(layout) = rounded(size) else {
        return ptr::null_mut();
    };
    let end = |used: usize| Some(used + layout.size()).filter(|&end| end <= SIZE);
    match ARENA.used.fetch_update(AcqRel, Acquire, end) {
        // SAFETY: The block from here to `end` is within the arena.
        Ok(start) => unsafe { ARENA.bytes.get().cast::<u8>().add(start) },
        // SAFETY: The size is not zero.
        Err(_) => unsafe { System.alloc(layout) },
    }
}

/// Takes back a `block`.
///
/// # Safety
/// [`lend`] gave it for this `size`, and nobody uses it any more.
#[inline(never)]
#[expect(unsafe_code, reason = "the block is a pointer")]
unsafe fn take_back(block: *mut u8, size: usize) {
    let Some(layout) = rounded(size) else {
        return;
    };
    let start = block.addr().wrapping_sub(ARENA.bytes.get().addr());
    if start < SIZE {
        // The last block can be lent again; another one stays as it is.
        let end = start + layout.size();
        let _ = ARENA.used.compare_exchange(end, start, AcqRel, Relaxed);
    } else {
        // SAFETY: It is none of the arena's, so `lend` had it from the system with this layout.
        unsafe { System.dealloc(block, layout) }
    }
}

/// Returns the layout of a block of at least `size` bytes; `None` if no memory is so large.
fn rounded(size: usize) -> Option<Layout> {
    Layout::from_size_align(size.checked_next_multiple_of(ALIGNMENT)?, ALIGNMENT).ok()
}
