//! One call as C: what is called, what it must return, and what else must be so then.

use crate::abi::{self, Disposition, flag_names};
use crate::export::names::{self, NamedCall};
use crate::export::walk::{CallOrLoop, NumberNames};
use crate::order::{Call as C, Extra};
use crate::text;

use super::call_code::{CallCode, PAIR, named, to};
use super::{literal, transfer, waiting};

/// From here on numbers are the program's own, where it needs some.
const OWN_FDS: u32 = 900;

/// The call, before its result is looked at.
#[expect(clippy::too_many_lines, reason = "one table of calls")]
#[expect(clippy::wildcard_enum_match_arm, reason = "what has no form in C is refused by its name")]
pub fn code(call: &NamedCall<'_>) -> Result<CallCode, String> {
    let event = call.event;
    let fd = |fd: i32| call.fd(fd);
    let just = |call: String| Ok(CallCode { call, ..CallCode::default() });
    match &event.call {
        C::Socketpair { domain, kind, protocol } => {
            just(format!("socketpair({}, {}, {protocol}, {PAIR})", abi::domain_name(*domain), abi::type_name(*kind)))
        }
        C::Pipe2 { flags } => just(format!("pipe2({PAIR}, {})", flag_names(abi::PIPE_FLAGS, *flags))),
        C::Close { fd: number } => just(format!("close({})", fd(*number))),
        C::Dup { fd: number } => just(format!("dup({})", fd(*number))),
        C::Dup2 { fd: number, to } => just(format!("dup2({}, {})", fd(*number), fd(*to))),
        C::Dup3 { fd: number, to, flags } => {
            let flags = flag_names(abi::PIPE_FLAGS, *flags);
            just(format!("dup3({}, {}, {flags})", fd(*number), fd(*to)))
        }
        C::DupFrom { fd: number, least, cloexec } => {
            let command = if *cloexec { "F_DUPFD_CLOEXEC" } else { "F_DUPFD" };
            just(format!("fcntl({}, {command}, {least})", fd(*number)))
        }
        // Not every C library has the call by name.
        C::CloseRange { first, last, flags } => {
            let is_all = *last >= OWN_FDS && (call.run.uses_standard || !call.run.executions.is_empty());
            let last = if is_all { "OWN_FDS - 1".to_owned() } else { format!("{last}u") };
            just(format!("syscall(SYS_close_range, {first}u, {last}, {flags:#x})"))
        }
        C::Getppid => {
            let want = event.ret.map(|_| call.parent("getppid()"));
            Ok(CallCode { call: "getppid()".to_owned(), want, ..CallCode::default() })
        }
        C::Pause => just("pause()".to_owned()),
        C::ParentDeathSignal { signal } => just(format!("prctl(PR_SET_PDEATHSIG, {})", names::signal(*signal))),
        C::Open { path, flags } => {
            let (access, more) = (*flags & abi::ACCESS_MODE, *flags & !abi::ACCESS_MODE);
            let access = abi::ACCESS.iter().find(|row| row.1 == access).map_or("O_RDWR", |row| row.0);
            let more = if more == 0 { String::new() } else { format!("|{}", flag_names(abi::OPEN_FLAGS, more)) };
            just(format!("open({}, {access}{more})", literal::string(&text::name_bytes(&path.shown))))
        }
        C::Mkfifo { path, mode } => {
            just(format!("mkfifo({}, 0{mode:o})", literal::string(&text::name_bytes(&path.shown))))
        }
        C::Unlink { path } => just(format!("unlink({})", literal::string(&text::name_bytes(&path.shown)))),
        C::Shutdown { fd: number, how } => {
            let how =
                abi::SHUTDOWNS.iter().find(|row| row.1 == *how).map_or_else(|| how.to_string(), |row| row.0.to_owned());
            just(format!("shutdown({}, {how})", fd(*number)))
        }
        C::Listen { fd: number, backlog } => just(format!("listen({}, {backlog})", fd(*number))),
        C::Accept { fd: number, flags: None } => just(format!("accept({}, NULL, NULL)", fd(*number))),
        C::Accept { fd: number, flags: Some(flags) } => {
            let flags = abi::type_name(*flags).trim_start_matches("0|").to_owned();
            just(format!("accept4({}, NULL, NULL, {flags})", fd(*number)))
        }
        C::Socket { domain, kind, protocol } => {
            just(format!("socket({}, {}, {protocol})", abi::domain_name(*domain), abi::type_name(*kind)))
        }
        C::Bind { fd: number, address } => just(format!("bind_to({}, {})", fd(*number), to(address))),
        C::Connect { fd: number, address } => just(format!("connect_to({}, {})", fd(*number), to(address))),
        C::Waitpid { pid, options } => {
            let whom = if *pid > 0 { call.pid(*pid) } else { pid.to_string() };
            let options = flag_names(abi::WAIT_OPTIONS, *options);
            let want = event.ret.filter(|ret| *ret > 0).map(|ret| call.pid(ret));
            let after = match event.outcome.extra {
                Extra::Status(status) if want.is_some() => vec![format!("equal(status & ~0x80, {status:#x} & ~0x80);")],
                _ => Vec::new(),
            };
            let before = vec!["int status = 0;".to_owned()];
            Ok(CallCode {
                before,
                call: format!("waitpid({whom}, &status, {options})"),
                want,
                after,
                ..CallCode::default()
            })
        }
        C::Kill { pid, signal } if *pid < 0 && call.names.task(-pid).is_some() => {
            just(format!("kill(-{}, {})", call.pid(-pid), names::signal(*signal)))
        }
        C::Kill { pid, .. } if *pid <= 0 => Err("a group that no task leads has no form in C".to_owned()),
        C::Setsid => {
            let want = event.ret.filter(|ret| *ret > 0).map(|ret| call.pid(ret));
            Ok(CallCode { call: "setsid()".to_owned(), want, ..CallCode::default() })
        }
        C::Setpgid { pid, group } => {
            let own = |pid: i32| if pid == 0 { "0".to_owned() } else { call.pid(pid) };
            just(format!("setpgid({}, {})", own(*pid), own(*group)))
        }
        C::Splice { .. } | C::Tee { .. } => Ok(transfer::moving(call)),
        C::EpollCreate { .. } | C::EpollCtl { .. } | C::EpollWait { .. } => waiting::epoll(call),
        C::Eventfd { .. } | C::Signalfd { .. } | C::TimerfdCreate { .. } | C::TimerfdSettime { .. } => {
            waiting::object(call)
        }
        C::PidfdOpen { .. } | C::BlockSignals { .. } => waiting::object(call),
        C::Kill { pid, signal } => just(format!("kill({}, {})", call.pid(*pid), names::signal(*signal))),
        C::Signal { signal, disposition: Disposition::CatchNoRestart } => {
            just(format!("catch_without_restart({})", names::signal(*signal)))
        }
        C::Signal { signal, disposition } => {
            just(format!("signal({}, {}) == SIG_ERR ? -1 : 0", names::signal(*signal), disposition.handler()))
        }
        C::Setrlimit { nofile } => just(format!("limit_descriptors({nofile})")),
        C::SetNonblock { fd: number, on } => just(format!("set_nonblock({}, {})", fd(*number), u8::from(*on))),
        C::SetCloexec { fd: number, on } => {
            just(format!("fcntl({}, F_SETFD, {})", fd(*number), if *on { "FD_CLOEXEC" } else { "0" }))
        }
        C::GetPipeSize { fd: number } => just(format!("fcntl({}, F_GETPIPE_SZ)", fd(*number))),
        C::SetPipeSize { fd: number, size } => just(format!("fcntl({}, F_SETPIPE_SZ, {size})", fd(*number))),
        C::Atmark { fd: number } => {
            let after = match event.outcome.extra {
                Extra::Value(value) => vec![format!("equal(mark, {value});")],
                _ => Vec::new(),
            };
            let call = format!("ioctl({}, SIOCATMARK, &mark)", fd(*number));
            Ok(CallCode { before: vec!["int mark = 0;".to_owned()], call, after, ..CallCode::default() })
        }
        C::Poll { .. } => Ok(poll(call)),
        C::Getsockopt { .. } | C::Setsockopt { .. } => option(call),
        C::Getsockname { fd: number } | C::Getpeername { fd: number } => {
            let before = vec!["struct sockaddr_un got;".to_owned(), "socklen_t size = sizeof got;".to_owned()];
            let call = format!("{}({}, (struct sockaddr *)&got, &size)", event.call.name(), fd(*number));
            let after = match &event.outcome.extra {
                Extra::Name(name) => vec![format!("equal(is_address(&got, size, {}), 1);", named(name))],
                _ => Vec::new(),
            };
            Ok(CallCode { before, call, after, ..CallCode::default() })
        }
        C::Write { .. } | C::Send { .. } | C::Writev { .. } | C::Vmsplice { .. } | C::Sendmsg { .. } => {
            transfer::writing(call)
        }
        C::Sendmmsg { .. } => transfer::sending_many(call),
        C::Recvmmsg { .. } => Ok(transfer::receiving_many(call)),
        C::Read { .. }
        | C::Recv { .. }
        | C::Recvfrom { .. }
        | C::Readv { .. }
        | C::VmspliceOut { .. }
        | C::Recvmsg { .. } => transfer::reading(call),
        other => Err(format!("{} has no form in C yet", other.name())),
    }
}

