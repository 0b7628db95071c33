//! From a call's name and the text of its arguments to a [`Call`].

use crate::abi::Disposition;
use crate::abi::{self, Signal};
use crate::order::{Call, CloneCall, ControlRoom, FilePath, OutgoingMessage, Payload, SocketAddress};

use super::buffers::{buffers, joined, lengths, payload, rights};
use super::text::{field, flags, int, number, parts, string, value};

/// Flags of open(2), pipe2(2) and the like, beside those that [`abi`] has.
const OPEN_FLAGS: &[(&str, i32)] = &[
    ("O_WRONLY", 1),
    ("O_RDWR", 2),
    ("O_CREAT", 0o100),
    ("O_EXCL", 0o200),
    ("O_NONBLOCK", abi::NONBLOCK),
    ("O_CLOEXEC", abi::CLOEXEC),
    ("O_DIRECT", abi::DIRECT),
];
/// Flags of socket(2), socketpair(2), accept4(2), and the types among them.
const SOCKET_FLAGS: &[(&str, i32)] = &[
    ("SOCK_STREAM", 1),
    ("SOCK_DGRAM", 2),
    ("SOCK_RAW", 3),
    ("SOCK_SEQPACKET", 5),
    ("SOCK_CLOEXEC", abi::CLOEXEC),
    ("SOCK_NONBLOCK", abi::NONBLOCK),
];
/// Flags of clone(2) that decide what is shared.
const CLONE_FLAGS: &[(&str, i32)] = &[
    ("CLONE_VM", 0x100),
    ("CLONE_FILES", 0x400),
    ("CLONE_SIGHAND", 0x800),
    ("CLONE_VFORK", 0x4000),
    ("CLONE_THREAD", 0x1_0000),
];
const CLONE_FILES: i32 = 0x400;
const CLONE_VFORK: i32 = 0x4000;
const CLONE_THREAD: i32 = 0x1_0000;
const WAIT_FLAGS: &[(&str, i32)] = &[("WNOHANG", 1), ("WUNTRACED", 2), ("WCONTINUED", 8)];
/// Events of epoll(7), which are poll's where they have the same name.
pub const EPOLL_EVENTS: &[(&str, i32)] = &[
    ("EPOLLIN", 1),
    ("EPOLLPRI", 2),
    ("EPOLLOUT", 4),
    ("EPOLLERR", 8),
    ("EPOLLHUP", 0x10),
    ("EPOLLRDNORM", 0x40),
    ("EPOLLWRNORM", 0x100),
    ("EPOLLRDHUP", 0x2000),
    ("EPOLLONESHOT", 1 << 30),
    ("EPOLLET", i32::MIN),
];

/// The arguments of a call, by place. Where the line was cut before one it is empty.
struct Arguments<'a, 'b>(&'b [&'a str]);

impl<'a> Arguments<'a, '_> {
    fn at(&self, place: usize) -> &'a str {
        self.0.get(place).copied().unwrap_or("")
    }

    fn int(&self, place: usize) -> i32 {
        int(self.at(place)).unwrap_or(-1)
    }

    fn count(&self, place: usize) -> u64 {
        number(self.at(place)).unwrap_or(0).cast_unsigned()
    }

    fn flags(&self, place: usize, table: &[(&str, i32)]) -> i32 {
        flags(self.at(place), table)
    }

    fn data(&self, place: usize, length: u64) -> Payload {
        payload(self.at(place), length)
    }
}

