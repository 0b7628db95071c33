//! Calls that name a file.

use std::ffi::CString;

use tincans::order::{Call, FilePath};

use super::Reply;
use super::calls::of;

/// Makes a call about this file.
#[expect(clippy::wildcard_enum_match_arm, reason = "the other calls are made elsewhere")]
pub fn make(call: &Call, file: &FilePath) -> Reply {
    let Ok(path) = CString::new(file.path.as_slice()) else { return of(-1) };
    match call {
        // SAFETY: the path is a C string.
        Call::Open { flags, .. } => of(unsafe { libc::open(path.as_ptr(), *flags) }),
        // SAFETY: as above.
        Call::Mkfifo { mode, .. } => of(unsafe { libc::mkfifo(path.as_ptr(), *mode) }),
        // SAFETY: as above.
        _ => of(unsafe { libc::unlink(path.as_ptr()) }),
    }
}
