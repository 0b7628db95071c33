//! The statement of the language that makes a call which a program has made.

use crate::abi::{self, Signal};
use crate::order::{Call, Payload};
use crate::script::words::quote;
use crate::trace::CallEvent;

use super::{MOST_QUOTED, channel_of, name};

/// MSG_ flags that the language has words for.
const MESSAGE_FLAGS: &[(i32, &str)] = &[
    (abi::MSG_DONTWAIT, "dontwait"),
    (abi::MSG_NOSIGNAL, "nosignal"),
    (abi::MSG_PEEK, "peek"),
    (abi::MSG_WAITALL, "waitall"),
    (abi::MSG_WAITFORONE, "waitforone"),
];

/// CLONE_THREAD.
const CLONE_THREAD: u64 = 0x0001_0000;

/// The statement that makes this call; none where there is none, or it is about a channel that is not known.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other calls have no statement here, and are told as comments")]
pub(super) fn of(call: &CallEvent, is_known: impl Fn(&str) -> bool) -> Option<String> {
    let made = || call.names.made.as_deref().map(name);
    let end = |fd: i32| {
        let end = name(&call.names.end(fd));
        is_known(channel_of(&end)).then_some(end)
    };
    Some(match &call.call {
        Call::Socketpair { domain: abi::AF_UNIX, kind, .. } => {
            format!("socketpair {} {}{}", type_of(*kind)?, made()?, made_flags(*kind))
        }
        Call::Pipe2 { flags } => {
            let direct = if flags & abi::DIRECT != 0 { " direct" } else { "" };
            format!("pipe {}{}{direct}", made()?, made_flags(*flags))
        }
        Call::Clone { flags, .. } if flags & CLONE_THREAD != 0 => format!("thread {}", made()?),
        Call::Fork | Call::Vfork | Call::Clone { .. } => format!("fork {}", made()?),
        Call::Exit { code } | Call::ExitGroup { code } => format!("exit {code}"),
        Call::Waitpid { pid, options: 0 } => match call.names.task(*pid) {
            Some(child) if *pid > 0 => format!("wait {}", name(child)),
            _ => "wait".to_owned(),
        },
        Call::Read { fd, count } => format!("read {} {count}", end(*fd)?),
        Call::Readv { fd, counts } => format!("readv {} {}", end(*fd)?, join(counts, " ")),
        Call::Recv { fd, count, flags } | Call::Recvfrom { fd, count, flags } => {
            format!("recv {} {count}{}", end(*fd)?, message_flags(*flags)?)
        }
        Call::Write { fd, data } => format!("write {} {}", end(*fd)?, bytes(data)),
        Call::Writev { fd, data } => {
            format!("writev {} {}", end(*fd)?, data.iter().map(bytes).collect::<Vec<_>>().join(" "))
        }
        Call::Sendmmsg { fd, messages, flags: 0 } if messages.iter().all(|message| message.fds.is_empty()) => {
            let data: Vec<String> = messages.iter().map(|message| bytes(&message.data)).collect();
            format!("sendmmsg {} {}", end(*fd)?, data.join(" "))
        }
        Call::Recvmmsg { fd, count, messages, flags } => {
            format!("recvmmsg {} {count} {messages}{}", end(*fd)?, message_flags(*flags)?)
        }
        Call::Send { fd, data, flags, to: None } => {
            format!("send {} {}{}", end(*fd)?, bytes(data), message_flags(*flags)?)
        }
        Call::Close { fd } => format!("close {}", end(*fd)?),
        Call::Dup { fd } | Call::Dup2 { fd, .. } | Call::Dup3 { fd, .. } | Call::DupFrom { fd, .. } => {
            format!("dup {}", end(*fd)?)
        }
        Call::Shutdown { fd, how } => {
            format!("shutdown {} {}", end(*fd)?, ["rd", "wr", "rdwr"].get(usize::try_from(*how).ok()?)?)
        }
        Call::Kill { pid, signal } => {
            let victim = call.names.task(*pid).filter(|_| *signal > 0)?;
            format!("kill {} {}", name(victim), Signal(*signal).name())
        }
        call => return moving(call, end),
    })
}

/// The statement of a call that moves pages.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other calls have no statement here, and are told as comments")]
fn moving(call: &Call, end: impl Fn(i32) -> Option<String>) -> Option<String> {
    let nonblock = |flags: i32| if flags & abi::SPLICE_NONBLOCK != 0 { " nonblock" } else { "" };
    Some(match call {
        Call::Vmsplice { fd, data, flags } => {
            let data: Vec<String> = data.iter().map(bytes).collect();
            format!("vmsplice {} {}{}", end(*fd)?, data.join(" "), nonblock(*flags))
        }
        Call::VmspliceOut { fd, counts, flags } => {
            format!("vmsplice {} room={}{}", end(*fd)?, join(counts, ","), nonblock(*flags))
        }
        Call::Splice { from, to, count, flags } => {
            format!("splice {} {} {count}{}", end(*from)?, end(*to)?, nonblock(*flags))
        }
        Call::Tee { from, to, count, flags } => {
            format!("tee {} {} {count}{}", end(*from)?, end(*to)?, nonblock(*flags))
        }
        _ => return None,
    })
}

fn bytes(data: &Payload) -> String {
    if data.rest == 0 && data.len() <= MOST_QUOTED {
        return quote(&data.iter().collect::<Vec<u8>>());
    }
    format!("{}*x", data.len())
}

fn join(counts: &[u64], between: &str) -> String {
    counts.iter().map(u64::to_string).collect::<Vec<_>>().join(between)
}

fn type_of(kind: i32) -> Option<&'static str> {
    /// SOCK_TYPE_MASK.
    const MASK: i32 = 0xf;
    match kind & MASK {
        abi::SOCK_STREAM => Some("stream"),
        abi::SOCK_DGRAM => Some("dgram"),
        abi::SOCK_SEQPACKET => Some("seqpacket"),
        _ => None,
    }
}

fn made_flags(flags: i32) -> String {
    let cloexec = if flags & abi::CLOEXEC != 0 { " cloexec" } else { "" };
    let nonblock = if flags & abi::NONBLOCK != 0 { " nonblock" } else { "" };
    format!("{cloexec}{nonblock}")
}

fn message_flags(flags: i32) -> Option<String> {
    let known = MESSAGE_FLAGS.iter().filter(|row| flags & row.0 != 0);
    let bits = known.clone().fold(0, |sum, row| sum | row.0);
    let words: Vec<&str> = known.map(|row| row.1).collect();
    let space = if words.is_empty() { "" } else { " " };
    (bits == flags).then(|| space.to_owned() + &words.join(" "))
}