/// The call that a line is about.
pub fn call(name: &str, arguments: &[&str]) -> Call {
    if let Some(call) = super::objects::call(name, arguments) {
        return call;
    }
    let all = Arguments(arguments);
    let fd = all.int(0);
    match name {
        "read" => Call::Read { fd, count: all.count(2) },
        "readv" => Call::Readv { fd, counts: lengths(all.at(1)) },
        "write" => Call::Write { fd, data: all.data(1, all.count(2)) },
        "writev" => Call::Writev { fd, data: buffers(all.at(1)) },
        "recvfrom" => {
            let (count, flags) = (all.count(2), all.flags(3, abi::MSG_FLAGS));
            if matches!(value(all.at(4)), "NULL" | "") {
                Call::Recv { fd, count, flags }
            } else {
                Call::Recvfrom { fd, count, flags }
            }
        }
        "recv" => Call::Recv { fd, count: all.count(2), flags: all.flags(3, abi::MSG_FLAGS) },
        "sendto" | "send" => {
            let to = Some(all.at(4)).filter(|to| to.contains('{')).map(address);
            Call::Send { fd, data: all.data(1, all.count(2)), flags: all.flags(3, abi::MSG_FLAGS), to }
        }
        "recvmsg" => {
            let count = lengths(field(value(all.at(1)), "msg_iov").unwrap_or("")).iter().sum();
            Call::Recvmsg { fd, count, room: ControlRoom::None, flags: all.flags(2, abi::MSG_FLAGS) }
        }
        "sendmsg" => sending(fd, value(all.at(1)), all.flags(2, abi::MSG_FLAGS)),
        "recvmmsg" => receiving_many(fd, &all),
        "sendmmsg" => sending_many(fd, &all),
        "splice" => {
            Call::Splice { from: fd, to: all.int(2), count: all.count(4), flags: all.flags(5, abi::SPLICE_FLAGS) }
        }
        "tee" => Call::Tee { from: fd, to: all.int(1), count: all.count(2), flags: all.flags(3, abi::SPLICE_FLAGS) },
        "vmsplice" => Call::Vmsplice { fd, data: buffers(all.at(1)), flags: all.flags(3, abi::SPLICE_FLAGS) },
        "sendfile" | "sendfile64" => Call::Sendfile { to: fd, from: all.int(1), count: all.count(3) },
        "socketpair" => Call::Socketpair {
            domain: domain(all.at(0)),
            kind: all.flags(1, SOCKET_FLAGS),
            protocol: all.int(2).max(0),
        },
        "socket" => {
            Call::Socket { domain: domain(all.at(0)), kind: all.flags(1, SOCKET_FLAGS), protocol: all.int(2).max(0) }
        }
        "pipe" => Call::Pipe2 { flags: 0 },
        "pipe2" => Call::Pipe2 { flags: all.flags(1, OPEN_FLAGS) },
        "bind" => Call::Bind { fd, address: address(all.at(1)) },
        "connect" => Call::Connect { fd, address: address(all.at(1)) },
        "listen" => Call::Listen { fd, backlog: all.int(1) },
        "accept" => Call::Accept { fd, flags: None },
        "accept4" => Call::Accept { fd, flags: Some(all.flags(3, SOCKET_FLAGS)) },
        "shutdown" => Call::Shutdown { fd, how: all.flags(1, abi::SHUTDOWNS) },
        "getsockname" => Call::Getsockname { fd },
        "getpeername" => Call::Getpeername { fd },
        _ => of_descriptors(name, &all),
    }
}

/// Calls that change descriptors or wait for them.
fn of_descriptors(name: &str, all: &Arguments<'_, '_>) -> Call {
    let fd = all.int(0);
    match name {
        "close" => Call::Close { fd },
        "close_range" => {
            let last = u32::try_from(all.count(1) & 0xffff_ffff).unwrap_or(u32::MAX);
            Call::CloseRange {
                first: u32::try_from(fd).unwrap_or(0),
                last,
                flags: all.flags(2, &[("CLOSE_RANGE_UNSHARE", 2), ("CLOSE_RANGE_CLOEXEC", 4)]),
            }
        }
        "dup" => Call::Dup { fd },
        "dup2" => Call::Dup2 { fd, to: all.int(1) },
        "dup3" => Call::Dup3 { fd, to: all.int(1), flags: all.flags(2, OPEN_FLAGS) },
        "fcntl" | "fcntl64" => fcntl(fd, all),
        "ioctl" => ioctl(fd, all),
        "open" | "creat" => Call::Open { path: path(all.at(0)), flags: all.flags(1, OPEN_FLAGS) },
        "openat" => Call::Open { path: path(all.at(1)), flags: all.flags(2, OPEN_FLAGS) },
        "poll" => poll(all.at(0), all.int(2)),
        "ppoll" => poll(all.at(0), milliseconds(all.at(2))),
        "select" | "pselect6" | "_newselect" => {
            let set = |place: usize| {
                parts(value(all.at(place))).into_iter().flat_map(|part| part.split(' ')).filter_map(int).collect()
            };
            let is_endless = matches!(value(all.at(4)), "NULL" | "");
            let timeout_ms = (!is_endless).then(|| i64::from(milliseconds(all.at(4))));
            Call::Select { read: set(1), write: set(2), except: set(3), timeout_ms }
        }
        "epoll_ctl" => epoll_ctl(all),
        "epoll_wait" | "epoll_pwait" => Call::EpollWait { epoll: fd, count: all.int(2), timeout_ms: all.int(3) },
        "getsockopt" | "setsockopt" => socket_option(name, fd, all),
        _ => of_tasks(name, all),
    }
}

