//! Events as JSON, one object each: the table of section 4 of the contract, its keys in its order. None may be renamed.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Map, Value, json};

use super::{Brought, Burst, CallEvent, CallState, Death, Event, FdReport, Summary, TaskReport, What, args};
use crate::abi::{self, Errno, Signal};
use crate::order::{Call, Credentials, Extra, KEEP};
use crate::text::is_hidden;

/// One event as a value.
pub fn object(event: &Event) -> Value {
    serde_json::to_value(JsonEvent(event)).unwrap_or_default()
}

/// One event as a line, which may be shown.
pub fn line(event: &Event) -> String {
    spelled(serde_json::to_string(&JsonEvent(event)).unwrap_or_default())
}

/// JSON in which what a terminal would act on, or what cannot be seen, is `\u` and four digits.
pub fn spelled(json: String) -> String {
    if !json.chars().any(is_hidden) {
        return json;
    }
    // All of them are of the basic plane, and stand in strings.
    let seen = |letter| if is_hidden(letter) { format!("\\u{:04x}", u32::from(letter)) } else { letter.to_string() };
    json.chars().map(seen).collect()
}

/// An event as it is written: its keys one after the other, without a table of them.
struct JsonEvent<'a>(&'a Event);

impl Serialize for JsonEvent<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(event) = self;
        let mut keys = serializer.serialize_map(None)?;
        keys.serialize_entry("event", kind(&event.what))?;
        if !matches!(event.what, What::Summary(_)) {
            keys.serialize_entry("line", &event.line)?;
        }
        if let What::Call(call) = &event.what {
            call_keys(call, event.line, &mut keys)?;
        } else if let Value::Object(rest) = rest(&event.what) {
            rest.iter().try_for_each(|(key, value)| keys.serialize_entry(key, value))?;
        }
        keys.end()
    }
}

fn kind(what: &What) -> &'static str {
    match what {
        What::Call(_) => "call",
        What::Burst(_) => "burst",
        What::Signal { .. } => "signal",
        What::Death { .. } => "death",
        What::Queue(_) => "queue",
        What::Holders(_) => "holders",
        What::Pending(_) => "pending",
        What::Tasks(_) => "tasks",
        What::Fds { .. } => "fds",
        What::Why(_) => "why",
        What::Expect { .. } => "expect",
        What::Refused { .. } => "refused",
        What::Summary(_) => "summary",
    }
}

/// The keys of all events but calls, which are many.
fn rest(what: &What) -> Value {
    match what {
        What::Call(_) => Value::Null,
        What::Burst(burst) => burst_keys(burst),
        What::Signal { task, signal } => json!({ "task": task, "signal": signal.name() }),
        What::Death { task, pid, death } => death_keys(task, *pid, *death),
        What::Queue(report) => json!({
            "end": report.end, "bytes": report.bytes, "charged": report.charged, "sndbuf": report.sndbuf,
            "waiting": report.waiting, "messages": report.messages,
        }),
        What::Holders(report) => {
            let rows: Vec<Value> = report.holders.iter().map(|row| json!({ "task": row.0, "fd": row.1 })).collect();
            json!({ "end": report.end, "holders": rows, "in_flight": report.in_flight })
        }
        What::Pending(report) => json!({
            "task": report.task, "signal": report.signal.name(), "why": if report.is_stopped { "stopped" } else { "blocked" },
        }),
        What::Tasks(rows) => json!({ "tasks": rows.iter().map(task_row).collect::<Vec<_>>() }),
        What::Fds { task, fds } => json!({ "task": task, "fds": fds.iter().map(fd_row).collect::<Vec<_>>() }),
        What::Why(why) => json!({
            "about": why.about, "text": why.text, "rule": why.rule, "page": why.page, "lesson": why.lesson,
        }),
        What::Expect { want, got, ok } => json!({ "want": want, "got": got, "ok": ok }),
        What::Refused { reason } => json!({ "reason": reason }),
        What::Summary(summary) => summary_keys(summary),
    }
}

fn task_row(row: &TaskReport) -> Value {
    json!({ "task": row.task, "pid": row.pid, "group": row.group, "state": row.state.word(), "call": row.call, "end": row.end })
}

fn fd_row(row: &FdReport) -> Value {
    json!({ "fd": row.fd, "end": row.end, "cloexec": row.cloexec, "nonblock": row.nonblock })
}

