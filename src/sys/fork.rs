//! Processes: fork(2), pidfds, signals through them, and the only ways a forked process may end.

use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};

use super::{During, SysError, last_errno};
use crate::abi::Errno;

/// Which side of a fork one is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forked {
    /// The child.
    Child,
    /// The parent, with the child's pid.
    Parent(i32),
}

/// fork(2). The child must not return into code that runs destructors of the parent's: it leaves by [`exit_child`].
pub fn fork() -> Result<Forked, Errno> {
    // SAFETY: the program has one thread; an agent with several calls only async-signal-safe code and its own in the child.
    match unsafe { libc::fork() } {
        -1 => Err(last_errno()),
        0 => Ok(Forked::Child),
        pid => Ok(Forked::Parent(pid)),
    }
}

/// _exit(2): nothing of the parent's is flushed or dropped a second time.
pub fn exit_child(code: i32) -> ! {
    // SAFETY: _exit has no preconditions.
    unsafe { libc::_exit(code) }
}

/// Ends the calling thread alone, as exit(2) of the kernel does, without unwinding.
pub fn exit_thread() -> ! {
    loop {
        // SAFETY: SYS_exit ends this thread; it owns nothing that another thread needs to have dropped.
        unsafe { libc::syscall(libc::SYS_exit, 0) };
    }
}

/// The calling thread's number.
pub fn thread_id() -> i32 {
    nix::unistd::gettid().as_raw()
}

/// pidfd_open(2).
pub fn open_pidfd(pid: i32) -> Result<OwnedFd, SysError> {
    // SAFETY: pidfd_open only takes numbers.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
    let fd = i32::try_from(fd).unwrap_or(-1);
    if fd < 0 {
        return Err(SysError { operation: "open a pidfd", errno: last_errno() });
    }
    // SAFETY: the kernel has just given out this number, and nothing else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// pidfd_send_signal(2): reaches this process or nobody, whatever its number means by now.
pub fn send_signal(process: &impl AsFd, signal: i32) -> Result<(), SysError> {
    let fd = process.as_fd().as_raw_fd();
    // SAFETY: with a null siginfo pidfd_send_signal only takes numbers.
    let result =
        unsafe { libc::syscall(libc::SYS_pidfd_send_signal, fd, signal, std::ptr::null::<libc::siginfo_t>(), 0) };
    let operation = "send a signal, pidfd_send_signal";
    if result < 0 { Err(SysError { operation, errno: last_errno() }) } else { Ok(()) }
}

/// tgkill(2): reaches one thread.
pub fn signal_thread(pid: i32, tid: i32, signal: i32) -> Result<(), SysError> {
    // SAFETY: tgkill only takes numbers.
    let result = unsafe { libc::syscall(libc::SYS_tgkill, pid, tid, signal) };
    if result < 0 { Err(SysError { operation: "interrupt a thread, tgkill", errno: last_errno() }) } else { Ok(()) }
}

/// A momentary copy of another process's descriptor, pidfd_getfd(2). To be dropped before the next step.
pub fn borrow_descriptor(process: &impl AsFd, fd: i32) -> Result<OwnedFd, SysError> {
    let process = process.as_fd().as_raw_fd();
    // SAFETY: pidfd_getfd only takes numbers.
    let copy = unsafe { libc::syscall(libc::SYS_pidfd_getfd, process, fd, 0) };
    let copy = i32::try_from(copy).unwrap_or(-1);
    if copy < 0 {
        return Err(SysError { operation: "look at a queue, pidfd_getfd", errno: last_errno() });
    }
    // SAFETY: the kernel has just given out this number, and nothing else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(copy) })
}

/// Reaps a dead child of the program's own, if this is one; its wait status. Never waits for anybody else's.
pub fn reap(process: &impl AsFd) -> Option<i32> {
    wait_id(process, libc::WEXITED | libc::WNOHANG)
}

/// Whether nothing of a process is left, not even a zombie.
pub fn is_gone(process: &impl AsFd) -> bool {
    send_signal(process, 0).is_err_and(|error| error.errno == Errno::ESRCH)
}

/// The wait status of a dead child of the program's own, which stays a zombie.
pub fn status_of_own(process: &impl AsFd) -> Option<i32> {
    wait_id(process, libc::WEXITED | libc::WNOHANG | libc::WNOWAIT)
}

fn wait_id(process: &impl AsFd, flags: i32) -> Option<i32> {
    let id = libc::id_t::try_from(process.as_fd().as_raw_fd()).ok()?;
    // SAFETY: siginfo_t is plain data, for which all zeroes is a value.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    // SAFETY: waitid writes one siginfo_t, to a local.
    let result = unsafe { libc::waitid(libc::P_PIDFD, id, &raw mut info, flags) };
    // SAFETY: waitid fills in the pid, or leaves the zero.
    let pid = unsafe { info.si_pid() };
    // SAFETY: the same of the status.
    let status = unsafe { info.si_status() };
    if result != 0 || pid == 0 {
        return None;
    }
    // As wait(2) packs it.
    Some(if info.si_code == libc::CLD_EXITED { (status & 0xff) << 8 } else { status & 0x7f })
}

/// The wait status of a process that somebody has reaped already, where the kernel keeps it (PIDFD_GET_INFO, Linux 6.15).
pub fn status_of_reaped(process: &impl AsFd) -> Option<i32> {
    const PIDFD_INFO_EXIT: u64 = 1 << 3;
    /// `struct pidfd_info` as of its first version: a mask, and the exit status in the last of its 64 bytes.
    const PIDFD_GET_INFO: libc::c_ulong = 0xc040_ff0b;
    let mut info = [0_u64; 8];
    info[0] = PIDFD_INFO_EXIT;
    // SAFETY: the request says that 64 bytes are read and written, which the array has.
    let result = unsafe { libc::ioctl(process.as_fd().as_raw_fd(), PIDFD_GET_INFO as _, info.as_mut_ptr()) };
    let status = i32::from_ne_bytes(info[7].to_ne_bytes()[4..].try_into().ok()?);
    (result == 0 && info[0] & PIDFD_INFO_EXIT != 0).then_some(status)
}

/// The caller's orphaned descendants come to it, and no agent leaves a core file.
pub fn become_subreaper() -> Result<(), SysError> {
    nix::sys::prctl::set_child_subreaper(true).during("become subreaper")
}

/// No core files from here on.
pub fn forbid_core_files() {
    let _ = nix::sys::resource::setrlimit(nix::sys::resource::Resource::RLIMIT_CORE, 0, 0);
}

/// The path to the program's own file, for an agent's execve.
pub const OWN_PROGRAM: &std::ffi::CStr = c"/proc/self/exe";

/// execve(2); returns only if it failed.
pub fn exec(arguments: &[std::ffi::CString]) -> Errno {
    let environment: Vec<std::ffi::CString> = Vec::new();
    match nix::unistd::execve(OWN_PROGRAM, arguments, &environment) {
        Ok(never) => match never {},
        Err(errno) => Errno(errno as i32),
    }
}
