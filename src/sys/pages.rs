//! vmsplice(2): pages of this process's memory become pages of a pipe.

use super::calls::{CallResult, scattered};

/// Memory of its own for one buffer, from a page's beginning on. What a pipe has got of it stays as it is when this is gone,
/// because nobody can write there any more.
struct OwnPages {
    start: *mut libc::c_void,
    length: usize,
}

impl OwnPages {
    fn holding(bytes: &[u8]) -> Option<Self> {
        let length = bytes.len().max(1);
        let (how, kind) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        // SAFETY: a new mapping wherever the kernel likes touches nothing that is there.
        let start = unsafe { libc::mmap(std::ptr::null_mut(), length, how, kind, -1, 0) };
        if start == libc::MAP_FAILED {
            return None;
        }
        // SAFETY: the mapping is new, writable, and at least as long as the bytes.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), start.cast(), bytes.len()) };
        Some(Self { start, length })
    }
}

impl Drop for OwnPages {
    fn drop(&mut self) {
        // SAFETY: the mapping is this value's own, and nothing points into it any more.
        unsafe { libc::munmap(self.start, self.length) };
    }
}

/// vmsplice(2) at a descriptor that can be written: each buffer has pages of its own.
pub fn vmsplice(fd: i32, data: &[Vec<u8>], flags: i32) -> CallResult {
    let Some(pages) = data.iter().map(|bytes| OwnPages::holding(bytes)).collect::<Option<Vec<_>>>() else {
        return CallResult::of(-1);
    };
    let part = |(of, bytes): (&OwnPages, &Vec<u8>)| libc::iovec { iov_base: of.start, iov_len: bytes.len() };
    let parts: Vec<libc::iovec> = pages.iter().zip(data).map(part).collect();
    // SAFETY: every iovec is live memory.
    CallResult::of_size(unsafe { libc::vmsplice(fd, parts.as_ptr(), parts.len(), flags.cast_unsigned()) })
}

/// The same at one that only reads: bytes are copied out, into buffers that lie one after the other.
pub fn vmsplice_out(fd: i32, buffer: &mut [u8], counts: &[u64], flags: i32) -> CallResult {
    let parts = scattered(buffer, counts);
    // SAFETY: every iovec is part of a live buffer, and they do not overlap.
    CallResult::of_size(unsafe { libc::vmsplice(fd, parts.as_ptr(), parts.len(), flags.cast_unsigned()) })
}