fn death_keys(task: &str, pid: i32, death: Death) -> Value {
    match death {
        Death::Exited(code) => json!({ "task": task, "pid": pid, "code": code }),
        Death::Killed(signal) => json!({ "task": task, "pid": pid, "signal": signal.name() }),
        Death::Unknown => json!({ "task": task, "pid": pid, "code": null }),
    }
}

fn summary_keys(summary: &Summary) -> Value {
    json!({
        "statements": summary.statements, "calls": summary.calls, "expectations": summary.expectations,
        "failed": summary.failed, "refused": summary.refused, "kernel": summary.kernel,
        "elapsed_ns": summary.elapsed_ns, "lost": summary.lost,
    })
}

fn errno_name(errno: Errno) -> Value {
    if errno == Errno::NONE { Value::Null } else { errno.name().into() }
}

fn burst_keys(burst: &Burst) -> Value {
    let mut keys = json!({
        "task": burst.task, "call": burst.call, "end": burst.end, "calls": burst.calls, "bytes": burst.bytes,
        "errors": burst.errors, "recorded": burst.recorded, "first_ns": burst.first_ns, "last_ns": burst.last_ns,
        "lost": burst.calls.saturating_sub(burst.recorded), "verb": burst.verb, "pid": burst.pid, "tid": burst.tid,
        "errno": errno_name(burst.errno), "eof": burst.eof, "unfinished": burst.unfinished,
    });
    if let Some(since) = burst.since {
        keys["since"] = since.into();
    }
    keys
}

fn call_keys<M: SerializeMap>(call: &CallEvent, line: u32, keys: &mut M) -> Result<(), M::Error> {
    let fd = call.call.fd();
    keys.serialize_entry("task", &call.task)?;
    keys.serialize_entry("pid", &call.pid)?;
    keys.serialize_entry("tid", &call.tid)?;
    keys.serialize_entry("call", call.call.name())?;
    keys.serialize_entry("end", &fd.and_then(|fd| call.names.named(fd)).map(|end| end.name.as_str()))?;
    keys.serialize_entry("fd", &fd)?;
    keys.serialize_entry("args", &JsonArgs(&args::of(call)))?;
    keys.serialize_entry("state", &call.state)?;
    keys.serialize_entry("ret", &call.ret)?;
    keys.serialize_entry("errno", &errno_name(call.errno))?;
    keys.serialize_entry("t_ns", &call.t_ns)?;
    // A call may sleep and return within its own statement.
    if let Some(since) = call.since.or((call.state == CallState::Resumed).then_some(line)) {
        keys.serialize_entry("since", &since)?;
    }
    data_keys(call, keys)?;
    if call.ret == Some(0) && call.call.room().is_some() {
        keys.serialize_entry("eof", &call.eof.unwrap_or(false))?;
    }
    extra_keys(call, keys)
}

/// The arguments of a call by their names.
struct JsonArgs<'a>(&'a [args::Arg]);

impl Serialize for JsonArgs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|arg| (arg.name, &arg.value)))
    }
}

fn data_keys<M: SerializeMap>(call: &CallEvent, keys: &mut M) -> Result<(), M::Error> {
    let offered;
    let (kept, whole): (&[u8], u64) = if let Some(length) = args::length(call) {
        // The end of a loop that slept counts all its bytes and brings none: they are in its burst.
        if length > 0 && call.outcome.data.is_empty() {
            return Ok(());
        }
        (&call.outcome.data, length)
    } else if let Some(length) = call.call.offered() {
        offered = offered_bytes(&call.call);
        (&offered, length)
    } else {
        return Ok(());
    };
    let cut = (kept.len() as u64) < whole;
    match str::from_utf8(kept) {
        Ok(text) => keys.serialize_entry("data", text)?,
        // A beginning may end inside a character.
        Err(error) if cut && error.error_len().is_none() => {
            keys.serialize_entry("data", &String::from_utf8_lossy(&kept[..error.valid_up_to()]))?;
        }
        Err(_) => {
            let hex: String = kept.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(hex_digit).collect();
            keys.serialize_entry("hex", &hex)?;
        }
    }
    keys.serialize_entry("data_len", &whole)
}

fn hex_digit(half: u8) -> char {
    char::from_digit(u32::from(half), 16).unwrap_or('0')
}

fn offered_bytes(call: &Call) -> Vec<u8> {
    let mut bytes = Vec::new();
    for piece in call.payloads() {
        bytes.extend(piece.slice(0, KEEP.saturating_sub(bytes.len())));
        // What comes after what is not known cannot be shown in its place.
        if piece.rest > 0 {
            break;
        }
    }
    bytes
}

