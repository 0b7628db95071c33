//! One call as Python: what is called, what it must give, and what else must be so then.

use crate::abi::{self, Disposition, Errno, flag_names};
use crate::export::names::{self, NamedCall};
use crate::export::walk::{CallOrLoop, NumberNames};
use crate::order::{Call as C, Extra};
use crate::text;

use super::call_code::{CallCode, ResultUse, just, named, not_offered, sock, to, value};
use super::{literal, transfer};

/// The call, and what it gives.
#[expect(clippy::too_many_lines, reason = "one table of calls")]
#[expect(clippy::wildcard_enum_match_arm, reason = "what has no form in Python is refused by its name")]
pub fn code(call: &NamedCall<'_>) -> Result<CallCode, String> {
    let event = call.event;
    let fd = |fd: &i32| call.fd(*fd);
    match &event.call {
        C::Socketpair { domain, kind, protocol } => {
            just(format!("pair({}, {}, {protocol})", domain_of(*domain), literal::of("socket", &abi::type_name(*kind))))
        }
        C::Pipe2 { flags } => {
            just(format!("list(os.pipe2({}))", literal::of("os", &flag_names(abi::PIPE_FLAGS, *flags))))
        }
        C::Socket { domain, kind, protocol } => {
            let kind = literal::of("socket", &abi::type_name(*kind));
            value(format!("socket.socket({}, {kind}, {protocol}).detach()", domain_of(*domain)), call.ret())
        }
        C::Close { fd: number } => just(format!("os.close({})", fd(number))),
        C::Dup { fd: number } => value(format!("os.dup({})", fd(number)), call.ret()),
        C::Dup2 { fd: number, to } => value(format!("os.dup2({}, {})", fd(number), fd(to)), call.ret()),
        C::Dup3 { fd: number, to, flags: abi::CLOEXEC } if number != to => {
            value(format!("os.dup2({}, {}, inheritable=False)", fd(number), fd(to)), call.ret())
        }
        C::DupFrom { fd: number, least, cloexec } => {
            let command = if *cloexec { "F_DUPFD_CLOEXEC" } else { "F_DUPFD" };
            value(format!("fcntl.fcntl({}, fcntl.{command}, {least})", fd(number)), call.ret())
        }
        // It takes no error for one.
        C::CloseRange { first, last, flags: 0 } if call.ret() == 0 => {
            let beyond = match last {
                // Numbers from there on are the program's own.
                900.. if call.run.uses_standard => "900".to_owned(),
                &u32::MAX => "os.sysconf(\"SC_OPEN_MAX\")".to_owned(),
                last => (last + 1).to_string(),
            };
            just(format!("os.closerange({first}, {beyond})"))
        }
        C::Getppid => value("os.getppid()".to_owned(), call.parent("os.getppid()")),
        C::Open { path, flags } => {
            let (access, more) = (*flags & abi::ACCESS_MODE, *flags & !abi::ACCESS_MODE);
            let access = abi::ACCESS.iter().find(|row| row.1 == access).map_or("O_RDWR", |row| row.0);
            let more = if more == 0 { String::new() } else { format!("|{}", flag_names(abi::OPEN_FLAGS, more)) };
            let flags = literal::of("os", &format!("{access}{more}"));
            value(format!("os.open({}, {flags})", literal::bytes(&text::name_bytes(&path.shown))), call.ret())
        }
        C::Mkfifo { path, mode } => {
            just(format!("os.mkfifo({}, 0o{mode:o})", literal::bytes(&text::name_bytes(&path.shown))))
        }
        C::Unlink { path } => just(format!("os.unlink({})", literal::bytes(&text::name_bytes(&path.shown)))),
        C::Shutdown { fd: number, how } => {
            let named = abi::SHUTDOWNS.iter().find(|row| row.1 == *how);
            let how = named.map_or_else(|| how.to_string(), |row| format!("socket.{}", row.0));
            just(format!("{}.shutdown({how})", sock(call, *number)))
        }
        C::Listen { fd: number, backlog } => just(format!("{}.listen({backlog})", sock(call, *number))),
        C::Accept { fd: number, flags: None | Some(abi::CLOEXEC) } => {
            value(format!("{}.accept()[0].detach()", sock(call, *number)), call.ret())
        }
        C::Bind { fd: number, address } => just(format!("{}.bind({})", sock(call, *number), to(address)?)),
        C::Connect { fd: number, address } => just(format!("{}.connect({})", sock(call, *number), to(address)?)),
        C::Waitpid { pid, options } => waitpid(call, *pid, *options),
        C::Setsid => just("os.setsid()".to_owned()),
        C::Setpgid { pid, group } => {
            let own = |pid: i32| if pid == 0 { "0".to_owned() } else { call.pid(pid) };
            just(format!("os.setpgid({}, {})", own(*pid), own(*group)))
        }
        // Orphans stay zombies there until init has waited for them: prctl is not offered.
        C::Kill { pid: ..0, .. } if event.errno == Errno::ESRCH => Err(not_offered("that a group has no process left")),
        C::Kill { pid, signal } if *pid < 0 && call.names.task(-pid).is_some() => {
            just(format!("os.kill(-{}, {})", call.pid(-pid), literal::signal(*signal)))
        }
        C::Kill { pid, .. } if *pid <= 0 => Err("a group that no task leads has no form in Python".to_owned()),
        C::Kill { pid, signal } => just(format!("os.kill({}, {})", call.pid(*pid), literal::signal(*signal))),
        C::Signal { signal, .. } if !(1..=64).contains(signal) => Err(not_offered("signal with such a number")),
        C::Signal { signal, disposition } => {
            let handler = match disposition {
                Disposition::Default => "signal.SIG_DFL",
                Disposition::Ignore => "signal.SIG_IGN",
                Disposition::Catch | Disposition::CatchNoRestart => "handler",
            };
            if event.pid != event.tid {
                return Err(not_offered("signal in a thread"));
            }
            just(format!("signal.signal({}, {handler})", literal::signal(*signal)))
        }
        C::Setrlimit { nofile } => just(format!("limit_descriptors({nofile})")),
        C::SetNonblock { fd: number, on } => {
            just(format!("set_nonblock({}, {})", fd(number), if *on { "True" } else { "False" }))
        }
        C::SetCloexec { fd: number, on } => {
            let flags = if *on { "fcntl.FD_CLOEXEC" } else { "0" };
            just(format!("fcntl.fcntl({}, fcntl.F_SETFD, {flags})", fd(number)))
        }
        C::GetPipeSize { fd: number } => value(format!("fcntl.fcntl({}, fcntl.F_GETPIPE_SZ)", fd(number)), call.ret()),
        C::SetPipeSize { fd: number, size } => {
            value(format!("fcntl.fcntl({}, fcntl.F_SETPIPE_SZ, {size})", fd(number)), call.ret())
        }
        C::Atmark { fd: number } => match event.outcome.extra {
            Extra::Value(seen) => value(format!("at_mark({})", fd(number)), seen),
            _ => just(format!("at_mark({})", fd(number))),
        },
        C::Poll { .. } => poll(call),
        C::Getsockopt { .. } | C::Setsockopt { .. } => option(call),
        C::Getsockname { fd: number } | C::Getpeername { fd: number } => {
            let asked = format!("{}.{}()", sock(call, *number), event.call.name());
            match &event.outcome.extra {
                Extra::Name(name) => value(asked, named(name)),
                _ => just(asked),
            }
        }
        C::Write { .. } | C::Send { .. } | C::Writev { .. } | C::Sendmsg { .. } => transfer::writing(call),
        C::Read { .. } | C::Recv { .. } | C::Recvfrom { .. } | C::Readv { .. } | C::Recvmsg { .. } => {
            transfer::reading(call)
        }
        C::Splice { from, to, count, flags } => {
            let flags = literal::of("os", &flag_names(abi::SPLICE_FLAGS, *flags));
            value(format!("os.splice({}, {}, {count}, flags={flags})", fd(from), fd(to)), call.ret())
        }
        C::Eventfd { initial, flags } => value(format!("os.eventfd({initial}, {flags:#x})"), call.ret()),
        C::PidfdOpen { pid, flags } => value(format!("os.pidfd_open({}, {flags:#x})", call.pid(*pid)), call.ret()),
        C::EpollCreate { .. } => Err("an epoll of Python tells no other number than the descriptor's own".to_owned()),
        other => Err(not_offered(other.name())),
    }
}

