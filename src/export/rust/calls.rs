//! One call as Rust: what is called, what it must give, and what else must be so then.

use crate::abi::{self, Disposition, flag_names};
use crate::export::names::NamedCall;
use crate::export::walk::{CallOrLoop, NumberNames, Program};
use crate::order::{Call as C, Extra};
use crate::text;

use super::call_code::{CallCode, borrowed, fd, gives, just, owned, pid, raw};
use super::{call_code, literal, objects, options, transfer};

/// From here on numbers are the program's own, where it needs some.
const OWN_FDS: u32 = 900;

/// The call, and what it gives.
#[expect(clippy::too_many_lines, reason = "one table of calls")]
#[expect(clippy::wildcard_enum_match_arm, reason = "what has no form in Rust is refused by its name")]
pub fn code(call: &NamedCall<'_>) -> Result<CallCode, String> {
    let event = call.event;
    let number = call.ret().to_string();
    match &event.call {
        C::Socketpair { domain, kind, protocol } => pair(*domain, *kind, *protocol),
        C::Socket { domain, kind, protocol } => match (family(*domain), type_of(*kind), protocol) {
            (Some(domain), Some(name), 0) => owned(format!("socket({domain}, {name}, {}, None)", type_flags(*kind))),
            _ => gives(format!("any_socket({domain}, {kind:#x}, {protocol})"), number),
        },
        C::Pipe2 { flags } => owned(format!("pipe2({})", open_flags(*flags))),
        C::Close { fd: number } => just(format!("close({})", raw(call, *number))),
        C::Dup { fd: from } => owned(format!("dup({})", fd(call, *from))),
        C::Dup2 { fd: from, to } => gives(format!("dup_to({}, {}, None)", fd(call, *from), raw(call, *to)), number),
        C::Dup3 { fd: from, to, flags } => {
            let flags = open_flags(*flags);
            gives(format!("dup_to({}, {}, Some({flags}))", fd(call, *from), raw(call, *to)), number)
        }
        C::DupFrom { fd: from, least, cloexec } => {
            let command = if *cloexec { "F_DUPFD_CLOEXEC" } else { "F_DUPFD" };
            gives(format!("fcntl({}, FcntlArg::{command}({least}))", fd(call, *from)), number)
        }
        C::CloseRange { first, last, flags } => {
            let is_all = *last >= OWN_FDS && (call.run.uses_standard || !call.run.executions.is_empty());
            let last = if is_all { "OWN_FDS as u32 - 1".to_owned() } else { last.to_string() };
            just(format!("close_range({first}, {last}, {flags:#x})"))
        }
        C::Getppid => gives("Ok::<_, Errno>(getppid())".to_owned(), call.parent("getppid()")),
        // nix does not pass on the error that it always returns with.
        C::Pause => just("{ pause(); Err::<(), Errno>(Errno::EINTR) }".to_owned()),
        C::ParentDeathSignal { signal: 0 } => just("prctl::set_pdeathsig(None)".to_owned()),
        C::ParentDeathSignal { signal } => just(format!("prctl::set_pdeathsig({})", literal::known_signal(*signal)?)),
        C::Open { path, flags } => {
            let path = literal::path(&text::name_bytes(&path.shown))?;
            owned(format!("open({path}, {}, Mode::empty())", access_flags(*flags)))
        }
        C::Mkfifo { path, mode } => {
            let path = literal::path(&text::name_bytes(&path.shown))?;
            just(format!("mkfifo({path}, Mode::from_bits_retain(0o{mode:o}))"))
        }
        C::Unlink { path } => just(format!("unlink({})", literal::path(&text::name_bytes(&path.shown))?)),
        C::Shutdown { fd: end, how } => {
            let how = match how {
                0 => "Read",
                1 => "Write",
                2 => "Both",
                _ => return Err("nix knows no other way of shutdown than three".to_owned()),
            };
            just(format!("shutdown({}, Shutdown::{how})", raw(call, *end)))
        }
        C::Listen { fd: end, backlog } if (-1..=4096).contains(backlog) => {
            just(format!("listen({}, Backlog::new({backlog}).expect(\"a length\"))", fd(call, *end)))
        }
        C::Accept { fd: end, flags: None } => gives(format!("accept({})", raw(call, *end)), number),
        C::Accept { fd: end, flags: Some(flags) } => {
            gives(format!("accept4({}, {})", raw(call, *end), type_flags(*flags)), number)
        }
        C::Bind { fd: end, address } => just(format!("bind({}, {})", raw(call, *end), call_code::address(address)?)),
        C::Connect { fd: end, address } => {
            just(format!("connect({}, {})", raw(call, *end), call_code::address(address)?))
        }
        C::Waitpid { pid, options } => waitpid(call, *pid, *options),
        C::Kill { pid: whom, signal } => kill(call, *whom, *signal),
        C::Setsid => gives("setsid()".to_owned(), pid(call, call.ret())),
        C::Setpgid { pid: whom, group } => {
            let own = |number: i32| if number == 0 { "Pid::from_raw(0)".to_owned() } else { pid(call, number) };
            just(format!("setpgid({}, {})", own(*whom), own(*group)))
        }
        C::Signal { signal, disposition } => disposition_of(*signal, *disposition),
        C::Setrlimit { nofile } => just(format!("limit_descriptors({nofile})")),
        C::SetNonblock { fd: end, on } => just(format!("set_nonblock({}, {on})", fd(call, *end))),
        C::SetCloexec { fd: end, on } => {
            let flags = if *on { "FdFlag::FD_CLOEXEC" } else { "FdFlag::empty()" };
            gives(format!("fcntl({}, FcntlArg::F_SETFD({flags}))", fd(call, *end)), number)
        }
        C::GetPipeSize { fd: end } => gives(format!("fcntl({}, FcntlArg::F_GETPIPE_SZ)", fd(call, *end)), number),
        C::SetPipeSize { fd: end, size } if i32::try_from(*size).is_ok() => {
            gives(format!("fcntl({}, FcntlArg::F_SETPIPE_SZ({size}))", fd(call, *end)), number)
        }
        C::Atmark { fd: end } => {
            let mark = if let Extra::Value(mark) = event.outcome.extra { mark } else { 0 };
            gives(format!("at_mark({})", fd(call, *end)), mark.to_string())
        }
        C::Poll { .. } => poll(call),
        C::Getsockopt { .. } | C::Setsockopt { .. } | C::Getsockname { .. } | C::Getpeername { .. } => {
            options::code(call)
        }
        C::EpollCreate { .. } | C::EpollCtl { .. } | C::EpollWait { .. } => objects::epoll(call),
        C::Eventfd { .. } | C::Signalfd { .. } | C::TimerfdCreate { .. } | C::TimerfdSettime { .. } => {
            objects::code(call)
        }
        C::PidfdOpen { .. } | C::BlockSignals { .. } => objects::code(call),
        C::Write { .. } | C::Send { .. } | C::Writev { .. } | C::Sendmsg { .. } | C::Sendmmsg { .. } => {
            transfer::writing(call)
        }
        C::Read { .. } | C::Recv { .. } | C::Recvfrom { .. } | C::Readv { .. } => Ok(transfer::reading(call)),
        C::Recvmsg { .. } | C::Recvmmsg { .. } => transfer::receiving(call),
        C::Splice { .. } | C::Tee { .. } => Ok(transfer::moving(call)),
        other => Err(format!("{} has no form in Rust yet", other.name())),
    }
}

