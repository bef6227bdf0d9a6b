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
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};

use zeroizing_alloc::ZeroAlloc;

/// Wipes all memory that is freed.
#[global_allocator]
static MEMORY: ZeroAlloc<Arena> = ZeroAlloc(Arena {
    bytes: UnsafeCell::new([MaybeUninit::uninit(); SIZE]),
    used: AtomicUsize::new(0),
});

/// The size of the arena in bytes. A cached answer takes a tenth of it.
const SIZE: usize = 64 * 1024;
/// What each block of the arena is aligned to, and the size of each a multiple of.
const ALIGNMENT: usize = 16;

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

// SAFETY: A block lies within `bytes` and is aligned, or it is the system's. The two are told apart by the address.
#[expect(unsafe_code, reason = "an allocator is made of pointers")]
unsafe impl GlobalAlloc for Arena {
    // Otherwise each place of the program that allocates has all of it: a tenth of a megabyte.
    #[inline(never)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let end = |used: usize| {
            let end = used.checked_add(rounded(layout)?)?;
            (end <= SIZE).then_some(end)
        };
        match self.used.fetch_update(AcqRel, Acquire, end) {
            // SAFETY: The block from here to `end` is within `bytes`.
            Ok(start) => unsafe { self.bytes.get().cast::<u8>().add(start) },
            // SAFETY: The layout is the caller's, who keeps the contract.
            Err(_) => unsafe { System.alloc(layout) },
        }
    }

    #[inline(never)]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let start = block.addr().wrapping_sub(self.bytes.get().addr());
        match rounded(layout) {
            Some(size) if start < SIZE => {
                // The last block can be lent again; another one stays as it is.
                let _ = (self.used).compare_exchange(start + size, start, AcqRel, Relaxed);
            }
            // SAFETY: `alloc` had it from the system, with this layout.
            _ => unsafe { System.dealloc(block, layout) },
        }
    }
}

/// Returns what a block takes of the arena; `None` if the system has to give it.
fn rounded(layout: Layout) -> Option<usize> {
    let fits = layout.align() <= ALIGNMENT && layout.size() <= SIZE;
    fits.then(|| layout.size().next_multiple_of(ALIGNMENT))
}
