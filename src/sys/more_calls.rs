//! More of the calls that learners make, as in `calls`: descriptors under chosen numbers, senders' addresses, parents.

use std::mem::MaybeUninit;

use crate::abi::Errno;

use super::calls::CallResult;

/// dup2(2).
pub fn dup2(fd: i32, to: i32) -> CallResult {
    // SAFETY: dup2 only takes numbers; the program's own are refused before they come here.
    CallResult::of(unsafe { libc::dup2(fd, to) })
}

/// dup3(2).
pub fn dup3(fd: i32, to: i32, flags: i32) -> CallResult {
    // SAFETY: as above.
    CallResult::of(unsafe { libc::dup3(fd, to, flags) })
}

/// F_DUPFD, or F_DUPFD_CLOEXEC: the lowest free number from `least` on.
pub fn dup_from(fd: i32, least: i32, cloexec: bool) -> CallResult {
    let command = if cloexec { libc::F_DUPFD_CLOEXEC } else { libc::F_DUPFD };
    // SAFETY: both commands only take a number.
    CallResult::of(unsafe { libc::fcntl(fd, command, least) })
}

/// recvfrom(2): the answer, and `sun_path` of who sent it; empty where the sender has no address.
pub fn recvfrom(fd: i32, buffer: &mut [u8], flags: i32) -> (CallResult, Vec<u8>) {
    let mut address = MaybeUninit::<libc::sockaddr_un>::zeroed();
    let mut length = libc::socklen_t::try_from(size_of::<libc::sockaddr_un>()).unwrap_or(0);
    let (pointer, from) = (buffer.as_mut_ptr().cast(), address.as_mut_ptr().cast());
    // SAFETY: pointers and lengths are those of a live buffer and of a local sockaddr_un.
    let received = unsafe { libc::recvfrom(fd, pointer, buffer.len(), flags, from, &raw mut length) };
    let answer = CallResult::of_size(received);
    // SAFETY: all zeroes is a valid sockaddr_un, and the kernel only writes bytes into it.
    let address = unsafe { address.assume_init() };
    let given = (length as usize).saturating_sub(size_of::<libc::sa_family_t>()).min(address.sun_path.len());
    (answer, address.sun_path[..given].iter().map(|byte| byte.cast_unsigned()).collect())
}

/// waitpid(2) with options: the answer and the status word.
pub fn waitpid(pid: i32, options: i32) -> (CallResult, i32) {
    let mut status = 0;
    // SAFETY: the pointer is to a local int.
    let answer = CallResult::of(unsafe { libc::waitpid(pid, &raw mut status, options) });
    (answer, status)
}

/// getppid(2).
pub fn getppid() -> CallResult {
    // SAFETY: getppid takes nothing and cannot fail.
    CallResult::of(unsafe { libc::getppid() })
}

/// pause(2).
pub fn pause() -> CallResult {
    // SAFETY: pause takes nothing.
    CallResult::of(unsafe { libc::pause() })
}

/// setsid(2).
pub fn setsid() -> CallResult {
    // SAFETY: setsid takes nothing.
    CallResult::of(unsafe { libc::setsid() })
}

/// setpgid(2).
pub fn setpgid(pid: i32, group: i32) -> CallResult {
    // SAFETY: setpgid only takes numbers.
    CallResult::of(unsafe { libc::setpgid(pid, group) })
}

/// PR_SET_PDEATHSIG of prctl(2).
pub fn set_parent_death_signal(signal: i32) -> CallResult {
    let Ok(signal) = libc::c_ulong::try_from(signal) else { return CallResult::failed(Errno::EINVAL) };
    // SAFETY: this operation only takes a number.
    CallResult::of(unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, signal) })
}

/// close_range(2). The program's own numbers are refused before they come here.
pub fn close_range(first: u32, last: u32, flags: i32) -> CallResult {
    // SAFETY: close_range only takes numbers.
    CallResult::of(unsafe { libc::syscall(libc::SYS_close_range, first, last, flags) })
}

/// splice(2), each descriptor at its own place.
pub fn splice((from, to): (i32, i32), count: u64, flags: i32) -> CallResult {
    let (count, flags, null) = (usize::try_from(count).unwrap_or(0), flags.cast_unsigned(), std::ptr::null_mut());
    // SAFETY: null pointers say that there are no offsets; the rest are numbers.
    let moved = unsafe { libc::splice(from, null, to, null, count, flags) };
    CallResult::of_size(moved)
}

/// tee(2).
pub fn tee((from, to): (i32, i32), count: u64, flags: i32) -> CallResult {
    let (count, flags) = (usize::try_from(count).unwrap_or(0), flags.cast_unsigned());
    // SAFETY: tee only takes numbers.
    let copied = unsafe { libc::tee(from, to, count, flags) };
    CallResult::of_size(copied)
}
