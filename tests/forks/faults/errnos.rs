//! What each system call of the program may plausibly fail with.

/// A call's number and name, and the errors with which it is made to fail.
pub type Row = (i64, &'static str, &'static [i32]);

use libc::{
    EACCES, EAGAIN, ECHILD, EINTR, EINVAL, EIO, EMFILE, ENFILE, ENOBUFS, ENOENT, ENOMEM, ENOSPC, ENOSYS, ENOTTY, EPERM,
    EPIPE, EROFS, ESRCH, EXDEV,
};

/// The table. A call that is not in it is made to fail with EPERM, as a seccomp filter would.
pub const TABLE: &[Row] = &[
    (libc::SYS_openat, "openat", &[EMFILE, ENFILE, ENOENT, EACCES, EROFS]),
    (libc::SYS_read, "read", &[EIO, EINTR]),
    (libc::SYS_pread64, "pread64", &[EIO, EINTR]),
    (libc::SYS_write, "write", &[EIO, ENOSPC, EINTR, EPIPE]),
    (libc::SYS_close, "close", &[EINTR]),
    (libc::SYS_mmap, "mmap", &[ENOMEM]),
    (libc::SYS_munmap, "munmap", &[ENOMEM]),
    (libc::SYS_mprotect, "mprotect", &[ENOMEM]),
    (libc::SYS_mremap, "mremap", &[ENOMEM]),
    (libc::SYS_madvise, "madvise", &[EINVAL]),
    (libc::SYS_memfd_create, "memfd_create", &[EMFILE, ENFILE, ENOMEM, ENOSYS]),
    (libc::SYS_ftruncate, "ftruncate", &[ENOSPC]),
    (libc::SYS_clone, "clone", &[EAGAIN, ENOMEM]),
    (libc::SYS_clone3, "clone3", &[EAGAIN, ENOMEM, ENOSYS]),
    (libc::SYS_execve, "execve", &[ENOMEM, EACCES]),
    (libc::SYS_pipe2, "pipe2", &[EMFILE, ENFILE]),
    (libc::SYS_socketpair, "socketpair", &[EMFILE, ENFILE, ENOMEM]),
    (libc::SYS_socket, "socket", &[EMFILE, ENOBUFS]),
    (libc::SYS_bind, "bind", &[EACCES, ENOSPC]),
    (libc::SYS_eventfd2, "eventfd2", &[EMFILE, ENFILE, ENOMEM]),
    (libc::SYS_pidfd_open, "pidfd_open", &[EMFILE, ENFILE, ENOMEM, ENOSYS]),
    (libc::SYS_pidfd_send_signal, "pidfd_send_signal", &[EPERM, ENOSYS]),
    (libc::SYS_pidfd_getfd, "pidfd_getfd", &[EPERM, EMFILE, ENOSYS]),
    (libc::SYS_prlimit64, "prlimit64", &[EPERM, EINVAL]),
    (libc::SYS_fcntl, "fcntl", &[EMFILE, EINVAL]),
    (libc::SYS_dup, "dup", &[EMFILE]),
    (libc::SYS_dup2, "dup2", &[EMFILE]),
    (libc::SYS_dup3, "dup3", &[EMFILE]),
    (libc::SYS_sendmsg, "sendmsg", &[ENOBUFS, ENOMEM, EINTR]),
    (libc::SYS_sendto, "sendto", &[ENOBUFS, ENOMEM, EINTR]),
    (libc::SYS_recvmsg, "recvmsg", &[ENOMEM, EINTR]),
    (libc::SYS_recvfrom, "recvfrom", &[ENOMEM, EINTR]),
    (libc::SYS_poll, "poll", &[ENOMEM, EINTR]),
    (libc::SYS_ppoll, "ppoll", &[ENOMEM, EINTR]),
    (libc::SYS_rt_sigaction, "rt_sigaction", &[EINVAL]),
    (libc::SYS_rt_sigprocmask, "rt_sigprocmask", &[EINVAL]),
    (libc::SYS_rt_sigtimedwait, "rt_sigtimedwait", &[EINTR]),
    (libc::SYS_wait4, "wait4", &[EINTR, ECHILD]),
    (libc::SYS_waitid, "waitid", &[EINTR, ECHILD]),
    (libc::SYS_ioctl, "ioctl", &[EIO, ENOTTY]),
    (libc::SYS_setpgid, "setpgid", &[EPERM]),
    (libc::SYS_prctl, "prctl", &[EINVAL]),
    (libc::SYS_close_range, "close_range", &[ENOSYS]),
    (libc::SYS_getdents64, "getdents64", &[EIO, ENOMEM]),
    (libc::SYS_statx, "statx", &[EACCES, ENOSYS]),
    (libc::SYS_fstat, "fstat", &[EIO]),
    (libc::SYS_newfstatat, "newfstatat", &[EIO, EACCES]),
    (libc::SYS_lseek, "lseek", &[EINVAL]),
    (libc::SYS_mkdir, "mkdir", &[EACCES, ENOSPC, EROFS]),
    (libc::SYS_mkdirat, "mkdirat", &[EACCES, ENOSPC, EROFS]),
    (libc::SYS_rename, "rename", &[EXDEV, ENOSPC, EACCES]),
    (libc::SYS_renameat2, "renameat2", &[EXDEV, ENOSPC, EINVAL]),
    (libc::SYS_link, "link", &[EPERM, ENOSPC]),
    (libc::SYS_linkat, "linkat", &[EPERM, ENOSPC]),
    (libc::SYS_unlink, "unlink", &[EACCES]),
    (libc::SYS_unlinkat, "unlinkat", &[EACCES]),
    (libc::SYS_rmdir, "rmdir", &[EACCES]),
    (libc::SYS_fsync, "fsync", &[EIO, ENOSPC]),
    (libc::SYS_fdatasync, "fdatasync", &[EIO]),
    (libc::SYS_kill, "kill", &[EPERM, ESRCH]),
    (libc::SYS_tgkill, "tgkill", &[EPERM, ESRCH]),
    (libc::SYS_readlink, "readlink", &[ENOENT, EACCES]),
    (libc::SYS_readlinkat, "readlinkat", &[ENOENT, EACCES]),
    (libc::SYS_getrandom, "getrandom", &[ENOSYS]),
];

/// Calls that cannot fail, or whose failing says nothing: the process ends with them, or waits in them without an end.
pub const LEFT_OUT: &[i64] = &[
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_rt_sigreturn,
    libc::SYS_restart_syscall,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_getppid,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    libc::SYS_getpgrp,
    libc::SYS_set_tid_address,
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_arch_prctl,
    libc::SYS_uname,
    // A wake-up cannot fail, and a wait is made again.
    libc::SYS_futex,
    // It says no by an address.
    libc::SYS_brk,
    libc::SYS_sched_yield,
    libc::SYS_clock_gettime,
];

/// What a call is named, and what it may fail with.
pub fn of(call: i64) -> (String, &'static [i32]) {
    match TABLE.iter().find(|row| row.0 == call) {
        Some((_, name, errnos)) => ((*name).to_owned(), errnos),
        None => (format!("call {call}"), &[EPERM]),
    }
}
