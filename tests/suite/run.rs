//! `tincans run` from outside: scripts in, transcript and JSON lines out, exit statuses, nothing left behind.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::support::processes::{self, Mark};
use crate::support::pty::{Pty, modes_left_on};
use crate::support::{PATIENCE, assert_within, until};
use nix::sys::signal::Signal;
use serde_json::Value;

/// Section 3 of the contract.
const TALK: &str = "\
channel stream chat child1
write chat[0] one            => 3
write chat[0] two            => 3
child1: read chat[1]         => \"onetwo\"
child1: read chat[1]         => sleeps
close chat[0]                => 0, wakes child1 EOF
";

const TALK_SHOWN: &str = "\
parent  socketpair(AF_UNIX, SOCK_STREAM, 0, chat) = 0
parent  fork() = PID (child1)
parent  close(chat[1]) = 0
child1  close(chat[0]) = 0
parent  write(chat[0], \"one\", 3) = 3
parent  write(chat[0], \"two\", 3) = 3
child1  read(chat[1], \"onetwo\", 4096) = 6
child1  read(chat[1],  <unfinished ...>
parent  close(chat[0]) = 0
child1  <... read resumed> \"\", 4096) = 0
";

fn tincans(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a script from standard input.
fn run(script: &str, flags: &[&str]) -> Output {
    let mut command = tincans(&["run", "-"]);
    let mut child = command.args(flags).stdin(Stdio::piped()).spawn().expect("the program starts");
    // A script that is too large is not read to its end.
    let _ = child.stdin.take().expect("piped").write_all(script.as_bytes());
    child.wait_with_output().expect("its output")
}

/// A script in a file, with the folder that keeps it.
fn file(script: &[u8]) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("test.tin");
    std::fs::write(&path, script).expect("a file");
    let path = path.to_str().expect("UTF-8").to_owned();
    (folder, path)
}

#[test]
fn a_pipe_whose_lock_a_sleeping_splice_holds_is_not_asked_for_its_length() {
    // Two writers sleep at it: of neither it is known what it has put in.
    let script = "pipe p\nsocketpair stream s\nfork c\nfork d\nfork e\nc: nonblock s[0] on\nc: flood s[0] 4096 1000\n\
                  c: nonblock s[0] off\nd: write p[1] 100000*x => sleeps\nc: splice p[0] s[0] 100000 => sleeps\n\
                  e: write p[1] y => sleeps\nkill c => killed c TERM\nkill d => killed d TERM\n";
    let (_folder, path) = file(script.as_bytes());
    let mut child = tincans(&["run", &path]).spawn().expect("the program starts");
    let is_over = until(PATIENCE, || child.try_wait().expect("our child").is_some()).is_some();
    if !is_over {
        child.kill().expect("our child");
    }
    assert!(is_over, "it waits for the lock");
    let output = child.wait_with_output().expect("its output");
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn a_file_name_that_is_no_utf8_runs_and_reaches_the_terminal_only_as_escapes() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(std::ffi::OsStr::from_bytes(b"e\x1b[31m\xffvil.tin"));
    std::fs::write(&path, "fork a\nfork a\n").expect("a file");
    let output = tincans(&["run"]).arg(&path).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("e\\x1b[31m\u{fffd}vil.tin:2: refused"), "{}", text(&output.stderr));
    let output = tincans(&["run", "no\x1bsuch"]).output().expect("the program starts");
    assert_eq!((output.status.code(), output.stderr.contains(&0x1b)), (Some(2), false));
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The transcript with PID for the number that each fork returned.
fn without_pids(transcript: &str) -> String {
    let mask = |line: &str| match line.split_once("fork() = ") {
        Some((before, after)) => {
            let rest = after.trim_start_matches(|letter: char| letter.is_ascii_digit());
            format!("{before}fork() = PID{rest}\n")
        }
        None => format!("{line}\n"),
    };
    transcript.lines().map(mask).collect()
}

/// The objects of a `--json` run.
fn objects(output: &Output) -> Vec<Value> {
    let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    text(&output.stdout).lines().map(parse).collect()
}

fn event<'a>(objects: &'a [Value], name: &str) -> &'a Value {
    objects.iter().find(|object| object["event"] == name).unwrap_or_else(|| panic!("no {name} in {objects:#?}"))
}

fn assert_keys(object: &Value, keys: &[&str]) {
    for key in keys {
        assert!(object.get(key).is_some(), "no {key} in {object}");
    }
}

fn status(output: &Output) -> i32 {
    output.status.code().unwrap_or_else(|| 128 + output.status.signal().unwrap_or(0))
}

#[test]
fn the_contracts_script_passes_and_reads_like_strace() {
    let output = run(TALK, &[]);
    assert_eq!(status(&output), 0, "{}", text(&output.stderr));
    assert_eq!(without_pids(&text(&output.stdout)), TALK_SHOWN);
    assert_eq!(text(&output.stderr), "");
}

/// The poll of a thread keeps what another thread closes; a child that has it, too, keeps it when the poll is over.
#[test]
fn what_a_poll_kept_open_for_itself_is_a_childs_still() {
    for made in ["timerfd c 60000 nonblock", "eventfd c nonblock", "pipe c nonblock"] {
        let polled = if made.starts_with("pipe") { "c[0]" } else { "c" };
        let poll = format!("t: poll {polled} for=in timeout=-1 => sleeps");
        let script = format!("{made}\nfork k\nfds k\nthread t\n{poll}\nclose {polled}\nstop parent\nfds k\n");
        let told = text(&run(&script, &[]).stdout);
        let lines: Vec<&str> = told.lines().filter(|line| line.contains("fds(k)")).collect();
        assert!(lines.len() == 2 && lines[0] == lines[1] && lines[0].contains(polled), "{told}");
    }
}

#[test]
fn an_expectation_that_does_not_hold_is_told_with_line_wanted_and_got() {
    let (_folder, path) = file(TALK.replace("=> \"onetwo\"", "=> \"onetwothree\"").as_bytes());
    let output = tincans(&["run", &path]).output().expect("its output");
    assert_eq!(status(&output), 1);
    let told = text(&output.stderr);
    for part in [format!("{path}:4"), "\"onetwothree\"".to_owned(), "\"onetwo\"".to_owned()] {
        assert!(told.contains(&part), "no {part} in {told}");
    }
}

#[test]
fn every_altered_expectation_is_noticed() {
    for (was, is) in
        [("=> 3\n", "=> 4\n"), ("=> sleeps", "=> 0"), ("wakes child1 EOF", "still child1"), ("=> 0,", "=> -1,")]
    {
        let output = run(&TALK.replacen(was, is, 1), &[]);
        assert_eq!(status(&output), 1, "{was} → {is}: {}", text(&output.stderr));
    }
}

#[test]
fn a_refused_statement_is_exit_1_unless_it_was_expected() {
    let script = "channel stream chat child1\nchild1: read chat[1] => sleeps\nchild1: read chat[1]";
    let output = run(script, &[]);
    assert_eq!(status(&output), 1);
    assert!(text(&output.stderr).contains("asleep"), "{}", text(&output.stderr));
    assert_eq!(status(&run(&format!("{script} => refused"), &[])), 0);
    assert_eq!(status(&run(&format!("{script} => _"), &[])), 1);
}

#[test]
fn a_script_that_does_not_parse_is_told_by_place_and_nothing_of_it_is_run() {
    for (line, column) in
        [("  frobnicate chat[0]", "3:3"), ("write chat[0] \"open", "3:15"), ("read chat[0] => $", "3:17")]
    {
        let (_folder, path) = file(format!("channel stream chat\nwrite chat[0] one\n{line}\n").as_bytes());
        let output = tincans(&["run", &path]).output().expect("its output");
        assert_eq!(status(&output), 2, "{line}");
        assert_eq!(text(&output.stdout), "", "{line}");
        let told = text(&output.stderr);
        assert!(told.starts_with(&format!("{path}:{column}: ")), "{line}: {told}");
    }
}

#[test]
fn binary_junk_is_a_parse_error() {
    // xorshift: the same junk each time.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut junk = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    for _ in 0..20 {
        let bytes: Vec<u8> = (0..4096).map(|_| junk()).collect();
        let (_folder, path) = file(&bytes);
        let output = tincans(&["run", &path]).output().expect("its output");
        assert_eq!(status(&output), 2, "{}", text(&output.stderr));
        assert!(output.stdout.is_empty());
        let told = text(&output.stderr);
        assert!(told.starts_with(&format!("{path}:")), "{told}");
        let is_raw = |letter: char| letter.is_control() && letter != '\n' || letter == '\u{202e}';
        assert!(!told.contains(is_raw), "junk is told of, not repeated: {told:?}");
    }
}

#[test]
fn a_script_without_end_or_file_is_an_error_and_not_a_hang() {
    assert_eq!(status(&tincans(&["run", "/dev/zero"]).output().expect("its output")), 2);
    assert_eq!(status(&tincans(&["run", "/nowhere/at/all.tin"]).output().expect("its output")), 2);
    assert_eq!(status(&tincans(&["no-such-command"]).output().expect("its output")), 2);
    assert_eq!(status(&run("", &[])), 0);
}

#[test]
fn without_a_terminal_the_ui_says_so_and_writes_no_escape() {
    let output = tincans(&[]).output().expect("its output");
    assert_eq!(status(&output), 2);
    assert!(output.stdout.is_empty());
    assert!(!output.stderr.is_empty() && !output.stderr.contains(&0x1b), "{}", text(&output.stderr));
}

#[test]
fn json_lines_have_the_keys_of_the_contract() {
    let script = format!("{TALK}queue chat[1]\nholders chat[1]\ntasks\nfds child1\nwhy\nkill child1 SIGTERM\n");
    let output = run(&script, &["--json"]);
    let objects = objects(&output);
    let call = ["line", "task", "pid", "tid", "call", "end", "fd", "args", "state", "ret", "errno", "t_ns"];
    assert_keys(event(&objects, "call"), &call);
    assert_keys(event(&objects, "queue"), &["line", "end", "bytes", "charged", "sndbuf", "waiting", "messages"]);
    assert_keys(event(&objects, "holders"), &["line", "end", "holders", "in_flight"]);
    assert_keys(&event(&objects, "holders")["holders"][0], &["task", "fd"]);
    assert_keys(&event(&objects, "tasks")["tasks"][0], &["task", "pid", "state", "call", "end"]);
    assert_keys(&event(&objects, "fds")["fds"][0], &["fd", "end", "cloexec", "nonblock"]);
    assert_keys(event(&objects, "why"), &["line", "about", "text", "rule"]);
    assert_keys(event(&objects, "signal"), &["line", "task", "signal"]);
    assert_keys(event(&objects, "death"), &["line", "task", "pid", "signal"]);
    assert_keys(event(&objects, "expect"), &["line", "want", "got", "ok"]);
    let summary = objects.last().expect("lines");
    assert_eq!(summary["event"], "summary");
    assert_keys(summary, &["statements", "calls", "expectations", "failed", "refused", "kernel", "elapsed_ns"]);
    assert_eq!(summary["failed"], 0);
    assert!(objects.iter().all(|object| object["event"] == "summary" || object["line"].is_u64()));
    let resumed = objects.iter().find(|object| object["state"] == "resumed").expect("the reader woke");
    assert_eq!((&resumed["since"], &resumed["eof"], &resumed["line"]), (&5.into(), &true.into(), &6.into()));
}

#[test]
fn a_flood_is_recorded_call_by_call_and_shown_as_one_burst() {
    let script = "channel stream b\nchild1: drain b[1] => sleeps\nflood b[0] 64 5000 => 320000\nclose b[0]\n";
    let output = run(script, &["--json"]);
    assert_eq!(status(&output), 0, "{}", text(&output.stderr));
    let objects = objects(&output);
    let burst = event(&objects, "burst");
    assert_keys(burst, &["line", "task", "call", "end", "calls", "bytes", "errors", "recorded", "first_ns", "last_ns"]);
    assert_eq!((&burst["calls"], &burst["recorded"]), (&5000.into(), &5000.into()));
    assert!(objects.iter().filter(|object| object["call"] == "write").count() <= 1);
}

/// As strace shows it: the write it sleeps in, that write's return, and the next one it sleeps in.
#[test]
fn a_flood_that_sleeps_shows_each_of_its_sleeps_and_what_that_write_returned() {
    // So little at a time that the reads do not empty the channel while it is filled.
    let reads = "kid: recv c[1] 100000 dontwait\n".repeat(14);
    let script = format!("channel stream c kid\nflood c[0] 20000 40\n{reads}");
    let transcript = text(&run(&script, &[]).stdout);
    let is_of_flood = |line: &&str| line.starts_with("parent") && line.contains("write");
    let of_flood: Vec<&str> = transcript.lines().filter(is_of_flood).collect();
    let (last, calls) = of_flood.split_last().expect("the loop");
    assert!(last.contains(" x 40 = 800000 bytes"), "{transcript}");
    assert!(calls.len() >= 4 && calls.len() % 2 == 0, "{transcript}");
    for pair in calls.chunks(2) {
        assert!(pair[0].ends_with(", 20000 <unfinished ...>"), "{transcript}");
        assert!(pair[1].contains("<... write resumed>") && pair[1].ends_with(") = 20000"), "{transcript}");
    }
    let objects = objects(&run(&script, &["--json"]));
    let writes = objects.iter().filter(|one| one["call"] == "write");
    let states: Vec<&str> = writes.filter_map(|one| one["state"].as_str()).collect();
    assert_eq!(states[..3], ["asleep", "resumed", "asleep"], "{objects:?}");
}

#[test]
fn a_closed_stdout_is_no_error() {
    let (_folder, path) = file(format!("{TALK}reset\n").repeat(50).as_bytes());
    let mut child = tincans(&["run", &path]).spawn().expect("the program starts");
    let mut first = [0; 10];
    child.stdout.take().expect("piped").read_exact(&mut first).expect("its first bytes");
    let output = child.wait_with_output().expect("its end");
    assert_eq!(status(&output), 0, "{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "");
}

/// A run that waits, with an agent asleep and one stopped, when its transcript says so.
fn waiting_run(mark: &Mark) -> Child {
    let mut command = tincans(&["run", "-"]);
    mark.put_on(&mut command);
    let mut child = command.stdin(Stdio::piped()).spawn().expect("the program starts");
    let script = format!("{TALK}channel dgram post\nread post[0] => sleeps\nstop child2\nsleep 60000\n");
    child.stdin.take().expect("piped").write_all(script.as_bytes()).expect("a script is read");
    let mut shown = Vec::new();
    let output = child.stdout.as_mut().expect("piped");
    while !text(&shown).contains("SIGSTOP") {
        let mut buffer = [0; 4096];
        let count = output.read(&mut buffer).expect("a transcript");
        assert!(count > 0, "it ended: {}", text(&shown));
        shown.extend_from_slice(&buffer[..count]);
    }
    child
}

#[test]
fn a_signal_ends_a_run_with_128_and_its_number_and_nothing_stays() {
    let ways = [
        (Signal::SIGTERM, 143),
        (Signal::SIGINT, 130),
        (Signal::SIGHUP, 129),
        (Signal::SIGQUIT, 131),
        (Signal::SIGKILL, 137),
    ];
    for (signal, wanted) in ways {
        let mark = Mark::new();
        let mut child = waiting_run(&mark);
        let start = Instant::now();
        let pid = i32::try_from(child.id()).expect("a pid");
        processes::send(pid, signal);
        let is_left = |process: &processes::Process| process.pid != pid;
        until(PATIENCE, || !mark.bearers().iter().any(is_left))
            .unwrap_or_else(|| panic!("{signal}: {:?}", mark.bearers()));
        eprintln!("{signal}: nothing alive after {:?}", start.elapsed());
        let status = child.wait().expect("our child");
        assert_eq!(status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0)), wanted, "{signal}");
    }
}