#[expect(clippy::wildcard_enum_match_arm, reason = "it asks after a few kinds; all others mean no")]
fn extra_keys<M: SerializeMap>(call: &CallEvent, keys: &mut M) -> Result<(), M::Error> {
    match &call.names.brought {
        Some(Brought::Number(number)) => {
            keys.serialize_entry("value", number)?;
        }
        Some(Brought::Signals(all)) => {
            let row = |(signal, sender): &(i32, i32)| json!({ "signal": Signal(*signal).name(), "pid": sender, "task": call.names.task(*sender) });
            keys.serialize_entry("signals", &all.iter().map(row).collect::<Vec<_>>())?;
        }
        None => {}
    }
    match &call.outcome.extra {
        Extra::Array([a, b]) => {
            keys.serialize_entry("sv", &[a, b])?;
        }
        Extra::Revents(all) if args::succeeded(call) => {
            keys.serialize_entry("revents", &revents(call, all))?;
        }
        Extra::Epoll(rows) => {
            let row = |row: &(u64, u32)| {
                let end = i32::try_from(row.0).map_or_else(|_| row.0.to_string(), |fd| call.names.end(fd));
                (end, names(abi::POLL_EVENTS, row.1.cast_signed()))
            };
            keys.serialize_entry("revents", &Value::Object(rows.iter().map(row).collect()))?;
        }
        Extra::Value(_) if matches!(call.call, Call::Getsockopt { .. } | Call::Atmark { .. }) => {
            keys.serialize_entry("value", &call.value())?;
        }
        Extra::Name(name) => {
            keys.serialize_entry("value", &String::from_utf8_lossy(name))?;
        }
        Extra::Peer(creds) => {
            keys.serialize_entry("value", &creds.pid)?;
            keys.serialize_entry("creds", &credentials(call, *creds))?;
        }
        Extra::Message { flags, fds, creds, .. } if args::succeeded(call) => {
            let ends: Vec<String> = fds.iter().map(|&fd| args::shown(call, fd)).collect();
            keys.serialize_entry("flags", &names(abi::MSG_FLAGS, *flags))?;
            keys.serialize_entry("fds", &ends)?;
            keys.serialize_entry("creds", &creds.map(|creds| credentials(call, creds)))?;
        }
        _ => {}
    }
    if !args::succeeded(call) {
        return Ok(());
    }
    if let (true, Some(made)) = (call.call.makes_task(), &call.names.made) {
        keys.serialize_entry("child", made)?;
    }
    if let (Call::Waitpid { .. }, Some(pid)) = (&call.call, call.ret.filter(|&ret| ret > 0)) {
        keys.serialize_entry("reaped", &call.names.task(pid))?;
    }
    Ok(())
}

fn names(table: &[(&str, i32)], bits: i32) -> Value {
    if bits == 0 {
        return json!([]);
    }
    abi::flag_names(table, bits).split('|').collect::<Vec<_>>().into()
}

fn credentials(call: &CallEvent, creds: Credentials) -> Value {
    json!({ "pid": creds.pid, "uid": creds.uid, "gid": creds.gid, "task": call.names.creds(creds) })
}

