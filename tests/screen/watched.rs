//! `tincans watch` in the terminal UI: the program's own terminal, its keyboard, and what is left when the UI is gone.
//! `TINCANS_RUNS` says how often it is killed, `TINCANS_SEED` from where on.

use std::process::Command;
use std::time::Duration;

use crate::support::processes::{self, send};
use crate::support::pty::{Pty, modes_left_on, unwelcome};
use crate::support::random::Random;
use crate::support::{PATIENCE, number, until};
use nix::sys::signal::Signal;

const RUNS: u64 = 6;

fn watched(line: &str) -> Pty {
    Pty::start_with((36, 120), &["watch", "--", "sh", "-c", line], |_| {})
}

#[test]
fn a_watched_program_is_drawn_live_and_reads_what_is_typed_to_it() {
    let mut pty = watched("echo hello | cat; read x; echo got $x; stty size");
    pty.wait("its channel", |screen| screen.contains("pipe1") && screen.contains("│hello\\n│"));
    pty.type_bytes(b"i");
    pty.wait("its keyboard", |screen| screen.contains("Ctrl-] takes it back"));
    pty.type_bytes(b"abc\r");
    pty.wait("its answer", |screen| screen.contains("got abc") && screen.contains("11 120"));
    pty.wait("its end", |screen| screen.contains("─ exited with 0"));
    pty.type_bytes(b"q");
    assert_eq!(pty.status(), 0);
    assert!(pty.has_its_modes_back());
    assert_eq!(pty.left().len(), 0);
}

/// The screen without its blanks: a box is drawn wide (`o n e`) where one read has joined two writes.
fn without_blanks(screen: &str) -> String {
    screen.replace(' ', "")
}

/// Once it is over: whether the word of the first of two writers came first, and the reader's number, which is another in each run.
fn race_of(screen: &str) -> Option<(bool, String)> {
    let boxes = without_blanks(screen);
    let (one, two) = (boxes.find("│one\\n│")?, boxes.find("│two\\n│")?);
    // Its row in the table of processes: `child2 (cat)  4711  exited with 0`.
    let rows = screen.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let mut readers = rows.filter(|words| words.get(1) == Some(&"(cat)") && words.get(3) == Some(&"exited"));
    let number = (*readers.next()?.get(2)?).to_owned();
    screen.contains("─ exited with 0").then_some((one < two, number))
}

/// Which event of the past is looked at: `event 7 of 17`.
fn event_of(screen: &str) -> Option<String> {
    let (_, behind) = screen.lines().next()?.split_once("event ")?;
    Some(behind.split("  ").next()?.to_owned())
}

#[test]
fn a_program_runs_again_in_the_same_order_and_up_to_a_moment() {
    let words = ["watch", "--", "sh", "-c", "{ (echo one) & (echo two) & wait; } | cat"];
    let mut pty = Pty::start_with((50, 120), &words, |_| {});
    pty.wait("its end", |screen| race_of(screen).is_some());
    let (is_one_first, mut reader) = race_of(&pty.screen()).expect("it has ended");
    let ends_again = |pty: &mut Pty, keys: &[u8], reader: &mut String| {
        pty.type_bytes(keys);
        pty.wait("the end of another run", |screen| race_of(screen).is_some_and(|(_, other)| other != *reader));
        let (is_same, other) = race_of(&pty.screen()).expect("it has ended");
        assert_eq!(is_same, is_one_first, "{}", pty.screen());
        *reader = other;
    };
    // A run that is on its way through the order of the one before is begun again as a whole.
    for keys in [&b"g"[..], b"gg", b"g", b"ggg", b"g", b"gg"] {
        ends_again(&mut pty, keys, &mut reader);
    }
    // Up to the first write: the other writer stands before its own.
    while !pty.screen().contains(" 1 write,") {
        let event = event_of(&pty.screen());
        pty.type_bytes(b",");
        pty.wait("the event before", |screen| event_of(screen).is_some_and(|at| Some(&at) != event.as_ref()));
        // The panels of that event, too.
        pty.pump(Duration::from_millis(50));
    }
    pty.type_bytes(b"g");
    let (first, second) = if is_one_first { ("│one", "│two") } else { ("│two", "│one") };
    pty.wait("who stands", |screen| {
        let boxes = without_blanks(screen);
        let has_one = screen.contains(" 1 write,") && boxes.contains(first) && !boxes.contains(second);
        has_one && screen.contains("Space step")
    });
    pty.type_bytes(b"G");
    pty.wait("its end", |screen| race_of(screen).is_some_and(|(_, other)| other != reader));
    pty.type_bytes(b"q");
    assert_eq!(pty.status(), 0);
}

