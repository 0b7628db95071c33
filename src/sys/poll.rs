//! Waiting: ppoll(2) over borrowed descriptors, the eventfd that is the bell, and the futex a full ring sleeps on.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use nix::fcntl::{FcntlArg, OFlag};
use nix::poll::{PollFd, PollFlags};
use nix::sys::eventfd::{EfdFlags, EventFd};
use nix::sys::time::TimeSpec;

use super::{During, SysError};

/// Sleeps until one of `fds` is readable or hung up, or the time is over (none: for ever). Says which are.
/// A signal ends the sleep early, with nothing ready.
pub fn wait(fds: &[BorrowedFd<'_>], timeout: Option<Duration>) -> Result<Vec<bool>, SysError> {
    let mut polled: Vec<PollFd<'_>> = fds.iter().map(|fd| PollFd::new(*fd, PollFlags::POLLIN)).collect();
    let timeout = timeout.map(TimeSpec::from_duration);
    match nix::poll::ppoll(&mut polled, timeout, None) {
        Ok(_) | Err(nix::Error::EINTR) => {}
        Err(error) => return Err(error).during("poll"),
    }
    Ok(polled.iter().map(|fd| fd.any().unwrap_or(false)).collect())
}

/// A read of what is empty comes back at once; so it is for all who share its description.
pub fn do_not_block(fd: &impl AsFd) -> Result<(), SysError> {
    let flags = nix::fcntl::fcntl(fd, FcntlArg::F_GETFL).during("look at a pipe")?;
    let flags = OFlag::from_bits_retain(flags) | OFlag::O_NONBLOCK;
    nix::fcntl::fcntl(fd, FcntlArg::F_SETFL(flags)).during("make a pipe non-blocking")?;
    Ok(())
}

/// A new bell: an eventfd, non-blocking.
pub fn new_bell() -> Result<OwnedFd, SysError> {
    let bell = EventFd::from_flags(EfdFlags::EFD_NONBLOCK | EfdFlags::EFD_CLOEXEC).during("make a bell")?;
    Ok(OwnedFd::from(bell))
}

/// Takes what was rung, so that the next ring is heard.
pub fn silence_bell(bell: &impl AsFd) {
    let _ = nix::unistd::read(bell, &mut [0; 8]);
}

/// Rings; callable from a signal handler.
pub fn ring_bell(bell: i32) {
    let one = 1_u64.to_ne_bytes();
    // SAFETY: the pointer and length are those of a local array; write(2) is async-signal-safe.
    unsafe { libc::write(bell, one.as_ptr().cast(), one.len()) };
}

/// Sleeps while `word` is what was seen.
pub fn futex_wait(word: &AtomicU32, seen: u32) {
    let address: *const AtomicU32 = word;
    // SAFETY: the address is that of a live atomic in a shared mapping; FUTEX_WAIT only reads it.
    unsafe { libc::syscall(libc::SYS_futex, address, libc::FUTEX_WAIT, seen, std::ptr::null::<libc::timespec>()) };
}

/// Wakes who sleeps on `word`.
pub fn futex_wake(word: &AtomicU32) {
    let address: *const AtomicU32 = word;
    // SAFETY: the address is that of a live atomic in a shared mapping; FUTEX_WAKE does not read it.
    unsafe { libc::syscall(libc::SYS_futex, address, libc::FUTEX_WAKE, i32::MAX) };
}

/// The number of a descriptor, for records and messages.
pub fn number(fd: &impl AsFd) -> i32 {
    fd.as_fd().as_raw_fd()
}
