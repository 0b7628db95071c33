//! Events as lines of a transcript, in strace's own form with names for numbers. What cannot be seen on a terminal never
//! leaves here as it is.

use super::{
    Burst, CallEvent, CallState, Death, Event, Explanation, FdReport, HoldersReport, PendingReport, QueueReport,
    TaskReport, What, args,
};
use crate::abi::{self, Errno, flag_names};
use crate::order::{Call, Extra};
use crate::text::is_hidden;

/// The lines of one event; none of an expectation and of the summary, which are no facts about the bench.
pub fn lines(event: &Event) -> Vec<String> {
    let lines = match &event.what {
        What::Call(call) => vec![of_task(&call.task, &call_text(call))],
        What::Burst(burst) => vec![of_task(&burst.task, &burst_text(burst))],
        What::Signal { task, signal } => vec![of_task(task, &format!("--- {} ---", signal.name()))],
        What::Death { task, death, .. } => vec![of_task(task, &death_text(*death))],
        What::Queue(report) => vec![of_task("", &queue_text(report))],
        What::Holders(report) => vec![of_task("", &holders_text(report))],
        What::Pending(report) => vec![of_task(&report.task, &pending_text(report))],
        What::Tasks(rows) => vec![of_task("", &tasks_text(rows))],
        What::Fds { task, fds } => vec![of_task("", &fds_text(task, fds))],
        What::Why(why) => vec![of_task("", &why_text(why))],
        What::Refused { reason } => vec![of_task("", &format!("refused: {reason}"))],
        What::Expect { .. } | What::Summary(_) => Vec::new(),
    };
    lines.into_iter().map(|line| printable(&line)).collect()
}

/// The calls of a loop one by one, and how many of them were not kept.
pub fn every_call(burst: &Burst) -> Vec<String> {
    let mut lines: Vec<String> = burst.first_calls.iter().map(|call| of_task(&call.task, &call_text(call))).collect();
    if burst.not_kept > 0 {
        lines.push(of_task(&burst.task, &format!("{} more calls, not kept one by one", burst.not_kept)));
    }
    lines.into_iter().map(|line| printable(&line)).collect()
}

fn of_task(task: &str, text: &str) -> String {
    format!("{task:<6}  {text}")
}

