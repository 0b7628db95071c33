//! The system calls that a watched program is stopped at: one table of number, name and [`Sysno`]. What a call means is decided by
//! `watch`; a call that this machine's architecture lacks has no number here.

/// Bit of a call's number that says x32, an ABI of x86-64 with 32-bit pointers.
pub const X32_BIT: u32 = 0x4000_0000;

/// The architecture in a seccomp filter's data (`AUDIT_ARCH_…` of `<linux/audit.h>`).
#[cfg(target_arch = "x86_64")]
pub const AUDIT_ARCH: u32 = 0xc000_003e;
/// The architecture in a seccomp filter's data (`AUDIT_ARCH_…` of `<linux/audit.h>`).
#[cfg(target_arch = "aarch64")]
pub const AUDIT_ARCH: u32 = 0xc000_00b7;
/// The architecture in a seccomp filter's data: of any other machine none, so that nothing is taken for a known call.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub const AUDIT_ARCH: u32 = 0;

macro_rules! calls {
    ({ $($every:ident = $name:ident,)* } { $($x86:ident = $x86_name:ident,)* }) => {
        /// A watched system call, by the kernel's name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[expect(missing_docs, reason = "the variants are system calls")]
        pub enum Sysno { $($every,)* $($x86,)* }

        /// Number, name and call of those that every architecture has.
        const EVERYWHERE: &[(i64, &str, Sysno)] = &[$((libc::$name, stringify!($name), Sysno::$every),)*];

        /// The same of those that only x86-64 has.
        #[cfg(target_arch = "x86_64")]
        const HERE: &[(i64, &str, Sysno)] = &[$((libc::$x86_name, stringify!($x86_name), Sysno::$x86),)*];
        /// The same of those that only x86-64 has.
        #[cfg(not(target_arch = "x86_64"))]
        const HERE: &[(i64, &str, Sysno)] = &[];

        impl Sysno {
            /// The kernel's name.
            pub fn name(self) -> &'static str {
                let full = match self { $(Self::$every => stringify!($name),)* $(Self::$x86 => stringify!($x86_name),)* };
                full.trim_start_matches("SYS_")
            }
        }
    };
}

calls! {
    {
    Read = SYS_read, Readv = SYS_readv, Pread64 = SYS_pread64, Preadv = SYS_preadv, Preadv2 = SYS_preadv2,
    Write = SYS_write, Writev = SYS_writev, Pwrite64 = SYS_pwrite64, Pwritev = SYS_pwritev, Pwritev2 = SYS_pwritev2,
    Recvfrom = SYS_recvfrom, Recvmsg = SYS_recvmsg, Recvmmsg = SYS_recvmmsg,
    Sendto = SYS_sendto, Sendmsg = SYS_sendmsg, Sendmmsg = SYS_sendmmsg,
    Splice = SYS_splice, Tee = SYS_tee, Vmsplice = SYS_vmsplice, Sendfile = SYS_sendfile,
    Socketpair = SYS_socketpair, Pipe2 = SYS_pipe2, Socket = SYS_socket, Bind = SYS_bind, Listen = SYS_listen,
    Connect = SYS_connect, Accept = SYS_accept, Accept4 = SYS_accept4, Shutdown = SYS_shutdown,
    Getsockopt = SYS_getsockopt, Setsockopt = SYS_setsockopt, Getsockname = SYS_getsockname,
    Getpeername = SYS_getpeername,
    Openat = SYS_openat, Openat2 = SYS_openat2, Close = SYS_close, CloseRange = SYS_close_range,
    Dup = SYS_dup, Dup3 = SYS_dup3, Fcntl = SYS_fcntl, Ioctl = SYS_ioctl, PidfdGetfd = SYS_pidfd_getfd,
    Unshare = SYS_unshare,
    Eventfd2 = SYS_eventfd2, Signalfd4 = SYS_signalfd4, TimerfdCreate = SYS_timerfd_create,
    TimerfdSettime = SYS_timerfd_settime, PidfdOpen = SYS_pidfd_open,
    Ppoll = SYS_ppoll, Pselect6 = SYS_pselect6, EpollCreate1 = SYS_epoll_create1, EpollCtl = SYS_epoll_ctl,
    EpollPwait = SYS_epoll_pwait, EpollPwait2 = SYS_epoll_pwait2,
    Clone = SYS_clone, Clone3 = SYS_clone3, Execve = SYS_execve, Execveat = SYS_execveat,
    Exit = SYS_exit, ExitGroup = SYS_exit_group, Wait4 = SYS_wait4, Waitid = SYS_waitid,
    Setsid = SYS_setsid, Setpgid = SYS_setpgid, Kill = SYS_kill, Tkill = SYS_tkill, Tgkill = SYS_tgkill, PidfdSendSignal = SYS_pidfd_send_signal,
    RtSigaction = SYS_rt_sigaction, RestartSyscall = SYS_restart_syscall, Nanosleep = SYS_nanosleep,
    ClockNanosleep = SYS_clock_nanosleep, RtSigsuspend = SYS_rt_sigsuspend, RtSigtimedwait = SYS_rt_sigtimedwait,
    Setitimer = SYS_setitimer, IoUringSetup = SYS_io_uring_setup,
    }
    {
    Pipe = SYS_pipe, Open = SYS_open, Creat = SYS_creat, Dup2 = SYS_dup2, Poll = SYS_poll, Select = SYS_select,
    EpollCreate = SYS_epoll_create, EpollWait = SYS_epoll_wait, Fork = SYS_fork, Vfork = SYS_vfork,
    Eventfd = SYS_eventfd, Signalfd = SYS_signalfd, Pause = SYS_pause, Alarm = SYS_alarm,
    }
}

impl Sysno {
    /// The call with this number on this machine, if it is a watched one.
    pub fn of_number(number: u64) -> Option<Self> {
        let number = i64::try_from(number).ok()?;
        rows().find(|row| row.0 == number).map(|row| row.2)
    }
}

/// Number, name and call of each watched call that this machine has.
pub fn rows() -> impl Iterator<Item = &'static (i64, &'static str, Sysno)> {
    EVERYWHERE.iter().chain(HERE)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_number_means_one_call() {
        let numbers: BTreeSet<i64> = rows().map(|row| row.0).collect();
        assert_eq!(numbers.len(), rows().count());
        for (number, _, call) in rows() {
            assert_eq!(Sysno::of_number(u64::try_from(*number).expect("a call's number")), Some(*call));
        }
        assert_eq!(Sysno::of_number(u64::MAX), None);
    }

    #[test]
    fn names_are_the_kernels() {
        assert_eq!(Sysno::Recvfrom.name(), "recvfrom");
        assert_eq!(Sysno::ExitGroup.name(), "exit_group");
        assert_eq!(Sysno::Pselect6.name(), "pselect6");
    }
}
