//! One call as C: what is called, what it must return, and what else must be so then.

use crate::abi::{self, Disposition, Signal, flag_names};
use crate::order::{Call, ControlRoom, Extra, KEEP, Payload, SocketAddress};
use crate::text;
use crate::trace::CallEvent;

use super::descriptors::Descriptors;
use super::literal;

/// Bytes of which a literal is written; longer ones are compared by their sum, or are a word repeated.
const LONGEST_LITERAL: usize = 400;

/// A call as C.
#[derive(Debug, Default)]
pub struct Made {
    /// What has to stand before it.
    pub before: Vec<String>,
    /// The expression.
    pub call: String,
    /// What it must return; none for what the recording says.
    pub want: Option<String>,
    /// What must be so after it, and what is kept of it.
    pub after: Vec<String>,
    /// Room for the bytes that it brings.
    pub room: u64,
    /// It is a loop: of the calls it is made of none can be told apart.
    pub is_loop: bool,
}

/// The tasks of the run: pid and the name by which C knows them.
pub type Tasks<'a> = &'a [(i32, String)];

/// The call, before its result is looked at.
#[expect(clippy::too_many_lines, reason = "one table of calls")]
#[expect(clippy::wildcard_enum_match_arm, reason = "what has no form in C is refused by its name")]
pub fn made(event: &CallEvent, fds: &Descriptors, tasks: Tasks<'_>) -> Result<Made, String> {
    let fd = |fd: i32| fds.written(event.pid, fd);
    let just = |call: String| Ok(Made { call, ..Made::default() });
    match &event.call {
        Call::Close { fd: number } => just(format!("close({})", fd(*number))),
        Call::Dup { fd: number } => just(format!("dup({})", fd(*number))),
        // The program tells its transcript there.
        Call::Dup2 { to: 1 | 2, .. } | Call::Dup3 { to: 1 | 2, .. } => {
            Err("a dup2 over standard output or error has no form in C yet".to_owned())
        }
        Call::Dup2 { fd: number, to } => just(format!("dup2({}, {})", fd(*number), fd(*to))),
        Call::Dup3 { fd: number, to, flags } => {
            let flags = flag_names(abi::PIPE_FLAGS, *flags);
            just(format!("dup3({}, {}, {flags})", fd(*number), fd(*to)))
        }
        Call::DupFrom { fd: number, least, cloexec } => {
            let command = if *cloexec { "F_DUPFD_CLOEXEC" } else { "F_DUPFD" };
            just(format!("fcntl({}, {command}, {least})", fd(*number)))
        }
        // Not every C library has the call by name.
        Call::CloseRange { first, last, flags: 0 } => just(format!("syscall(SYS_close_range, {first}u, {last}u, 0)")),
        Call::Getppid => {
            let want = event.ret.map(|ret| pid_of(ret, tasks));
            Ok(Made { call: "getppid()".to_owned(), want, ..Made::default() })
        }
        Call::ParentDeathSignal { signal } => just(format!("prctl(PR_SET_PDEATHSIG, {})", signal_name(*signal))),
        Call::Open { path, flags } => {
            let (access, more) = (*flags & abi::ACCESS_MODE, *flags & !abi::ACCESS_MODE);
            let access = abi::ACCESS.iter().find(|row| row.1 == access).map_or("O_RDWR", |row| row.0);
            let more = if more == 0 { String::new() } else { format!("|{}", flag_names(abi::OPEN_FLAGS, more)) };
            just(format!("open({}, {access}{more})", literal::string(&text::name_bytes(&path.shown))))
        }
        Call::Mkfifo { path, mode } => {
            just(format!("mkfifo({}, 0{mode:o})", literal::string(&text::name_bytes(&path.shown))))
        }
        Call::Unlink { path } => just(format!("unlink({})", literal::string(&text::name_bytes(&path.shown)))),
        Call::Shutdown { fd: number, how } => {
            let how =
                abi::SHUTDOWNS.iter().find(|row| row.1 == *how).map_or_else(|| how.to_string(), |row| row.0.to_owned());
            just(format!("shutdown({}, {how})", fd(*number)))
        }
        Call::Listen { fd: number, backlog } => just(format!("listen({}, {backlog})", fd(*number))),
        Call::Accept { fd: number, flags: None } => just(format!("accept({}, NULL, NULL)", fd(*number))),
        Call::Accept { fd: number, flags: Some(flags) } => {
            let flags = abi::type_name(*flags).trim_start_matches("0|").to_owned();
            just(format!("accept4({}, NULL, NULL, {flags})", fd(*number)))
        }
        Call::Socket { domain, kind, protocol } => {
            just(format!("socket({}, {}, {protocol})", abi::domain_name(*domain), abi::type_name(*kind)))
        }
        Call::Bind { fd: number, address } => just(format!("bind_to({}, {})", fd(*number), to(address))),
        Call::Connect { fd: number, address } => just(format!("connect_to({}, {})", fd(*number), to(address))),
        Call::Waitpid { pid, options } => {
            let whom = if *pid > 0 { pid_of(*pid, tasks) } else { pid.to_string() };
            let options = flag_names(abi::WAIT_OPTIONS, *options);
            let want = event.ret.filter(|ret| *ret > 0).map(|ret| pid_of(ret, tasks));
            let after = match event.outcome.extra {
                Extra::Status(status) if want.is_some() => vec![format!("equal(status & ~0x80, {status:#x} & ~0x80);")],
                _ => Vec::new(),
            };
            let before = vec!["int status = 0;".to_owned()];
            Ok(Made { before, call: format!("waitpid({whom}, &status, {options})"), want, after, ..Made::default() })
        }
        Call::Kill { pid, .. } if *pid <= 0 => Err("a process group has no form in C yet".to_owned()),
        Call::Kill { pid, signal } => just(format!("kill({}, {})", pid_of(*pid, tasks), signal_name(*signal))),
        Call::Signal { signal, disposition: Disposition::CatchNoRestart } => {
            just(format!("catch_without_restart({})", signal_name(*signal)))
        }
        Call::Signal { signal, disposition } => {
            just(format!("signal({}, {}) == SIG_ERR ? -1 : 0", signal_name(*signal), disposition.handler()))
        }
        Call::Setrlimit { nofile } => just(format!("limit_descriptors({nofile})")),
        Call::SetNonblock { fd: number, on } => just(format!("set_nonblock({}, {})", fd(*number), u8::from(*on))),
        Call::SetCloexec { fd: number, on } => {
            just(format!("fcntl({}, F_SETFD, {})", fd(*number), if *on { "FD_CLOEXEC" } else { "0" }))
        }
        Call::GetPipeSize { fd: number } => just(format!("fcntl({}, F_GETPIPE_SZ)", fd(*number))),
        Call::SetPipeSize { fd: number, size } => just(format!("fcntl({}, F_SETPIPE_SZ, {size})", fd(*number))),
        Call::Atmark { fd: number } => {
            let after = match event.outcome.extra {
                Extra::Value(value) => vec![format!("equal(mark, {value});")],
                _ => Vec::new(),
            };
            let call = format!("ioctl({}, SIOCATMARK, &mark)", fd(*number));
            Ok(Made { before: vec!["int mark = 0;".to_owned()], call, after, ..Made::default() })
        }
        Call::Poll { .. } => Ok(poll(event, fds)),
        Call::Getsockopt { .. } | Call::Setsockopt { .. } => option(event, fds, tasks),
        Call::Getsockname { fd: number } | Call::Getpeername { fd: number } => {
            let before = vec!["struct sockaddr_un got;".to_owned(), "socklen_t size = sizeof got;".to_owned()];
            let call = format!("{}({}, (struct sockaddr *)&got, &size)", event.call.name(), fd(*number));
            let after = match &event.outcome.extra {
                Extra::Name(name) => vec![format!("equal(is_address(&got, size, {}), 1);", named(name))],
                _ => Vec::new(),
            };
            Ok(Made { before, call, after, ..Made::default() })
        }
        Call::Write { .. } | Call::Send { .. } | Call::Writev { .. } | Call::Sendmsg { .. } => writing(event, fds),
        Call::Read { .. } | Call::Recv { .. } | Call::Recvfrom { .. } | Call::Readv { .. } | Call::Recvmsg { .. } => {
            reading(event, fds, tasks)
        }
        other => Err(format!("{} has no form in C yet", other.name())),
    }
}

