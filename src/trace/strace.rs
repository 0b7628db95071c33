//! Events as lines of a transcript, in strace's own form with names for numbers. What cannot be seen on a terminal never
//! leaves here as it is.

use super::{
    Burst, CallEvent, CallState, Death, Event, Explanation, FdReport, HoldersReport, QueueReport, TaskReport, What,
    args,
};
use crate::abi::{self, Errno, flag_names};
use crate::order::{Call, Extra};
use crate::script::words::is_hidden;

/// The lines of one event; none of an expectation and of the summary, which are no facts about the bench.
pub fn lines(event: &Event) -> Vec<String> {
    let lines = match &event.what {
        What::Call(call) => vec![of_task(&call.task, &call_text(call))],
        What::Burst(burst) => vec![of_task(&burst.task, &burst_text(burst))],
        What::Signal { task, signal } => vec![of_task(task, &format!("--- {} ---", signal.name()))],
        What::Death { task, death, .. } => vec![of_task(task, &death_text(*death))],
        What::Queue(report) => vec![of_task("", &queue_text(report))],
        What::Holders(report) => vec![of_task("", &holders_text(report))],
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
    let is_exit = matches!(call.call, Call::Exit { .. });
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
        (Call::Fork | Call::Thread | Call::Accept { .. } | Call::Socket { .. }, _) => {
            let name = call.names.made.as_ref().map_or_else(String::new, |name| format!(" ({name})"));
            format!("{ret}{name}")
        }
        (Call::Waitpid { .. }, _) if ret > 0 => {
            let name = call.names.task(ret).map_or_else(String::new, |name| format!(" ({name})"));
            format!("{ret}{name}")
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
    format!("{}: {text}", burst.verb)
}

fn death_text(death: Death) -> String {
    match death {
        Death::Exited(code) => format!("+++ exited with {code} +++"),
        Death::Killed(signal) => format!("+++ killed by {} +++", signal.name()),
        Death::Unknown => "+++ died, nobody knows how +++".to_owned(),
    }
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
        format!("{} {} {}{call}", row.task, row.pid, row.state.word())
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