/// Forks, and forks of forks, one after the other, asleep and stopped ones among them; at the end two that never rest.
fn forking_script() -> String {
    let mut script = "channel stream s x\nx: drain s[1] => sleeps\n".to_owned();
    for number in 1..40 {
        let line = match number % 4 {
            0 => format!("fork c{number}\nstop c{number}\n"),
            1 => format!("fork c{number}\nc{number}: fork d{number}\n"),
            2 => format!("channel dgram p{number} c{number}\nc{number}: read p{number}[1]\n"),
            _ => format!("fork c{number}\n"),
        };
        script.push_str(&line);
    }
    script + "flood s[0] 64 100000000\n"
}

#[test]
fn killed_at_any_moment_nothing_stays() {
    let runs = std::env::var("TINCANS_RUNS").ok().and_then(|text| text.parse().ok()).unwrap_or(1) * 20;
    assert_within(Duration::from_millis(100), || kills_at_any_moment(runs));
}

/// Kills at different moments, after which nothing may stay; how long it is there in the median.
fn kills_at_any_moment(runs: u64) -> Duration {
    let (_folder, path) = file(forking_script().as_bytes());
    let mut times = Vec::new();
    for turn in 0..runs {
        let mark = Mark::new();
        let mut command = tincans(&["run", &path]);
        mark.put_on(&mut command);
        let mut child = command.stdout(Stdio::null()).spawn().expect("the program starts");
        let first = i32::try_from(child.id()).expect("a pid");
        std::thread::sleep(Duration::from_micros(500 + 7001 * (turn % 25)));
        // Turn by turn the process that does the work, and the one that guards it.
        let victim = if turn % 2 == 0 { processes::children(first).first().map(|process| process.pid) } else { None };
        let start = Instant::now();
        processes::send(victim.unwrap_or(first), Signal::SIGKILL);
        let is_left = |process: &processes::Process| process.pid != first;
        let gone = until(PATIENCE, || !mark.bearers().iter().any(is_left));
        assert!(gone.is_some(), "turn {turn}: {:?}", mark.bearers());
        times.push(start.elapsed());
        assert_eq!(child.wait().map(|status| status.code().unwrap_or(137)).expect("our child"), 137, "turn {turn}");
    }
    times.sort();
    eprintln!("{runs} kills: nothing alive after {:?}, at most {:?}", times[times.len() / 2], times[times.len() - 1]);
    times[times.len() / 2]
}

