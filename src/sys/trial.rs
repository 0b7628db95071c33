//! Things that a machine may deny, tried out: for `tincans doctor`, and where a call has failed that may be denied.

use super::fork::{self, Forked, borrow_descriptor, exit_child, open_pidfd};
use super::last_errno;
use crate::abi::Errno;
use crate::order::Call;

/// Whether a call is denied whatever it is asked (seccomp, an old kernel), given the error it has failed with: the same comes of
/// arguments for which the kernel itself has another error, because none of them can be meant.
pub fn is_denied(call: &Call, errno: Errno) -> bool {
    numbers(call.name()).iter().any(|number| {
        // SAFETY: no descriptor, address, length or set of flags is -1, so that each of these calls fails before it does anything.
        let result = unsafe { libc::syscall(*number, -1, -1, -1, -1, -1, -1) };
        result == -1 && last_errno() == errno
    })
}

/// The numbers under which libc makes a call that can be tried so; none of one that would do something, or takes no arguments.
fn numbers(name: &str) -> &'static [i64] {
    match name {
        "socketpair" => &[libc::SYS_socketpair],
        "pipe2" => &[libc::SYS_pipe2],
        "socket" => &[libc::SYS_socket],
        "bind" => &[libc::SYS_bind],
        "listen" => &[libc::SYS_listen],
        "connect" => &[libc::SYS_connect],
        "accept" | "accept4" => &[libc::SYS_accept, libc::SYS_accept4],
        "shutdown" => &[libc::SYS_shutdown],
        "getsockopt" => &[libc::SYS_getsockopt],
        "setsockopt" => &[libc::SYS_setsockopt],
        "getsockname" => &[libc::SYS_getsockname],
        "getpeername" => &[libc::SYS_getpeername],
        "read" => &[libc::SYS_read],
        "write" => &[libc::SYS_write],
        "readv" => &[libc::SYS_readv],
        "writev" => &[libc::SYS_writev],
        "recv" | "recvfrom" => &[libc::SYS_recvfrom],
        "send" | "sendto" => &[libc::SYS_sendto],
        "recvmsg" => &[libc::SYS_recvmsg],
        "sendmsg" => &[libc::SYS_sendmsg],
        "recvmmsg" => &[libc::SYS_recvmmsg],
        "sendmmsg" => &[libc::SYS_sendmmsg],
        "splice" => &[libc::SYS_splice],
        "tee" => &[libc::SYS_tee],
        "vmsplice" => &[libc::SYS_vmsplice],
        "dup" => &[libc::SYS_dup],
        "dup2" | "dup3" => &[libc::SYS_dup3],
        "close_range" => &[libc::SYS_close_range],
        "fcntl" => &[libc::SYS_fcntl],
        "ioctl" => &[libc::SYS_ioctl],
        #[cfg(target_arch = "x86_64")]
        "poll" => &[libc::SYS_poll],
        #[cfg(not(target_arch = "x86_64"))]
        "poll" => &[libc::SYS_ppoll],
        "epoll_create1" => &[libc::SYS_epoll_create1],
        "epoll_ctl" => &[libc::SYS_epoll_ctl],
        "epoll_wait" => &[libc::SYS_epoll_pwait],
        "eventfd" => &[libc::SYS_eventfd2],
        "signalfd" => &[libc::SYS_signalfd4],
        "timerfd_create" => &[libc::SYS_timerfd_create],
        "timerfd_settime" => &[libc::SYS_timerfd_settime],
        "pidfd_open" => &[libc::SYS_pidfd_open],
        "open" => &[libc::SYS_openat],
        "mkfifo" => &[libc::SYS_mknodat],
        "unlink" => &[libc::SYS_unlinkat],
        "waitpid" => &[libc::SYS_wait4],
        "setpgid" => &[libc::SYS_setpgid],
        "setrlimit" => &[libc::SYS_prlimit64],
        "signal" => &[libc::SYS_rt_sigaction],
        "prctl" => &[libc::SYS_prctl],
        "execve" => &[libc::SYS_execve],
        _ => &[],
    }
}

/// Whether a copy of another process's descriptor can be had: its standard input, which is dropped at once.
pub fn can_copy_descriptor(pid: i32) -> bool {
    open_pidfd(pid).is_ok_and(|process| borrow_descriptor(&process, 0).is_ok())
}

/// Why a child of the program's own may not be traced: the call that is denied, PTRACE_TRACEME in a child that ends by that, or
/// one that every tracer makes.
pub fn tracing_obstacle() -> Option<(&'static str, Errno)> {
    match fork::fork() {
        Ok(Forked::Child) => {
            let nothing = std::ptr::null_mut::<libc::c_void>();
            // SAFETY: PTRACE_TRACEME ignores its other arguments.
            let result = unsafe { libc::ptrace(libc::PTRACE_TRACEME, 0, nothing, nothing) };
            exit_child(if result == 0 { 0 } else { last_errno().0 })
        }
        Ok(Forked::Parent(pid)) => {
            let mut status = 0;
            // SAFETY: waitpid writes one int, to a local.
            let waited = unsafe { libc::waitpid(pid, &raw mut status, 0) };
            match (waited == pid, libc::WEXITSTATUS(status)) {
                (false, _) => Some(("wait4", last_errno())),
                (true, 0) => None,
                (true, errno) => Some(("ptrace", Errno(errno))),
            }
        }
        Err(errno) => Some(("fork", errno)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the kernel says of each call that is asked for nothing that can be meant.
    #[test]
    fn no_call_is_denied_where_nothing_is_and_none_of_the_trials_does_anything() {
        let names = "socketpair pipe2 socket bind listen connect accept shutdown getsockopt setsockopt getsockname getpeername \
                     read write readv writev recv send recvmsg sendmsg recvmmsg sendmmsg splice tee vmsplice dup dup2 close_range \
                     fcntl ioctl poll epoll_create1 epoll_ctl epoll_wait eventfd signalfd timerfd_create timerfd_settime \
                     pidfd_open open mkfifo unlink waitpid setpgid setrlimit signal prctl execve";
        for name in names.split_whitespace() {
            assert!(!numbers(name).is_empty(), "{name}");
            for number in numbers(name) {
                // SAFETY: as above.
                let result = unsafe { libc::syscall(*number, -1, -1, -1, -1, -1, -1) };
                let errno = last_errno();
                assert_eq!(result, -1, "{name} did something");
                // A call that this sandbox denies indeed has one of them, and fails the same way by any other means.
                assert!(!matches!(errno, Errno::EPERM | Errno::ENOSYS), "{name}: {}", errno.name());
            }
        }
    }
}
