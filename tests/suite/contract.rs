//! The contract read line by line, by somebody who knows nothing of how it is kept: scripts that hold, lines of the transcript
//! as strace has them, JSON lines with their keys, mistakes with their place.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn run(script: &str, flags: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
    command.args(["run", "-"]).args(flags).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    child.stdin.take().expect("piped").write_all(script.as_bytes()).expect("it reads its script");
    child.wait_with_output().expect("its output")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A transcript without the numbers of processes.
fn transcript(script: &str) -> String {
    let output = run(script, &[]);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()), "{script}");
    let shown = text(&output.stdout);
    let mut parts = shown.split("pid=");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| all + "pid=" + part.trim_start_matches(|c: char| c.is_ascii_digit()))
}

#[test]
fn every_script_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contract");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).expect("the folder") {
        let path = entry.expect("an entry").path();
        let script = std::fs::read_to_string(&path).expect("a script");
        let output = run(&script, &[]);
        assert_eq!(output.status.code(), Some(0), "{}:\n{}", path.display(), text(&output.stderr));
        // A debug build tells contradictions in its ledger on stderr.
        assert!(output.stderr.is_empty(), "{}:\n{}", path.display(), text(&output.stderr));
        count += 1;
    }
    assert!(count >= 9, "{count} scripts");
}

#[test]
fn a_transcript_shows_the_kernel_s_own_numbers() {
    let shown = transcript(
        "pipe p\nnonblock p[1] on\nnonblock p[0] off\npipe q direct\nnonblock q[1] on\nsocketpair stream s\n\
         nonblock s[0] on\nsetsockopt s[1] passcred on\nsendmsg s[0] x creds fds=p[0],p[1]\nrecvmsg s[1] control=20\n\
         sendmsg s[0] x fds=p[0]\nrecvmsg s[1] fds=1 cloexec\n",
    );
    for line in [
        "parent  fcntl(p[1], F_SETFL, O_WRONLY|O_NONBLOCK) = 0",
        "parent  fcntl(p[0], F_SETFL, O_RDONLY) = 0",
        "parent  fcntl(q[1], F_SETFL, O_WRONLY|O_NONBLOCK|O_DIRECT) = 0",
        "parent  fcntl(s[0], F_SETFL, O_RDWR|O_NONBLOCK) = 0",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "no line {line} in\n{shown}");
    }
    // What the kernel filled: a part of a CMSG_SPACE, and never more than there was room for.
    for part in ["msg_controllen=20, msg_flags=MSG_CTRUNC}", "msg_controllen=52, msg_flags=MSG_CMSG_CLOEXEC}"] {
        assert!(shown.contains(part), "no {part} in\n{shown}");
    }
    // Who sends says all three of itself, and in one form with who receives.
    let uid = nix::unistd::getuid().as_raw();
    let gid = nix::unistd::getgid().as_raw();
    let who = format!("cmsg_data={{pid= (parent), uid={uid}, gid={gid}}}");
    assert_eq!(shown.matches(&who).count(), 2, "{who} in\n{shown}");
}

#[test]
fn a_stop_is_told_by_the_signal_that_stopped() {
    let shown = transcript("fork k\nkill k TSTP\ncont k\nkill k TTIN\ncont k\nkill k TTOU\ncont k\nstop k\n");
    let signals: Vec<&str> = shown.lines().filter_map(|line| line.strip_prefix("k       --- SIG")).collect();
    let want = ["TSTP ---", "CONT ---", "TTIN ---", "CONT ---", "TTOU ---", "CONT ---", "STOP ---"];
    assert_eq!(signals, want, "{shown}");
}

