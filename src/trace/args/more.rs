//! Arguments of the calls about files and descriptors as such, of those that wait for several, and of those that move bytes
//! without showing them.

use super::super::CallEvent;
use super::{Arg, end, shown, signal_name, string, task};
use crate::abi::{self, SPLICE_FLAGS, Signal, flag_names};
use crate::order::{Call, CloneCall, Extra, FilePath};

/// dup2 to prctl.
#[expect(clippy::wildcard_enum_match_arm, reason = "the other families have functions of their own")]
pub fn args(event: &CallEvent) -> Vec<Arg> {
    match &event.call {
        Call::Dup2 { fd, to } => vec![end("oldfd", event, *fd), Arg::number("newfd", *to)],
        Call::Dup3 { fd, to, flags } => {
            vec![end("oldfd", event, *fd), Arg::number("newfd", *to), open_flags("flags", *flags)]
        }
        Call::DupFrom { fd, least, cloexec } => {
            let op = if *cloexec { "F_DUPFD_CLOEXEC" } else { "F_DUPFD" };
            vec![end("fd", event, *fd), Arg::word("op", op), Arg::number("arg", *least)]
        }
        Call::CloseRange { first, last, flags } => {
            let last = if *last == u32::MAX { Arg::word("last", "~0U") } else { Arg::number("last", *last) };
            vec![Arg::number("first", *first), last, Arg::word("flags", flag_names(CLOSE_RANGE, *flags))]
        }
        Call::Open { path: file, flags } => vec![path(file), access(*flags)],
        Call::Mkfifo { path: file, mode } => vec![path(file), Arg::word("mode", format!("0{mode:o}"))],
        Call::Unlink { path: file } => vec![path(file)],
        Call::Splice { from, to, count, flags } => vec![
            end("fd_in", event, *from),
            Arg::word("off_in", "NULL"),
            end("fd_out", event, *to),
            Arg::word("off_out", "NULL"),
            Arg::size("size", *count),
            Arg::word("flags", flag_names(SPLICE_FLAGS, *flags)),
        ],
        Call::Tee { from, to, count, flags } => vec![
            end("fd_in", event, *from),
            end("fd_out", event, *to),
            Arg::size("size", *count),
            Arg::word("flags", flag_names(SPLICE_FLAGS, *flags)),
        ],
        Call::Sendfile { to, from, count } => vec![
            end("out_fd", event, *to),
            end("in_fd", event, *from),
            Arg::word("offset", "NULL"),
            Arg::size("count", *count),
        ],
        _ => waiting(event),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the other families have functions of their own")]
fn waiting(event: &CallEvent) -> Vec<Arg> {
    match &event.call {
        Call::Select { read, write, except, timeout_ms } => {
            let highest = read.iter().chain(write).chain(except).max().map_or(0, |fd| i64::from(*fd) + 1);
            let set = |name, fds: &[i32]| Arg::word(name, descriptor_set(event, fds));
            let limit = timeout_ms.map_or_else(
                || "NULL".to_owned(),
                |ms| format!("{{tv_sec={}, tv_usec={}}}", ms.div_euclid(1000), ms.rem_euclid(1000) * 1000),
            );
            let sets = [set("readfds", read), set("writefds", write), set("exceptfds", except)];
            let mut all = vec![Arg::number("nfds", highest)];
            all.extend(sets);
            all.push(Arg::word("timeout", limit));
            all
        }
        Call::EpollCreate { flags } => vec![own_flags("EPOLL", *flags)],
        Call::TimerfdCreate { flags } => vec![Arg::word("clockid", "CLOCK_MONOTONIC"), own_flags("TFD", *flags)],
        Call::EpollCtl { epoll, op, fd, events, .. } => {
            let op = EPOLL_OPS.iter().find(|row| row.1 == *op).map_or("EPOLL_CTL_?", |row| row.0);
            let mut all = vec![end("epfd", event, *epoll), Arg::word("op", op), end("fd", event, *fd)];
            let is_removal = op == "EPOLL_CTL_DEL";
            let given = if is_removal { "NULL".to_owned() } else { format!("{{events={}}}", epoll_events(*events)) };
            all.push(Arg::word("event", given));
            all
        }
        Call::EpollWait { epoll, count, timeout_ms } => {
            let ready: Vec<String> = match &event.outcome.extra {
                Extra::Epoll(all) => all.iter().map(|row| epoll_row(event, *row)).collect(),
                _ => Vec::new(),
            };
            let behind = |arg: Arg| Arg { out: true, ..arg };
            vec![
                end("epfd", event, *epoll),
                Arg::out(event, "events", format!("[{}]", ready.join(", "))),
                behind(Arg::number("maxevents", *count)),
                behind(Arg::number("timeout", *timeout_ms)),
            ]
        }
        Call::Eventfd { initial, flags } => vec![Arg::number("initval", *initial), own_flags("EFD", *flags)],
        Call::Signalfd { signals, flags } => {
            vec![Arg::number("fd", -1), Arg::word("mask", signal_set(signals)), own_flags("SFD", *flags)]
        }
        Call::BlockSignals { signals } => {
            vec![Arg::word("how", "SIG_BLOCK"), Arg::word("set", signal_set(signals)), Arg::word("oldset", "NULL")]
        }
        Call::TimerfdSettime { fd, ms } => {
            let time = |ms: u64| format!("{{tv_sec={}, tv_nsec={}}}", ms / 1000, ms % 1000 * 1_000_000);
            let value = format!("{{it_interval={}, it_value={}}}", time(0), time(*ms));
            let value = Arg::word("new_value", value);
            vec![end("fd", event, *fd), Arg::number("flags", 0), value, Arg::word("old_value", "NULL")]
        }
        _ => process(event),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the other families have functions of their own")]
fn process(event: &CallEvent) -> Vec<Arg> {
    match &event.call {
        Call::PidfdOpen { pid, flags } => vec![Arg::word("pid", task(event, *pid)), own_flags("PIDFD", *flags)],
        Call::Setpgid { pid, group } => {
            let whom = if *pid > 0 { Arg::word("pid", task(event, *pid)) } else { Arg::number("pid", *pid) };
            let group = if *group > 0 { Arg::word("pgid", task(event, *group)) } else { Arg::number("pgid", *group) };
            vec![whom, group]
        }
        Call::ParentDeathSignal { signal } => {
            vec![Arg::word("op", "PR_SET_PDEATHSIG"), Arg::word("arg2", signal_name(*signal))]
        }
        Call::Clone { call, flags } => {
            let flags = clone_flags(*flags);
            let text = match call {
                CloneCall::Clone => format!("flags={flags}"),
                CloneCall::Clone3 => format!("{{flags={flags}}}"),
            };
            vec![Arg::word("flags", text)]
        }
        Call::Other { fd, text, .. } => {
            let fd = fd.map(|fd| end("fd", event, fd));
            let text = (!text.is_empty()).then(|| Arg::word("text", text.as_str()));
            fd.into_iter().chain(text).collect()
        }
        _ => Vec::new(),
    }
}

/// CLOSE_RANGE_ flags of close_range(2).
const CLOSE_RANGE: &[(&str, i32)] = &[("CLOSE_RANGE_UNSHARE", 2), ("CLOSE_RANGE_CLOEXEC", 4)];
/// Operations of epoll_ctl(2).
const EPOLL_OPS: &[(&str, i32)] = &[("EPOLL_CTL_ADD", 1), ("EPOLL_CTL_DEL", 2), ("EPOLL_CTL_MOD", 3)];
/// Events of epoll_ctl(2).
const EPOLL_EVENTS: &[(&str, u32)] = &[
    ("EPOLLIN", 0x1),
    ("EPOLLPRI", 0x2),
    ("EPOLLOUT", 0x4),
    ("EPOLLERR", 0x8),
    ("EPOLLHUP", 0x10),
    ("EPOLLRDHUP", 0x2000),
    ("EPOLLEXCLUSIVE", 1 << 28),
    ("EPOLLWAKEUP", 1 << 29),
    ("EPOLLONESHOT", 1 << 30),
    ("EPOLLET", 1 << 31),
];
/// CLONE_ flags of clone(2).
const CLONE_FLAGS: &[(&str, u64)] = &[
    ("CLONE_VM", 0x100),
    ("CLONE_FS", 0x200),
    ("CLONE_FILES", 0x400),
    ("CLONE_SIGHAND", 0x800),
    ("CLONE_PIDFD", 0x1000),
    ("CLONE_PTRACE", 0x2000),
    ("CLONE_VFORK", 0x4000),
    ("CLONE_PARENT", 0x8000),
    ("CLONE_THREAD", 0x1_0000),
    ("CLONE_NEWNS", 0x2_0000),
    ("CLONE_SYSVSEM", 0x4_0000),
    ("CLONE_SETTLS", 0x8_0000),
    ("CLONE_PARENT_SETTID", 0x10_0000),
    ("CLONE_CHILD_CLEARTID", 0x20_0000),
    ("CLONE_UNTRACED", 0x80_0000),
    ("CLONE_CHILD_SETTID", 0x100_0000),
    ("CLONE_NEWCGROUP", 0x200_0000),
    ("CLONE_NEWUTS", 0x400_0000),
    ("CLONE_NEWIPC", 0x800_0000),
    ("CLONE_NEWUSER", 0x1000_0000),
    ("CLONE_NEWPID", 0x2000_0000),
    ("CLONE_NEWNET", 0x4000_0000),
    ("CLONE_IO", 0x8000_0000),
];

/// The names of an epoll event mask's bits.
pub fn epoll_events(bits: u32) -> String {
    names_of(EPOLL_EVENTS.iter().map(|row| (row.0, u64::from(row.1))), u64::from(bits))
}

/// The signal that tells of the child's end stands in the lowest byte.
fn clone_flags(flags: u64) -> String {
    let signal = i32::try_from(flags & 0xff).unwrap_or(0);
    let bits = flags & !0xff;
    match (bits, signal) {
        (0, 0) => "0".to_owned(),
        (0, signal) => Signal(signal).name(),
        (bits, 0) => names_of(CLONE_FLAGS.iter().copied(), bits),
        (bits, signal) => format!("{}|{}", names_of(CLONE_FLAGS.iter().copied(), bits), Signal(signal).name()),
    }
}

fn names_of<'a>(table: impl Iterator<Item = (&'a str, u64)>, bits: u64) -> String {
    let mut left = bits;
    let mut names: Vec<String> = Vec::new();
    for (name, bit) in table {
        if left & bit == bit {
            names.push(name.to_owned());
            left &= !bit;
        }
    }
    if left != 0 {
        names.push(format!("{left:#x}"));
    }
    if names.is_empty() { "0".to_owned() } else { names.join("|") }
}

fn path(file: &FilePath) -> Arg {
    Arg { value: file.shown.as_str().into(), ..Arg::word("pathname", string(&crate::text::name_bytes(&file.shown), 0)) }
}

fn access(flags: i32) -> Arg {
    let access = abi::ACCESS.iter().find(|row| row.1 == flags & abi::ACCESS_MODE).map_or("O_RDWR", |row| row.0);
    let more = flags & !abi::ACCESS_MODE;
    let text = if more == 0 { access.to_owned() } else { format!("{access}|{}", flag_names(abi::OPEN_FLAGS, more)) };
    Arg::word("flags", text)
}

fn open_flags(name: &'static str, flags: i32) -> Arg {
    Arg::word(name, flag_names(abi::OPEN_FLAGS, flags))
}

/// Flags that have other names here for the bits of open(2).
fn own_flags(prefix: &str, flags: i32) -> Arg {
    let table = [("SEMAPHORE", abi::EFD_SEMAPHORE), ("CLOEXEC", abi::CLOEXEC), ("NONBLOCK", abi::NONBLOCK)];
    let names: Vec<String> =
        table.iter().filter(|row| flags & row.1 != 0).map(|row| format!("{prefix}_{}", row.0)).collect();
    Arg::word("flags", if names.is_empty() { "0".to_owned() } else { names.join("|") })
}

fn signal_set(signals: &[i32]) -> String {
    let names: Vec<String> = signals.iter().map(|signal| Signal(*signal).name()).collect();
    format!("[{}]", names.join(" "))
}

fn descriptor_set(event: &CallEvent, fds: &[i32]) -> String {
    let names: Vec<String> = fds.iter().map(|fd| shown(event, *fd)).collect();
    if names.is_empty() { "NULL".to_owned() } else { format!("[{}]", names.join(" ")) }
}

/// What was given with a descriptor is, as good as always, its number.
fn epoll_row(event: &CallEvent, (data, events): (u64, u32)) -> String {
    let named = i32::try_from(data).ok().map_or_else(|| format!("{data:#x}"), |fd| shown(event, fd));
    format!("{{events={}, data={named}}}", epoll_events(events))
}
