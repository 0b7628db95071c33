//! Every row of the contract's table of expectations, held and not held.

use super::*;
use crate::abi::TaskState;
use crate::abi::{Errno, MSG_TRUNC, Signal};
use crate::order::{self, Call, Credentials, Extra, Outcome};
use crate::script::parse;
use crate::trace::{Burst, EndId, HoldersReport, NamedEnd, Names, QueueReport};

fn call(task: &str, call: Call, ret: i32) -> CallEvent {
    let ends = [(3, "a[0]"), (4, "b[0]")].map(NamedEnd::example).to_vec();
    CallEvent {
        task: task.to_owned(),
        pid: 7,
        tid: 7,
        call,
        names: Names {
            ends,
            tasks: vec![(7, "parent".into()), (8, "kid".into())],
            made: None,
            own: None,
            brought: None,
        },
        state: CallState::Returned,
        since: None,
        ret: Some(ret),
        errno: Errno::NONE,
        t_ns: 0,
        outcome: Outcome::default(),
        eof: None,
    }
}

fn read(task: &str, data: &[u8]) -> CallEvent {
    let mut event = call(task, Call::Read { fd: 3, count: 4096 }, i32::try_from(data.len()).unwrap());
    event.outcome.data = data.to_vec();
    event.outcome.hash = Some(order::hash(data.iter().copied()));
    event
}

fn ended(task: &str, eof: bool) -> CallEvent {
    CallEvent { eof: Some(eof), ..read(task, b"") }
}

fn with(call_made: Call, ret: i32, extra: Extra) -> CallEvent {
    let mut event = call("parent", call_made, ret);
    event.outcome.extra = extra;
    event
}

fn failed(errno: Errno) -> CallEvent {
    CallEvent { errno, ret: Some(-1), ..read("parent", b"") }
}

fn state(event: CallEvent, state: CallState) -> CallEvent {
    let since = (state == CallState::Resumed).then_some(1);
    CallEvent { state, since, ..event }
}

fn event(what: What) -> Event {
    Event { line: 2, task: None, what }
}

fn made(call: CallEvent) -> Event {
    event(What::Call(Box::new(call)))
}

struct Scene {
    events: Vec<Event>,
    refused: Option<&'static str>,
    asleep: Vec<String>,
}

fn scene(events: Vec<Event>) -> Scene {
    Scene { events, refused: None, asleep: vec!["kid".to_owned()] }
}

fn verdict(text: &str, scene: &Scene, captures: &mut Captures) -> Verdict {
    let verb = Verb::Getsockopt { end: crate::script::EndRef::Raw(3), option: "peercred".into() };
    let wants = parse::expectations(text, &verb, 1).unwrap_or_else(|error| panic!("{text}: {error}"));
    let seen = StatementRun {
        events: &scene.events,
        actor: Some("parent"),
        refused: scene.refused,
        asleep: &scene.asleep,
        verb: &verb,
    };
    check(&wants, &seen, captures)
}

fn rows(scene: &Scene, holds: &[&str], fails: &[(&str, &str)]) {
    for text in holds {
        let verdict = verdict(text, scene, &mut Captures::default());
        assert!(verdict.ok, "{text} should hold: {verdict:?}");
    }
    for (text, got) in fails {
        let verdict = verdict(text, scene, &mut Captures::default());
        assert_eq!((verdict.ok, verdict.got.as_str()), (false, *got), "{text}");
    }
}

#[test]
fn numbers_and_data_are_what_the_call_returned() {
    let one = scene(vec![made(read("parent", b"one"))]);
    let holds = ["3", "< 4", "!= 4", ">= 3", "\"one\"", "1*one", "_", "$n", "3, \"one\""];
    rows(
        &one,
        &holds,
        &[("4", "3"), ("\"two\"", "\"one\""), ("EOF", "\"one\""), ("\"on\"", "\"one\""), ("sleeps", "\"one\"")],
    );
}

