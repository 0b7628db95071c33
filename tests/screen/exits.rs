//! Every way out, from help, a lesson and the prompt, with the mouse reported and without: the terminal is as before, each mode that
//! was switched on is switched off again, and no process is left. `TINCANS_RUNS` says how often.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::processes::{self, send};
use crate::support::pty::{Pty, modes_left_on};
use crate::support::{PATIENCE, number, until};
use nix::sys::signal::Signal;

/// How one leaves, and the status that a shell is told.
struct Way {
    name: &'static str,
    status: i32,
    go: fn(&mut Run),
}

/// A program in a terminal, below a shell with job control where that is needed.
struct Run {
    pty: Pty,
    guardian: i32,
    ui: i32,
}

impl Run {
    fn parent(&self) -> i32 {
        processes::children(self.ui).iter().map(|child| child.pid).min().expect("parent is there")
    }

    /// Out of help, of the prompt, of a lesson's line: letters are keys, and `q` leaves.
    fn presses_q(&mut self) {
        // Until a key is a key again: from the prompt to the keys, from help back, then the program.
        for _ in 0..3 {
            self.pty.type_bytes(b"\x1b");
            self.pty.pump_for(Duration::from_millis(50));
        }
        self.pty.type_bytes(b"q");
    }
}

const WAYS: &[Way] = &[
    Way { name: "q", status: 0, go: Run::presses_q },
    Way { name: "Ctrl-C", status: 0, go: |run| run.pty.type_bytes(b"\x03") },
    Way { name: "SIGINT", status: 130, go: |run| send(run.guardian, Signal::SIGINT) },
    Way { name: "SIGTERM", status: 143, go: |run| send(run.guardian, Signal::SIGTERM) },
    Way { name: "SIGHUP", status: 129, go: |run| send(run.guardian, Signal::SIGHUP) },
    Way { name: "SIGQUIT", status: 131, go: |run| send(run.guardian, Signal::SIGQUIT) },
    Way { name: "SIGINT to all", status: 130, go: |run| send(-run.group(), Signal::SIGINT) },
    Way { name: "hang-up", status: 129, go: |run| run.pty.close() },
    Way { name: PANIC, status: 2, go: |run| run.pty.type_bytes(F12) },
    Way { name: PANIC_TWICE, status: 134, go: |run| run.pty.type_bytes(F12) },
    Way { name: SUSPEND, status: 0, go: suspend_and_leave },
    Way { name: "kill -9 of the UI", status: 137, go: |run| send(run.ui, Signal::SIGKILL) },
    Way { name: "kill -9 of the guardian", status: 137, go: |run| send(run.guardian, Signal::SIGKILL) },
    Way { name: "kill -9 of UI and guardian", status: 137, go: kill_both },
    Way { name: "kill -9 of the keeper, then q", status: 0, go: kill_keeper_and_leave },
    Way { name: "kill -9 of parent, then q", status: 0, go: kill_parent_and_leave },
];

const PANIC: &str = "panic";
const PANIC_TWICE: &str = "panic inside a panic";
const SUSPEND: &str = "Ctrl-Z, fg, q";
const F12: &[u8] = b"\x1b[24~";

/// Where one is when it happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Help,
    Lesson,
    Prompt,
}

impl Run {
    /// The group of guardian and UI; the shell around them is of another, or ignores what it gets.
    fn group(&self) -> i32 {
        processes::read(self.guardian).expect("it is there").group
    }
}

fn suspend_and_leave(run: &mut Run) {
    run.pty.type_bytes(b"\x1a");
    run.pty.wait("the shell", |screen| screen.contains("Stopped") && screen.trim_end().ends_with("ready>"));
    assert!(run.pty.has_its_modes_back());
    assert_eq!(modes_left_on(run.pty.bytes()), Vec::<String>::new());
    run.pty.type_bytes(b"fg\r");
    run.pty.wait("the program again", |screen| !screen.contains("Stopped") && !screen.contains("ready>"));
    run.presses_q();
}

fn kill_both(run: &mut Run) {
    processes::kill_both(run.ui, run.guardian);
}