/// A loop of calls as one of the program's own functions.
pub fn repeated(act: &CallOrLoop, names: &NumberNames) -> CallCode {
    let truth = |is_so: bool| if is_so { "True" } else { "False" };
    let call = match *act {
        CallOrLoop::Flood { fd, size, limit } => format!("flood({}, {size}, {limit})", names::fd(names, fd)),
        CallOrLoop::Drain { fd, count, dont_wait, is_pipe } => {
            format!("drain({}, {count}, {}, {})", names::fd(names, fd), truth(dont_wait), truth(is_pipe))
        }
        CallOrLoop::Echo { fd } => format!("echo({})", names::fd(names, fd)),
        CallOrLoop::Ping { fd, size, limit } => format!("ping({}, {size}, {limit})", names::fd(names, fd)),
        CallOrLoop::Call(_) => String::new(),
    };
    CallCode { call, gives: ResultUse::Nothing, after: Vec::new() }
}

fn domain_of(domain: i32) -> String {
    literal::of("socket", &abi::domain_name(domain))
}

fn waitpid(call: &NamedCall<'_>, pid: i32, options: i32) -> Result<CallCode, String> {
    let whom = if pid > 0 { call.pid(pid) } else { pid.to_string() };
    let options = flag_names(abi::WAIT_OPTIONS, options);
    if options.contains("__") {
        return Err(not_offered("waitpid with such a flag"));
    }
    let call_text = format!("waited({whom}, {})", literal::of("os", &options));
    match (call.ret(), &call.event.outcome.extra) {
        (-1, _) => just(call_text),
        (ret @ 1.., Extra::Status(status)) => value(call_text, format!("({}, {:#x})", call.pid(ret), status & !0x80)),
        (ret @ 1.., _) => value(format!("{call_text}[0]"), call.pid(ret)),
        _ => value(call_text, "(0, 0)"),
    }
}