/// Calls about tasks, and all others.
fn of_tasks(name: &str, all: &Arguments<'_, '_>) -> Call {
    match name {
        "fork" => Call::Fork,
        "vfork" => Call::Vfork,
        "clone" | "clone3" => clone(name, all),
        "execve" => execute(all.at(0), all.at(1)),
        "execveat" => execute(all.at(1), all.at(2)),
        "exit" => Call::Exit { code: all.int(0) },
        "exit_group" => Call::ExitGroup { code: all.int(0) },
        "wait4" | "waitpid" => Call::Waitpid { pid: all.int(0), options: all.flags(2, WAIT_FLAGS) },
        "waitid" => {
            let pid = if value(all.at(0)) == "P_ALL" { -1 } else { all.int(1) };
            Call::Waitpid { pid, options: all.flags(3, WAIT_FLAGS) }
        }
        "pause" => Call::Pause,
        "setsid" => Call::Setsid,
        "setpgid" => Call::Setpgid { pid: all.int(0), group: all.int(1) },
        "kill" | "tkill" => Call::Kill { pid: all.int(0), signal: signal(all.at(1)) },
        "tgkill" => Call::Kill { pid: all.int(1), signal: signal(all.at(2)) },
        "rt_sigaction" | "sigaction" => disposition(all),
        _ => {
            // Only what has an annotation is surely a descriptor.
            let fd = super::text::annotation(all.at(0)).and_then(|_| int(all.at(0)));
            let text = all.0.iter().skip(usize::from(fd.is_some())).copied().collect::<Vec<_>>().join(", ");
            Call::Other { name: name.to_owned(), fd, text }
        }
    }
}

fn sending(fd: i32, message: &str, flags: i32) -> Call {
    let (fds, creds) = rights(message);
    let to = field(message, "msg_name").filter(|name| name.starts_with('{')).map(address);
    Call::Sendmsg { fd, data: joined(message), fds, creds: creds.is_some(), to, flags }
}

fn sending_many(fd: i32, all: &Arguments<'_, '_>) -> Call {
    let message = |part: &str| {
        let header = field(part, "msg_hdr")?;
        Some(OutgoingMessage { data: joined(header), fds: rights(header).0 })
    };
    let messages = parts(value(all.at(1))).into_iter().filter_map(message).collect();
    Call::Sendmmsg { fd, messages, flags: all.flags(3, abi::MSG_FLAGS) }
}

fn receiving_many(fd: i32, all: &Arguments<'_, '_>) -> Call {
    let first = parts(value(all.at(1))).into_iter().next().and_then(|part| field(part, "msg_hdr"));
    let count = lengths(first.and_then(|header| field(header, "msg_iov")).unwrap_or("")).iter().sum();
    let messages = u32::try_from(all.count(2)).unwrap_or(u32::MAX);
    Call::Recvmmsg { fd, count, messages, flags: all.flags(3, abi::MSG_FLAGS) }
}

/// AF_UNIX by its old names as well.
fn domain(text: &str) -> i32 {
    match value(text).split(' ').next().unwrap_or("") {
        "AF_UNIX" | "AF_LOCAL" | "PF_UNIX" | "PF_LOCAL" | "AF_FILE" => abi::AF_UNIX,
        other => {
            let word = other.trim_start_matches("AF_").trim_start_matches("PF_").to_lowercase();
            let known = abi::DOMAINS.iter().find(|row| row.0 == word).map(|row| row.1);
            known.or_else(|| int(other)).unwrap_or(-1)
        }
    }
}

/// `{sa_family=AF_UNIX, sun_path=@"name"}`.
pub fn address(text: &str) -> SocketAddress {
    let path = field(value(text), "sun_path");
    match path.and_then(|path| Some((path.starts_with('@'), string(path)?.0))) {
        Some((true, name)) => {
            let shown = crate::text::name(&[b"@", name.as_slice()].concat());
            SocketAddress { shown, path: [&[0], name.as_slice()].concat() }
        }
        Some((false, name)) => SocketAddress { shown: crate::text::name(&name), path: name },
        None => {
            let family = field(value(text), "sa_family").unwrap_or("").trim_start_matches("AF_").to_lowercase();
            SocketAddress { shown: family, path: Vec::new() }
        }
    }
}

