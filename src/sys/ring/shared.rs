//! The ring's memory: a mapping that program and task share, typed only as atomics. `tests/model` has its own in this one's place.

pub use std::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};

use std::os::fd::BorrowedFd;
use std::ptr::NonNull;

use nix::sys::mman::{MapFlags, MmapAdvise, ProtFlags, madvise, mmap, munmap};

use super::super::{During, SysError, poll};

/// Words before the records.
pub const HEADER_WORDS: usize = 128;
/// Words of 8 bytes that a ring holds: 64 KiB. A larger one is written through the processor's cache, and what the kernel keeps
/// there for the very calls that are recorded goes out: 1 MiB made a flood 5 % slower.
pub const RING_WORDS: usize = 8 * 1024;

/// The mapping, seen from either side.
#[derive(Debug)]
pub(super) struct Map {
    words: NonNull<AtomicU64>,
}

// SAFETY: the mapping belongs to the process, not to a thread, and is only ever accessed as atomics.
unsafe impl Send for Map {}

impl Map {
    /// What a mapping takes, in bytes.
    pub const BYTES: usize = (HEADER_WORDS + RING_WORDS) * 8;

    pub fn open(fd: BorrowedFd<'_>) -> Result<Self, SysError> {
        let Some(length) = std::num::NonZeroUsize::new(Self::BYTES) else {
            return Err(SysError { operation: "map a ring", errno: crate::abi::Errno::EINVAL });
        };
        let protection = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        // SAFETY: a new shared mapping at an address of the kernel's choice aliases nothing of Rust's.
        let address = unsafe { mmap(None, length, protection, MapFlags::MAP_SHARED, fd, 0) }.during("map a ring")?;
        // SAFETY: address and length are those of the mapping made on the line above.
        let _ = unsafe { madvise(address, Self::BYTES, MmapAdvise::MADV_DONTFORK) };
        Ok(Self { words: address.cast() })
    }

    pub fn word(&self, index: usize) -> &AtomicU64 {
        debug_assert!(index < HEADER_WORDS + RING_WORDS, "a word outside the ring");
        // SAFETY: index is within the mapping (masked, or a header constant), which lives as long as self.
        let pointer = unsafe { self.words.add(index) };
        // SAFETY: the mapping is aligned to a page and only ever accessed as atomics, by every process that has it.
        unsafe { pointer.as_ref() }
    }

    /// A word that is only ever accessed by its first half, which is as long as a futex.
    pub fn flag(&self, index: usize) -> &AtomicU32 {
        let word: *const AtomicU64 = self.word(index);
        // SAFETY: the first half of a live word, aligned as the whole; this one is never accessed as a whole.
        unsafe { &*word.cast::<AtomicU32>() }
    }

    /// Sleeps while a flag is what was seen.
    pub fn wait_while(&self, index: usize, seen: u32) {
        poll::futex_wait(self.flag(index), seen);
    }

    /// Wakes who sleeps on a flag.
    pub fn wake(&self, index: usize) {
        poll::futex_wake(self.flag(index));
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        // SAFETY: the mapping was made by `open` with this length, and no reference into it outlives self.
        let _ = unsafe { munmap(self.words.cast(), Self::BYTES) };
    }
}