#[test]
fn the_keyboard_is_taken_back_and_leaving_kills_the_program() {
    let mut pty = watched("sleep 1000 & cat");
    pty.wait("its box", |screen| screen.contains("i types to it"));
    pty.type_bytes(b"i");
    pty.wait("its keyboard", |screen| screen.contains("Ctrl-] takes it back"));
    // What is a key of tincans is a letter for the program.
    pty.type_bytes(b"quit\r");
    pty.wait("its echo", |screen| screen.matches("quit").count() >= 2);
    pty.type_bytes(b"\x1dq");
    assert_eq!(pty.status(), 0);
    assert!(pty.has_its_modes_back());
    assert_eq!(modes_left_on(pty.bytes()), Vec::<String>::new());
    // How many that are by then is a matter of time.
    assert!(pty.screen().contains(" of the program w") && pty.screen().contains("still alive"), "{}", pty.screen());
    assert!(until(PATIENCE, || pty.left().is_empty()).is_some(), "{:?}", pty.left());
}

#[test]
fn what_it_writes_to_its_terminal_never_reaches_the_real_one() {
    let mut pty = watched(
        "printf 'a\\033]0;title\\007\\033[c\\033[6n\\033[?1000h\\033P+q\\033\\\\\\016\\342\\200\\256b\\n'; echo there",
    );
    pty.wait("its end", |screen| screen.contains("there") && screen.contains("─ exited with 0"));
    let bytes = String::from_utf8_lossy(pty.bytes()).into_owned();
    assert_eq!(unwelcome(pty.bytes()), Vec::<String>::new());
    for sequence in ["\x1b[c", "\x1b[6n", "\x1b]0"] {
        assert!(!bytes.contains(sequence), "{sequence:?}");
    }
    pty.type_bytes(b"q");
    assert_eq!(pty.status(), 0);
}

#[test]
fn job_control_and_the_windows_size_are_the_programs_own() {
    let mut pty = Pty::start_with((45, 200), &["watch", "--", "bash", "--norc", "-i"], |_| {});
    pty.wait("its box", |screen| screen.contains("i types to it"));
    pty.type_bytes(b"i");
    pty.type_bytes(b"PS1='% '\r");
    pty.wait("its prompt", |screen| screen.lines().any(|line| line.trim_end().ends_with(" %")));
    pty.type_bytes(b"sleep 1000\r");
    pty.wait("its child", |screen| screen.contains("asleep in clock_nanosleep"));
    pty.type_bytes(b"\x1a");
    pty.wait("the stop", |screen| screen.contains("Stopped"));
    pty.type_bytes(b"fg\r");
    pty.wait("the child again", |screen| screen.contains("asleep in clock_nanosleep"));
    pty.type_bytes(b"\x03echo status $?\r");
    pty.wait("the interrupt", |screen| screen.contains("status 130"));
    pty.resize((36, 120));
    pty.type_bytes(b"stty size\r");
    pty.wait("the new size", |screen| screen.contains("11 120"));
    pty.type_bytes(b"\x1dq");
    assert_eq!(pty.status(), 0);
}

/// How often somebody slept: each call that had nothing to do is one time more.
fn sleeps(pid: i32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
    line.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
}

#[test]
fn an_idle_watch_makes_no_call() {
    let mut pty = watched("sleep 1000 | cat");
    pty.wait("who is asleep", |screen| screen.contains("asleep in"));
    let watcher = processes::children(pty.ui())[0].pid;
    let both = [pty.ui(), watcher];
    let is_quiet = || {
        let before = both.map(sleeps);
        std::thread::sleep(Duration::from_millis(700));
        before == both.map(sleeps)
    };
    assert!(until(PATIENCE, is_quiet).is_some(), "one of them wakes again and again");
}

#[test]
fn killed_at_any_moment_nothing_that_is_watched_stays() {
    let (runs, seed) = (number("TINCANS_RUNS").unwrap_or(RUNS), number("TINCANS_SEED").unwrap_or(1));
    let mut random = Random::new(seed);
    for turn in 0..runs {
        let mob =
            "for i in 1 2 3 4 5; do (sleep 1000 & (while :; do (:); done) & wait) & done; yes | cat > /dev/null & wait";
        let mut pty = watched(mob);
        let (guardian, ui) = (pty.guardian(), pty.ui());
        let _ = pty.pump_for(Duration::from_micros(random.below(400_000) as u64));
        let watcher = processes::children(ui).first().map(|process| process.pid);
        // Who is killed: the UI, the watcher, or the guardian.
        let victim = match (turn % 3, watcher) {
            (1, Some(watcher)) => watcher,
            (2, _) => guardian,
            _ => ui,
        };
        send(victim, Signal::SIGKILL);
        if victim == ui {
            assert_eq!(pty.status(), 137, "turn {turn}");
            assert!(pty.has_its_modes_back(), "turn {turn}");
        }
        let left = |pty: &Pty| pty.left().into_iter().filter(|process| ![ui, guardian].contains(&process.pid)).count();
        assert!(until(PATIENCE, || left(&pty) == 0).is_some(), "turn {turn}: {:?}", pty.left());
    }
}