/// Without the characters that a terminal would act on instead of showing.
fn printable(line: &str) -> String {
    let unseen = |c: char| is_hidden(c) || matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}');
    line.chars().map(|c| if unseen(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

#[expect(clippy::wildcard_enum_match_arm, reason = "it asks after a few kinds; all others mean no")]
fn call_text(call: &CallEvent) -> String {
    let name = match call.call {
        // What exit(3) of a process calls in the end; a thread ends alone.
        Call::Exit { .. } if call.pid == call.tid => "exit_group",
        _ => call.call.name(),
    };
    let all = args::of(call);
    let known = all.iter().position(|arg| arg.out).unwrap_or(all.len());
    let text = |part: &[args::Arg]| part.iter().map(|arg| arg.text.as_str()).collect::<Vec<_>>().join(", ");
    // strace has written the comma before it knows the next argument.
    let comma = if known > 0 && known < all.len() { ", " } else { "" };
    let (before, after) = (format!("{}{comma}", text(&all[..known])), text(&all[known..]));
    let is_exit = matches!(call.call, Call::Exit { .. } | Call::ExitGroup { .. });
    match call.state {
        CallState::Returned | CallState::Unfinished if is_exit => format!("{name}({before}) = ?"),
        CallState::Returned => format!("{name}({before}{after}) = {}", result(call)),
        CallState::Asleep => format!("{name}({before} <unfinished ...>"),
        CallState::Resumed if after.is_empty() => format!("<... {name} resumed>) = {}", result(call)),
        CallState::Resumed => format!("<... {name} resumed> {after}) = {}", result(call)),
        CallState::Unfinished if call.since.is_some() => format!("<... {name} resumed> <unfinished ...>) = ?"),
        CallState::Unfinished => format!("{name}({before} <unfinished ...>) = ?"),
    }
}

fn result(call: &CallEvent) -> String {
    let Some(ret) = call.ret else { return "?".to_owned() };
    if ret == -1 {
        return format!("-1 {}", error(call.errno));
    }
    match (&call.call, &call.outcome.extra) {
        (Call::Accept { .. } | Call::Socket { .. } | Call::Open { .. }, _) => {
            let name = call.names.made.as_ref().map_or_else(String::new, |name| format!(" ({name})"));
            format!("{ret}{name}")
        }
        (made, _) if made.makes_task() => {
            let name = call.names.made.as_ref().map_or_else(String::new, |name| format!(" ({name})"));
            format!("{ret}{name}")
        }
        (of, _) if of.returns_task() && ret > 0 => {
            let name = call.names.task(ret).map_or_else(String::new, |name| format!(" ({name})"));
            format!("{ret}{name}")
        }
        _ if call.names.brought.is_some() => {
            let words = call.names.brought.as_ref().map(|brought| args::brought_words(call, brought));
            format!("{ret} ({})", words.unwrap_or_default())
        }
        (Call::Poll { .. }, _) if ret == 0 => "0 (Timeout)".to_owned(),
        (Call::Poll { fds, .. }, Extra::Revents(all)) => {
            let answer = |bits: i16| flag_names(abi::POLL_EVENTS, i32::from(bits.cast_unsigned()));
            let ready = fds.iter().zip(all).filter(|row| *row.1 != 0);
            let rows: Vec<String> = ready
                .map(|(&fd, &bits)| format!("{{fd={}, revents={}}}", args::shown(call, fd), answer(bits)))
                .collect();
            format!("{ret} ([{}])", rows.join(", "))
        }
        _ => ret.to_string(),
    }
}

fn error(errno: Errno) -> String {
    format!("{} ({})", errno.name(), errno.message())
}

fn burst_text(burst: &Burst) -> String {
    // The arguments of the first call stand for all; a failing one has no data to show.
    let first = burst.first_calls.iter().find(|call| call.call.name() == burst.call);
    let shape = first.map_or_else(
        || format!("{}({}, ...)", burst.call, burst.end),
        |call| {
            let all: Vec<String> = args::of(call).into_iter().map(|arg| arg.text).collect();
            format!("{}({})", burst.call, all.join(", "))
        },
    );
    // Of these the calls counted are of both kinds, the bytes those written.
    let shape = match burst.verb {
        "echo" => format!("read and {shape}"),
        "ping" => format!("{shape} and read"),
        _ => shape,
    };
    let mut text = format!("{shape} x {} = {} bytes", burst.calls, burst.bytes);
    if burst.errno != Errno::NONE {
        text = format!("{text}, then -1 {}", error(burst.errno));
    }
    if burst.eof {
        text.push_str(", then EOF");
    }
    if burst.unfinished {
        text.push_str(", then <unfinished ...>");
    }
    if burst.recorded != burst.calls {
        text = format!("{text}, {} calls not kept", burst.calls.saturating_sub(burst.recorded));
    }
    text
}

fn death_text(death: Death) -> String {
    format!("+++ {} +++", death.words())
}

fn plural(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn queue_text(report: &QueueReport) -> String {
    let mut more = Vec::new();
    if let Some(messages) = report.messages {
        more.push(format!("{} in {}", plural(report.waiting, "byte"), plural(messages, "message")));
    } else if report.waiting != report.bytes {
        more.push(format!("{} by the ledger", plural(report.waiting, "byte")));
    }
    match (report.charged, report.sndbuf) {
        (Some(charged), Some(sndbuf)) => more.push(format!("the sender is charged {charged} of {sndbuf}")),
        (Some(charged), None) => more.push(format!("the sender is charged {charged}")),
        (None, Some(capacity)) => more.push(format!("capacity {capacity}")),
        (None, None) => {}
    }
    let more = if more.is_empty() { String::new() } else { format!(" ({})", more.join(", ")) };
    format!("queue({}) = {}{more}", report.end, plural(report.bytes, "byte"))
}

fn pending_text(report: &PendingReport) -> String {
    let why = if report.is_stopped { "stopped" } else { "blocked" };
    format!("--- {} is pending: {why} ---", report.signal.name())
}

fn holders_text(report: &HoldersReport) -> String {
    let rows: Vec<String> = report.holders.iter().map(|row| format!("{}:{}", row.0, row.1)).collect();
    let rows = if rows.is_empty() { "nobody".to_owned() } else { rows.join(" ") };
    let in_flight = if report.in_flight > 0 { format!(", {} in flight", report.in_flight) } else { String::new() };
    format!("holders({}) = {rows}{in_flight}", report.end)
}

fn tasks_text(rows: &[TaskReport]) -> String {
    let row = |row: &TaskReport| {
        let call = match (&row.call, &row.end) {
            (Some(call), Some(end)) => format!(" in {call}({end})"),
            (Some(call), None) => format!(" in {call}"),
            (None, _) => String::new(),
        };
        let group = row.group.as_ref().filter(|_| row.is_in_other_group);
        let group = group.map_or_else(String::new, |group| format!(" in group {group}"));
        format!("{} {} {}{call}{group}", row.task, row.pid, row.state.word())
    };
    format!("tasks() = {}", rows.iter().map(row).collect::<Vec<_>>().join(", "))
}

fn fds_text(task: &str, rows: &[FdReport]) -> String {
    let row = |row: &FdReport| {
        let cloexec = if row.cloexec { " cloexec" } else { "" };
        let nonblock = if row.nonblock { " nonblock" } else { "" };
        format!("{}:{}{cloexec}{nonblock}", row.fd, row.end)
    };
    let all: Vec<String> = rows.iter().map(row).collect();
    format!("fds({task}) = {}", if all.is_empty() { "none from 3 on".to_owned() } else { all.join(", ") })
}

fn why_text(why: &Explanation) -> String {
    let page = why.page.map_or_else(String::new, |page| format!(", {page}"));
    format!("why({}): {} [{}{page}]", why.about, why.text, why.rule)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::Disposition;
    use crate::abi::Signal;
    use crate::order::{ControlRoom, Credentials, Outcome, Payload, SocketAddress};
    use crate::trace::{NamedEnd, Names, TaskId};

    fn event(task: &str, call: Call, ret: i32) -> CallEvent {
        let ends = [(3, "chat[0]"), (4, "chat[1]"), (5, "p[1]")].map(NamedEnd::example);
        let tasks = vec![(4711, "child1".to_owned()), (4710, "parent".to_owned())];
        CallEvent {
            task: task.to_owned(),
            pid: 4710,
            tid: 4710,
            call,
            state: CallState::Returned,
            since: None,
            ret: Some(ret),
            names: Names { ends: ends.to_vec(), tasks, made: None, own: None, brought: None },
            errno: Errno::NONE,
            t_ns: 1,
            outcome: Outcome::default(),
            eof: None,
        }
    }

    fn text(word: &str) -> Payload {
        Payload::once(word.as_bytes().to_vec())
    }

    fn with(call: Call, ret: i32, extra: Extra) -> CallEvent {
        let mut event = event("parent", call, ret);
        event.outcome.extra = extra;
        event
    }

    fn named(call: Call, ret: i32, made: &str) -> CallEvent {
        let mut event = event("parent", call, ret);
        event.names.made = Some(made.to_owned());
        event
    }

    fn read(ret: i32, data: &[u8]) -> CallEvent {
        let mut event = event("child1", Call::Read { fd: 4, count: 4096 }, ret);
        event.outcome.data = data.to_vec();
        event
    }

    fn failed(mut event: CallEvent, errno: Errno) -> CallEvent {
        (event.ret, event.errno) = (Some(-1), errno);
        event
    }

    fn state(mut event: CallEvent, state: CallState) -> CallEvent {
        event.state = state;
        event
    }

    fn line(call: CallEvent) -> String {
        lines(&Event { line: 1, task: Some(TaskId(0)), what: What::Call(Box::new(call)) }).remove(0)
    }

    fn write(word: &str) -> CallEvent {
        event("parent", Call::Write { fd: 3, data: text(word) }, i32::try_from(word.len()).unwrap())
    }

    #[test]
    fn every_call_that_takes_something_shows_its_arguments() {
        for call in Call::one_of_each() {
            let takes_nothing = serde_json::to_value(&call).unwrap().is_string() || matches!(call, Call::Other { .. });
            let name = call.name().to_owned();
            let shown = args::of(&event("parent", call, 0));
            assert!(takes_nothing || !shown.is_empty(), "trace::args has no arm for {name}");
        }
    }

    #[test]
    fn the_contract_s_transcript_comes_out_letter_by_letter() {
        let pair = Call::Socketpair { domain: 1, kind: 1, protocol: 0 };
        for (call, want) in [
            (named(pair, 0, "chat"), "parent  socketpair(AF_UNIX, SOCK_STREAM, 0, chat) = 0"),
            (named(Call::Fork, 4711, "child1"), "parent  fork() = 4711 (child1)"),
            (write("one"), "parent  write(chat[0], \"one\", 3) = 3"),
            (read(6, b"onetwo"), "child1  read(chat[1], \"onetwo\", 4096) = 6"),
            (state(read(0, b""), CallState::Asleep), "child1  read(chat[1],  <unfinished ...>"),
            (state(read(0, b""), CallState::Resumed), "child1  <... read resumed> \"\", 4096) = 0"),
            (failed(write("x"), Errno::EPIPE), "parent  write(chat[0], \"x\", 1) = -1 EPIPE (Broken pipe)"),
        ] {
            assert_eq!(line(call), want);
        }
        let fact = |what| lines(&Event { line: 1, task: None, what }).remove(0);
        let task = || "parent".to_owned();
        assert_eq!(fact(What::Signal { task: task(), signal: Signal::PIPE }), "parent  --- SIGPIPE ---");
        let pending = |is_stopped| {
            let report = PendingReport { id: TaskId(1), task: task(), signal: Signal::TERM, is_stopped };
            fact(What::Pending(report))
        };
        assert_eq!(pending(false), "parent  --- SIGTERM is pending: blocked ---");
        assert_eq!(pending(true), "parent  --- SIGTERM is pending: stopped ---");
        let death = What::Death { task: task(), pid: 1, death: Death::Killed(Signal::PIPE) };
        assert_eq!(fact(death), "parent  +++ killed by SIGPIPE +++");
        let death = What::Death { task: task(), pid: 1, death: Death::Exited(0) };
        assert_eq!(fact(death), "parent  +++ exited with 0 +++");
    }

    #[test]
    #[expect(clippy::too_many_lines, reason = "one table")]
    fn every_call_reads_as_strace_writes_it() {
        let pair = || Call::Socketpair { domain: 2, kind: 1, protocol: 0 };
        let refused = |array| failed(with(pair(), -1, Extra::Array(array)), Errno(95));
        let creds = Credentials { pid: 4711, uid: 0, gid: 1 };
        let poll = || Call::Poll { fds: vec![3, 4], events: vec![0x2007], timeout_ms: 0 };
        let recvmsg = || Call::Recvmsg { fd: 4, count: 10, room: ControlRoom::None, flags: 0 };
        let message = Extra::Message { flags: abi::MSG_CTRUNC, fds: vec![3], creds: Some(creds), control: 56 };
        let mut unnamed = refused([-1, -1]);
        unnamed.names.made = Some("a".into());
        let srv = SocketAddress { shown: "@srv".into(), path: b"\0srv-4711".to_vec() };
        let sent = Call::Sendmsg { fd: 3, data: text("x"), fds: vec![5], creds: false, to: None, flags: 0 };
        let wait = || Call::Waitpid { pid: 4711, options: 0 };
        let limit = Call::Setrlimit { nofile: 5 };
        let option = |option: &str| Call::Getsockopt { fd: 3, option: option.into() };
        for (call, want) in [
            (refused([3, 4]), "socketpair(AF_INET, SOCK_STREAM, 0, [3, 4]) = -1 EOPNOTSUPP (Operation not supported)"),
            (unnamed, "socketpair(AF_INET, SOCK_STREAM, 0, a) = -1 EOPNOTSUPP (Operation not supported)"),
            (named(Call::Pipe2 { flags: abi::CLOEXEC }, 0, "p"), "pipe2(p, O_CLOEXEC) = 0"),
            (event("parent", Call::Exit { code: 3 }, 0), "exit_group(3) = ?"),
            (
                with(wait(), 4711, Extra::Status(3 << 8)),
                "waitpid(child1, [{WIFEXITED(s) && WEXITSTATUS(s) == 3}], 0) = 4711 (child1)",
            ),
            (
                with(Call::Waitpid { pid: -1, options: 0 }, 4711, Extra::Status(9)),
                "waitpid(-1, [{WIFSIGNALED(s) && WTERMSIG(s) == SIGKILL}], 0) = 4711 (child1)",
            ),
            (
                failed(with(wait(), -1, Extra::None), Errno::ECHILD),
                "waitpid(child1, NULL, 0) = -1 ECHILD (No child processes)",
            ),
            (
                failed(event("parent", Call::Read { fd: 4, count: 9 }, -1), Errno::EAGAIN),
                "read(chat[1], NULL, 9) = -1 EAGAIN (Resource temporarily unavailable)",
            ),
            (
                failed(event("parent", Call::Read { fd: 99, count: 9 }, -1), Errno::EBADF),
                "read(99, NULL, 9) = -1 EBADF (Bad file descriptor)",
            ),
            (
                event("parent", Call::Send { fd: 3, data: text("x"), flags: 0x4001, to: None }, 1),
                "send(chat[0], \"x\", 1, MSG_OOB|MSG_NOSIGNAL) = 1",
            ),
            (
                event("parent", Call::Send { fd: 3, data: text("x"), flags: 0, to: Some(srv) }, 1),
                "sendto(chat[0], \"x\", 1, 0, {sa_family=AF_UNIX, sun_path=@\"srv\"}, 6) = 1",
            ),
            (
                with(poll(), 1, Extra::Revents(vec![0, 4])),
                "poll([{fd=chat[0], events=POLLIN|POLLPRI|POLLOUT|POLLRDHUP}, {fd=chat[1], events=POLLIN|POLLPRI|POLLOUT|POLLRDHUP}], 2, 0) = 1 ([{fd=chat[1], revents=POLLOUT}])",
            ),
            (
                with(poll(), 0, Extra::Revents(vec![0, 0])),
                "poll([{fd=chat[0], events=POLLIN|POLLPRI|POLLOUT|POLLRDHUP}, {fd=chat[1], events=POLLIN|POLLPRI|POLLOUT|POLLRDHUP}], 2, 0) = 0 (Timeout)",
            ),
            (
                with(recvmsg(), 0, message),
                "recvmsg(chat[1], {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"\", iov_len=10}], msg_iovlen=1, msg_control=[{cmsg_len=28, cmsg_level=SOL_SOCKET, cmsg_type=SCM_CREDENTIALS, cmsg_data={pid=4711 (child1), uid=0, gid=1}}, {cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[chat[0]]}], msg_controllen=56, msg_flags=MSG_CTRUNC}, 0) = 0",
            ),
            (
                event("parent", sent, 1),
                "sendmsg(chat[0], {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"x\", iov_len=1}], msg_iovlen=1, msg_control=[{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[p[1]]}], msg_controllen=24, msg_flags=0}, 0) = 1",
            ),
            (
                with(option("sndbuf"), 0, Extra::Value(212_992)),
                "getsockopt(chat[0], SOL_SOCKET, SO_SNDBUF, [212992], [4]) = 0",
            ),
            (with(option("error"), 0, Extra::Value(32)), "getsockopt(chat[0], SOL_SOCKET, SO_ERROR, [EPIPE], [4]) = 0"),
            (
                with(option("peercred"), 0, Extra::Peer(creds)),
                "getsockopt(chat[0], SOL_SOCKET, SO_PEERCRED, {pid=4711 (child1), uid=0, gid=1}, [12]) = 0",
            ),
            (
                event("parent", Call::SetNonblock { fd: 3, on: true }, 0),
                "fcntl(chat[0], F_SETFL, O_RDWR|O_NONBLOCK) = 0",
            ),
            (event("parent", Call::SetCloexec { fd: 3, on: true }, 0), "fcntl(chat[0], F_SETFD, FD_CLOEXEC) = 0"),
            (event("parent", Call::SetPipeSize { fd: 5, size: 4096 }, 4096), "fcntl(p[1], F_SETPIPE_SZ, 4096) = 4096"),
            (
                event("parent", Call::Signal { signal: 13, disposition: Disposition::Ignore }, 0),
                "signal(SIGPIPE, SIG_IGN) = 0",
            ),
            (event("parent", Call::Kill { pid: 4711, signal: 15 }, 0), "kill(child1, SIGTERM) = 0"),
            (event("parent", limit, 0), "setrlimit(RLIMIT_NOFILE, {rlim_cur=5}) = 0"),
            (event("parent", Call::Shutdown { fd: 3, how: 1 }, 0), "shutdown(chat[0], SHUT_WR) = 0"),
            (
                with(Call::Getsockname { fd: 3 }, 0, Extra::Name(vec![])),
                "getsockname(chat[0], {sa_family=AF_UNIX}, [110 => 2]) = 0",
            ),
            (state(write("x"), CallState::Asleep), "write(chat[0], \"x\", 1 <unfinished ...>"),
            (state(write("x"), CallState::Resumed), "<... write resumed>) = 1"),
            (state(write("x"), CallState::Unfinished), "write(chat[0], \"x\", 1 <unfinished ...>) = ?"),
        ] {
            assert_eq!(line(call), format!("parent  {want}"));
        }
    }

    #[test]
    fn several_buffers_are_filled_in_order() {
        let mut call = event("parent", Call::Readv { fd: 4, counts: vec![3, 4] }, 5);
        call.outcome.data = b"onetw".to_vec();
        let want = "readv(chat[1], [{iov_base=\"one\", iov_len=3}, {iov_base=\"tw\", iov_len=4}], 2) = 5";
        assert_eq!(line(call), format!("parent  {want}"));
    }

    #[test]
    fn strings_are_escaped_and_cut_as_strace_does() {
        for (data, total, want) in [
            (&b"a\n\t\"\\"[..], 5, r#""a\n\t\"\\""#),
            (b"\x01", 1, r#""\1""#),
            (b"\x1b[", 2, r#""\33[""#),
            (b"\xff\x017", 3, r#""\377\0017""#),
            (&[b'x'; 33], 33, "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"..."),
            (&[b'x'; 32], 32, "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\""),
        ] {
            assert_eq!(args::string(data, total), want);
        }
    }

    #[test]
    fn a_loop_is_one_line() {
        let mut burst = Burst {
            task: "parent".into(),
            pid: 1,
            tid: 1,
            verb: "flood",
            call: "write",
            end: "chat[0]".into(),
            calls: 5,
            bytes: 256,
            errors: 1,
            recorded: 5,
            not_kept: 4,
            first_ns: 0,
            last_ns: 0,
            errno: Errno::EAGAIN,
            eof: false,
            unfinished: false,
            since: None,
            first_calls: Vec::new(),
            given_out: 0,
        };
        let data = Payload::repeated(vec![b'x'], 64);
        burst.first_calls.push(event("parent", Call::Write { fd: 3, data }, 64));
        let string = format!("\"{}\"...", "x".repeat(32));
        assert_eq!(every_call(&burst)[0], format!("parent  write(chat[0], {string}, 64) = 64"));
        let line = lines(&Event { line: 1, task: None, what: What::Burst(Box::new(burst)) }).remove(0);
        let end = "x 5 = 256 bytes, then -1 EAGAIN (Resource temporarily unavailable)";
        assert_eq!(line, format!("parent  write(chat[0], {string}, 64) {end}"));
    }

    #[test]
    fn nothing_leaves_that_a_terminal_would_act_on() {
        let what = What::Refused { reason: "a\u{1b}[2J\u{202e}b".into() };
        assert_eq!(lines(&Event { line: 1, task: None, what }), ["        refused: a\u{fffd}[2J\u{fffd}b"]);
    }
}
