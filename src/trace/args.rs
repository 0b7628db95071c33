//! The arguments of a call in signature order, with libc's names for them: what the transcript and the JSON lines have in
//! common.

mod address;
mod message;
mod more;
mod option;

use std::fmt::Write as _;

use serde_json::Value;

use super::{Brought, CallEvent, CallState, Death};
use crate::abi::Disposition;
use crate::abi::{self, Signal, flag_names};
use crate::order::{Call, Extra, Payload};

/// What a thread shares with its process, as clone3(2) is told.
const THREAD_FLAGS: &str = "CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD";
/// Bytes of `struct clone_args`.
const CLONE_ARGS_SIZE: i64 = 88;
/// strace(1) cuts strings here.
pub const CUT: usize = 32;

/// One argument.
#[derive(Debug, Clone, PartialEq)]
pub struct Arg {
    /// libc's name for the parameter.
    pub name: &'static str,
    /// As strace writes it.
    pub text: String,
    /// The same for programs.
    pub value: Value,
    /// Known only after the call returned, or standing behind such a one.
    pub out: bool,
}

impl Arg {
    fn word(name: &'static str, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { name, value: Value::from(text.as_str()), text, out: false }
    }

    fn number(name: &'static str, number: impl Into<i64>) -> Self {
        let number = number.into();
        Self { name, text: number.to_string(), value: Value::from(number), out: false }
    }

    fn size(name: &'static str, size: u64) -> Self {
        Self { name, text: size.to_string(), value: Value::from(size), out: false }
    }

    fn out(event: &CallEvent, name: &'static str, text: impl Into<String>) -> Self {
        let known = succeeded(event);
        let word = Self::word(name, if known { text.into() } else { "NULL".to_owned() });
        Self { out: true, value: if known { word.value } else { Value::Null }, text: word.text, name }
    }

    fn bytes(name: &'static str, data: &[u8], total: u64) -> Self {
        let shown = &data[..data.len().min(CUT)];
        Self { name, text: string(data, total), value: String::from_utf8_lossy(shown).into_owned().into(), out: false }
    }
}

/// Whether the call has returned without an error.
pub fn succeeded(event: &CallEvent) -> bool {
    matches!(event.state, CallState::Returned | CallState::Resumed) && event.ret.is_some_and(|ret| ret >= 0)
}

/// All arguments of a call.
#[expect(clippy::too_many_lines, reason = "one table of all calls")]
#[expect(clippy::wildcard_enum_match_arm, reason = "the others are `more`'s: a test of strace.rs looks for each call")]
pub fn of(event: &CallEvent) -> Vec<Arg> {
    use Call as C;
    match &event.call {
        C::Socketpair { .. } | C::Pipe2 { .. } | C::Socket { .. } => creation(event),
        C::Fork
        | C::Thread
        | C::Exec { .. }
        | C::Exit { .. }
        | C::ExitGroup { .. }
        | C::Waitpid { .. }
        | C::Kill { .. }
        | C::Signal { .. }
        | C::Setrlimit { .. } => process(event),
        C::Read { fd, count } => vec![end("fd", event, *fd), arrived(event), Arg::size("count", *count)],
        C::Recv { fd, count, flags } => {
            vec![end("sockfd", event, *fd), arrived(event), Arg::size("len", *count), message_flags(*flags)]
        }
        C::Recvfrom { fd, count, flags } => {
            let mut all =
                vec![end("sockfd", event, *fd), arrived(event), Arg::size("len", *count), message_flags(*flags)];
            all.extend(address::sender(event));
            all
        }
        C::Write { fd, data } => vec![end("fd", event, *fd), payload(data), Arg::size("count", data.len())],
        C::Send { fd, data, flags, to } => {
            let mut all =
                vec![end("sockfd", event, *fd), payload(data), Arg::size("len", data.len()), message_flags(*flags)];
            all.extend(to.iter().flat_map(|to| address::to("dest_addr", to)));
            all
        }
        C::Readv { .. }
        | C::Writev { .. }
        | C::Vmsplice { .. }
        | C::VmspliceOut { .. }
        | C::Recvmsg { .. }
        | C::Sendmsg { .. }
        | C::Recvmmsg { .. }
        | C::Sendmmsg { .. } => message::args(event),
        C::Poll { fds, timeout_ms, .. } => {
            let asked = |place| flag_names(abi::POLL_EVENTS, event.call.asked_at(place));
            let rows: Vec<String> = (0..)
                .zip(fds)
                .map(|(place, &fd)| format!("{{fd={}, events={}}}", shown(event, fd), asked(place)))
                .collect();
            let count = i64::try_from(fds.len()).unwrap_or(i64::MAX);
            vec![
                Arg::word("fds", format!("[{}]", rows.join(", "))),
                Arg::number("nfds", count),
                Arg::number("timeout", *timeout_ms),
            ]
        }
        C::Getsockopt { .. } | C::Setsockopt { .. } | C::Atmark { .. } => option::args(event),
        C::SetNonblock { .. } | C::SetCloexec { .. } | C::GetPipeSize { .. } | C::SetPipeSize { .. } => {
            option::fcntl(event)
        }
        C::Close { fd } => vec![end("fd", event, *fd)],
        C::Dup { fd } => vec![end("oldfd", event, *fd)],
        C::Shutdown { fd, how } => {
            let how = abi::SHUTDOWNS.iter().find(|row| row.1 == *how).map_or("SHUT_?", |row| row.0);
            vec![end("sockfd", event, *fd), Arg::word("how", how)]
        }
        C::Getsockname { .. }
        | C::Getpeername { .. }
        | C::Bind { .. }
        | C::Connect { .. }
        | C::Listen { .. }
        | C::Accept { .. } => named(event),
        _ => more::args(event),
    }
}

