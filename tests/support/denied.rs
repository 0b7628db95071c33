//! A machine that denies one system call, as a container's seccomp profile does: every call of that number fails with an errno, in
//! the program and in all that it starts.
#![expect(unsafe_code, reason = "pre_exec and seccomp(2) have no safe form")]

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

use super::program;

/// The program that is denied this call, which fails with this errno.
pub fn program_denied(call: i64, errno: i32) -> Command {
    let mut command = Command::new(program());
    deny(&mut command, call, errno);
    command
}

/// Denies it a call.
pub fn deny(command: &mut Command, call: i64, errno: i32) {
    deny_all(command, &[call], errno);
}

/// Denies it some calls.
pub fn deny_all(command: &mut Command, calls: &[i64], errno: i32) {
    let instruction =
        |code: u32, jt, jf, k| libc::sock_filter { code: u16::try_from(code).expect("16 bits"), jt, jf, k };
    let refusal = libc::SECCOMP_RET_ERRNO | u32::try_from(errno).expect("an errno");
    // The call's number is the first word of what the filter sees.
    let mut filter = vec![instruction(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, 0)];
    for call in calls {
        let number = u32::try_from(*call).expect("a call's number");
        filter.push(instruction(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, 0, 1, number));
        filter.push(instruction(libc::BPF_RET | libc::BPF_K, 0, 0, refusal));
    }
    filter.push(instruction(libc::BPF_RET | libc::BPF_K, 0, 0, libc::SECCOMP_RET_ALLOW));
    let install = move || {
        let length = u16::try_from(filter.len()).unwrap_or(0);
        let program = libc::sock_fprog { len: length, filter: filter.as_ptr().cast_mut() };
        // SAFETY: it takes numbers.
        let is_barred = unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 };
        // SAFETY: the kernel copies a filter of that length.
        let is_set =
            || unsafe { libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, 0, &raw const program) == 0 };
        let failed = !(is_barred && is_set());
        if failed { Err(io::Error::last_os_error()) } else { Ok(()) }
    };
    // SAFETY: prctl and seccomp are async-signal-safe, and nothing is allocated.
    unsafe { command.pre_exec(install) };
}

/// Calls that the program makes for itself, and that somebody may deny. Not those without which no program of Rust's starts
/// (mmap, read, close, poll, rt_sigaction), nor those that every kernel and profile allows (getpid).
pub const CALLS: &[(&str, i64)] = &[
    ("pidfd_open", libc::SYS_pidfd_open),
    ("pidfd_getfd", libc::SYS_pidfd_getfd),
    ("pidfd_send_signal", libc::SYS_pidfd_send_signal),
    ("ptrace", libc::SYS_ptrace),
    ("process_vm_readv", libc::SYS_process_vm_readv),
    ("prctl", libc::SYS_prctl),
    ("memfd_create", libc::SYS_memfd_create),
    ("ftruncate", libc::SYS_ftruncate),
    ("eventfd2", libc::SYS_eventfd2),
    ("pipe2", libc::SYS_pipe2),
    ("futex", libc::SYS_futex),
    ("kill", libc::SYS_kill),
    ("tgkill", libc::SYS_tgkill),
    ("setpgid", libc::SYS_setpgid),
    ("wait4", libc::SYS_wait4),
    ("waitid", libc::SYS_waitid),
    ("socketpair", libc::SYS_socketpair),
    ("recvmsg", libc::SYS_recvmsg),
    ("recvfrom", libc::SYS_recvfrom),
    ("sendmsg", libc::SYS_sendmsg),
    ("sendto", libc::SYS_sendto),
    ("ioctl", libc::SYS_ioctl),
    ("fcntl", libc::SYS_fcntl),
    ("getdents64", libc::SYS_getdents64),
    ("prlimit64", libc::SYS_prlimit64),
    ("clone3", libc::SYS_clone3),
    ("flock", libc::SYS_flock),
    ("shutdown", libc::SYS_shutdown),
    ("bind", libc::SYS_bind),
    ("chdir", libc::SYS_chdir),
    ("getsockopt", libc::SYS_getsockopt),
    ("close_range", libc::SYS_close_range),
    ("rt_sigprocmask", libc::SYS_rt_sigprocmask),
];

/// How they are denied.
pub const ERRNOS: [i32; 2] = [libc::EPERM, libc::ENOSYS];