/// A loop of calls as one of the program's own functions.
pub fn repeated(run: &Program, act: &CallOrLoop, names: &NumberNames) -> CallCode {
    let fd = |fd: i32| borrowed(run, names, fd);
    let call = match *act {
        CallOrLoop::Flood { fd: end, size, limit } => format!("flood({}, {size}, {limit})", fd(end)),
        CallOrLoop::Drain { fd: end, count, dont_wait, is_pipe } => {
            format!("drain({}, {count}, {dont_wait}, {is_pipe})", fd(end))
        }
        CallOrLoop::Echo { fd: end } => format!("echo({})", fd(end)),
        CallOrLoop::Ping { fd: end, size, limit } => format!("ping({}, {size}, {limit})", fd(end)),
        CallOrLoop::Call(_) => String::new(),
    };
    CallCode { call, ..CallCode::default() }
}

fn pair(domain: i32, kind: i32, protocol: i32) -> Result<CallCode, String> {
    match (family(domain), type_of(kind), protocol) {
        (Some(domain), Some(kind_name), 0) => {
            owned(format!("socketpair({domain}, {kind_name}, None, {})", type_flags(kind)))
        }
        _ => owned(format!("any_pair({domain}, {kind:#x}, {protocol})")),
    }
}

fn family(domain: i32) -> Option<String> {
    const FAMILIES: &[(&str, &str)] = &[("AF_UNIX", "Unix"), ("AF_INET", "Inet"), ("AF_INET6", "Inet6")];
    let name = abi::domain_name(domain);
    let row = FAMILIES.iter().find(|row| row.0 == name);
    row.map(|row| format!("AddressFamily::{}", row.1))
}

fn type_of(kind: i32) -> Option<String> {
    const TYPES: &[(&str, &str)] =
        &[("SOCK_STREAM", "Stream"), ("SOCK_DGRAM", "Datagram"), ("SOCK_SEQPACKET", "SeqPacket"), ("SOCK_RAW", "Raw")];
    let name = abi::type_name(kind & !(abi::NONBLOCK | abi::CLOEXEC));
    let row = TYPES.iter().find(|row| row.0 == name);
    row.map(|row| format!("SockType::{}", row.1))
}