#[test]
fn one_call_at_a_time_is_made_by_whom_the_person_picks() {
    let mut pty = Pty::start_with((36, 120), &["watch", "--step", "--", "sh", "-c", "echo hello | cat"], |_| {});
    pty.wait("two stand before a call", |screen| {
        // Nothing is made before it is let go.
        let stands = screen.contains("Next, by Space: ") && screen.contains("Others stand: ");
        stands && screen.contains("0 writes, 0 reads") && screen.contains("i types to it")
    });
    if pty.screen().contains("┏ 1 inherited") {
        // Who runs the tests has left a pipe open.
        pty.type_bytes(b"\t");
        pty.wait("the program's own pipe has the focus", |screen| screen.contains("┏ 2 pipe1"));
    }
    // Until the focused pipe is written to: a task that closes or duplicates it before is let go.
    pty.type_bytes(b"Bw");
    pty.wait("echo stands before its write", |screen| screen.contains("is about to write(pipe1[1], \"hello\\n\", 6)"));
    assert!(pty.screen().contains("0 writes, 0 reads"));
    pty.type_bytes(b" ");
    pty.wait("the write is made", |screen| screen.contains("1 write, 0 reads"));
    pty.type_bytes(b"Be");
    pty.wait("EOF", |screen| screen.contains("has read EOF") || screen.contains("exited with 0; "));
    pty.type_bytes(b"G");
    pty.wait("it is over", |screen| screen.contains("exited with 0") && screen.contains("hello"));
    pty.type_bytes(b"q");
    assert_eq!(pty.status(), 0);
}

#[test]
fn no_order_is_lost_of_those_that_come_while_the_watcher_tells() {
    // Each of some thousand calls is let go by an order of its own: SIGPIPE, which they go on until, never comes.
    let line = "for i in $(seq 700); do echo $i; done | cat > /dev/null; echo that is all";
    let mut pty = Pty::start_with((36, 120), &["watch", "--step", "--", "sh", "-c", line], |_| {});
    pty.wait("somebody stands", |screen| screen.contains("Next, by Space: "));
    pty.type_bytes(b"Bp");
    pty.wait("all are made", |screen| screen.contains("that is all"));
    pty.type_bytes(b"Gq");
    pty.status();
}

#[test]
fn a_key_stops_a_program_that_goes_as_it_likes_before_its_next_call() {
    // The prompt is written when child1 has put its descriptors in order: the next call on the pipe is the write.
    let line = "while read -p prompt: x; do echo got $x; done | cat";
    let mut pty = watched(line);
    pty.wait("both wait", |screen| {
        let is_asked = screen.lines().any(|line| line.trim() == "prompt:");
        is_asked && screen.contains("child2 asleep in read(pipe1[0])")
    });
    pty.type_bytes(b" ");
    pty.type_bytes(b"ione\r\x1d");
    pty.wait("it stands", |screen| screen.contains("write(pipe1[1], \"got one\\n\", 8)"));
    assert!(pty.screen().contains("0 writes"), "not made yet");
    pty.type_bytes(b"G");
    pty.wait("it went on", |screen| screen.contains("1 write") && screen.contains("got one"));
    pty.type_bytes(b"q");
    pty.pump(Duration::from_millis(100));
    pty.type_bytes(b"q");
    pty.status();
}

#[test]
fn through_a_pipe_stdio_keeps_what_its_child_loses_at_exit() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("lost_at_exit");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/watch/lost_at_exit.c");
    let compiled = Command::new("cc").arg("-o").arg(&program).arg(source).status();
    if !compiled.is_ok_and(|status| status.success()) {
        eprintln!("skipped: no C compiler");
        return;
    }
    let program = program.to_str().expect("a plain path");
    for (options, is_seen) in [(&[][..], true), (&["--pipe"][..], false)] {
        let words = [&["watch"], options, &["--", program]].concat();
        let mut pty = Pty::start_with((36, 120), &words, |_| {});
        pty.wait("its end", |screen| screen.contains("─ exited with 0") && screen.contains("parent"));
        assert_eq!(pty.screen().lines().any(|line| line.trim() == "child"), is_seen, "{options:?}\n{}", pty.screen());
        pty.type_bytes(b"q");
        assert_eq!(pty.status(), 0);
    }
}