/// An end's name, or the number where it has none.
pub fn shown(event: &CallEvent, fd: i32) -> String {
    event.names.named(fd).map_or_else(|| fd.to_string(), |end| end.name.clone())
}

/// A task's name, or the number where it has none.
pub fn task(event: &CallEvent, pid: i32) -> String {
    event.names.task(pid).map_or_else(|| pid.to_string(), str::to_owned)
}

/// What a read of an eventfd and the like brought: `3`, `SIGUSR1 from parent`.
pub fn brought_words(event: &CallEvent, brought: &Brought) -> String {
    match brought {
        Brought::Number(number) => number.to_string(),
        Brought::Signals(all) => {
            let one = |(signal, sender): &(i32, i32)| {
                let sender = event.names.task(*sender).unwrap_or("outside");
                format!("{} from {sender}", Signal(*signal).name())
            };
            all.iter().map(one).collect::<Vec<_>>().join(", ")
        }
    }
}

fn end(name: &'static str, event: &CallEvent, fd: i32) -> Arg {
    let known = event.names.named(fd).is_some();
    if known { Arg::word(name, shown(event, fd)) } else { Arg::number(name, fd) }
}

fn message_flags(flags: i32) -> Arg {
    Arg::word("flags", flag_names(abi::MSG_FLAGS, flags))
}

fn payload(data: &Payload) -> Arg {
    Arg::bytes("buf", &data.slice(0, CUT + 1), data.len())
}

fn arrived(event: &CallEvent) -> Arg {
    let bytes = Arg::bytes("buf", &event.outcome.data, length(event).unwrap_or(0));
    let known = succeeded(event);
    Arg {
        out: true,
        text: if known { bytes.text } else { "NULL".to_owned() },
        value: if known { bytes.value } else { Value::Null },
        name: "buf",
    }
}

/// Bytes that arrived: with MSG_TRUNC the call returns more than that.
pub fn length(event: &CallEvent) -> Option<u64> {
    let ret = event.ret.filter(|_| succeeded(event)).and_then(|ret| u64::try_from(ret).ok())?;
    event.call.room().map(|room| ret.min(room))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "it asks after a few kinds; all others mean no")]
fn creation(event: &CallEvent) -> Vec<Arg> {
    let array = match event.outcome.extra {
        Extra::Array(array) => Some(array),
        _ => None,
    };
    // Where it failed, the name was not taken: what the array holds is shown if the kernel wrote to it.
    let shown = match (array, &event.names.made) {
        (Some([a, b]), _) if event.ret == Some(-1) && [a, b] != [-1, -1] => format!("[{a}, {b}]"),
        (_, Some(name)) => name.clone(),
        (Some([a, b]), None) => format!("[{a}, {b}]"),
        (None, None) => "sv".to_owned(),
    };
    match &event.call {
        Call::Pipe2 { flags } => {
            vec![Arg::word("pipefd", shown), Arg::word("flags", flag_names(abi::PIPE_FLAGS, *flags))]
        }
        Call::Socketpair { domain, kind, protocol } => {
            vec![
                Arg::word("domain", abi::domain_name(*domain)),
                Arg::word("type", abi::type_name(*kind)),
                Arg::number("protocol", *protocol),
                Arg::word("sv", shown),
            ]
        }
        Call::Socket { domain, kind, protocol } => vec![
            Arg::word("domain", abi::domain_name(*domain)),
            Arg::word("type", abi::type_name(*kind)),
            Arg::number("protocol", *protocol),
        ],
        _ => Vec::new(),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "it asks after a few kinds; all others mean no")]
