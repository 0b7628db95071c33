//! The unsafe boundary: everything that touches libc or nix. Above it are owned descriptors, plain numbers and typed errors;
//! no module below knows what a statement or a panel is.
#![expect(unsafe_code, reason = "the one place where system calls without a safe wrapper are made")]

pub mod c_compiler;
pub mod calls;
pub mod more_calls;
pub mod children;
pub mod child_signal;
pub mod confine;
pub mod control;
pub mod descriptors;
pub mod file_identity;
pub mod files;
pub mod ending;
pub mod figures;
pub mod file_lock;
pub mod fork;
pub mod guard;
pub mod hold;
pub mod job;
pub mod launch;
pub mod libc_streams;
pub mod lifeline;
pub mod message;
pub mod options;
pub mod output;
pub mod pages;
pub mod poll;
pub mod pty;
pub mod private_folder;
pub mod process_memory;
pub mod procfs;
pub mod ptrace;
pub mod ring;
pub mod seccomp;
pub mod signal;
pub mod slice;
pub mod sock_diag;
pub mod syscalls;
pub mod terminal;
pub mod trial;
pub mod tty_input;
pub mod wait_calls;
pub mod watch;

use std::fmt;

use crate::abi::Errno;
use crate::world::Machine;

/// A system call of the program's own (not a learner's) that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SysError {
    /// What was being done: `fork an agent`, `map a ring`.
    pub operation: &'static str,
    /// What the kernel said.
    pub errno: Errno,
}

impl fmt::Display for SysError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.operation, self.errno.name(), self.errno.message())
    }
}

impl std::error::Error for SysError {}

/// Attaches what was being done to a failed call.
pub trait During<T> {
    /// The result, with the operation named in the error.
    fn during(self, operation: &'static str) -> Result<T, SysError>;
}

impl<T> During<T> for Result<T, nix::Error> {
    fn during(self, operation: &'static str) -> Result<T, SysError> {
        self.map_err(|errno| SysError { operation, errno: Errno(errno as i32) })
    }
}

impl<T> During<T> for std::io::Result<T> {
    fn during(self, operation: &'static str) -> Result<T, SysError> {
        self.map_err(|error| SysError { operation, errno: Errno(error.raw_os_error().unwrap_or(libc::EIO)) })
    }
}

/// CLOCK_MONOTONIC in nanoseconds; through the vDSO, so without a system call.
pub fn now_ns() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a local timespec, which is all that clock_gettime writes.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut time) };
    u64::try_from(time.tv_sec).unwrap_or(0) * 1_000_000_000 + u64::try_from(time.tv_nsec).unwrap_or(0)
}

/// What the kernel says of this machine.
pub fn machine() -> Machine {
    let (uid, gid) = message::own_user();
    Machine { page: calls::page_size(), uid, gid }
}

/// The kernel's release, as `uname -r` prints it.
pub fn kernel_release() -> String {
    let name = nix::sys::utsname::uname();
    name.map_or_else(|_| "unknown".to_owned(), |name| name.release().to_string_lossy().into_owned())
}

/// The calling thread's last errno.
fn last_errno() -> Errno {
    Errno(std::io::Error::last_os_error().raw_os_error().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use crate::abi;

    #[test]
    fn the_tables_say_what_the_headers_say() {
        assert_eq!(abi::NONBLOCK, libc::SOCK_NONBLOCK);
        assert_eq!(abi::NONBLOCK, libc::O_NONBLOCK);
        assert_eq!(abi::CLOEXEC, libc::SOCK_CLOEXEC);
        assert_eq!(abi::CLOEXEC, libc::O_CLOEXEC);
        assert_eq!(abi::DIRECT, libc::O_DIRECT);
        assert_eq!(abi::MSG_CMSG_CLOEXEC, libc::MSG_CMSG_CLOEXEC);
        assert_eq!(abi::MSG_DONTWAIT, libc::MSG_DONTWAIT);
        assert_eq!(abi::Errno::from_name("ECONNRESET").map(|errno| errno.0), Some(libc::ECONNRESET));
        assert_eq!(abi::Errno::from_name("EPROTONOSUPPORT").map(|errno| errno.0), Some(libc::EPROTONOSUPPORT));
        assert_eq!(abi::Signal::PIPE.0, libc::SIGPIPE);
        assert_eq!(abi::Signal::CHLD.0, libc::SIGCHLD);
        assert_eq!(abi::Signal::INTERRUPT.0, libc::SIGRTMIN());
        for (word, name, number) in abi::SOCKET_OPTIONS {
            assert!(*number > 0, "{word} {name}");
        }
        assert_eq!(
            abi::SOCKET_OPTIONS.iter().find(|row| row.0 == "peek_off").map(|row| row.2),
            Some(libc::SO_PEEK_OFF)
        );
    }
}