fn poll(call: &NamedCall<'_>) -> Result<CallCode, String> {
    let C::Poll { fds: asked, timeout_ms, .. } = &call.event.call else { return Err(not_offered("poll")) };
    let is_twice = |fd: &i32| asked.iter().filter(|other| *other == fd).count() > 1;
    if asked.iter().any(|fd| is_twice(fd) || *fd < 0) {
        return Err(not_offered("poll of one descriptor twice, or of none"));
    }
    let row = |(place, fd): (usize, &i32)| {
        let events = flag_names(abi::POLL_EVENTS, call.event.call.asked_at(place));
        format!("({}, {})", call.fd(*fd), literal::of("select", &events))
    };
    let rows: Vec<String> = asked.iter().enumerate().map(row).collect();
    let call_text = format!("poll([{}], {timeout_ms})", rows.join(", "));
    let Extra::Revents(answers) = &call.event.outcome.extra else {
        let none = vec!["0"; asked.len()].join(", ");
        return value(call_text, format!("[{none}]"));
    };
    let answer = |bits: &i16| literal::of("select", &flag_names(abi::POLL_EVENTS, i32::from(bits.cast_unsigned())));
    value(call_text, format!("[{}]", answers.iter().map(answer).collect::<Vec<_>>().join(", ")))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands over these two")]
fn option(call: &NamedCall<'_>) -> Result<CallCode, String> {
    let event = call.event;
    let constant = |option: &str| {
        let row = abi::SOCKET_OPTIONS.iter().find(|row| row.0 == option);
        // Python has no name for this one.
        row.map(|row| if row.1 == "SO_PEEK_OFF" { row.2.to_string() } else { format!("socket.{}", row.1) })
            .ok_or_else(|| format!("the option {option} has no form in Python yet"))
    };
    match &event.call {
        C::Setsockopt { fd, option, value } => {
            let set = |value: String| {
                let name = constant(option)?;
                just(format!("{}.setsockopt(socket.SOL_SOCKET, {name}, {value})", sock(call, *fd)))
            };
            match option.as_str() {
                "sndtimeo" | "rcvtimeo" => {
                    set(format!("struct.pack(\"ll\", {}, {})", value / 1000, value % 1000 * 1000))
                }
                "linger" => set(format!("struct.pack(\"ii\", {}, {})", u8::from(*value >= 0), value.max(&0))),
                _ if i32::try_from(*value).is_ok() => set(value.to_string()),
                _ => Err(not_offered("setsockopt with such a number")),
            }
        }
        C::Getsockopt { fd, option } => {
            let asked = match option.as_str() {
                "sndtimeo" | "rcvtimeo" => format!("milliseconds({}, {})", call.fd(*fd), constant(option)?),
                "linger" => format!("linger({})", call.fd(*fd)),
                "peercred" => format!("peer_of({})", call.fd(*fd)),
                _ => format!("{}.getsockopt(socket.SOL_SOCKET, {})", sock(call, *fd), constant(option)?),
            };
            match &event.outcome.extra {
                Extra::Value(seen) => value(asked, seen),
                Extra::Peer(creds) => value(asked, call.pid(creds.pid)),
                _ => just(asked),
            }
        }
        _ => Err("an option has no form in Python yet".to_owned()),
    }
}
