//! Calls about files by name: FIFOs, and what bind(2) has left. A process of the bench makes them in the run's private folder.

use std::ffi::CString;

use crate::abi::Errno;
use crate::order::FilePath;

use super::calls::CallResult;

/// open(2).
pub fn open(path: &FilePath, flags: i32) -> CallResult {
    // SAFETY: the pointer is to a C string that lives until the call is over.
    with_path(path, |path| unsafe { libc::open(path, flags) })
}

/// mkfifo(3).
pub fn mkfifo(path: &FilePath, mode: u32) -> CallResult {
    // SAFETY: as above.
    with_path(path, |path| unsafe { libc::mkfifo(path, mode) })
}

/// unlink(2).
pub fn unlink(path: &FilePath) -> CallResult {
    // SAFETY: as above.
    with_path(path, |path| unsafe { libc::unlink(path) })
}

fn with_path(path: &FilePath, call: impl FnOnce(*const libc::c_char) -> libc::c_int) -> CallResult {
    match CString::new(path.path.as_slice()) {
        Ok(path) => CallResult::of(call(path.as_ptr())),
        // No name of the language has a zero byte in it.
        Err(_) => CallResult::failed(Errno::ENOENT),
    }
}
