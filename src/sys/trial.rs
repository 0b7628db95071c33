//! Things that a machine may deny, tried out for `tincans doctor`.

use super::fork::{self, Forked, borrow_descriptor, exit_child, open_pidfd};

/// Whether a copy of another process's descriptor can be had: its standard input, which is dropped at once.
pub fn can_copy_descriptor(pid: i32) -> bool {
    open_pidfd(pid).is_ok_and(|process| borrow_descriptor(&process, 0).is_ok())
}

/// Whether a child of the program's own may be traced: PTRACE_TRACEME, in a child that ends by that.
pub fn can_trace() -> bool {
    match fork::fork() {
        Ok(Forked::Child) => {
            let nothing = std::ptr::null_mut::<libc::c_void>();
            // SAFETY: PTRACE_TRACEME ignores its other arguments.
            let result = unsafe { libc::ptrace(libc::PTRACE_TRACEME, 0, nothing, nothing) };
            exit_child(i32::from(result != 0))
        }
        Ok(Forked::Parent(pid)) => {
            let mut status = 0;
            // SAFETY: waitpid writes one int, to a local.
            let waited = unsafe { libc::waitpid(pid, &raw mut status, 0) };
            waited == pid && status == 0
        }
        Err(_) => false,
    }
}