fn poll(event: &CallEvent, fds: &Descriptors) -> Made {
    let Call::Poll { fds: asked, timeout_ms, .. } = &event.call else { return Made::default() };
    let row = |(place, fd): (usize, &i32)| {
        let events = flag_names(abi::POLL_EVENTS, event.call.asked_at(place));
        format!("{{ .fd = {}, .events = {events} }}", fds.written(event.pid, *fd))
    };
    let rows: Vec<String> = asked.iter().enumerate().map(row).collect();
    let answers = if let Extra::Revents(answers) = &event.outcome.extra { answers.as_slice() } else { &[] };
    let answer = |(place, bits): (usize, &i16)| {
        format!("equal(polled[{place}].revents, {});", flag_names(abi::POLL_EVENTS, i32::from(bits.cast_unsigned())))
    };
    Made {
        before: vec![format!("struct pollfd polled[] = {{ {} }};", rows.join(", "))],
        call: format!("poll(polled, {}, {timeout_ms})", asked.len()),
        after: answers.iter().enumerate().map(answer).collect(),
        ..Made::default()
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands over these two")]
fn option(event: &CallEvent, fds: &Descriptors, tasks: Tasks<'_>) -> Result<Made, String> {
    let constant = |option: &str| {
        let row = abi::SOCKET_OPTIONS.iter().find(|row| row.0 == option);
        row.map(|row| row.1).ok_or_else(|| format!("the option {option} has no form in C yet"))
    };
    let just = |call: String| Ok(Made { call, ..Made::default() });
    match &event.call {
        Call::Setsockopt { fd, option, value } => {
            let (fd, name) = (fds.written(event.pid, *fd), constant(option)?);
            match option.as_str() {
                "sndtimeo" | "rcvtimeo" => just(format!("set_time({fd}, {name}, {value})")),
                "linger" => {
                    let before = format!(
                        "struct linger linger = {{ .l_onoff = {}, .l_linger = {} }};",
                        u8::from(*value >= 0),
                        value.max(&0)
                    );
                    let call = format!("setsockopt({fd}, SOL_SOCKET, SO_LINGER, &linger, sizeof linger)");
                    Ok(Made { before: vec![before], call, ..Made::default() })
                }
                _ => just(format!("set_int({fd}, {name}, {value})")),
            }
        }
        Call::Getsockopt { fd, option } => {
            let (fd, name) = (fds.written(event.pid, *fd), constant(option)?);
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
                    ("struct ucred value = { 0 };", vec![format!("equal(value.pid, {});", pid_of(creds.pid, tasks))])
                }
                ("peercred", _) => ("struct ucred value = { 0 };", Vec::new()),
                (_, Extra::Value(value)) => ("int value = 0;", vec![format!("equal(value, {value});")]),
                _ => ("int value = 0;", Vec::new()),
            };
            let before = vec![declared.to_owned(), "socklen_t size = sizeof value;".to_owned()];
            let call = format!("getsockopt({fd}, SOL_SOCKET, {name}, &value, &size)");
            Ok(Made { before, call, after: wants, ..Made::default() })
        }
        _ => Err("an option has no form in C yet".to_owned()),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands over calls that write")]
fn writing(event: &CallEvent, fds: &Descriptors) -> Result<Made, String> {
    let just = |call: String| Ok(Made { call, ..Made::default() });
    match &event.call {
        Call::Write { fd, data } => {
            just(format!("write({}, {}, {})", fds.written(event.pid, *fd), bytes(data)?, data.len()))
        }
        Call::Send { fd, data, flags, to: address } => {
            let (fd, flags) = (fds.written(event.pid, *fd), flag_names(abi::MSG_FLAGS, *flags));
            let (bytes, length) = (bytes(data)?, data.len());
            match address {
                None => just(format!("send({fd}, {bytes}, {length}, {flags})")),
                Some(address) => just(format!("send_to({fd}, {bytes}, {length}, {flags}, {})", to(address))),
            }
        }
        Call::Writev { fd, data } => {
            let part = |part: &Payload| {
                bytes(part).map(|bytes| format!("{{ .iov_base = (char *){bytes}, .iov_len = {} }}", part.len()))
            };
            let parts: Vec<String> = data.iter().map(part).collect::<Result<_, _>>()?;
            Ok(Made {
                before: vec![format!("struct iovec parts[] = {{ {} }};", parts.join(", "))],
                call: format!("writev({}, parts, {})", fds.written(event.pid, *fd), data.len()),
                ..Made::default()
            })
        }
        Call::Sendmsg { fd, data, fds: passed, creds, to: address, flags } => {
            let numbers: Vec<String> = passed.iter().map(|fd| fds.written(event.pid, *fd)).collect();
            let before = if passed.is_empty() {
                Vec::new()
            } else {
                vec![format!("int passed[] = {{ {} }};", numbers.join(", "))]
            };
            let array = if passed.is_empty() { "NULL" } else { "passed" };
            let to = address.as_ref().map_or_else(|| "NULL, 0".to_owned(), to);
            let call = format!(
                "send_with({}, {}, {}, {array}, {}, {}, {to}, {})",
                fds.written(event.pid, *fd),
                bytes(data)?,
                data.len(),
                passed.len(),
                u8::from(*creds),
                flag_names(abi::MSG_FLAGS, *flags),
            );
            Ok(Made { before, call, ..Made::default() })
        }
        _ => Err("a write has no form in C yet".to_owned()),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands over calls that read")]
fn reading(event: &CallEvent, fds: &Descriptors, tasks: Tasks<'_>) -> Result<Made, String> {
    // A buffer has a byte at least.
    let room = event.call.room().unwrap_or(0).max(1);
    let mut made = Made { room, after: arrived(event), ..Made::default() };
    match &event.call {
        Call::Read { fd, count } => made.call = format!("read({}, bytes, {count})", fds.written(event.pid, *fd)),
        Call::Recv { fd, count, flags } => {
            let flags = flag_names(abi::MSG_FLAGS, *flags);
            made.call = format!("recv({}, bytes, {count}, {flags})", fds.written(event.pid, *fd));
        }
        Call::Recvfrom { fd, count, flags } => {
            let flags = flag_names(abi::MSG_FLAGS, *flags);
            let number = fds.written(event.pid, *fd);
            made.before = vec!["struct sockaddr_un from;".to_owned(), "socklen_t size = sizeof from;".to_owned()];
            made.call = format!("recvfrom({number}, bytes, {count}, {flags}, (struct sockaddr *)&from, &size)");
            made.after.push(match &event.outcome.extra {
                // Who has no name is told as an address of no length.
                Extra::From(name) if name.is_empty() => "equal(size, 0);".to_owned(),
                Extra::From(name) => format!("equal(is_address(&from, size, {}), 1);", named(name)),
                _ => "(void)from;".to_owned(),
            });
        }
        Call::Readv { fd, counts } => {
            let mut at = 0;
            let mut parts = Vec::new();
            for count in counts {
                parts.push(format!("{{ .iov_base = bytes + {at}, .iov_len = {count} }}"));
                at += count;
            }
            made.before = vec![format!("struct iovec parts[] = {{ {} }};", parts.join(", "))];
            made.call = format!("readv({}, parts, {})", fds.written(event.pid, *fd), counts.len());
        }
        Call::Recvmsg { fd, count, room, flags } => {
            let room = match room {
                ControlRoom::None => "0".to_owned(),
                ControlRoom::Descriptors(count) => format!("room_for({}, {count})", fds.written(event.pid, *fd)),
                ControlRoom::Bytes(bytes) => bytes.to_string(),
            };
            let flags = flag_names(abi::MSG_FLAGS, *flags);
            made.call = format!("receive_with({}, bytes, {count}, {room}, {flags})", fds.written(event.pid, *fd));
            if let Extra::Message { flags, fds, creds, .. } = &event.outcome.extra {
                made.after.push(format!("equal(came.flags, {});", flag_names(abi::MSG_FLAGS, *flags)));
                made.after.push(format!("equal(came.count, {});", fds.len()));
                if let Some(creds) = creds {
                    made.after.push(format!("equal(came.pid, {});", pid_of(creds.pid, tasks)));
                }
            }
        }
        _ => return Err("a read has no form in C yet".to_owned()),
    }
    Ok(made)
}

/// That the bytes are those that were seen.
fn arrived(event: &CallEvent) -> Vec<String> {
    let data = &event.outcome.data;
    let Some(ret) = event.ret.filter(|ret| *ret > 0) else { return Vec::new() };
    let count = u64::from(ret.unsigned_abs()).min(event.call.room().unwrap_or(0));
    let is_whole = data.len() as u64 == count && data.len() <= KEEP;
    match (is_whole, event.outcome.hash) {
        (true, _) if data.len() <= LONGEST_LITERAL => {
            vec![format!("same(bytes, {}, {});", literal::string(data), data.len())]
        }
        (true, _) => {
            vec![format!("equal(sum(bytes, {count}), (long){:#x}ULL);", crate::order::hash(data.iter().copied()))]
        }
        (false, Some(hash)) => vec![format!("equal(sum(bytes, {count}), (long){hash:#x}ULL);")],
        (false, None) => {
            let known = &data[..data.len().min(LONGEST_LITERAL)];
            vec![format!("same(bytes, {}, {});", literal::string(known), known.len())]
        }
    }
}

/// Bytes to write: a literal, or a word repeated.
fn bytes(data: &Payload) -> Result<String, String> {
    if data.rest > 0 {
        return Err("bytes that nobody has seen cannot be written".to_owned());
    }
    let length = usize::try_from(data.len()).unwrap_or(usize::MAX);
    if length <= LONGEST_LITERAL || data.times <= 1 {
        return Ok(literal::string(&data.iter().collect::<Vec<u8>>()));
    }
    Ok(format!("many({}, {}, {})", literal::string(&data.word), data.word.len(), data.times))
}

fn to(address: &SocketAddress) -> String {
    named(&text::name_bytes(&address.shown))
}

/// A name with its length: it may have zero bytes in it.
fn named(name: &[u8]) -> String {
    format!("{}, {}", literal::string(name), name.len())
}

/// A process, by the task that it is.
pub fn pid_of(pid: i32, tasks: Tasks<'_>) -> String {
    tasks.iter().find(|task| task.0 == pid).map_or_else(|| pid.to_string(), |task| format!("pid_of({})", task.1))
}

/// A signal as C has it: its name, or its number.
pub fn signal_name(number: i32) -> String {
    match Signal(number).name() {
        name if number > 0 && name.starts_with("SIG") && !name.contains('+') && !name.contains('_') => name,
        _ => number.to_string(),
    }
}