#[test]
fn who_has_left_the_group_dies_with_the_program_too() {
    const SCRIPT: &str = "channel stream c asleep\nasleep: setsid\nasleep: read c[1] => sleeps\nfork own\nsetpgid own\n\
        fork still\nstill: setsid\nstill: fork below\nbelow: setpgid\nstop still\nfork fresh\nfresh: setsid\n\
        fresh: exec\nfresh: setpgid => EPERM\nfork lost\nlost: setsid\nlost: fork orphan\nlost: exit\ntasks\nsleep 60000\n";
    let (_folder, path) = file(SCRIPT.as_bytes());
    let mut guardian = tincans(&["run", &path]).spawn().expect("the program starts");
    let mut lines = BufReader::new(guardian.stdout.take().expect("it is piped")).lines();
    assert!(lines.any(|line| line.is_ok_and(|line| line.contains("tasks()"))), "the script came to its end");
    let first = i32::try_from(guardian.id()).expect("a pid");
    let mut all = processes::descendants(first);
    all.retain(|process| process.state != 'Z');
    let ui = processes::children(first).first().map(|process| process.pid).expect("the one that does the work");
    let groups: BTreeSet<i32> = all.iter().map(|process| process.group).collect();
    assert_eq!((all.len(), groups.len()), (8, 8), "the program's group, the agents', and six of their own: {all:?}");
    // Who guards it cannot help.
    processes::send(first, Signal::SIGSTOP);
    processes::send(ui, Signal::SIGKILL);
    let is_left = |process: &&processes::Process| {
        processes::read(process.pid).is_some_and(|now| now.state != 'Z' && now.group == process.group)
    };
    let gone = until(PATIENCE, || all.iter().find(is_left).is_none());
    let left: Vec<_> = all.iter().filter(is_left).collect();
    processes::send(first, Signal::SIGCONT);
    // It reaps them all, and kills those that are left after a while.
    guardian.wait().expect("our child");
    assert!(gone.is_some(), "{left:?}");
}