#[test]
fn eof_an_empty_message_and_nothing_are_three_things() {
    rows(&scene(vec![made(ended("parent", true))]), &["EOF", "0"], &[("\"\"", "EOF")]);
    rows(&scene(vec![made(ended("parent", false))]), &["\"\"", "0"], &[("EOF", "\"\"")]);
    let nothing = call("parent", Call::Read { fd: 3, count: 0 }, 0);
    rows(&scene(vec![made(nothing)]), &["0"], &[("EOF", "0"), ("\"\"", "0")]);
}

#[test]
fn long_data_is_compared_by_its_hash() {
    let whole = vec![b'z'; 70_000];
    let mut long = read("parent", &whole);
    long.call = Call::Read { fd: 3, count: 100_000 };
    long.outcome.data.truncate(order::KEEP);
    let long = scene(vec![made(long)]);
    let got = format!("\"{}\"... (70000 bytes)", "z".repeat(64));
    rows(&long, &["70000*z", "35000*zz"], &[("69999*z", &got), ("70000*y", &got)]);
    let mut other = read("parent", &whole);
    other.outcome.data.truncate(order::KEEP);
    other.outcome.hash = other.outcome.hash.map(|hash| hash ^ 1);
    let Verdict { ok, .. } = verdict("70000*z", &scene(vec![made(other)]), &mut Captures::default());
    assert!(!ok);
}

#[test]
fn errors_and_sleep_have_their_words() {
    let epipe = scene(vec![made(failed(Errno::EPIPE))]);
    rows(&epipe, &["EPIPE", "-1", "ECONNRESET|EPIPE", "_"], &[("EAGAIN", "-1 EPIPE"), ("0", "-1 EPIPE")]);
    let asleep = scene(vec![made(state(read("parent", b""), CallState::Asleep))]);
    rows(&asleep, &["sleeps", "_", "still kid"], &[("0", "sleeps"), ("EOF", "sleeps"), ("$n", "sleeps")]);
}

#[test]
fn a_refused_statement_meets_nothing_else() {
    let refused = Scene { refused: Some("kid is asleep"), ..scene(vec![]) };
    rows(&refused, &["refused"], &[("_", "refused: kid is asleep"), ("still kid", "refused: kid is asleep")]);
    rows(&scene(vec![]), &["_"], &[("refused", "0")]);
}

#[test]
fn a_sleeper_wakes_or_sleeps_on() {
    let mut woken = scene(vec![made(call("parent", Call::Close { fd: 3 }, 0))]);
    rows(&woken, &["0, still kid"], &[("wakes kid", "still kid"), ("wakes kid EOF", "still kid")]);
    woken.events.push(made(state(ended("kid", true), CallState::Resumed)));
    woken.asleep.clear();
    rows(
        &woken,
        &["0, wakes kid EOF", "wakes kid", "wakes kid 0", "wakes kid _", "wakes kid $x"],
        &[
            ("still kid", "wakes kid EOF"),
            ("wakes kid \"x\"", "wakes kid EOF"),
            ("wakes other", "other did not wake and did not die"),
        ],
    );
}

#[test]
fn a_loop_answers_with_its_bytes() {
    let burst = |task: &str, since| Burst {
        task: task.into(),
        pid: 1,
        tid: 1,
        verb: "flood",
        call: "write",
        end: "a[0]".into(),
        calls: 3,
        bytes: 2048,
        errors: 1,
        recorded: 3,
        not_kept: 0,
        first_ns: 0,
        last_ns: 0,
        errno: Errno::EAGAIN,
        eof: false,
        unfinished: false,
        since,
        first_calls: vec![],
        given_out: 0,
    };
    let own = scene(vec![event(What::Burst(Box::new(burst("parent", None))))]);
    rows(&own, &["2048", "EAGAIN", "> 0, EAGAIN", "2KiB"], &[("EPIPE", "2048 EAGAIN"), ("-1", "2048 EAGAIN")]);
    let mut drain = burst("parent", None);
    (drain.verb, drain.bytes, drain.first_calls) = ("drain", 6, vec![read("parent", b"one"), read("parent", b"two")]);
    rows(&scene(vec![event(What::Burst(Box::new(drain)))]), &["6", "\"onetwo\""], &[("\"one\"", "6 EAGAIN")]);
    let last = state(call("kid", Call::Write { fd: 3, data: Payload::default() }, 9), CallState::Resumed);
    let woken = scene(vec![made(last), event(What::Burst(Box::new(burst("kid", Some(1)))))]);
    rows(&woken, &["wakes kid 2048"], &[("wakes kid 9", "wakes kid 2048 EAGAIN")]);
}