fn revents(call: &CallEvent, all: &[i16]) -> Value {
    let Call::Poll { fds, .. } = &call.call else { return Value::Null };
    let mut rows = Map::new();
    for (&fd, &bits) in fds.iter().zip(all) {
        let mut end = call.names.end(fd);
        // An end may be polled by two of its descriptors.
        if rows.contains_key(&end) {
            end = format!("{end}@{fd}");
        }
        rows.insert(end, names(abi::POLL_EVENTS, i32::from(bits.cast_unsigned())));
    }
    Value::Object(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::Outcome;
    use crate::trace::{NamedEnd, Names};

    fn call(call: Call, ret: i32, outcome: Outcome) -> CallEvent {
        CallEvent {
            task: "child1".into(),
            pid: 7,
            tid: 7,
            call,
            state: CallState::Returned,
            since: None,
            ret: Some(ret),
            names: Names {
                ends: [(3, "a[0]"), (4, "a[1]")].map(NamedEnd::example).to_vec(),
                tasks: vec![(7, "child1".into())],
                made: None,
                own: None,
                brought: None,
            },
            errno: Errno::NONE,
            t_ns: 9,
            outcome,
            eof: None,
        }
    }

    fn json_of(call: CallEvent) -> Value {
        object(&Event { line: 4, task: None, what: What::Call(Box::new(call)) })
    }

    fn extra(extra: Extra) -> Outcome {
        Outcome { extra, ..Outcome::default() }
    }

    #[test]
    fn the_keys_of_a_call_are_in_the_contract_s_order() {
        let mut read = call(Call::Read { fd: 4, count: 9 }, 0, Outcome::default());
        (read.state, read.since, read.eof) = (CallState::Resumed, Some(2), Some(true));
        let want = r#"{"event":"call","line":4,"task":"child1","pid":7,"tid":7,"call":"read","end":"a[1]","fd":4,"args":{"fd":"a[1]","buf":"","count":9},"state":"resumed","ret":0,"errno":null,"t_ns":9,"since":2,"data":"","data_len":0,"eof":true}"#;
        assert_eq!(json_of(read).to_string(), want);
    }

    #[test]
    fn data_is_text_or_hexadecimal_and_may_be_a_beginning() {
        let outcome = |data: &[u8]| Outcome { data: data.to_vec(), ..Outcome::default() };
        let read = |data: &[u8], ret| json_of(call(Call::Read { fd: 4, count: 99 }, ret, outcome(data)));
        assert_eq!(read("é".as_bytes(), 2)["data"], "é");
        assert_eq!(read(b"\xff", 1)["hex"], "ff");
        assert_eq!((&read(b"a\xc3", 9)["data"], &read(b"a\xc3", 9)["data_len"]), (&json!("a"), &json!(9)));
        assert_eq!(read(b"a\xc3", 2)["hex"], "61c3");
        let payload = crate::order::Payload::repeated(b"xy".to_vec(), 100_000);
        let write = json_of(call(Call::Write { fd: 4, data: payload }, 1, Outcome::default()));
        assert_eq!((write["data"].as_str().unwrap().len(), &write["data_len"]), (KEEP, &json!(200_000)));
    }

    #[test]
    fn a_line_may_be_shown_on_a_terminal_and_reads_back_the_same() {
        let reason = "\u{1b}[31m \u{9b}31m \u{7f} \u{202e} \u{feff} é漢".to_owned();
        let event = Event { line: 1, task: None, what: What::Refused { reason: reason.clone() } };
        let line = line(&event);
        assert!(!line.chars().any(is_hidden), "{line}");
        assert!(line.contains("é漢"));
        let back: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(back["reason"], reason);
    }

    #[test]
    fn what_only_some_calls_bring_has_its_keys() {
        let poll = Call::Poll { fds: vec![3, 4, 3], events: vec![5], timeout_ms: 0 };
        let answer = json_of(call(poll, 1, extra(Extra::Revents(vec![5, 0, 0]))));
        assert_eq!(answer["revents"].to_string(), r#"{"a[0]":["POLLIN","POLLOUT"],"a[1]":[],"a[0]@3":[]}"#);
        let creds = Credentials { pid: 7, uid: 1, gid: 2 };
        let recvmsg = Call::Recvmsg { fd: 4, count: 9, room: crate::order::ControlRoom::None, flags: 0 };
        let message =
            Extra::Message { flags: abi::MSG_CTRUNC | abi::MSG_TRUNC, fds: vec![3], creds: Some(creds), control: 56 };
        let answer = json_of(call(recvmsg, 1, extra(message)));
        assert_eq!(answer["flags"], json!(["MSG_CTRUNC", "MSG_TRUNC"]));
        assert_eq!(answer["fds"], json!(["a[0]"]));
        assert_eq!(answer["creds"].to_string(), r#"{"pid":7,"uid":1,"gid":2,"task":"child1"}"#);
        assert_eq!(
            json_of(call(Call::Waitpid { pid: -1, options: 0 }, 7, extra(Extra::Status(0))))["reaped"],
            "child1"
        );
        let pair = Call::Socketpair { domain: 1, kind: 1, protocol: 0 };
        assert_eq!(json_of(call(pair, 0, extra(Extra::Array([3, 4]))))["sv"], json!([3, 4]));
        let name = extra(Extra::Name(b"@srv".to_vec()));
        assert_eq!(json_of(call(Call::Getsockname { fd: 3 }, 0, name))["value"], "@srv");
    }

    #[test]
    fn a_summary_has_no_line() {
        let what = What::Summary(Summary::default());
        let text = object(&Event { line: 4, task: None, what }).to_string();
        assert!(text.starts_with(r#"{"event":"summary","statements":0,"#), "{text}");
    }
}
