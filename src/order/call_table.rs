//! The table of calls: what is known of each whatever came of it. Who asks such a thing of a call asks here.

use super::call::{Call, CloneCall};
use crate::abi::Disposition;

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallFacts<'a> {
    /// libc's name.
    pub name: &'a str,
    /// The descriptor that it is about, if it is about one.
    pub fd: Option<i32>,
    /// What the number that it returns means.
    pub returns: Returns,
    /// What it changes by returning.
    pub effect: Effect,
    /// Whether a task can sleep in it.
    pub sleep: Sleep,
}

/// What the number that a call returns means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returns {
    /// A count, or nothing but that it went well.
    Number,
    /// A new descriptor.
    Descriptor,
    /// A process that exists: it is shown by its name.
    Task,
    /// A task that it made.
    NewTask,
}

/// What a call changes by returning, beside the bytes that it moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing, or what is seen by what comes after it.
    Nothing,
    /// Something that the world keeps: `world::fold::effect` has an arm for it.
    Changes,
    /// The same, and it gives its task something new that gets a name.
    MakesEnd,
}

/// Whether a task can sleep in a call until another one acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sleep {
    /// It returns by itself. So does a vfork(2), as far as /proc tells: it waits in state D.
    Never,
    /// It can: `sys::procfs` has the numbers under which it does.
    May,
    /// The same, and it is never begun again after a handler, not even with SA_RESTART, signal(7).
    UntilHandled,
}

const fn row(name: &str, fd: Option<i32>, returns: Returns, effect: Effect, sleep: Sleep) -> CallFacts<'_> {
    CallFacts { name, fd, returns, effect, sleep }
}

/// System calls that are not read of other programs: they change nothing that is shown, or what follows them shows it.
#[cfg(test)]
pub const SEEN_BY_THE_BENCH_ALONE: &[&str] =
    &["mknodat", "unlinkat", "rt_sigprocmask", "prlimit64", "getppid", "prctl"];