#[test]
fn a_reader_reads_and_a_read_is_no_reader() {
    let two = scene(vec![made(read("parent", b"x")), made(read("kid", b"one")), made(read("kid", b"two"))]);
    rows(
        &two,
        &["reads kid \"one\"", "reads kid \"two\""],
        &[("reads parent \"x\"", "parent read nothing"), ("reads kid EOF", "reads kid \"one\", reads kid \"two\"")],
    );
}

#[test]
fn deaths_and_signals_are_told_by_event_or_by_wait() {
    let death = |death| event(What::Death { task: "kid".into(), pid: 8, death });
    let signal = event(What::Signal { task: "kid".into(), signal: Signal::TERM });
    let killed = scene(vec![signal, death(Death::Killed(Signal::TERM))]);
    let wrong = [("killed kid SIGKILL", "killed kid SIGTERM"), ("exits kid 0", "killed kid SIGTERM")];
    rows(&killed, &["killed kid SIGTERM", "signals kid TERM, killed kid 15"], &wrong);
    let reaped = scene(vec![made(with(Call::Waitpid { pid: 8, options: 0 }, 8, Extra::Status(3 << 8)))]);
    rows(&reaped, &["exits kid 3", "8"], &[("exits kid 4", "exits kid 3"), ("signals kid TERM", "kid got no signal")]);
}

#[test]
fn messages_bring_flags_descriptors_and_credentials() {
    let recvmsg = || Call::Recvmsg { fd: 3, count: 9, room: order::ControlRoom::None, flags: 0 };
    let creds = Some(Credentials { pid: 8, uid: 0, gid: 0 });
    let full =
        scene(vec![made(with(recvmsg(), 1, Extra::Message { flags: MSG_TRUNC, fds: vec![5, 6], creds, control: 56 }))]);
    rows(
        &full,
        &["MSG_TRUNC", "!MSG_CTRUNC", "fds=2", "creds=kid"],
        &[("!MSG_TRUNC", "MSG_TRUNC"), ("fds=1", "fds=2"), ("creds=none", "creds=kid"), ("creds=parent", "creds=kid")],
    );
    let nobody = Some(Credentials { pid: 0, uid: 65534, gid: 65534 });
    for creds in [None, nobody] {
        let bare = scene(vec![made(with(recvmsg(), 1, Extra::Message { flags: 0, fds: vec![], creds, control: 0 }))]);
        rows(&bare, &["creds=none", "fds=0"], &[("MSG_TRUNC", "no flag"), ("creds=kid", "creds=none")]);
    }
}

#[test]
fn poll_answers_for_each_end() {
    let poll = |ret, all| {
        let poll = Call::Poll { fds: vec![3, 4], events: vec![7], timeout_ms: 0 };
        scene(vec![made(with(poll, ret, Extra::Revents(all)))])
    };
    let got = "POLLIN|POLLHUP, b[0]:POLLOUT";
    rows(
        &poll(2, vec![0x11, 4]),
        &["2", "POLLIN|POLLHUP", "b[0]:POLLOUT", "a[0]@3:POLLIN|POLLHUP"],
        &[("POLLIN", got), ("b[0]:0", got)],
    );
    rows(&poll(1, vec![0, 4]), &["1", "0", "a[0]:0, b[0]:POLLOUT"], &[("POLLOUT", "0, b[0]:POLLOUT")]);
    rows(&poll(0, vec![0, 0]), &["0", "b[0]:0"], &[("POLLIN", "0")]);
}