fn path(text: &str) -> FilePath {
    let bytes = string(value(text)).map(|text| text.0).unwrap_or_default();
    FilePath { shown: crate::text::name(&bytes), path: bytes }
}

fn execute(program: &str, arguments: &str) -> Call {
    let words = |text: &str| string(value(text)).map(|text| String::from_utf8_lossy(&text.0).into_owned());
    let args = parts(value(arguments)).into_iter().filter_map(words).collect();
    Call::Exec { program: words(program), args }
}

/// fork(2) of the C library is a clone without anything shared; a thread shares all.
fn clone(name: &str, all: &Arguments<'_, '_>) -> Call {
    let whole = all.0.join(", ");
    let written = if name == "clone3" { field(all.at(0).split(" => ").next().unwrap_or(""), "flags") } else { None };
    let in_arguments = || all.0.iter().find_map(|part| part.strip_prefix("flags="));
    let bits = flags(written.or_else(in_arguments).unwrap_or(&whole), CLONE_FLAGS);
    if bits & CLONE_VFORK != 0 {
        return Call::Vfork;
    }
    if bits & (CLONE_FILES | CLONE_THREAD) == 0 {
        return Call::Fork;
    }
    let call = if name == "clone3" { CloneCall::Clone3 } else { CloneCall::Clone };
    Call::Clone { call, flags: u64::from(bits.cast_unsigned()) }
}

fn fcntl(fd: i32, all: &Arguments<'_, '_>) -> Call {
    let (command, argument) = (value(all.at(1)).split(' ').next().unwrap_or(""), all.at(2));
    match command {
        "F_DUPFD" | "0" => Call::DupFrom { fd, least: all.int(2).max(0), cloexec: false },
        "F_DUPFD_CLOEXEC" | "0x406" => Call::DupFrom { fd, least: all.int(2).max(0), cloexec: true },
        "F_SETFD" | "0x2" => Call::SetCloexec { fd, on: flags(argument, &[("FD_CLOEXEC", 1)]) & 1 != 0 },
        "F_SETFL" | "0x4" => Call::SetNonblock { fd, on: flags(argument, OPEN_FLAGS) & abi::NONBLOCK != 0 },
        "F_SETPIPE_SZ" => Call::SetPipeSize { fd, size: number(argument).unwrap_or(0) },
        "F_GETPIPE_SZ" => Call::GetPipeSize { fd },
        _ => Call::Other { name: "fcntl".to_owned(), fd: Some(fd), text: command.to_owned() },
    }
}

fn ioctl(fd: i32, all: &Arguments<'_, '_>) -> Call {
    match value(all.at(1)).split(' ').next().unwrap_or("") {
        "FIONBIO" => Call::SetNonblock { fd, on: parts(all.at(2)).first().and_then(|one| int(one)) != Some(0) },
        "FIOCLEX" => Call::SetCloexec { fd, on: true },
        "FIONCLEX" => Call::SetCloexec { fd, on: false },
        "SIOCATMARK" => Call::Atmark { fd },
        other => Call::Other { name: "ioctl".to_owned(), fd: Some(fd), text: other.to_owned() },
    }
}

fn poll(rows: &str, timeout_ms: i32) -> Call {
    let rows = parts(value(rows));
    let fds = rows.iter().filter_map(|row| int(field(row, "fd")?)).collect();
    let asked = |row: &&str| Some(flags(field(row, "events")?, abi::POLL_EVENTS));
    Call::Poll { fds, events: rows.iter().filter_map(asked).collect(), timeout_ms }
}

/// `{tv_sec=1, tv_nsec=5}` or `{tv_sec=1, tv_usec=5}`; -1 where there is none.
fn milliseconds(text: &str) -> i32 {
    let text = value(text);
    let Some(seconds) = field(text, "tv_sec").and_then(number) else { return -1 };
    let nanos = field(text, "tv_nsec").and_then(number).map(|nanos| nanos / 1_000_000);
    let micros = field(text, "tv_usec").and_then(number).map(|micros| micros / 1000);
    i32::try_from(seconds.saturating_mul(1000).saturating_add(nanos.or(micros).unwrap_or(0))).unwrap_or(i32::MAX)
}

fn epoll_ctl(all: &Arguments<'_, '_>) -> Call {
    let op = flags(all.at(1), &[("EPOLL_CTL_ADD", 1), ("EPOLL_CTL_DEL", 2), ("EPOLL_CTL_MOD", 3)]);
    let event = value(all.at(3));
    let events = field(event, "events").map_or(0, |events| flags(events, EPOLL_EVENTS)).cast_unsigned();
    Call::EpollCtl { epoll: all.int(0), op, fd: all.int(2), events, data: epoll_data(event) }
}