/// It is missed only where the guardian is killed.
fn kill_keeper_and_leave(run: &mut Run) {
    let leads_session = |child: &processes::Process| child.session == child.pid;
    let keeper = processes::children(run.guardian).into_iter().find(leads_session).expect("a keeper is there");
    send(keeper.pid, Signal::SIGKILL);
    let guardian = run.guardian;
    let is_buried = || processes::children(guardian).len() == 1;
    assert!(until(PATIENCE, is_buried).is_some(), "{:?}", processes::children(guardian));
    run.presses_q();
}

/// It is an event, and no end.
fn kill_parent_and_leave(run: &mut Run) {
    send(run.parent(), Signal::SIGKILL);
    let ui = run.ui;
    let is_alone = || processes::children(ui).iter().all(|child| child.state != 'Z');
    assert!(until(PATIENCE, is_alone).is_some(), "the dead are buried");
    run.pty.pump_for(Duration::from_millis(50));
    assert!(!run.pty.has_left());
    run.presses_q();
}

/// One below `bash`, which leads a session and has job control.
fn start(way: &Way, place: Place, has_mouse: bool) -> Run {
    let mut arguments: Vec<&str> = if has_mouse { Vec::new() } else { vec!["--no-mouse"] };
    if place == Place::Lesson {
        arguments.extend(["learn", "first-hello"]);
    }
    let mut shell = Command::new("bash");
    shell
        .args(["--norc", "--noprofile", "--noediting", "-i"])
        .env("PS1", "ready> ")
        .env("BIN", crate::support::program());
    shell.env("TINCANS_PANIC", if way.name == PANIC_TWICE { "twice" } else { "once" });
    let folder = std::env::temp_dir();
    shell.env("XDG_STATE_HOME", &folder).env("HOME", &folder).env("RUST_BACKTRACE", "0");
    let mut pty = Pty::start_command((24, 80), shell);
    pty.wait("a prompt", |screen| screen.contains("ready>"));
    pty.type_bytes(format!("\"$BIN\" {}\r", arguments.join(" ")).as_bytes());
    let is_there = |screen: &str| match place {
        Place::Lesson => screen.contains("lesson"),
        Place::Help | Place::Prompt => screen.contains("SOCK_STREAM") && screen.contains("SOCK_DGRAM"),
    };
    pty.wait("the first screen", is_there);
    let guardian = processes::children(pty.leader())[0].pid;
    let ui = processes::children_of_session(guardian)[0].pid;
    match place {
        Place::Lesson => {}
        Place::Help => {
            pty.type_bytes(b"\x1b");
            pty.pump_for(Duration::from_millis(50));
            pty.type_bytes(b"?");
            pty.wait("help", |screen| screen.contains("Esc close"));
        }
        Place::Prompt => {
            pty.type_bytes(b"\x1b");
            pty.pump_for(Duration::from_millis(50));
            pty.type_bytes(b":write wire");
            pty.wait("the prompt", |screen| screen.contains("write wire"));
        }
    }
    let on = modes_left_on(pty.bytes());
    assert_eq!(on.contains(&"?1000h".to_owned()), has_mouse, "{place:?}: {on:?}");
    assert!(on.contains(&"?1049h".to_owned()) && on.contains(&"?2004h".to_owned()), "{on:?}");
    assert!(!pty.has_its_modes_back(), "raw mode is another mode");
    Run { pty, guardian, ui }
}

fn one(way: &Way, place: Place, has_mouse: bool) -> Duration {
    let what = format!("{}, {place:?}, mouse {has_mouse}", way.name);
    let mut run = start(way, place, has_mouse);
    let start = Instant::now();
    (way.go)(&mut run);
    let (guardian, ui) = (run.guardian, run.ui);
    let is_left = |process: &processes::Process| process.name.starts_with("tincans") || process.pid == ui;
    let left = |run: &Run| run.pty.left().into_iter().filter(is_left).collect::<Vec<_>>();
    let gone = until(PATIENCE, || {
        // What is written while nobody reads would hold it up.
        if way.name != "hang-up" {
            run.pty.pump(Duration::ZERO);
        }
        left(&run).is_empty()
    });
    assert!(gone.is_some(), "{what}: {:?} left of {guardian} and {ui}\n{}", left(&run), run.pty.screen());
    let took = start.elapsed();
    if way.name == "hang-up" {
        return took;
    }
    run.pty.wait("the shell at last", |screen| screen.trim_end().ends_with("ready>"));
    assert!(run.pty.has_its_modes_back(), "{what}: termios");
    assert_eq!(modes_left_on(run.pty.bytes()), Vec::<String>::new(), "{what}");
    // An empty line before keeps the status.
    run.pty.type_bytes(b"echo status=$?.\r");
    let wanted = format!("status={}.", way.status);
    if [PANIC, PANIC_TWICE].contains(&way.name) {
        assert!(run.pty.screen().contains("panicked"), "{what}: the report\n{}", run.pty.screen());
    }
    run.pty.wait(&format!("{wanted} ({what})"), |screen| screen.contains(&wanted));
    took
}