#[test]
fn options_names_and_arrays_are_values() {
    let option = |option: &str| Call::Getsockopt { fd: 3, option: option.into() };
    rows(&scene(vec![made(with(option("sndbuf"), 0, Extra::Value(4608)))]), &["4608", "> 4096"], &[("0", "4608")]);
    rows(&scene(vec![made(with(option("error"), 0, Extra::Value(32)))]), &["EPIPE", "32"], &[("EAGAIN", "EPIPE")]);
    let creds = Credentials { pid: 8, uid: 0, gid: 0 };
    rows(&scene(vec![made(with(option("peercred"), 0, Extra::Peer(creds)))]), &["kid", "8"], &[("parent", "kid")]);
    let name = with(Call::Getsockname { fd: 3 }, 0, Extra::Name(b"@srv".to_vec()));
    rows(&scene(vec![made(name)]), &["\"@srv\"", "0"], &[("\"srv\"", "\"@srv\"")]);
    let pair = Call::Socketpair { domain: 2, kind: 1, protocol: 0 };
    let mut refused = with(pair, -1, Extra::Array([-1, -1]));
    refused.errno = Errno(95);
    rows(&scene(vec![made(refused)]), &["EOPNOTSUPP, sv=-1,-1"], &[("sv=3,4", "sv=-1,-1")]);
}

#[test]
fn observations_are_counted_and_named() {
    let holders = vec![("parent".to_owned(), 3), ("parent".to_owned(), 5), ("kid".to_owned(), 3)];
    let report =
        scene(vec![event(What::Holders(HoldersReport { id: EndId(1), end: "a[0]".into(), holders, in_flight: 1 }))]);
    let wrong = [("held by parent", "held by parent kid"), ("in_flight=0", "in_flight=1"), ("2", "3")];
    rows(&report, &["3", "held by kid parent", "in_flight=1"], &wrong);
    let row = TaskReport {
        task: "kid".into(),
        pid: 8,
        group: None,
        is_in_other_group: false,
        state: TaskState::Zombie,
        call: None,
        end: None,
    };
    rows(
        &scene(vec![event(What::Tasks(vec![row]))]),
        &["1", "zombie kid"],
        &[("dead kid", "zombie kid"), ("idle x", "no task x")],
    );
    let queue = QueueReport {
        id: EndId(1),
        end: "a[0]".into(),
        bytes: 6,
        charged: None,
        sndbuf: None,
        waiting: 6,
        messages: None,
    };
    rows(&scene(vec![event(What::Queue(queue))]), &["6"], &[("7", "6")]);
}

#[test]
fn a_capture_is_remembered_and_then_compared() {
    let mut captures = Captures::default();
    let first = scene(vec![made(read("parent", b"one"))]);
    let other = scene(vec![made(read("parent", b"four"))]);
    assert!(captures.resolve(&Number::Captured("n".into(), 0)).is_err());
    assert_eq!(verdict("< $n", &first, &mut captures).got, "$n is not known yet, capture it with => $n");
    assert!(verdict("$n", &first, &mut captures).ok);
    assert!(verdict("$n, $n-0, >= $n-1", &first, &mut captures).ok);
    assert!(!verdict("$n", &other, &mut captures).ok);
    assert!(verdict("$n+1", &other, &mut captures).ok);
    assert_eq!(captures.resolve(&Number::Captured("n".into(), -3)), Ok(0));
}

#[test]
fn the_verdict_says_all_that_was_wanted_and_came() {
    let scene = scene(vec![made(call("parent", Call::Close { fd: 3 }, 0))]);
    let got = verdict("1, wakes kid EOF", &scene, &mut Captures::default());
    assert_eq!(got, Verdict { want: "1, wakes kid EOF".into(), got: "0, still kid".into(), ok: false });
}