/// The JSON lines of a script, by `event`.
fn events(script: &str, flags: &[&str]) -> Vec<Value> {
    let output = run(script, &[&["--json"], flags].concat());
    text(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn every_event_has_the_keys_of_the_contract() {
    let script = "channel stream c k\nk: read c[1] => sleeps\nwrite c[0] hi => 2\nflood c[0] 10 5\nqueue c[1]\nholders c[0]\n\
                  tasks\nfds\nwhy c[0]\nstop k\nkill k KILL\nwait k\nfork k => > 0\nfork k\n";
    let call = "line task pid tid call end fd args state ret errno t_ns";
    let keys = [
        ("call", call),
        ("burst", "line task call end calls bytes errors recorded first_ns last_ns"),
        ("signal", "line task signal"),
        ("death", "line task pid signal"),
        ("queue", "line end bytes charged sndbuf waiting messages"),
        ("holders", "line end holders in_flight"),
        ("tasks", "line tasks"),
        ("fds", "line task fds"),
        ("why", "line about text rule"),
        ("expect", "line want got ok"),
        ("refused", "line reason"),
        ("summary", "statements calls expectations failed refused kernel elapsed_ns"),
    ];
    let events = events(script, &[]);
    for (name, wanted) in keys {
        let found: Vec<&Value> = events.iter().filter(|event| event["event"] == name).collect();
        assert!(!found.is_empty(), "no {name}");
        for key in wanted.split(' ') {
            assert!(found.iter().all(|event| event.get(key).is_some()), "{name} without {key}");
        }
    }
    let last = events.last().expect("a summary");
    assert_eq!((last["event"].as_str(), last.get("line")), (Some("summary"), None));
    assert_eq!((last["statements"].as_u64(), last["refused"].as_u64()), (Some(14), Some(1)));
    let resumed = events.iter().find(|event| event["state"] == "resumed").expect("the sleeper");
    assert_eq!((resumed["since"].as_u64(), resumed["data"].as_str()), (Some(2), Some("hi")));
}

#[test]
fn either_end_of_a_pipe_tells_of_its_one_queue() {
    for event in
        events("pipe p\nwrite p[1] hello\nqueue p[0]\nqueue p[1]\n", &[]).iter().filter(|e| e["event"] == "queue")
    {
        assert_eq!((event["bytes"].as_u64(), event["waiting"].as_u64()), (Some(5), Some(5)), "{event}");
    }
}

#[test]
fn a_mistake_has_its_line_its_column_and_what_would_be_right() {
    for (script, place, says) in [
        ("read", "1:5", "END is missing, write: read END [N]"),
        ("\n\n  # c\nfork a b", "4:8", "`b` is too much here, write: fork NAME"),
        ("write s[0] \"abc", "1:12", "the string has no end"),
        ("write s[0] 3*", "1:12", "there is nothing to repeat"),
        ("send s[0] x oob oob", "1:17", "once is enough"),
        ("recv s[0] 3 pek", "1:13", "write: recv END [N] [peek]"),
        ("poll s[0] for=foo", "1:11", "there are in pri out rdhup"),
        ("getsockopt s[0] foo", "1:17", "there are reuseaddr type error sndbuf"),
        ("shutdown s[0] both", "1:15", "there are rd wr rdwr"),
        ("signal SIGPIPE foo", "1:16", "there are default ignore catch"),
        ("channel stream c between=a", "1:18", "write between=A,B"),
        ("repeat read s[0]", "1:8", "`read` is no N"),
        ("read s[0] => EPIPE|foo", "1:14", "is no expectation"),
        ("read s[0] => 1,", "1:16", "an expectation is missing here"),
        ("read s[0] = 1", "1:11", "`=` is too much here"),
        ("ioctl s[0]", "1:1", "ioctl is not offered: write queue"),
        ("parent: mmap", "1:9", "mmap is not offered: no statement makes that call"),
        ("a:b: read s[0]", "1:3", "`b:` is no statement"),
    ] {
        let output = run(&format!("{script}\n"), &[]);
        let told = text(&output.stderr);
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), String::new()), "{script}");
        assert!(told.starts_with(&format!("-:{place}: ")) && told.contains(says), "{script}: {told}");
    }
}

#[test]
fn a_refusal_tells_what_is_closed_from_what_never_was() {
    let output = run(
        "socketpair stream x\nclose x[0]\nclose x[0]\nread y[0]\nclose @3 => EBADF\nsocket stream s\nbind s @s\nlisten s\nqueue s\n\
         Parent: tasks\nnobody: sleep 1\n",
        &["--json"],
    );
    assert_eq!(output.status.code(), Some(1));
    let objects =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect::<Vec<Value>>();
    let refused = |object: &&Value| object["event"] == "refused";
    let reasons: Vec<&str> = objects.iter().filter(refused).filter_map(|object| object["reason"].as_str()).collect();
    let want = [
        "there is no end x[0] any more: its last descriptor is closed; `close @N` tries a number",
        "there is no end y[0]",
        "s listens: connections wait there and no bytes; `why s` counts them",
        "there is no task Parent",
        "there is no task nobody",
    ];
    assert_eq!(reasons, want);
}