impl Call {
    /// Its row of the table.
    #[inline]
    #[expect(clippy::too_many_lines, reason = "one table of all calls")]
    pub fn facts(&self) -> CallFacts<'_> {
        use Call as C;
        use Effect::{Changes, MakesEnd, Nothing};
        use Returns::{Descriptor, NewTask, Number, Task};
        use Sleep::{May, Never, UntilHandled};
        match *self {
            C::Socketpair { .. } => row("socketpair", None, Number, MakesEnd, Never),
            C::Pipe2 { .. } => row("pipe2", None, Number, MakesEnd, Never),
            C::Fork => row("fork", None, NewTask, Changes, Never),
            C::Vfork => row("vfork", None, NewTask, Changes, Never),
            C::Clone { call: CloneCall::Clone, .. } => row("clone", None, NewTask, Changes, Never),
            C::Thread | C::Clone { call: CloneCall::Clone3, .. } => row("clone3", None, NewTask, Changes, Never),
            C::Exec { .. } => row("execve", None, Number, Changes, Never),
            C::Exit { .. } => row("exit", None, Number, Nothing, Never),
            C::ExitGroup { .. } => row("exit_group", None, Number, Nothing, Never),
            C::Waitpid { .. } => row("waitpid", None, Task, Changes, May),
            C::Read { fd, .. } => row("read", Some(fd), Number, Nothing, May),
            C::Write { fd, .. } => row("write", Some(fd), Number, Nothing, May),
            C::Recv { fd, .. } => row("recv", Some(fd), Number, Nothing, May),
            C::Recvfrom { fd, .. } => row("recvfrom", Some(fd), Number, Nothing, May),
            C::Send { fd, to: None, .. } => row("send", Some(fd), Number, Nothing, May),
            C::Send { fd, to: Some(_), .. } => row("sendto", Some(fd), Number, Nothing, May),
            C::Readv { fd, .. } => row("readv", Some(fd), Number, Nothing, May),
            C::Writev { fd, .. } => row("writev", Some(fd), Number, Nothing, May),
            C::Recvmsg { fd, .. } => row("recvmsg", Some(fd), Number, Nothing, May),
            C::Sendmsg { fd, .. } => row("sendmsg", Some(fd), Number, Nothing, May),
            C::Recvmmsg { fd, .. } => row("recvmmsg", Some(fd), Number, Changes, May),
            C::Sendmmsg { fd, .. } => row("sendmmsg", Some(fd), Number, Nothing, May),
            C::Splice { from, .. } => row("splice", Some(from), Number, Nothing, May),
            C::Tee { from, .. } => row("tee", Some(from), Number, Nothing, May),
            C::Vmsplice { fd, .. } | C::VmspliceOut { fd, .. } => row("vmsplice", Some(fd), Number, Nothing, May),
            C::Sendfile { to, .. } => row("sendfile", Some(to), Number, Nothing, May),
            C::Close { fd } => row("close", Some(fd), Number, Changes, Never),
            C::CloseRange { .. } => row("close_range", None, Number, Changes, Never),
            C::Dup { fd } => row("dup", Some(fd), Descriptor, Changes, Never),
            C::Dup2 { fd, .. } => row("dup2", Some(fd), Descriptor, Changes, Never),
            C::Dup3 { fd, .. } => row("dup3", Some(fd), Descriptor, Changes, Never),
            C::DupFrom { fd, .. } => row("fcntl", Some(fd), Descriptor, Changes, Never),
            C::Open { .. } => row("open", None, Descriptor, MakesEnd, May),
            C::Mkfifo { .. } => row("mkfifo", None, Number, MakesEnd, Never),
            C::Unlink { .. } => row("unlink", None, Number, Changes, Never),
            C::Shutdown { fd, .. } => row("shutdown", Some(fd), Number, Changes, Never),
            C::Poll { ref fds, .. } => row("poll", fds.first().copied(), Number, Changes, UntilHandled),
            C::Select { ref read, ref write, ref except, .. } => {
                row("select", read.iter().chain(write).chain(except).next().copied(), Number, Nothing, UntilHandled)
            }
            C::EpollCreate { .. } => row("epoll_create1", None, Descriptor, MakesEnd, Never),
            C::EpollCtl { epoll, .. } => row("epoll_ctl", Some(epoll), Number, Changes, Never),
            C::EpollWait { epoll, .. } => row("epoll_wait", Some(epoll), Number, Changes, UntilHandled),
            C::Eventfd { .. } => row("eventfd", None, Descriptor, MakesEnd, Never),
            C::Signalfd { .. } => row("signalfd", None, Descriptor, MakesEnd, Never),
            C::TimerfdCreate { .. } => row("timerfd_create", None, Descriptor, MakesEnd, Never),
            C::TimerfdSettime { fd, .. } => row("timerfd_settime", Some(fd), Number, Changes, Never),
            C::PidfdOpen { .. } => row("pidfd_open", None, Descriptor, MakesEnd, Never),
            C::BlockSignals { .. } => row("sigprocmask", None, Number, Changes, Never),
            C::Getsockopt { fd, .. } => row("getsockopt", Some(fd), Number, Nothing, Never),
            C::Setsockopt { fd, .. } => row("setsockopt", Some(fd), Number, Changes, Never),
            C::Atmark { fd } => row("ioctl", Some(fd), Number, Nothing, Never),
            C::Getsockname { fd } => row("getsockname", Some(fd), Number, Nothing, Never),
            C::Getpeername { fd } => row("getpeername", Some(fd), Number, Nothing, Never),
            C::SetNonblock { fd, .. }
            | C::SetCloexec { fd, .. }
            | C::GetPipeSize { fd }
            | C::SetPipeSize { fd, .. } => row("fcntl", Some(fd), Number, Changes, Never),
            C::Signal { disposition: Disposition::CatchNoRestart, .. } => {
                row("sigaction", None, Number, Changes, Never)
            }
            C::Signal { .. } => row("signal", None, Number, Changes, Never),
            C::Setrlimit { .. } => row("setrlimit", None, Number, Changes, Never),
            C::Socket { .. } => row("socket", None, Descriptor, MakesEnd, Never),
            C::Bind { fd, .. } => row("bind", Some(fd), Number, Changes, Never),
            C::Listen { fd, .. } => row("listen", Some(fd), Number, Changes, Never),
            C::Connect { fd, .. } => row("connect", Some(fd), Number, Changes, May),
            C::Accept { fd, flags: None } => row("accept", Some(fd), Descriptor, MakesEnd, May),
            C::Accept { fd, flags: Some(_) } => row("accept4", Some(fd), Descriptor, MakesEnd, May),
            C::Kill { .. } => row("kill", None, Number, Nothing, Never),
            C::Setsid => row("setsid", None, Task, Changes, Never),
            C::Setpgid { .. } => row("setpgid", None, Number, Changes, Never),
            C::Getppid => row("getppid", None, Task, Nothing, Never),
            C::Pause => row("pause", None, Number, Nothing, UntilHandled),
            C::ParentDeathSignal { .. } => row("prctl", None, Number, Changes, Never),
            C::Other { ref name, fd, .. } if name == "pidfd_getfd" => row(name, fd, Descriptor, Changes, Never),
            C::Other { ref name, fd, .. } => row(name, fd, Number, Changes, Never),
        }
    }

    /// libc's name.
    pub fn name(&self) -> &str {
        self.facts().name
    }

    /// The descriptor the call is about, if it is about one.
    pub fn fd(&self) -> Option<i32> {
        self.facts().fd
    }

    /// Whether it gives the bench one more task.
    pub fn makes_task(&self) -> bool {
        self.facts().returns == Returns::NewTask
    }

    /// Whether a task can sleep in it until another one acts.
    pub fn may_sleep(&self) -> bool {
        self.facts().sleep != Sleep::Never
    }

    /// Whether it is never begun again after a handler, not even with SA_RESTART.
    pub fn is_never_restarted(&self) -> bool {
        self.facts().sleep == Sleep::UntilHandled
    }

    /// Whether it returns the number of a process that exists.
    pub fn returns_task(&self) -> bool {
        self.facts().returns == Returns::Task
    }

    /// Whether what it returns is a new descriptor.
    pub fn returns_descriptor(&self) -> bool {
        self.facts().returns == Returns::Descriptor
    }

    /// Whether it gives its task a descriptor of something new that gets a name.
    pub fn makes_end(&self) -> bool {
        self.facts().effect == Effect::MakesEnd
    }

    /// The kernel's name where it is another one than the C library's.
    #[cfg(test)]
    pub fn system_call(&self) -> &str {
        match self.facts().name {
            "recv" => "recvfrom",
            "send" => "sendto",
            "waitpid" => "wait4",
            "signal" | "sigaction" => "rt_sigaction",
            "sigprocmask" => "rt_sigprocmask",
            "setrlimit" => "prlimit64",
            "eventfd" => "eventfd2",
            "signalfd" => "signalfd4",
            "open" => "openat",
            "mkfifo" => "mknodat",
            "unlink" => "unlinkat",
            "select" => "pselect6",
            "poll" => "ppoll",
            "dup2" => "dup3",
            "epoll_wait" => "epoll_pwait",
            "fork" | "vfork" => "clone",
            name => name,
        }
    }

    /// One of each, all arguments zero or empty: the variants by their numbers, as they are sent.
    #[cfg(test)]
    pub fn one_of_each() -> Vec<Self> {
        let zero = |variant: u8| postcard::from_bytes(&[&[variant], [0; 32].as_slice()].concat());
        (0..).map_while(|variant| zero(variant).ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_each_call_is_every_call() {
        let all = Call::one_of_each();
        assert_eq!(
            (all.first(), all.get(2)),
            (Some(&Call::Socketpair { domain: 0, kind: 0, protocol: 0 }), Some(&Call::Fork))
        );
        let last = Call::Other { name: String::new(), fd: None, text: String::new() };
        assert_eq!(all.last(), Some(&last), "{} calls", all.len());
    }
}
