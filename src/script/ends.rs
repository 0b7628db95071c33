//! Which ends a statement names.

use super::{EndName, EndRef, Steps, Verb, WhyAbout};

impl Verb {
    /// The end that decides who makes the statement: the one its call is about.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others name none: a test below looks for each that does")]
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
            _ => None,
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

#[cfg(test)]
mod tests {
    use crate::script::parse;

    #[test]
    fn a_statement_that_is_written_with_an_end_names_one() {
        for help in parse::verbs() {
            let example = parse::statement(help.example, 1).unwrap().unwrap();
            let names_end = example.verb.first_end_name().is_some();
            assert!(names_end || !help.synopsis.contains("END"), "Verb::acts_on has no arm for {}", help.name);
        }
    }
}