#[test]
fn a_run_in_a_terminal_writes_no_escape_even_when_it_is_killed() {
    let (_folder, path) = file(format!("{TALK}sleep 60000\n").as_bytes());
    let mut pty = Pty::start_with((24, 80), &["run", &path], |_| {});
    pty.wait("transcript", |screen| screen.contains("resumed"));
    pty.type_bytes(b"\x03");
    assert_eq!(pty.status(), 130);
    assert!(pty.has_its_modes_back() && !pty.bytes().contains(&0x1b) && modes_left_on(pty.bytes()).is_empty());
    assert!(until(PATIENCE, || pty.left().is_empty()).is_some(), "{:?}", pty.left());
}

/// A process that does nothing but turn, until it is dropped.
struct Spinner(Child);

impl Spinner {
    fn start() -> Self {
        Self(Command::new("sh").args(["-c", "while :; do :; done"]).spawn().expect("sh starts"))
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_same_script_gives_the_same_transcript_under_load() {
    let _load: Vec<Spinner> = (0..2).map(|_| Spinner::start()).collect();
    let start = Instant::now();
    for turn in 0..50 {
        let output = run(TALK, &[]);
        assert_eq!(status(&output), 0, "{}", text(&output.stderr));
        assert_eq!(without_pids(&text(&output.stdout)), TALK_SHOWN, "turn {turn}");
    }
    eprintln!("50 runs under load in {:?}", start.elapsed());
}

#[test]
fn a_script_finds_only_its_own_descriptors_however_it_was_started() {
    // The caller's own descriptors, inherited, are none of the learner's.
    let mut command = Command::new("sh");
    let program = env!("CARGO_BIN_EXE_tincans");
    command.args(["-c", "exec 3</dev/null 7</dev/null; exec \"$0\" run --json -", program]).stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).spawn().expect("sh starts");
    let script = "socketpair stream a\nfds => 2\nfork c\nfds c => 2\n";
    child.stdin.take().expect("piped").write_all(script.as_bytes()).expect("a script is read");
    let output = child.wait_with_output().expect("its output");
    assert_eq!(status(&output), 0, "{}", text(&output.stdout));
}

#[test]
fn a_low_hard_limit_on_descriptors_is_said_and_survived() {
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -Hn 64; ulimit -Sn 64; exec \"$0\" run -", env!("CARGO_BIN_EXE_tincans")]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("sh starts");
    child.stdin.take().expect("piped").write_all(TALK.as_bytes()).expect("a script is read");
    let output = child.wait_with_output().expect("its output");
    assert_eq!(status(&output), 0, "{}", text(&output.stderr));
    assert_eq!(without_pids(&text(&output.stdout)), TALK_SHOWN);
}