/// A loop of calls as one of the program's own functions.
pub fn repeated(act: &CallOrLoop, names: &NumberNames) -> CallCode {
    let (variable, call) = match *act {
        CallOrLoop::Flood { fd, size, limit } => {
            ("written", format!("flood({}, {size}, {limit}, &written)", names::fd(names, fd)))
        }
        CallOrLoop::Drain { fd, count, dont_wait, is_pipe } => {
            let (fd, dont_wait, is_pipe) = (names::fd(names, fd), u8::from(dont_wait), u8::from(is_pipe));
            ("came", format!("drain({fd}, {count}, {dont_wait}, {is_pipe}, &came)"))
        }
        CallOrLoop::Echo { fd } => ("written", format!("echo({}, &written)", names::fd(names, fd))),
        CallOrLoop::Ping { fd, size, limit } => {
            ("written", format!("ping({}, {size}, {limit}, &written)", names::fd(names, fd)))
        }
        CallOrLoop::Call(_) => return CallCode::default(),
    };
    CallCode { before: vec![format!("long {variable};")], call, ..CallCode::default() }
}

fn poll(call: &NamedCall<'_>) -> CallCode {
    let event = call.event;
    let C::Poll { fds: asked, timeout_ms, .. } = &event.call else { return CallCode::default() };
    let row = |(place, fd): (usize, &i32)| {
        let events = flag_names(abi::POLL_EVENTS, event.call.asked_at(place));
        format!("{{ .fd = {}, .events = {events} }}", call.fd(*fd))
    };
    let rows: Vec<String> = asked.iter().enumerate().map(row).collect();
    let answers = if let Extra::Revents(answers) = &event.outcome.extra { answers.as_slice() } else { &[] };
    let answer = |(place, bits): (usize, &i16)| {
        format!("equal(polled[{place}].revents, {});", flag_names(abi::POLL_EVENTS, i32::from(bits.cast_unsigned())))
    };
    CallCode {
        before: vec![format!("struct pollfd polled[] = {{ {} }};", rows.join(", "))],
        call: format!("poll(polled, {}, {timeout_ms})", asked.len()),
        after: answers.iter().enumerate().map(answer).collect(),
        ..CallCode::default()
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands over these two")]
fn option(call: &NamedCall<'_>) -> Result<CallCode, String> {
    let event = call.event;
    let constant = |option: &str| {
        let row = abi::SOCKET_OPTIONS.iter().find(|row| row.0 == option);
        row.map(|row| row.1).ok_or_else(|| format!("the option {option} has no form in C yet"))
    };
    let just = |call: String| Ok(CallCode { call, ..CallCode::default() });
    match &event.call {
        C::Setsockopt { fd, option, value } => {
            let (fd, name) = (call.fd(*fd), constant(option)?);
            match option.as_str() {
                "sndtimeo" | "rcvtimeo" => just(format!("set_time({fd}, {name}, {value})")),
                "linger" => {
                    let before = format!(
                        "struct linger linger = {{ .l_onoff = {}, .l_linger = {} }};",
                        u8::from(*value >= 0),
                        value.max(&0)
                    );
                    let call = format!("setsockopt({fd}, SOL_SOCKET, SO_LINGER, &linger, sizeof linger)");
                    Ok(CallCode { before: vec![before], call, ..CallCode::default() })
                }
                _ => just(format!("set_int({fd}, {name}, {value})")),
            }
        }
        C::Getsockopt { fd, option } => {
            let (fd, name) = (call.fd(*fd), constant(option)?);
            let (declared, wants) = match (option.as_str(), &event.outcome.extra) {
                ("sndtimeo" | "rcvtimeo", Extra::Value(value)) => (
                    "struct timeval value = { 0 };",
                    vec![format!("equal(value.tv_sec * 1000 + value.tv_usec / 1000, {value});")],
                ),
                ("linger", Extra::Value(value)) => (
                    "struct linger value = { 0 };",
                    vec![format!("equal(value.l_onoff ? value.l_linger : -1, {value});")],
                ),
                ("peercred", Extra::Peer(creds)) => {
                    ("struct ucred value = { 0 };", vec![format!("equal(value.pid, {});", call.pid(creds.pid))])
                }
                ("peercred", _) => ("struct ucred value = { 0 };", Vec::new()),
                (_, Extra::Value(value)) => ("int value = 0;", vec![format!("equal(value, {value});")]),
                _ => ("int value = 0;", Vec::new()),
            };
            let before = vec![declared.to_owned(), "socklen_t size = sizeof value;".to_owned()];
            let call = format!("getsockopt({fd}, SOL_SOCKET, {name}, &value, &size)");
            Ok(CallCode { before, call, after: wants, ..CallCode::default() })
        }
        _ => Err("an option has no form in C yet".to_owned()),
    }
}