fn all_ways(place: Place, has_mouse: bool) {
    if Command::new("bash").arg("--version").output().is_err() {
        eprintln!("skipped: there is no bash");
        return;
    }
    for _ in 0..number("TINCANS_RUNS").unwrap_or(1) {
        for way in WAYS {
            if [PANIC, PANIC_TWICE].contains(&way.name) && !cfg!(debug_assertions) {
                eprintln!("skipped: {}: a release build has no key for it", way.name);
                continue;
            }
            let took = one(way, place, has_mouse);
            eprintln!("{place:?}, mouse {has_mouse:5}, {:26} {took:?}", way.name);
        }
    }
}

#[test]
fn every_way_out_of_help_with_the_mouse() {
    all_ways(Place::Help, true);
}

#[test]
fn every_way_out_of_help_without_the_mouse() {
    all_ways(Place::Help, false);
}

#[test]
fn every_way_out_of_a_lesson_with_the_mouse() {
    all_ways(Place::Lesson, true);
}

#[test]
fn every_way_out_of_a_lesson_without_the_mouse() {
    all_ways(Place::Lesson, false);
}

#[test]
fn every_way_out_of_the_prompt_with_the_mouse() {
    all_ways(Place::Prompt, true);
}

#[test]
fn every_way_out_of_the_prompt_without_the_mouse() {
    all_ways(Place::Prompt, false);
}

/// One without a line editor sets no modes, and some with one take the modes that they find for the terminal's own.
#[test]
fn every_shell_has_its_modes_back_when_the_guardian_is_killed_alone_or_with_the_ui() {
    for words in ["dash -i", "busybox ash -i", "zsh -f -i"].map(|words| words.split(' ').collect::<Vec<_>>()) {
        if Command::new(words[0]).arg("--help").output().is_err() {
            eprintln!("skipped: there is no {}", words[0]);
            continue;
        }
        for is_ui_killed in [false, true] {
            let mut shell = Command::new(words[0]);
            shell.args(&words[1..]).env("PS1", "ready> ").env("ENV", "").env("BIN", crate::support::program());
            let mut pty = Pty::start_command((24, 80), shell);
            pty.wait("a prompt", |screen| screen.contains("ready>"));
            pty.pump_for(Duration::from_millis(200));
            // Those of a shell that edits a line are its own.
            let before = (pty.modes(), modes_left_on(pty.bytes()));
            pty.type_bytes(b"\"$BIN\"\r");
            pty.wait("the bench", |screen| screen.contains("SOCK_STREAM") && screen.contains("SOCK_DGRAM"));
            let guardian = processes::children(pty.leader())[0].pid;
            let ui = processes::children_of_session(guardian)[0].pid;
            if is_ui_killed {
                processes::kill_both(guardian, ui);
            } else {
                send(guardian, Signal::SIGKILL);
            }
            let is_gone = || pty.left().iter().all(|process| !process.name.starts_with("tincans"));
            assert!(until(PATIENCE, is_gone).is_some(), "{words:?}: {:?}", pty.left());
            // What is typed before is thrown away.
            pty.type_bytes(b"echo status=$?.\r");
            pty.wait("the status", |screen| screen.contains("status=137."));
            pty.pump_for(Duration::from_millis(100));
            assert!(pty.modes() == before.0, "{words:?}: termios");
            assert_eq!(modes_left_on(pty.bytes()), before.1, "{words:?}");
            assert!(!pty.screen().contains("SOCK_STREAM"), "{words:?}:\n{}", pty.screen());
        }
    }
}