/// The flags that stand in a socket's type.
fn type_flags(kind: i32) -> String {
    let named = [("SOCK_NONBLOCK", abi::NONBLOCK), ("SOCK_CLOEXEC", abi::CLOEXEC)];
    let bits = kind & (abi::NONBLOCK | abi::CLOEXEC);
    literal::flags("SockFlag", &flag_names(&named, bits), bits)
}

fn open_flags(flags: i32) -> String {
    literal::flags("OFlag", &flag_names(abi::PIPE_FLAGS, flags), flags)
}

fn access_flags(flags: i32) -> String {
    let access = abi::ACCESS.iter().find(|row| row.1 == flags & abi::ACCESS_MODE).map_or("O_RDWR", |row| row.0);
    let more = match flags & !abi::ACCESS_MODE {
        0 => String::new(),
        more => format!("|{}", flag_names(abi::OPEN_FLAGS, more)),
    };
    literal::flags("OFlag", &format!("{access}{more}"), flags)
}

fn waitpid(call: &NamedCall<'_>, whom: i32, options: i32) -> Result<CallCode, String> {
    let whom = if whom == -1 { "None".to_owned() } else { pid(call, whom) };
    let options = match options {
        0 => "None".to_owned(),
        bits => format!("Some({})", literal::flags("WaitPidFlag", &flag_names(abi::WAIT_OPTIONS, bits), bits)),
    };
    let waited = format!("waitpid({whom}, {options})");
    let who = pid(call, call.ret());
    let status = match (call.ret(), &call.event.outcome.extra) {
        (ret @ 1.., Extra::Status(status)) if ret > 0 => *status,
        (1.., _) => return gives(format!("{waited}.map(|status| status.pid())"), format!("Some({who})")),
        _ => return gives(waited, "WaitStatus::StillAlive"),
    };
    match (status & 0x7f, status >> 8 & 0xff) {
        (0, code) => gives(waited, format!("WaitStatus::Exited({who}, {code})")),
        (0x7f, 0xff) => gives(waited, format!("WaitStatus::Continued({who})")),
        (0x7f, signal) => gives(waited, format!("WaitStatus::Stopped({who}, {})", literal::known_signal(signal)?)),
        (signal, _) => {
            let signal = literal::known_signal(signal)?;
            gives(format!("without_core({waited})"), format!("WaitStatus::Signaled({who}, {signal}, false)"))
        }
    }
}

fn kill(call: &NamedCall<'_>, whom: i32, signal: i32) -> Result<CallCode, String> {
    let whom = match whom {
        1.. => pid(call, whom),
        _ => match call.names.task(-whom) {
            Some(_) => format!("Pid::from_raw(-{}.as_raw())", pid(call, -whom)),
            None => return Err("a group that no task leads has no form in Rust".to_owned()),
        },
    };
    match (signal, literal::signal(signal)) {
        (0, _) => just(format!("kill({whom}, None)")),
        (_, Some(signal)) => just(format!("kill({whom}, {signal})")),
        _ => just(format!("send_signal({whom}, {signal})")),
    }
}

fn disposition_of(signal: i32, disposition: Disposition) -> Result<CallCode, String> {
    let handler = match disposition {
        Disposition::Default => "SigHandler::SigDfl",
        Disposition::Ignore => "SigHandler::SigIgn",
        Disposition::Catch => "SigHandler::Handler(handler)",
        Disposition::CatchNoRestart => {
            return just(format!("catch_without_restart({})", literal::known_signal(signal)?));
        }
    };
    just(format!("set_handler({}, {handler})", literal::known_signal(signal)?))
}

fn poll(call: &NamedCall<'_>) -> Result<CallCode, String> {
    let C::Poll { fds: asked, timeout_ms, .. } = &call.event.call else { return Ok(CallCode::default()) };
    let bits = |bits: i32| {
        let names = flag_names(abi::POLL_EVENTS, bits);
        names.split('|').map(poll_bit).collect::<Vec<_>>().join(" | ")
    };
    let row = |(place, end): (usize, &i32)| format!("({}, {})", fd(call, *end), bits(call.event.call.asked_at(place)));
    let rows: Vec<String> = asked.iter().enumerate().map(row).collect();
    let answers = if let Extra::Revents(answers) = &call.event.outcome.extra {
        answers.iter().map(|answer| bits(i32::from(answer.cast_unsigned()))).collect()
    } else {
        vec!["0".to_owned(); asked.len()]
    };
    gives(format!("poll_all(&[{}], {timeout_ms})", rows.join(", ")), format!("vec![{}]", answers.join(", ")))
}

fn poll_bit(name: &str) -> String {
    if name.starts_with("POLL") { format!("libc::{name}") } else { name.to_owned() }
}