/// What was given with a descriptor: `data={u32=4, u64=4}` or `data=0x4`.
pub fn epoll_data(event: &str) -> u64 {
    let data = field(event, "data").unwrap_or("");
    let whole = field(data, "u64").or(Some(data)).and_then(number);
    whole.unwrap_or(0).cast_unsigned()
}

fn socket_option(name: &str, fd: i32, all: &Arguments<'_, '_>) -> Call {
    let option = value(all.at(2)).split(' ').next().unwrap_or("");
    let level = value(all.at(1)).split(' ').next().unwrap_or("");
    let Some(row) = abi::SOCKET_OPTIONS.iter().find(|row| row.1 == option && level == "SOL_SOCKET") else {
        return Call::Other { name: name.to_owned(), fd: Some(fd), text: format!("{level}, {option}") };
    };
    let option = row.0.to_owned();
    if name == "getsockopt" {
        return Call::Getsockopt { fd, option };
    }
    let given = value(all.at(3));
    let value = parts(given).first().and_then(|one| number(one)).unwrap_or(0);
    let value = if given.contains("tv_sec") { i64::from(milliseconds(given)) } else { value };
    Call::Setsockopt { fd, option, value }
}

/// The number of a signal by its name.
pub fn signal(text: &str) -> i32 {
    let name = value(text).split(' ').next().unwrap_or("");
    let real_time =
        || name.strip_prefix("SIGRT_").and_then(|number| number.parse::<i32>().ok()).map(|number| 32 + number);
    Signal::from_name(name).map(|signal| signal.0).or_else(real_time).or_else(|| int(name)).unwrap_or(0)
}

fn disposition(all: &Arguments<'_, '_>) -> Call {
    let action = value(all.at(1));
    let handler = field(action, "sa_handler");
    let disposition = match handler {
        None => {
            return Call::Other { name: "rt_sigaction".to_owned(), fd: None, text: all.0.join(", ") };
        }
        Some("SIG_DFL") => Disposition::Default,
        Some("SIG_IGN") => Disposition::Ignore,
        Some(_) if field(action, "sa_flags").is_some_and(|flags| !flags.contains("SA_RESTART")) => {
            Disposition::CatchNoRestart
        }
        Some(_) => Disposition::Catch,
    };
    Call::Signal { signal: signal(all.at(0)), disposition }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_of_the_table_is_known_in_a_log() {
        for one in Call::one_of_each().into_iter().filter(|one| !matches!(one, Call::Other { .. })) {
            let name = one.system_call();
            let arguments: &[&str] = match name {
                "ioctl" => &["3", "SIOCATMARK"],
                "getsockopt" | "setsockopt" => &["3", "SOL_SOCKET", "SO_SNDBUF", "[1]"],
                "rt_sigaction" => &["SIGUSR1", "{sa_handler=SIG_IGN}"],
                "signalfd4" => &["-1", "[USR1]"],
                "timerfd_settime" => {
                    &["3", "0", "{it_interval={tv_sec=0, tv_nsec=0}, it_value={tv_sec=1, tv_nsec=0}}", "NULL"]
                }
                "fcntl" => &["3", "F_DUPFD", "0"],
                _ => &["3", "0", "0", "0"],
            };
            let is_known = !matches!(call(name, arguments), Call::Other { .. });
            assert_eq!(is_known, !crate::order::SEEN_BY_THE_BENCH_ALONE.contains(&name), "{name}");
        }
    }

    #[test]
    fn a_handler_without_sa_restart_is_told_from_one_with_it() {
        let set = |action: &str| call("rt_sigaction", &["SIGUSR1", action, "NULL", "8"]);
        let signal = |disposition| Call::Signal { signal: 10, disposition };
        let action = |flags: &str| format!("{{sa_handler=0x55d2, sa_mask=[], sa_flags={flags}, sa_restorer=0x7f7e}}");
        assert_eq!(set(&action("SA_RESTORER")), signal(Disposition::CatchNoRestart));
        assert_eq!(set(&action("SA_RESTORER|SA_RESTART")), signal(Disposition::Catch));
        assert_eq!(set("{sa_handler=SIG_IGN, sa_mask=[], sa_flags=0}"), signal(Disposition::Ignore));
    }
}