#[test]
fn a_run_is_quick() {
    assert_within(Duration::from_secs(2), || {
        let start = Instant::now();
        assert_eq!(status(&run(TALK, &[])), 0);
        start.elapsed()
    });
}

/// Runs a script under a hard limit on descriptors.
fn run_limited(script: &str, limit: u32) -> Output {
    let mut command = Command::new("sh");
    let limited = format!("ulimit -n {limit}; exec \"$0\" --max-tasks 500 run --json -");
    command.args(["-c", &limited, env!("CARGO_BIN_EXE_tincans")]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("sh");
    let _ = child.stdin.take().expect("piped").write_all(script.as_bytes());
    child.wait_with_output().expect("its output")
}

#[test]
fn a_task_that_the_program_has_no_descriptors_to_watch_is_refused_and_the_bench_goes_on() {
    let forks = (0..30).map(|number| format!("fork task{number}\n")).collect::<Vec<_>>().concat();
    let script = format!("{forks}channel stream late\nsocketpair stream chat\nwrite chat[0] alive => 5\ntasks\n");
    let output = run_limited(&script, 64);
    let (shown, said) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("no descriptors left to watch"), "{said}");
    assert!(shown.contains(r#""ret":5"#), "{shown}");
    assert!(shown.lines().last().is_some_and(|line| line.contains(r#""failed":0"#)), "{shown}");
}

#[test]
fn a_hard_limit_too_low_for_any_bench_is_said_at_once() {
    let output = run_limited("socketpair stream chat\nwrite chat[0] one => 3\n", 32);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    for limit in [6, 12, 24, 31] {
        let output = run_limited("socketpair stream chat\n", limit);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
        assert!(text(&output.stderr).contains("32 is the least"), "{}", text(&output.stderr));
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_not_put_down_to_the_name() {
    let mut command = tincans(&["run", "-"]);
    let mut child = command.env("TMPDIR", "/proc/no-such").stdin(Stdio::piped()).spawn().expect("the program starts");
    let _ = child.stdin.take().expect("piped").write_all(b"socket stream s\nbind s name\n");
    let output = child.wait_with_output().expect("its output");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("TMPDIR says where"), "{}", text(&output.stderr));
}

#[test]
fn a_reader_of_an_endless_flood_does_not_fill_the_memory() {
    let script = "channel stream chat child1\nchild1: reader chat[1] 1\nflood chat[0] 64 4000\n";
    let output = run(script, &["--json"]);
    assert_eq!(output.status.code(), Some(0));
    let summary: Value = serde_json::from_str(text(&output.stdout).lines().last().expect("lines")).expect("JSON");
    assert!(summary["lost"].as_u64().expect("a number") > 100_000, "{summary}");
    assert!(text(&output.stderr).contains("counted and not shown"), "{}", text(&output.stderr));
}

#[test]
fn a_signal_as_the_first_statement_finds_its_handler() {
    let script = "interrupt parent\nsocketpair stream a\n";
    for _ in 0..20 {
        let output = run(script, &[]);
        let shown = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(shown.contains("parent  socketpair("), "{shown}{}", String::from_utf8_lossy(&output.stderr));
        assert!(!shown.contains("killed"), "{shown}");
    }
}

#[test]
fn who_holds_both_ends_waits_for_one_of_the_circle() {
    let output = run("socketpair stream a\nthread x\nx: read a[0]\nread a[1]\nwhy parent\n", &[]);
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    for task in ["parent is asleep in read(a[1])", "x is asleep in read(a[0])"] {
        assert!(shown.contains(&format!("{task} until one of them writes")), "{shown}");
    }
}

#[test]
fn of_writes_that_are_remembered_no_more_neither_bytes_nor_writers_are_made_up() {
    let output = run("channel stream a child1\nrepeat 250 write a[0] hello\nchild1: read a[1] 65536\nwhy\n", &[]);
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(shown.contains("250 writes that waited at a[1] (5 bytes, 5 bytes, "), "{shown}");
    assert!(!shown.contains("nobody known") && !shown.contains("(\"\""), "{shown}");
}

#[test]
fn children_that_were_there_before_are_not_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("some.tin");
    std::fs::write(&script, "fork a\nkill a KILL\n").expect("a script");
    // A shell that becomes the program leaves it its children.
    let shell = "sleep 600 & echo $!; exec \"$0\" run \"$1\"";
    let mut command = Command::new("sh");
    command.args(["-c", shell]).arg(crate::support::program()).arg(&script).stdin(Stdio::null());
    // Not a pipe: the sleeper would hold it open.
    let out = std::fs::File::create(folder.path().join("out")).expect("a file");
    let status = command.stdout(out).status().expect("sh starts");
    assert_eq!(status.code(), Some(0));
    let shown = std::fs::read_to_string(folder.path().join("out")).expect("text");
    let sleeper: i32 = shown.lines().next().and_then(|line| line.parse().ok()).expect("its number");
    let is_there = processes::read(sleeper).is_some_and(|process| process.name == "sleep");
    assert!(is_there, "it was killed, or waited for: {shown}");
    processes::send(sleeper, Signal::SIGKILL);
}