fn process(event: &CallEvent) -> Vec<Arg> {
    match &event.call {
        // As strace begins it; the rest is where glibc wants to be told of the thread.
        Call::Thread => {
            vec![
                Arg::word("cl_args", format!("{{flags={THREAD_FLAGS}|..., ...}}")),
                Arg::number("size", CLONE_ARGS_SIZE),
            ]
        }
        Call::Exec { program, args } => {
            let own = "tincans".to_owned();
            let quoted = |word: &String| string(word.as_bytes(), 0);
            let words = if args.is_empty() { std::slice::from_ref(program.as_ref().unwrap_or(&own)) } else { args };
            let words: Vec<String> = words.iter().map(quoted).collect();
            let argv = format!("[{}]", words.join(", "));
            let path = quoted(program.as_ref().unwrap_or(&own));
            vec![Arg::word("pathname", path), Arg::word("argv", argv), Arg::word("envp", "environ")]
        }
        Call::Exit { code } | Call::ExitGroup { code } => vec![Arg::number("status", *code)],
        Call::Waitpid { pid, options } => {
            let whom = if *pid > 0 { Arg::word("pid", task(event, *pid)) } else { Arg::number("pid", *pid) };
            let options = match *options {
                0 => Arg::number("options", 0),
                options => Arg::word("options", flag_names(abi::WAIT_OPTIONS, options)),
            };
            let options = Arg { out: true, ..options };
            vec![whom, Arg::out(event, "wstatus", status(event)), options]
        }
        Call::Kill { pid, signal } => {
            vec![Arg::word("pid", task(event, *pid)), Arg::word("sig", signal_name(*signal))]
        }
        // signal(3) sets SA_RESTART; only sigaction(2) can leave it out.
        Call::Signal { signal, disposition: Disposition::CatchNoRestart } => {
            let act = Arg::word("act", "{sa_handler=handler, sa_flags=0}");
            vec![Arg::word("signum", signal_name(*signal)), act, Arg::word("oldact", "NULL")]
        }
        Call::Signal { signal, disposition } => {
            vec![Arg::word("signum", signal_name(*signal)), Arg::word("handler", disposition.handler())]
        }
        Call::Setrlimit { nofile } => {
            vec![Arg::word("resource", "RLIMIT_NOFILE"), Arg::word("rlim", format!("{{rlim_cur={nofile}}}"))]
        }
        _ => Vec::new(),
    }
}

fn signal_name(number: i32) -> String {
    if number == 0 { "0".to_owned() } else { Signal(number).name() }
}

fn status(event: &CallEvent) -> String {
    let Extra::Status(status) = event.outcome.extra else { return "NULL".to_owned() };
    match Death::of_status(status) {
        Some(Death::Exited(code)) => format!("[{{WIFEXITED(s) && WEXITSTATUS(s) == {code}}}]"),
        Some(Death::Killed(signal)) => format!("[{{WIFSIGNALED(s) && WTERMSIG(s) == {}}}]", signal.name()),
        Some(Death::Unknown) | None => format!("[{status:#x}]"),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "it asks after a few kinds; all others mean no")]
fn named(event: &CallEvent) -> Vec<Arg> {
    match &event.call {
        Call::Bind { fd, address: to } | Call::Connect { fd, address: to } => {
            let mut all = vec![end("sockfd", event, *fd)];
            all.extend(address::to("addr", to));
            all
        }
        Call::Listen { fd, backlog } => vec![end("sockfd", event, *fd), Arg::number("backlog", *backlog)],
        Call::Accept { fd, flags } => {
            let mut all = vec![end("sockfd", event, *fd), Arg::word("addr", "NULL"), Arg::word("addrlen", "NULL")];
            let flags = flags.map(|flags| abi::type_name(flags).trim_start_matches("0|").to_owned());
            all.extend(flags.map(|flags| Arg::word("flags", flags)));
            all
        }
        Call::Getsockname { fd } | Call::Getpeername { fd } => {
            let name: &[u8] = if let Extra::Name(name) = &event.outcome.extra { name } else { &[] };
            let (text, size) = address::told(name);
            let size = Arg::out(event, "addrlen", format!("[110 => {size}]"));
            vec![end("sockfd", event, *fd), Arg::out(event, "addr", text), size]
        }
        _ => Vec::new(),
    }
}

/// Bytes as strace writes them: C's escapes, octal for the rest, cut after [`CUT`] bytes of `total`.
pub fn string(data: &[u8], total: u64) -> String {
    let mut out = format!("\"{}\"", escaped_beginning(data, CUT));
    if total > CUT as u64 || data.len() > CUT {
        out.push_str("...");
    }
    out
}

/// The same without quotes, however long.
fn escaped(data: &[u8]) -> String {
    escaped_beginning(data, data.len())
}

fn escaped_beginning(data: &[u8], most: usize) -> String {
    let mut out = String::new();
    for (at, &byte) in data.iter().enumerate().take(most) {
        match byte {
            b'\n' => out.push_str("\\n"),
            b'\t' => out.push_str("\\t"),
            0x0b => out.push_str("\\v"),
            0x0c => out.push_str("\\f"),
            b'\r' => out.push_str("\\r"),
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b' '..=b'~' => out.push(char::from(byte)),
            // A digit behind it would be read as part of it.
            // Writing to a String cannot fail.
            _ if data.get(at + 1).is_some_and(u8::is_ascii_digit) => drop(write!(out, "\\{byte:03o}")),
            _ => drop(write!(out, "\\{byte:o}")),
        }
    }
    out
}
