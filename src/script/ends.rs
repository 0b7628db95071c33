//! Which ends a statement names.

use super::{EndName, EndRef, Steps, Verb, WhyAbout};

impl Verb {
    /// The end that decides who makes the statement: the one its call is about.
    #[expect(clippy::too_many_lines, reason = "one table of all statements")]
    pub fn acts_on(&self) -> Option<&EndRef> {
        match self {
            Self::Pipesize { end, .. }
            | Self::Read { end, .. }
            | Self::Write { end, .. }
            | Self::Recv { end, .. }
            | Self::Send { end, .. }
            | Self::Readv { end, .. }
            | Self::Writev { end, .. }
            | Self::Vmsplice { end, .. }
            | Self::VmspliceOut { end, .. }
            | Self::Recvmsg { end, .. }
            | Self::Sendmsg { end, .. }
            | Self::Sendmmsg { end, .. }
            | Self::Recvmmsg { end, .. }
            | Self::Splice { from: end, .. }
            | Self::Tee { from: end, .. }
            | Self::Close { end }
            | Self::Dup { end }
            | Self::Dup2 { end, .. }
            | Self::Dup3 { end, .. }
            | Self::Dupfd { end, .. }
            | Self::Recvfrom { end, .. }
            | Self::Shutdown { end, .. }
            | Self::Getsockopt { end, .. }
            | Self::Setsockopt { end, .. }
            | Self::Atmark { end }
            | Self::Getsockname { end }
            | Self::Getpeername { end }
            | Self::Nonblock { end, .. }
            | Self::Cloexec { end, .. }
            | Self::Bind { end, .. }
            | Self::Listen { end, .. }
            | Self::Connect { end, .. }
            | Self::Accept { end, .. }
            | Self::Flood { end, .. }
            | Self::Drain { end, .. }
            | Self::Echo { end }
            | Self::Ping { end, .. }
            | Self::Reader { end, .. } => Some(end),
            Self::Epollctl { epoll, .. } | Self::Epollwait { epoll, .. } => Some(epoll),
            Self::Poll { ends, .. } => ends.first(),
            Self::Repeat { body, .. } => body.verb.acts_on(),
            Self::Socketpair { .. }
            | Self::Pipe { .. }
            | Self::Mkfifo { .. }
            | Self::Open { .. }
            | Self::Unlink { .. }
            | Self::Fork { .. }
            | Self::Thread { .. }
            | Self::Exec
            | Self::Exit { .. }
            | Self::Wait { .. }
            | Self::Signal { .. }
            | Self::Rlimit { .. }
            | Self::Eventfd { .. }
            | Self::Timerfd { .. }
            | Self::Signalfd { .. }
            | Self::Pidfd { .. }
            | Self::Epoll { .. }
            | Self::Closerange { .. }
            | Self::Getppid
            | Self::Pdeathsig { .. }
            | Self::Socket { .. }
            | Self::Interrupt { .. }
            | Self::Kill { .. }
            | Self::KillGroup { .. }
            | Self::Setsid
            | Self::Setpgid { .. }
            | Self::Stop { .. }
            | Self::Cont { .. }
            | Self::Channel { .. }
            | Self::Sleep { .. }
            | Self::Reset
            | Self::Queue { .. }
            | Self::Holders { .. }
            | Self::Fds { .. }
            | Self::Tasks
            | Self::Why { .. } => None,
        }
    }

    /// In how many calls it is made.
    #[expect(clippy::wildcard_enum_match_arm, reason = "all other statements are one call, or none")]
    pub fn takes_steps(&self) -> Steps {
        match self {
            Self::Channel { .. } => Steps::Ahead,
            Self::Timerfd { .. } | Self::Signalfd { .. } => Steps::OneByOne,
            Self::Repeat { body, .. } => body.verb.takes_steps(),
            _ => Steps::One,
        }
    }

    /// The first end that the statement names, whether it makes a call there or only looks.
    pub fn first_end_name(&self) -> Option<EndName> {
        let of = |end: &EndRef| match end {
            EndRef::Named { name, .. } => Some(name.clone()),
            EndRef::Raw(_) => None,
        };
        if let Self::Repeat { body, .. } = self {
            return body.verb.first_end_name();
        }
        if let Self::Queue { end } | Self::Holders { end } | Self::Why { about: Some(WhyAbout::End(end)) } = self {
            return of(end);
        }
        if let Self::Why { about: Some(WhyAbout::Name(name)) } = self {
            return Some(EndName { name: name.clone(), index: None });
        }
        self.acts_on().and_then(of)
    }
}
