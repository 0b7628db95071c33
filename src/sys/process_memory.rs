//! The memory of another process, read without stopping it: process_vm_readv(2). The caller must be allowed to trace it.

/// Reads at most `length` bytes; fewer where the memory ends, none where nothing may be read.
pub fn read(tid: i32, address: u64, length: usize) -> Vec<u8> {
    let mut bytes = vec![0_u8; length];
    let local = libc::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len: length };
    let remote = libc::iovec { iov_base: address as *mut libc::c_void, iov_len: length };
    // SAFETY: the local buffer has `length` bytes; the remote address is only looked up in the other process.
    let read = unsafe { libc::process_vm_readv(tid, &raw const local, 1, &raw const remote, 1, 0) };
    bytes.truncate(usize::try_from(read).unwrap_or(0));
    bytes
}
