//! The end of a program without a screen that is asked to leave, by SIGTERM: also from the kernel, when its guardian is killed. It
//! leaves in order then, so that the folder for sockets goes too.

use std::sync::atomic::{AtomicBool, Ordering};

use super::{SysError, last_errno};

static IS_ASKED: AtomicBool = AtomicBool::new(false);

/// How long an orderly end may take, seconds: who reads the output may have stopped reading.
const GRACE: u32 = 10;

/// From now on SIGTERM is noted, and asked for by [`is_asked`]; who does not ask in time is ended by SIGALRM.
pub fn note_sigterm() -> Result<(), SysError> {
    // SAFETY: all zeroes is a valid sigaction: no flags, an empty mask.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = note as *const () as libc::sighandler_t;
    // SAFETY: the handler stores to an atomic and calls alarm(2), both of which are async-signal-safe.
    let result = unsafe { libc::sigaction(libc::SIGTERM, &raw const action, std::ptr::null_mut()) };
    if result != 0 { Err(SysError { operation: "watch for SIGTERM", errno: last_errno() }) } else { Ok(()) }
}

/// Whether it has come.
pub fn is_asked() -> bool {
    IS_ASKED.load(Ordering::Relaxed)
}

extern "C" fn note(_signal: libc::c_int) {
    IS_ASKED.store(true, Ordering::Relaxed);
    // SAFETY: alarm takes a number.
    unsafe { libc::alarm(GRACE) };
}
